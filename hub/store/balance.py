"""The balance: the two conservation laws, and how runs ended, recomputed from the rows of the ledger."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, func, select

from hub.store.delivery import DeliveryState
from hub.store.ledger import PullState, RunStatus
from hub.store.statements import Row, fetch
from hub.store.tables import batches, deliveries, outcomes, runs
from hub.store.unit import Unit

_FINAL = frozenset({DeliveryState.CONFIRMED, DeliveryState.UNCHANGED, DeliveryState.WITHHELD})
_NEVER_FINAL = frozenset({DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.ACCEPTED})

_WINDOW = 100_000
"""Ids of outcomes that are counted at a time."""

Tally = dict[int | None, Counter[str]]


@dataclass(frozen=True, slots=True)
class Imbalance:
    """A batch whose rows are not what was read or selected.

    Args:
        run_id: the run.
        sync: its sync.
        stream: the stream, or ``push:`` and the object.
        batch: number of the batch; None where rows name none that there is.
        what: what does not agree.
    """

    run_id: str
    sync: str
    stream: str
    batch: int | None
    what: str

    def __str__(self) -> str:
        where = f"batch {self.batch}" if self.batch is not None else "no batch"
        return f"{self.sync}, {self.stream}, {where} of {self.run_id}: {self.what}"


class Balance:
    """A room of the transaction: checks of read = stored + unchanged + withheld + quarantined, and of its like for a push.

    Each batch tells how many records it read or rows it selected; each of those must have exactly one outcome. And a run
    that ended well or in part must have ended as its own rows say.
    """

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def of_run(self, run_id: str) -> list[Imbalance]:
        """These are the batches of one run that do not add up."""
        return list(self._check(run_id))

    def of_latest(self, count: int | None = None) -> list[Imbalance]:
        """These are the batches that do not add up, of the latest runs or of all there ever were."""
        query = select(runs.c.id).order_by(runs.c.seq.desc())
        ids = list(self._unit.conn.execute(query if count is None else query.limit(count)).scalars())
        return [found for run_id in ids for found in self.of_run(run_id)]

    def _check(self, run_id: str) -> Iterator[Imbalance]:
        read = self._read(run_id)
        sent = self._tally(deliveries, [deliveries.c.state, deliveries.c.open], run_id)
        for row in fetch(self._unit.conn, select(batches).where(batches.c.run_id == run_id).order_by(batches.c.id)):
            problems = [*_read_problems(row, read.pop(row["id"], {})), *_sent_problems(row, sent.pop(row["id"], {}))]
            for what in problems:
                yield Imbalance(row["run_id"], row["sync"], row["stream"], row["id"], what)
        yield from self._ended_otherwise(run_id)
        # Rows of before batches were named have none, and are let be.
        strays = [*_strays(outcomes, read), *_strays(deliveries, sent)]
        for table, batch in strays:
            yield self._stray(table, batch, run_id)

    def _ended_otherwise(self, run_id: str) -> Iterator[Imbalance]:
        for run in fetch(self._unit.conn, select(runs).where(runs.c.id == run_id, runs.c.finished_at.is_not(None))):
            bad = self._bad_of_pull(run_id) if run["kind"] == "pull" else self._bad_of_push(run)
            if run["status"] == RunStatus.SUCCEEDED and bad:
                yield Imbalance(
                    run_id, run["sync"], run["kind"], None, f"has ended well, and {bad} of its rows have not"
                )
            if run["status"] == RunStatus.PARTIAL and run["kind"] == "pull" and not bad:
                yield Imbalance(run_id, run["sync"], run["kind"], None, "has ended in part, and all its rows well")

    def _bad_of_pull(self, run_id: str) -> int:
        query = select(func.coalesce(func.sum(batches.c.quarantined), 0)).where(batches.c.run_id == run_id)
        return int(self._unit.conn.execute(query).scalar_one())

    def _bad_of_push(self, run: Row) -> int:
        # What has failed since says nothing of how the run ended; nor does what was mended since.
        states = (DeliveryState.FAILED, DeliveryState.UNKNOWN)
        query = select(func.count()).where(deliveries.c.run_id == run["id"], deliveries.c.state.in_(states))
        query = query.where(deliveries.c.updated_at < run["finished_at"])
        # Where a later run began at an earlier time, the clock was turned back: then times do not tell what came first.
        later = select(runs.c.id).where(runs.c.sync == run["sync"], runs.c.seq > run["seq"])
        if self._unit.conn.execute(later.where(runs.c.started_at < run["finished_at"]).limit(1)).first() is not None:
            return 0
        return int(self._unit.conn.execute(query).scalar_one())

    def _read(self, run_id: str) -> dict[Any, dict[Any, int]]:
        # By ranges of the id, in which the rows of a run stand: grouped all at once, each would be in memory to be sorted.
        ends = select(func.min(outcomes.c.id), func.max(outcomes.c.id)).where(outcomes.c.run_id == run_id)
        first, last = self._unit.conn.execute(ends).one()
        found: dict[Any, dict[Any, int]] = {}
        for start in range(first, last + 1, _WINDOW) if first is not None else ():
            window = outcomes.c.id.between(start, start + _WINDOW - 1)
            for batch, states in self._tally(outcomes, [outcomes.c.state], run_id, window).items():
                tally = found.setdefault(batch, {})
                for state, count in states.items():
                    tally[state] = tally.get(state, 0) + count
        return found

    def _tally(
        self, table: Table, parts: Sequence[Column[Any]], run_id: str, *only: ColumnElement[bool]
    ) -> dict[Any, dict[Any, int]]:
        # One run at a time: its rows stand together in the index.
        query = select(table.c.batch_id, *parts, func.count()).where(table.c.run_id == run_id, *only)
        found: dict[Any, dict[Any, int]] = {}
        for batch, *rest, count in self._unit.conn.execute(query.group_by(table.c.batch_id, *parts)):
            found.setdefault(batch, {})[tuple(rest)] = count
        return found

    def _stray(self, table: Table, batch: int, run_id: str) -> Imbalance:
        query = select(table).where(table.c.run_id == run_id, table.c.batch_id == batch).limit(1)
        (row,) = fetch(self._unit.conn, query)
        stream = row["stream"] if table is outcomes else f"push:{row['object']}"
        return Imbalance(
            row["run_id"], row["sync"], stream, batch, "has outcomes, and there is no such batch in that run"
        )


def _strays(table: Table, left: Mapping[Any, object]) -> list[tuple[Table, int]]:
    return [(table, batch) for batch in sorted(batch for batch in left if batch is not None)]


def _read_problems(batch: Row, tally: Mapping[tuple[Any, ...], int]) -> Iterator[str]:
    told = {state: tally.get((state,), 0) for state in PullState}
    counted = {state: batch[state.value] for state in PullState}
    if batch["read"] != sum(counted.values()):
        yield f"read {batch['read']}, counted {_words(counted)}"
    elif told != counted or sum(tally.values()) != batch["read"]:
        yield f"counted {_words(counted)}, its rows say {_words({str(state): n for (state,), n in tally.items()})}"


def _sent_problems(batch: Row, tally: Mapping[tuple[Any, ...], int]) -> Iterator[str]:
    known = {(state, flag): count for (state, flag), count in tally.items() if state in set(DeliveryState)}
    if sum(known.values()) != batch["selected"] or len(known) != len(tally):
        states: Counter[str] = Counter()
        for (state, _), count in tally.items():
            states[state] += count
        yield f"selected {batch['selected']}, its rows say {_words(states)}"
    wrong = {state for state, is_open in known if state in (_FINAL if is_open else _NEVER_FINAL)}
    for state in sorted(wrong):
        yield f"a row is {state}, and {'open' if state in _FINAL else 'closed'}"


def _words(counts: Mapping[Any, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in counts.items() if count) or "none"
