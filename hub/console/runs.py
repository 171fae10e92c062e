"""Runs as pages show them: the latest ones, one in full, and those that fall into a span of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from hub.console.desk import OVERVIEW, Desk
from hub.pipeline.holder import underway
from hub.pipeline.wording import explain
from hub.store.delivery import DeliveryState
from hub.store.ledger import PullState, Run, RunStatus
from hub.store.overview import MOST_ROWS
from hub.store.store import Tx

PAGE = 50
"""Runs on a page."""

READ = tuple(str(state) for state in PullState)
SENT = ("confirmed", "unchanged", "withheld", "failed", "unknown", "pending")
KILLED = "killed"
STATUSES = tuple(str(status) for status in RunStatus)
_UNDER_WAY = {DeliveryState.SENDING, DeliveryState.ACCEPTED}


def show_runs(desk: Desk, *, sync: str | None, status: str | None, before: str | None) -> dict[str, Any]:
    """This is a page of the latest runs, newest first."""
    desk.require(OVERVIEW)
    with desk.hub.store.read() as tx:
        found = tx.overview.runs(PAGE + 1, sync=sync, status=status, before=before)
        rows = describe(tx, found[:PAGE])
    return {
        "runs": rows,
        "sync": sync,
        "status": status,
        "syncs": [*sorted(desk.hub.deployment.settings.syncs), "sweep"],
        "next": found[PAGE - 1].id if len(found) > PAGE else None,
    }


def show_run(desk: Desk, run_id: str) -> dict[str, Any] | None:
    """This is one run: what became of its records and rows, and why; None where there is none."""
    desk.require(OVERVIEW)
    with desk.hub.store.read() as tx:
        run = tx.overview.run(run_id)
        if run is None:
            return None
        (row,) = describe(tx, [run])
        reasons = read_reasons(tx, [row])
        small = row["rows"] <= MOST_ROWS
        problems = [str(one) for one in tx.balance.of_run(run_id)] if small and run.finished_at else []
    return {"run": row, **reasons, "problems": problems, "checked": small and run.finished_at is not None}


def show_span(desk: Desk, sync: str | None, start: datetime, end: datetime | None) -> dict[str, Any]:
    """These are the runs that began in a span of time, of one sync or of all: what a run of another scheduler did here."""
    desk.require(OVERVIEW)
    with desk.hub.store.read() as tx:
        found = tx.overview.runs(PAGE, sync=sync, since=start, until=end) if start else []
        rows = describe(tx, found)
        reasons = read_reasons(tx, rows)
    return {"runs": rows, "sync": sync, **reasons}


def describe(tx: Tx, runs: Sequence[Run]) -> list[dict[str, Any]]:
    """These are runs with their counts, as rows of a page."""
    ids = [run.id for run in runs]
    totals = tx.overview.totals(ids)
    pushed = [run.id for run in runs if run.kind == "push" and totals.get(run.id, {}).get("selected", 0) <= MOST_ROWS]
    sent, alive = tx.overview.sent(pushed), underway(tx.leases.held())
    return [_row(run, status_of(run, alive), totals.get(run.id, {}), sent.get(run.id)) for run in runs]


def status_of(run: Run, alive: Collection[str]) -> str:
    """This is how a run stands: ``killed`` where its process is gone and no next run has closed it yet."""
    return KILLED if run.status is RunStatus.RUNNING and run.sync not in alive else str(run.status)


def read_reasons(tx: Tx, rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """These are the reasons of some runs, as far as they can be counted while somebody waits.

    ``uncounted`` is how many runs are too long for that.
    """
    listed = list(rows)
    budget, chosen = MOST_ROWS, []
    for row in listed:
        if row["rows"] <= budget:
            chosen.append(row["run"])
            budget -= row["rows"]
    found = tx.overview.reasons(chosen)
    told = [
        {"kind": kind, "state": state, "reason": reason, "words": explain(reason), "count": count}
        for (kind, state, reason), count in sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return {"reasons": told, "uncounted": len(listed) - len(chosen)}


def _row(run: Run, status: str, totals: dict[str, int], sent: dict[str, int] | None) -> dict[str, Any]:
    states: Counter[str] = Counter()
    for state, count in (sent or {}).items():
        states["pending" if state in _UNDER_WAY else state] += count
    counts = {name: states[name] for name in SENT} if run.kind == "push" else {n: totals.get(n, 0) for n in READ}
    if run.kind not in ("pull", "push"):
        counts = {}  # a sweep deletes, which leaves no rows to count
    return {
        "run": run.id,
        "sync": run.sync,
        "kind": run.kind,
        "status": status,
        "started": run.started_at,
        "finished": run.finished_at,
        "seconds": (run.finished_at - run.started_at).total_seconds() if run.finished_at else None,
        "revision": run.revision,
        "rows": totals.get("selected", 0) if run.kind == "push" else totals.get("read", 0),
        "counts": counts,
    }
