"""``hub outcomes``: what became of each record, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer

from hub.app import Hub, open_hub
from hub.cli import obligations
from hub.cli.failures import Chosen, Failure, choose, failures, require_sync
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config, DryRun, Limit
from hub.cli.screen import out, print_json, show
from hub.errors import ConfigError
from hub.pipeline.door import Look
from hub.pipeline.intake import CONNECTION
from hub.pipeline.resolution import drop, preview, retry
from hub.pipeline.wording import explain
from hub.store.ledger import PullState
from hub.store.quarantine import Quarantined
from hub.store.store import Tx

Sync = Annotated[str | None, typer.Option(help="Only of this sync.")]
Reason = Annotated[str | None, typer.Option(help="Only with this reason code.")]
Ids = Annotated[
    list[str] | None, typer.Argument(metavar="[ID]...", help="As in 'hub outcomes dead'; all that fit if absent.")
]

app = typer.Typer(help="What became of each record, and why.", no_args_is_help=True)
ROWS = Look("view", "runs", "individual")
"""What these commands show: rows of the hub's own work, by reference or vendor key."""


def add_commands(parent: typer.Typer) -> None:
    """This adds the group to ``hub``."""
    app.add_typer(obligations.app, name="obligations")
    parent.add_typer(app, name="outcomes")


@contextmanager
def _rows_of(hub: Hub) -> Iterator[Tx]:
    hub.door.require(ROWS)
    with hub.store.read() as tx:
        yield tx


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
    with open_hub(config) as hub:
        require_sync(hub, sync)
        with _rows_of(hub) as tx:
            rows = [
                {
                    "at": f"{row.at:%Y-%m-%d %H:%M:%SZ}",
                    "sync": row.sync,
                    "stream": row.stream,
                    "record": row.ref,
                    "state": str(row.state),
                    "reason": row.reason if as_json or not row.reason else explain(row.reason),
                    "policy": row.policy,
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
    with open_hub(config) as hub, _rows_of(hub) as tx:
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
            "the reason names (see docs/reference/mappings.md) and read it again as shown under 'next'.",
            soft_wrap=True,
        )


def _next(hub: Hub, one: Quarantined) -> str:
    """Any pull looks at the record again when the vendor sends it; these commands make the vendor send it."""
    for name, sync in sorted(hub.deployment.settings.syncs.items()):
        if sync.connection == one.connection and one.stream in sync.streams:
            known = {stream.name: stream for stream in hub.connector(sync.connection).manifest.streams}
            can_fetch = one.stream in known and known[one.stream].fetch
            return f"hub pull {name} --quarantined" if can_fetch else f"hub pull {name} --full"
    if one.connection == CONNECTION:
        return "mend the row, then import the file again"
    if one.stream.startswith("push:"):
        return "mend the mapping, the connector or destinations.yaml; it goes when its person is next decided about"
    return "no sync reads this stream any more"


@app.command("dead")
def list_dead(
    sync: Sync = None,
    reason: Reason = None,
    config: Config = DEFAULT_CONFIG,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List what failed and is not tried again by itself, oldest first, with the next step.

    These are rows that no destination took and records that could not be read. Content is never shown.

    Example: hub outcomes dead --sync salesforce-push
    """
    with open_hub(config) as hub:
        hub.door.require(ROWS)
        require_sync(hub, sync)
        found = failures(hub, choose((), sync, reason), limit)
    rows = [_row(one, as_json=as_json) for one in found]
    columns = ["id", "sync", "object", "target", "reason", "attempts", "since", "next step"]
    show("Dead letters", columns, rows, as_json=as_json)


def _row(one: Failure, *, as_json: bool) -> dict[str, object]:
    return {
        "id": one.id,
        "kind": one.kind,
        "sync": one.sync,
        "object": one.object,
        "target": one.target,
        "reason": one.reason if as_json else explain(one.reason),
        "attempts": one.attempts,
        "since": None if one.since is None else f"{one.since:%Y-%m-%d %H:%M:%SZ}",
        "next step": one.next_step,
    }


@app.command("retry")
def retry_dead(
    ids: Ids = None,
    sync: Sync = None,
    reason: Reason = None,
    config: Config = DEFAULT_CONFIG,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Have dead letters decided about anew: the next push asks for consent again and makes the row from what is known then.

    What could not be read is marked to be read anew. With --dry-run: what would be decided today.

    Example: hub outcomes retry --sync salesforce-push --reason UNABLE_TO_LOCK_ROW --dry-run
    """
    with open_hub(config, dry_run=dry_run) as hub:
        require_sync(hub, sync)
        chosen = choose(ids or (), sync, reason)
        letters, unread = chosen.letters(hub), chosen.unread(hub)
        _require_all(chosen, len(letters) + len(unread))
        if dry_run:
            return _print_preview(hub, chosen, as_json=as_json)
        with hub.store.begin() as tx:
            wanted = tx.quarantine.want([(one.connection, one.stream, one.key) for one in unread])
        closed = retry(hub.rooms, letters)
        hub.audit.sequence()
    if as_json:
        return print_json({"rows": closed, "records": wanted})
    out.print(f"{closed} rows: the next push of their sync decides about them anew", markup=False)
    if wanted:
        out.print(
            f"{wanted} records: the next pull of their sync asks for them by key; 'hub pull NAME --full' reads what "
            "cannot be asked for so",
            markup=False,
        )
    return None


def _print_preview(hub: Hub, chosen: Chosen, *, as_json: bool) -> None:
    letters = chosen.letters(hub)
    rows: list[dict[str, object]] = []
    for name in sorted({letter.sync for letter in letters}):
        rows += [
            {
                "sync": name,
                "object": row.object,
                "target": row.target_ref,
                "state": str(row.state),
                "reason": row.reason,
            }
            for row in preview(hub.rooms, hub.push_job(name), letters)
        ]
    rows += [
        {"sync": one.connection, "object": one.stream, "target": one.key, "state": "to be read", "reason": one.reason}
        for one in chosen.unread(hub)
    ]
    show("Would be decided", ["sync", "object", "target", "state", "reason"], rows, as_json=as_json)


@app.command("drop")
def drop_dead(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="As in 'hub outcomes dead'.")],
    reason: Annotated[
        str, typer.Option(help="Why, for the audit log; without personal data, which is removed.", show_default=False)
    ],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Give dead letters up: the same content is not sent again, other content is. The row stays in the ledger as failed.

    Example: hub outcomes drop 4711 --reason "contact was closed by the vendor"
    """
    with open_hub(config) as hub:
        chosen = choose(ids, None, None)
        if chosen.keys:
            raise ConfigError(
                "Only rows of a push can be dropped.", fix="Records leave the quarantine once they are read."
            )
        letters = chosen.letters(hub)
        _require_all(chosen, len(letters))
        closed = drop(hub.rooms, letters, reason)
        hub.audit.sequence()
    if as_json:
        return print_json({"rows": closed})
    out.print(f"{closed} rows dropped", markup=False)
    return None


def _require_all(chosen: Chosen, found: int) -> None:
    wanted: Sequence[object] = [*chosen.numbers, *chosen.keys]
    if wanted and found != len(wanted):
        raise ConfigError(
            f"{len(wanted) - found} of the {len(wanted)} named are no dead letters (any more).",
            fix="See 'hub outcomes dead'.",
        )
