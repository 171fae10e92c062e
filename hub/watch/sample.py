"""Samples: a snapshot as figures of the catalogue, each with labels of the vocabulary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from hub.telemetry.catalogue import METRICS, Metric
from hub.telemetry.vocabulary import say
from hub.watch.alert import Alert
from hub.watch.snapshot import Snapshot, SyncPulse

Labels = tuple[str, ...]


class Sample(NamedTuple):
    """One figure: its metric, the labels in the metric's order, and the value."""

    metric: Metric
    labels: Labels
    value: float


_BY_NAME = {metric.name: metric for metric in METRICS}
Figure = tuple[str, Labels, float]


def samples(snapshot: Snapshot, alerts: Sequence[Alert]) -> list[Sample]:
    """These are all figures, in the order of the catalogue; figures whose labels have become the same word are added up."""
    total: Counter[tuple[str, Labels]] = Counter()
    for name, labels, value in _figures(snapshot, alerts):
        metric = _BY_NAME[name]
        said = tuple(say(label, word) for label, word in zip(metric.labels, labels, strict=True))
        total[name, said] += value  # type: ignore[assignment]  # a Counter adds up floats as well
    order = {metric.name: number for number, metric in enumerate(METRICS)}
    return [
        Sample(_BY_NAME[name], labels, value)
        for (name, labels), value in sorted(total.items(), key=lambda one: (order[one[0][0]], one[0][1]))
    ]


def _figures(snapshot: Snapshot, alerts: Sequence[Alert]) -> Iterator[Figure]:
    yield from _totals(snapshot)
    for one in snapshot.syncs:
        yield from _of_sync(one, snapshot.now)
    yield from _of_budgets(snapshot)
    yield "attune.quarantine", (), snapshot.quarantined.count
    for kind, heap in snapshot.expired.items():
        yield "attune.expiry.backlog", (kind,), heap.count
        yield "attune.expiry.overdue", (kind,), _age(heap.oldest, snapshot.now)
    yield from _of_audit(snapshot)
    for kind, owed in (("requests", snapshot.requests), ("obligations", snapshot.obligations)):
        yield "attune.owed", (kind,), owed.open
        yield "attune.owed.late", (kind,), owed.late
    yield "attune.owed", ("erasures",), snapshot.erasures.count
    yield from (("attune.alert", (alert.name, alert.sync), 1) for alert in alerts)


def _totals(snapshot: Snapshot) -> Iterator[Figure]:
    connections = {one.plan.name: one.plan.connection for one in snapshot.syncs}
    for metric, place, state, detail, value in snapshot.tallies:
        if metric == "runs":
            yield "attune.runs", (place, detail, state), value
        elif metric == "records":
            yield "attune.records", (place, state, detail), value
        elif metric == "rows":
            yield "attune.rows", (place, connections.get(place, ""), state, detail), value
        elif metric == "redactions":
            yield "attune.redactions", (place, detail), value
        elif metric == "tags":
            yield "attune.tags", (detail,), value


def _of_sync(one: SyncPulse, now: datetime) -> Iterator[Figure]:
    name = (one.plan.name,)
    if one.started_at is not None:
        yield "attune.sync.last_run.timestamp", name, one.started_at.timestamp()
    if one.succeeded_at is not None:
        yield "attune.sync.last_success.timestamp", name, one.succeeded_at.timestamp()
        yield "attune.sync.lag", name, _age(one.succeeded_at, now)
    yield "attune.sync.running", name, one.running
    if one.plan.kind == "push":
        waits = {"queued": one.backlog.queued, "unanswered": one.backlog.unanswered, "waiting": one.backlog.waiting}
        for state, count in {**waits, "dead": one.dead.count}.items():
            yield "attune.queue", (*name, state), count
        yield "attune.dead_letter.age", name, _age(one.dead.oldest, now)


def _of_budgets(snapshot: Snapshot) -> Iterator[Figure]:
    for one in snapshot.budgets:
        which, limit = (one.connection, one.name), one.limit or one.told.limit
        if limit is not None:
            yield "attune.budget.limit", which, limit
            yield "attune.budget.left", which, max(0, limit - (one.used or 0))
        until = one.closed_until
        yield "attune.budget.blocked", which, max(0.0, (until - snapshot.now).total_seconds()) if until else 0


def _of_audit(snapshot: Snapshot) -> Iterator[Figure]:
    audit = snapshot.audit
    yield "attune.audit.size", (), audit.size
    yield "attune.audit.waiting", (), audit.waiting
    if audit.checkpoint_at is not None:
        yield "attune.audit.checkpoint.timestamp", (), audit.checkpoint_at.timestamp()
    yield from (("attune.audit.anchored", (one.kind, one.name), one.size) for one in audit.standings)


def _age(since: datetime | None, now: datetime) -> float:
    return 0 if since is None else max(0.0, (now - since).total_seconds())


def by_metric(found: Iterable[Sample]) -> dict[str, list[Sample]]:
    """This groups samples by the name of their metric; metrics without any figure are there, too."""
    groups: dict[str, list[Sample]] = {metric.name: [] for metric in METRICS}
    for sample in found:
        groups[sample.metric.name].append(sample)
    return groups
