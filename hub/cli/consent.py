"""``hub consent``: what is on record, and why something may be used or may not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from hub.app import Hub, open_hub
from hub.audit.entry import Entry as AuditEntry
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config
from hub.cli.screen import out, print_json, show
from hub.cli.subject import Who, find_person
from hub.cli.wording import explain as in_words
from hub.errors import ConfigError
from hub.pipeline.agreement import tag_what_rests
from hub.pipeline.gate import Question, ask, ledger_events
from hub.pipeline.withdrawal import withdraw_tags
from hub.privacy.consent import POSITIVE
from hub.schema import ConsentEvent, ConsentEvidence, ConsentScope, ConsentState, DataCategory, Party, Provenance
from hub.store.conflict import again_after_conflict

app = typer.Typer(help="What people allowed and refused, and what follows from it.", no_args_is_help=True)


@app.command("show")
def show_consent(who: Who, config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """List a person's consent events, in the order the hub came to know of them.

    Example: hub consent show maria.garcia@example.com
    """
    with open_hub(config) as hub:
        person_id = find_person(hub, who)
        with hub.store.read() as tx:
            rows = [_row(entry) for entry in tx.consents.for_persons([person_id]).get(person_id, [])]
    show("Consent", ["known", "said", "type", "state", "purpose", "category", "source"], rows, as_json=as_json)


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
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say whether something may be used, and why.

    Example: hub consent explain maria.garcia@example.com --purpose EmotionAnalysis --recipient salesforce
    """
    with open_hub(config) as hub:
        found = _explain(hub, find_person(hub, who), Question(purpose, category, recipient, "activate"), at)
    if as_json:
        return print_json(found)
    out.print("allowed" if found["allowed"] else "denied", style="bold green" if found["allowed"] else "bold red")
    for reason in found["reasons"]:
        out.print(f"  because: {in_words(reason)}", markup=False)
    out.print(f"  decided by {len(found['evidence'])} events, under policy {found['policy']}", markup=False)
    return None


def _explain(hub: Hub, person_id: str, question: Question, at: str | None) -> dict[str, Any]:
    with hub.store.read() as tx:
        events = ledger_events(tx.consents.for_persons([person_id]).get(person_id, []))
        profile = tx.persons.profiles([person_id])[person_id]
        moment = _moment(at) or hub.now()
        asked = ask(hub.rooms, events, profile, person_id=person_id, question=question, at=moment)
    decision = asked.decision
    return {
        "allowed": decision.allowed,
        "reasons": list(decision.reasons),
        "evidence": list(decision.evidence),
        "obligations": list(decision.obligations),
        "valid_until": decision.valid_until,
        "policy": decision.policy,
    }


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError("--at: expected ISO 8601.", fix="Example: 2026-05-01T00:00:00Z") from None
    if moment.tzinfo is None:
        raise ConfigError("--at: a time without a zone.", fix="Add Z, or an offset.")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ConfigError("--at: this is before the first year or after the last.") from None


@app.command("record")
def record(
    who: Who,
    state: Annotated[ConsentState, typer.Option(help="given, refused, withdrawn, objected …")],
    purpose: Annotated[str | None, typer.Option(help="A purpose; any if absent.")] = None,
    category: Annotated[DataCategory | None, typer.Option(help="A data category; any if absent.")] = None,
    explicit: Annotated[bool, typer.Option("--explicit", help="The person said so explicitly.")] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Put on record what a person has just said; it counts from now, also for what waits to be sent.

    Example: hub consent record maria.garcia@example.com --state withdrawn --purpose EmotionAnalysis
    """
    with open_hub(config) as hub:
        if purpose is not None and purpose not in hub.policy.purposes.purposes:
            known = ", ".join(sorted(hub.policy.purposes.purposes))
            raise ConfigError(f"unknown purpose {purpose!r}.", fix=f"Known: {known}.")
        if state in POSITIVE and purpose is None:
            raise ConfigError("a consent names its purpose.", fix="Add --purpose.")
        scope = ConsentScope(purpose=purpose, category=category)
        person_id = find_person(hub, who)
        _append(hub, person_id, state, scope, explicit=explicit)
        hub.audit.sequence()
    if as_json:
        return print_json({"person": person_id, "state": str(state), "scope": scope.model_dump()})
    out.print(f"recorded: {state} for {purpose or 'any purpose'}; the next push acts on it", markup=False)
    return None


@again_after_conflict
def _append(hub: Hub, person_id: str, state: ConsentState, scope: ConsentScope, *, explicit: bool) -> None:
    now = hub.now()
    event = ConsentEvent(
        id=hub.vault.ref("consent", person_id, now.isoformat(), str(state), scope.model_dump_json()),
        provenance=Provenance(connection="hub", connector="hub", stream="cli", key=person_id, version=now.isoformat()),
        party=Party(person_id=person_id),
        state=state,
        occurred_at=now,
        scope=scope,
        evidence=ConsentEvidence(method="command line", source_system="hub", explicit=explicit),
    )
    with hub.store.begin() as tx:
        tx.consents.append([(person_id, event)])
        tx.persons.touch([person_id])
        withdraw_tags(hub.rooms, tx, [person_id])
        if state in POSITIVE:
            tag_what_rests(hub.rooms, tx, [person_id])
        entry = AuditEntry(
            type="consent",
            outcome=str(state),
            purpose=scope.purpose,
            actor=hub.actor,
            subject=tx.persons.audit_ref(person_id),
        )
        hub.audit.record(tx, [entry])
