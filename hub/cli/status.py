"""``hub status`` and ``hub runs``: how it goes."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hub.app import Hub, open_hub
from hub.cli.budgets import COLUMNS, budget_cells, budget_rows
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config, Limit
from hub.cli.screen import out, print_json, show, table
from hub.errors import FatalError
from hub.store.dead_letters import Backlog
from hub.store.ledger import Run

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
        found = _status(hub, None if all_runs else LATEST)
    if as_json:
        print_json(found)
    else:
        _print_status(found)
    if found["problems"]:
        raise FatalError(
            f"{len(found['problems'])} batches do not add up: {'; '.join(found['problems'][:5])}.",
            fix="Something changed the database behind the hub's back: restore it from a backup.",
        )


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
            "open obligations": len(tx.obligations.list()),
            "held leases": [lease.sync for lease in tx.leases.held()],
            "budgets": budget_rows(tx),
            "problems": [str(one) for one in tx.balance.of_latest(latest)],
        }


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
    rows += [[name, found[name]] for name in ("quarantined", "dead letters", "open obligations")]
    out.print(table("Stored", ["what", "count"], rows, right=[1]))
    if found["budgets"]:
        rows = [[_when(cell) for cell in budget_cells(row)] for row in found["budgets"]]
        out.print(table("Call limits", COLUMNS, rows))
    if found["quarantined"] or found["dead letters"]:
        out.print("what failed, and what to do about it: hub outcomes dead")
    if found["held leases"]:
        out.print(f"running now: {', '.join(found['held leases'])}", markup=False)


def _short(value: Any) -> Any:
    return _when(value) or "never"


def _when(value: Any) -> Any:
    return value.strftime("%Y-%m-%d %H:%M:%SZ") if hasattr(value, "strftime") else value


def runs(config: Config = DEFAULT_CONFIG, limit: Limit = 20, as_json: AsJson = False) -> None:
    """List the latest runs, newest first.

    Example: hub runs -n 5
    """
    with open_hub(config) as hub, hub.store.read() as tx:
        rows = [_run_row(run) for run in tx.ledger.runs(limit)]
    show("Runs", ["run", "sync", "kind", "status", "started", "revision"], rows, as_json=as_json)


def _run_row(run: Run) -> dict[str, Any]:
    return {
        "run": run.id,
        "sync": run.sync,
        "kind": run.kind,
        "status": str(run.status),
        "started": f"{run.started_at:%Y-%m-%d %H:%M:%SZ}",
        "finished": run.finished_at,
        "revision": run.revision,
    }
