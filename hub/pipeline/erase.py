"""Erase: one person, everywhere, and look again. Each step is journalled before the next begins, so a kill resumes.

::

    received -> identified -> released? (legal hold) -> journalled -> suppressed (re-imports refused)
             -> purged (what was said) -> every system: nothing on its way there? erase, then look again
             -> verified (every system once more)
             -> shredded (identifiers and key) -> receipt (every table once more)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.audit.entry import Entry as AuditEntry
from hub.code import OTHER, UNSPECIFIED, code
from hub.contract import Eraser, ErasureOutcome, ErasureState, SubjectIdentifier
from hub.errors import HubError
from hub.pipeline.journal import Journalled, note
from hub.pipeline.listing import listed_as
from hub.pipeline.propagation import WITHDRAWAL
from hub.pipeline.rooms import Rooms
from hub.plugins import shielded
from hub.privacy.deadlines import Due
from hub.privacy.erasure import CLOSED, ErasurePlan, Phase, Progress, Step, StepState, advance, plan, reopen
from hub.store import erasures as steps
from hub.store.conflict import again_after_conflict
from hub.store.requests import RequestKind
from hub.store.store import Tx
from hub.store.traces import traces, unlink, wipe
from hub.telemetry.span import traced

RETAINED = "retained"
"""How the outcome of an obligation begins whose owner keeps the data on a legal ground: ``retained: tax law``."""

GROUNDS = (
    "accounting law", "archiving", "contract", "free expression", "legal claims", "legal obligation", "public health",
    "public interest", "security", "tax law",
)  # fmt: skip
"""The grounds that a step of an erasure tells; of any other it tells ``other``: what a person writes may name the erased."""

UNDER_WAY = "under_way"
"""Why a system is not asked to erase yet: something about the person is on its way there, and would arrive afterwards."""

PATIENCE = timedelta(days=1)
"""How long an erasure waits for what nobody has heard of again: no push, or no vendor, is working on it any more."""

LEGAL_HOLD = "legal_hold"
"""Why a step waits until somebody releases it."""

_ENDING = {Phase.RELEASED, Phase.PURGED, Phase.SHREDDED}
_GONE = {ErasureState.ERASED, ErasureState.ABSENT}
UNANSWERED = "the erasure has failed; it is tried again"
"""What a system owes that does not say that somebody is gone, until it does."""

_BY_HAND = "erase the person by hand: the connector cannot"

Result = tuple[StepState, str | None]
"""Where a step has come to, and why."""


@dataclass(frozen=True, slots=True)
class EraseJob:
    """One erasure to do.

    Args:
        person_id: whom to erase.
        erasers: what can erase at each connection; None: the connector cannot.
        connectors: the connector of each connection.
        identity: how it was checked that the request is the person's own, as a code.
        actor: who acts, as the audit log tells it.
        received_at: when the request came; None: now.
        instructions: the sentences that each connection's plugin may put before people.
    """

    person_id: str
    erasers: Mapping[str, Eraser | None]
    connectors: Mapping[str, str]
    identity: str = "operator"
    actor: str = "hub"
    received_at: datetime | None = None
    instructions: Mapping[str, Collection[str]] = field(default_factory=dict)


def erase(rooms: Rooms, job: EraseJob) -> ErasurePlan:
    """This goes on with a person's erasure as far as it can today; call it again until the plan is complete.

    A system that fails stays open for the next call. One that cannot erase opens an obligation for its owner and stays
    open until that is closed; so does what a legal hold keeps, until it is released.
    """
    current, tried = _open(rooms, job), Counter[str]()
    while current.progress is not Progress.COMPLETE:
        turn = next((step for step in current.ready() if tried[step.key] < _tries(step)), None)
        if turn is None:
            break
        tried[turn.key] += 1
        current = _take(rooms, job, current, turn)
    return current


def _tries(step: Step) -> int:
    """How often a step is tried in one call: again only where something was seen at a system that had said "done"."""
    return 2 if step.state is StepState.PENDING else 1


def due_of(rooms: Rooms, tx: Tx, person_id: str, received: datetime, kind: RequestKind) -> Due:
    """This is by when a person's request must be answered, by the law of the place where they are."""
    profile = tx.persons.profiles([person_id])[person_id]
    known = [place for place in (profile.region, profile.country) if place]
    usual = [rooms.jurisdiction] if rooms.jurisdiction else []
    return rooms.deadlines.due(kind.value, known or usual, received)


@again_after_conflict
def _open(rooms: Rooms, job: EraseJob) -> ErasurePlan:
    with rooms.store.begin() as tx:
        known = tx.erasures.steps(job.person_id)
        systems = {*job.erasers, *(one.system for one in known if one.system)}
        systems |= {one.connection for one in tx.outbox.receipts(job.person_id)}
        due_at = _register(rooms, tx, job, known)
        fresh = plan(job.person_id, sorted(systems), due_at=due_at)
        tx.erasures.plan(job.person_id, [(str(step.phase), step.system or "") for step in fresh.steps])
        if not known:
            _record(rooms, tx, job, tx.persons.audit_ref(job.person_id), "received", ())
    told = {(one.step, one.system): one for one in known}
    resumed = tuple(_resumed(step, told.get((str(step.phase), step.system or ""))) for step in fresh.steps)
    return ErasurePlan(fresh.request, fresh.due_at, resumed)


def _register(rooms: Rooms, tx: Tx, job: EraseJob, known: Sequence[steps.ErasureStep]) -> datetime:
    """The request is on the register from its first step to its last; its date is when it came."""
    received = min((one.at for one in known if one.at), default=job.received_at or rooms.now())
    request = tx.requests.find(job.person_id, RequestKind.ERASURE)
    if request is not None:
        return request.due_at
    due = due_of(rooms, tx, job.person_id, received, RequestKind.ERASURE)
    if all(one.state.value in CLOSED for one in known) and known:
        return due.due_at
    return tx.requests.open(
        job.person_id, RequestKind.ERASURE, due.law,
        received_at=due.received_at, due_at=due.due_at, acknowledge_by=due.acknowledge_by,
    ).due_at  # fmt: skip


def _resumed(step: Step, told: steps.ErasureStep | None) -> Step:
    return Step(step.key, step.phase, step.system, StepState(told.state.value), told.reason) if told else step


@traced("attune.erase.step")
def _take(rooms: Rooms, job: EraseJob, current: ErasurePlan, step: Step) -> ErasurePlan:
    if step.phase is Phase.VERIFIED:
        return _verify(rooms, job, current, step)
    there = _erase_at(rooms, job, step.system or "") if step.phase is Phase.SYSTEM else None
    state, reason = _settle(rooms, job, step, there)
    return advance(current, step.key, state, reason=reason)


def _verify(rooms: Rooms, job: EraseJob, current: ErasurePlan, step: Step) -> ErasurePlan:
    """Looks at every system that said "done" once more; one that shows something again is opened again."""
    done = [one for one in current.steps if one.phase is Phase.SYSTEM and one.state is StepState.DONE]
    seen = {one.system or "": _look_at(rooms, job, one.system or "") for one in done}
    back = {system: result for system, result in seen.items() if result is not None}
    if any(state is StepState.FAILED for state, _ in back.values()) or not back:
        result = next((one for one in back.values() if one[0] is StepState.FAILED), (StepState.DONE, None))
        state, reason = _settle(rooms, job, step, result)
        return advance(current, step.key, state, reason=reason)
    for system, (_, reason) in back.items():
        _reopen(rooms, job, system, reason or "seen_again")
        current = reopen(current, system, reason or "seen_again")
    return current


@again_after_conflict
def _reopen(rooms: Rooms, job: EraseJob, system: str, reason: str) -> None:
    with rooms.store.begin() as tx:
        tx.erasures.reopen(job.person_id, str(Phase.SYSTEM), system, reason)
        _record(rooms, tx, job, tx.persons.audit_ref(job.person_id), "reopened", (reason,), system)


@again_after_conflict
def _settle(rooms: Rooms, job: EraseJob, step: Step, there: Result | None) -> Result:
    """Does one step; what it destroys here, its place in the journal and its audit entry are one transaction."""
    with rooms.store.begin() as tx:
        # The reference is gone with the person's key, so it is read before the step.
        subject = tx.persons.audit_ref(job.person_id)
        state, reason = there or _erase_here(rooms, tx, job, step.phase)
        tx.erasures.settle(job.person_id, str(step.phase), step.system or "", state.value, reason)
        if step.phase is Phase.SYSTEM:
            _watch(rooms, tx, subject, job, step.system or "", state)
        if step.phase is Phase.RECEIPT and state is StepState.DONE:
            _answer(tx, job.person_id)
        if (state, reason) != (step.state, step.reason):  # that something still waits is no news
            reasons = (str(state), *((code(reason),) if reason else ()))
            _record(rooms, tx, job, subject, str(step.phase), reasons, step.system)
    return state, reason


def _answer(tx: Tx, person_id: str) -> None:
    request = tx.requests.find(person_id, RequestKind.ERASURE)
    if request is not None:
        tx.requests.close(request.id, "erased")


def _erase_here(rooms: Rooms, tx: Tx, job: EraseJob, phase: Phase) -> Result:
    if phase in {Phase.JOURNALLED, Phase.SUPPRESSED}:
        tx.suppression.hold()  # what pulls under way attach to the person is then among what is refused
    else:
        tx.persons.hold_many([job.person_id])
    members = tx.persons.members(job.person_id) or [job.person_id]
    if phase is Phase.IDENTIFIED:
        return StepState.DONE, job.identity
    # Whatever destroys asks: a hold may come while the erasure waits for a system.
    if phase in _ENDING and any(hold.is_total for hold in tx.holds.standing(members)):
        return StepState.FAILED if phase is Phase.SHREDDED else StepState.HELD, LEGAL_HOLD
    if phase is Phase.JOURNALLED:
        note(tx, rooms.journal.append(Journalled(tuple(members), tuple(_hashes(rooms, tx, members)))))
    elif phase is Phase.SUPPRESSED:
        tx.suppression.add(_hashes(rooms, tx, members), "erased")
    elif phase is Phase.PURGED:
        return _purge(rooms, tx, members)
    elif phase is Phase.SHREDDED:
        _shred(tx, members)
    elif phase is Phase.RECEIPT and (left := traces(tx.unit, members)):
        return StepState.FAILED, f"still_here.{next(iter(left))}"
    return StepState.DONE, None


def _purge(rooms: Rooms, tx: Tx, members: Sequence[str]) -> Result:
    """What was said goes, and the name; what finds the person at the systems stays until they are done.

    So does a row that is being sent: whoever sends it tells what became of it, and its system waits until then.
    """
    for member in members:
        tx.records.purge(member)
        tx.outbox.purge(member, spared_since=rooms.now() - PATIENCE)
        tx.persons.drop_profile(member)
    kept = set(tx.records.without_any(members)) != set(members)
    return (StepState.HELD, LEGAL_HOLD) if kept else (StepState.DONE, None)


def _shred(tx: Tx, members: Sequence[str]) -> None:
    for member in members:
        # The tombstone blocks whatever could still ask; the key is what every sealed value needs.
        tx.consents.append_erased(member)
        tx.outbox.purge(member)
        tx.persons.erase(member)
    wipe(tx.unit, members)
    unlink(tx.unit, members)


def _hashes(rooms: Rooms, tx: Tx, members: Sequence[str]) -> list[str]:
    """What re-imports are refused by."""
    known = (one for group in tx.persons.identifiers(members).values() for one in group)
    return listed_as(rooms.vault, known)


def _erase_at(rooms: Rooms, job: EraseJob, system: str) -> Result:
    """Erases at one system, then looks again; only what is seen to be gone counts."""
    with rooms.store.read() as tx:
        holds = tx.holds.standing([job.person_id])
    if any(hold.is_total or hold.system == system for hold in holds):
        return StepState.HELD, LEGAL_HOLD
    if _is_under_way(rooms, job, system):
        return StepState.FAILED, UNDER_WAY
    eraser = job.erasers.get(system)
    if eraser is None:
        by_hand = [ErasureOutcome("person", ErasureState.UNSUPPORTED, _BY_HAND)]
        return _judge(rooms, job, system, by_hand)
    subject = _subject(rooms, job, system)
    try:
        with shielded(system):
            done = [_noted(rooms, job, system, one) for one in eraser.erase(subject)]
            seen = list(eraser.verify_erased(subject))
    except HubError as error:
        return StepState.FAILED, type(error).__name__
    if not seen:
        return StepState.FAILED, "not_looked_again"
    return _judge(rooms, job, system, [*done, *seen])


@again_after_conflict
def _is_under_way(rooms: Rooms, job: EraseJob, system: str) -> bool:
    """Whether something may still arrive at a system; what has come to an end since the purge goes as well."""
    with rooms.store.begin() as tx:
        tx.persons.hold_many([job.person_id])
        members, since = tx.persons.members(job.person_id) or [job.person_id], rooms.now() - PATIENCE
        if tx.outbox.left(members, since):
            for member in members:
                tx.outbox.purge(member, spared_since=since)
            _record(rooms, tx, job, tx.persons.audit_ref(job.person_id), "purged", ("late",), system)
        return tx.outbox.is_under_way(members, system, since)


def _look_at(rooms: Rooms, job: EraseJob, system: str) -> Result | None:
    """What is seen at a system that was done: None where nothing is, which is as it should be."""
    eraser, subject = job.erasers.get(system), _subject(rooms, job, system)
    if eraser is None or not subject:
        return None
    try:
        with shielded(system):
            seen = list(eraser.verify_erased(subject))
    except HubError as error:
        return StepState.FAILED, type(error).__name__
    back = [one for one in seen if one.state not in {*_GONE, ErasureState.UNSUPPORTED}]
    return (StepState.PENDING, f"seen_again.{code(back[0].object)}") if back else None


def _subject(rooms: Rooms, job: EraseJob, system: str) -> list[SubjectIdentifier]:
    """A system hears of its own identifiers, and of those that are the same everywhere; of no other system's."""
    with rooms.store.read() as tx:
        known = tx.persons.identifiers([job.person_id]).get(job.person_id, [])
    own = job.connectors.get(system, system)
    return [
        SubjectIdentifier(one.kind, one.value, one.issuer)
        for one in known
        if one.issuer in {"", own} or one.issuer.startswith(f"{own}_")
    ]


def _judge(rooms: Rooms, job: EraseJob, system: str, outcomes: Iterable[ErasureOutcome]) -> Result:
    last = {outcome.object: _noted(rooms, job, system, outcome) for outcome in outcomes}
    left = [one for one in last.values() if one.state not in _GONE and one.state is not ErasureState.UNSUPPORTED]
    # What was told once is owed until its owner says so: what led there is often gone when the system is asked again.
    answers = _answers(rooms, job, system)
    if left:
        return StepState.FAILED, f"{code(left[0].object)}.{left[0].state}"
    if any(answer is None for answer in answers):
        return StepState.UNSUPPORTED, "by_hand"
    grounds = [answer for answer in answers if answer and answer.casefold().startswith(RETAINED)]
    return (StepState.RETAINED, _ground(grounds[0])) if grounds else (StepState.DONE, "by_hand" if answers else None)


def _ground(answer: str) -> str:
    """The ground as a code; the owner's words stay, redacted, with the obligation."""
    said = " ".join(re.findall(r"[^\W_]+", answer[len(RETAINED) :].casefold()))
    return next((one.replace(" ", "_") for one in GROUNDS if f"{said} ".startswith(f"{one} ")), OTHER)


def _noted(rooms: Rooms, job: EraseJob, system: str, outcome: ErasureOutcome) -> ErasureOutcome:
    """Puts what a connector cannot do on record at once: a kill after the next deletion would leave nobody who knows."""
    if outcome.state is ErasureState.UNSUPPORTED:
        _oblige(rooms, job, system, _task(outcome, job.instructions.get(system, ())))
    return outcome


def _task(outcome: ErasureOutcome, instructions: Collection[str]) -> str:
    """What its owner must do: a sentence of the plugin's manifest or a code, because any other may quote the person."""
    if outcome.reason == _BY_HAND:
        return _BY_HAND
    said = outcome.reason if outcome.reason in instructions else code(outcome.reason)
    return f"{code(outcome.object)}: {'erase by hand' if said in {OTHER, UNSPECIFIED} else said}"


@again_after_conflict
def _oblige(rooms: Rooms, job: EraseJob, system: str, what: str) -> None:
    """Makes something the business of a system's owner; once, however often it is told."""
    with rooms.store.begin() as tx:
        ref = tx.persons.audit_ref(job.person_id) or "erased"
        if what not in tx.obligations.of(ref, system):
            tx.obligations.open(ref, system, what, owner=system, due=_due_at(rooms, tx, job, system))
            _record(rooms, tx, job, tx.persons.audit_ref(job.person_id), "obligation", ("opened",), system)


def _answers(rooms: Rooms, job: EraseJob, system: str) -> list[str | None]:
    """What the owner of a system has answered to each thing to be done by hand; None while it is open."""
    with rooms.store.read() as tx:
        owed = tx.obligations.of(tx.persons.audit_ref(job.person_id) or "erased", system)
    by_hand = [one for what, one in owed.items() if what != UNANSWERED and not what.startswith(WITHDRAWAL)]
    return [one.outcome if one.closed_at is not None else None for one in by_hand]


def _watch(rooms: Rooms, tx: Tx, subject: str | None, job: EraseJob, system: str, state: StepState) -> None:
    """A system that does not answer is somebody's business until it does; once it is done, it owes nothing any more.

    That goes for withdrawals too: soon nobody can tell whose they were.
    """
    ref = subject or "erased"
    owed = [one for one in tx.obligations.of(ref, system).values() if one.closed_at is None]
    if state is StepState.FAILED:
        tx.obligations.open(ref, system, UNANSWERED, owner=system, due=_due_at(rooms, tx, job, system))
    for one in owed if state in CLOSED else ():
        tx.obligations.end(one.id, "done")


def _due_at(rooms: Rooms, tx: Tx, job: EraseJob, system: str) -> datetime:
    request = tx.requests.find(job.person_id, RequestKind.ERASURE)
    received = request.received_at if request else rooms.now()
    vendor = rooms.deadlines.at_system(job.connectors.get(system, system), received)
    law = request.due_at if request else due_of(rooms, tx, job.person_id, received, RequestKind.ERASURE).due_at
    return min(law, vendor) if vendor else law


def _record(
    rooms: Rooms,
    tx: Tx,
    job: EraseJob,
    subject: str | None,
    outcome: str,
    reasons: tuple[str, ...],
    dest: str | None = None,
) -> None:
    entry = AuditEntry(type="erase", outcome=outcome, reasons=reasons, dest=dest, subject=subject, actor=job.actor)
    rooms.audit.record(tx, [entry])
