"""Decides, row by row, what a push may say: gate, allowed fields, mapping, and a last look at the outgoing bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hub.contract import Destination, Object
from hub.errors import BadRecordError
from hub.mappings.outbound import OutMapping
from hub.pipeline.caps import Caps
from hub.pipeline.gate import Asked, Desk, Question
from hub.pipeline.rooms import Rooms
from hub.pipeline.view import Known, Subject, case_subjects, look_up, person_subjects
from hub.privacy.consent import Decision
from hub.privacy.egress import KnownIdentifier, scan
from hub.privacy.fields import Permitted, needed_categories, needed_extras, permit
from hub.privacy.redaction.entity import Redacted
from hub.schema import Identifier
from hub.store.delivery import PATIENT, Change, Confirmed, DeliveryState, Retry
from hub.store.persons import Profile
from hub.store.store import Tx
from hub.transport import Checkpoint

STALE = "assessment.stale"
"""Why a row of a flow is withheld that is not what the approved impact assessment describes."""


@dataclass(frozen=True, slots=True)
class PushJob:
    """One push to do.

    Args:
        sync: its name.
        connection: the destination.
        connector: what the destination is.
        destination: the opened destination.
        objects: what is written, in order.
        purpose: what it is for.
        caps: how much it may change by itself.
        approved: how many rows somebody allowed it to change this time.
        retry: when a failed row is decided about anew.
        backlog: with more failed rows than this waiting or dead, nothing more is selected.
        stale: purpose, destination or model are not those of the approved impact assessment: nothing new is said, and what
            must be taken back is.
        checkpoint: where the destination's requests are looked at before they leave.
    """

    sync: str
    connection: str
    connector: str
    destination: Destination
    objects: tuple[Object, ...]
    purpose: str
    caps: Caps = field(default_factory=Caps)
    approved: int = 0
    retry: Retry = PATIENT
    backlog: int = 10_000
    stale: bool = False
    checkpoint: Checkpoint = field(default_factory=Checkpoint)


@dataclass(frozen=True, slots=True)
class Planned:
    """What the hub means to do about one row; a dry run shows these.

    ``fields`` is None where nothing is sent; ``reason`` says why. ``base`` is the delivery that the vendor confirmed last,
    ``holds`` names the fields that it has from the hub, ``kept`` those of them that this row leaves as they are. ``told`` is
    what a dry run may show of the values.
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
    change: Change = Change.NEW
    holds: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class PlanBatch:
    """What the decisions about one batch of people share."""

    rooms: Rooms
    tx: Tx
    job: PushJob
    object: Object
    known: Known
    desk: Desk
    asked: list[Asked] = field(default_factory=list)


def plan(
    rooms: Rooms, tx: Tx, job: PushJob, obj: Object, person_ids: Sequence[str]
) -> tuple[list[Planned], list[Asked]]:
    """This decides about every row of some people; gives the rows, and all questions to the gate with their answers."""
    batch, subjects = _gather(rooms, tx, job, obj, person_ids)
    refs = {subject.target: target_ref(rooms, job, obj.name, subject.target) for subject in subjects}
    last = tx.outbox.last_confirmed(job.sync, obj.name, refs.values())
    planned = [_plan_one(batch, subject, refs[subject.target], last.get(refs[subject.target])) for subject in subjects]
    return planned, batch.asked


def outgoing(
    rooms: Rooms, tx: Tx, job: PushJob, obj: Object, person_ids: Sequence[str]
) -> list[tuple[Subject, Permitted, list[Asked]]]:
    """This is what the rules let out about each row of some people, whatever the vendor has of it by now."""
    batch, subjects = _gather(rooms, tx, job, obj, person_ids)
    reads = rooms.mappings.outbound(job.connector, obj.name).reads
    found = []
    for subject in subjects:
        batch.asked = []
        found.append((subject, _permit(batch, subject, reads), batch.asked))
    return found


def _gather(
    rooms: Rooms, tx: Tx, job: PushJob, obj: Object, person_ids: Sequence[str]
) -> tuple[PlanBatch, list[Subject]]:
    now = rooms.now()
    batch = PlanBatch(rooms, tx, job, obj, look_up(tx, person_ids, now), Desk(rooms, now))
    if obj.about == "case":
        return batch, case_subjects(tx, batch.known, person_ids, connection=job.connection, now=now)
    return batch, person_subjects(tx, batch.known, person_ids, kind=obj.key, issuer=job.connector)


def _plan_one(batch: PlanBatch, subject: Subject, ref: str, confirmed: Confirmed | None) -> Planned:
    mapping = batch.rooms.mappings.outbound(batch.job.connector, batch.object.name)
    permitted = _permit(batch, subject, mapping.reads)
    fields, fault = _make(mapping, permitted.view)
    kept: tuple[str, ...] = ()
    if fields is not None and confirmed and batch.object.clearable:
        kept = _kept(mapping, fields, {path for path, _ in permitted.withheld}, confirmed)
        # What was said before and is not said now is taken back.
        fields = dict.fromkeys(name for name in _own(mapping, confirmed) if name not in kept) | fields
    row = Planned(
        batch.object.name,
        subject,
        ref,
        DeliveryState.PENDING,
        consent_seq=batch.known.consent_seq.get(subject.person_id, 0),
        base=confirmed.key if confirmed else "",
        change=Change.CHANGED if confirmed else Change.NEW,
        holds=confirmed.fields if confirmed else (),
        kept=kept,
    )
    if fault is not None:
        return _plan_fault(batch, row, permitted, mapping, confirmed, fault)
    if fields is None or all(value is None for value in fields.values()):
        return _plan_silence(batch, row, permitted, mapping, confirmed)
    if kind := _leak(batch, subject, fields):
        return replace(row, state=DeliveryState.WITHHELD, reason=f"egress.{kind}")
    if batch.job.stale:
        return _only_taken_back(batch, row, fields, confirmed)
    return _unless_unchanged(batch.rooms, row, fields, confirmed)


def _make(mapping: OutMapping, view: Mapping[str, Any]) -> tuple[dict[str, Any] | None, str | None]:
    """The fields, or why they cannot be made: a value does not fit, which is the matter of its own row."""
    try:
        return mapping.apply(view), None
    except BadRecordError as error:
        return None, error.reason


def _plan_fault(
    batch: PlanBatch, row: Planned, permitted: Permitted, mapping: OutMapping, confirmed: Confirmed | None, fault: str
) -> Planned:
    """Nothing new is said of a row that cannot be made; what the vendor has, and nothing stands for any more, is taken back."""
    failed = replace(row, state=DeliveryState.FAILED, reason=fault)
    if confirmed is None or not batch.object.clearable:
        return failed
    told = mapping.tellable(permitted.view)
    kept = _kept(mapping, dict.fromkeys(told), {path for path, _ in permitted.withheld}, confirmed)
    own = _own(mapping, confirmed)
    gone = [name for name in own if name not in told and name not in kept]
    if len(gone) == len(own):
        silent = _plan_silence(batch, row, permitted, mapping, confirmed)
        return silent if silent.fields is not None else failed
    left = tuple(name for name in own if name not in gone)
    cleared = _unless_unchanged(batch.rooms, replace(row, kept=left), dict.fromkeys(gone), confirmed)
    return replace(cleared, reason=fault) if gone and cleared.fields is not None else failed


def _only_taken_back(batch: PlanBatch, row: Planned, fields: Mapping[str, Any], confirmed: Confirmed | None) -> Planned:
    """Of a flow that nobody has approved as it is now: the fields that the vendor has and must lose, and no others."""
    gone = {name: None for name, value in fields.items() if value is None and name in row.holds}
    if not gone:
        return replace(row, state=DeliveryState.WITHHELD, reason=STALE)
    left = tuple(name for name in row.holds if name not in gone)
    return _unless_unchanged(batch.rooms, replace(row, kept=left), gone, confirmed)


def _own(mapping: OutMapping, confirmed: Confirmed) -> list[str]:
    """What the vendor has from the hub; a field that has become the vendor's own is no longer the hub's to empty."""
    return [name for name in confirmed.fields if name not in mapping.vendor_owned]


def _kept(
    mapping: OutMapping, fields: Mapping[str, Any], withheld: Collection[str], confirmed: Confirmed
) -> tuple[str, ...]:
    """These fields stay at the vendor as they are (``on_null: keep``), though the hub no longer knows a value.

    Only what is known about the person themselves can be kept, and only while it may be said: what was felt, said or booked
    has a date on which it must be gone.
    """
    columns = {column.name: column for column in mapping.columns if not column.clear and column.name not in fields}
    return tuple(
        name
        for name in confirmed.fields
        if name in columns
        and columns[name].reads
        and all(path.startswith("person.") and path not in withheld for path in columns[name].reads)
    )


def _plan_silence(
    batch: PlanBatch, row: Planned, permitted: Permitted, mapping: OutMapping, confirmed: Confirmed | None
) -> Planned:
    """Nothing may be said: what was said before is taken back, else the row stays silent."""
    own = _own(mapping, confirmed) if confirmed and batch.object.clearable else []
    if confirmed and own:
        cleared = _unless_unchanged(batch.rooms, row, dict.fromkeys(own), confirmed)
        if cleared.fields is not None:
            by_person = confirmed.consent_seq != row.consent_seq
            return replace(cleared, reason="cleared", kept=(), change=Change.WITHDRAWN if by_person else Change.CLEARED)
    # A field that no rule lists is no refusal by anybody: only the gate's answers are reasons to tell.
    reads = mapping.reads
    reasons = [reason for name, reason in permitted.withheld if name in reads and not reason.startswith("field.")]
    if reasons:
        return replace(row, state=DeliveryState.WITHHELD, reason=reasons[0])
    return replace(row, state=DeliveryState.UNCHANGED, reason="nothing_to_say")


def _unless_unchanged(rooms: Rooms, row: Planned, fields: Mapping[str, Any], confirmed: Confirmed | None) -> Planned:
    digest = rooms.vault.ref("payload", payload(fields).decode())
    if confirmed and confirmed.payload_hash == digest:
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
    return permit(
        rooms.policy,
        connection,
        subject.view | {"hub": {"now": rooms.now().isoformat(), "policy": rooms.policy.version}},
        decisions,
        token_key=rooms.vault.token_key,
        redact=_finder(batch, subject),
    )


def _finder(batch: PlanBatch, subject: Subject) -> Callable[[str], Redacted]:
    """What finds personal data in a text of the subject's; the engine is loaded only where a field asks for it."""

    def find(text: str) -> Redacted:
        person = subject.person_id
        profile = batch.known.profiles.get(person, Profile())
        known = [one.value for one in known_identifiers(batch.known.identifiers.get(person, []), profile)]
        (found,) = batch.rooms.redactor().redact([text], languages=[profile.language], known=[known])
        return found

    return find


def _ask(batch: PlanBatch, person_id: str, purpose: str, category: str) -> Decision:
    asked = batch.desk.ask(
        batch.known.events.get(person_id, []),
        batch.known.profiles.get(person_id, Profile()),
        person_id=person_id,
        question=Question(purpose, category, batch.job.connection, "activate"),
    )
    batch.asked.append(asked)
    return asked.decision


def _leak(batch: PlanBatch, subject: Subject, fields: Mapping[str, Any]) -> str | None:
    """The kind of identifier that stands in the outgoing bytes though this destination may not see it, if any."""
    person = subject.person_id
    words = known_identifiers(batch.known.identifiers.get(person, []), batch.known.profiles.get(person, Profile()))
    hits = scan(payload(fields), words, allowed=batch.rooms.policy.allowed_identifiers(batch.job.connection))
    return str(hits[0].kind) if hits else None


def known_identifiers(identifiers: Sequence[Identifier], profile: Profile) -> list[KnownIdentifier]:
    """These are the words that give a person away: their identifiers and their name."""
    known = [KnownIdentifier(str(one.kind), one.value) for one in identifiers]
    return known + ([KnownIdentifier("name", profile.name)] if profile.name else [])


def target_ref(rooms: Rooms, job: PushJob, obj: str, target: str) -> str:
    """This is the keyed reference of a vendor's row, under which the ledger remembers it."""
    return rooms.vault.ref("target", job.connection, obj, target)


def payload(fields: Mapping[str, Any]) -> bytes:
    """These are the bytes of a row as JSON, the same for the same content."""
    return json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()
