"""Freshness: how old each sync's last whole run is, and whether its schedule says that it should be younger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.console.desk import Desk
from hub.console.runs import status_of
from hub.pipeline.holder import underway
from hub.store.ledger import Run, RunStatus
from hub.store.store import Tx

MISSED = 2
"""So many planned runs must have passed without a whole one before a sync counts as late."""

_WHOLE = (RunStatus.SUCCEEDED, RunStatus.PARTIAL)


@dataclass(frozen=True, slots=True)
class Freshness:
    """One sync: its last run, its last that read or sent all there was, if not all of it well, and whether it is late."""

    sync: str
    kind: str
    schedule: str | None
    last: Run | None
    whole: Run | None
    is_late: bool
    status: str | None

    def told(self) -> dict[str, Any]:
        """This is the sync as a page shows it."""
        return {
            "sync": self.sync,
            "kind": self.kind,
            "schedule": self.schedule,
            "run": self.last.id if self.last else None,
            "status": self.status,
            "started": self.last.started_at if self.last else None,
            "whole": self.whole.finished_at if self.whole else None,
            "late": self.is_late,
        }


def read_freshness(desk: Desk, tx: Tx) -> list[Freshness]:
    """This tells about every sync of the settings, and about the sweep."""
    return list(_each(desk, tx))


def _each(desk: Desk, tx: Tx) -> Iterator[Freshness]:
    settings, alive = desk.hub.deployment.settings, underway(tx.leases.held())
    known = {name: (str(sync.kind), sync.schedule) for name, sync in sorted(settings.syncs.items())}
    for name, (kind, schedule) in {**known, "sweep": ("sweep", settings.sweep.schedule)}.items():
        last, whole = tx.overview.last(name), tx.overview.last(name, *_WHOLE)
        late, status = _is_late(schedule, last, whole, desk.now), status_of(last, alive) if last else None
        yield Freshness(name, kind, schedule, last, whole, late, status)


def _is_late(schedule: str | None, last: Run | None, whole: Run | None, now: datetime) -> bool:
    """A sync that never ran is not late: nobody may have begun yet."""
    if schedule is None or last is None:
        return False
    due = missed_since(schedule, now)
    return due is not None and (whole is None or whole.started_at < due)


def missed_since(schedule: str, now: datetime) -> datetime | None:
    """This is the planned time before which a last good start is too old; None for a schedule that cannot be read."""
    from croniter import croniter  # takes its time to load

    if not croniter.is_valid(schedule):
        return None
    planned = croniter(schedule, now)
    found = now
    for _ in range(MISSED):
        found = planned.get_prev(datetime)
    return found
