"""The limits that a simulator enforces, in any window of their length, as the strictest vendor would."""

import fnmatch
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(slots=True)
class Quota:
    """One limit of a simulator.

    Args:
        match: shell pattern for "METHOD /path".
        calls: calls that are answered in any window.
        per: length of the window in seconds.
        violations: how many calls were one too many.
    """

    match: str
    calls: int
    per: float
    violations: int = 0
    _served: list[datetime] = field(default_factory=list)

    def refuse(self, call: str, now: datetime) -> timedelta | None:
        """This counts a call; None: it may be answered, else the time until there is room again."""
        if not fnmatch.fnmatchcase(call, self.match):
            return None
        self._served = [at for at in self._served if now - at < timedelta(seconds=self.per)]
        if len(self._served) < self.calls:
            self._served.append(now)
            return None
        self.violations += 1
        return self._served[0] + timedelta(seconds=self.per) - now
