"""Gathers what the hub knows of people and cases into the canonical view that privacy rules and mappings read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.emotion.tone import tone_hint
from hub.pipeline.gate import ledger_events
from hub.privacy.consent import LedgerEvent
from hub.schema import Case, EmotionTag, Identifier, IdentifierKind, LoyaltyAccount, Record
from hub.store.persons import Profile
from hub.store.store import Tx

View = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Known:
    """Everything about some people, looked up in one go."""

    identifiers: dict[str, list[Identifier]]
    profiles: dict[str, Profile]
    tags: dict[str, list[EmotionTag]]
    events: dict[str, list[LedgerEvent]]
    consent_seq: dict[str, int]


@dataclass(frozen=True, slots=True)
class Subject:
    """One row to push: whose it is, what finds it at the vendor, and what the hub would say about it."""

    person_id: str
    target: str
    view: View


def look_up(tx: Tx, person_ids: Sequence[str], now: datetime) -> Known:
    """This reads what a push needs to know about people."""
    # First of all: consents that change while the rest is being read are then newer than the decision, and undo it.
    consent_seq = tx.consents.seq(person_ids)
    return Known(
        tx.persons.identifiers(person_ids),
        tx.persons.profiles(person_ids),
        tx.tags.for_person(person_ids, now),
        {person: ledger_events(rows) for person, rows in tx.consents.for_persons(person_ids).items()},
        consent_seq,
    )


def person_subjects(
    tx: Tx, known: Known, person_ids: Sequence[str], *, kind: IdentifierKind, issuer: str
) -> list[Subject]:
    """These are the people who have an identifier that the destination knows them by."""
    found = []
    accounts = tx.records.for_persons(person_ids, kind="loyalty_account")
    for person_id in person_ids:
        own = known.identifiers.get(person_id, [])
        for target in sorted({one.value for one in own if one.kind is kind and one.issuer in {issuer, ""}}):
            view = _person(person_id, own, known.profiles.get(person_id, Profile()))
            view |= _emotion(known.tags.get(person_id, [])) | _loyalty(accounts.get(person_id, []))
            found.append(Subject(person_id, target, view))
    return found


def case_subjects(tx: Tx, known: Known, person_ids: Sequence[str], *, connection: str, now: datetime) -> list[Subject]:
    """These are the cases that one connection holds of the given people."""
    found = []
    held = tx.records.for_persons(person_ids, kind="case")
    for person_id in person_ids:
        cases = [record for record in held.get(person_id, []) if isinstance(record, Case)]
        here = [case for case in cases if case.provenance.connection == connection]
        if not here:
            continue
        # Others may have spoken in the case: only its own person is asked at the gate, so only their tags count.
        mine = set(tx.persons.members(person_id))
        said = tx.tags.for_case([case.id for case in here], now)
        tags = {case_id: [tag for tag in group if tag.person_id in mine] for case_id, group in said.items()}
        for case in here:
            view = _person(person_id, [], known.profiles.get(person_id, Profile())) | _case(case, tags.get(case.id, []))
            found.append(Subject(person_id, case.provenance.key, view))
    return found


def _person(person_id: str, identifiers: Sequence[Identifier], profile: Profile) -> View:
    def first(kind: IdentifierKind) -> str | None:
        return next((one.value for one in identifiers if one.kind is kind), None)

    return _group(
        "person",
        {
            "id": person_id,
            "name": profile.name,
            "email": first(IdentifierKind.EMAIL),
            "phone": first(IdentifierKind.PHONE),
            "customer_id": first(IdentifierKind.CUSTOMER_ID),
            "language": profile.language,
            "country": profile.country,
        },
    )


def _emotion(tags: Sequence[EmotionTag]) -> View:
    """The latest tag that did not abstain; nothing where there is none."""
    sure = sorted((tag for tag in tags if tag.label is not None), key=lambda tag: (tag.occurred_at, tag.id))
    if not sure:
        return {}
    last = sure[-1]
    return _group(
        "emotion",
        {
            "label": str(last.label),
            "intensity": last.intensity,
            "confidence": last.confidence,
            "valence": last.valence,
            "distress": last.distress,
            "churn_risk": max(tag.churn_risk for tag in sure),
            "as_of": last.occurred_at.isoformat(),
            "expires_at": last.expires_at.isoformat(),
            "model": last.model,
            "tone_hint": tone_hint(str(last.label), last.distress, last.valence),
        },
    )


def _case(case: Case, tags: Sequence[EmotionTag]) -> View:
    said = sorted(tags, key=lambda tag: (tag.occurred_at, tag.id))
    fields = {
        "key": case.provenance.key,
        "status": str(case.status),
        "priority": case.priority,
        "stage": str(case.stage),
        "opened_at": case.opened_at.isoformat(),
        "subject": case.subject,
        "valence_shift": round(said[-1].valence - said[0].valence, 4) if len(said) > 1 else None,
    }
    return _group("case", fields) | _emotion(said)


def _loyalty(records: Sequence[Record]) -> View:
    accounts = [record for record in records if isinstance(record, LoyaltyAccount)]
    return _group("loyalty", {"tier": accounts[-1].tier, "points": accounts[-1].points}) if accounts else {}


def _group(name: str, fields: dict[str, Any]) -> View:
    return {name: {key: value for key, value in fields.items() if value is not None}}
