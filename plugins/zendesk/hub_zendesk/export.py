"""The incremental, cursor-based exports, one page a call."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hub.contract import ConfigError, TransientError
from hub_zendesk.account import Account, rows_of
from hub_zendesk.recent import Recent

SETTLING = timedelta(seconds=60)
"""Zendesk refuses a start time younger than this, and leaves the last minute out of every export."""

_AT = "time:"

MAX_STANDSTILL = 3
"""Pages in a row that may come without moving the cursor."""


@dataclass(frozen=True, slots=True)
class ExportPage:
    """One page of an export: records, side-loaded users, where to go on (None: nowhere yet), whether it is the last."""

    records: list[Any]
    users: list[Any]
    cursor: str | None
    end: bool


Fetch = Callable[[Account, dict[str, Any]], ExportPage]
"""This reads the page at a position: a cursor or a start time."""


def user_page(account: Account, position: dict[str, Any]) -> ExportPage:
    """This is one page of users.

    Not through zenpy: it would end at an empty page though the stream goes on, follow ``after_url`` to any host, and lose
    the whole page for one row that is no user.
    """
    return _page(account, "users", position)


def ticket_page(account: Account, position: dict[str, Any]) -> ExportPage:
    """This is one page of tickets with the users beside them.

    Not through zenpy: its generator drops side-loaded users, and asking for each requester is one call a ticket.
    """
    return _page(account, "tickets", {**position, "include": "users"})


def _page(account: Account, name: str, position: dict[str, Any]) -> ExportPage:
    body = account.get(f"incremental/{name}/cursor.json", {**position, "per_page": account.config.page_size})
    beside = rows_of(body, "users") if name != "users" and body.get("users") is not None else []
    cursor, end = body.get("after_cursor"), body.get("end_of_stream")
    if not isinstance(end, bool):
        raise TransientError("zendesk: an export page does not say whether it is the last.")
    if cursor is not None and not isinstance(cursor, str):
        raise TransientError("zendesk: an export's cursor is not text.")
    return ExportPage(rows_of(body, name), beside, cursor, end)


def export_pages(account: Account, fetch: Fetch, cursor: str | None) -> Iterator[ExportPage]:
    """This yields pages from ``cursor`` (None: from the configured start) up to the end of the stream.

    An empty page is not the end: only ``end_of_stream`` is.
    """
    standstill, passed = 0, Recent()
    passed.add(cursor)
    while True:
        page = fetch(account, position(account, cursor))
        standstill = 0 if page.cursor not in (None, cursor) else standstill + 1
        if not standstill and not passed.add(page.cursor):
            raise TransientError("zendesk: an export leads back to where it has been.")
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
    latest = account.context.vendor_time(account.context.now()) - SETTLING - timedelta(seconds=1)
    return {"start_time": int(min(start, latest.timestamp()))}
