"""Freshness: how each sync's last run ended, and how old its last whole one is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hub.console.desk import Desk
from hub.console.runs import status_of
from hub.pipeline.holder import underway
from hub.store.ledger import Run, RunStatus
from hub.store.store import Tx

_WHOLE = (RunStatus.SUCCEEDED, RunStatus.PARTIAL)


@dataclass(frozen=True, slots=True)
class Freshness:
    """One sync: its last run, how that stands, and its last that read or sent all there was, if not all of it well."""

    sync: str
    kind: str
    schedule: str | None
    last: Run | None
    whole: Run | None
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
        }


def read_freshness(desk: Desk, tx: Tx) -> list[Freshness]:
    """This tells about every sync of the settings, and about the sweep."""
    return list(_each(desk, tx))


def _each(desk: Desk, tx: Tx) -> Iterator[Freshness]:
    settings, alive = desk.hub.deployment.settings, underway(tx.leases.held())
    known = {name: (str(sync.kind), sync.schedule) for name, sync in sorted(settings.syncs.items())}
    for name, (kind, schedule) in {**known, "sweep": ("sweep", settings.sweep.schedule)}.items():
        last, whole = tx.overview.last(name), tx.overview.last(name, *_WHOLE)
        yield Freshness(name, kind, schedule, last, whole, status_of(last, alive) if last else None)
