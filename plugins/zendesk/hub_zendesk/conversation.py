"""What was said in a ticket, and by whom."""

from collections.abc import Iterable, Mapping
from typing import Any

from hub.contract import BadRecordError
from hub_zendesk.account import Account, rows_of

_KEPT = ("id", "type", "audit_id", "public", "created_at")
"""What is kept of a comment besides text, channel and author; its metadata holds IP addresses and places."""


def people_by_id(users: Iterable[Any]) -> dict[int, Mapping[str, Any]]:
    """This finds side-loaded users by id."""
    return {user["id"]: user for user in users if isinstance(user, dict) and isinstance(user.get("id"), int)}


def party(user_id: object, people: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """This is who wrote or asked: ``id``, ``role``, ``email``, ``name`` and ``suspended``.

    The role is None where Zendesk does not show the user; the system itself has the id -1, which identifies nobody.
    """
    known = people.get(user_id, {}) if isinstance(user_id, int) else {}
    is_user = isinstance(user_id, int) and user_id > 0
    return {
        "id": user_id if is_user else None,
        "role": known.get("role"),
        "email": known.get("email"),
        "name": known.get("name"),
        "suspended": known.get("suspended"),
    }


def read_comments(account: Account, ticket_id: int) -> list[dict[str, Any]]:
    """This reads all comments of a ticket with their authors, in calls of 100 comments each.

    Not through zenpy: it cannot side-load the authors here, and asking for each is one call a comment. Raises
    NotFoundError where the ticket is gone by now, BadRecordError where one of its comments is none.
    """
    found: list[dict[str, Any]] = []
    for page in account.pages(f"tickets/{ticket_id}/comments.json", {"include": "users"}):
        people = people_by_id(rows_of(page, "users") if page.get("users") is not None else [])
        comments = rows_of(page, "comments")
        if not all(isinstance(comment, dict) for comment in comments):
            raise BadRecordError("zendesk: a ticket holds a comment that is none.", reason="record.bad_comment")
        found.extend(_comment(comment, people) for comment in comments)
    return found


def _comment(comment: Mapping[str, Any], people: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    via = _object(comment.get("via"))
    source = _object(via.get("source"))
    text = comment.get("plain_body")
    return {
        **{name: comment.get(name) for name in _KEPT},
        "plain_body": text if text is not None else comment.get("body"),
        "via": {"channel": via.get("channel"), "rel": source.get("rel")},
        "author": party(comment.get("author_id"), people),
    }


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
