"""Reading single users, tickets and ratings by id."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.contract import RawRecord, TransientError
from hub_zendesk.account import Account, listed
from hub_zendesk.answers import NotFoundError

IDS_A_CALL = 100
"""Zendesk shows at most that many objects a call."""

Found = Iterator[tuple[list[str], dict[str, Any], dict[str, Any]]]
"""Keys that were asked for, objects by key, and the answer that they stood in."""


def show_many(account: Account, stream: str, keys: Sequence[str]) -> Found:
    """This yields users or tickets by id, with the users beside tickets, in calls of 100; missing ones are gone."""
    for at in range(0, len(keys), IDS_A_CALL):
        asked = list(keys[at : at + IDS_A_CALL])
        beside = {"include": "users"} if stream == "tickets" else {}
        rows, body = _shown(account, stream, [key for key in asked if key.isdecimal()], beside)
        yield asked, rows, body


def show_ratings(account: Account, keys: Sequence[str]) -> Found:
    """This yields ratings by id, one a call: Zendesk does not show several."""
    for key in keys:
        body = show_one(account, "satisfaction_ratings", key) if key.isdecimal() else None
        yield [key], {key: body["satisfaction_rating"]} if body else {}, body or {}


def rows_by_id(account: Account, stream: str, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """This is at most 100 users or tickets by id, without those that Zendesk does not have."""
    rows, _ = _shown(account, stream, [str(id) for id in ids], {})
    return {int(key): row for key, row in rows.items()}


def _shown(
    account: Account, stream: str, keys: Sequence[str], beside: Mapping[str, str]
) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """Objects by key, and the answer with what stands beside them.

    A list without an object says nothing of it: lists have been seen empty, and cut. So "there is none" comes from a call
    for the one object only.
    """
    body = account.get(f"{stream}/show_many.json", {"ids": ",".join(keys), **beside}) if keys else {}
    listing = listed(body, stream) if keys else []
    rows = {key: row for row in listing if (key := str(row.get("id"))) in keys}
    for key in keys:
        single = None if key in rows else show_one(account, stream, key, beside)
        if single is not None:
            rows[key] = single[stream.removesuffix("s")]
            body = {**body, "users": [*(body.get("users") or []), *(single.get("users") or [])]} if beside else body
    return rows, body


def show_one(account: Account, stream: str, key: str, beside: Mapping[str, str] | None = None) -> dict[str, Any] | None:
    """The answer with one object; None where Zendesk has none (404). Raises TransientError where it does not tell."""
    try:
        body = account.get(f"{stream}/{key}.json", beside)
    except NotFoundError:
        return None
    row = body.get(stream.removesuffix("s"))
    if not isinstance(row, dict) or str(row.get("id")) != key:
        raise TransientError(f"zendesk: an answer lacks the one of {stream} that was asked for.")
    return body


def gone(stream: str, key: str) -> RawRecord:
    """This is what is left of an object that Zendesk no longer shows."""
    return RawRecord(stream, key, "gone", {"id": key, "status": "deleted", "active": False}, deleted=True)


def stamped(ticket: dict[str, Any]) -> dict[str, Any]:
    """This is a ticket with the time that only exports tell, as far as it can be known otherwise.

    They differ for changes that the system made; such a ticket is then stored once more, which does no harm.
    """
    try:
        changed = int(datetime.fromisoformat(str(ticket.get("updated_at"))).timestamp())
    except ValueError:
        raise TransientError("zendesk: a ticket does not say when it was changed.") from None
    return {**ticket, "generated_timestamp": changed}
