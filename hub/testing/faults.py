"""Scripted faults: what a simulator does wrong, to which calls, and how often."""

import fnmatch
from dataclasses import dataclass, field
from typing import Literal

from hub.testing.reply import Reply

FaultKind = Literal["reply", "reset", "truncate", "slow", "commit_then_reset"]


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong.

    Args:
        match: shell pattern for "METHOD /path", such as ``GET /api/v2/incremental/*``.
        kind: ``reply`` answers with ``reply`` instead of the vendor's own answer; ``reset`` cuts the connection before the
            request has an effect; ``commit_then_reset`` after it; ``truncate`` sends half of the true body; ``slow`` waits.
        reply: the answer of kind ``reply``.
        times: how many matching calls it hits; -1 for all.
        after: how many matching calls go well first.
        seconds: real seconds that ``slow`` waits.
    """

    match: str
    kind: FaultKind = "reply"
    reply: Reply | None = None
    times: int = 1
    after: int = 0
    seconds: float = 0.0

    def hits(self, call: str) -> bool:
        """This counts a matching call down and tells whether the fault strikes now."""
        if self.times == 0 or not fnmatch.fnmatchcase(call, self.match):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.times -= 1 if self.times > 0 else 0
        return True


@dataclass(slots=True)
class FaultScript:
    """The faults of one simulator, first match first."""

    faults: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """This appends a fault."""
        self.faults.append(fault)

    def next(self, call: str) -> Fault | None:
        """This is the fault that strikes ``call`` ("METHOD /path"), if any."""
        return next((fault for fault in self.faults if fault.hits(call)), None)
