"""The tickets that a person asked for: listing them, deleting them for good, and looking again."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Literal

from zenpy.lib.api_objects import Ticket

from hub.contract import ErasureOutcome, ErasureState
from hub_zendesk.account import Account, listed
from hub_zendesk.answers import NotFoundError
from hub_zendesk.deleted_tickets import DeletedTickets
from hub_zendesk.job import wait_for_job

_SEVERITY = (ErasureState.ABSENT, ErasureState.ERASED, ErasureState.PENDING, ErasureState.FAILED)
_CHUNK = 100
_UNSURE = ErasureOutcome("tickets", ErasureState.PENDING, "lately_deleted")


def worst(name: str, outcomes: Sequence[ErasureOutcome]) -> ErasureOutcome:
    """This sums up several outcomes of one kind by the worst; ``absent`` where there are none."""
    absent = ErasureOutcome(name, ErasureState.ABSENT)
    return max([absent, *outcomes], key=lambda outcome: _SEVERITY.index(outcome.state))


def tickets_of(account: Account, user_id: int, relation: Literal["requested", "ccd"]) -> Iterator[dict[str, Any]]:
    """This yields the tickets that a user requested or is copied on; none where the account has forgotten the user.

    Not through zenpy, which would end at an empty page and leave the rest unerased.
    """
    try:
        for page in account.pages(f"users/{user_id}/tickets/{relation}.json"):
            yield from listed(page, "tickets")
    except NotFoundError:
        return


class PersonTickets:
    """A person's own tickets.

    Args:
        account: where they are.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._deleted = DeletedTickets(account)

    def erase(self, user_ids: Sequence[int]) -> ErasureOutcome:
        """This deletes the tickets, then deletes the deleted ones for good, in jobs of 100.

        Those that were deleted before, by an agent or by an erasure that was cut off, go for good as well.
        """
        before = self._deleted.find(user_ids)
        ids = [*self._ids(user_ids), *before.ids]
        chunks = [ids[at : at + _CHUNK] for at in range(0, len(ids), _CHUNK)]
        unsure = [_UNSURE] if before.unsure else []
        return worst("tickets", [*unsure, *(self._erase_chunk(chunk) for chunk in chunks)])

    def verify(self, user_ids: Sequence[int]) -> ErasureOutcome:
        """This looks for tickets that are left, deleted ones included."""
        deleted = self._deleted.find(user_ids)
        if deleted.ids or self._ids(user_ids):
            return ErasureOutcome("tickets", ErasureState.FAILED, "tickets_left")
        return _UNSURE if deleted.unsure else ErasureOutcome("tickets", ErasureState.ABSENT)

    def _ids(self, user_ids: Sequence[int]) -> list[int]:
        return [ticket["id"] for user_id in user_ids for ticket in tickets_of(self._account, user_id, "requested")]

    def _erase_chunk(self, ids: Sequence[int]) -> ErasureOutcome:
        zenpy = self._account.zenpy
        tickets = [Ticket(id=ticket_id) for ticket_id in ids]
        for ticket in tickets:
            self._delete(ticket)
        job_id = self._account.call(lambda: str(zenpy.tickets.permanently_delete(tickets).id))
        job = wait_for_job(self._account, job_id)
        if job.is_running:
            return ErasureOutcome("tickets", ErasureState.PENDING, "job_running")
        if job.has_failures:
            return ErasureOutcome("tickets", ErasureState.FAILED, "permanent_deletion_failed")
        return ErasureOutcome("tickets", ErasureState.ERASED)

    def _delete(self, ticket: Ticket) -> None:
        with suppress(NotFoundError):  # Deleted by somebody else meanwhile; it still has to go for good.
            self._account.call(lambda: self._account.zenpy.tickets.delete(ticket))
