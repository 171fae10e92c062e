"""The engine: the one way in which syncs are run, by the command line, by Airflow, by whoever else brings processes.

::

    plan (what is there to do? cut it) -> run each shard, here or in processes of their own -> settle (does it add up?)

Nothing is kept between the three but shards and the ids of runs: any of them may be killed, repeated or doubled. What one
process may do beside another is for the leases to say: a shard that is all of an order holds the sync, a part of a full
read holds its part, so that parts run side by side, and never beside the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hub.errors import FatalError, HubError, TransientError
from hub.pipeline.backfill import backfill, check_range
from hub.pipeline.order import Order
from hub.pipeline.partition import finish_partitions, plan_partitions, pull_partition, pull_partitions
from hub.pipeline.plan import PushJob
from hub.pipeline.pull import PullJob, PullReport, pull
from hub.pipeline.push import PushReport, push
from hub.pipeline.refetch import fetch_again
from hub.pipeline.rooms import Rooms
from hub.pipeline.shard import MOST_SHARDS, Shard

Job = PullJob | PushJob
Report = PullReport | PushReport
Progress = Callable[[int], None]

PARTS_PER_READER = 4
"""Parts planned for each reader: they are never of one size, and a reader that is done early takes another."""


def execute(
    rooms: Rooms, job: Job, order: Order, *, dry_run: bool = False, progress: Progress = lambda _: None
) -> Report:
    """This plans, runs and settles in this very process; a failure is the report's ``error``.

    Raises LockedError where the sync, or a part of it, is being run, ConfigError where the order cannot be carried out.
    """
    shards = plan(rooms, job, order)
    parts = [shard.part for shard in shards if shard.part is not None]
    if isinstance(job, PullJob) and _is_cut(job, order):
        reports: list[Report] = list(pull_partitions(rooms, job, parts, order.parallel, progress=progress))
    else:
        reports = [run(rooms, job, shard, dry_run=dry_run, progress=progress) for shard in shards]
    return settle(rooms, job, order, shards, reports, progress=progress)


def plan(rooms: Rooms, job: Job, order: Order) -> list[Shard]:
    """This cuts what an order asks for into at most ``MOST_SHARDS`` pieces, in the order in which they are to be begun.

    Only a full read can be cut, and only where the connector can: what is new is told by one cursor after the other, and a
    push must have decided about everybody, within its caps, before the first row leaves. Raises what the vendor's failures
    are, ConfigError where the order cannot be carried out, and LockedError.
    """
    if isinstance(job, PullJob) and (span := order.span) is not None:
        check_range(job, span, rooms.now())
    with rooms.store.read() as tx:
        since = tx.ledger.latest()
    if not isinstance(job, PullJob) or not _is_cut(job, order):
        return [Shard(order, order.title, since)]
    each = max(1, MOST_SHARDS // len(job.streams))
    parts = plan_partitions(rooms, job, min(order.parallel * PARTS_PER_READER, each))
    return [Shard(order, f"{part.stream} {part.number}: {part.name}", since, part) for part in parts]


def run(rooms: Rooms, job: Job, shard: Shard, *, dry_run: bool = False, progress: Progress = lambda _: None) -> Report:
    """This does one piece of the work, or what is left of it; a failure is the report's ``error``.

    Raises LockedError while somebody else does it, or what must come first is not through.
    """
    if isinstance(job, PushJob):
        return push(rooms, job, dry_run=dry_run, progress=progress)
    if shard.part is not None:
        return pull_partition(rooms, job, shard.part, progress=progress)
    if shard.order.quarantined:
        return fetch_again(rooms, job, progress=progress)
    if (span := shard.order.span) is not None:
        return backfill(rooms, job, span, progress=progress)
    return pull(rooms, job, progress=progress)


def settle(
    rooms: Rooms,
    job: Job,
    order: Order,
    shards: Sequence[Shard],
    reports: Sequence[Report],
    *,
    progress: Progress = lambda _: None,
) -> Report:
    """This ends an order: it sums up, checks that everything that was read or selected has one outcome, and says how it went.

    A full read in parts goes on behind its plan, and catches up with what has changed since. ``error`` of the report is the
    first one of the shards, or tells how many gave no report at all. Raises FatalError where the ledger does not add up.
    """
    total = _sum(job, order, reports)
    if total.error is None and len(reports) < len(shards):
        total.error = TransientError(
            f"{order.sync}: {len(shards) - len(reports)} of {len(shards)} shards failed.",
            fix="See why, mend it, and run them again; what was done is not done twice.",
        )
    if total.error is None and isinstance(job, PullJob) and isinstance(total, PullReport) and _is_cut(job, order):
        _finish(rooms, job, total, progress)
    _require_balance(rooms, order, min((shard.since for shard in shards), default=None))
    return total


def _is_cut(job: PullJob, order: Order) -> bool:
    return order.full and order.parallel > 1 and order.span is None and bool(job.streams)


def _finish(rooms: Rooms, job: PullJob, total: PullReport, progress: Progress) -> None:
    try:
        done = finish_partitions(rooms, job, progress=progress)
    except HubError as error:
        total.error = error
        return
    total.run_id, total.error = done.run_id, done.error
    total.add(done)


def _sum(job: Job, order: Order, reports: Sequence[Report]) -> Report:
    if len(reports) == 1:
        return reports[0]
    total: Report = (PullReport if isinstance(job, PullJob) else PushReport)("", order.sync)
    for report in reports:
        total.run_id = report.run_id
        total.counts.update(report.counts)
        total.reasons.update(report.reasons)
        total.error = total.error or report.error
        if isinstance(total, PullReport) and isinstance(report, PullReport):
            total.entities.update(report.entities)
    return total


def _require_balance(rooms: Rooms, order: Order, since: int | None) -> None:
    """Of all runs since the plan: also of those that were killed, and of which there is no report."""
    if since is None:
        return
    with rooms.store.read() as tx:
        found = [one for run_id in tx.ledger.since(order.sync, since) for one in tx.balance.of_run(run_id)]
    if found:
        raise FatalError(
            f"{order.sync}: the ledger does not add up in {len(found)} batches, first: {found[0]}.",
            fix="Something changed the database behind the hub's back: run 'hub status', and restore it from a backup.",
        )
