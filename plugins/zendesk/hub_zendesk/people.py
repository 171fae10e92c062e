"""Finding the users that belong to a person's identifiers, and what state of deletion they are in."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from hub.contract import IdentifierKind, SubjectIdentifier
from hub_zendesk.account import Account, listed
from hub_zendesk.answers import NotFoundError

ISSUER = "zendesk"
"""Issuer of the ids that Zendesk gives out."""


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
        for identifier in subject:
            for user in self._by_identifier(identifier):
                found[user["id"]] = user
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

    def _by_identifier(self, identifier: SubjectIdentifier) -> list[dict[str, Any]]:
        if is_user_id(identifier):
            return self._by_id(int(identifier.value))
        if identifier.kind is IdentifierKind.EMAIL:
            return self._by_email(identifier.value)
        return []  # A phone number may be shared by a household; deleting by it could hit somebody else.

    def _by_id(self, user_id: int) -> list[dict[str, Any]]:
        try:
            return [self._account.call(lambda: self._account.zenpy.users(id=user_id).to_dict())]
        except NotFoundError:
            return []

    def _by_email(self, email: str) -> list[dict[str, Any]]:
        query = 'email:"{}"'.format(email.replace('"', ""))
        zenpy = self._account.zenpy
        users = self._account.call(lambda: [user.to_dict() for user in zenpy.users.search(query=query).values or []])
        return [user for user in users if self._has_email(user, email.casefold())]

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
