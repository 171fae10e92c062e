"""The ledger: what became of every record that was read, and where to go on reading."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, select, text, update

from hub.errors import FatalError
from hub.store.leases import PART
from hub.store.statements import add, among, chunks, pairs, unique
from hub.store.tables import batches, outcomes, persons, runs
from hub.store.tallies import count_outcomes, count_run
from hub.store.unit import Unit

UNLINKED = "~erased"
"""What stands for a version where the record's person has been erased; no hash of a version is equal to it."""


OPEN = text("runs.status = 'running'")
"""This holds for runs that have not ended, in the words of their index: of all runs there ever were, these are few."""


class PullState(StrEnum):
    """What became of one record that was read."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    WITHHELD = "withheld"
    QUARANTINED = "quarantined"


class RunStatus(StrEnum):
    """State of a run; all but ``running`` are final."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"


class PullOutcome(NamedTuple):
    """What became of one vendor record.

    Args:
        ref: ``Vault.source_ref`` of the record.
        version: a keyed hash of the vendor's version of it.
        state: see PullState.
        reason: a code; needed where it was withheld or quarantined.
        person_id: whom it is about, where that is known.
        policy: version of the rules that withheld it.
    """

    ref: str
    version: str
    state: PullState
    reason: str | None = None
    person_id: str | None = None
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class PullCounts:
    """How many records were read, and what became of them: read = stored + unchanged + withheld + quarantined."""

    read: int = 0
    stored: int = 0
    unchanged: int = 0
    withheld: int = 0
    quarantined: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A run as the ledger knows it; times are UTC."""

    id: str
    sync: str
    kind: str
    revision: str
    dry_run: bool
    status: RunStatus
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One outcome with the run, sync and stream it belongs to; ``at`` is UTC, ``id`` grows with time."""

    id: int
    run_id: str
    sync: str
    connection: str
    stream: str
    ref: str
    version: str
    state: PullState
    reason: str | None
    policy: str | None
    person_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old a sync's knowledge is; times are UTC, None: never.

    Args:
        started_at: when its latest run started.
        succeeded_at: when a run last finished with ``succeeded``.
        batch_at: when a batch of it was last committed.
    """

    started_at: datetime | None
    succeeded_at: datetime | None
    batch_at: datetime | None


class Ledger:
    """A room of the transaction: runs, batches and the outcome of each record."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def start_run(self, sync: str, kind: str, revision: str, dry_run: bool = False) -> str:
        """This opens a run under one revision of the configuration and gives its id."""
        run_id = f"run_{os.urandom(16).hex()}"
        add(self._unit.conn, runs, [{
            "id": run_id, "sync": sync, "kind": kind, "revision": revision, "dry_run": dry_run,
            "status": RunStatus.RUNNING, "started_at": self._unit.now, "finished_at": None,
        }])  # fmt: skip
        return run_id

    def finish_run(self, run_id: str, status: RunStatus | str) -> None:
        """This closes a run; FatalError where it is not running, or ``status`` is not a final one."""
        final = RunStatus(status)
        statement = update(runs).where(runs.c.id == run_id, runs.c.status == RunStatus.RUNNING)
        done = self._unit.conn.execute(statement.values(status=final, finished_at=self._unit.now)).rowcount
        if done != 1 or final is RunStatus.RUNNING:
            raise FatalError(f"Run {run_id} cannot become {final}.", fix="Only a running run can be finished, once.")
        self._count([run_id], final)

    def fail_running(self, sync: str) -> list[str]:
        """This ends a sync's runs that were killed, as failed, and gives their ids; only the lease's holder may say so.

        The runs of its parts are among them: whoever holds the whole sync knows that no part is being run.
        """
        dead = and_(_of(sync), OPEN)
        ids = list(self._unit.conn.execute(select(runs.c.id).where(dead).order_by(runs.c.seq)).scalars())
        self._unit.conn.execute(update(runs).where(dead).values(status=RunStatus.FAILED, finished_at=self._unit.now))
        self._count(ids, RunStatus.FAILED)
        return ids

    def _count(self, run_ids: Sequence[str], status: RunStatus) -> None:
        for chunk in chunks(run_ids):
            for name, kind in self._unit.conn.execute(select(runs.c.sync, runs.c.kind).where(among(runs.c.id, chunk))):
                count_run(self._unit, name.partition(PART)[0], kind, status)

    def running(self) -> list[str]:
        """These syncs, and parts of syncs, have a run that has not ended, or was killed and not closed yet."""
        return sorted(set(self._unit.conn.execute(select(runs.c.sync).where(OPEN)).scalars()))

    def runs(self, limit: int, sync: str | None = None) -> list[Run]:
        """These are the latest runs, of one sync or of all, newest first."""
        query = select(*(runs.c[name] for name in Run.__slots__)).order_by(runs.c.seq.desc()).limit(limit)
        query = query if sync is None else query.where(runs.c.sync == sync)
        return [Run(**{**row, "status": RunStatus(row["status"])}) for row in self._unit.conn.execute(query).mappings()]

    def latest(self) -> int:
        """This is the number of the run that was opened last; 0 before the first."""
        return int(self._unit.conn.execute(select(func.coalesce(func.max(runs.c.seq), 0))).scalar_one())

    def since(self, sync: str, number: int) -> list[str]:
        """These runs of a sync and of its parts were opened after the one of that number, oldest first."""
        query = select(runs.c.id).where(_of(sync), runs.c.seq > number).order_by(runs.c.seq)
        return list(self._unit.conn.execute(query).scalars())

    def batch(
        self,
        run_id: str,
        sync: str,
        connection: str,
        stream: str,
        cursor: str | None,
        counts: PullCounts,
        outcomes_: Sequence[PullOutcome],
        *,
        place: str | None = None,
    ) -> None:
        """This writes a batch's outcomes and the cursor behind it, together or not at all.

        ``place`` is what the cursor is a cursor of, where that is not the stream itself but a range or part of it.
        Raises FatalError unless each record that was read has exactly one outcome and the counts say the same.
        """
        _check_conserved(counts, outcomes_)
        where = {"run_id": run_id, "sync": sync, "connection": connection, "stream": stream, "at": self._unit.now}
        aad = _place(sync, place or stream)
        sealed = None if cursor is None else self._unit.vault.seal_tenant(cursor.encode(), aad)
        inserted = self._unit.conn.execute(
            batches.insert(), {**where, "stream": place or stream, "cursor": sealed, **asdict(counts)}
        )
        (batch_id,) = inserted.inserted_primary_key or (None,)
        where["batch_id"] = batch_id
        add(self._unit.conn, outcomes, [where | one._asdict() for one in outcomes_])
        count_outcomes(self._unit, "records", sync, ((one.state, one.reason) for one in outcomes_))

    def selection(self, run_id: str, sync: str, connection: str, stream: str, position: str, selected: int) -> int:
        """This writes how many rows a push selected up to a position, and gives the number of that batch.

        Each of the rows names the batch, so that the sum can be checked for ever.
        """
        sealed = self._unit.vault.seal_tenant(position.encode(), _place(sync, stream))
        row = {"run_id": run_id, "sync": sync, "connection": connection, "stream": stream, "at": self._unit.now}
        counts = {**asdict(PullCounts()), "selected": selected}
        inserted = self._unit.conn.execute(batches.insert(), {**row, **counts, "cursor": sealed})
        (batch_id,) = inserted.inserted_primary_key or (0,)
        return int(batch_id)

    def selected(self, run_id: str) -> int:
        """This is how many rows a run has selected, as far as it is committed."""
        query = select(func.coalesce(func.sum(batches.c.selected), 0)).where(batches.c.run_id == run_id)
        return int(self._unit.conn.execute(query).scalar_one())

    def cursor(self, sync: str, stream: str, connection: str | None = None) -> str | None:
        """This is where a sync resumes a stream: behind the last batch that gave a cursor; None: from the beginning.

        What was read over another ``connection`` does not count: its cursor means nothing here.
        """
        query = select(batches.c.cursor).where(batches.c.sync == sync, batches.c.stream == stream)
        query = query if connection is None else query.where(batches.c.connection == connection)
        query = query.where(batches.c.cursor.is_not(None)).order_by(batches.c.id.desc()).limit(1)
        sealed = self._unit.conn.execute(query).scalar()
        return None if sealed is None else self._unit.vault.open_tenant(sealed, _place(sync, stream)).decode()

    def seen(self, connection: str, stream: str, refs: Iterable[str]) -> dict[str, tuple[str, PullState]]:
        """This maps vendor records to the version last seen and what became of it; never-seen ones are missing.

        ``unchanged`` is looked through: the state is what became of that version when it was new. Records of people who have
        been erased count as never seen: what is known of them is that they must not come back.
        """
        found: dict[str, tuple[str, PullState]] = {}
        erased = select(persons.c.id).where(persons.c.id == outcomes.c.person_id, persons.c.erased_at.is_not(None))
        for chunk in chunks(unique(refs)):
            latest = select(func.max(outcomes.c.id)).where(
                outcomes.c.connection == connection, outcomes.c.stream == stream, among(outcomes.c.ref, chunk),
                text("state <> 'unchanged'"),
            ).group_by(outcomes.c.ref)  # fmt: skip
            query = select(outcomes.c.ref, outcomes.c.version, outcomes.c.state)
            query = query.where(outcomes.c.id.in_(latest), outcomes.c.version != UNLINKED, ~erased.exists())
            found.update({ref: (version, PullState(state)) for ref, version, state in self._unit.conn.execute(query)})
        return found

    def persons_of(self, connection: str, stream: str, refs: Iterable[str]) -> dict[str, str]:
        """This maps vendor records to the person that the ledger last knew them to be about."""
        found: dict[str, str] = {}
        for chunk in chunks(unique(refs)):
            query = select(outcomes.c.ref, outcomes.c.person_id).where(
                outcomes.c.connection == connection, outcomes.c.stream == stream, among(outcomes.c.ref, chunk),
                outcomes.c.person_id.is_not(None), text("state <> 'unchanged'"),
            )  # fmt: skip
            found.update(pairs(self._unit.conn, query.order_by(outcomes.c.id)))
        return found

    def counts(self, run_id: str) -> PullCounts:
        """This is the sum over a run's batches."""
        names = PullCounts.__slots__
        query = select(*(func.coalesce(func.sum(batches.c[name]), 0) for name in names))
        row = self._unit.conn.execute(query.where(batches.c.run_id == run_id)).one()
        return PullCounts(**{name: int(value) for name, value in zip(names, row, strict=True)})

    def outcomes(
        self,
        *,
        run_id: str | None = None,
        sync: str | None = None,
        state: PullState | str | None = None,
        limit: int = 100,
        before: int | None = None,
    ) -> list[OutcomeRow]:
        """These are the latest outcomes that fit, newest first; pass the last ``id`` as ``before`` to go on."""
        query = select(*(outcomes.c[name] for name in OutcomeRow.__slots__)).order_by(outcomes.c.id.desc())
        for name, value in (("run_id", run_id), ("sync", sync), ("state", state)):
            query = query if value is None else query.where(outcomes.c[name] == value)
        query = query if before is None else query.where(outcomes.c.id < before)
        rows = self._unit.conn.execute(query.limit(limit)).mappings()
        return [OutcomeRow(**{**row, "state": PullState(row["state"])}) for row in rows]

    def reasons(self, run_id: str) -> dict[tuple[str, str], int]:
        """This counts a run's withheld and quarantined records by (state, reason)."""
        query = select(outcomes.c.state, outcomes.c.reason, func.count())
        query = query.where(outcomes.c.run_id == run_id, outcomes.c.reason.is_not(None))
        rows = self._unit.conn.execute(query.group_by(outcomes.c.state, outcomes.c.reason))
        return {(state, reason): count for state, reason, count in rows}

    def freshness(self, sync: str) -> Freshness:
        """This tells how old a sync's knowledge is."""
        run = self._unit.conn.execute
        ok = select(func.max(runs.c.finished_at)).where(runs.c.sync == sync, runs.c.status == RunStatus.SUCCEEDED)
        return Freshness(
            started_at=run(select(func.max(runs.c.started_at)).where(runs.c.sync == sync)).scalar(),
            succeeded_at=run(ok).scalar(),
            batch_at=run(select(func.max(batches.c.at)).where(batches.c.sync == sync)).scalar(),
        )


def _of(sync: str) -> ColumnElement[bool]:
    prefix = sync + PART
    return (runs.c.sync == sync) | (func.substr(runs.c.sync, 1, len(prefix)) == prefix)


def _place(sync: str, stream: str) -> str:
    return f"batches|{sync}|{stream}"


def _check_conserved(counts: PullCounts, found: Sequence[PullOutcome]) -> None:
    tally = Counter(one.state for one in found)
    told = PullCounts(read=len(found), **{state.value: tally[state] for state in PullState})
    if told != counts:
        raise FatalError(f"A batch does not add up: counted {asdict(counts)}, outcomes say {asdict(told)}.")
    nameless = {PullState.WITHHELD, PullState.QUARANTINED}
    if any(one.state in nameless and not one.reason for one in found):
        raise FatalError("A record was withheld or quarantined without a reason.")
