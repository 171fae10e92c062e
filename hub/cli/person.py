"""``hub person``: find, show, export, hold, part and erase one person."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.app import Hub, open_hub
from hub.cli import export, hold, unmerge
from hub.cli.holdings import Sight, describe, print_person, records_of
from hub.cli.options import DEFAULT_CONFIG, AsJson, Case, Config, DryRun, Purpose, Reason
from hub.cli.screen import out, print_json, table
from hub.cli.subject import Who, find_person
from hub.cli.typed import code, moment
from hub.contract import Capability
from hub.pipeline.erase import erase as run_erase
from hub.privacy.erasure import ErasurePlan, Progress, StepState

app = typer.Typer(help="Find, show, export, hold, part and erase one person.", no_args_is_help=True)
hold.add_commands(app)
export.add_commands(app)
unmerge.add_commands(app)
DEGRADED = 3


@app.command("show")
def show(
    who: Who,
    purpose: Purpose = None,
    reason: Reason = None,
    case: Case = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Show what the hub holds about one person: counts, and who received what; never identifiers or texts.

    Their emotion is shown only where you say what for, and your role may see it: as one word, or tag by tag. Every look is on
    record.

    Example: hub person show maria.garcia@example.com --purpose EmotionAnalysis --reason complaint
    """
    with open_hub(config) as hub:
        sight = Sight.of(hub, purpose, reason, case)
        hub.door.require_chance(sight.least())
        person_id = find_person(hub, who)
        seen = sight.ask(person_id)
        found = describe(hub, person_id, seen)
    if as_json:
        return print_json(found)
    return print_person(found)


@app.command("erase")
def erase(
    who: Who,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    identity: Annotated[
        str, typer.Option(help="How you checked that the request is the person's own, as a code for the audit log.")
    ] = "operator",
    received: Annotated[
        str | None, typer.Option(help="When the request came, ISO 8601 with zone; now if absent.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Erase one person here and at every connected system, look again, and refuse any re-import. Resumes when run again.

    Example: hub person erase C-000001 --identity callback --dry-run
    """
    with open_hub(config) as hub:
        person_id = find_person(hub, who)
        systems = sorted(hub.deployment.settings.connections)
        if dry_run:
            return _print_dry_run(hub, person_id, systems, as_json=as_json)
        job = hub.erase_job(
            person_id, identity=code(identity, "--identity"), received_at=moment(received, "--received")
        )
        if not yes:
            typer.confirm(f"Erase {person_id} here and at {', '.join(systems)}? This cannot be undone.", abort=True)
        plan = run_erase(hub.rooms_to_erase, job)
        hub.audit.sequence()
    _print_plan(plan, as_json=as_json)
    if plan.progress is not Progress.COMPLETE:
        raise typer.Exit(DEGRADED)
    return None


def _print_dry_run(hub: Hub, person_id: str, systems: list[str], *, as_json: bool) -> None:
    with hub.store.read() as tx:
        records = records_of(tx, person_id)
    can = {name: Capability.ERASE in hub.connector(name).manifest.capabilities for name in systems}
    plan = {"person": person_id, "records": records, "systems": can}
    if as_json:
        return print_json(plan)
    out.print(table("Would delete here", ["kind", "count"], records.items(), right=[1]))
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
        out.print(f"not complete; due {plan.due_at:%Y-%m-%d}. {_next(plan)}", soft_wrap=True, markup=False)
    return None


def _next(plan: ErasurePlan) -> str:
    """What is to be done first about an erasure that waits."""
    waits = {step.state for step in plan.steps}
    if StepState.FAILED in waits:
        return "A system has failed: run the same command again, the sweep does so as well."
    if StepState.HELD in waits:
        return "A legal hold keeps some of it: see 'hub person holds', then run the same command again."
    return "Somebody must erase by hand, then close what is owed (hub outcomes obligations), then run the same command again."
