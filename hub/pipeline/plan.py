"""Decides, row by row, what a push may say: gate, allowed fields, mapping, and a last look at the outgoing bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hub.contract import Destination, Object
from hub.pipeline.gate import Asked, Question, ask
from hub.pipeline.rooms import Rooms
from hub.pipeline.view import Known, Subject, case_subjects, look_up, person_subjects
from hub.privacy.consent import Decision
from hub.privacy.egress import KnownIdentifier, scan
from hub.privacy.fields import Permitted, needed_categories, needed_extras, permit
from hub.store.delivery import DeliveryState
from hub.store.persons import Profile
from hub.store.store import Tx

Confirmed = tuple[str, tuple[str, ...]]
"""Payload hash and field names that a vendor confirmed last."""


@dataclass(frozen=True, slots=True)
class PushJob:
    """One push to do: the sync's name, its opened destination, its objects in order, and what it is for."""

    sync: str
    connection: str
    connector: str
    destination: Destination
    objects: tuple[Object, ...]
    purpose: str


@dataclass(frozen=True, slots=True)
class Planned:
    """What the hub means to do about one row; a dry run shows these.

    ``fields`` is None where nothing is sent; ``reason`` says why. ``base`` is the payload that the vendor has now.
    """

    object: str
    subject: Subject
    target_ref: str
    state: DeliveryState
    fields: Mapping[str, Any] | None = None
    reason: str | None = None
    consent_seq: int = 0
    payload_hash: str = ""
    base: str = ""


@dataclass
class PlanBatch:
    """What the decisions about one batch of people share."""

    rooms: Rooms
    tx: Tx
    job: PushJob
    object: Object
    known: Known
    asked: list[Asked] = field(default_factory=list)


def plan(
    rooms: Rooms, tx: Tx, job: PushJob, obj: Object, person_ids: Sequence[str]
) -> tuple[list[Planned], list[Asked]]:
    """This decides about every row of some people; gives the rows, and all questions to the gate with their answers."""
    now = rooms.now()
    batch = PlanBatch(rooms, tx, job, obj, look_up(tx, person_ids, now))
    if obj.about == "case":
        subjects = case_subjects(tx, batch.known, person_ids, connection=job.connection, now=now)
    else:
        subjects = person_subjects(tx, batch.known, person_ids, kind=obj.key, issuer=job.connector)
    refs = {subject.target: target_ref(rooms, job, obj.name, subject.target) for subject in subjects}
    last = tx.outbox.last_confirmed(job.sync, obj.name, refs.values())
    planned = [_plan_one(batch, subject, refs[subject.target], last.get(refs[subject.target])) for subject in subjects]
    return planned, batch.asked


def _plan_one(batch: PlanBatch, subject: Subject, ref: str, confirmed: Confirmed | None) -> Planned:
    mapping = batch.rooms.mappings.outbound(batch.job.connector, batch.object.name)
    permitted = _permit(batch, subject, mapping.reads)
    facts = {"hub": {"now": batch.rooms.now().isoformat(), "policy": batch.rooms.policy.version}}
    fields = mapping.apply(permitted.view | facts)
    if fields is not None and confirmed and batch.object.clearable:
        # What was said before and is not said now is taken back, whatever the mapping's null policy.
        fields = dict.fromkeys(confirmed[1]) | fields
    row = Planned(
        batch.object.name,
        subject,
        ref,
        DeliveryState.PENDING,
        consent_seq=batch.known.consent_seq.get(subject.person_id, 0),
        base=confirmed[0] if confirmed else "",
    )
    if fields is None or all(value is None for value in fields.values()):
        return _plan_silence(batch, row, permitted, mapping.reads, confirmed)
    if kind := _leak(batch, subject, fields):
        return replace(row, state=DeliveryState.WITHHELD, reason=f"egress.{kind}")
    return _unless_unchanged(batch.rooms, row, fields, confirmed)


def _plan_silence(
    batch: PlanBatch, row: Planned, permitted: Permitted, reads: frozenset[str], confirmed: Confirmed | None
) -> Planned:
    """Nothing may be said: what was said before is taken back, else the row stays silent."""
    if confirmed and batch.object.clearable:
        cleared = _unless_unchanged(batch.rooms, row, dict.fromkeys(confirmed[1]), confirmed)
        if cleared.fields is not None:
            return replace(cleared, reason="cleared")
    # A field that no rule lists is no refusal by anybody: only the gate's answers are reasons to tell.
    reasons = [reason for name, reason in permitted.withheld if name in reads and not reason.startswith("field.")]
    if reasons:
        return replace(row, state=DeliveryState.WITHHELD, reason=reasons[0])
    return replace(row, state=DeliveryState.UNCHANGED, reason="nothing_to_say")


def _unless_unchanged(rooms: Rooms, row: Planned, fields: Mapping[str, Any], confirmed: Confirmed | None) -> Planned:
    digest = rooms.vault.ref("payload", payload(fields).decode())
    if confirmed and confirmed[0] == digest:
        return replace(row, state=DeliveryState.UNCHANGED)
    return replace(row, fields=fields, payload_hash=digest)


def _permit(batch: PlanBatch, subject: Subject, reads: frozenset[str]) -> Permitted:
    """Asks the gate once per category of data that the mapping reads, and keeps the allowed fields."""
    rooms, connection = batch.rooms, batch.job.connection
    decisions: dict[Any, Decision] = {
        category: _ask(batch, subject.person_id, batch.job.purpose, str(category))
        for category in sorted(needed_categories(rooms.policy, connection, reads))
    }
    for purpose, category in sorted(needed_extras(rooms.policy, connection, reads)):
        decisions[purpose, category] = _ask(batch, subject.person_id, purpose, str(category))
    return permit(rooms.policy, connection, subject.view, decisions, token_key=rooms.vault.token_key)


def _ask(batch: PlanBatch, person_id: str, purpose: str, category: str) -> Decision:
    asked = ask(
        batch.rooms,
        batch.known.events.get(person_id, []),
        batch.known.profiles.get(person_id, Profile()),
        person_id=person_id,
        question=Question(purpose, category, batch.job.connection, "activate"),
        at=batch.rooms.now(),
    )
    batch.asked.append(asked)
    return asked.decision


def _leak(batch: PlanBatch, subject: Subject, fields: Mapping[str, Any]) -> str | None:
    """The kind of identifier that stands in the outgoing bytes though this destination may not see it, if any."""
    known = [KnownIdentifier(str(one.kind), one.value) for one in batch.known.identifiers.get(subject.person_id, [])]
    name = batch.known.profiles.get(subject.person_id, Profile()).name
    words = known + ([KnownIdentifier("name", name)] if name else [])
    hits = scan(payload(fields), words, allowed=batch.rooms.policy.allowed_identifiers(batch.job.connection))
    return str(hits[0].kind) if hits else None


def target_ref(rooms: Rooms, job: PushJob, obj: str, target: str) -> str:
    """This is the keyed reference of a vendor's row, under which the ledger remembers it."""
    return rooms.vault.ref("target", job.connection, obj, target)


def payload(fields: Mapping[str, Any]) -> bytes:
    """These are the bytes of a row as JSON, the same for the same content."""
    return json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()
