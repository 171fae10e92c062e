"""Push: what the hub knows, permitted and mapped, out to one system.

::

    settle what is open -> room for more? (withdrawals go without) -> select due -> gate(activate) -> keep allowed fields
      -> map out -> scan outgoing bytes -> outbox -> send withdrawals -> within the caps?
      -> consent again, in the transaction that marks the row as sending, and before each request -> send -> outcome + audit
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from hub.audit.detail import detail_of
from hub.audit.entry import Entry as AuditEntry
from hub.contract import Object, Outcome, OutcomeState, WriteRecord
from hub.errors import AuthError, FatalError, HubError, PolicyError, ThrottledError, TransientError
from hub.pipeline.diff import with_told
from hub.pipeline.egress import BROKEN, Watch, quarantine_planned, quarantine_stopped, watch
from hub.pipeline.gate import audit_decisions
from hub.pipeline.plan import Planned, PushJob, plan
from hub.pipeline.propagation import WITHDRAWAL, settle_withdrawals
from hub.pipeline.recall import MOVED, Recall, moved
from hub.pipeline.rooms import Rooms
from hub.pipeline.run import Run, running
from hub.store.conflict import again_after_conflict
from hub.store.delivery import Change, Delivery, DeliveryState, NewDelivery, Note, Settlement
from hub.store.obligations import Obligation
from hub.store.store import Tx
from hub.telemetry.span import traced

SELECT_BATCH = 1_000
"""People who are decided about in one transaction."""


@dataclass
class PushReport:
    """What a push did; selected = confirmed + unchanged + withheld + failed + unknown + pending + accepted, always.

    ``reasons`` counts rows by "state: reason"; ``planned`` holds the rows of a dry run; ``dead`` is how many dead letters
    of the sync wait for somebody, also those of earlier runs.
    """

    run_id: str
    sync: str
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    planned: list[Planned] = field(default_factory=list)
    dead: int = 0
    error: HubError | None = None


def push(
    rooms: Rooms, job: PushJob, *, dry_run: bool = False, progress: Callable[[int], None] = lambda _: None
) -> PushReport:
    """This settles what earlier runs left open, then selects, decides and sends; a dry run stops before sending.

    A vendor's failure, a cap that would be passed and a backlog that is too long end the run with ``report.error``. Raises
    LockedError where another run holds the sync's lease, FatalError for a dry run on a store that was opened for more.
    """
    dry_run = dry_run or rooms.store.dry_run
    if dry_run and not rooms.store.dry_run:
        raise FatalError("A dry run needs a store that was opened for one.")
    with running(rooms, job.sync, "push") as run:
        report = PushReport(run.id, job.sync)
        try:
            _prepare(rooms, job, run, report, dry_run=dry_run)
            for obj in job.objects:
                _select_object(rooms, job, obj, run, report, dry_run=dry_run, progress=progress)
            for obj in () if dry_run else job.objects:
                deliver(rooms, job, obj, run, only=Change.WITHDRAWN)
            _require_approval(rooms, job)
            for obj in () if dry_run else job.objects:
                deliver(rooms, job, obj, run)
                reconcile(rooms, job, obj, run)
            if not dry_run:
                settle_withdrawals(rooms, job, run.id)
        except HubError as error:
            report.error = run.error = error
        _count(rooms, report)
        run.is_partial = report.counts["failed"] + report.counts["unknown"] > 0
    return report


def ask_after_jobs(rooms: Rooms, job: PushJob) -> int:
    """This asks the vendor what has become of jobs that it had accepted, and gives how many rows still wait for theirs.

    Raises what the vendor's failures are, LockedError where the sync is being run: that run asks as well.
    """
    with rooms.store.read() as tx:
        if not tx.outbox.accepted(job.sync):
            return 0
    with running(rooms, job.sync, "push") as run:
        for obj in job.objects:
            reconcile(rooms, job, obj, run)
        settle_withdrawals(rooms, job, run.id)
    with rooms.store.read() as tx:
        return tx.outbox.accepted(job.sync)


def _prepare(rooms: Rooms, job: PushJob, run: Run, report: PushReport, *, dry_run: bool) -> None:
    """What earlier runs left is read back or decided anew, before it is asked whether there is room for more.

    Where there is none, withdrawals go all the same: they wait neither for room nor for an approval.
    """
    for obj in job.objects:
        if not dry_run:
            reconcile(rooms, job, obj, run)
        _decide_anew(rooms, job, obj, run)
    with rooms.store.read() as tx:
        stuck = tx.dead_letters.backlog(job.sync).stuck
    if stuck > job.backlog and not dry_run:
        for obj in job.objects:
            last: Obligation | None = None
            while (last := _select_withdrawn(rooms, job, obj, run, last)) is not None:
                pass
            deliver(rooms, job, obj, run, only=Change.WITHDRAWN)
    _require_room(job, stuck)


@again_after_conflict
def _select_withdrawn(rooms: Rooms, job: PushJob, obj: Object, run: Run, after: Obligation | None) -> Obligation | None:
    """Puts into the outbox what the next withdrawals that are owed here take back, and gives the last; None behind the end.

    The cursor stays where it is.
    """
    stream = f"push:{obj.name}"
    with rooms.store.begin() as tx:
        run.renew(tx)
        owed = tx.obligations.list(SELECT_BATCH, system=job.connection, what=WITHDRAWAL, after=after)
        if not owed:
            return None
        known = {person for one in owed if (person := tx.keys.person_of(one.audit_ref)) is not None}
        planned, asked = plan(rooms, tx, job, obj, sorted(set(tx.persons.roots(known).values())))
        back = [row for row in planned if row.fields is not None and row.change is Change.WITHDRAWN]
        position = tx.ledger.cursor(job.sync, stream, job.connection) or "0"
        batch = tx.ledger.selection(run.id, job.sync, job.connection, stream, position, len(back))
        _enqueue(rooms, tx, job, back, run, batch)
        rooms.audit.record(tx, audit_decisions(rooms, tx, asked, run_id=run.id))
    return owed[-1]


def _require_room(job: PushJob, stuck: int) -> None:
    """Better to stop and say so than to fail for everybody, and to be lost in it."""
    if stuck > job.backlog:
        raise TransientError(
            f"{job.sync}: {stuck} rows have failed and wait (the bound is {job.backlog}); nothing more is selected or sent.",
            fix=f"See 'hub outcomes dead --sync {job.sync}', mend the cause, then 'hub outcomes retry --sync {job.sync}'; "
            f"or raise syncs.{job.sync}.backlog.",
        )


def _require_approval(rooms: Rooms, job: PushJob) -> None:
    with rooms.store.read() as tx:
        changes = tx.outbox.changes(job.sync)
        base = tx.outbox.confirmed_targets(job.sync) if job.caps.needs_base(changes) else 0
    job.caps.require(job.sync, changes, base, job.approved)


def _select_object(
    rooms: Rooms,
    job: PushJob,
    obj: Object,
    run: Run,
    report: PushReport,
    *,
    dry_run: bool,
    progress: Callable[[int], None],
) -> None:
    for planned in select(rooms, job, obj, run, show=dry_run):
        report.reasons.update(f"{row.state}: {row.reason}" for row in planned if row.reason)
        report.planned.extend(planned if dry_run else ())
        progress(len(planned))


def select(rooms: Rooms, job: PushJob, obj: Object, run: Run, *, show: bool = False) -> Iterator[list[Planned]]:
    """This goes through everybody touched since the last push, decides, and puts what may leave into the outbox.

    With ``show`` the rows tell what the vendor was told last.
    """
    stream = f"push:{obj.name}"
    with rooms.store.read() as tx:
        position, head = int(tx.ledger.cursor(job.sync, stream, job.connection) or 0), tx.persons.head()
    while position < head:
        shown, position = _select_batch(rooms, job, obj, run, (position, head), show=show)
        rooms.audit.catch_up()
        yield shown


@traced("attune.push.select")
@again_after_conflict
def _select_batch(
    rooms: Rooms, job: PushJob, obj: Object, run: Run, span: tuple[int, int], *, show: bool
) -> tuple[list[Planned], int]:
    after, head = span
    with rooms.store.begin() as tx:
        run.renew(tx)
        touched = tx.persons.touched_since(after, SELECT_BATCH)
        due = [(person, at) for person, at in touched if at <= head]
        position = due[-1][1] if due and len(touched) == SELECT_BATCH else head
        planned, asked = plan(rooms, tx, job, obj, [person for person, _ in due])
        stream = f"push:{obj.name}"
        batch = tx.ledger.selection(run.id, job.sync, job.connection, stream, str(position), len(planned))
        _enqueue(rooms, tx, job, planned, run, batch)
        rooms.audit.record(tx, audit_decisions(rooms, tx, asked, run_id=run.id))
        return with_told(rooms, tx, job, obj, planned) if show else planned, position


def _enqueue(rooms: Rooms, tx: Tx, job: PushJob, planned: Sequence[Planned], run: Run, batch: int) -> None:
    notes = [_silent(rooms, job, row, batch) for row in planned if row.fields is None]
    tx.outbox.note(job.sync, run.id, notes)
    quarantine_planned(rooms, tx, job, planned, run)
    tx.outbox.enqueue([_delivery(rooms, job, row, row.fields, run, batch) for row in planned if row.fields is not None])


def _silent(rooms: Rooms, job: PushJob, row: Planned, batch: int) -> Note:
    return Note(
        job.connection,
        row.object,
        row.target_ref,
        row.state,
        row.reason,
        row.subject.person_id,
        policy=rooms.policy.version,
        batch_id=batch,
    )


def _delivery(
    rooms: Rooms, job: PushJob, row: Planned, fields: Mapping[str, object], run: Run, batch: int
) -> NewDelivery:
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
        # What was confirmed last is part of the key: A, B, A, B are four deliveries, a retry of one is not another.
        idempotency_key=rooms.vault.ref("delivery", job.sync, row.target_ref, row.base, row.payload_hash),
        consent_seq=row.consent_seq,
        policy=rooms.policy.version,
        batch_id=batch,
        change=row.change,
        kept=row.kept,
    )


def deliver(rooms: Rooms, job: PushJob, obj: Object, run: Run, *, only: Change | None = None) -> None:
    """This sends what waits in the outbox, batch by batch; consent is asked once more as each row is marked sending.

    With ``only`` it sends just the rows that do that. Raises TransientError as soon as more rows have failed than may wait;
    the others stay where they are, but withdrawals go on.
    """
    with rooms.store.read() as tx:
        stuck = tx.dead_letters.backlog(job.sync).stuck
    last = 0
    while True:
        if only is not Change.WITHDRAWN:
            _require_room(job, stuck)
        claimed, ready, guard = _claim(rooms, job, obj, run, only, last)
        if not claimed and not last:
            return
        last = claimed  # behind the end once more from the beginning: what was in flight may be free by now
        if ready:
            outcomes, error = _write(job, obj, ready, guard)
            stopped = _withhold_stopped(rooms, job, ready, outcomes, run, guard)
            rest = [row for row in ready if row not in stopped]
            stuck += _settle(rooms, job, rest, outcomes, run, unsent=_was_not_sent(error))
            # A request that was stopped is the matter of the rows that it was about; the others go on.
            if error is not None and not (guard.hits and isinstance(error, PolicyError)):
                raise error


@traced("attune.push.claim")
@again_after_conflict
def _claim(
    rooms: Rooms, job: PushJob, obj: Object, run: Run, only: Change | None, after: int
) -> tuple[int, list[Delivery], Watch]:
    """The next rows behind a row marked as sending, less those whose consent has moved, and the watch over their requests.

    First comes the number of the last one; 0 where nothing waits there any more.
    """
    with rooms.store.begin() as tx:
        run.renew(tx)
        claimed = tx.outbox.claim(job.sync, obj.name, obj.max_batch, run.id, only, after=after)
        if not claimed:
            return 0, [], watch(rooms, tx, job, [])
        ready = _unless_consent_moved(rooms, tx, claimed)
        _audit(rooms, tx, job, ready, run, "deliver", "sending")
        guard = watch(rooms, tx, job, ready, recall=Recall.of(rooms, tx, run, ready))
    rooms.audit.catch_up()
    return claimed[-1].id, ready, guard


@again_after_conflict
def _withhold_stopped(
    rooms: Rooms, job: PushJob, rows: Sequence[Delivery], outcomes: Mapping[str, Outcome], run: Run, guard: Watch
) -> list[Delivery]:
    """Rows whose request was stopped at the wire are withheld; what a vendor has, or may have, stays so.

    Where consent moved they are decided anew; where somebody's identifier stood in the request they are quarantined.
    """
    reasons = {row.idempotency_key: guard.reason(row) for row in rows} if guard.hits else {}
    stopped = [
        (row, reason)
        for row in rows
        if (reason := reasons.get(row.idempotency_key)) and not _may_be_there(outcomes.get(row.idempotency_key))
    ]
    if stopped:
        with rooms.store.begin() as tx:
            run.renew(tx)
            ended = tx.outbox.erased(row.id for row, _ in stopped)
            left = [(row, reason) for row, reason in stopped if row.id not in ended]
            _send_back(tx, [row for row, reason in left if reason == MOVED], MOVED)
            found = [(row, reason) for row, reason in left if reason != MOVED]
            tx.outbox.settle([Settlement(row.idempotency_key, DeliveryState.WITHHELD, reason) for row, reason in found])
            quarantine_stopped(rooms, tx, job, found, run)
    return [row for row, _ in stopped]


def _may_be_there(outcome: Outcome | None) -> bool:
    return outcome is not None and Settlement.of(outcome).state is not DeliveryState.FAILED


def _unless_consent_moved(rooms: Rooms, tx: Tx, claimed: Sequence[Delivery]) -> list[Delivery]:
    """A row whose person's consent has moved since it was decided goes back to be decided anew; clearing may always go.

    Whoever records a consent holds the person, and so do we from here on: who comes later finds the row under way.
    """
    tx.persons.hold_many(sorted({row.person_id for row in claimed}))
    gone = moved(rooms, tx, claimed)
    _send_back(tx, gone, MOVED)
    return [row for row in claimed if row not in gone]


def _send_back(tx: Tx, rows: Sequence[Delivery], reason: str) -> None:
    tx.outbox.settle([Settlement(row.idempotency_key, DeliveryState.WITHHELD, reason) for row in rows])
    tx.persons.touch(sorted({row.person_id for row in rows}))


def _decide_anew(rooms: Rooms, job: PushJob, obj: Object, run: Run) -> None:
    """A decision is good for its run only: what an earlier one never sent, and what failed and is due, is decided anew."""
    while _take_back(rooms, job, obj, run):
        pass


@again_after_conflict
def _take_back(rooms: Rooms, job: PushJob, obj: Object, run: Run) -> bool:
    with rooms.store.begin() as tx:
        run.renew(tx)
        people = tx.outbox.take_back(job.sync, obj.name, SELECT_BATCH)
        tx.persons.touch(people)
    return bool(people)


@traced("attune.push.write")
def _write(
    job: PushJob, obj: Object, rows: Sequence[Delivery], guard: Watch
) -> tuple[dict[str, Outcome], HubError | None]:
    outcomes: dict[str, Outcome] = {}
    error: HubError | None = None
    try:
        with job.checkpoint.watching(guard, guard.tell):
            for outcome in job.destination.write(obj.name, [_write_record(row) for row in rows]):
                outcomes[outcome.key] = outcome
    except (AuthError, ThrottledError) as refused:
        # The vendor refused before doing anything, for reasons that are not the rows': these were not tried.
        error = refused
    except FatalError:
        raise
    except HubError as failed:
        error = failed
    return outcomes | _doubts(rows, outcomes, guard), error


def _doubts(rows: Sequence[Delivery], outcomes: Mapping[str, Outcome], guard: Watch) -> dict[str, Outcome]:
    """Rows that nobody says were taken, though a request of theirs had its effect, or may have had it: they are read back.

    A gateway that gives up (502, 503, 504) may have let it through, whatever becomes of the next attempt: it may be refused
    for its credentials or its number, not come about at all, or be stopped here because consent has moved.
    """
    silent = [row for row in rows if row.idempotency_key not in outcomes]
    failed = [row for row in rows if (one := outcomes.get(row.idempotency_key)) and one.retryable]
    keys = guard.reached(silent) | guard.reached(failed, at_least=BROKEN)
    return {key: Outcome(key, OutcomeState.UNKNOWN, reason="no_answer") for key in keys}


def _was_not_sent(error: HubError | None) -> bool:
    return isinstance(error, AuthError | ThrottledError)


def _write_record(row: Delivery) -> WriteRecord:
    return WriteRecord(row.idempotency_key, row.key, row.fields, row.job)


@traced("attune.push.settle")
@again_after_conflict
def _settle(
    rooms: Rooms,
    job: PushJob,
    rows: Sequence[Delivery],
    outcomes: Mapping[str, Outcome],
    run: Run,
    *,
    late: bool = False,
    unsent: bool = False,
) -> int:
    """What a destination did not answer for is unknown: it is read back before anything is sent again.

    With ``unsent`` it is known not to have been sent, and waits. Rows that an erasure has ended meanwhile are its own: the
    others keep their outcomes. Gives how many rows failed.
    """
    with rooms.store.begin() as tx:
        run.renew(tx)
        ended = tx.outbox.erased(row.id for row in rows)
        rows = [row for row in rows if row.id not in ended]
        settlements = {row.idempotency_key: _settlement(row, outcomes.get(row.idempotency_key), unsent) for row in rows}
        tx.outbox.settle(list(settlements.values()), job.retry)
        if late:
            # A late answer changes what the vendor holds: these people are decided about anew.
            done = [row for row in rows if settlements[row.idempotency_key].state is DeliveryState.CONFIRMED]
            tx.persons.touch(sorted({row.person_id for row in done}))
        for state in sorted({one.state for one in settlements.values()}):
            mine = [row for row in rows if settlements[row.idempotency_key].state is state]
            _audit(rooms, tx, job, mine, run, "delivered", str(state))
    return sum(one.state is DeliveryState.FAILED for one in settlements.values())


def _settlement(row: Delivery, outcome: Outcome | None, unsent: bool) -> Settlement:
    if outcome is None and unsent:
        return Settlement(row.idempotency_key, DeliveryState.PENDING, "not_sent")
    if outcome is None:
        return Settlement(row.idempotency_key, DeliveryState.UNKNOWN, "no_answer")
    return Settlement.of(outcome)


@traced("attune.push.reconcile")
def reconcile(rooms: Rooms, job: PushJob, obj: Object, run: Run) -> None:
    """This reads back what earlier writes left accepted or unknown, before anything is sent again."""
    after = 0
    while True:
        with rooms.store.begin() as tx:
            run.renew(tx)
            rows = tx.outbox.unsettled(job.sync, obj.name, obj.max_batch, after)
            guard = watch(rooms, tx, job, rows)
        if not rows:
            return
        after = rows[-1].id
        with job.checkpoint.watching(guard):
            answers = list(job.destination.reconcile(obj.name, [_write_record(row) for row in rows]))
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
                detail=detail_of(
                    row.person_id,
                    object=row.object,
                    target=row.target_ref,
                    fields=sorted(row.fields),
                    content=row.payload_hash,
                    attempt=row.attempt,
                ),
            )
            for row in rows
        ],
    )


def _count(rooms: Rooms, report: PushReport) -> None:
    with rooms.store.read() as tx:
        # As the ledger has it: a batch may have been committed whose answer was lost.
        report.counts["selected"] = tx.ledger.selected(report.run_id)
        report.counts.update(asdict(tx.outbox.check(report.run_id, report.counts["selected"])))
        report.dead = tx.dead_letters.count(report.sync)
