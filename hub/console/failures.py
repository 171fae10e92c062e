"""What failed for good, by kind: rows that no destination took, and records that could not be read. Never their content."""

from __future__ import annotations

from typing import Any

from hub.console.desk import OVERVIEW, ROWS, Desk
from hub.pipeline.wording import explain
from hub.store.dead_letters import DeadLetter
from hub.store.overview import Group

SHOWN = 100
"""Rows that are listed one by one; the rest is in the groups."""


def show_failures(desk: Desk) -> dict[str, Any]:
    """This is what waits for somebody, in groups; and by number, for whoever may see rows."""
    desk.require(OVERVIEW)
    sees_rows = desk.may(ROWS)
    with desk.hub.store.read() as tx:
        letters, unread = tx.overview.dead_letters(), tx.overview.quarantined()
        rows = tx.dead_letters.find(limit=SHOWN) if sees_rows else []
    return {
        "dead_letters": [_group(one, _step(one)) for one in letters],
        "quarantined": [_group(one, _read_step(desk, one)) for one in unread],
        "rows": [_row(one) for one in rows],
        "rows_hidden": not sees_rows,
        "total": sum(one.count for one in letters),
        "unread": sum(one.count for one in unread),
    }


def _group(one: Group, step: str) -> dict[str, Any]:
    return {
        "place": one.place,
        "part": one.part,
        "reason": one.reason,
        "words": explain(one.reason),
        "count": one.count,
        "since": one.since,
        "next": step,
    }


def _step(one: Group) -> str:
    return f"hub outcomes retry --sync {one.place} --reason {one.reason} --dry-run"


def _read_step(desk: Desk, one: Group) -> str:
    for name, sync in sorted(desk.hub.deployment.settings.syncs.items()):
        if sync.connection == one.place and one.part in sync.streams:
            return f"hub outcomes retry --sync {name} --reason {one.reason}"
    return "hub outcomes quarantine"


def _row(one: DeadLetter) -> dict[str, Any]:
    return {
        "id": one.id,
        "sync": one.sync,
        "object": one.object,
        "reason": one.reason,
        "words": explain(one.reason),
        "retryable": one.retryable,
        "attempts": one.attempts,
        "since": one.since,
        "failed": one.at,
    }
