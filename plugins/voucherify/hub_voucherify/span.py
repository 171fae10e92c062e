"""Spans of creation that a list is cut into."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from hub.contract import ConfigError, Partition, TransientError
from hub_voucherify.mark import format_time, parse_time, whole_ms


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` up to but without ``end``; without one of them it is open there."""

    start: datetime | None
    end: datetime | None

    def partition(self) -> Partition:
        """This is the span as a part of its stream."""
        bounds = {"start": self.start, "end": self.end}
        name = f"from-{format_time(self.start)}" if self.start else "first"
        return Partition(name, {key: format_time(at) for key, at in bounds.items() if at is not None})

    @classmethod
    def parse(cls, partition: Partition) -> "Span":
        """This reads a part back; raises ConfigError for one that is none of this connector's."""
        try:
            start, end = (parse_time(at) if (at := partition.bounds.get(key)) else None for key in ("start", "end"))
        except TransientError:
            raise ConfigError("the stored part is not one of connector 'voucherify'.", fix="Plan anew.") from None
        return cls(start, end)


def cut(first: datetime, last: datetime, at_most: int) -> list[Span]:
    """This cuts time into spans of one length, the first and the last of them open."""
    count = max(1, min(at_most, int((last - first).total_seconds())))
    inner = [whole_ms(first + (last - first) * n / count) for n in range(1, count)]
    return [Span(start, end) for start, end in pairwise([None, *inner, None])]
