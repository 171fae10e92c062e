"""Retention: when data must be gone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.errors import PolicyError
from hub.privacy.policy import Policy
from hub.privacy.rules import RetentionRule


@dataclass(frozen=True, slots=True)
class Held:
    """Something the hub holds: its id, when it must be gone, and whether a legal hold keeps it for now."""

    id: str
    expires_at: datetime
    on_hold: bool = False


def expires_at(
    policy: Policy, *, category: str, purpose: str | None, source: str | None, clocks: Mapping[str, datetime]
) -> datetime:
    """This is when data must be gone: the earliest end of all rules that apply.

    Args:
        policy: the rules.
        category: data category.
        purpose: what it is held for; None means anything, and every purpose's rule counts.
        source: connector it came through; None the same.
        clocks: the moments known of ``collected``, ``occurred``, ``case_closed`` and ``last_contact``. A rule whose clock
            has not started yet does not end yet.

    Raises PolicyError where no rule applies, because then nothing may be kept.
    """
    ends = [
        clocks[rule.start] + rule.keep for rule in _rules(policy, category, purpose, source) if rule.start in clocks
    ]
    if not ends:
        raise PolicyError(
            f"no retention rule ends for '{category}' data",
            reason="retention.no_rule",
            fix="Add a rule to retention.yaml that counts from 'collected' or 'occurred'.",
        )
    return min(ends)


def due(items: Iterable[Held], now: datetime) -> list[Held]:
    """These must go now, those that are longest overdue first; what a legal hold keeps is left out."""
    return sorted(
        (item for item in items if item.expires_at <= now and not item.on_hold),
        key=lambda item: (item.expires_at, item.id),
    )


def _rules(policy: Policy, category: str, purpose: str | None, source: str | None) -> tuple[RetentionRule, ...]:
    """These rules apply; the same question is asked for every record, so its answer stays with the policy."""
    known, key = policy.retention_rules, (category, purpose, source)
    if key not in known:
        known[key] = tuple(rule for rule in policy.retention.rules if _applies(policy, rule, category, purpose, source))
    return known[key]


def _applies(policy: Policy, rule: RetentionRule, category: str, purpose: str | None, source: str | None) -> bool:
    # A category nobody knows has no lineage, so no rule applies and nothing of it may be kept.
    if rule.category not in policy.category_lineages.get(category, ()):
        return False
    if (
        rule.purpose is not None
        and purpose is not None
        and rule.purpose not in policy.purpose_lineages.get(purpose, ())
    ):
        return False
    return rule.source is None or source is None or rule.source == source
