"""Propagation: a withdrawal reaches everybody who ever received something, within a deadline, or somebody is told.

When somebody withdraws, every system that holds, or may hold, something about them owes the hub to hold it no longer than it
may. That is an obligation of the hub itself, due within the hour. The push of that system settles it: once it has decided
about the person again, nothing is on its way any more, and what was taken back has been looked at again at the vendor. What
a push cannot do becomes an obligation of the system's owner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from hub.audit.entry import Entry as AuditEntry
from hub.contract import OutcomeState, WriteRecord
from hub.errors import HubError
from hub.pipeline.plan import PushJob
from hub.pipeline.recall import MOVED
from hub.pipeline.rooms import Rooms
from hub.store.conflict import again_after_conflict
from hub.store.dead_letters import DeadLetter
from hub.store.delivery import Change, Delivery, DeliveryState
from hub.store.obligations import Obligation
from hub.store.outbox import Trace
from hub.store.store import Tx

DEADLINE = timedelta(minutes=60)
"""How long a push has to take back what a withdrawal ends."""

BY_HAND = timedelta(days=15)
"""How long the owner of a system has, from the withdrawal on, where no push can do it."""

WITHDRAWAL = "withdrawal"
"""What a push owes."""

NOT_CLEARABLE, NOT_FOUND, NOT_GONE = "withdrawal.not_clearable", "withdrawal.not_found", "withdrawal.not_gone"
"""What an owner owes: the object cannot be emptied; the row can no longer be addressed; it was not emptied, or is not empty."""

_UNHEEDED = frozenset({"dropped", "dead_letter"})
"""Why a row that should have changed what a vendor holds was not even tried: one like it was given up."""

_UNDECIDED = frozenset({MOVED, "decision.stale", "superseded"})
"""Why a row was not sent that says nothing about what a vendor may hold: another decision follows."""

_OPEN = "open"

OWNER = "hub"

PATIENCE = 2.0
"""Seconds that a withdrawal waits for what was under way when it was recorded."""

_STEP = 0.02
_PAGE = 200
_LOOKED_AT = 100


def owe(rooms: Rooms, tx: Tx, person_ids: Iterable[str], *, run_id: str | None = None) -> int:
    """This notes, in the transaction of a withdrawal, which systems must act on it by when; gives how many there are."""
    people = sorted(set(person_ids))
    refs, due, entries = tx.keys.audit_refs(people), rooms.now() + DEADLINE, []
    for person, traces in tx.outbox.traces(people).items():
        for connection in sorted({trace.connection for trace in still_held(traces)}):
            if person in refs:
                tx.obligations.open(refs[person], connection, WITHDRAWAL, OWNER, due)
                entries.append(_entry(rooms, "owed", connection, refs[person], (), run_id))
    rooms.audit.record(tx, entries)
    return len(entries)


def hand_over(rooms: Rooms, tx: Tx, letters: Iterable[DeadLetter], *, run_id: str | None = None) -> None:
    """This makes what vendors still hold the business of their owners, before rows that should have emptied it are given up."""
    clears = [letter for letter in letters if letter.change in (Change.CLEARED, Change.WITHDRAWN)]
    roots = tx.persons.roots({letter.person_id for letter in clears})
    refs = tx.keys.audit_refs(sorted(set(roots.values())))
    found = {(refs.get(roots.get(letter.person_id, "")), letter.connection) for letter in clears}
    owed = sorted((ref, system) for ref, system in found if ref is not None)
    for ref, system in owed:
        tx.obligations.open(ref, system, NOT_GONE, system, rooms.now() + BY_HAND)
    rooms.audit.record(tx, [_entry(rooms, "by_hand", system, ref, (NOT_GONE,), run_id) for ref, system in owed])


def wait_for_what_is_under_way(
    rooms: Rooms, person_ids: Iterable[str], sleep: Callable[[float], None], *, patience: float = PATIENCE
) -> int:
    """This waits, after a withdrawal is on record, for rows that were marked as sending before; gives how many still are.

    Nothing else can leave: whoever marks a row from now on sees the withdrawal. A row whose sender was killed is not waited
    for beyond ``patience`` seconds.
    """
    people = sorted(set(person_ids))
    for _ in range(max(1, round(patience / _STEP))):
        with rooms.store.read() as tx:
            seqs, traces = tx.consents.seq(people), tx.outbox.traces(people)
        left = [
            one
            for person, rows in traces.items()
            for one in rows
            if one.state is DeliveryState.SENDING and (one.consent_seq or 0) < seqs.get(person, 0)
        ]
        if not left:
            return 0
        sleep(_STEP)
    return len(left)


def settle_withdrawals(rooms: Rooms, job: PushJob, run_id: str) -> None:
    """This closes what a system owed and has done, after its push; what it cannot do goes to its owner."""
    last: Obligation | None = None
    while True:
        with rooms.store.read() as tx:
            owed = tx.obligations.list(_PAGE, system=job.connection, what=WITHDRAWAL, after=last)
            cases = [case for one in owed if (case := _case_of(tx, job, one)) is not None]
        if not owed:
            return
        for case in cases:
            _settle(rooms, case, job, run_id, _look_again(job, case))
        last = owed[-1]


@dataclass(frozen=True, slots=True)
class _Case:
    """An obligation that can be ended: what is in the way of saying that it is done, and what to look at once more."""

    owed: Obligation
    hindrance: str | None
    cleared: Mapping[str, Sequence[Delivery]]


def still_held(traces: Sequence[Trace]) -> list[Trace]:
    """This is, of each row at a vendor the last that may have reached it, where it holds something of the person."""
    last = {(one.sync, one.object, one.target_ref): one for one in traces if _reached(one)}
    return [one for one in last.values() if one.fills]


def _reached(one: Trace) -> bool:
    return one.state is DeliveryState.CONFIRMED or one.is_in_flight


def _case_of(tx: Tx, job: PushJob, owed: Obligation) -> _Case | None:
    """None while the push is not done with the person."""
    person = tx.keys.person_of(owed.audit_ref)
    if person is None:
        return _Case(owed, None, {})  # erased since: nothing is known about them, here or there
    traces = [one for one in tx.outbox.traces([person])[person] if one.connection == job.connection]
    held = still_held(traces)
    if any(one.open for one in traces) or not _is_decided(tx, job, person, held):
        return None
    hindrances = [why for one in held if (why := _hindrance(job, traces, one, owed))]
    if _OPEN in hindrances:
        return None
    hindrance = next(iter(hindrances), None)
    cleared = [one.id for one in traces if _took_back(one, owed)]
    rows = tx.outbox.opened(cleared[-_LOOKED_AT:])
    return _Case(owed, hindrance, {name: [row for row in rows if row.object == name] for name in _names(job)})


def _names(job: PushJob) -> list[str]:
    return [obj.name for obj in job.objects]


def _is_decided(tx: Tx, job: PushJob, person: str, held: Sequence[Trace]) -> bool:
    """Whether every push that told this system something has been past the person since they last changed."""
    touched = tx.persons.touched([person]).get(person, 0)
    places = {(job.sync, name) for name in _names(job)} | {(one.sync, one.object) for one in held}
    cursors = [tx.ledger.cursor(sync, f"push:{name}", job.connection) for sync, name in sorted(places)]
    return all(int(cursor or 0) >= touched for cursor in cursors)


def _hindrance(job: PushJob, traces: Sequence[Trace], held: Trace, owed: Obligation) -> str | None:
    """Why what a vendor holds cannot be called settled, or None where it has been decided that it may hold it.

    A row that failed, was given up or was stopped on its way has changed nothing there, whatever it was meant to do.
    """
    if held.id == traces[-1].id and held.created_at > owed.opened_at:
        return None  # decided, and said, since
    same = (held.sync, held.object, held.target_ref)
    since = [one for one in traces if (one.sync, one.object, one.target_ref) == same and one.id > held.id]
    since = [one for one in since if one.reason != "already_queued"]  # that tells of another row, which has its own end
    last = since[-1] if since else held
    if last.created_at < owed.opened_at:
        return NOT_FOUND
    if last.state is DeliveryState.FAILED or last.reason in _UNHEEDED:
        return NOT_GONE
    if last.reason in _UNDECIDED or (last.reason or "").startswith("egress."):
        return _OPEN
    silent = last.state is DeliveryState.WITHHELD or last.reason == "nothing_to_say"
    clearable = {obj.name: obj.clearable for obj in job.objects}
    return NOT_CLEARABLE if silent and not clearable.get(held.object, True) else None


def _took_back(one: Trace, owed: Obligation) -> bool:
    is_clear = one.change in (Change.CLEARED, Change.WITHDRAWN) and one.state is DeliveryState.CONFIRMED
    return is_clear and one.created_at >= owed.opened_at


def _look_again(job: PushJob, case: _Case) -> str | None:
    """Reads back what was emptied; gives what stands against calling it done, ``unsure`` where the vendor did not say."""
    for name, rows in case.cleared.items():
        if not rows:
            continue
        asked = [WriteRecord(row.idempotency_key, row.key, row.fields, row.job) for row in rows]
        try:
            answers = {one.key: one.state for one in job.destination.reconcile(name, asked)}
        except HubError:
            return "unsure"
        states = [answers.get(row.idempotency_key, OutcomeState.UNKNOWN) for row in rows]
        if OutcomeState.FAILED in states:
            return NOT_GONE
        if any(state is not OutcomeState.CONFIRMED for state in states):
            return "unsure"
    return None


@again_after_conflict
def _settle(rooms: Rooms, case: _Case, job: PushJob, run_id: str, seen: str | None) -> None:
    if seen == "unsure":
        return
    owed, against = case.owed, seen or case.hindrance
    with rooms.store.begin() as tx:
        looked = any(case.cleared.values())
        if not tx.obligations.end(owed.id, against or ("read back" if looked else "settled")):
            return  # another push of the same system was faster
        if against:
            tx.obligations.open(owed.audit_ref, owed.system, against, owed.system, owed.opened_at + BY_HAND)
        outcome = "by_hand" if against else "settled"
        reasons = (against,) if against else ()
        rooms.audit.record(tx, [_entry(rooms, outcome, owed.system, owed.audit_ref, reasons, run_id)])


def _entry(
    rooms: Rooms, outcome: str, dest: str, subject: str, reasons: tuple[str, ...], run_id: str | None
) -> AuditEntry:
    return AuditEntry(
        type="withdrawal", outcome=outcome, dest=dest, subject=subject, reasons=reasons, policy=rooms.policy.version,
        run=run_id,
    )  # fmt: skip
