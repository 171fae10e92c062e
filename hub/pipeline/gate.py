"""Asks the consent gate, and puts every answer on the audit record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.audit.entry import Entry as AuditEntry
from hub.pipeline.rooms import Rooms
from hub.privacy.consent import Decision, LedgerEvent, Query, decide
from hub.store.consents import ConsentEntry
from hub.store.persons import Profile
from hub.store.store import Tx


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the gate and its answer."""

    query: Query
    decision: Decision


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about a person: may ``category`` be used for ``purpose`` by ``recipient``?

    ``operation`` is ``collect``, ``infer``, ``link`` or ``activate``.
    """

    purpose: str
    category: str
    recipient: str
    operation: str


def ask(
    rooms: Rooms, events: Sequence[LedgerEvent], profile: Profile, *, person_id: str, question: Question, at: datetime
) -> Asked:
    """This asks the gate about a customer; the youngest age that a birth year allows counts."""
    query = _query(rooms, profile, person_id=person_id, question=question, at=at)
    return Asked(query, decide(rooms.policy, events, query))


def _query(rooms: Rooms, profile: Profile, *, person_id: str, question: Question, at: datetime) -> Query:
    return Query(
        subject=person_id,
        purpose=question.purpose,
        category=question.category,
        recipient=question.recipient,
        at=at,
        jurisdictions=jurisdictions_of(profile, rooms.jurisdiction),
        subject_kind="customer",
        age=at.year - profile.birth_year - 1 if profile.birth_year else None,
        operation=question.operation,
    )


@dataclass
class Desk:
    """The gate at one moment: of questions that differ in nothing it looks at, only the first is thought through.

    A decision is a pure function of policy, events and query. Where there are no events, whom it is about changes nothing.
    """

    rooms: Rooms
    at: datetime
    _known: dict[tuple[Any, ...], Decision] = field(default_factory=dict)

    def ask(self, events: Sequence[LedgerEvent], profile: Profile, *, person_id: str, question: Question) -> Asked:
        """This asks the gate about a customer as ``ask`` does."""
        query = _query(self.rooms, profile, person_id=person_id, question=question, at=self.at)
        whose = (person_id, *events) if events else ()
        key = (whose, question, query.jurisdictions, query.age)
        decision = self._known.get(key)
        if decision is None:
            decision = self._known[key] = decide(self.rooms.policy, events, query)
        return Asked(query, decision)


def jurisdictions_of(profile: Profile, default: str | None) -> tuple[str, ...]:
    """These laws apply to a person: those of region and country, else the deployment's, else none (strictest)."""
    known = tuple(place for place in (profile.region, profile.country) if place)
    return known or ((default,) if default else ())


def ledger_events(rows: Sequence[ConsentEntry]) -> list[LedgerEvent]:
    """These are the gate's own lines for rows of the consent ledger."""
    return [_ledger_event(row) for row in rows]


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
    refs = tx.keys.audit_refs(sorted({one.query.subject for one in asked}))
    return [
        AuditEntry(
            type=one.query.operation,
            outcome="allowed" if one.decision.allowed else "denied",
            purpose=one.query.purpose,
            dest=one.query.recipient,
            reasons=one.decision.reasons,
            policy=rooms.policy.version,
            subject=refs.get(one.query.subject),
            run=run_id,
        )
        for one in asked
    ]
