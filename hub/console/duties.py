"""Duties: what other systems or their owners still owe, and what people asked for; by number and date, without a name."""

from __future__ import annotations

from typing import Any

from hub.console.desk import ROWS, Desk
from hub.pipeline.wording import explain
from hub.store.obligations import Obligation
from hub.store.requests import Request

SHOWN = 200
"""Of each at most; those due first."""


def show_duties(desk: Desk) -> dict[str, Any]:
    """This is what is open, soonest due first. Whom it is about is told at the command line, by number."""
    desk.require(ROWS)
    with desk.hub.store.read() as tx:
        owed, asked = tx.obligations.list(SHOWN), tx.requests.list(SHOWN)
        counted, requested = tx.obligations.counts(), tx.requests.counts(desk.now)
        holds = len(tx.holds.list())
    return {
        "obligations": [_obligation(one, desk) for one in owed],
        "requests": [_request(one, desk) for one in asked],
        "open_obligations": counted[0],
        "overdue_obligations": counted[1],
        "open_requests": requested[0],
        "overdue_requests": requested[1],
        "holds": holds,
    }


def _obligation(one: Obligation, desk: Desk) -> dict[str, Any]:
    return {
        "number": one.id,
        "system": one.system,
        "what": explain(one.what),
        "owner": one.owner,
        "opened": one.opened_at,
        "due": one.due,
        "overdue": one.due < desk.now,
    }


def _request(one: Request, desk: Desk) -> dict[str, Any]:
    return {
        "number": one.id,
        "kind": one.kind,
        "law": one.law,
        "received": one.received_at,
        "acknowledge_by": None if one.acknowledged_at else one.acknowledge_by,
        "due": one.due_at,
        "extended": one.extended,
        "overdue": one.overdue(desk.now),
    }
