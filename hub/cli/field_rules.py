"""``hub privacy explain``: which fields leave to a destination, in which form, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from hub.app import Hub, open_hub
from hub.cli.holdings import FILE_PURPOSE
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config
from hub.cli.screen import show
from hub.cli.subject import find_person
from hub.errors import ConfigError
from hub.pipeline.door import Look
from hub.pipeline.gate import Question, ask, ledger_events
from hub.pipeline.wording import explain as in_words
from hub.privacy.categories import CATEGORY_PARENTS, FIELDS
from hub.privacy.consent import Decision
from hub.privacy.document import nearest
from hub.privacy.fields import refusal
from hub.privacy.rules import Ask, Destination, FieldRule, listed_as
from hub.schema import DataCategory

_FILE = "destinations.yaml"
Gate = Callable[[str | None, DataCategory], Decision]


def add_commands(parent: typer.Typer) -> None:
    """This adds the command to ``hub privacy``."""
    parent.command("explain")(explain)


def explain(
    destination: Annotated[str, typer.Argument(help="A destination of privacy/destinations.yaml.")],
    who: Annotated[
        str | None, typer.Argument(help="A person: per_…, e-mail, +phone, customer number or ISSUER:ID.")
    ] = None,
    purpose: Annotated[
        str | None, typer.Option(help="What it is sent for; that of the destination's push if absent.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Also list the fields that no rule lets out.")] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Show which fields leave to a destination, by which operator, why, and by which line of the rules.

    With a person it says what the gate answers about them now; no value is ever shown.

    Example: hub privacy explain zendesk maria.garcia@example.com
    """
    with open_hub(config) as hub:
        known = hub.policy.destinations.destinations
        if destination not in known:
            raise ConfigError(
                f"the destination '{destination}' is not known{nearest(destination, known)}.",
                fix=f"Known: {', '.join(sorted(known)) or 'none'}.",
            )
        entry = known[destination]
        gate = _gate(hub, who, destination, _purpose(hub, destination, purpose)) if who else None
        rows = [_row(hub, destination, entry, path, gate) for path in FIELDS]
    told = [row for row in rows if every or as_json or row["where"]]
    show(f"Fields to {destination}", ["field", "leaves", "operator", "category", "why", "where"], told, as_json=as_json)


def _purpose(hub: Hub, destination: str, purpose: str | None) -> str:
    syncs = hub.deployment.settings.syncs.values()
    pushed = [one.purpose for one in syncs if one.kind == "push" and one.connection == destination and one.purpose]
    chosen = purpose or next(iter([*pushed, *hub.policy.destination(destination).purposes]))
    if chosen not in hub.policy.purposes.purposes:
        raise ConfigError(f"the purpose '{chosen}' is not known{nearest(chosen, hub.policy.purposes.purposes)}.")
    return chosen


def _gate(hub: Hub, who: str, destination: str, purpose: str) -> Gate:
    look = Look("view", "consent", "summary", FILE_PURPOSE)
    hub.door.require_chance([look])
    person_id = find_person(hub, who)
    hub.door.require(look, person_id)
    with hub.store.read() as tx:
        events = ledger_events(tx.consents.for_persons([person_id]).get(person_id, []))
        profile = tx.persons.profiles([person_id])[person_id]

    def decide(other: str | None, category: DataCategory) -> Decision:
        question = Question(other or purpose, str(category), destination, "activate")
        return ask(hub.rooms, events, profile, person_id=person_id, question=question, at=hub.now()).decision

    return decide


def _row(hub: Hub, destination: str, entry: Destination, path: str, gate: Gate | None) -> dict[str, Any]:
    rule, line = entry.rules.get(path), listed_as(entry.fields, path)
    category = FIELDS[path]
    leaves, why = _by_rule(entry, rule, category)
    if gate is not None and leaves and rule is not None:
        reason = refusal(path, rule, gate)
        leaves = reason is None
        why = in_words(reason) if reason else _granted(gate, category)
    return {
        "field": path,
        "leaves": "yes" if leaves else "no",
        "operator": _told(rule),
        "category": str(category) if category else None,
        "why": why,
        "where": hub.policy.where(_FILE, ("destinations", destination, "fields", line)) if line else None,
    }


def _granted(gate: Gate, category: DataCategory | None) -> str:
    return in_words(gate(None, category).reasons[0]) if category else "no personal data"


def _by_rule(entry: Destination, rule: FieldRule | None, category: DataCategory | None) -> tuple[bool, str]:
    """Whether a field may leave at all, and why, before anybody's consent is asked for."""
    if rule is None:
        return False, "not listed, so it never leaves"
    if rule.do == "drop":
        return False, "dropped"
    if category is None:
        return True, "no personal data"
    if not {category, CATEGORY_PARENTS[category]} & set(entry.categories):
        return False, f"{category} is no category of this destination"
    more = rule.requires
    also = f", and to {more.purpose} ({more.category})" if isinstance(more, Ask) else f", and on {more}" if more else ""
    return True, f"listed; where the gate says yes to {category}{also}"


def _told(rule: FieldRule | None) -> str | None:
    if rule is None:
        return None
    options = rule.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"do", "requires"})
    return " ".join([rule.do, *(f"{key}={value}" for key, value in options.items())])
