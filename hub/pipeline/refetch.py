"""Reads quarantined records anew by their vendor keys, and lets go those that come well."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from hub.contract import Fetcher
from hub.errors import ConfigError, HubError
from hub.pipeline.pull import PullJob, PullReport, fetch_keys
from hub.pipeline.rooms import Rooms
from hub.pipeline.run import Run, running
from hub.store.quarantine import Quarantined


def fetch_again(
    rooms: Rooms,
    job: PullJob,
    refs: Collection[str] | None = None,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> PullReport:
    """This reads quarantined records of the job's streams once more; ``refs`` (``Vault.source_ref``) leaves out all others.

    What is stored, unchanged, withheld or gone at the vendor leaves the quarantine; what fails again stays, with its new
    reason. Cursors stay where they are. A vendor's failure ends the run with ``report.error``. Raises ConfigError where
    the connector cannot, LockedError where the sync is being run.
    """
    with rooms.store.read() as tx:
        held = tx.quarantine.of(job.connection, job.streams)
    wanted = {ref: one for ref, one in held.items() if refs is None or ref in refs}
    _check(job, {one.stream for one in wanted.values()})
    with running(rooms, job.sync, "pull") as run:
        report = PullReport(run.id, job.sync)
        try:
            for done in _read(rooms, job, run, list(wanted.values())):
                report.add(done)
                progress(done.counts["read"])
        except HubError as error:
            report.error = run.error = error
        run.is_partial = report.counts["quarantined"] > 0
    return report


def _check(job: PullJob, streams: Collection[str]) -> None:
    cannot = sorted(name for name in streams if name not in job.known or not job.known[name].fetch)
    if cannot or (streams and not isinstance(job.source, Fetcher)):
        raise ConfigError(
            f"sync {job.sync!r}: connector {job.connector!r} cannot read single records of {', '.join(cannot)}.",
            fix=f"Read all of it: 'hub pull {job.sync} --full'.",
        )


def _read(rooms: Rooms, job: PullJob, run: Run, wanted: Sequence[Quarantined]) -> Iterator[PullReport]:
    # In the order of the job, because consent is asked about before anything else is judged.
    for stream in job.streams:
        yield from fetch_keys(rooms, job, stream, run, [one.key for one in wanted if one.stream == stream])
