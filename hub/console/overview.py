"""The overview: what needs somebody now, how fresh each sync is, what came of the latest runs, and why things were withheld."""

from __future__ import annotations

from typing import Any

from hub.console.audit_head import read_anchors, read_head
from hub.console.desk import OVERVIEW, Desk
from hub.console.freshness import read_freshness
from hub.console.notices import list_notices
from hub.console.runs import describe, read_reasons
from hub.pipeline.holder import underway
from hub.store.budget import Budget
from hub.store.store import Tx

LATEST = 300
"""Runs that the charts are drawn from."""


def show_overview(desk: Desk) -> dict[str, Any]:
    """This is the first page."""
    desk.require(OVERVIEW)
    anchors, alerts = read_anchors(desk), desk.hub.find_alerts(desk.hub.snapshot())
    late = {one.sync for one in alerts if one.name == "stale"}
    with desk.hub.store.read() as tx:
        fresh, budgets = read_freshness(desk, tx), tx.budgets.current()
        runs = describe(tx, tx.overview.runs(LATEST))
        counts = _counts(desk, tx)
        found = {
            "syncs": _with_backlogs(tx, [{**one.told(), "late": one.sync in late} for one in fresh]),
            "running": underway(tx.leases.held()),
            "runs": runs,
            "limits": [_limit(one) for one in budgets if one.used is not None or one.closed_until],
            "audit": read_head(tx),
            **read_reasons(tx, runs),
        }
    notices = list_notices(alerts, fresh, budgets, anchors, counts)
    return {"notices": notices, "counts": counts, "anchors": anchors, **found}


def _counts(desk: Desk, tx: Tx) -> dict[str, int]:
    owed, late = tx.obligations.counts()
    asked, overdue = tx.requests.counts(desk.now)
    return {
        "dead_letters": tx.dead_letters.count(),
        "quarantined": tx.quarantine.count(),
        "open_obligations": owed,
        "overdue_obligations": late,
        "open_requests": asked,
        "overdue_requests": overdue,
    }


def _with_backlogs(tx: Tx, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    backlogs = tx.dead_letters.backlogs()
    for row in rows:
        one = backlogs.get(row["sync"])
        row["waiting"] = one.queued + one.waiting + one.unanswered if one else 0
        row["dead"] = one.dead if one else 0
    return rows


def _limit(one: Budget) -> dict[str, Any]:
    return {
        "connection": one.connection,
        "limit": one.name,
        "used": one.used,
        "calls": one.limit or one.told.limit,
        "seconds": one.window.per / 1_000_000 or None,
        "waiting": len(one.waiting),
        "blocked_until": one.closed_until,
    }
