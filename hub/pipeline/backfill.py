"""Backfill: reads a range of time once more, or for the first time, and leaves the streams' cursors where they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from hub.contract import Ranged
from hub.errors import ConfigError, HubError
from hub.pipeline.place import Place, Stand
from hub.pipeline.pull import PullJob, PullReport
from hub.pipeline.rooms import Rooms
from hub.pipeline.run import Run, running


@dataclass(frozen=True, slots=True)
class Span:
    """A range of time: from ``start`` up to but without ``end``, both UTC."""

    start: datetime
    end: datetime

    @property
    def label(self) -> str:
        """How the ledger names it."""
        return "/".join(f"{at.astimezone(UTC).replace(tzinfo=None).isoformat()}Z" for at in (self.start, self.end))


def backfill(rooms: Rooms, job: PullJob, span: Span, *, progress: Callable[[int], None] = lambda _: None) -> PullReport:
    """This reads what every stream holds of a range of time; killed, it goes on behind the last stored batch.

    Once all streams are through, the same range is read from its beginning again when asked for again. A vendor's failure
    ends the run with ``report.error``. Raises ConfigError where the connector cannot, LockedError where the sync is
    being run.
    """
    source = check_range(job, span, rooms.now())
    with running(rooms, job.sync, "pull") as run:
        report = PullReport(run.id, job.sync)
        places = [Place(stream, span.label) for stream in job.streams]
        try:
            for place in places:
                read = partial(source.read_range, place.stream, span.start, span.end)
                for done in place.read(rooms, job, run, read):
                    report.add(done)
                    progress(done.counts["read"])
            _reset(rooms, job, run, places)
        except HubError as error:
            report.error = run.error = error
        run.is_partial = report.counts["quarantined"] > 0
    return report


def check_range(job: PullJob, span: Span, now: datetime) -> Ranged:
    """This is the job's source, able to read the range; raises ConfigError that says why it is not."""
    if not span.start < span.end <= now:
        raise ConfigError(
            f"sync {job.sync!r}: a range must end after it begins, and not in the future.",
            fix="Correct 'from' and 'to'; times without a zone are UTC.",
        )
    able = [name for name in job.streams if name in job.known and job.known[name].range]
    cannot = [name for name in job.streams if name not in able]
    if cannot or not isinstance(job.source, Ranged):
        choose = f"Choose others with --stream ({', '.join(able)})" if able else "Read all of it with --full"
        raise ConfigError(
            f"sync {job.sync!r}: connector {job.connector!r} cannot read {', '.join(cannot or job.streams)} by time.",
            fix=f"{choose}; see 'hub plugins show {job.connector}'.",
        )
    for stream in (job.known[name] for name in job.streams):
        if stream.reach is not None and span.start < now - timedelta(days=stream.reach):
            raise ConfigError(
                f"sync {job.sync!r}: connector {job.connector!r} looks back {stream.reach} days in {stream.name}.",
                fix="Begin later, or leave the stream out with --stream.",
            )
    return job.source


def _reset(rooms: Rooms, job: PullJob, run: Run, places: list[Place]) -> None:
    """All at once, so that a kill never leaves the next backfill of this range with some streams left out."""
    with rooms.store.begin() as tx:
        run.renew(tx)
        for place in places:
            place.mark(tx, job, run, Stand())
