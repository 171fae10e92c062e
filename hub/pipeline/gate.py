"""Asks the consent gate, and puts every answer on the audit record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from hub.audit.detail import Detail, detail_of
from hub.audit.entry import Entry as AuditEntry
from hub.pipeline.rooms import Rooms
from hub.privacy.consent import Decision, Hearing, LedgerEvent, Query, decide
from hub.schema import ConsentEvent
from hub.store.consents import ConsentEntry
from hub.store.persons import Profile
from hub.store.store import Tx


class Question(NamedTuple):
    """What is asked about a person: may ``category`` be used for ``purpose`` by ``recipient``?

    ``operation`` is ``collect``, ``infer``, ``link`` or ``activate``.
    """

    purpose: str
    category: str
    recipient: str
    operation: str


class Asked(NamedTuple):
    """One question to the gate about one person, what counted for it besides consents, and its answer."""

    person_id: str
    question: Question
    jurisdictions: tuple[str, ...]
    age: int | None
    decision: Decision


def ask(
    rooms: Rooms,
    events: Sequence[LedgerEvent],
    profile: Profile,
    *,
    person_id: str,
    question: Question,
    at: datetime,
    known_at: datetime | None = None,
) -> Asked:
    """This asks the gate about a customer; the youngest age that a birth year allows counts.

    With ``known_at`` only what was on record by then counts: what was decided then is decided again.
    """
    places, age = jurisdictions_of(profile, rooms.jurisdiction), _age(profile, at)
    query = replace(_query(person_id, question, places, age, at), known_at=known_at)
    return Asked(person_id, question, places, age, decide(rooms.policy, events, query))


def _query(person_id: str, question: Question, jurisdictions: tuple[str, ...], age: int | None, at: datetime) -> Query:
    return Query(
        subject=person_id,
        purpose=question.purpose,
        category=question.category,
        recipient=question.recipient,
        at=at,
        jurisdictions=jurisdictions,
        subject_kind="customer",
        age=age,
        operation=question.operation,
    )


def _age(profile: Profile, at: datetime) -> int | None:
    return at.year - profile.birth_year - 1 if profile.birth_year else None


@dataclass
class Desk:
    """The gate at one moment: of questions that differ in nothing it looks at, only the first is thought through.

    A decision is a pure function of policy, events and query. Where there are no events, whom it is about changes nothing.
    """

    rooms: Rooms
    at: datetime
    _known: dict[tuple[Any, ...], Decision] = field(default_factory=dict)
    _heard: dict[tuple[str, int], tuple[Sequence[LedgerEvent], Hearing]] = field(default_factory=dict)

    def ask(self, events: Sequence[LedgerEvent], profile: Profile, *, person_id: str, question: Question) -> Asked:
        """This asks the gate about a customer as ``ask`` does; hand in the same list of events for the same answer."""
        places, age = jurisdictions_of(profile, self.rooms.jurisdiction), _age(profile, self.at)
        whose = (person_id, id(events)) if events else ()
        key = (whose, question, places, age)
        decision = self._known.get(key)
        if decision is None:
            query = _query(person_id, question, places, age, self.at)
            decision = self._known[key] = self._hearing(person_id, events).decide(query)
        return Asked(person_id, question, places, age, decision)

    def _hearing(self, person_id: str, events: Sequence[LedgerEvent]) -> Hearing:
        key = (person_id, id(events))
        if key not in self._heard:
            # The list is kept beside its hearing: as long as it lives, nothing else can have its id.
            self._heard[key] = (events, Hearing.of(self.rooms.policy, events, person_id, self.at))
        return self._heard[key][1]


def jurisdictions_of(profile: Profile, default: str | None) -> tuple[str, ...]:
    """These laws apply to a person: those of region and country, else the deployment's, else none (strictest)."""
    if profile.region or profile.country:
        return tuple(place for place in (profile.region, profile.country) if place)
    return (default,) if default else ()


def ledger_events(rows: Sequence[ConsentEntry]) -> list[LedgerEvent]:
    """These are the gate's own lines for rows of the consent ledger."""
    # A consent whose evidence was swept says nothing any more; a refusal keeps what it refuses.
    return [_ledger_event(row) for row in rows if row.type != "consent" or row.event is not None]


def _ledger_event(row: ConsentEntry) -> LedgerEvent:
    if row.event is not None:
        return LedgerEvent.from_record(row.event, subject=row.person_id, recorded=row.recorded)
    return LedgerEvent(
        id=row.id,
        type=row.type,
        at=row.recorded,
        recorded=row.recorded,
        subject=row.person_id,
        a=row.person_id,
        b=row.other or "",
    )


def audit_decisions(rooms: Rooms, tx: Tx, asked: Sequence[Asked], *, run_id: str | None) -> list[AuditEntry]:
    """These audit entries tell what was asked and answered; people appear by their random audit reference only."""
    refs = tx.keys.audit_refs(sorted({one.person_id for one in asked}))
    return [
        AuditEntry(
            type=one.question.operation,
            outcome="allowed" if one.decision.allowed else "denied",
            purpose=one.question.purpose,
            dest=one.question.recipient,
            reasons=one.decision.reasons,
            policy=rooms.policy.version,
            subject=refs.get(one.person_id),
            run=run_id,
            detail=_detail(one),
        )
        for one in asked
    ]


def consent_entry(
    person_id: str, event: ConsentEvent, ref: str | None, *, actor: str = "hub", run_id: str | None = None
) -> AuditEntry:
    """This entry tells that a consent event was put on record; ``ref`` is the person's audit reference."""
    return AuditEntry(
        type="consent",
        outcome=str(event.state),
        purpose=event.scope.purpose,
        actor=actor,
        subject=ref,
        run=run_id,
        detail=detail_of(person_id, event=event.id, category=event.scope.category, explicit=event.evidence.explicit),
    )


def _detail(one: Asked) -> Detail:
    """What about this person decided: the events, the place, the age; who is entitled may look it up."""
    decision = one.decision
    told = _told(one.question.category, decision.evidence, one.jurisdictions, one.age, decision.valid_until)
    return Detail(one.person_id, told)


@lru_cache(maxsize=1_000)  # most people's records are decided about alike
def _told(
    category: str, evidence: tuple[str, ...], places: tuple[str, ...], age: int | None, until: datetime | None
) -> bytes:
    told = detail_of("", category=category, evidence=evidence, jurisdictions=places, age=age, valid_until=until)
    return told.data
