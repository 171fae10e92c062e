"""Finding the users that belong to a person's identifiers, and what state of deletion they are in."""

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any

from hub.contract import IdentifierKind, SubjectIdentifier, TransientError
from hub_zendesk.account import Account, listed
from hub_zendesk.answers import NotFoundError
from hub_zendesk.export import at_time, export_pages, user_page
from hub_zendesk.single import show_one

ISSUER = "zendesk"
"""Issuer of the ids that Zendesk gives out."""


UNINDEXED = timedelta(hours=1)
"""How long a new user or address may be missing from Zendesk's search; it speaks of minutes."""

_MOST_FOUND = 10_000
_PAGE = 100


class Deletion(StrEnum):
    """How far a user's deletion has come."""

    NONE = "none"
    SOFT = "soft"
    REQUESTED = "requested"
    COMPLETE = "complete"


def is_user_id(identifier: SubjectIdentifier) -> bool:
    """This tells whether an identifier is a user id that Zendesk gave out."""
    is_ours = identifier.kind is IdentifierKind.VENDOR_ID and identifier.issuer == ISSUER
    return is_ours and identifier.value.isdecimal()


class People:
    """The account's users, as an erasure looks for them.

    Args:
        account: where to look.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def find(self, subject: Sequence[SubjectIdentifier]) -> list[dict[str, Any]]:
        """This finds users by id and by e-mail address, secondary addresses included; each user once."""
        found: dict[int, dict[str, Any]] = {}
        emails = {one.value.casefold() for one in subject if one.kind is IdentifierKind.EMAIL}
        for user_id in (int(one.value) for one in subject if is_user_id(one)):
            found |= {user["id"]: user for user in self._by_id(user_id)}
        # Never by telephone: a household may share a number, and deleting by it could hit somebody else.
        for email in sorted(emails):
            found |= {user["id"]: user for user in self._by_email(email)}
        if emails:  # a search that finds nobody may only not know them yet
            found = {user["id"]: user for user in self._unindexed(emails)} | found
        return list(found.values())

    def deletion(self, user: dict[str, Any]) -> Deletion:
        """This tells how far the deletion of a user has come; only Zendesk's compliance record proves the end of it."""
        if user.get("active") is not False:
            return Deletion.NONE
        try:
            self._account.get(f"deleted_users/{user['id']}.json")
        except NotFoundError:
            return Deletion.COMPLETE if self._is_complete(user["id"]) else Deletion.REQUESTED
        return Deletion.SOFT

    def _by_id(self, user_id: int) -> list[dict[str, Any]]:
        body = show_one(self._account, "users", str(user_id))
        return [body["user"]] if body else []

    def _by_email(self, email: str) -> Iterator[dict[str, Any]]:
        query = 'email:"{}"'.format(email.replace('"', ""))
        for page in range(1, _MOST_FOUND // _PAGE + 1):
            body = self._account.get("users/search.json", {"query": query, "per_page": _PAGE, "page": page})
            users = listed(body, "users")
            yield from (user for user in users if self._has_email(user, email))
            if not body.get("next_page"):
                return
        raise TransientError("zendesk: a search for a person finds more users than Zendesk shows.")

    def _unindexed(self, emails: Collection[str]) -> Iterator[dict[str, Any]]:
        """Users changed of late, from the export, which reads the database and not the index."""
        since = self._account.context.vendor_time(self._account.context.now()) - UNINDEXED
        for page in export_pages(self._account, user_page, at_time(since.timestamp())):
            if not all(isinstance(row, dict) and isinstance(row.get("id"), int) for row in page.records):
                raise TransientError("zendesk: an export holds a row that is no user.")
            yield from (row for row in page.records if str(row.get("email")).casefold() in emails)

    def _has_email(self, user: dict[str, Any], email: str) -> bool:
        # The search is fuzzy, and it also finds users by addresses other than their first.
        if str(user.get("email")).casefold() == email:
            return True
        identities = (
            identity
            for page in self._account.pages(f"users/{user['id']}/identities.json")
            for identity in listed(page, "identities")
        )
        return any(i.get("type") == "email" and str(i.get("value")).casefold() == email for i in identities)

    def _is_complete(self, user_id: int) -> bool:
        # zenpy does not know this endpoint.
        try:
            pages = list(self._account.pages(f"users/{user_id}/compliance_deletion_statuses.json"))
        except NotFoundError:
            return False
        actions: dict[str, set[str]] = {}
        for status in (status for page in pages for status in listed(page, "compliance_deletion_statuses")):
            actions.setdefault(str(status.get("application")), set()).add(str(status.get("action")))
        areas = [done for area, done in actions.items() if area != "all"]
        return bool(areas) and all("complete" in done for done in areas)
