"""Push: what the hub knows, permitted and mapped, out to one system.

::

    select due -> gate(activate) -> keep allowed fields -> map out -> scan outgoing bytes -> outbox
               -> consent again, in the transaction that marks the row as sending -> send -> outcome + audit
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from hub.audit.entry import Entry as AuditEntry
from hub.contract import Object, Outcome, OutcomeState, WriteRecord
from hub.errors import AuthError, FatalError, HubError, ThrottledError
from hub.pipeline.gate import audit_decisions
from hub.pipeline.plan import Planned, PushJob, plan
from hub.pipeline.rooms import Rooms
from hub.pipeline.run import Run, running
from hub.store.delivery import Delivery, DeliveryState, NewDelivery, Note, Settlement
from hub.store.ledger import PullCounts
from hub.store.store import Tx

SELECT_BATCH = 200
_NOTHING_READ = PullCounts()


@dataclass
class PushReport:
    """What a push did; selected = confirmed + unchanged + withheld + failed + unknown + pending + accepted, always.

    ``reasons`` counts rows by "state: reason"; ``planned`` holds the rows of a dry run.
    """

    run_id: str
    sync: str
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    planned: list[Planned] = field(default_factory=list)
    error: HubError | None = None


def push(
    rooms: Rooms, job: PushJob, *, dry_run: bool = False, progress: Callable[[int], None] = lambda _: None
) -> PushReport:
    """This settles what earlier runs left open, then selects, decides and sends; a dry run stops before sending.

    A vendor's failure ends the run with ``report.error``. Raises LockedError where another run holds the sync's lease.
    """
    dry_run = dry_run or rooms.store.dry_run
    with running(rooms, job.sync, "push") as run:
        report = PushReport(run.id, job.sync)
        try:
            for obj in job.objects:
                _push_object(rooms, job, obj, run, report, dry_run=dry_run, progress=progress)
        except HubError as error:
            report.error = run.error = error
        _count(rooms, report)
        run.is_partial = report.counts["failed"] + report.counts["unknown"] > 0
    return report


def _push_object(
    rooms: Rooms,
    job: PushJob,
    obj: Object,
    run: Run,
    report: PushReport,
    *,
    dry_run: bool,
    progress: Callable[[int], None],
) -> None:
    if not dry_run:
        reconcile(rooms, job, obj, run)
        _decide_anew(rooms, job, obj, run)
    for planned in select(rooms, job, obj, run):
        report.counts["selected"] += len(planned)
        report.reasons.update(f"{row.state}: {row.reason}" for row in planned if row.reason)
        report.planned.extend(planned if dry_run else ())
        progress(len(planned))
    if not dry_run:
        deliver(rooms, job, obj, run)
        reconcile(rooms, job, obj, run)


def select(rooms: Rooms, job: PushJob, obj: Object, run: Run) -> Iterator[list[Planned]]:
    """This goes through everybody touched since the last push, decides, and puts what may leave into the outbox."""
    stream = f"push:{obj.name}"
    with rooms.store.read() as tx:
        position, head = int(tx.ledger.cursor(job.sync, stream) or 0), tx.persons.head()
    while position < head:
        with rooms.store.begin() as tx:
            run.renew(tx)
            touched = tx.persons.touched_since(position, SELECT_BATCH)
            due = [(person, at) for person, at in touched if at <= head]
            position = due[-1][1] if due and len(touched) == SELECT_BATCH else head
            planned, asked = plan(rooms, tx, job, obj, [person for person, _ in due])
            _enqueue(rooms, tx, job, planned, run)
            rooms.audit.record(tx, audit_decisions(rooms, tx, asked, run_id=run.id))
            tx.ledger.batch(run.id, job.sync, job.connection, stream, str(position), _NOTHING_READ, [])
        yield planned


def _enqueue(rooms: Rooms, tx: Tx, job: PushJob, planned: Sequence[Planned], run: Run) -> None:
    notes = [
        Note(job.connection, row.object, row.target_ref, row.state, row.reason, row.subject.person_id)
        for row in planned
        if row.fields is None
    ]
    tx.outbox.note(job.sync, run.id, notes)
    tx.outbox.enqueue([_delivery(rooms, job, row, row.fields, run) for row in planned if row.fields is not None])


def _delivery(rooms: Rooms, job: PushJob, row: Planned, fields: Mapping[str, object], run: Run) -> NewDelivery:
    return NewDelivery(
        sync=job.sync,
        run_id=run.id,
        connection=job.connection,
        object=row.object,
        person_id=row.subject.person_id,
        target_ref=row.target_ref,
        key=row.subject.target,
        fields=fields,
        payload_hash=row.payload_hash,
        # The payload that the vendor has now is part of the key: A, B, A are three deliveries, a retry of one is not.
        idempotency_key=rooms.vault.ref("delivery", job.sync, row.target_ref, row.base, row.payload_hash),
        consent_seq=row.consent_seq,
        policy=rooms.policy.version,
    )


def deliver(rooms: Rooms, job: PushJob, obj: Object, run: Run) -> None:
    """This sends what waits in the outbox, batch by batch; consent is asked once more as each row is marked sending."""
    while True:
        with rooms.store.begin() as tx:
            run.renew(tx)
            claimed = tx.outbox.claim(job.sync, obj.name, obj.max_batch, run.id)
            if not claimed:
                return
            ready = _unless_consent_moved(tx, claimed)
            _audit(rooms, tx, job, ready, run, "deliver", "sending")
        if ready:
            outcomes, error = _write(job, obj, ready)
            _settle(rooms, job, ready, outcomes, run)
            if error is not None:
                raise error


def _unless_consent_moved(tx: Tx, claimed: Sequence[Delivery]) -> list[Delivery]:
    """A row whose person's consent has moved since it was decided goes back to be decided anew; clearing may always go."""
    now_at = tx.consents.seq(sorted({row.person_id for row in claimed}))
    moved = [row for row in claimed if not _clears(row) and now_at.get(row.person_id, 0) != row.consent_seq]
    _send_back(tx, moved, "consent.moved")
    return [row for row in claimed if row not in moved]


def _clears(row: Delivery) -> bool:
    return all(value is None for value in row.fields.values())


def _send_back(tx: Tx, rows: Sequence[Delivery], reason: str) -> None:
    tx.outbox.settle([Settlement(row.idempotency_key, DeliveryState.WITHHELD, reason) for row in rows])
    tx.persons.touch(sorted({row.person_id for row in rows}))


def _decide_anew(rooms: Rooms, job: PushJob, obj: Object, run: Run) -> None:
    """Rows that an earlier run decided about and never got through are decided anew: a decision is good for its run only."""
    while True:
        with rooms.store.begin() as tx:
            waiting = tx.outbox.claim(job.sync, obj.name, obj.max_batch, run.id)
            if not waiting:
                return
            _send_back(tx, waiting, "decision.stale")


def _write(job: PushJob, obj: Object, rows: Sequence[Delivery]) -> tuple[dict[str, Outcome], HubError | None]:
    outcomes: dict[str, Outcome] = {}
    error: HubError | None = None
    try:
        for outcome in job.destination.write(obj.name, [_write_record(row) for row in rows]):
            outcomes[outcome.key] = outcome
    except (AuthError, ThrottledError) as refused:
        # The vendor refused before doing anything: what has no outcome yet was not sent.
        error = refused
        for row in rows:
            unsent = Outcome(row.idempotency_key, OutcomeState.FAILED, retryable=True, reason=type(refused).__name__)
            outcomes.setdefault(row.idempotency_key, unsent)
    except FatalError:
        raise
    except HubError as failed:
        error = failed
    return outcomes, error


def _write_record(row: Delivery) -> WriteRecord:
    return WriteRecord(row.idempotency_key, row.key, row.fields, row.job)


def _settle(
    rooms: Rooms,
    job: PushJob,
    rows: Sequence[Delivery],
    outcomes: Mapping[str, Outcome],
    run: Run,
    *,
    late: bool = False,
) -> None:
    """What a destination did not answer for is unknown: it is read back before anything is sent again."""
    settlements = {row.idempotency_key: _settlement(row, outcomes.get(row.idempotency_key)) for row in rows}
    with rooms.store.begin() as tx:
        run.renew(tx)
        tx.outbox.settle(list(settlements.values()))
        if late:
            # A late answer changes what the vendor holds: these people are decided about anew.
            done = [row for row in rows if settlements[row.idempotency_key].state is DeliveryState.CONFIRMED]
            tx.persons.touch(sorted({row.person_id for row in done}))
        for state in sorted({one.state for one in settlements.values()}):
            mine = [row for row in rows if settlements[row.idempotency_key].state is state]
            _audit(rooms, tx, job, mine, run, "delivered", str(state))


def _settlement(row: Delivery, outcome: Outcome | None) -> Settlement:
    if outcome is None:
        return Settlement(row.idempotency_key, DeliveryState.UNKNOWN, "no_answer")
    return Settlement.of(outcome)


def reconcile(rooms: Rooms, job: PushJob, obj: Object, run: Run) -> None:
    """This reads back what earlier writes left accepted or unknown, before anything is sent again."""
    after = 0
    while True:
        with rooms.store.begin() as tx:
            run.renew(tx)
            rows = tx.outbox.unsettled(job.sync, obj.name, obj.max_batch, after)
        if not rows:
            return
        after = rows[-1].id
        answers = job.destination.reconcile(obj.name, [_write_record(row) for row in rows])
        _settle(rooms, job, rows, {outcome.key: outcome for outcome in answers}, run, late=True)


def _audit(rooms: Rooms, tx: Tx, job: PushJob, rows: Sequence[Delivery], run: Run, type: str, outcome: str) -> None:
    refs = tx.keys.audit_refs(sorted({row.person_id for row in rows}))
    rooms.audit.record(
        tx,
        [
            AuditEntry(
                type=type,
                outcome=outcome,
                purpose=job.purpose,
                dest=job.connection,
                policy=row.policy,
                subject=refs.get(row.person_id),
                run=run.id,
            )
            for row in rows
        ],
    )


def _count(rooms: Rooms, report: PushReport) -> None:
    with rooms.store.read() as tx:
        report.counts.update(asdict(tx.outbox.check(report.run_id, report.counts["selected"])))
