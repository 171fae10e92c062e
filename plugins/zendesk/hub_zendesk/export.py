"""The incremental, cursor-based exports, one page a call."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from hub.contract import ConfigError, TransientError
from hub_zendesk.account import Account, listed

SETTLING = timedelta(seconds=60)
"""Zendesk refuses a start time younger than this, and leaves the last minute out of every export."""

_AT = "time:"

MAX_STANDSTILL = 3
"""Pages in a row that may come without moving the cursor."""


@dataclass(frozen=True, slots=True)
class ExportPage:
    """One page of an export: records, side-loaded users, where to go on (None: nowhere yet), whether it is the last."""

    records: list[dict[str, Any]]
    users: list[dict[str, Any]]
    cursor: str | None
    end: bool


Fetch = Callable[[Account, dict[str, Any]], ExportPage]
"""This reads the page at a position: a cursor or a start time."""


def user_page(account: Account, position: dict[str, Any]) -> ExportPage:
    """This is one page of users, through zenpy.

    Only the first page of each zenpy generator is used: at an empty page it would end though the stream goes on, and it
    would follow ``after_url`` to any host.
    """
    wanted = dict(position)
    if "cursor" in wanted:
        wanted["cursor"] = quote(wanted["cursor"], safe="")  # zenpy pastes it into the address as it is
    size = account.config.page_size
    found = account.call(lambda: account.zenpy.users.incremental(**wanted, per_page=size))
    records = account.call(lambda: [user.to_dict() for user in found.values or []])
    return ExportPage(records, [], getattr(found, "after_cursor", None), _is_end(getattr(found, "end_of_stream", None)))


def ticket_page(account: Account, position: dict[str, Any]) -> ExportPage:
    """This is one page of tickets with the users beside them.

    Not through zenpy: its generator drops side-loaded users, and asking for each requester is one call a ticket.
    """
    wanted = {**position, "include": "users", "per_page": account.config.page_size}
    body = account.get("incremental/tickets/cursor.json", wanted)
    users = listed(body, "users") if body.get("users") is not None else []
    return ExportPage(listed(body, "tickets"), users, body.get("after_cursor"), _is_end(body.get("end_of_stream")))


def export_pages(account: Account, fetch: Fetch, cursor: str | None) -> Iterator[ExportPage]:
    """This yields pages from ``cursor`` (None: from the configured start) up to the end of the stream.

    An empty page is not the end: only ``end_of_stream`` is.
    """
    standstill = 0
    while True:
        page = fetch(account, position(account, cursor))
        standstill = 0 if page.cursor not in (None, cursor) else standstill + 1
        cursor = page.cursor or cursor
        yield ExportPage(page.records, page.users, cursor, page.end)
        if page.end:
            return
        if standstill >= MAX_STANDSTILL:
            raise TransientError("zendesk: an export says that it goes on but does not move.")


def at_time(epoch: float) -> str:
    """This is a cursor of ours that begins an export at an instant; Zendesk's own never hold a colon."""
    return f"{_AT}{int(epoch)}"


def position(account: Account, cursor: str | None) -> dict[str, Any]:
    """This is where an export begins, in Zendesk's parameters; None: at the configured start.

    Raises ConfigError for a cursor of ours that is unreadable.
    """
    start = account.config.start_time.timestamp()
    if cursor and not cursor.startswith(_AT):
        return {"cursor": cursor}
    if cursor:
        text = cursor.removeprefix(_AT)
        if not text.isdecimal():
            raise ConfigError("zendesk: the saved cursor is unreadable.", fix="Reset it.")
        start = int(text)
    latest = account.context.now() - SETTLING - timedelta(seconds=1)
    return {"start_time": int(min(start, latest.timestamp()))}


def _is_end(value: object) -> bool:
    if not isinstance(value, bool):
        raise TransientError("zendesk: an export page does not say whether it is the last.")
    return value
