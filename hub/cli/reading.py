"""The ways in which ``hub pull`` reads: on from the cursor, all of it, a range of time, or what was quarantined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import typer

from hub.app import Hub
from hub.pipeline.backfill import Span, backfill
from hub.pipeline.partition import pull_parallel
from hub.pipeline.pull import PullReport, pull
from hub.pipeline.refetch import fetch_again


@dataclass(frozen=True, slots=True)
class Reading:
    """What the options of ``hub pull`` ask for; raises typer.BadParameter where they do not go together."""

    full: bool = False
    parallel: int = 1
    start: str | None = None
    end: str | None = None
    streams: tuple[str, ...] = ()
    quarantined: bool = False

    def __post_init__(self) -> None:
        if [self.full, self.start is not None or self.end is not None, self.quarantined].count(True) > 1:
            raise typer.BadParameter("--full, --from with --to, and --quarantined exclude each other.")
        if (self.start is None) != (self.end is None):
            raise typer.BadParameter("--from and --to go together.")
        if self.parallel > 1 and not self.full:
            raise typer.BadParameter("--parallel goes with --full.")

    def read(self, hub: Hub, sync: str, progress: Callable[[int], None]) -> PullReport:
        """This reads."""
        job = hub.pull_job(sync, full=self.full, only=self.streams)
        if self.quarantined:
            return fetch_again(hub.rooms, job, progress=progress)
        if self.start is not None and self.end is not None:
            span = Span(_instant("--from", self.start), _instant("--to", self.end))
            return backfill(hub.rooms, job, span, progress=progress)
        if self.parallel > 1:
            return pull_parallel(hub.rooms, job, self.parallel, progress=progress)
        return pull(hub.rooms, job, progress=progress)


def _instant(option: str, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{option} must be a date or time such as 2026-01-31 or 2026-01-31T08:00Z.") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
