"""One vendor record on its way through a pull, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from hub.contract import RawRecord
from hub.schema import EmotionTag, Record

PullState = Literal["stored", "unchanged", "withheld", "quarantined"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One canonical record of an item, and whose it is.

    ``person_id`` is the data subject, also of an agent's words in a customer's case.
    ``withheld`` is the reason why this record does not rest; ``unanalysed`` why it carries no emotion tag.
    """

    record: Record
    person_id: str | None = None
    withheld: str | None = None
    unanalysed: str | None = None
    tag: EmotionTag | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One vendor record on its way.

    ``ref`` is the keyed reference of the vendor record. ``state`` is None while the item is still on its way.
    """

    raw: RawRecord
    ref: str
    entries: tuple[Entry, ...] = field(default=())
    state: PullState | None = None
    reason: str | None = None

    def end(self, state: PullState, reason: str | None = None) -> Item:
        """This is the item at its end: nothing of it goes further."""
        return replace(self, state=state, reason=reason, entries=())

    def live(self) -> tuple[Entry, ...]:
        """The entries that are still on their way."""
        return tuple(entry for entry in self.entries if entry.withheld is None)
