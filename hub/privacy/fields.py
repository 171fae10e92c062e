"""The fields: what of a canonical view may leave to one destination, and in which form.

A field leaves only where three things hold: the destination lists it, its operator can handle its value, and the gate
allows its data category. Everything else is withheld, with the reason.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from hub.privacy.categories import FIELDS
from hub.privacy.consent import Decision
from hub.privacy.operator import Tools, UnusableError, apply
from hub.privacy.policy import Policy
from hub.privacy.redaction.entity import Redacted
from hub.privacy.rules import EXPLICIT, Ask, FieldRule
from hub.schema import DataCategory

Gate = Callable[[str | None, DataCategory], Decision] | Mapping[Any, Decision]
"""Answers for a purpose (None: the one that the push is for) and a category.

As a mapping its keys are categories, and ``(purpose, category)`` for what a field ``requires`` beside that.
"""

View = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Permitted:
    """What may leave, and why the rest may not; ``withheld`` holds pairs of field and reason, never values."""

    view: dict[str, Any]
    withheld: tuple[tuple[str, str], ...]


def permit(
    policy: Policy, destination: str, view: View, decisions: Gate, *, token_key: Callable[[str], bytes],
    redact: Callable[[str], Redacted] | None = None,
) -> Permitted:  # fmt: skip
    """This keeps of a canonical view what may go to a destination.

    Args:
        policy: the rules.
        destination: a destination of the policy; PolicyError where it is not one.
        view: groups of fields, such as ``{"emotion": {"label": "anger"}}``.
        decisions: the gate's answers.
        token_key: gives a secret key by its name (``TokenScope.key_name``), 32 bytes or more.
        redact: finds personal data in free text; without it free text stays.
    """
    rules = policy.destination(destination).rules
    tools = Tools(token_key, redact, policy.destinations.token_scopes)
    kept: dict[str, Any] = {}
    withheld: list[tuple[str, str]] = []
    for group, fields in view.items():
        for name, value in fields.items():
            path = f"{group}.{name}"
            reason = refusal(path, rules.get(path), decisions)
            if reason is None:
                try:
                    kept.setdefault(group, {})[name] = apply(rules[path], path, value, tools)
                    continue
                except UnusableError as error:
                    reason = str(error)
            withheld.append((path, reason))
    return Permitted({group: fields for group, fields in kept.items() if fields}, tuple(withheld))


def needed_categories(policy: Policy, destination: str, paths: Collection[str]) -> frozenset[DataCategory]:
    """These categories must be asked about before any of the fields ``paths`` can go to a destination."""
    rules = policy.destination(destination).rules
    listed = (FIELDS[path] for path in paths if path in rules and rules[path].do != "drop")
    return frozenset(category for category in listed if category is not None)


def needed_extras(policy: Policy, destination: str, paths: Collection[str]) -> frozenset[tuple[str, DataCategory]]:
    """These further purposes and categories must be asked about, because a field of ``paths`` requires them."""
    rules = policy.destination(destination).rules
    asks = (rules[path].requires for path in paths if path in rules)
    return frozenset((ask.purpose, ask.category) for ask in asks if isinstance(ask, Ask))


def refusal(path: str, rule: FieldRule | None, decisions: Gate) -> str | None:
    """This is the code of why a field may not leave under a rule, whatever its value; None where it may."""
    if rule is None or path not in FIELDS:
        return "field.not_listed"
    if rule.do == "drop":
        return "field.dropped"
    category = FIELDS[path]
    found = None if category is None else _ask(decisions, None, category, explicit=rule.requires == EXPLICIT)
    if found is None and isinstance(rule.requires, Ask):
        found = _ask(decisions, rule.requires.purpose, rule.requires.category)
    return found


def _ask(decisions: Gate, purpose: str | None, category: DataCategory, *, explicit: bool = False) -> str | None:
    if callable(decisions):
        decision: Decision | None = decisions(purpose, category)
    else:
        decision = decisions.get(category if purpose is None else (purpose, category))
    if decision is None:
        return "gate.not_asked"
    if not decision.allowed:
        return decision.reasons[0]
    # Only emotion and special categories may ask for this, and there no consent counts that is not explicit.
    return "field.not_consented" if explicit and decision.reasons[0] != "consent.given" else None
