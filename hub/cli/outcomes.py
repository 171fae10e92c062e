"""``hub outcomes``: what became of each record, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.app import Hub, open_hub
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config, Limit
from hub.cli.screen import out, show
from hub.cli.wording import explain
from hub.store.ledger import PullState
from hub.store.quarantine import Quarantined

app = typer.Typer(help="What became of each record, and why.", no_args_is_help=True)


def add_commands(parent: typer.Typer) -> None:
    """This adds the group to ``hub``."""
    parent.add_typer(app, name="outcomes")


@app.command("list")
def list_outcomes(
    run: Annotated[str | None, typer.Option(help="Only of this run.")] = None,
    sync: Annotated[str | None, typer.Option(help="Only of this sync.")] = None,
    state: Annotated[PullState | None, typer.Option(help="Only with this end.")] = None,
    config: Config = DEFAULT_CONFIG,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List outcomes of read records, newest first; records appear by the hub's own reference, never by content.

    Example: hub outcomes list --state withheld
    """
    with open_hub(config) as hub, hub.store.read() as tx:
        rows = [
            {
                "at": f"{row.at:%Y-%m-%d %H:%M:%SZ}",
                "sync": row.sync,
                "stream": row.stream,
                "record": row.ref,
                "state": str(row.state),
                "reason": row.reason if as_json or not row.reason else explain(row.reason),
                "run": row.run_id,
            }
            for row in tx.ledger.outcomes(run_id=run, sync=sync, state=state, limit=limit)
        ]
    show("Outcomes", ["at", "sync", "stream", "record", "state", "reason"], rows, as_json=as_json)


@app.command("quarantine")
def list_quarantine(config: Config = DEFAULT_CONFIG, limit: Limit = 50, as_json: AsJson = False) -> None:
    """List vendor records that could not be mapped: where they are, why, and what to do; their content is not kept.

    Example: hub outcomes quarantine
    """
    with open_hub(config) as hub, hub.store.read() as tx:
        rows = [
            {
                "connection": one.connection,
                "stream": one.stream,
                "key": one.key,
                "reason": one.reason,
                "run": one.run_id,
                "next": _next(hub, one),
            }
            for one in tx.quarantine.list(limit)
        ]
    show("Quarantine", ["connection", "stream", "key", "reason", "next"], rows, as_json=as_json)
    if rows and not as_json:
        out.print(
            "A record leaves the list once it is read well: when it changes at the vendor, or when you have mended what "
            "the reason names (see docs/reference/mappings.md) and read again from the beginning as shown under 'next'.",
            soft_wrap=True,
        )


def _next(hub: Hub, one: Quarantined) -> str:
    """Any pull looks at the record again when the vendor sends it; ``--full`` makes the vendor send it."""
    for name, sync in sorted(hub.deployment.settings.syncs.items()):
        if sync.connection == one.connection and one.stream in sync.streams:
            return f"hub pull {name} --full"
    return "no sync reads this stream any more"


@app.command("obligations")
def list_obligations(config: Config = DEFAULT_CONFIG, limit: Limit = 50, as_json: AsJson = False) -> None:
    """List what people must still do by hand at systems that cannot do it themselves, soonest due first.

    Example: hub outcomes obligations
    """
    with open_hub(config) as hub, hub.store.read() as tx:
        rows = [
            {"number": one.id, "system": one.system, "what": one.what, "owner": one.owner, "due": f"{one.due:%Y-%m-%d}"}
            for one in tx.obligations.list(limit)
        ]
    show("Obligations", ["number", "system", "what", "owner", "due"], rows, as_json=as_json)
