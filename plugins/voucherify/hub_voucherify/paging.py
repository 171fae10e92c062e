"""Walks a list that is ordered by time, in steps that can be resumed and lose no record of a shared instant."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from hub.contract import TransientError
from hub_voucherify.mark import Mark, format_time, parse_time

Order = Literal["created_at", "updated_at"]
Row = Mapping[str, Any]
Fetch = Callable[["Question"], tuple[list[Row], bool]]
"""Gives one page of rows, ascending, and whether there are more."""

MAX_PAGE = 99
MOST_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a list: ordered by which time, after and before which instants (exclusive), which page (from 1)."""

    order: Order
    after: str | None
    before: str | None
    page: int


@dataclass(frozen=True, slots=True)
class TimeWalk:
    """A walk over one list.

    Pages are asked for by instant, not by number: numbered pages shift while records change. Only where a whole page
    shares one instant does the walk turn pages, and then until a further round finds nothing new.

    Args:
        fetch: asks for one page.
        order: by which of its times the list is ordered.
        end: where the walk ends, the instant itself left out; None: where the list ends.
    """

    fetch: Fetch
    order: Order
    end: datetime | None = None

    def steps(self, mark: Mark) -> Iterator[tuple[list[Row], Mark]]:
        """This yields new rows, oldest first, and the mark after them."""
        more = True
        while more:
            rows, more = self._page(mark)
            fresh = [(self._time_of(row), str(row["id"]), row) for row in rows]
            fresh = [entry for entry in fresh if not mark.is_past(entry[0], entry[1])]
            if not fresh and more:
                raise TransientError(f"Voucherify's list by {self.order} does not go on.")
            mark = mark.moved([(at, key) for at, key, _ in fresh])
            if fresh:
                yield [row for _, _, row in fresh], mark

    def _page(self, mark: Mark) -> tuple[list[Row], bool]:
        rows, more = self._timed(mark, 1)
        if more and rows and self._time_of(rows[0]) == self._time_of(rows[-1]):
            return self._shared_instant(mark, self._time_of(rows[0]))
        return rows, more

    def _timed(self, mark: Mark, page: int) -> tuple[list[Row], bool]:
        before = format_time(self.end) if self.end else None
        rows, more = self.fetch(Question(self.order, mark.after, before, page))
        # Those without a time come last, and those from the end on need not be read.
        timed = [row for row in rows if row.get(self.order)]
        inside = [row for row in timed if self.end is None or self._time_of(row) < self.end]
        return inside, more and len(inside) == len(rows)

    def _shared_instant(self, mark: Mark, instant: datetime) -> tuple[list[Row], bool]:
        found: dict[str, Row] = {}
        for _ in range(MOST_ROUNDS):
            known = len(found)
            more = self._round(mark, instant, found)
            if len(found) == known:
                return sorted(found.values(), key=self._time_of), more
        raise TransientError(f"Voucherify's list by {self.order} shows other records each time it is asked.")

    def _round(self, mark: Mark, instant: datetime, found: dict[str, Row]) -> bool:
        for page in range(1, MAX_PAGE + 1):
            rows, more = self._timed(mark, page)
            found.update({str(row["id"]): row for row in rows})
            if more and not rows:
                raise TransientError(f"Voucherify's list by {self.order} does not go on.")
            if not more or self._time_of(rows[-1]) != instant:
                return more
        raise TransientError(f"Voucherify has more records of one {self.order} than it can page through.")

    def _time_of(self, row: Row) -> datetime:
        return parse_time(row[self.order])
