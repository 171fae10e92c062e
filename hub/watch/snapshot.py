"""The snapshot: everything that metrics and alerts are made of, read from the store in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.audit.anchors import Standing
from hub.pipeline.holder import read_holder
from hub.store.budget import Budget
from hub.store.dead_letters import Backlog
from hub.store.leases import PART
from hub.store.ledger import RunStatus
from hub.store.pulse import Heap, OpenRun, PastRun
from hub.store.store import Store, Tx
from hub.store.tallies import Tally

HISTORY = 120
"""Runs of each sync that are looked back at."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A sync as the settings have it; the retention sweep is one, too."""

    name: str
    kind: str
    connection: str = ""
    schedule: str | None = None


@dataclass(frozen=True, slots=True)
class SyncPulse:
    """How one sync goes.

    Args:
        plan: what the settings say of it.
        started_at: when its latest run began.
        ended_at: when a run last came to its end, also where records were left behind.
        succeeded_at: when one last did without any.
        running: its runs under way.
        history: its latest runs that have ended, newest first.
        backlog: with a push, its unsettled rows.
        dead: with a push, its dead letters.
    """

    plan: Plan
    started_at: datetime | None = None
    ended_at: datetime | None = None
    succeeded_at: datetime | None = None
    running: int = 0
    history: tuple[PastRun, ...] = ()
    backlog: Backlog = field(default_factory=Backlog)
    dead: Heap = field(default_factory=Heap)


@dataclass(frozen=True, slots=True)
class Owed:
    """What is open, and how much of it is late."""

    open: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True)
class AuditPulse:
    """How the audit log stands: entries in the tree, entries that wait, the last checkpoint, and who has seen how much."""

    size: int = 0
    waiting: int = 0
    checkpoint_at: datetime | None = None
    standings: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How a deployment is at one moment; nothing in it tells of anybody.

    Args:
        now: that moment, UTC.
        born_at: when the first run of all began.
        syncs: the syncs of the settings, and the sweep.
        lost: runs whose process is gone; nobody has taken them over yet.
        budgets: the vendors' call limits.
        expired: records and tags past their date, by ``records`` and ``tags``.
        quarantined: records that could not be read.
        erasures: erasures that are not complete.
        requests: people's requests.
        obligations: what other systems' owners must do.
        audit: the audit log.
        tallies: totals since the database has had them.
    """

    now: datetime
    born_at: datetime | None = None
    syncs: tuple[SyncPulse, ...] = ()
    lost: tuple[OpenRun, ...] = ()
    budgets: tuple[Budget, ...] = ()
    expired: Mapping[str, Heap] = field(default_factory=dict)
    quarantined: Heap = field(default_factory=Heap)
    erasures: Heap = field(default_factory=Heap)
    requests: Owed = field(default_factory=Owed)
    obligations: Owed = field(default_factory=Owed)
    audit: AuditPulse = field(default_factory=AuditPulse)
    tallies: tuple[Tally, ...] = ()


def take_snapshot(store: Store, plans: Sequence[Plan], standings: Sequence[Standing]) -> Snapshot:
    """This reads how a deployment is now.

    Args:
        store: its database.
        plans: its syncs, and the sweep.
        standings: up to where witnesses and timestamp authorities have seen the audit log.
    """
    with store.read() as tx:
        running = tx.pulse.open_runs()
        checkpoint = tx.audit.checkpoint()
        return Snapshot(
            now=tx.now,
            born_at=tx.pulse.first_start(),
            syncs=tuple(_syncs(tx, plans, running)),
            lost=tuple(one for one in running if is_lost(one, tx.now)),
            budgets=tuple(tx.budgets.current()),
            expired={"records": tx.pulse.due_records(tx.now), "tags": tx.pulse.due_tags(tx.now)},
            quarantined=tx.pulse.quarantined(),
            erasures=tx.pulse.erasures(),
            requests=Owed(*tx.requests.counts(tx.now)),
            obligations=Owed(*tx.obligations.counts()),
            audit=AuditPulse(
                tx.audit.size(), tx.audit.waiting(), checkpoint.at if checkpoint else None, tuple(standings)
            ),
            tallies=tuple(tx.tallies.all()),
        )


def _syncs(tx: Tx, plans: Sequence[Plan], running: Sequence[OpenRun]) -> list[SyncPulse]:
    backlogs, dead = tx.dead_letters.backlogs(), tx.pulse.dead_letters()
    found = []
    for plan in plans:
        history = tuple(tx.pulse.history(plan.name, HISTORY))
        found.append(
            SyncPulse(
                plan,
                started_at=tx.pulse.last_start(plan.name),
                ended_at=_last_end(tx, plan.name, history, (RunStatus.SUCCEEDED, RunStatus.PARTIAL)),
                succeeded_at=_last_end(tx, plan.name, history, (RunStatus.SUCCEEDED,)),
                running=sum(one.lease.partition(PART)[0] == plan.name for one in running),
                history=history,
                backlog=backlogs.get(plan.name, Backlog()),
                dead=dead.get(plan.name, Heap()),
            )
        )
    return found


def _last_end(tx: Tx, sync: str, history: Sequence[PastRun], statuses: tuple[RunStatus, ...]) -> datetime | None:
    """All runs are looked through only where none of the latest has ended so."""
    ends = [run.finished_at for run in history if run.status in statuses and run.finished_at is not None]
    return max(ends) if ends else tx.pulse.last_end(sync, *statuses)


def is_lost(run: OpenRun, now: datetime) -> bool:
    """This tells whether nobody works on a run any more: its lease has run out, or its process is certainly gone."""
    if run.holder is None or run.expires_at is None or run.expires_at <= now:
        return True
    holder = read_holder(run.holder)
    return holder is not None and holder.is_gone()
