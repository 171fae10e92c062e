"""``hub person hold``, ``release`` and ``holds``: what must stay for now, whatever retention or an erasure says."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hub.app import Hub, open_hub
from hub.audit.entry import Entry as AuditEntry
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config, Limit
from hub.cli.screen import out, print_json, show
from hub.cli.subject import Who, find_person
from hub.cli.typed import code
from hub.errors import ConfigError
from hub.store.conflict import again_after_conflict
from hub.store.holds import Hold

Reason = Annotated[str, typer.Option("--reason", help="Why, as a case number or code; it goes into the audit log.")]


def add_commands(app: typer.Typer) -> None:
    """This adds the commands to ``hub person``."""
    app.command("hold")(hold)
    app.command("release")(release)
    app.command("holds")(holds)


def hold(
    who: Who,
    reason: Reason,
    record: Annotated[str | None, typer.Option(help="Only this record (its hub id).")] = None,
    system: Annotated[str | None, typer.Option(help="Only what rests at this connection.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Keep everything about a person, or one record, or what one system holds, until it is released.

    Neither retention nor an erasure touches it meanwhile.

    Example: hub person hold C-000001 --reason CASE-2026-17
    """
    with open_hub(config) as hub:
        if system is not None and system not in hub.deployment.settings.connections:
            known = ", ".join(sorted(hub.deployment.settings.connections))
            raise ConfigError(f"unknown connection {system!r}.", fix=f"Known: {known}.")
        person_id = find_person(hub, who)
        number = _place(hub, person_id, code(reason, "--reason"), record, system)
        hub.audit.sequence()
    if as_json:
        return print_json({"hold": number, "person": person_id})
    out.print(f"hold {number} stands; to end it: hub person release {number} --reason CODE", markup=False)
    return None


def release(
    number: Annotated[int, typer.Argument(help="Number of the hold ('hub person holds').")],
    reason: Reason,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """End a legal hold; an erasure that waited for it goes on with the next sweep, or when it is run again.

    Example: hub person release 3 --reason CASE-2026-17-closed
    """
    with open_hub(config) as hub:
        ended = _release(hub, number, code(reason, "--reason"))
        with hub.store.read() as tx:
            waits = any(step.state.value == "held" for step in tx.erasures.steps(ended.person_id))
        hub.audit.sequence()
    if as_json:
        return print_json({"hold": number, "person": ended.person_id, "erasure_waits": waits})
    out.print(f"hold {number} is released.")
    if waits:
        out.print(f"an erasure waited for it: hub person erase {ended.person_id}", markup=False)
    return None


def holds(config: Config = DEFAULT_CONFIG, limit: Limit = 100, as_json: AsJson = False) -> None:
    """List the legal holds that stand, oldest first.

    Example: hub person holds
    """
    with open_hub(config) as hub, hub.store.read() as tx:
        rows = [_row(one) for one in tx.holds.list(limit)]
    show("Legal holds", ["hold", "person", "keeps", "reason", "by", "since"], rows, as_json=as_json)


def _row(one: Hold) -> dict[str, Any]:
    return {
        "hold": one.id,
        "person": one.person_id,
        "keeps": one.record_id or (f"at {one.system}" if one.system else "everything"),
        "reason": one.reason,
        "by": one.placed_by,
        "since": f"{one.placed_at:%Y-%m-%d %H:%M}Z",
    }


@again_after_conflict
def _place(hub: Hub, person_id: str, reason: str, record: str | None, system: str | None) -> int:
    with hub.store.begin() as tx:
        tx.persons.hold_many([person_id])
        owner = person_id
        if record is not None:
            owner = tx.records.persons_of([record]).get(record, "")
            if owner not in tx.persons.members(person_id):
                raise ConfigError(f"the person has no record {record!r}.", fix="Its id stands in 'hub person export'.")
        number = tx.holds.place(owner, reason=reason, actor=hub.actor, record_id=record, system=system)
        _audit(hub, tx, owner, "placed", reason, system)
    return number


@again_after_conflict
def _release(hub: Hub, number: int, reason: str) -> Hold:
    with hub.store.begin() as tx:
        ended = tx.holds.release(number, reason=reason, actor=hub.actor)
        _audit(hub, tx, ended.person_id, "released", reason, ended.system)
    return ended


def _audit(hub: Hub, tx: Any, person_id: str, outcome: str, reason: str, system: str | None) -> None:
    subject = tx.persons.audit_ref(person_id)
    entry = AuditEntry(type="hold", outcome=outcome, reasons=(reason,), dest=system, subject=subject, actor=hub.actor)
    hub.audit.record(tx, [entry])
