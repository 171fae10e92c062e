"""A full read in parts: several parts of a stream are read at once, one writer stores them.

::

    plan (remember the moment, cut each stream) -> stream by stream: read its parts side by side, store one by one
         -> streams go on from the moment before the plan -> catch up with what has changed since

A scheduler may do the same in processes of its own: ``plan_partitions``, ``pull_partition`` for each, ``finish_partitions``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain
from queue import SimpleQueue

from hub.contract import Batch, Partitioned, Source
from hub.errors import ConfigError, HubError, LockedError
from hub.pipeline.parts import Part, Plan, StreamPlan, check_parts, drop_plan, load_plan, make_plan
from hub.pipeline.pull import PullJob, PullReport, pull_stream, recheck_stream
from hub.pipeline.readahead import read_ahead
from hub.pipeline.rooms import Rooms
from hub.pipeline.run import Run, running
from hub.store.ledger import PullCounts

PARTS_PER_READER = 4
"""Parts planned for each reader: they are never of one size, and a reader that is done early takes another."""


def pull_parallel(
    rooms: Rooms, job: PullJob, readers: int, *, progress: Callable[[int], None] = lambda _: None
) -> PullReport:
    """This reads every stream from its beginning, with ``readers`` readers at once; killed, it goes on with what is left.

    A vendor's failure ends the run with ``report.error``; whatever was stored stays stored. Raises ConfigError where no
    stream can be cut, LockedError where the sync, or a part of it, is being run.
    """
    check_parts(job)
    with running(rooms, job.sync, "pull") as run:
        report = PullReport(run.id, job.sync)
        try:
            for done in _read_all(rooms, job, run, readers):
                report.add(done)
                progress(done.counts["read"])
        except HubError as error:
            report.error = run.error = error
        run.is_partial = report.counts["quarantined"] > 0
    return report


def plan_partitions(rooms: Rooms, job: PullJob, at_most: int = PARTS_PER_READER) -> list[Part]:
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
    run, or an earlier stream is not through; ConfigError for a part of another plan.
    """
    stream = _find(rooms, job, part)
    with running(rooms, job.sync, "pull", part=f"{part.stream}/{part.number}") as run:
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


def finish_partitions(rooms: Rooms, job: PullJob) -> None:
    """This lets the streams go on from the moment before the plan, once all parts are read; the next pull catches up.

    Without an unfinished plan it does nothing. Raises LockedError while parts are left or being read.
    """
    with running(rooms, job.sync, "pull") as run:
        with rooms.store.read() as tx:
            plan = load_plan(tx, job, rooms.now())
        if plan is not None:
            _finish(rooms, job, run, plan)


def _planned(rooms: Rooms, job: PullJob, run: Run, at_most: int) -> Plan:
    with rooms.store.read() as tx:
        plan = load_plan(tx, job, rooms.now())
    if plan is None:
        plan = make_plan(job, at_most, rooms.now())
        with rooms.store.begin() as tx:
            run.renew(tx)
            plan.save(tx, job, run)
    return plan


def _read_all(rooms: Rooms, job: PullJob, run: Run, readers: int) -> Iterator[PullReport]:
    plan = _planned(rooms, job, run, readers * PARTS_PER_READER)
    sources = _open_sources(job, readers)
    for stream in plan.streams:
        yield from _read_stream(rooms, job, run, (plan, stream), sources)
    _finish(rooms, job, run, plan)
    later = replace(job, full=False)
    yield from chain.from_iterable(pull_stream(rooms, later, stream, run) for stream in job.streams)
    yield from chain.from_iterable(recheck_stream(rooms, later, stream, run) for stream in job.streams)


def _open_sources(job: PullJob, readers: int) -> SimpleQueue[Source]:
    """Vendors' clients are not made for several threads: each reader borrows one of its own."""
    sources: SimpleQueue[Source] = SimpleQueue()
    for _ in range(readers):
        sources.put(job.reopen() if job.reopen else job.source)
    return sources


def _read_stream(
    rooms: Rooms, job: PullJob, run: Run, planned: tuple[Plan, StreamPlan], sources: SimpleQueue[Source]
) -> Iterator[PullReport]:
    plan, stream = planned
    with rooms.store.read() as tx:
        left = {part: part.place.stand(tx, job).cursor for part in plan.left(tx, job, stream)}
    readers = {part: partial(_borrowed, sources, stream, part, cursor) for part, cursor in left.items()}
    for part, batch in read_ahead(readers, sources.qsize()):
        if batch is None:
            part.place.close(rooms, job, run)
        else:
            yield part.place.store(rooms, job, run, batch)


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


def _waiting(job: PullJob, waiting: list[Part]) -> LockedError:
    return LockedError(
        f"sync {job.sync!r}: {len(waiting)} parts of stream {waiting[0].stream!r} have not been read.",
        fix="Read them first.",
    )
