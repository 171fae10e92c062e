"""``hub outcomes obligations``: what is still to be done at other systems, and closing what was done by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from hub.app import open_hub
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config, Limit
from hub.cli.screen import out, print_json, show
from hub.errors import ConfigError
from hub.pipeline.door import Look
from hub.pipeline.resolution import close_obligation
from hub.pipeline.wording import explain
from hub.store.obligations import Obligation

app = typer.Typer(help="What is still to be done at other systems.", invoke_without_command=True)


@app.callback()
def list_obligations(
    context: typer.Context, config: Config = DEFAULT_CONFIG, limit: Limit = 50, as_json: AsJson = False
) -> None:
    """List what is still to be done at other systems, soonest due first: what pushes owe, and what owners owe by hand.

    A withdrawal is owed by the hub ("hub") until the system's push has taken back what it was told and has looked again.
    What no push can do is owed by the system's owner; close it once it is done.

    Example: hub outcomes obligations
    """
    if context.invoked_subcommand is not None:
        return
    with open_hub(config) as hub:
        hub.door.require(Look("view", "runs", "individual"))
        with hub.store.read() as tx:
            rows = [_row(one, hub.now(), as_json=as_json) for one in tx.obligations.list(limit)]
    show("Obligations", ["number", "system", "what", "owner", "due", "state", "subject"], rows, as_json=as_json)


def _row(one: Obligation, now: datetime, *, as_json: bool) -> dict[str, Any]:
    return {
        "number": one.id,
        "system": one.system,
        "what": one.what if as_json else explain(one.what),
        "owner": one.owner,
        "due": f"{one.due:%Y-%m-%d %H:%MZ}",
        "state": "overdue" if one.due < now else "open",
        "subject": one.audit_ref,
    }


@app.command("close")
def close(
    number: Annotated[int, typer.Argument(help="As in 'hub outcomes obligations'.")],
    reason: Annotated[
        str,
        typer.Option(
            help="What was done, for the audit log; without personal data, which is removed.", show_default=False
        ),
    ],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Close an obligation that somebody has met by hand.

    Example: hub outcomes obligations close 12 --reason "emptied in the admin centre"
    """
    if not reason.strip():
        raise ConfigError("an obligation is closed with a reason.", fix="Say what was done: --reason.")
    with open_hub(config) as hub:
        done = close_obligation(hub.rooms_to_erase, number, reason, actor=hub.actor)
        hub.audit.sequence()
    if not done:
        raise ConfigError(f"obligation {number} is not open.", fix="See 'hub outcomes obligations'.")
    if as_json:
        return print_json({"number": number, "closed": True})
    out.print(f"obligation {number} is closed", markup=False)
    return None
