"""A clock that moves only when told to."""

import time
from datetime import UTC, datetime, timedelta

START = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
"""Where every fake clock starts."""


class FakeClock:
    """A clock for tests and simulators.

    Args:
        start: the first instant it shows, UTC-aware.
    """

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self.slept: list[float] = []

    def now(self) -> datetime:
        """This is the current instant in UTC."""
        return self._now

    def advance(self, seconds: float) -> None:
        """This moves the clock forward."""
        self._now += timedelta(seconds=seconds)

    def sleep(self, seconds: float) -> None:
        """This notes the wait and moves the clock instead of waiting."""
        self.slept.append(seconds)
        self.advance(seconds)


class SystemClock:
    """The real clock, for simulators that people work against."""

    def now(self) -> datetime:
        """This is the current instant in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """This waits."""
        time.sleep(seconds)
