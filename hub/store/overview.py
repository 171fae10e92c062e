"""The overview: how the latest runs went, and what waits, in a few bounded queries; for people who look at many syncs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, text

from hub.store.delivery import DeliveryState
from hub.store.leases import PART
from hub.store.ledger import PullState, Run, RunStatus
from hub.store.tables import batches, deliveries, leases, outcomes, quarantine, runs
from hub.store.unit import Unit

MOST_ROWS = 200_000
"""Rows of one run that are counted by state and reason while somebody waits; a longer run is counted by ``hub outcomes``."""

_PULLED = ("read", "stored", "unchanged", "withheld", "quarantined")
_RUN = tuple(runs.c[name] for name in Run.__slots__)


@dataclass(frozen=True, slots=True)
class Group:
    """Failures of one kind: how many, and since when the oldest of them waits (UTC).

    Args:
        place: the push, or the connection.
        part: the object, or the stream.
        reason: a code.
        count: how many there are.
        since: when the oldest of them failed.
    """

    place: str
    part: str
    reason: str
    count: int
    since: datetime


class Overview:
    """A room of the transaction: counts for people. Every query is bounded by the number of runs or of what waits."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def runs(
        self,
        limit: int,
        *,
        sync: str | None = None,
        status: str | None = None,
        before: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[Run]:
        """These are the latest runs that fit, newest first; pass the last ``id`` as ``before`` to go on.

        ``sync`` takes its parts along. ``since`` and ``until`` bound when they started.
        """
        query = select(*_RUN).order_by(runs.c.seq.desc()).limit(limit)
        if before is not None:
            query = query.where(runs.c.seq < select(runs.c.seq).where(runs.c.id == before).scalar_subquery())
        wanted: list[ColumnElement[bool]] = []
        if sync is not None:
            wanted.append(runs.c.sync.in_(self._with_parts(sync)))
        if status is not None:
            wanted.append(runs.c.status == status)
        wanted += [] if since is None else [runs.c.started_at >= since]
        wanted += [] if until is None else [runs.c.started_at <= until]
        return [_run(row) for row in self._unit.conn.execute(query.where(*wanted)).mappings()]

    def _with_parts(self, sync: str) -> list[str]:
        # Every part that ever ran has its lease: so the runs are found by their index, whatever the collation.
        mine = func.substr(leases.c.name, 1, len(sync) + len(PART)) == sync + PART
        return [sync, *self._unit.conn.execute(select(leases.c.name).where(mine)).scalars()]

    def run(self, run_id: str) -> Run | None:
        """This is one run."""
        row = self._unit.conn.execute(select(*_RUN).where(runs.c.id == run_id)).mappings().one_or_none()
        return None if row is None else _run(row)

    def last(self, sync: str, *ended: RunStatus) -> Run | None:
        """This is the latest run of a sync, or its latest that ended in one of these ways."""
        query = select(*_RUN).where(runs.c.sync == sync).order_by(runs.c.seq.desc()).limit(1)
        query = query.where(runs.c.status.in_(ended)) if ended else query
        row = self._unit.conn.execute(query).mappings().one_or_none()
        return None if row is None else _run(row)

    def totals(self, run_ids: Sequence[str]) -> dict[str, dict[str, int]]:
        """These are the sums over each run's batches: what it read and what became of it, and what it selected."""
        names = (*_PULLED, "selected")
        query = select(batches.c.run_id, *(func.sum(batches.c[name]) for name in names))
        query = query.where(batches.c.run_id.in_(run_ids)).group_by(batches.c.run_id)
        return {
            run_id: dict(zip(names, map(int, sums), strict=True)) for run_id, *sums in self._unit.conn.execute(query)
        }

    def sent(self, run_ids: Iterable[str]) -> dict[str, dict[str, int]]:
        """These are the rows that each push selected, by what has become of them up to now."""
        query = select(deliveries.c.run_id, deliveries.c.state, func.count())
        query = query.where(deliveries.c.run_id.in_(list(run_ids))).group_by(deliveries.c.run_id, deliveries.c.state)
        found: dict[str, dict[str, int]] = {}
        for run_id, state, count in self._unit.conn.execute(query):
            found.setdefault(run_id, {})[state] = count
        return found

    def reasons(self, run_ids: Iterable[str]) -> dict[tuple[str, str, str], int]:
        """This counts records and rows by (kind of run, state, reason) where they have one."""
        ids = list(run_ids)
        read = select(outcomes.c.state, outcomes.c.reason, func.count()).where(
            outcomes.c.run_id.in_(ids), outcomes.c.state.in_([PullState.WITHHELD, PullState.QUARANTINED])
        )
        held = [DeliveryState.WITHHELD, DeliveryState.FAILED, DeliveryState.UNKNOWN]
        sent = select(deliveries.c.state, deliveries.c.reason, func.count()).where(
            deliveries.c.run_id.in_(ids), deliveries.c.state.in_(held), deliveries.c.reason.is_not(None)
        )
        run = self._unit.conn.execute
        pulled = run(read.group_by(outcomes.c.state, outcomes.c.reason))
        pushed = run(sent.group_by(deliveries.c.state, deliveries.c.reason))
        found = {("pull", state, reason): count for state, reason, count in pulled}
        return found | {("push", state, reason): count for state, reason, count in pushed}

    def dead_letters(self) -> list[Group]:
        """These are the rows that no destination took, by push, object and reason; most first."""
        dead = and_(deliveries.c.open, deliveries.c.state == DeliveryState.FAILED, deliveries.c.retry_at.is_(None))
        parts = (deliveries.c.sync, deliveries.c.object, deliveries.c.reason)
        query = select(*parts, func.count().label("n"), func.min(deliveries.c.updated_at)).where(dead)
        rows = self._unit.conn.execute(query.group_by(*parts).order_by(text("n DESC"), *parts))
        return [Group(sync, part, reason or "", count, since) for sync, part, reason, count, since in rows]

    def quarantined(self) -> list[Group]:
        """These are the records that could not be read, by connection, stream and reason; most first."""
        parts = (quarantine.c.connection, quarantine.c.stream, quarantine.c.reason)
        query = select(*parts, func.count().label("n"), func.min(quarantine.c.at))
        rows = self._unit.conn.execute(query.group_by(*parts).order_by(text("n DESC"), *parts))
        return [Group(*row) for row in rows]


def _run(row: object) -> Run:
    values = dict(row)  # type: ignore[call-overload]  # SQLAlchemy's mapping rows are mappings
    return Run(**{**values, "status": RunStatus(values["status"])})
