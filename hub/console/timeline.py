"""The timeline: what became of records and rows over the latest runs, in slices of time that fit the span."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

SLICES = 24
"""Slices at most."""

LEAST = 12
"""Slices at least: a first run is no wall."""

_LENGTHS = (
    timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=3), timedelta(hours=12),
    timedelta(days=1), timedelta(days=7),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Timeline:
    """Counts by state for each slice, oldest first; ``length`` is a slice's."""

    length: timedelta
    starts: tuple[datetime, ...]
    counts: tuple[Counter[str], ...]

    def series(self, names: Iterable[str]) -> dict[str, list[int]]:
        """This is one row of numbers for each state."""
        return {name: [count[name] for count in self.counts] for name in names}

    @property
    def labels(self) -> list[str]:
        """These name the slices by their beginning, in UTC."""
        style = "%b %d" if self.length >= timedelta(days=1) else "%b %d %H:%M"
        return [start.strftime(style) for start in self.starts]


def make_timeline(rows: Iterable[dict[str, Any]], kind: str, now: datetime) -> Timeline:
    """This adds the counts of runs of one kind up, by when they began."""
    mine = [row for row in rows if row["kind"] == kind]
    first = min((row["started"] for row in mine), default=now)
    length = next((one for one in _LENGTHS if (now - first) / one < SLICES - 1), _LENGTHS[-1])
    last = _floor(now, length)
    start = max(_floor(first, length), last - (SLICES - 1) * length)
    start = min(start, last - (LEAST - 1) * length)
    number = (last - start) // length + 1
    counts = tuple(Counter[str]() for _ in range(number))
    for row in mine:
        place = (row["started"] - start) // length
        if 0 <= place < number:
            counts[place].update(row["counts"])
    return Timeline(length, tuple(start + one * length for one in range(number)), counts)


def _floor(at: datetime, length: timedelta) -> datetime:
    epoch = datetime(1970, 1, 5, tzinfo=UTC)  # a Monday
    return epoch + (at - epoch) // length * length
