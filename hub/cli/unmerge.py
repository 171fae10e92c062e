"""``hub person merges`` and ``unmerge``: who was taken for one person, and how to take that back."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hub.app import Hub, open_hub
from hub.cli.holdings import records_of
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config, DryRun
from hub.cli.screen import out, print_json, show
from hub.cli.subject import Who, find_person
from hub.cli.typed import code
from hub.errors import ConfigError
from hub.pipeline.parting import part

COLUMNS = ("person", "part of", "since", "why", "known by")


def add_commands(app: typer.Typer) -> None:
    """This adds the commands to ``hub person``."""
    app.command("merges")(merges)
    app.command("unmerge")(unmerge)


def merges(who: Who, config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """List the people who were found to be this one: since when, why, and the kinds of identifier that each brought.

    Example: hub person merges maria.garcia@example.com
    """
    with open_hub(config) as hub:
        person_id = find_person(hub, who)
        rows = _rows(hub, person_id)
    show("Merges", COLUMNS, rows, as_json=as_json)


def _rows(hub: Hub, person_id: str) -> list[dict[str, Any]]:
    with hub.store.read() as tx:
        return [
            {
                "person": one.gone,
                "part of": one.keep,
                "since": f"{one.at:%Y-%m-%d %H:%M}",
                "why": one.reason,
                "known by": ", ".join(tx.merges.known_by(one.gone)),
            }
            for one in tx.merges.of(person_id)
        ]


def unmerge(
    person: Annotated[str, typer.Argument(help="The per_… of 'hub person merges' who is somebody else.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, as a case number or code; it goes into the audit log.")],
    config: Config = DEFAULT_CONFIG,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Part somebody from the person whom they were taken for; what each said and allowed is their own again.

    Both are asked about again, systems that were told too much owe to forget it, and no pull makes them one again. What came
    while they were one stays with the person who stood for both.

    Example: hub person unmerge per_019e82694e80353f4024dae11140126e --reason CASE-2026-31 --dry-run
    """
    if not person.startswith("per_"):
        raise ConfigError("name the hub's own id of whom to part.", fix="See 'hub person merges WHO'.")
    with open_hub(config, dry_run=dry_run) as hub:
        merge, lost = part(hub.rooms, person, code(reason, "--reason"), actor=hub.actor)
        with hub.store.read() as tx:
            kept = {one: records_of(tx, one) for one in (merge.keep, merge.gone)}
        if not dry_run:
            hub.audit.sequence()
    if as_json:
        return print_json(
            {"parted": merge.gone, "from": merge.keep, "records": kept, "untagged": lost, "dry_run": dry_run}
        )
    for one, records in kept.items():
        told = ", ".join(f"{count} {kind}" for kind, count in sorted(records.items())) or "nothing"
        also = "; loses the emotion tags, because nothing of their own allows them" if one in lost else ""
        out.print(f"{one} {'would keep' if dry_run else 'keeps'} {told}{also}", markup=False, soft_wrap=True)
    out.print(
        "nothing was written; leave out --dry-run to part them" if dry_run else "parted; the next push acts on it"
    )
    return None
