"""What the tasks do: the engine's own calls, as the command line makes them, in the task's own process.

Everything heavy is imported inside the functions, because Airflow imports this module whenever it parses the DAGs.
Results are ids and counts only: Airflow stores them, and it is no place for personal data.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from hub.airflow.asset import owed, synced
from hub.airflow.lineage import tell
from hub.errors import ConfigError, FatalError, HubError, PolicyError, TransientError

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.config import Settings
    from hub.pipeline.approval import Request
    from hub.pipeline.engine import Job, Report
    from hub.pipeline.order import Order

log = logging.getLogger(__name__)

Result = dict[str, Any]
"""Run id and counts of one piece of work, as the XCom that Airflow keeps."""

_CHATTY = ("alembic.runtime.migration", "presidio-analyzer")
"""They tell at every start what they are made of. Airflow's own setting for that misses the standard library's loggers."""

P = ParamSpec("P")
R = TypeVar("R")


def plainly(work: Callable[P, R]) -> Callable[P, R]:
    """This makes errors reach Airflow's log with their own words only: what caused them may quote a vendor's answer."""

    @wraps(work)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return work(*args, **kwargs)
        except HubError as error:
            raise error.with_traceback(None) from None

    return wrapped


@contextmanager
def opened(config: str) -> Iterator[Hub]:
    """This opens the hub for one task; whatever it has put on the audit record is in the log's tree when the task ends."""
    from hub.app import open_hub

    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    with open_hub(Path(config)) as hub, _naming_the_original(Path(config).parent, hub.deployment.root):
        try:
            yield hub
        finally:
            hub.audit.sequence()


@contextmanager
def _naming_the_original(kept: Path, own: Path) -> Iterator[None]:
    """A mistake in a kept revision is told of the file that it was copied from: nobody should mend the copy."""
    try:
        yield
    except ConfigError as error:
        if kept == own or str(kept) not in error.message:
            raise
        raise ConfigError(
            f"{error.message.replace(str(kept), str(own)).rstrip('.')}.",
            fix="Mend it, and start a new run: this one keeps the rules that it began with.",
        ) from None


@plainly
def plan_sync(config: str, sync: str, params: Mapping[str, Any], approved: Result | None = None) -> list[Result]:
    """This cuts what is to be done into shards, each as the arguments of a task that runs it.

    Args:
        config: path of ``hub.yaml``.
        sync: a sync of it.
        params: the form of the DAG run: ``full``, ``from``, ``to``.
        approved: what the approval gave: ``rows`` that may be changed or emptied.
    """
    from hub.pipeline import engine

    with opened(config) as hub:
        order = _order(hub.deployment.settings, sync, params, int((approved or {}).get("rows", 0)))
        shards = engine.plan(hub.rooms, hub.job(order), order)
    log.info("%s: %s in %d shards", sync, order.title, len(shards))
    return [{"shard": shard.dump()} for shard in shards]


@plainly
def run_shard(config: str, shard: Mapping[str, Any]) -> Result:
    """This runs one shard; raises HubError where it ended early: what was stored stays so, and a retry goes on behind it.

    Args:
        config: path of ``hub.yaml``.
        shard: one that ``plan_sync`` made.
    """
    from hub.pipeline import engine
    from hub.pipeline.shard import Shard

    known = Shard.load(shard)
    with opened(config) as hub:
        report = engine.run(hub.rooms, hub.job(known.order), known)
        tell(hub, [report.run_id])
        return _result(report)


@plainly
def settle_sync(
    config: str,
    sync: str,
    params: Mapping[str, Any],
    outlet_events: Any,
    shards: Sequence[Mapping[str, Any]] | None,
    results: Sequence[Result] | None,
) -> Result:
    """This sums up what the shards gave, checks it against the ledger, and tells it with the sync's asset.

    Args:
        config: path of ``hub.yaml``.
        sync: a sync of it.
        params: the form of the DAG run, as for ``plan_sync``.
        outlet_events: Airflow's; what is told with the asset.
        shards: what ``plan_sync`` gave; None where it did not get there.
        results: what ``run_shard`` gave, of those that succeeded.

    Raises:
        HubError: nothing was planned, a shard failed, or the ledger does not add up.
    """
    from hub.pipeline import engine
    from hub.pipeline.shard import Shard

    if shards is None:
        # Airflow takes the state of the last task for that of the run: nothing done must not look like all done.
        raise TransientError(
            f"{sync}: nothing was done.", fix="The log of 'approve' or 'plan' says why, and what to do."
        )
    planned = [Shard.load(one["shard"]) for one in shards]
    done = [one for one in (results[:] if results else ()) if one]
    with opened(config) as hub:
        order = planned[0].order if planned else _order(hub.deployment.settings, sync, params)
        job = hub.job(order)
        reports = [_report(job, sync, one) for one in done]
        settled = engine.settle(hub.rooms, job, order, planned, reports)
        if settled.run_id not in {one.run_id for one in reports}:
            tell(hub, [settled.run_id])  # what follows the parts of a full read
        result = _result(settled)
        with hub.store.read() as tx:
            waiting = tx.outbox.accepted(sync)
    outlet_events[synced(sync)].extra = {"counts": result["counts"], "shards": len(planned)}
    return {**result, "waiting": waiting}


@plainly
def ask_after_jobs(config: str, sync: str) -> int:
    """This asks a vendor after the bulk jobs that it had accepted, and gives how many rows still wait for theirs."""
    from hub.pipeline import push

    with opened(config) as hub:
        return push.ask_after_jobs(hub.rooms, hub.push_job(sync))


@plainly
def what_to_approve(config: str, subject: str, params: Mapping[str, Any]) -> Request | None:
    """This is what somebody must approve before a sync, or the ``sweep``, does it; None for nothing."""
    from hub.config import load_settings
    from hub.pipeline import approval

    settings = load_settings(Path(config)).settings
    if subject in settings.syncs and settings.syncs[subject].kind == "pull":
        return approval.ask_for_pull(_order(settings, subject, params))  # no database is asked
    with opened(config) as hub:
        if subject == "sweep":
            return approval.ask_for_sweep(hub.rooms, hub.sweep_job())
        return approval.ask_for_push(hub.rooms, hub.push_job(subject))


@plainly
def record_answer(config: str, request: Request, approved: bool, actor: str) -> None:
    """This puts on the audit record who approved or refused what; ``actor`` is a user's id at Airflow."""
    from hub.airflow.deployment import actor_of
    from hub.pipeline import approval

    with opened(config) as hub:
        approval.record_answer(hub.rooms_to_erase, request, approved, actor_of(hub.deployment.settings, actor))


@plainly
def sweep(config: str, approved: Result | None = None) -> Result:
    """This does what ``hub sweep`` does: retention, erasures that wait, epoch keys; counts are by category of data."""
    from hub.pipeline.sweep import sweep as run_sweep

    with opened(config) as hub:
        kept = hub.upkeep()  # first: erasures need no sound rules, the sweep does
        report = run_sweep(hub.rooms, hub.sweep_job(approved=(approved or {}).get("rows")))
    if kept.error is not None:
        raise kept.error
    deleted = ", ".join(f"{kind} {count:,}" for kind, count in report.deleted.items() if count)
    log.info("swept: %s; people of whom nothing is left: %d", deleted or "nothing was due", report.people)
    return {"run": report.run_id, "counts": dict(report.deleted), "people": report.people}


@plainly
def nudge_owing(config: str, outlet_events: Any) -> Result:
    """This tells which systems owe a withdrawal: their pushes are scheduled on it, and take back what must go."""
    from airflow.sdk import AssetAlias

    owing = _owing(config)
    for system, (people, _) in owing.items():
        outlet_events[AssetAlias(owed("").name)].add(owed(system), extra={"people": people})
    return {"counts": {system: people for system, (people, _) in owing.items()}}


@plainly
def check_overdue(config: str) -> Result:
    """This raises PolicyError where a withdrawal should have reached a system by now."""
    late = {system: overdue for system, (_, overdue) in _owing(config).items() if overdue}
    if late:
        told = ", ".join(f"{count} at {system}" for system, count in late.items())
        raise PolicyError(
            f"withdrawals are overdue: {told}.",
            reason="withdrawal.overdue",
            fix="See why their pushes fail, or 'hub outcomes obligations' for what to do by hand.",
        )
    return {"counts": {}}


def _owing(config: str) -> dict[str, tuple[int, int]]:
    from hub.pipeline.propagation import WITHDRAWAL

    with opened(config) as hub, hub.store.read() as tx:
        return tx.obligations.by_system(WITHDRAWAL)


@plainly
def verify_audit(config: str) -> Result:
    """This puts waiting entries into the audit log's tree and recomputes all of it, as ``hub audit verify`` does.

    Raises FatalError where the log was altered.
    """
    from hub.app import open_hub

    with open_hub(Path(config)) as hub:
        hub.audit.sequence()
        found, said = hub.audit.verify(), hub.anchors.check()
    if problem := found.problem or said.problem:
        raise FatalError(f"the audit log does not hold: {problem.rstrip('.')}.", fix="See 'hub audit verify'.")
    log.info("the audit log holds: %d entries", found.size)
    return {"counts": {"entries": found.size}}


def _order(settings: Settings, sync: str, params: Mapping[str, Any], approved: int = 0) -> Order:
    """Params of a DAG of the hub's own; a DAG of somebody else's need not have any."""
    from hub.pipeline.order import Order

    return Order(
        sync,
        full=bool(params.get("full", False)),
        parallel=settings.syncs[sync].parallel
        if sync in settings.syncs
        else 1,  # a sync that is gone is told by the hub
        start=params.get("from") or None,
        end=params.get("to") or None,
        approved=approved,
    )


def _report(job: Job, sync: str, result: Result) -> Report:
    from hub.pipeline.pull import PullJob, PullReport
    from hub.pipeline.push import PushReport

    kind = PullReport if isinstance(job, PullJob) else PushReport
    return kind(result["run"], sync, Counter(result["counts"]))


def _result(report: Report) -> Result:
    log.info("%s", in_words(report))
    if report.error is not None:
        raise report.error
    return {"run": report.run_id, "counts": dict(report.counts)}


def in_words(report: Report) -> str:
    """This is what a run has done, as somebody reads it in a task's log: counts, reasons, and where to look further."""
    counts = ", ".join(f"{name} {count:,}" for name, count in report.counts.items() if count)
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in report.reasons.most_common())
    if not counts:
        return f"{report.sync}: nothing (run {report.run_id})"
    more = f"more: 'hub outcomes list --run {report.run_id}'"
    return f"{report.sync}: {'; '.join(filter(None, (counts, reasons, more)))}"
