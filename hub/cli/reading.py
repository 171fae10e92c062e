"""The ways in which ``hub pull`` reads: on from the cursor, all of it, a range of time, or what was quarantined."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import typer

from hub.config import SyncSettings
from hub.pipeline.order import Order


@dataclass(frozen=True, slots=True)
class Reading:
    """What the options of ``hub pull`` ask for; raises typer.BadParameter where they do not go together."""

    full: bool = False
    parallel: int | None = None
    start: str | None = None
    end: str | None = None
    streams: tuple[str, ...] = ()
    quarantined: bool = False

    def __post_init__(self) -> None:
        if [self.full, self.start is not None or self.end is not None, self.quarantined].count(True) > 1:
            raise typer.BadParameter("--full, --from with --to, and --quarantined exclude each other.")
        if (self.start is None) != (self.end is None):
            raise typer.BadParameter("--from and --to go together.")
        if self.parallel and self.parallel > 1 and not self.full:
            raise typer.BadParameter("--parallel goes with --full.")
        for option, text in (("--from", self.start), ("--to", self.end)):
            _check_instant(option, text)

    def order(self, name: str, sync: SyncSettings) -> Order:
        """This is the order for a sync; without --parallel its own setting counts."""
        return Order(
            name, self.full, self.parallel or sync.parallel, self.start, self.end, self.streams, self.quarantined
        )


def _check_instant(option: str, text: str | None) -> None:
    try:
        datetime.fromisoformat(text or "2026-01-31")
    except ValueError:
        raise typer.BadParameter(f"{option} must be a date or time such as 2026-01-31 or 2026-01-31T08:00Z.") from None
