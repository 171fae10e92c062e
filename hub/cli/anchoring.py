"""Anchoring as it happens by itself, at the end of runs, and as ``hub status`` shows it."""

from __future__ import annotations

from typing import Any

from hub.app import Hub
from hub.cli.screen import err
from hub.errors import HubError


def anchor_when_due(hub: Hub) -> None:
    """This asks witnesses and timestamp authorities whose last word is too old; call it when all else is done.

    What goes wrong is told and tried again at the end of the next run: no delivery waits for an anchor, or fails by it.
    """
    if hub.dry_run:
        return None
    try:
        answers = hub.anchors.ask(due_only=True)
    except HubError as error:
        return _warn(str(error))
    for one in answers:
        if one.error is not None:
            _warn(str(one.error))
    return None


def _warn(why: str) -> None:
    text = f"hub: the audit log was not anchored: {why} It is tried again after the next run ('hub status')."
    err.print(text, style="yellow", soft_wrap=True, markup=False)


def anchor_rows(hub: Hub) -> list[dict[str, Any]]:
    """These rows tell up to where witnesses and timestamp authorities have seen the audit log, and who is overdue."""
    try:
        found = hub.anchors.standing()
    except HubError as error:  # certificates that cannot be read: the rest of the status is still worth seeing
        return [{"kind": None, "name": None, "size": None, "at": None, "state": str(error)}]
    return [
        {"kind": one.kind, "name": one.name, "size": one.size, "at": one.at, "state": "overdue" if one.is_due else "ok"}
        for one in found
    ]
