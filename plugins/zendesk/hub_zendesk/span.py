"""Spans of time: a range to be read, or a part of a stream."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from hub.contract import ConfigError, Partition

MOST_PARTS = 10
"""Each part begins with an export call of its own, and Zendesk grants ten of them a minute."""


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` up to but without ``end``, in epoch seconds; without one of them it is open there."""

    start: float | None = None
    end: float | None = None

    @classmethod
    def between(cls, start: datetime, end: datetime) -> "Span":
        """This is a range of time."""
        return cls(start.timestamp(), end.timestamp())

    def holds(self, stamp: float) -> bool:
        """This tells whether an instant lies in it."""
        return not self.is_over(stamp) and (self.start is None or stamp >= self.start)

    def is_over(self, stamp: float) -> bool:
        """This tells whether an instant lies behind it."""
        return self.end is not None and stamp >= self.end

    def partition(self) -> Partition:
        """This is the span as a part of its stream."""
        bounds = {"start": self.start, "end": self.end}
        at = datetime.fromtimestamp(self.start, UTC) if self.start is not None else None
        name = f"from-{at:%Y-%m-%dT%H:%M:%SZ}" if at else "first"
        return Partition(name, {key: str(int(stamp)) for key, stamp in bounds.items() if stamp is not None})

    @classmethod
    def parse(cls, partition: Partition) -> "Span":
        """This reads a part back; raises ConfigError for one that is none of this connector's."""
        values = {key: partition.bounds.get(key) for key in ("start", "end")}
        if not all(value is None or value.isdecimal() for value in values.values()):
            raise ConfigError("zendesk: the stored part of a stream is unreadable.", fix="Plan anew.")
        return cls(*(None if value is None else float(value) for value in values.values()))


def cut(first: float, last: float, at_most: int) -> list[Span]:
    """This cuts time into spans of one length, the first and the last of them open."""
    count = max(1, min(at_most, MOST_PARTS, int(last - first)))
    inner = [int(first + (last - first) * n / count) for n in range(1, count)]
    return [Span(start, end) for start, end in pairwise([None, *inner, None])]
