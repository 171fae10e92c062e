"""One vendor record on its way through a pull, and what becomes of it.

Named tuples: several are made of each record, and nothing frozen is made faster.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_
from typing import Literal, NamedTuple

from hub.contract import RawRecord
from hub.pipeline.name import Name
from hub.schema import EmotionTag, Record

PullState = Literal["stored", "unchanged", "withheld", "quarantined"]


class Entry(NamedTuple):
    """One canonical record of an item, and whose it is.

    ``person_id`` is the data subject, also of an agent's words in a customer's case.
    ``names`` are the identifiers in it, until its person is found; they never go further.
    ``withheld`` is the reason why this record does not rest; ``unanalysed`` why it carries no emotion tag.
    """

    record: Record
    person_id: str | None = None
    withheld: str | None = None
    unanalysed: str | None = None
    tag: EmotionTag | None = None
    names: tuple[Name, ...] = ()


class Item(NamedTuple):
    """One vendor record on its way.

    ``ref`` is the keyed reference of the vendor record, ``version`` a keyed hash of its version. ``state`` is None while the
    item is still on its way.
    """

    raw: RawRecord
    ref: str
    version: str
    entries: tuple[Entry, ...] = ()
    state: PullState | None = None
    reason: str | None = None

    def end(self, state: PullState, reason: str | None = None) -> Item:
        """This is the item at its end: nothing of it goes further."""
        return Item(self.raw, self.ref, self.version, (), state, reason)

    def with_entries(self, entries: Sequence[Entry]) -> Item:
        """This is the item with other entries; itself where they are the very same."""
        if len(entries) == len(self.entries) and all(map(is_, entries, self.entries)):
            return self
        return Item(self.raw, self.ref, self.version, tuple(entries), self.state, self.reason)

    def live(self) -> tuple[Entry, ...]:
        """The entries that are still on their way."""
        return tuple(entry for entry in self.entries if entry.withheld is None)
