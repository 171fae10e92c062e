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
from hub.identity.matching import is_matchable
from hub.pipeline.journal import Journalled
from hub.pipeline.rooms import Rooms
from hub.privacy.erasure import ErasurePlan, Phase, Progress, Step, StepState, advance, plan
from hub.store import erasures as journal
from hub.store.conflict import again_after_conflict
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
    """One erasure to do: the person, what can erase at each connection (None: the connector cannot), and their connectors."""

    person_id: str
    erasers: Mapping[str, Eraser | None]
    connectors: Mapping[str, str]


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


@again_after_conflict
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
    there = _erase_at(rooms, job, step.system or "") if step.phase is Phase.SYSTEM else None
    state, reason = _settle(rooms, job, step, there)
    return advance(current, step.key, state, reason=reason)


@again_after_conflict
def _settle(
    rooms: Rooms, job: EraseJob, step: Step, there: tuple[StepState, str | None] | None
) -> tuple[StepState, str | None]:
    """Does one step; what it destroys here, its place in the journal and its audit entry are one transaction."""
    with rooms.store.begin() as tx:
        # The reference is gone with the person's key, so it is read before the step.
        subject = tx.persons.audit_ref(job.person_id)
        state, reason = there or _erase_here(rooms, tx, job.person_id, step.phase)
        tx.erasures.settle(job.person_id, str(step.phase), step.system or "", _TO_JOURNAL[state], reason)
        reasons = (str(state), *((reason,) if reason else ()))
        entry = AuditEntry(type="erase", outcome=str(step.phase), reasons=reasons, dest=step.system, subject=subject)
        rooms.audit.record(tx, [entry])
    return state, reason


def _erase_here(rooms: Rooms, tx: Tx, person_id: str, phase: Phase) -> tuple[StepState, str | None]:
    if phase in {Phase.JOURNALLED, Phase.SUPPRESSED}:
        tx.suppression.hold()  # what pulls under way attach to the person is then among what is refused
    else:
        tx.persons.hold_many([person_id])
    members = tx.persons.members(person_id) or [person_id]
    if phase is Phase.JOURNALLED:
        rooms.journal.append(Journalled(tuple(members), tuple(_hashes(rooms, tx, members))))
    elif phase is Phase.SUPPRESSED:
        tx.suppression.add(_hashes(rooms, tx, members), "erased")
    elif phase is Phase.PURGED:
        for member in members:
            tx.records.purge(member)
            tx.outbox.purge(member)
        tx.tags.purge(members)
    elif phase is Phase.SHREDDED:
        for member in members:
            # The tombstone blocks whatever could still ask; the key is what every sealed value needs.
            tx.consents.append_erased(member)
            tx.persons.erase(member)
    elif phase is Phase.VERIFIED and _is_left(tx, members):
        return StepState.FAILED, "still_here"
    return StepState.DONE, None


def _hashes(rooms: Rooms, tx: Tx, members: Sequence[str]) -> list[str]:
    """What re-imports are refused by; a mailbox that others share is no reason to refuse the others."""
    known = (one for group in tx.persons.identifiers(members).values() for one in group)
    return sorted({rooms.vault.suppress_identifier(one) for one in known if is_matchable(one)})


def _is_left(tx: Tx, members: Sequence[str]) -> bool:
    return set(tx.records.without_any(members)) != set(members) or any(tx.persons.identifiers(members).values())


def _erase_at(rooms: Rooms, job: EraseJob, system: str) -> tuple[StepState, str | None]:
    """Erases at one system, then looks again; only what is seen to be gone counts."""
    eraser = job.erasers.get(system)
    with rooms.store.read() as tx:
        known = tx.persons.identifiers([job.person_id]).get(job.person_id, [])
    # A system hears of its own identifiers, and of those that are the same everywhere; of no other system's.
    own = job.connectors[system]
    subject = [
        SubjectIdentifier(one.kind, one.value, one.issuer)
        for one in known
        if one.issuer in {"", own} or one.issuer.startswith(f"{own}_")
    ]
    if eraser is None:
        _oblige(rooms, job.person_id, system, "erase the person by hand: the connector cannot")
        return StepState.RETAINED, "unsupported"
    try:
        done, seen = list(eraser.erase(subject)), list(eraser.verify_erased(subject))
    except HubError as error:
        return StepState.FAILED, type(error).__name__
    if not seen:
        return StepState.FAILED, "not_looked_again"
    return _judge(rooms, job.person_id, system, [*done, *seen])


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


@again_after_conflict
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
