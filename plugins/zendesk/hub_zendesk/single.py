"""Reading single users, tickets and ratings by id."""

from collections.abc import Iterator, Sequence
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
        numbers = [key for key in asked if key.isdecimal()]
        beside = {"include": "users"} if stream == "tickets" else {}
        body = account.get(f"{stream}/show_many.json", {"ids": ",".join(numbers), **beside}) if numbers else {}
        yield asked, {str(row.get("id")): row for row in (listed(body, stream) if body else [])}, body


def show_ratings(account: Account, keys: Sequence[str]) -> Found:
    """This yields ratings by id, one a call: Zendesk does not show several."""
    for key in keys:
        try:
            body = account.get(f"satisfaction_ratings/{key}.json") if key.isdecimal() else {}
        except NotFoundError:
            body = {}
        rating = body.get("satisfaction_rating")
        if body and not isinstance(rating, dict):
            raise TransientError("zendesk: an answer lacks its satisfaction_rating.")
        yield [key], {key: rating} if rating else {}, body


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
