"""Erase: one person, everywhere, and look again. Each step is journalled before the next begins, so a kill resumes.

::

    received -> suppressed (re-imports refused) -> purged (what was said) -> every system: erase, then look again
             -> shredded (identifiers and key) -> verified -> receipt
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from hub.audit.entry import Entry as AuditEntry
from hub.contract import Eraser, ErasureOutcome, ErasureState, SubjectIdentifier
from hub.errors import HubError
from hub.pipeline.rooms import Rooms
from hub.privacy.erasure import ErasurePlan, Phase, Progress, Step, StepState, advance, plan
from hub.store import erasures as journal
from hub.store.store import Tx

DEADLINE = timedelta(days=30)
"""One month, GDPR Art. 12(3)."""

_DONE = {ErasureState.ERASED, ErasureState.ABSENT}
_TO_JOURNAL = {
    StepState.PENDING: journal.StepState.PENDING,
    StepState.DONE: journal.StepState.DONE,
    StepState.FAILED: journal.StepState.FAILED,
    StepState.RETAINED: journal.StepState.RETAINED,
    StepState.HELD: journal.StepState.PENDING,
}
_FROM_JOURNAL = {
    journal.StepState.PENDING: StepState.PENDING,
    journal.StepState.DONE: StepState.DONE,
    journal.StepState.FAILED: StepState.FAILED,
    journal.StepState.RETAINED: StepState.RETAINED,
    journal.StepState.UNSUPPORTED: StepState.RETAINED,
}


@dataclass(frozen=True, slots=True)
class EraseJob:
    """One erasure to do: the person, and what can erase at each connection (None: the connector cannot)."""

    person_id: str
    erasers: Mapping[str, Eraser | None]


def erase(rooms: Rooms, job: EraseJob) -> ErasurePlan:
    """This goes on with a person's erasure as far as it can today; call it again until the plan is complete.

    A system that fails stays open for the next call. A system that cannot erase opens an obligation for its owner.
    """
    current = _open(rooms, job)
    while True:
        before = current
        for step in current.ready():
            current = _take(rooms, job, current, step)
        if current == before or current.progress is Progress.COMPLETE:
            return current


def _open(rooms: Rooms, job: EraseJob) -> ErasurePlan:
    with rooms.store.begin() as tx:
        known = tx.erasures.steps(job.person_id)
        received = min((one.at for one in known if one.step == Phase.RECEIVED and one.at), default=rooms.now())
        fresh = plan(job.person_id, sorted(job.erasers), due_at=received + DEADLINE)
        tx.erasures.plan(job.person_id, [(str(step.phase), step.system or "") for step in fresh.steps])
        if not known:
            _audit(rooms, tx, job.person_id, "received", ())
    told = {(one.step, one.system): one for one in known}
    steps = tuple(_resumed(step, told.get((str(step.phase), step.system or ""))) for step in fresh.steps)
    return ErasurePlan(fresh.request, fresh.due_at, steps)


def _resumed(step: Step, told: journal.ErasureStep | None) -> Step:
    return Step(step.key, step.phase, step.system, _FROM_JOURNAL[told.state], told.reason) if told else step


def _take(rooms: Rooms, job: EraseJob, current: ErasurePlan, step: Step) -> ErasurePlan:
    if step.phase is Phase.SYSTEM:
        state, reason = _erase_at(rooms, job, step.system or "")
    else:
        state, reason = _erase_here(rooms, job.person_id, step.phase)
    moved = advance(current, step.key, state, reason=reason)
    with rooms.store.begin() as tx:
        tx.erasures.settle(job.person_id, str(step.phase), step.system or "", _TO_JOURNAL[state], reason)
        _audit(rooms, tx, job.person_id, str(step.phase), (str(state), *((reason,) if reason else ())), step.system)
    return moved


def _erase_here(rooms: Rooms, person_id: str, phase: Phase) -> tuple[StepState, str | None]:
    with rooms.store.begin() as tx:
        members = tx.persons.members(person_id) or [person_id]
        if phase is Phase.SUPPRESSED:
            _suppress(rooms, tx, members)
        elif phase is Phase.PURGED:
            for member in members:
                tx.records.purge(member)
                tx.outbox.purge(member)
            tx.tags.purge(members)
        elif phase is Phase.SHREDDED:
            _shred(rooms, tx, members)
        elif phase is Phase.VERIFIED and _is_left(tx, members):
            return StepState.FAILED, "still_here"
    return StepState.DONE, None


def _suppress(rooms: Rooms, tx: Tx, members: Sequence[str]) -> None:
    known = tx.persons.identifiers(members)
    hashes = {rooms.vault.suppress_identifier(one) for group in known.values() for one in group}
    tx.suppression.add(sorted(hashes), "erased")


def _shred(rooms: Rooms, tx: Tx, members: Sequence[str]) -> None:
    """The tombstone blocks everything that could still ask about the person; the key is what every sealed value needs."""
    for member in members:
        tx.consents.append_erased(member)
        _audit(rooms, tx, member, "shredding", ())
        tx.persons.erase(member)


def _is_left(tx: Tx, members: Sequence[str]) -> bool:
    rows = (tx.records.for_person(member) for member in members)
    return any(rows) or any(tx.persons.identifiers(members).values())


def _erase_at(rooms: Rooms, job: EraseJob, system: str) -> tuple[StepState, str | None]:
    """Erases at one system, then looks again; only what is seen to be gone counts."""
    eraser = job.erasers.get(system)
    with rooms.store.read() as tx:
        known = tx.persons.identifiers([job.person_id]).get(job.person_id, [])
    subject = [SubjectIdentifier(one.kind, one.value, one.issuer) for one in known]
    if eraser is None:
        _oblige(rooms, job.person_id, system, "erase the person by hand: the connector cannot")
        return StepState.RETAINED, "unsupported"
    try:
        outcomes = [*eraser.erase(subject), *eraser.verify_erased(subject)]
    except HubError as error:
        return StepState.FAILED, type(error).__name__
    return _judge(rooms, job.person_id, system, outcomes)


def _judge(
    rooms: Rooms, person_id: str, system: str, outcomes: Iterable[ErasureOutcome]
) -> tuple[StepState, str | None]:
    last = {outcome.object: outcome for outcome in outcomes}
    by_hand = [one for one in last.values() if one.state is ErasureState.UNSUPPORTED]
    open_ = [one for one in last.values() if one.state not in _DONE and one.state is not ErasureState.UNSUPPORTED]
    for one in by_hand:
        _oblige(rooms, person_id, system, f"{one.object}: {one.reason or 'erase by hand'}")
    if open_:
        return StepState.FAILED, f"{open_[0].object}.{open_[0].state}"
    return (StepState.RETAINED, "unsupported") if by_hand else (StepState.DONE, None)


def _oblige(rooms: Rooms, person_id: str, system: str, what: str) -> None:
    with rooms.store.begin() as tx:
        ref = tx.persons.audit_ref(person_id)
        tx.obligations.open(ref or "erased", system, what, owner=system, due=rooms.now() + DEADLINE)


def _audit(
    rooms: Rooms, tx: Tx, person_id: str, outcome: str, reasons: tuple[str, ...], dest: str | None = None
) -> None:
    rooms.audit.record(
        tx,
        [
            AuditEntry(
                type="erase", outcome=outcome, reasons=reasons, dest=dest, subject=tx.persons.audit_ref(person_id)
            )
        ],
    )
