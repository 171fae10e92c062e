"""Looks at the times that entries tell: their order is the log's, but a clock that was turned back shows in them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.audit.recount import LeafReader

TOLERANCE = timedelta(minutes=15)
"""Writers do not wait for each other: an entry may stand behind one that was recorded this much later."""

_AT = b'","at":"'
_LONG = len("2026-01-01T00:00:00.000+00:00")


@dataclass
class Chronology:
    """What the times of entries, read one after the other, tell about the clock.

    ``problem`` names the first entry before which the clock was turned back; None where it never was.
    """

    latest: bytes = b""
    problem: str | None = None

    def watch(self, read: LeafReader) -> LeafReader:
        """This reads as ``read`` does, and looks at what passes."""

        def watched(start: int, limit: int) -> Sequence[tuple[int, bytes]]:
            rows = read(start, limit)
            for index, leaf in rows:
                place = leaf.find(_AT) + len(_AT)
                at = leaf[place : place + _LONG]
                if at > self.latest:
                    self.latest = at
                elif at < self.latest and self.problem is None and place >= len(_AT):
                    self._compare(index, at)
            return rows

        return watched

    def _compare(self, index: int, at: bytes) -> None:
        try:
            before, now = (datetime.fromisoformat(one.decode()) for one in (self.latest, at))
        except ValueError:  # not an entry of the hub's
            return
        if before - now > TOLERANCE:
            told = f"{before:%Y-%m-%d %H:%M} to {now:%Y-%m-%d %H:%M}"
            self.problem = (
                f"the clock was turned back before entry {index}, from {told}; the order of the entries holds"
            )
