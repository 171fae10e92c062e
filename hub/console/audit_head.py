"""The audit log's head: how much it holds, under which root, who has seen it, and what waits for its place in it."""

from __future__ import annotations

from typing import Any

from hub.console.desk import OVERVIEW, Desk
from hub.errors import HubError
from hub.store.store import Tx


def show_audit(desk: Desk) -> dict[str, Any]:
    """This is the head as it was last signed. Recomputing the whole log is ``hub audit verify``'s."""
    desk.require(OVERVIEW)
    with desk.hub.store.read() as tx:
        head = read_head(tx)
    return {**head, "origin": desk.hub.audit.origin, "anchors": read_anchors(desk)}


def read_head(tx: Tx) -> dict[str, Any]:
    """This is the last signed size and root; nothing was signed yet where ``root_hash`` is None."""
    last = tx.audit.checkpoint()
    return {
        "entries": last.size if last else 0,
        "root_hash": last.root.hex() if last else None,
        "signed": last.at if last else None,
        "note": last.note if last else None,
        "waiting": tx.audit.waiting(),
    }


def read_anchors(desk: Desk) -> list[dict[str, Any]]:
    """These are the others who speak about the log; one row with the error where their certificates cannot be read."""
    try:
        found = desk.hub.anchors.standing()
    except HubError as error:
        return [{"kind": "", "name": str(error), "size": None, "at": None, "overdue": True}]
    return [
        {"kind": one.kind, "name": one.name, "size": one.size, "at": one.at, "overdue": one.is_due} for one in found
    ]
