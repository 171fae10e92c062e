"""The plan of a full read in parts: which parts each stream was cut into, and where each stream goes on afterwards."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from hub.contract import MOST_PARTITIONS, Partition, Partitioned, PartitionPlan
from hub.errors import ConfigError
from hub.pipeline.place import Place
from hub.pipeline.pull import PullJob
from hub.pipeline.run import Run
from hub.store.ledger import PullCounts
from hub.store.store import Tx

PLAN_LIFE = timedelta(days=7)
"""How long an unfinished plan is gone on with; deletions that are older than that may no longer be told by a vendor."""

_LEDGER_NAME = "@plan"
_NAME = re.compile(r"[\w.:+/-]{1,80}")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of one stream under one plan: names and numbers only, so that a scheduler may pass it on.

    Args:
        plan: id of the plan.
        stream: the stream.
        number: counts the stream's parts from 0.
        name: the connector's name for it.
    """

    plan: str
    stream: str
    number: int
    name: str

    @property
    def place(self) -> Place:
        """Where the ledger keeps how far it has been read."""
        return Place(self.stream, f"{self.plan}/{self.number}")

    @property
    def lease(self) -> str:
        """The name of its lease among those of its sync."""
        return f"{self.stream}/{self.number}"


@dataclass(frozen=True, slots=True)
class StreamPlan:
    """One stream's parts; without ``cursor`` it cannot be cut, and its only part is the whole of it."""

    stream: str
    parts: tuple[Partition, ...]
    cursor: str | None

    @property
    def is_cut(self) -> bool:
        """Whether its parts can be read side by side."""
        return self.cursor is not None


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: streams in the order in which they must be read, each one wholly before the next."""

    id: str
    made_at: str
    streams: tuple[StreamPlan, ...]

    def parts(self, stream: StreamPlan) -> list[Part]:
        """These are the parts of one of its streams."""
        return [Part(self.id, stream.stream, number, part.name) for number, part in enumerate(stream.parts)]

    def left(self, tx: Tx, job: PullJob, stream: StreamPlan) -> list[Part]:
        """These parts of a stream have not been read to their end."""
        return [part for part in self.parts(stream) if not part.place.stand(tx, job).done]

    def save(self, tx: Tx, job: PullJob, run: Run) -> None:
        """This makes it the sync's plan."""
        _write(tx, job, run, json.dumps(asdict(self)))


def check_parts(job: PullJob) -> None:
    """This raises ConfigError where none of the job's streams can be read in parts."""
    if not any(_is_cuttable(job, stream) for stream in job.streams):
        raise ConfigError(
            f"sync {job.sync!r}: connector {job.connector!r} cannot read {', '.join(job.streams)} in parts.",
            fix="Read it without --parallel.",
        )


def make_plan(job: PullJob, at_most: int, now: datetime) -> Plan:
    """This asks the connector to cut the job's streams; raises ConfigError where it makes no sense of that."""
    cut = [_cut(job, stream, max(1, min(at_most, MOST_PARTITIONS))) for stream in job.streams]
    return Plan(os.urandom(6).hex(), now.isoformat(), tuple(cut))


def load_plan(tx: Tx, job: PullJob, now: datetime) -> Plan | None:
    """This is the sync's unfinished plan, where it is young enough and was made for the same streams."""
    text = tx.ledger.cursor(job.sync, _LEDGER_NAME, job.connection)
    if not text:
        return None
    known = json.loads(text)
    streams = tuple(
        StreamPlan(one["stream"], tuple(Partition(**part) for part in one["parts"]), one["cursor"])
        for one in known["streams"]
    )
    plan = Plan(known["id"], known["made_at"], streams)
    is_same = tuple(one.stream for one in streams) == job.streams
    return plan if is_same and now - datetime.fromisoformat(plan.made_at) < PLAN_LIFE else None


def drop_plan(tx: Tx, job: PullJob, run: Run) -> None:
    """This puts the sync's plan away: it is done."""
    _write(tx, job, run, "")


def _write(tx: Tx, job: PullJob, run: Run, text: str) -> None:
    tx.ledger.batch(run.id, job.sync, job.connection, _LEDGER_NAME, text, PullCounts(), [])


def _cut(job: PullJob, stream: str, at_most: int) -> StreamPlan:
    if not _is_cuttable(job, stream) or not isinstance(job.source, Partitioned):
        return StreamPlan(stream, (Partition("all", {}),), None)
    found: PartitionPlan = job.source.partitions(stream, at_most)
    _check(job, stream, found.partitions)
    return StreamPlan(stream, found.partitions, found.cursor)


def _is_cuttable(job: PullJob, stream: str) -> bool:
    return stream in job.known and job.known[stream].partitions and isinstance(job.source, Partitioned)


def _check(job: PullJob, stream: str, parts: Sequence[Partition]) -> None:
    """A plan rests in the ledger, and its names in a scheduler: neither takes whatever a plugin may think of."""
    names = {part.name for part in parts if _NAME.fullmatch(part.name)}
    if len(parts) > MOST_PARTITIONS or len(names) < len(parts):
        raise ConfigError(
            f"connector {job.connector!r} cut stream {stream!r} into parts that the hub cannot use.",
            fix=f"The plugin must give at most {MOST_PARTITIONS} parts with distinct, plain names.",
        )
