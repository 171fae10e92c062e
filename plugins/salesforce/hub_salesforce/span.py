"""Spans of time that a stream is cut into, so that several can be read at once."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.contract import ConfigError, Partition, TransientError
from hub_salesforce.org import Org
from hub_salesforce.position import parse_time, soql_time

_FINEST = timedelta(seconds=1)
_NARROWING = 24  # halvings that may find nothing but an empty half, until an import of one evening is found in years


@dataclass(frozen=True, slots=True)
class Span:
    """A span of SystemModstamp with the number of rows in it; without ``start`` or ``end`` it is open there."""

    start: datetime | None
    end: datetime | None
    rows: int = 0

    def partition(self) -> Partition:
        """This is the span as a part of its stream."""
        bounds = {"start": self.start, "end": self.end}
        name = f"from-{soql_time(self.start)}" if self.start else "first"
        return Partition(name, {key: soql_time(at) for key, at in bounds.items() if at is not None})

    @classmethod
    def parse(cls, partition: Partition) -> "Span":
        """This reads a part back; raises ConfigError for one that is none of this connector's."""
        try:
            start, end = (parse_time(at) if (at := partition.bounds.get(key)) else None for key in ("start", "end"))
        except ValueError:
            raise ConfigError("the stored part is not one of the Salesforce connector's.") from None
        return cls(start, end)


@dataclass(frozen=True, slots=True)
class Cutting:
    """How to cut: into ``at_most`` spans, none with fewer than ``worth`` rows cut further; ``now`` ends the last one."""

    at_most: int
    worth: int
    now: datetime


def cut(org: Org, sobject: str, how: Cutting) -> list[Span]:
    """This cuts an object's rows into spans of about the same size, by halving the fullest again and again.

    The first span and the last are open, so that together they hold whatever there is. Raises what the vendor's failures
    are.
    """
    oldest = org.rows(
        f"SELECT Id, SystemModstamp FROM {sobject} ORDER BY SystemModstamp ASC LIMIT 1",  # noqa: S608 - the object's name comes from the connector's own plan
        deleted=True,
    )
    if not oldest:
        return []
    try:
        begin = parse_time(oldest[0]["SystemModstamp"])
    except (KeyError, ValueError, TypeError):
        raise TransientError("Salesforce answered rows without SystemModstamp.") from None
    spans = [Span(begin, max(how.now, begin + _FINEST))]
    spans = [replace(spans[0], rows=_count(org, sobject, begin, how.now))]
    for _ in range(2 * how.at_most + _NARROWING):
        fullest = max((span for span in spans if _is_worth(span, how)), key=lambda span: span.rows, default=None)
        if fullest is None or sum(span.rows > 0 for span in spans) >= how.at_most:
            break
        at = spans.index(fullest)
        spans[at : at + 1] = _halves(org, sobject, fullest)
    return _opened([span for span in spans if span.rows] or spans[:1])


def _is_worth(span: Span, how: Cutting) -> bool:
    return span.rows > how.worth and _length(span) > _FINEST


def _length(span: Span) -> timedelta:
    return span.end - span.start if span.start and span.end else timedelta(0)


def _halves(org: Org, sobject: str, span: Span) -> list[Span]:
    assert span.start is not None  # noqa: S101 - only spans with both ends are worth cutting
    middle = span.start + _length(span) / 2
    middle = middle.replace(microsecond=middle.microsecond // 1000 * 1000)
    left = _count(org, sobject, span.start, middle)
    return [Span(span.start, middle, left), Span(middle, span.end, max(0, span.rows - left))]


def _count(org: Org, sobject: str, start: datetime, end: datetime) -> int:
    where = f"SystemModstamp >= {soql_time(start)} AND SystemModstamp < {soql_time(end)}"
    return org.count(f"SELECT COUNT() FROM {sobject} WHERE {where}")  # noqa: S608 - the object's name comes from the connector's own plan, times are formatted here


def _opened(spans: list[Span]) -> list[Span]:
    """Without gaps and without ends: each goes up to where the next begins, what lies between included."""
    starts = [None, *(span.start for span in spans[1:]), None]
    return [replace(span, start=starts[n], end=starts[n + 1]) for n, span in enumerate(spans)]
