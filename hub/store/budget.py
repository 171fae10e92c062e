"""One vendor limit as all processes see it: who may call now, who waits, and what the vendor told of it. Pure."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hub.contract import Limit
from hub.store.window import Window
from hub.wait import LONGEST_WAIT

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

LONGEST_BLOCK = LONGEST_WAIT
"""No vendor's window is longer; a longer block is a wrong clock, here or there."""

_NO_TIME_TOLD = timedelta(minutes=1)
_SAME = timedelta(seconds=2)  # resets told in whole seconds from now waver


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer tells of one limit; None where it does not.

    Args:
        limit: calls per window.
        left: calls that are left of them.
        reset: when they are given anew, UTC.
    """

    limit: int | None = None
    left: int | None = None
    reset: datetime | None = None


NOTHING = Told()


@dataclass(slots=True)
class Budget:
    """One limit of one connection.

    Args:
        connection: its name in ``hub.yaml``.
        name: name of the limit.
        calls: calls per window; None where only the vendor tells.
        window: what counts against it; without length where only the vendor tells.
        waiting: tickets in the order they came, each with the time (microseconds) at which it runs out.
        told: what the vendor told last; ``left`` is counted down here in between.
        blocked_until: nobody may call before.
    """

    connection: str
    name: str
    calls: int | None = None
    window: Window = field(default_factory=lambda: Window(0))
    waiting: dict[str, int] = field(default_factory=dict)
    told: Told = NOTHING
    blocked_until: datetime | None = None

    @property
    def limit(self) -> int | None:
        """The calls per window that hold now: the smaller one of what was declared and what the vendor told."""
        if self.window.per == 0:
            return None
        known = [number for number in (self.calls, self.told.limit) if number]
        return min(known) if known else None

    @property
    def used(self) -> int | None:
        """The calls that count now: ours, or what the vendor has counted of everybody's; None where nobody counts."""
        ours = self.window.used() if self.window.per else None
        if self.told.left is None or self.told.limit is None:
            return ours
        return max(self.told.limit - self.told.left, ours or 0)

    @property
    def closed_until(self) -> datetime | None:
        """The time before which nobody may call because the vendor said so; None: calls may start."""
        empty = self.told.reset if self.told.left == 0 else None
        return max((at for at in (empty, self.blocked_until) if at is not None), default=None)

    def at(self, limit: Limit, now: datetime) -> None:
        """This brings the budget to the declared numbers of today, and to ``now``."""
        self.calls = limit.calls
        self.window.reshape(round(limit.per * 1_000_000), micros(now))
        self.window.forget(micros(now))
        self.waiting = {ticket: until for ticket, until in self.waiting.items() if until > micros(now)}
        if self.told.reset is not None and not now < self.told.reset <= now + LONGEST_BLOCK:
            self.told = Told(self.told.limit)
        if self.blocked_until is not None and not now < self.blocked_until <= now + LONGEST_BLOCK:
            self.blocked_until = None

    def wait(self, ticket: str, now: datetime) -> timedelta:
        """This is how long ``ticket`` must wait at least; zero: it may call. Whoever came first goes first."""
        ahead = list(self.waiting).index(ticket) if ticket in self.waiting else len(self.waiting)
        until = self.blocked_until or now
        if self.told.left is not None and self.told.reset is not None and self.told.left <= ahead:
            until = max(until, self.told.reset)
        if self.limit is not None:
            until = max(until, EPOCH + self.window.room_at(ahead + 1, self.limit, micros(now)) * MICROSECOND)
        return max(until - now, timedelta())

    def queue(self, ticket: str, until: datetime) -> None:
        """This keeps the place of a ticket until it asks again, at the latest at ``until``."""
        self.waiting[ticket] = micros(until)

    def spend(self, ticket: str, now: datetime) -> int:
        """This counts a call that starts, and gives the slice of time to finish it with."""
        self.waiting.pop(ticket, None)
        if self.told.left is not None:
            self.told = Told(self.told.limit, max(0, self.told.left - 1), self.told.reset)
        return self.window.start(micros(now)) if self.window.per else 0

    def learn(self, told: Told, now: datetime) -> None:
        """This takes over what an answer tells; an answer that comes late does not give calls back."""
        if told.left is None:
            self.told = Told(told.limit or self.told.limit, self.told.left, self.told.reset)
            return
        reset, before = told.reset or now + self._span(), self.told.reset
        left = told.left
        if before is not None and self.told.left is not None:
            if reset < before - _SAME:
                return
            left = min(left, self.told.left) if reset <= before + _SAME else left
        self.told = Told(told.limit or self.told.limit, left, reset)

    def block(self, until: datetime | None, now: datetime) -> None:
        """This stops everybody until then; for a minute, or a shorter window, where no time was told."""
        until = min(until or now + self._span(), now + LONGEST_BLOCK)
        self.blocked_until = max(until, self.blocked_until or until)

    def _span(self) -> timedelta:
        return min(self.window.per * MICROSECOND or _NO_TIME_TOLD, _NO_TIME_TOLD)


def micros(at: datetime) -> int:
    """This is a time in microseconds since 1970 UTC."""
    return (at - EPOCH) // MICROSECOND
