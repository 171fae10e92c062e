"""The fields: what of a canonical view may leave to one destination, and in which form.

A field leaves only where three things hold: the destination lists it, its operator can handle its value, and the gate
allows its data category. Everything else is withheld, with the reason.
"""

import base64
import hashlib
import hmac
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from hub.privacy.categories import FIELDS
from hub.privacy.consent import Decision
from hub.privacy.policy import Policy
from hub.privacy.rules import FieldRule
from hub.schema import DataCategory

Gate = Callable[[str | None, DataCategory], Decision] | Mapping[Any, Decision]
"""Answers for a purpose (None: the one that the push is for) and a category.

As a mapping its keys are categories, and ``(purpose, category)`` for what a field ``requires`` beside that.
"""

View = Mapping[str, Mapping[str, Any]]
REDACTED = "[redacted]"

_KEPT_PART = {"hour": "%Y-%m-%dT%H:00:00+00:00", "day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


@dataclass(frozen=True, slots=True)
class Permitted:
    """What may leave, and why the rest may not; ``withheld`` holds pairs of field and reason, never values."""

    view: dict[str, Any]
    withheld: tuple[tuple[str, str], ...]


class _UnusableError(Exception):
    """An operator cannot handle a value, so the field must stay."""


@dataclass(frozen=True, slots=True)
class _Tools:
    """What operators work with: keys of token scopes with their versions, and redaction."""

    token_key: Callable[[str], bytes]
    redact: Callable[[str], str] | None
    key_versions: Mapping[str, int]


def permit(
    policy: Policy, destination: str, view: View, decisions: Gate, *, token_key: Callable[[str], bytes],
    redact: Callable[[str], str] | None = None,
) -> Permitted:  # fmt: skip
    """This keeps of a canonical view what may go to a destination.

    Args:
        policy: the rules.
        destination: a destination of the policy; PolicyError where it is not one.
        view: groups of fields, such as ``{"emotion": {"label": "anger"}}``.
        decisions: the gate's answers.
        token_key: gives the secret key of a token scope, 32 bytes or more.
        redact: takes personal data out of free text; without it free text stays.
    """
    rules = policy.destination(destination).fields
    versions = {name: scope.key_version for name, scope in policy.destinations.token_scopes.items()}
    tools = _Tools(token_key, redact, versions)
    kept: dict[str, Any] = {}
    withheld: list[tuple[str, str]] = []
    for group, fields in view.items():
        for name, value in fields.items():
            path = f"{group}.{name}"
            reason = _refusal(path, rules.get(path), decisions)
            if reason is None:
                try:
                    kept.setdefault(group, {})[name] = _apply(rules[path], path, value, tools)
                    continue
                except _UnusableError as error:
                    reason = str(error)
            withheld.append((path, reason))
    return Permitted({group: fields for group, fields in kept.items() if fields}, tuple(withheld))


def needed_categories(policy: Policy, destination: str, paths: Collection[str]) -> frozenset[DataCategory]:
    """These categories must be asked about before any of the fields ``paths`` can go to a destination."""
    rules = policy.destination(destination).fields
    listed = (FIELDS[path] for path in paths if path in rules and rules[path].do != "drop")
    return frozenset(category for category in listed if category is not None)


def needed_extras(policy: Policy, destination: str, paths: Collection[str]) -> frozenset[tuple[str, DataCategory]]:
    """These further purposes and categories must be asked about, because a field of ``paths`` requires them."""
    rules = policy.destination(destination).fields
    asks = (rules[path].requires for path in paths if path in rules)
    return frozenset((ask.purpose, ask.category) for ask in asks if ask is not None)


def _refusal(path: str, rule: FieldRule | None, decisions: Gate) -> str | None:
    """This is why a field may not leave, or None where it may."""
    if rule is None or path not in FIELDS:
        return "field.not_listed"
    if rule.do == "drop":
        return "field.dropped"
    category = FIELDS[path]
    refusal = None if category is None else _ask(decisions, None, category)
    if refusal is None and rule.requires is not None:
        refusal = _ask(decisions, rule.requires.purpose, rule.requires.category)
    return refusal


def _ask(decisions: Gate, purpose: str | None, category: DataCategory) -> str | None:
    if callable(decisions):
        decision: Decision | None = decisions(purpose, category)
    else:
        decision = decisions.get(category if purpose is None else (purpose, category))
    if decision is None:
        return "gate.not_asked"
    return None if decision.allowed else decision.reasons[0]


# ── operators ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _apply(rule: FieldRule, path: str, value: Any, tools: _Tools) -> Any:
    return None if value is None else _OPERATORS[rule.do](rule, path, value, tools)


def _keep(rule: FieldRule, path: str, value: Any, tools: _Tools) -> Any:
    if not isinstance(value, str | int | float):
        # A nested value could carry fields that nobody listed.
        raise _UnusableError("field.not_scalar")
    return value


def _redact(rule: FieldRule, path: str, value: Any, tools: _Tools) -> Any:
    return REDACTED


def _mask(rule: FieldRule, path: str, value: Any, tools: _Tools) -> Any:
    text = _text(value)
    # Never more than a quarter stays readable, so that a short value does not stand there whole.
    shown = min(rule.keep_last or 0, len(text) // 4)
    return "*" * (len(text) - shown) + text[len(text) - shown :]


def _token(rule: FieldRule, path: str, value: Any, tools: _Tools) -> Any:
    scope = rule.scope or ""
    message = b"hub-tok/1\0" + _kind(path).encode() + b"\0" + _canonical(value)
    digest = hmac.digest(_key(tools, scope), message, "sha256")
    return f"t{tools.key_versions[scope]}_" + base64.b32encode(digest).decode().lower()[:26]


def _pseudonym(rule: FieldRule, path: str, value: Any, tools: _Tools) -> Any:
    scope = rule.scope or ""
    key = hashlib.sha512(b"hub-pseudonym/1\0" + _key(tools, scope)).digest()
    sealed = AESSIV(key).encrypt(_text(value).encode(), [_kind(path).encode()])
    return f"p{tools.key_versions[scope]}_" + base64.b32encode(sealed).decode().lower().rstrip("=")


def _generalise(rule: FieldRule, path: str, value: Any, tools: _Tools) -> Any:
    text = _text(value)
    if rule.to is None:
        return text[: rule.keep_first]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _UnusableError("field.not_a_time") from None
    if moment.tzinfo is None:
        raise _UnusableError("field.not_a_time")
    return moment.astimezone(UTC).strftime(_KEPT_PART[rule.to])


def _round(rule: FieldRule, path: str, value: Any, tools: _Tools) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _UnusableError("field.not_a_number")
    step = Decimal(str(rule.step))
    rounded = (Decimal(str(value)) / step).to_integral_value(ROUND_HALF_EVEN) * step
    return int(rounded) if isinstance(value, int) and rounded == int(rounded) else float(rounded)


def _scan(rule: FieldRule, path: str, value: Any, tools: _Tools) -> Any:
    if tools.redact is None:
        raise _UnusableError("field.not_scanned")
    return tools.redact(_text(value))


_OPERATORS: dict[str, Callable[[FieldRule, str, Any, _Tools], Any]] = {
    "keep": _keep,
    "redact": _redact,
    "mask": _mask,
    "token": _token,
    "pseudonym": _pseudonym,
    "generalise": _generalise,
    "round": _round,
    "scan": _scan,
}


def reveal(pseudonym: str, path: str, key: bytes) -> str:
    """This is the value behind a pseudonym of field ``path``, given its token scope's key; ValueError for another's.

    A destination that sends pseudonyms back is understood by this.
    """
    sealed = pseudonym.partition("_")[2].upper()
    raw = base64.b32decode(sealed + "=" * (-len(sealed) % 8))
    siv = AESSIV(hashlib.sha512(b"hub-pseudonym/1\0" + key).digest())
    try:
        return siv.decrypt(raw, [_kind(path).encode()]).decode()
    except InvalidTag:
        raise ValueError("this pseudonym was not made with this key for this field") from None


def _kind(path: str) -> str:
    return path.rpartition(".")[2]


def _key(tools: _Tools, scope: str) -> bytes:
    key = tools.token_key(scope)
    if len(key) < 32:
        raise _UnusableError("field.weak_key")
    return key


def _canonical(value: Any) -> bytes:
    return unicodedata.normalize("NFKC", _text(value)).lower().encode()


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _UnusableError("field.not_text")
    return str(value)
