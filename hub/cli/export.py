"""``hub person export`` and ``import``: the answer to an access request, and the same taken in elsewhere."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from hub.app import Hub, open_hub
from hub.audit.entry import Entry as AuditEntry
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config, DryRun
from hub.cli.screen import out, print_json
from hub.cli.subject import Who, find_person
from hub.cli.typed import moment
from hub.errors import BadRecordError, ConfigError
from hub.file import write_new
from hub.pipeline.door import Look
from hub.pipeline.erase import due_of
from hub.pipeline.export import collect, write_zip
from hub.pipeline.portable import Portable, parse_portable, take_in
from hub.privacy.access_rules import Data
from hub.store.requests import Request, RequestKind
from hub.store.store import Tx

_DATA: tuple[Data, ...] = ("contact", "content", "behaviour", "loyalty", "consent", "emotion")
_LARGEST = 512 * 1024 * 1024


def add_commands(app: typer.Typer) -> None:
    """This adds the commands to ``hub person``."""
    app.command("export")(export)
    app.command("import")(import_person)


def export(
    who: Who,
    target: Annotated[Path, typer.Option("--out", help="The ZIP file to write; one that is there is not replaced.")],
    purpose: Annotated[str, typer.Option(help="What for: a purpose of privacy/purposes.yaml.")] = "LegalCompliance",
    received: Annotated[
        str | None, typer.Option(help="When the request came, ISO 8601 with zone; now if absent.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Write everything the hub holds about one person to a ZIP file: for machines, and a page to read (index.html).

    It answers the person's open access request, and opens one where there is none. Your role must allow it: see
    privacy/access.yaml. The export is on the audit record.

    Example: hub person export C-000001 --out C-000001.zip
    """
    with open_hub(config) as hub:
        if target.exists():
            raise _taken(target)
        looks = [Look("export", data, "raw_text", purpose, "data_subject_request") for data in _DATA]
        hub.door.require_chance(looks)
        person_id = find_person(hub, who)
        request = _register(hub, person_id, received)
        for look in looks:
            hub.door.require(replace(look, case=f"request:{request.id}"), person_id)
        hub.audit.sequence()
        found = collect(hub.rooms, person_id)
        if not write_new(target, write_zip(found, hub.rooms, hub.controller)):
            raise _taken(target)  # another export was faster, and may be of somebody else
        _answer(hub, request)
        hub.audit.sequence()
    told = {"file": str(target), "request": request.id, **_counts(found.held), "recipients": len(found.recipients)}
    if as_json:
        return print_json(told)
    out.print(
        f"wrote {target}: {told['records']} records, {told['tags']} guesses, {told['consents']} consents", markup=False
    )
    out.print(f"request {request.id} is answered; hand the file over by a way that only the person can open.")
    return None


def _taken(target: Path) -> ConfigError:
    return ConfigError(f"{target}: there is a file already.", fix="Name another one.")


def _counts(held: Portable) -> dict[str, int]:
    return {"records": len(held.records), "tags": len(held.tags), "consents": len(held.consents)}


def _register(hub: Hub, person_id: str, received: str | None) -> Request:
    came = moment(received, "--received") or hub.now()
    with hub.store.begin() as tx:
        known = tx.requests.find(person_id, RequestKind.ACCESS)
        if known is not None:
            return known
        due = due_of(hub.rooms, tx, person_id, came, RequestKind.ACCESS)
        made = tx.requests.open(
            person_id, RequestKind.ACCESS, due.law,
            received_at=due.received_at, due_at=due.due_at, acknowledge_by=due.acknowledge_by,
        )  # fmt: skip
        _record(hub, tx, made, "opened")
        return made


def _answer(hub: Hub, request: Request) -> None:
    with hub.store.begin() as tx:
        tx.requests.close(request.id, "exported")
        _record(hub, tx, request, "closed", "exported")


def _record(hub: Hub, tx: Tx, request: Request, outcome: str, *reasons: str) -> None:
    subject, told = tx.persons.audit_ref(request.person_id), ("access", request.law, *reasons)
    hub.audit.record(tx, [AuditEntry(type="request", outcome=outcome, reasons=told, actor=hub.actor, subject=subject)])


def import_person(
    source: Annotated[Path, typer.Argument(help="A ZIP file that 'hub person export' wrote.")],
    config: Config = DEFAULT_CONFIG,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take in one exported person. Whoever was erased here stays erased, and whoever is known already is left alone.

    Example: hub person import C-000001.zip --dry-run
    """
    found = _read(source)
    with open_hub(config, dry_run=dry_run) as hub:
        person_id = take_in(hub.rooms, found, actor=hub.actor)
        if not dry_run:
            hub.audit.sequence()
    told = {"person": None if dry_run else person_id, **_counts(found), "dry_run": dry_run}
    if as_json:
        return print_json(told)
    what = f"{told['records']} records, {told['tags']} guesses, {told['consents']} consents"
    out.print(f"would take in {what}" if dry_run else f"took in {person_id}: {what}", markup=False)
    return None


def _read(source: Path) -> Portable:
    try:
        with zipfile.ZipFile(source) as file:
            info = file.getinfo("data.json")
            if info.file_size > _LARGEST:
                raise ConfigError(f"{source}: data.json is larger than {_LARGEST} bytes.")
            return parse_portable(file.read(info))
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError):
        raise ConfigError(f"{source}: this is no export.", fix="Name a file of 'hub person export'.") from None
    except BadRecordError as error:
        raise ConfigError(f"{source}: {error.message}", fix="Ask for the file anew.") from None
