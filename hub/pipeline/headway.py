"""The headway of a read: a vendor that leads a source in a circle must not keep it for ever."""

from __future__ import annotations

from itertools import islice

from hub.contract import Batch
from hub.errors import TransientError

MOST_IDLE = 50
"""Batches in a row that may bring nothing which this read has not brought lately."""

KEPT = 10_000
"""Records that count as lately."""


class Headway:
    """This watches the batches of one read of one stream.

    Empty pages in the middle and repeated records are normal; many in a row are not. What was stored stays stored, and
    the next run goes on from there.

    Args:
        stream: its name, for the error.
    """

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._lately: dict[tuple[str, str], None] = {}
        self._idle = 0

    def checked(self, batch: Batch) -> Batch:
        """This is a batch once it has been noted; raises TransientError where the read does not go on, or is unreadable."""
        if batch.records and all(record.flaw for record in batch.records):
            raise TransientError(
                f"stream {self._stream!r}: no record of a whole page could be read.",
                fix="The vendor may have renamed fields: look for a newer version of the plugin.",
            )
        marks = {(record.key, record.version) for record in batch.records}
        self._idle = 0 if marks - self._lately.keys() else self._idle + 1
        self._lately |= dict.fromkeys(marks)
        for mark in list(islice(self._lately, max(0, len(self._lately) - KEPT))):
            del self._lately[mark]
        if self._idle >= MOST_IDLE:
            raise TransientError(f"stream {self._stream!r}: {self._idle} pages in a row brought nothing new.")
        return batch
