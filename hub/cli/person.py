"""``hub person``: find, show and erase one person."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hub.app import Hub, open_hub
from hub.audit.entry import Entry as AuditEntry
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config, DryRun
from hub.cli.screen import out, print_json, table
from hub.cli.subject import Who, find_person
from hub.contract import Capability, Eraser
from hub.pipeline.erase import EraseJob
from hub.pipeline.erase import erase as run_erase
from hub.privacy.erasure import ErasurePlan, Progress

app = typer.Typer(help="Find, show and erase one person.", no_args_is_help=True)
DEGRADED = 3


@app.command("show")
def show(who: Who, config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Show what the hub holds about one person: counts, tags, and who received what; never identifiers or texts.

    Example: hub person show maria.garcia@example.com
    """
    with open_hub(config) as hub:
        person_id = find_person(hub, who)
        with hub.store.begin() as tx:  # no audit, no look
            entry = AuditEntry(type="read", outcome="shown", actor=hub.actor, subject=tx.persons.audit_ref(person_id))
            hub.audit.record(tx, [entry])
        found = _describe(hub, person_id)
    if as_json:
        return print_json(found)
    out.print(f"{found['person']} (audit reference {found['audit_ref']})", markup=False)
    out.print(
        table("Known by", ["kind", "issuer", "count"], [[*pair, n] for pair, n in found["identifiers"]], right=[2])
    )
    out.print(table("Records", ["kind", "count"], found["records"].items(), right=[1]))
    tags = [[t["said"], t["label"] or "not sure", t["confidence"], t["expires"]] for t in found["emotion"]]
    out.print(table("Emotion", ["said", "label", "confidence", "expires"], tags, right=[2]))
    sent = [[r["connection"], r["object"], ", ".join(r["fields"]), r["last"]] for r in found["sent"]]
    out.print(table("Sent to", ["connection", "object", "fields", "last"], sent))
    return None


def _describe(hub: Hub, person_id: str) -> dict[str, Any]:
    with hub.store.read() as tx:
        kinds: dict[tuple[str, str], int] = {}
        for one in tx.persons.identifiers([person_id]).get(person_id, []):
            kinds[str(one.kind), one.issuer] = kinds.get((str(one.kind), one.issuer), 0) + 1
        records: dict[str, int] = {}
        for record in tx.records.for_person(person_id):
            records[record.kind] = records.get(record.kind, 0) + 1
        tags = tx.tags.for_person([person_id], hub.now()).get(person_id, [])
        return {
            "person": person_id,
            "status": tx.persons.status(person_id),
            "audit_ref": tx.persons.audit_ref(person_id),
            "identifiers": sorted(kinds.items()),
            "records": records,
            "emotion": [
                {
                    "said": f"{tag.occurred_at:%Y-%m-%d %H:%M}",
                    "label": tag.label,
                    "confidence": f"{tag.confidence:.2f}",
                    "expires": f"{tag.expires_at:%Y-%m-%d}",
                    "model": tag.model,
                }
                for tag in tags
            ],
            "sent": [
                {
                    "connection": r.connection,
                    "object": r.object,
                    "fields": list(r.fields),
                    "last": f"{r.last_at:%Y-%m-%d %H:%M}",
                }
                for r in tx.outbox.receipts(person_id)
            ],
        }


@app.command("erase")
def erase(
    who: Who,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: Config = DEFAULT_CONFIG,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Erase one person here and at every connected system, look again, and refuse any re-import. Resumes when run again.

    Example: hub person erase C-000001 --dry-run
    """
    with open_hub(config) as hub:
        person_id = find_person(hub, who)
        systems = sorted(hub.deployment.settings.connections)
        if dry_run:
            return _print_dry_run(hub, person_id, systems, as_json=as_json)
        if not yes:
            typer.confirm(f"Erase {person_id} here and at {', '.join(systems)}? This cannot be undone.", abort=True)
        plan = run_erase(hub.rooms, erase_job(hub, person_id))
        hub.audit.sequence()
    _print_plan(plan, as_json=as_json)
    if plan.progress is not Progress.COMPLETE:
        raise typer.Exit(DEGRADED)
    return None


def erase_job(hub: Hub, person_id: str) -> EraseJob:
    """This is the erasure of one person at every connection of the deployment."""
    connections = hub.deployment.settings.connections
    erasers = {name: _eraser(hub, name) for name in sorted(connections)}
    return EraseJob(person_id, erasers, {name: connection.connector for name, connection in connections.items()})


def _eraser(hub: Hub, connection: str) -> Eraser | None:
    if Capability.ERASE not in hub.connector(connection).manifest.capabilities:
        return None
    opened = hub.connect(connection)
    return opened if isinstance(opened, Eraser) else None


def _print_dry_run(hub: Hub, person_id: str, systems: list[str], *, as_json: bool) -> None:
    held = _describe(hub, person_id)
    can = {name: Capability.ERASE in hub.connector(name).manifest.capabilities for name in systems}
    plan = {"person": person_id, "records": held["records"], "systems": can}
    if as_json:
        return print_json(plan)
    out.print(table("Would delete here", ["kind", "count"], held["records"].items(), right=[1]))
    rows = [[name, "erase, then look again" if ok else "by hand: opens an obligation"] for name, ok in can.items()]
    out.print(table("Would do there", ["connection", "what"], rows))
    return None


def _print_plan(plan: ErasurePlan, *, as_json: bool) -> None:
    steps = [
        {"step": str(step.phase), "system": step.system, "state": str(step.state), "reason": step.reason}
        for step in plan.steps
    ]
    if as_json:
        return print_json({"progress": str(plan.progress), "due": plan.due_at, "steps": steps})
    rows = [[step["step"], step["system"], step["state"], step["reason"]] for step in steps]
    out.print(table(f"Erasure: {plan.progress}", ["step", "system", "state", "reason"], rows))
    if plan.progress is not Progress.COMPLETE:
        out.print("not complete: run the same command again once the system answers.")
    return None
