"""``hub requests``: what people asked for, and by when they must have an answer."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hub.app import open_hub
from hub.audit.entry import Entry as AuditEntry
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config, Limit
from hub.cli.screen import out, print_json, show
from hub.cli.subject import Who, find_person
from hub.cli.typed import code, moment
from hub.pipeline.erase import due_of
from hub.store.requests import Request, RequestKind

app = typer.Typer(help="What people asked for, and by when they must have an answer.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="Number of the request ('hub requests list').")]
COLUMNS = ("request", "person", "kind", "law", "received", "acknowledge by", "due", "state")


@app.command("list")
def list_requests(
    everything: Annotated[bool, typer.Option("--all", help="Also those that were answered.")] = False,
    config: Config = DEFAULT_CONFIG,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List requests, soonest due first; what is late says so.

    Example: hub requests list
    """
    with open_hub(config) as hub, hub.store.read() as tx:
        rows = [_row(one, hub.now()) for one in tx.requests.list(limit, closed=everything)]
    show("Requests", COLUMNS, rows, as_json=as_json)


@app.command("open")
def open_request(
    who: Who,
    kind: Annotated[RequestKind, typer.Option(help="What the person asks for.")] = RequestKind.ACCESS,
    received: Annotated[
        str | None, typer.Option(help="When the request came, ISO 8601 with zone; now if absent.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Put a request on the register; its date follows from the law of the place where the person is.

    Example: hub requests open C-000001 --kind access --received 2026-11-02T09:00:00Z
    """
    with open_hub(config) as hub:
        person_id = find_person(hub, who)
        came = moment(received, "--received") or hub.now()
        with hub.store.begin() as tx:
            due = due_of(hub.rooms_to_erase, tx, person_id, came, kind)
            made = tx.requests.open(
                person_id, kind, due.law,
                received_at=due.received_at, due_at=due.due_at, acknowledge_by=due.acknowledge_by,
            )  # fmt: skip
            hub.audit.record(tx, [_entry(made, "opened", hub.actor, tx.persons.audit_ref(person_id))])
        hub.audit.sequence()
        row = _row(made, hub.now())
    if as_json:
        return print_json(row)
    out.print(f"request {made.id}: due {made.due_at:%Y-%m-%d} ({made.law})", markup=False)
    return None


@app.command("acknowledge")
def acknowledge(number: Number, config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Put on record that the person has been told that the request came.

    Example: hub requests acknowledge 3
    """
    _change(number, "acknowledged", config, as_json=as_json)


@app.command("extend")
def extend(
    number: Number,
    reason: Annotated[str, typer.Option(help="Why, as a code; the person must be told before the old date.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Take the longer time that the law gives where the person is told why.

    Example: hub requests extend 3 --reason complex
    """
    _change(number, "extended", config, as_json=as_json, reason=code(reason, "--reason"))


@app.command("close")
def close(
    number: Number,
    outcome: Annotated[str, typer.Option(help="How it ended, as a code: answered, refused, withdrawn …")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Close a request that was answered outside the hub; an erasure or export closes its own.

    Example: hub requests close 3 --outcome answered
    """
    _change(number, "closed", config, as_json=as_json, reason=code(outcome, "--outcome"))


def _change(number: int, what: str, config: Any, *, as_json: bool, reason: str = "") -> None:
    with open_hub(config) as hub:
        with hub.store.begin() as tx:
            known = tx.requests.get(number)
            if what == "acknowledged":
                tx.requests.acknowledge(number)
            elif what == "closed":
                tx.requests.close(number, reason)
            else:
                kind = RequestKind(known.kind)
                tx.requests.extend(number, hub.deadlines.extended(kind.value, known.law, known.due_at), reason)
            subject = tx.persons.audit_ref(known.person_id)
            hub.audit.record(tx, [_entry(known, what, hub.actor, subject, reason)])
            row = _row(tx.requests.get(number), hub.now())
        hub.audit.sequence()
    if as_json:
        return print_json(row)
    out.print(f"request {number}: {row['state']}, due {row['due']}", markup=False)
    return None


def _entry(one: Request, outcome: str, actor: str, subject: str | None, reason: str = "") -> AuditEntry:
    reasons = (one.kind, one.law, *((reason,) if reason else ()))
    return AuditEntry(type="request", outcome=outcome, reasons=reasons, actor=actor, subject=subject)


def _row(one: Request, now: Any) -> dict[str, Any]:
    state = one.outcome or ("overdue" if one.overdue(now) else "extended" if one.extended else "open")
    return {
        "request": one.id,
        "person": one.person_id,
        "kind": one.kind,
        "law": one.law,
        "received": f"{one.received_at:%Y-%m-%d}",
        "acknowledge by": None
        if one.acknowledge_by is None or one.acknowledged_at
        else f"{one.acknowledge_by:%Y-%m-%d}",
        "due": f"{one.due_at:%Y-%m-%d %H:%M}Z",
        "state": state,
    }
