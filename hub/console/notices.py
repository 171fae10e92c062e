"""Notices: what somebody should look at now, the worst first, each with the next step: all alerts, and what may become one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from hub.console.freshness import Freshness
from hub.console.runs import KILLED
from hub.store.budget import Budget
from hub.store.ledger import RunStatus
from hub.watch.alert import Alert

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
    alerts: Sequence[Alert],
    fresh: Sequence[Freshness],
    budgets: Sequence[Budget],
    anchors: Sequence[dict[str, Any]],
    counts: dict[str, int],
) -> list[dict[str, Any]]:
    """These are all notices, the worst first; what an alert tells of is told once."""
    told = {one.name for one in alerts}
    found = [*_of_alerts(alerts), *_of_runs(fresh, {one.key for one in alerts}), *_of_limits(budgets)]
    found += [one for name, notice in _COUNTED.items() if name not in told for one in _of_count(*notice, counts[name])]
    if "anchoring" not in told:
        found += _of_anchors(anchors)
    return [asdict(one) for one in sorted(found, key=lambda one: _WORST.index(one.level))]


def _of_alerts(alerts: Sequence[Alert]) -> Iterator[Notice]:
    for one in alerts:
        page = _PAGES.get(one.name) or (f"runs?sync={one.sync}" if one.sync else "")
        where = f"{one.sync}: " if one.sync else ""
        yield Notice("bad" if one.severity == "critical" else "warn", f"{where}{one.text}.", one.fix, page)


_PAGES = {
    "dead_letters": "failures", "requests": "duties", "obligations": "duties", "erasures": "duties", "anchoring": "audit",
}  # fmt: skip


def _of_runs(fresh: Sequence[Freshness], alerted: set[str]) -> Iterator[Notice]:
    for one in fresh:
        if one.last is None:
            continue
        page = f"runs/{one.last.id}"
        if one.last.status == RunStatus.FAILED and f"failing/{one.sync}" not in alerted:
            yield Notice("bad", f"{one.sync}: the last run failed.", "hub check", page)
        elif one.status == KILLED and f"lease/{one.sync}" not in alerted:
            yield Notice(
                "bad", f"{one.sync}: the last run was killed; the next one goes on behind it.", "hub runs", page
            )


def _of_limits(budgets: Sequence[Budget]) -> Iterator[Notice]:
    for one in budgets:
        if one.closed_until is not None:
            until = f"{one.closed_until:%H:%M:%SZ}"
            yield Notice("warn", f"{one.connection}: the vendor lets nobody call before {until} ({one.name}).", "wait")


_COUNTED = {
    "dead_letters": ("rows that no destination took", "hub outcomes dead"),
    "quarantined": ("records that could not be read", "hub outcomes quarantine"),
}


def _of_count(what: str, step: str, count: int) -> Iterator[Notice]:
    if count:
        yield Notice("warn", f"{what}: {count:,}", step, "failures")


def _of_anchors(anchors: Sequence[dict[str, Any]]) -> Iterator[Notice]:
    for one in anchors:
        if one["overdue"]:
            yield Notice(
                "warn", f"audit log: {one['kind']} {one['name']} has not seen it lately.", "hub audit anchor", "audit"
            )
