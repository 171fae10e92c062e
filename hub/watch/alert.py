"""Alerts: what in a snapshot somebody should look at, and what to do about it. Pure: names, counts and ages only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Literal

from hub.store.ledger import RunStatus
from hub.store.pulse import PastRun
from hub.watch.snapshot import Snapshot, SyncPulse
from hub.watch.thresholds import Thresholds

Severity = Literal["critical", "warning"]

_EMPTY_RUNS = 3
_USUALLY = 0.9
_ENOUGH_RUNS = 5


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that somebody should look at.

    Args:
        name: what it is, as the vocabulary calls it.
        severity: ``critical``: a law, a promise or the work itself is at stake; ``warning``: it may become so.
        text: what is so, with names, counts and ages only.
        fix: what to do next: a command.
        sync: which sync; empty where it is about the whole deployment.
    """

    name: str
    severity: Severity
    text: str
    fix: str
    sync: str = ""

    @property
    def key(self) -> str:
        """This is the same for the same trouble, however long it lasts."""
        return f"{self.name}/{self.sync}"


Rule = Callable[[Snapshot, Thresholds], Iterator[Alert]]


def find_alerts(snapshot: Snapshot, thresholds: Thresholds) -> list[Alert]:
    """These are all alerts that stand, critical ones first."""
    found = [alert for rule in RULES for alert in rule(snapshot, thresholds)]
    return sorted(found, key=lambda one: (one.severity != "critical", one.sync, one.name))


def failing(snapshot: Snapshot, thresholds: Thresholds) -> Iterator[Alert]:
    """This finds syncs whose latest runs have all failed."""
    for one in snapshot.syncs:
        latest = one.history[: thresholds.failures]
        if len(latest) == thresholds.failures and all(run.status is RunStatus.FAILED for run in latest):
            failed = _leading(one.history, lambda run: run.status is RunStatus.FAILED)
            yield Alert(
                "failing", "critical", f"the last {failed} runs have failed, the last with id {latest[0].id}",
                f"run it by hand and read the error: {_command(one)}", one.plan.name,
            )  # fmt: skip


def degraded(snapshot: Snapshot, thresholds: Thresholds) -> Iterator[Alert]:
    """This finds syncs whose last run came to its end, but left something behind."""
    for one in snapshot.syncs:
        if one.history and one.history[0].status is RunStatus.PARTIAL:
            partial = _leading(one.history, lambda run: run.status is RunStatus.PARTIAL)
            yield Alert(
                "degraded", "warning",
                f"the last run ({one.history[0].id}) ended as partial: something was quarantined or failed; {partial} in a row",
                "see what failed: hub outcomes dead", one.plan.name,
            )  # fmt: skip


def stale(snapshot: Snapshot, thresholds: Thresholds) -> Iterator[Alert]:
    """This finds syncs that have not come to their end for too long: so many missed times of their schedule, or hours."""
    for one in snapshot.syncs:
        since = one.ended_at or snapshot.born_at
        if since is None or (bound := _bound(one, since, thresholds)) is None or snapshot.now <= bound:
            continue
        told = (
            "has never come to its end" if one.ended_at is None else f"last came to its end {_ago(since, snapshot)} ago"
        )
        yield Alert(
            "stale", "critical", f"{told}; it was expected by {bound:%Y-%m-%d %H:%MZ}",
            f"see whether the scheduler runs it, then: {_command(one)}", one.plan.name,
        )  # fmt: skip


def _bound(one: SyncPulse, since: datetime, thresholds: Thresholds) -> datetime | None:
    if thresholds.stale_hours is not None:
        return since + timedelta(hours=thresholds.stale_hours)
    from croniter import croniter  # takes its time to load

    if one.plan.schedule is None or not croniter.is_valid(one.plan.schedule):
        return None
    times = croniter(one.plan.schedule, since)
    found: datetime = since
    for _ in range(thresholds.missed):
        found = times.get_next(datetime)
    return found


def zero_rows(snapshot: Snapshot, thresholds: Thresholds) -> Iterator[Alert]:
    """This finds pulls that run well and read nothing, where they usually read something."""
    for one in snapshot.syncs:
        ended = [run for run in one.history if run.status is not RunStatus.FAILED]
        if one.plan.kind != "pull" or not ended:
            continue
        empty = _leading(ended, lambda run: run.read == 0)
        before = ended[empty:]
        last = before[0].finished_at if before else None
        usual = sum(run.read > 0 for run in before) >= _USUALLY * len(before) and len(before) >= _ENOUGH_RUNS
        if last and usual and empty >= _EMPTY_RUNS and snapshot.now - last > timedelta(hours=thresholds.zero_hours):
            yield Alert(
                "zero_rows", "warning",
                f"{empty} runs in a row have read nothing, for {_ago(last, snapshot)}; usually nearly every run does",
                f"see whether the account still sees its records: hub check, then {_command(one)}", one.plan.name,
            )  # fmt: skip


def withheld_rise(snapshot: Snapshot, thresholds: Thresholds) -> Iterator[Alert]:
    """This finds pulls that suddenly withhold much more of what they read than they used to."""
    for one in snapshot.syncs:
        shares = [(run, run.withheld / run.read) for run in one.history if run.read >= thresholds.withheld_rows]
        if one.plan.kind != "pull" or len(shares) <= _ENOUGH_RUNS:
            continue
        (run, now), usual = shares[0], median(share for _, share in shares[1:])
        if now - usual > thresholds.withheld_rise and run.id == _last_with_rows(one.history, thresholds):
            yield Alert(
                "withheld_rise", "warning",
                f"run {run.id} withheld {now:.0%} of {run.read} records; usual is {usual:.0%}",
                f"see the reasons: hub outcomes list --run {run.id} --state withheld; was a policy changed? hub privacy diff",
                one.plan.name,
            )  # fmt: skip


def _last_with_rows(history: Sequence[PastRun], thresholds: Thresholds) -> str:
    return next((run.id for run in history if run.read >= thresholds.withheld_rows), "")


def dead_letters(snapshot: Snapshot, thresholds: Thresholds) -> Iterator[Alert]:
    """This finds pushes with rows that failed for good, and that nobody has looked after."""
    for one in snapshot.syncs:
        oldest = one.dead.oldest
        if oldest is not None and snapshot.now - oldest > timedelta(hours=thresholds.dead_letter_hours):
            yield Alert(
                "dead_letters", "warning",
                f"{one.dead.count} rows have failed for good and wait for somebody, the oldest for {_ago(oldest, snapshot)}",
                f"hub outcomes dead --sync {one.plan.name}", one.plan.name,
            )  # fmt: skip


def lease(snapshot: Snapshot, thresholds: Thresholds) -> Iterator[Alert]:
    """This finds runs whose process is gone."""
    for run in snapshot.lost:
        name = run.lease.partition("#")[0]
        yield Alert(
            "lease", "warning",
            f"run {run.id} began {_ago(run.started_at, snapshot)} ago, and its process is gone; nothing is lost",
            "the next run of the sync closes it and goes on: see 'hub runs'", name,
        )  # fmt: skip


def anchoring(snapshot: Snapshot, thresholds: Thresholds) -> Iterator[Alert]:
    """This finds witnesses and timestamp authorities who have not spoken about the audit log for too long."""
    for one in snapshot.audit.standings:
        since = one.at or snapshot.born_at
        if one.is_due and since and snapshot.now - since > timedelta(hours=thresholds.anchor_hours):
            yield Alert(
                "anchoring", "warning",
                f"{one.kind} {one.name} last vouched for {one.size} of {snapshot.audit.size} entries of the audit log, "
                f"{_ago(since, snapshot)} ago",
                "hub audit anchor",
            )  # fmt: skip


def requests(snapshot: Snapshot, thresholds: Thresholds) -> Iterator[Alert]:
    """This finds requests of people that are answered too late."""
    if snapshot.requests.late:
        yield Alert(
            "requests", "critical",
            f"{snapshot.requests.late} of {snapshot.requests.open} open requests of people wait longer than the law allows",
            "hub requests list",
        )  # fmt: skip


def obligations(snapshot: Snapshot, thresholds: Thresholds) -> Iterator[Alert]:
    """This finds what other systems should have given up by now."""
    if snapshot.obligations.late:
        yield Alert(
            "obligations", "critical",
            f"{snapshot.obligations.late} of {snapshot.obligations.open} open obligations at other systems are overdue",
            "hub outcomes obligations",
        )  # fmt: skip


def erasures(snapshot: Snapshot, thresholds: Thresholds) -> Iterator[Alert]:
    """This finds erasures that do not get on."""
    heap = snapshot.erasures
    if heap.oldest is not None and snapshot.now - heap.oldest > timedelta(hours=thresholds.erasure_hours):
        yield Alert(
            "erasures", "critical",
            f"{heap.count} erasures are not complete; a step of one has waited for {_ago(heap.oldest, snapshot)}",
            "go on with them: hub sweep; what is owed by hand: hub outcomes obligations",
        )  # fmt: skip


def expiry(snapshot: Snapshot, thresholds: Thresholds) -> Iterator[Alert]:
    """This finds what should have been deleted by its date and still rests."""
    for kind, heap in snapshot.expired.items():
        if heap.oldest is not None and snapshot.now - heap.oldest > timedelta(hours=thresholds.expiry_hours):
            yield Alert(
                "expiry", "critical",
                f"{heap.count} {kind} are past their date and still rest, the oldest for {_ago(heap.oldest, snapshot)}",
                "hub sweep --dry-run, then hub sweep", "sweep",
            )  # fmt: skip


RULES: tuple[Rule, ...] = (
    failing,
    degraded,
    stale,
    zero_rows,
    withheld_rise,
    dead_letters,
    lease,
    anchoring,
    requests,
    obligations,
    erasures,
    expiry,
)
"""What is looked for."""


def _leading(runs: Sequence[PastRun], is_so: Callable[[PastRun], bool]) -> int:
    return next((number for number, run in enumerate(runs) if not is_so(run)), len(runs))


def _command(one: SyncPulse) -> str:
    return "hub sweep" if one.plan.kind == "sweep" else f"hub {one.plan.kind} {one.plan.name}"


def _ago(since: datetime, snapshot: Snapshot) -> str:
    hours = (snapshot.now - since) / timedelta(hours=1)
    if hours < 1:
        return f"{max(0, round(hours * 60))} min"
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"
