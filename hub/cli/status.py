"""``hub status`` and ``hub runs``: how it goes."""

from __future__ import annotations

from typing import Any

import typer

from hub.app import Hub, open_hub
from hub.cli.budgets import COLUMNS, budget_cells, budget_rows
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config, Limit
from hub.cli.screen import out, print_json, show, table
from hub.errors import FatalError
from hub.store.ledger import PullCounts, Run


def add_commands(app: typer.Typer) -> None:
    """This adds the commands to ``hub``."""
    app.command("status")(status)
    app.command("runs")(runs)


def status(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Show how fresh each sync is, what is stored, what waits, and whether the counts add up.

    Example: hub status --json
    """
    with open_hub(config) as hub:
        found = _status(hub)
    if as_json:
        print_json(found)
    else:
        _print_status(found)
    if found["problems"]:
        raise FatalError(f"{len(found['problems'])} runs do not add up: {', '.join(found['problems'])}.")


def _status(hub: Hub) -> dict[str, Any]:
    with hub.store.read() as tx:
        syncs = []
        for name, sync in sorted(hub.deployment.settings.syncs.items()):
            fresh = tx.ledger.freshness(name)
            syncs.append(
                {
                    "sync": name,
                    "kind": sync.kind,
                    "last started": fresh.started_at,
                    "last succeeded": fresh.succeeded_at,
                }
            )
        latest = tx.ledger.runs(50)
        return {
            "syncs": syncs,
            "people": tx.persons.count(),
            "records": tx.records.counts(),
            "quarantined": tx.quarantine.count(),
            "open obligations": len(tx.obligations.list()),
            "held leases": [lease.sync for lease in tx.leases.held()],
            "budgets": budget_rows(tx),
            "problems": [run.id for run in latest if run.kind == "pull" and not _adds_up(tx.ledger.counts(run.id))],
        }


def _adds_up(counts: PullCounts) -> bool:
    return counts.read == counts.stored + counts.unchanged + counts.withheld + counts.quarantined


def _print_status(found: dict[str, Any]) -> None:
    columns = ["sync", "kind", "last started", "last succeeded"]
    out.print(table("Syncs", columns, [[_short(row[column]) for column in columns] for row in found["syncs"]]))
    rows = [["people", found["people"]], *found["records"].items()]
    rows += [[name, found[name]] for name in ("quarantined", "open obligations")]
    out.print(table("Stored", ["what", "count"], rows, right=[1]))
    if found["budgets"]:
        rows = [[_when(cell) for cell in budget_cells(row)] for row in found["budgets"]]
        out.print(table("Call limits", COLUMNS, rows))
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
