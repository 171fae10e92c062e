"""``hub consent``: what is on record, and why something may be used or may not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from hub.app import Hub, defaults_folder, open_hub
from hub.cli import intake
from hub.cli.holdings import FILE_PURPOSE
from hub.cli.options import DEFAULT_CONFIG, AsJson, Case, Config
from hub.cli.screen import out, print_json, show
from hub.cli.subject import Who, find_person
from hub.errors import ConfigError
from hub.pipeline.door import Look
from hub.pipeline.gate import Question, ask, ledger_events
from hub.pipeline.intake import put_on_record
from hub.pipeline.propagation import wait_for_what_is_under_way
from hub.pipeline.rooms import Rooms
from hub.pipeline.withdrawal import ends_something
from hub.pipeline.wording import explain as in_words
from hub.privacy.consent import NEGATIVE, POSITIVE
from hub.privacy.policy import load_policy
from hub.schema import ConsentEvent, ConsentEvidence, ConsentScope, ConsentState, DataCategory, Party, Provenance
from hub.store.conflict import again_after_conflict

app = typer.Typer(help="What people allowed and refused, and what follows from it.", no_args_is_help=True)


@app.command("show")
def show_consent(who: Who, case: Case = None, config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """List a person's consent events, in the order the hub came to know of them.

    Example: hub consent show maria.garcia@example.com
    """
    with open_hub(config) as hub:
        person_id = _shown_person(hub, who, case)
        with hub.store.read() as tx:
            rows = [_row(entry) for entry in tx.consents.for_persons([person_id]).get(person_id, [])]
    show("Consent", ["known", "said", "type", "state", "purpose", "category", "source"], rows, as_json=as_json)


def _shown_person(hub: Hub, who: str, case: str | None) -> str:
    """The person, where whoever asks may see what they allowed: for a file of theirs, or for the ticket in hand."""
    look = Look("view", "consent", "summary", "CustomerCare" if case else FILE_PURPOSE, case=case)
    hub.door.require_chance([look])
    person_id = find_person(hub, who)
    hub.door.require(look, person_id)
    return person_id


def _row(entry: Any) -> dict[str, Any]:
    event = entry.event
    return {
        "known": f"{entry.recorded:%Y-%m-%d %H:%M}",
        "said": f"{event.occurred_at:%Y-%m-%d %H:%M}" if event else None,
        "type": entry.type,
        "state": str(event.state) if event else None,
        "purpose": (event.scope.purpose or "any") if event else None,
        "category": (event.scope.category or "any") if event else None,
        "source": (event.evidence.source_system or event.provenance.connection) if event else None,
    }


@app.command("explain")
def explain(
    who: Who,
    purpose: Annotated[str, typer.Option(help="A purpose of privacy/purposes.yaml.")] = "EmotionAnalysis",
    category: Annotated[DataCategory, typer.Option(help="A data category.")] = DataCategory.EMOTION_LABEL,
    recipient: Annotated[str, typer.Option(help="Who would use it: a connection, or hub.")] = "hub",
    at: Annotated[str | None, typer.Option(help="The moment asked about, ISO 8601 with zone; now if absent.")] = None,
    known_at: Annotated[
        str | None, typer.Option(help="Only what was on record by then counts: decides again what was decided then.")
    ] = None,
    case: Case = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say whether something may be used, and why.

    Example: hub consent explain maria.garcia@example.com --purpose EmotionAnalysis --recipient salesforce
    """
    with open_hub(config) as hub:
        person_id = _shown_person(hub, who, case)
        found = _explain(hub, person_id, Question(purpose, category, recipient, "activate"), at, known_at)
    if as_json:
        return print_json(found)
    out.print("allowed" if found["allowed"] else "denied", style="bold green" if found["allowed"] else "bold red")
    for reason in found["reasons"]:
        out.print(f"  because: {in_words(reason)}", markup=False)
    for row in found["path"]:
        what = f"{row['state'] or row['type']} for {row['purpose'] or 'any'}, {row['category'] or 'any'}"
        out.print(f"  decided by: {what}; said {row['said']}, known {row['known']}, {row['source']}", markup=False)
    out.print(f"  under policy {found['policy']}, ledger up to {found['ledger_seq']}", markup=False)
    return None


def _explain(hub: Hub, person_id: str, question: Question, at: str | None, known_at: str | None) -> dict[str, Any]:
    with hub.store.read() as tx:
        rows = tx.consents.for_persons([person_id]).get(person_id, [])
        seq = tx.consents.seq([person_id]).get(person_id, 0)
        profile = tx.persons.profiles([person_id])[person_id]
    moment, known = _moment("--at", at) or hub.now(), _moment("--known-at", known_at)
    events = ledger_events(rows)
    asked = ask(hub.rooms, events, profile, person_id=person_id, question=question, at=moment, known_at=known)
    decision, until = asked.decision, asked.decision.valid_until
    told = [person_id, *question, moment.isoformat(), str(known), str(seq), decision.policy]
    return {
        "allowed": decision.allowed,
        "reasons": list(decision.reasons),
        "evidence": list(decision.evidence),
        "path": [_row(entry) for entry in rows if entry.id in decision.evidence],
        "obligations": list(decision.obligations),
        "valid_until": until,
        "valid_for_s": None if until is None else int((until - moment).total_seconds()),
        "policy": decision.policy,
        "ledger_seq": seq,
        "decision_id": hub.vault.ref("decision", *told),
    }


def _moment(option: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{option}: expected ISO 8601.", fix="Example: 2026-05-01T00:00:00Z") from None
    if moment.tzinfo is None:
        raise ConfigError(f"{option}: a time without a zone.", fix="Add Z, or an offset.")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ConfigError(f"{option}: this is before the first year or after the last.") from None


@app.command("record")
def record(
    who: Who,
    state: Annotated[ConsentState, typer.Option(help="given, refused, withdrawn, objected …")],
    purpose: Annotated[str | None, typer.Option(help="A purpose; any if absent.")] = None,
    category: Annotated[DataCategory | None, typer.Option(help="A data category; any if absent.")] = None,
    explicit: Annotated[bool, typer.Option("--explicit", help="The person said so explicitly.")] = False,
    notice: Annotated[int | None, typer.Option(min=1, help="Version of the privacy notice they were shown.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Put on record what a person has just said; it counts from now, also for what waits to be sent.

    Example: hub consent record maria.garcia@example.com --state withdrawn --purpose EmotionAnalysis
    """
    with open_hub(config) as hub:
        _check_purpose(hub, purpose)
        if state in POSITIVE and purpose is None:
            raise ConfigError("a consent names its purpose.", fix="Add --purpose.")
        scope = ConsentScope(purpose=purpose, category=category)
        person_id = find_person(hub, who)
        left = _append(hub, person_id, state, scope, explicit=explicit, notice=notice)
        hub.audit.sequence()
    if as_json:
        return print_json({
            "person": person_id, "state": str(state), "scope": scope.model_dump(), "under_way": left
        })  # fmt: skip
    out.print(f"recorded: {state} for {purpose or 'any purpose'}; the next push acts on it", markup=False)
    if wanting := _wanting(hub, state, purpose, notice):
        out.print(wanting, markup=False)
    if left:
        out.print(f"{left} rows were under way already; the next push takes them back", markup=False)
    return None


def _wanting(hub: Hub, state: ConsentState, purpose: str | None, notice: int | None) -> str | None:
    """A consent that is on record and does not count would surprise whoever took it down."""
    least = hub.rooms_to_erase.policy.purposes.purposes[purpose].min_notice if state in POSITIVE and purpose else None
    if least is None or (notice or 0) >= least:
        return None
    return f"it does not count: {purpose} asks for notice {least} or later; say which one they were shown (--notice)"


def _check_purpose(hub: Hub, purpose: str | None) -> None:
    """Rules that cannot be read tell no names; those that the hub came with do, for somebody who takes something back."""
    if purpose is None:
        return
    rules = hub.rooms_to_erase.policy
    shipped = rules if rules.is_readable else load_policy(defaults_folder() / "privacy")
    known = sorted(shipped.purposes.purposes)
    if purpose not in known and not rules.is_readable:
        raise ConfigError(
            f"purpose {purpose!r} cannot be looked up, because the privacy rules cannot be read.",
            fix="Leave out --purpose to take back everything, or mend the rules ('hub privacy lint').",
        )
    if purpose not in known:
        raise ConfigError(f"unknown purpose {purpose!r}.", fix=f"Known: {', '.join(known)}.")


def _append(
    hub: Hub, person_id: str, state: ConsentState, scope: ConsentScope, *, explicit: bool, notice: int | None = None
) -> int:
    """Puts it on record; once this returns nothing leaves against it, but for so many rows that are stuck under way."""
    event = _event(hub, person_id, state, scope, explicit=explicit, notice=notice)
    _record(hub, person_id, event)
    return wait_for_what_is_under_way(_rooms(hub, event), [person_id], hub.sleep) if ends_something(event) else 0


@again_after_conflict
def _record(hub: Hub, person_id: str, event: ConsentEvent) -> None:
    with hub.store.begin() as tx:
        put_on_record(_rooms(hub, event), tx, [(person_id, event)], actor=hub.actor)


def _rooms(hub: Hub, event: ConsentEvent) -> Rooms:
    """A withdrawal is taken down whatever is wrong with the rules; a permission waits until they are sound."""
    return hub.rooms_to_erase if event.state in NEGATIVE else hub.rooms


def _event(
    hub: Hub, person_id: str, state: ConsentState, scope: ConsentScope, *, explicit: bool, notice: int | None
) -> ConsentEvent:
    now = hub.now()
    return ConsentEvent(
        id=hub.vault.ref("consent", person_id, now.isoformat(), str(state), scope.model_dump_json()),
        provenance=Provenance(connection="hub", connector="hub", stream="cli", key=person_id, version=now.isoformat()),
        party=Party(person_id=person_id),
        state=state,
        occurred_at=now,
        scope=scope,
        evidence=ConsentEvidence(method="command line", source_system="hub", explicit=explicit, notice_version=notice),
    )


intake.add_commands(app)
