"""Gathers small batches into larger ones: a transaction costs nearly the same whatever is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from hub.contract import Batch
from hub.mappings.inbound import InMapping
from hub.schema import RECORD_MODELS, free_text_fields

MOST = 2_000
"""Records in one transaction; what a killed process has to read once more is bounded by it."""

PATIENCE = timedelta(minutes=1)
"""How long a batch may wait for others: a slow vendor must not cost the run its lease."""


def most_at_once(mapping: InMapping) -> int:
    """This is how many records of a stream may be gathered; none where there may be text to redact.

    Reading text takes long, and the database's only writer must not be kept waiting for it.
    """
    return 0 if any(free_text_fields(RECORD_MODELS[kind]) for kind in mapping.kinds) else MOST


def gathered(batches: Iterable[Batch], most: int, now: Callable[[], datetime]) -> Iterator[Batch]:
    """This joins batches in their order to such of up to ``most`` records; one that is larger stays as it is.

    Two batches that tell of the same record stay apart: each word about it has its own outcome. Whatever ends the source,
    what it had given before comes first.
    """
    if not most:
        yield from batches  # none waits until the next one has been read
        return
    held: Batch | None = None
    since = now()
    try:
        for batch in batches:
            if held is not None and _fits(held, batch, most) and now() - since < PATIENCE:
                held = Batch(held.records + batch.records, held.cursor if batch.cursor is None else batch.cursor)
                continue
            if held is not None:
                yield held
            held, since = batch, now()
    except Exception:
        if held is not None:
            yield held
        raise
    if held is not None:
        yield held


def _fits(held: Batch, batch: Batch, most: int) -> bool:
    if len(held.records) + len(batch.records) > most:
        return False
    return {record.key for record in held.records}.isdisjoint(record.key for record in batch.records)
