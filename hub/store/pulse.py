"""The pulse: what monitoring asks, of ids, dates and counts only, and cheap enough to be asked every minute."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Select, and_, case, func, select, text

from hub.store.delivery import DeliveryState
from hub.store.holds import held
from hub.store.leases import PART
from hub.store.ledger import OPEN, PullState, Run, RunStatus
from hub.store.statements import among, chunks
from hub.store.tables import batches, deliveries, erasure_steps, leases, outcomes, quarantine, records, runs, tags
from hub.store.unit import Unit


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run of a sync or of one of its parts, with the sums over its batches; times are UTC."""

    id: str
    status: RunStatus
    started_at: datetime
    finished_at: datetime | None
    read: int = 0
    withheld: int = 0
    selected: int = 0


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run that has not ended, or was killed: its id, its sync or part, since when, and who holds the lease until when."""

    id: str
    lease: str
    started_at: datetime
    holder: str | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Heap:
    """Things that wait: how many, and the date of the oldest."""

    count: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """What a run moved over one border: connection, stream or object, and how many rows were read there or written."""

    connection: str
    name: str
    rows: int


class Pulse:
    """A room of the transaction: what monitoring asks."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def history(self, sync: str, limit: int) -> list[PastRun]:
        """These are the latest runs of a sync and its parts that have ended, newest first."""
        query = self._runs_of(sync).where(runs.c.status != RunStatus.RUNNING).limit(limit)
        found = {row.id: row for row in self._unit.conn.execute(query)}
        sums = self._sums(list(found))
        return [
            PastRun(row.id, RunStatus(row.status), row.started_at, row.finished_at, *sums.get(row.id, (0, 0, 0)))
            for row in found.values()
        ]

    def run(self, run_id: str) -> Run | None:
        """This is one run; None where there is none."""
        query = select(*(runs.c[name] for name in Run.__slots__)).where(runs.c.id == run_id)
        row = self._unit.conn.execute(query).mappings().one_or_none()
        return None if row is None else Run(**{**row, "status": RunStatus(row["status"])})

    def taken_in(self, run_id: str) -> tuple[list[Moved], int]:
        """This is what a run read, by stream, and how many of those records rest."""
        rests = func.sum(case((outcomes.c.state == PullState.STORED, 1), else_=0))
        query = select(outcomes.c.connection, outcomes.c.stream, func.count(), rests)
        query = query.where(outcomes.c.run_id == run_id).group_by(outcomes.c.connection, outcomes.c.stream)
        rows = self._unit.conn.execute(query.order_by(outcomes.c.connection, outcomes.c.stream)).all()
        return [Moved(row[0], row[1], int(row[2])) for row in rows], sum(int(row[3]) for row in rows)

    def sent_out(self, run_id: str) -> tuple[list[Moved], int]:
        """This is what vendors have confirmed of the rows that a run selected, by object, and how many it selected."""
        done = func.sum(case((deliveries.c.state == DeliveryState.CONFIRMED, 1), else_=0))
        query = select(deliveries.c.connection, deliveries.c.object, done, func.count())
        query = query.where(deliveries.c.run_id == run_id).group_by(deliveries.c.connection, deliveries.c.object)
        rows = self._unit.conn.execute(query.order_by(deliveries.c.connection, deliveries.c.object)).all()
        return [Moved(row[0], row[1], int(row[2])) for row in rows], sum(int(row[3]) for row in rows)

    def last_end(self, sync: str, *statuses: RunStatus) -> datetime | None:
        """This is when a run of a sync, or of a part of it, last ended in one of the states."""
        names = among(runs.c.sync, self._names(sync))
        query = select(func.max(runs.c.finished_at)).where(names, runs.c.status.in_(statuses))
        found: datetime | None = self._unit.conn.execute(query).scalar()
        return found

    def last_start(self, sync: str) -> datetime | None:
        """This is when the latest run of a sync, or of a part of it, began."""
        row = self._unit.conn.execute(self._runs_of(sync).limit(1)).first()
        return None if row is None else row.started_at

    def first_start(self) -> datetime | None:
        """This is when the first run of all began: how old the deployment is."""
        found: datetime | None = self._unit.conn.execute(
            select(runs.c.started_at).order_by(runs.c.seq).limit(1)
        ).scalar()
        return found

    def open_runs(self) -> list[OpenRun]:
        """These are the runs that have not ended, with the leases they should be holding."""
        joined = runs.outerjoin(leases, leases.c.name == runs.c.sync)
        query = select(runs.c.id, runs.c.sync, runs.c.started_at, leases.c.holder, leases.c.expires_at)
        query = query.select_from(joined).where(OPEN).order_by(runs.c.seq)
        return [OpenRun(*row) for row in self._unit.conn.execute(query)]

    def dead_letters(self) -> dict[str, Heap]:
        """These are the dead letters of each push, with the date at which the oldest failed for good."""
        dead = and_(deliveries.c.open, deliveries.c.state == DeliveryState.FAILED, deliveries.c.retry_at.is_(None))
        query = select(deliveries.c.sync, func.count(), func.min(deliveries.c.updated_at)).where(dead)
        rows = self._unit.conn.execute(query.group_by(deliveries.c.sync))
        return {sync: Heap(count, oldest) for sync, count, oldest in rows}

    def due_records(self, now: datetime) -> Heap:
        """These are records past their date that no legal hold keeps."""
        due = and_(text("expires_at IS NOT NULL"), records.c.expires_at <= now)
        free = ~held(records.c.person_id, records.c.id)
        return self._heap(select(func.count(), func.min(records.c.expires_at)).where(due, free))

    def due_tags(self, now: datetime) -> Heap:
        """These are tags past their date that no legal hold keeps."""
        free = ~held(tags.c.person_id, tags.c.record_id)
        return self._heap(select(func.count(), func.min(tags.c.expires_at)).where(tags.c.expires_at <= now, free))

    def quarantined(self) -> Heap:
        """These are the records that could not be read or mapped."""
        return self._heap(select(func.count(), func.min(quarantine.c.at)))

    def erasures(self) -> Heap:
        """These are the erasures that are not complete, with the date since which the stillest of them has not moved."""
        open_ = text("state NOT IN ('done', 'retained')")
        query = select(func.count(erasure_steps.c.person_id.distinct()), func.min(erasure_steps.c.at)).where(open_)
        return self._heap(query)

    def _heap(self, query: Any) -> Heap:
        count, oldest = self._unit.conn.execute(query).one()
        return Heap(int(count), oldest)

    def _names(self, sync: str) -> list[str]:
        return [sync, *self._parts.get(sync, ())]

    @cached_property
    def _parts(self) -> dict[str, list[str]]:
        # Whatever ever ran has a row among the leases; reading them is cheaper than looking through all runs for parts.
        found: dict[str, list[str]] = {}
        for name in self._unit.conn.execute(select(leases.c.name).order_by(leases.c.name)).scalars():
            if PART in name:
                found.setdefault(name.partition(PART)[0], []).append(name)
        return found

    def _runs_of(self, sync: str) -> Select[Any]:
        wanted = select(runs.c.id, runs.c.status, runs.c.started_at, runs.c.finished_at)
        return wanted.where(among(runs.c.sync, self._names(sync))).order_by(runs.c.seq.desc())

    def _sums(self, run_ids: list[str]) -> dict[str, tuple[int, int, int]]:
        return {run_id: (read, withheld, selected) for run_id, read, withheld, selected in self._summed(run_ids)}

    def _summed(self, run_ids: list[str]) -> Iterator[tuple[str, int, int, int]]:
        columns = [func.sum(batches.c[name]) for name in ("read", "withheld", "selected")]
        for chunk in chunks(run_ids):
            query = select(batches.c.run_id, *columns).where(among(batches.c.run_id, chunk)).group_by(batches.c.run_id)
            for run_id, *sums in self._unit.conn.execute(query):
                yield run_id, int(sums[0]), int(sums[1]), int(sums[2])
