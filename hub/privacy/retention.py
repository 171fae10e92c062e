"""Retention: when data must be gone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hub.errors import PolicyError
from hub.privacy.policy import Policy
from hub.privacy.rules import RetentionRule
from hub.schema import Case, Record

_A_MINUTE = timedelta(minutes=1)  # between reading a record and storing it
_AHEAD = timedelta(days=1)  # clocks that go wrong, and days that begin elsewhere
_LAST = datetime.max.replace(tzinfo=UTC)


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
    ends = [_end(rule, clocks) for rule in rules_for(policy, category, purpose, source) if rule.start in clocks]
    if not ends:
        raise PolicyError(
            f"no retention rule ends for '{category}' data",
            reason="retention.no_rule",
            fix="Add a rule to retention.yaml that counts from 'collected' or 'occurred'.",
        )
    return min(ends)


def clocks_of(record: Record, collected: datetime) -> dict[str, datetime]:
    """These are the moments that the retention rules may count from for a record that was read at ``collected``."""
    said = record.occurred_at
    clocks = {"collected": collected, "occurred": said, "last_contact": said}
    if isinstance(record, Case) and record.closed_at:
        clocks["case_closed"] = record.closed_at
    return clocks


def _end(rule: RetentionRule, clocks: Mapping[str, datetime]) -> datetime:
    """A clock that a vendor sets far ahead, as the year 9999 for an open end, starts when the hub learnt of it."""
    start = clocks[rule.start]
    if (collected := clocks.get("collected")) is not None and start > collected + _AHEAD:
        start = collected
    return min(start, _LAST - rule.keep) + rule.keep


def shortest(policy: Policy, category: str) -> timedelta | None:
    """This is the shortest period of any rule for a category, whatever its source: nothing younger can be due."""
    return min((rule.keep for rule in rules_for(policy, category, None, None)), default=None)


def ruling(
    policy: Policy, *, category: str, source: str | None, clocks: Mapping[str, datetime], ends: datetime
) -> RetentionRule | None:
    """This is the rule that gave something its end; None where the rules have changed since.

    A rule whose clock is not among ``clocks`` (the closing of a case) is it where no other fits.
    """
    rules = rules_for(policy, category, None, source)
    for rule in rules:
        if rule.start in clocks and abs(_end(rule, clocks) - ends) <= _A_MINUTE:
            return rule
    return next((rule for rule in rules if rule.start not in clocks), None)


def renewed(policy: Policy, *, category: str, source: str | None, now: datetime) -> datetime | None:
    """This is the new end of something living that was read once more; None where another clock has a say as well."""
    if any(rule.start != "collected" for rule in rules_for(policy, category, None, source)):
        return None
    return expires_at(policy, category=category, purpose=None, source=source, clocks={"collected": now})


def due(items: Iterable[Held], now: datetime) -> list[Held]:
    """These must go now, those that are longest overdue first; what a legal hold keeps is left out."""
    return sorted(
        (item for item in items if item.expires_at <= now and not item.on_hold),
        key=lambda item: (item.expires_at, item.id),
    )


def rules_for(policy: Policy, category: str, purpose: str | None, source: str | None) -> tuple[RetentionRule, ...]:
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
