"""Puts on the audit record that rules, mappings, settings or plugins are not what they were at the last run."""

from __future__ import annotations

from hub.audit.entry import Entry as AuditEntry
from hub.pipeline.rooms import Rooms
from hub.store.store import Tx

NONE = "none"


def record_changes(rooms: Rooms, tx: Tx, *, run_id: str) -> None:
    """This writes an entry for each part of the deployment that changed, before anything is done under it."""
    known, now = tx.facts.all(), dict(rooms.parts)
    changed = [name for name in sorted({*known, *now}) if known.get(name) != now.get(name)]
    if not changed:
        return
    tx.facts.replace(now)
    rooms.audit.record(
        tx,
        [
            AuditEntry(
                type="change",
                outcome=name[:60],
                reasons=(f"from {known.get(name, NONE)}", f"to {now.get(name, NONE)}"),
                run=run_id,
                policy=rooms.policy.version,
            )
            for name in changed
        ],
    )
