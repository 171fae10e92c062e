"""The hub's side of the feed: a connector as a stranger's plugin would register it, all in this process.

Its source reads the feed; its destination confirms every row. The feed is told by the environment variable ``BENCH_FEED``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from hub.contract import (
    Batch,
    Capability,
    Connector,
    ConnectorConfig,
    Context,
    IdentifierKind,
    Manifest,
    Object,
    Outcome,
    OutcomeState,
    RawRecord,
    Register,
    Stream,
    WriteRecord,
    hookimpl,
)

from .feed import Feed

PAGE = 500
"""Records in one page, as of a vendor with large pages."""

MANIFEST = Manifest(
    name="bench",
    version="1.0.0",
    title="A loyalty program that answers at once",
    capabilities=frozenset({Capability.READ, Capability.WRITE}),
    hosts=("bench.example",),
    streams=(Stream("members", "who is a member"), Stream("activities", "what moved their points")),
    objects=(Object("members", "one row a member", "person", IdentifierKind.CUSTOMER_ID, ("tier", "points"), 200),),
)


class Program:
    """This reads the feed page by page, and confirms whatever is written."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed

    def read(self, stream: str, cursor: str | None) -> Iterator[Batch]:
        """This yields pages; the cursor is the number of the next record."""
        start = int(cursor or 0)
        rows = self.feed.read(stream, start)
        while page := list(islice(rows, PAGE)):
            start += len(page)
            yield Batch(tuple(_raw(stream, row) for row in page), str(start))

    def write(self, object: str, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        """This confirms each row."""
        return (Outcome(record.idempotency_key, OutcomeState.CONFIRMED) for record in records)

    def reconcile(self, object: str, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        """This has nothing to read back: no row is ever left open."""
        return self.write(object, records)


def _raw(stream: str, row: dict[str, object]) -> RawRecord:
    changed = row["updated_at"] if stream == "members" else row["created_at"]
    return RawRecord(stream, str(row["id"]), str(changed), row)


def _open(config: ConnectorConfig, context: Context) -> Program:
    records, per_person = os.environ["BENCH_FEED"].split(",")
    return Program(Feed(int(records), int(per_person)))


@hookimpl
def register(register: Register) -> None:
    """This hands the connector to the hub."""
    register.connector(
        Connector(
            manifest=MANIFEST,
            config_model=ConnectorConfig,
            open=_open,
            origin=lambda config: "https://bench.example",
            mappings=str(Path(__file__).parent / "mappings"),
        )
    )
