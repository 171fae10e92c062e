"""A place: how far a range or a part of a stream has been read, apart from the stream's own cursor."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from hub.contract import Batch
from hub.pipeline.pull import PullJob, PullReport, in_transactions, store_batch
from hub.pipeline.rooms import Rooms
from hub.pipeline.run import Run
from hub.store.ledger import PullCounts
from hub.store.store import Tx


@dataclass(frozen=True, slots=True)
class Stand:
    """How far a place has been read: the connector's cursor (None: not at all), and whether to its end."""

    cursor: str | None = None
    done: bool = False

    def dump(self) -> str:
        """This is the stand as text, for the ledger."""
        return json.dumps({"cursor": self.cursor, "done": self.done})


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a stream with a cursor of its own in the ledger.

    Args:
        stream: the stream.
        label: which part of it; holds no personal data.
    """

    stream: str
    label: str

    @property
    def name(self) -> str:
        """Its name in the ledger. No stream is called so, hence the stream's own cursor stays as it is."""
        return f"{self.stream}@{self.label}"

    def stand(self, tx: Tx, job: PullJob) -> Stand:
        """This is how far it has been read over the job's connection."""
        text = tx.ledger.cursor(job.sync, self.name, job.connection)
        return Stand(**json.loads(text)) if text else Stand()

    def mark(self, tx: Tx, job: PullJob, run: Run, stand: Stand) -> None:
        """This writes down how far it has been read, without any record."""
        tx.ledger.batch(
            run.id, job.sync, job.connection, self.stream, stand.dump(), PullCounts(), [], place=self.name
        )  # fmt: skip

    def store(self, rooms: Rooms, job: PullJob, run: Run, batch: Batch) -> PullReport:
        """This takes one batch through the steps of a pull, and keeps its cursor for this place only."""
        cursor = None if batch.cursor is None else Stand(batch.cursor).dump()
        return store_batch(rooms, job, self.stream, run, replace(batch, cursor=cursor), place=self.name)

    def close(self, rooms: Rooms, job: PullJob, run: Run) -> None:
        """This notes that it has been read to its end."""
        with rooms.store.begin() as tx:
            run.renew(tx)
            self.mark(tx, job, run, replace(self.stand(tx, job), done=True))

    def read(
        self, rooms: Rooms, job: PullJob, run: Run, batches: Callable[[str | None], Iterator[Batch]]
    ) -> Iterator[PullReport]:
        """This reads what is left of it, one small report a batch; ``batches`` reads on from a cursor."""
        with rooms.store.read() as tx:
            stand = self.stand(tx, job)
        if stand.done:
            return
        for batch in in_transactions(rooms, job, self.stream, batches(stand.cursor)):
            yield self.store(rooms, job, run, batch)
        self.close(rooms, job, run)
