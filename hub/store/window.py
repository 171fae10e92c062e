"""Counting calls so that no window of the vendor's length holds more than its limit, wherever it begins. Pure.

A call reaches the vendor some time between its start and its answer. So it counts from its start, and goes on counting for
one whole window after its answer. Time is cut into slices, and a call counts as if it had ended with its slice: one number
per slice is all that has to be kept, and the error is on the safe side. Times are microseconds since 1970 UTC.
"""

from dataclasses import dataclass, field

SLICES = 60
"""Slices of one window: how much longer than needed a call may count is one part in so many."""

FLIGHT = 70_000_000
"""How long a call without an answer may be under way, as the session's time-outs say: whoever is killed counts so long."""


@dataclass(slots=True)
class Window:
    """The calls that count against one limit now.

    Args:
        per: length of the vendor's window.
        spent: slice of time to the calls that count as ended in it; what is under way counts as ended late.
    """

    per: int
    spent: dict[int, int] = field(default_factory=dict)

    @property
    def slice(self) -> int:
        """This is the length of one slice."""
        return max(1, self.per // SLICES)

    def forget(self, now: int) -> None:
        """This drops the calls that count no longer, and those that only a wrong clock can have written."""
        latest = (now + 2 * FLIGHT) // self.slice
        self.spent = {
            one: count for one, count in self.spent.items() if self._end(one) > now and one <= latest and count > 0
        }

    def used(self) -> int:
        """This is how many calls count."""
        return sum(self.spent.values())

    def start(self, now: int) -> int:
        """This counts a call that starts, and gives the slice that it counts in until it is finished."""
        late = (now + FLIGHT) // self.slice
        self.spent[late] = self.spent.get(late, 0) + 1
        return late

    def finish(self, late: int, now: int) -> None:
        """This counts a call as ended now; harmless where it is not known any more."""
        if self.spent.get(late, 0) > 0:
            self.spent[late] -= 1
            here = now // self.slice
            self.spent[here] = self.spent.get(here, 0) + 1

    def reshape(self, per: int, now: int) -> None:
        """This changes the length of the window; what counted before counts as ended now."""
        if per != self.per:
            used = self.used()
            self.per = per
            self.spent = {now // self.slice: used} if used else {}

    def room_at(self, calls: int, limit: int, now: int) -> int:
        """This is the earliest time at which ``calls`` more may start, if whatever is under way ended now."""
        rounds, over = divmod(max(calls, 1) - 1, limit)
        missing = self.used() + over + 1 - limit
        at = now
        for one, count in sorted(self.spent.items()):
            if missing <= 0:
                break
            missing -= count
            at = max(at, self._end(min(one, now // self.slice)))
        return at + rounds * self.per

    def _end(self, one: int) -> int:
        return (one + 1) * self.slice + self.per
