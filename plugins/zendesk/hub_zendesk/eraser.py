"""Erasing a person: tickets or what was said in them, then the user; and looking again."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from zenpy.lib.api_objects import User

from hub.contract import BadRecordError, ErasureOutcome, ErasureState, SubjectIdentifier
from hub_zendesk.account import Account
from hub_zendesk.answers import ForbiddenError, NotFoundError
from hub_zendesk.job import pauses
from hub_zendesk.people import Deletion, People, is_user_id
from hub_zendesk.person_comments import PersonComments
from hub_zendesk.person_tickets import PersonTickets, worst

_END_USER = "end-user"


class ZendeskEraser:
    """This erases end users; agents are employees, and deleting one would break the account.

    Args:
        account: where to erase.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._people = People(account)
        self._tickets = PersonTickets(account)
        self._comments = PersonComments(account)

    def erase(self, subject: Sequence[SubjectIdentifier]) -> Iterator[ErasureOutcome]:
        """This erases tickets, comments and users, one outcome each; see ``hub.contract.Eraser.erase``.

        Tickets come first: a deleted user's tickets can no longer be listed, and Zendesk keeps a user with open ones.
        """
        users = self._people.find(subject)
        if any(user.get("role") != _END_USER for user in users):
            yield ErasureOutcome("users", ErasureState.FAILED, "not_end_user")
            return
        ids = [user["id"] for user in users]
        if self._account.config.erase_tickets:
            yield _guarded("tickets", lambda: self._tickets.erase(ids))
        yield _guarded("comments", lambda: self._comments.erase(ids))
        yield _guarded("users", lambda: worst("users", [self._erase_user(user) for user in users]))

    def verify_erased(self, subject: Sequence[SubjectIdentifier]) -> Iterator[ErasureOutcome]:
        """This looks for the person again, by id, by e-mail address, and by what they asked and said."""
        users = self._people.find(subject)
        known = {int(i.value) for i in subject if is_user_id(i)}
        ids = sorted(known | {user["id"] for user in users})
        if self._account.config.erase_tickets:
            yield _guarded("tickets", lambda: self._tickets.verify(ids))
        yield _guarded("comments", lambda: self._comments.verify(ids))
        yield _guarded("users", lambda: worst("users", [self._verify_user(user) for user in users]))

    def _erase_user(self, user: dict[str, Any]) -> ErasureOutcome:
        state = self._people.deletion(user)
        if state is Deletion.NONE:
            self._account.call(lambda: self._account.zenpy.users.delete(User(id=user["id"])))
        if state in (Deletion.NONE, Deletion.SOFT):
            self._account.call(lambda: self._account.zenpy.users.permanently_delete(user["id"]))
        gone = {**user, "active": False}
        for _ in pauses(self._account):
            if self._people.deletion(gone) is Deletion.COMPLETE:
                return ErasureOutcome("users", ErasureState.ERASED)
        return ErasureOutcome("users", ErasureState.PENDING, "compliance_deletion")

    def _verify_user(self, user: dict[str, Any]) -> ErasureOutcome:
        if user.get("role") != _END_USER:
            return ErasureOutcome("users", ErasureState.FAILED, "not_end_user")
        outcomes = {
            Deletion.NONE: ErasureOutcome("users", ErasureState.FAILED, "still_there"),
            Deletion.SOFT: ErasureOutcome("users", ErasureState.FAILED, "soft_deleted_only"),
            Deletion.REQUESTED: ErasureOutcome("users", ErasureState.PENDING, "compliance_deletion"),
            Deletion.COMPLETE: ErasureOutcome("users", ErasureState.ABSENT),
        }
        return outcomes[self._people.deletion(user)]


def _guarded(name: str, step: Callable[[], ErasureOutcome]) -> ErasureOutcome:
    """This keeps one refused step from hiding what became of the others."""
    try:
        return step()
    except ForbiddenError:
        return ErasureOutcome(name, ErasureState.FAILED, "forbidden")
    except NotFoundError:
        return ErasureOutcome(name, ErasureState.PENDING, "changed_meanwhile")
    except BadRecordError as error:
        return ErasureOutcome(name, ErasureState.FAILED, error.reason)
