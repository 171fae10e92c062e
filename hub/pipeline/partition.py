"""A full read in parts: several parts of a stream are read at once, one writer stores them.

::

    plan (remember the moment, cut each stream) -> stream by stream: read its parts side by side, store one by one
         -> streams go on from the moment before the plan -> catch up with what has changed since

Each part has a run and a lease of its own, whether it is read here beside others (``pull_partitions``) or in a process of its
own (``pull_partition``): both leave the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import chain, groupby
from queue import SimpleQueue

from hub.contract import Batch, Partitioned, Source
from hub.errors import ConfigError, HubError, NotYetError
from hub.pipeline.parts import Part, Plan, StreamPlan, check_parts, drop_plan, load_plan, make_plan
from hub.pipeline.pull import PullJob, PullReport, in_transactions, pull_stream, recheck_stream
from hub.pipeline.readahead import read_ahead
from hub.pipeline.rooms import Rooms
from hub.pipeline.run import Run, running
from hub.store.ledger import PullCounts


def plan_partitions(rooms: Rooms, job: PullJob, at_most: int) -> list[Part]:
    """This gives the parts that are left to read, under a new plan where none is unfinished.

    Streams come in the order in which they must be read. ``at_most`` bounds the parts of each stream. Raises ConfigError,
    LockedError, and what the vendor's failures are.
    """
    check_parts(job)
    with running(rooms, job.sync, "pull") as run:
        plan = _planned(rooms, job, run, at_most)
        with rooms.store.read() as tx:
            return [part for stream in plan.streams for part in plan.left(tx, job, stream)]


def pull_partition(
    rooms: Rooms, job: PullJob, part: Part, *, progress: Callable[[int], None] = lambda _: None
) -> PullReport:
    """This reads one part, or what is left of it; parts of one stream may be read at once, in processes of their own.

    A vendor's failure ends the run with ``report.error``. Raises LockedError while this part, or the whole sync, is being
    run, NotYetError while an earlier stream is not through, ConfigError for a part of another plan.
    """
    stream = _find(rooms, job, part)
    with running(rooms, job.sync, "pull", part=part.lease) as run:
        report = PullReport(run.id, job.sync)
        try:
            reader = partial(_batches, job.source, stream, part)
            for done in part.place.read(rooms, job, run, reader):
                report.add(done)
                progress(done.counts["read"])
        except HubError as error:
            report.error = run.error = error
        run.is_partial = report.counts["quarantined"] > 0
    return report


def pull_partitions(
    rooms: Rooms, job: PullJob, parts: Sequence[Part], readers: int, *, progress: Callable[[int], None] = lambda _: None
) -> Iterator[PullReport]:
    """This reads parts with ``readers`` readers at once, and gives a report of each; killed, others go on with what is left.

    A vendor's failure ends all that is being read, and is the ``error`` of the last report. Raises LockedError where the
    sync, or one of the parts, is being run.
    """
    sources = _open_sources(job, readers)
    for _, some in groupby(parts, lambda part: part.stream):
        reports = _read_stream(rooms, job, list(some), sources, progress)
        yield from reports
        if any(report.error for report in reports):
            return


def finish_partitions(rooms: Rooms, job: PullJob, *, progress: Callable[[int], None] = lambda _: None) -> PullReport:
    """This lets the streams go on from the moment before the plan, once all parts are read, and catches up from there.

    Without an unfinished plan it only catches up. A vendor's failure is the ``error`` of the report. Raises LockedError
    while parts are left or being read.
    """
    later = replace(job, full=False)
    with running(rooms, job.sync, "pull") as run:
        report = PullReport(run.id, job.sync)
        with rooms.store.read() as tx:
            plan = load_plan(tx, job, rooms.now())
        if plan is not None:
            _finish(rooms, job, run, plan)
        try:
            read = (pull_stream(rooms, later, stream, run) for stream in job.streams)
            checked = (recheck_stream(rooms, later, stream, run) for stream in job.streams)
            for done in chain.from_iterable(chain(read, checked)):
                report.add(done)
                progress(done.counts["read"])
        except HubError as error:
            report.error = run.error = error
        run.is_partial = report.counts["quarantined"] > 0
    return report


def _planned(rooms: Rooms, job: PullJob, run: Run, at_most: int) -> Plan:
    with rooms.store.read() as tx:
        plan = load_plan(tx, job, rooms.now())
    if plan is None:
        plan = make_plan(job, at_most, rooms.now())
        with rooms.store.begin() as tx:
            run.renew(tx)
            plan.save(tx, job, run)
    return plan


def _open_sources(job: PullJob, readers: int) -> SimpleQueue[Source]:
    """Vendors' clients are not made for several threads: each reader borrows one of its own."""
    sources: SimpleQueue[Source] = SimpleQueue()
    for _ in range(readers):
        sources.put(job.reopen() if job.reopen else job.source)
    return sources


def _read_stream(
    rooms: Rooms, job: PullJob, parts: Sequence[Part], sources: SimpleQueue[Source], progress: Callable[[int], None]
) -> list[PullReport]:
    """All parts of one stream; each begins its run with its first batch, and all that began end together."""
    stream = _find(rooms, job, parts[0])
    with rooms.store.read() as tx:
        left = {part: part.place.stand(tx, job).cursor for part in parts}
    readers = {
        part: partial(in_transactions, rooms, job, stream.stream, _borrowed(sources, stream, part, cursor))
        for part, cursor in left.items()
    }
    with ExitStack() as stack:
        begun: dict[Part, tuple[Run, PullReport]] = {}
        unread = set(parts)
        try:
            for part, batch in read_ahead(readers, sources.qsize()):
                if part not in begun:
                    run = stack.enter_context(running(rooms, job.sync, "pull", part=part.lease))
                    begun[part] = run, PullReport(run.id, job.sync)
                run, report = begun[part]
                if batch is None:
                    part.place.close(rooms, job, run)
                    unread.discard(part)
                else:
                    done = part.place.store(rooms, job, run, batch)
                    report.add(done)
                    run.is_partial = report.counts["quarantined"] > 0
                    progress(done.counts["read"])
        except HubError as error:
            broken = [begun[part] for part in unread & begun.keys()]
            if not broken:
                raise
            for run, report in broken:
                report.error = run.error = error
    return [report for _, report in begun.values()]


def _borrowed(sources: SimpleQueue[Source], stream: StreamPlan, part: Part, cursor: str | None) -> Iterator[Batch]:
    source = sources.get()
    try:
        yield from _batches(source, stream, part, cursor)
    finally:
        sources.put(source)


def _batches(source: Source, stream: StreamPlan, part: Part, cursor: str | None) -> Iterator[Batch]:
    if not stream.is_cut:
        return source.read(stream.stream, cursor)
    if not isinstance(source, Partitioned):
        raise ConfigError(f"the connector no longer reads stream {stream.stream!r} in parts.", fix="Plan anew.")
    return source.read_partition(stream.stream, stream.parts[part.number], cursor)


def _find(rooms: Rooms, job: PullJob, part: Part) -> StreamPlan:
    with rooms.store.read() as tx:
        plan = load_plan(tx, job, rooms.now())
        if plan is None or plan.id != part.plan:
            raise ConfigError(f"sync {job.sync!r}: this part belongs to a plan that is done or gone.", fix="Plan anew.")
        for stream in plan.streams:
            if stream.stream == part.stream:
                return stream
            if waiting := plan.left(tx, job, stream):
                raise _waiting(job, waiting)
    raise ConfigError(f"sync {job.sync!r} has no stream {part.stream!r}.", fix="Plan anew.")


def _finish(rooms: Rooms, job: PullJob, run: Run, plan: Plan) -> None:
    with rooms.store.begin() as tx:
        run.renew(tx)
        for stream in plan.streams:
            if waiting := plan.left(tx, job, stream):
                raise _waiting(job, waiting)
            ends = (part.place.stand(tx, job).cursor for part in plan.parts(stream))
            cursor = stream.cursor if stream.is_cut else next(ends)
            tx.ledger.batch(run.id, job.sync, job.connection, stream.stream, cursor, PullCounts(), [])
        drop_plan(tx, job, run)


def _waiting(job: PullJob, waiting: list[Part]) -> NotYetError:
    return NotYetError(
        f"sync {job.sync!r}: {len(waiting)} parts of stream {waiting[0].stream!r} have not been read.",
        fix="Read them first.",
    )
