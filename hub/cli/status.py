"""``hub status`` and ``hub runs``: how it goes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any

import typer

from hub.app import Hub, open_hub
from hub.cli.anchoring import anchor_rows
from hub.cli.budgets import COLUMNS, budget_cells, budget_rows
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config, Limit
from hub.cli.screen import out, print_json, show, table
from hub.errors import FatalError
from hub.pipeline.holder import underway
from hub.store.dead_letters import Backlog
from hub.store.ledger import Run, RunStatus
from hub.store.store import Tx

COUNTED = (
    "quarantined", "dead letters", "open obligations", "overdue obligations", "open requests", "overdue requests",
    "legal holds",
)  # fmt: skip
LATEST = 50
"""Runs whose rows are counted again, unless all are asked for."""


def add_commands(app: typer.Typer) -> None:
    """This adds the commands to ``hub``."""
    app.command("status")(status)
    app.command("runs")(runs)


def status(
    config: Config = DEFAULT_CONFIG,
    all_runs: Annotated[
        bool, typer.Option("--all", help="Count the rows of every run again, not only of the latest 50.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show how fresh each sync is, what is stored, what waits, what failed for good, and whether the counts add up.

    Example: hub status --json
    """
    with open_hub(config) as hub:
        found = {**_status(hub, None if all_runs else LATEST), "anchors": anchor_rows(hub)}
    if as_json:
        print_json(found)
    else:
        _print_status(found)
    if found["problems"]:
        raise FatalError(
            f"{len(found['problems'])} batches do not add up: {'; '.join(found['problems'][:5])}.",
            fix="Something changed the database behind the hub's back: restore it from a backup.",
        )
    if found["overdue obligations"]:
        raise typer.Exit(3)


def _status(hub: Hub, latest: int | None) -> dict[str, Any]:
    with hub.store.read() as tx:
        syncs: list[dict[str, Any]] = []
        backlogs = tx.dead_letters.backlogs()
        for name, sync in sorted(hub.deployment.settings.syncs.items()):
            fresh = tx.ledger.freshness(name)
            syncs.append(
                {
                    "sync": name,
                    "kind": sync.kind,
                    "last started": fresh.started_at,
                    "last succeeded": fresh.succeeded_at,
                    **_waiting(backlogs.get(name, Backlog()) if sync.kind == "push" else None),
                }
            )
        return {
            "syncs": syncs,
            "people": tx.persons.count(),
            "records": tx.records.counts(),
            "quarantined": tx.quarantine.count(),
            "dead letters": sum(backlog.dead for backlog in backlogs.values()),
            **_owed(tx),
            **_asked(hub, tx),
            "held leases": underway(tx.leases.held()),
            "budgets": budget_rows(tx),
            "problems": [str(one) for one in tx.balance.of_latest(latest)],
        }


def _owed(tx: Tx) -> dict[str, int]:
    """What other systems, or their owners, must still do."""
    open_, late = tx.obligations.counts()
    return {"open obligations": open_, "overdue obligations": late}


def _asked(hub: Hub, tx: Tx) -> dict[str, int]:
    """What people have asked for and not got yet."""
    open_, late = tx.requests.counts(hub.now())
    return {"open requests": open_, "overdue requests": late, "legal holds": len(tx.holds.list())}


def _waiting(backlog: Backlog | None) -> dict[str, int | None]:
    if backlog is None:
        return {"queued": None, "unanswered": None, "to retry": None, "dead": None}
    return {
        "queued": backlog.queued,
        "unanswered": backlog.unanswered,
        "to retry": backlog.waiting,
        "dead": backlog.dead,
    }


def _print_status(found: dict[str, Any]) -> None:
    times = ("last started", "last succeeded")
    columns = ["sync", "kind", *times, "queued", "unanswered", "to retry", "dead"]
    cells = [[_short(row[name]) if name in times else row[name] for name in columns] for row in found["syncs"]]
    out.print(table("Syncs", columns, cells, right=range(4, 8)))
    rows = [["people", found["people"]], *found["records"].items()]
    rows += [[name, found[name]] for name in COUNTED]
    out.print(table("Stored", ["what", "count"], rows, right=[1]))
    if found["budgets"]:
        rows = [[_when(cell) for cell in budget_cells(row)] for row in found["budgets"]]
        out.print(table("Call limits", COLUMNS, rows))
    if found["anchors"]:
        cells = [[row["kind"], row["name"], row["size"], _short(row["at"]), row["state"]] for row in found["anchors"]]
        out.print(table("Audit log seen by", ["kind", "name", "entries", "last", "state"], cells, right=[2]))
    if found["quarantined"] or found["dead letters"]:
        out.print("what failed, and what to do about it: hub outcomes dead")
    if found["overdue requests"]:
        out.print("somebody waits longer than the law allows: hub requests list", style="red")
    if found["overdue obligations"]:
        out.print("a system still holds what it should have given up by now: hub outcomes obligations", style="red")
    if found["held leases"]:
        out.print(f"running now: {', '.join(found['held leases'])}", markup=False)


def _short(value: Any) -> Any:
    return _when(value) or "never"


def _when(value: Any) -> Any:
    return value.strftime("%Y-%m-%d %H:%M:%SZ") if hasattr(value, "strftime") else value


def runs(config: Config = DEFAULT_CONFIG, limit: Limit = 20, as_json: AsJson = False) -> None:
    """List the latest runs, newest first; killed is one whose process is gone, and the next run of its sync ends it.

    Example: hub runs -n 5
    """
    with open_hub(config) as hub, hub.store.read() as tx:
        alive = underway(tx.leases.held())
        rows = [_run_row(run, alive) for run in tx.ledger.runs(limit)]
    show("Runs", ["run", "sync", "kind", "status", "started", "revision"], rows, as_json=as_json)


def _run_row(run: Run, alive: Collection[str]) -> dict[str, Any]:
    # Nobody closes a run that was killed before the next one of its sync begins.
    killed = run.status is RunStatus.RUNNING and run.sync not in alive
    return {
        "run": run.id,
        "sync": run.sync,
        "kind": run.kind,
        "status": "killed" if killed else str(run.status),
        "started": f"{run.started_at:%Y-%m-%d %H:%M:%SZ}",
        "finished": run.finished_at,
        "revision": run.revision,
    }
