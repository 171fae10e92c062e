"""Notices: what somebody should look at now, the worst first, each with the next step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from hub.console.freshness import Freshness
from hub.console.runs import KILLED
from hub.store.budget import Budget
from hub.store.ledger import RunStatus

_WORST = ("bad", "warn")


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to look at.

    Args:
        level: ``bad`` cannot wait.
        what: a sentence without personal data.
        next: a command, or what to do.
        page: where the console tells more, below its root; empty: nowhere.
    """

    level: Literal["bad", "warn"]
    what: str
    next: str
    page: str = ""


def list_notices(
    fresh: list[Freshness], budgets: list[Budget], anchors: list[dict[str, Any]], counts: dict[str, int]
) -> list[dict[str, Any]]:
    """These are all notices, the worst first."""
    found = [*_of_syncs(fresh), *_of_limits(budgets), *_of_counts(counts), *_of_anchors(anchors)]
    return [asdict(one) for one in sorted(found, key=lambda one: _WORST.index(one.level))]


def _of_syncs(fresh: list[Freshness]) -> Iterator[Notice]:
    for one in fresh:
        if one.last is None:
            continue
        page = f"runs/{one.last.id}"
        failed = one.last.status == RunStatus.FAILED
        if failed:
            state = "and is late" if one.is_late else "and is tried again on schedule"
            yield Notice("bad", f"{one.sync}: the last run failed {state}.", "hub check", page)
        elif one.status == KILLED:
            yield Notice(
                "bad", f"{one.sync}: the last run was killed; the next one goes on behind it.", "hub runs", page
            )
        elif one.is_late:
            yield Notice("bad", f"{one.sync}: late; planned runs passed without a whole one.", "hub status", page)
        elif one.last.status == RunStatus.PARTIAL:
            yield Notice("warn", f"{one.sync}: the last run ended in part.", "hub outcomes dead", page)


def _of_limits(budgets: list[Budget]) -> Iterator[Notice]:
    for one in budgets:
        if one.closed_until is not None:
            until = f"{one.closed_until:%H:%M:%SZ}"
            yield Notice("warn", f"{one.connection}: the vendor lets nobody call before {until} ({one.name}).", "wait")


def _of_counts(counts: dict[str, int]) -> Iterator[Notice]:
    for name, level, what, step, page in _COUNTED:
        if counts.get(name):
            yield Notice(level, f"{what}: {counts[name]:,}", step, page)


_COUNTED: tuple[tuple[str, Literal["bad", "warn"], str, str, str], ...] = (
    ("overdue_requests", "bad", "requests that wait longer than the law allows", "hub requests list", "duties"),
    ("overdue_obligations", "bad", "obligations that are overdue", "hub outcomes obligations", "duties"),
    ("dead_letters", "warn", "rows that no destination took", "hub outcomes dead", "failures"),
    ("quarantined", "warn", "records that could not be read", "hub outcomes quarantine", "failures"),
)


def _of_anchors(anchors: list[dict[str, Any]]) -> Iterator[Notice]:
    for one in anchors:
        if one["overdue"]:
            yield Notice(
                "warn", f"audit log: {one['kind']} {one['name']} has not seen it lately.", "hub audit anchor", "audit"
            )
