"""What a person said in tickets that stay: redacting it for good, and looking again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from zenpy.lib.api_objects import Ticket

from hub.contract import BadRecordError, ErasureOutcome, ErasureState
from hub_zendesk.account import Account, listed
from hub_zendesk.answers import NotFoundError
from hub_zendesk.person_tickets import tickets_of
from hub_zendesk.redaction import is_redacted, mark_all

ERASED_SUBJECT = "(erased)"


class PersonComments:
    """A person's comments in tickets that are not deleted: others' tickets, and their own if those are to stay.

    Args:
        account: where they are.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def erase(self, user_ids: Sequence[int]) -> ErasureOutcome:
        """This redacts each comment with its attachments, and the subjects of the person's own tickets."""
        found, reasons = False, set()
        for ticket, own in self._tickets(user_ids):
            if own and ticket.get("subject") not in (ERASED_SUBJECT, None, ""):
                found = True
                reasons |= self._erase_subject(ticket["id"])
            for comment in self._unredacted(ticket["id"], user_ids):
                found = True
                self._redact(ticket["id"], comment)
        if reasons:
            return ErasureOutcome("comments", ErasureState.FAILED, sorted(reasons)[0])
        return ErasureOutcome("comments", ErasureState.ERASED if found else ErasureState.ABSENT)

    def verify(self, user_ids: Sequence[int]) -> ErasureOutcome:
        """This looks for comments and subjects that still say something."""
        for ticket, own in self._tickets(user_ids):
            if own and ticket.get("subject") not in (ERASED_SUBJECT, None, ""):
                return ErasureOutcome("comments", ErasureState.FAILED, "subject_left")
            if next(self._unredacted(ticket["id"], user_ids), None) is not None:
                return ErasureOutcome("comments", ErasureState.FAILED, "comments_left")
        return ErasureOutcome("comments", ErasureState.ABSENT)

    def _tickets(self, user_ids: Sequence[int]) -> Iterator[tuple[dict[str, Any], bool]]:
        for user_id in user_ids:
            for ticket in tickets_of(self._account, user_id, "ccd"):
                yield ticket, False
            if not self._account.config.erase_tickets:
                for ticket in tickets_of(self._account, user_id, "requested"):
                    yield ticket, True

    def _unredacted(self, ticket_id: int, user_ids: Sequence[int]) -> Iterator[dict[str, Any]]:
        try:
            for page in self._account.pages(f"tickets/{ticket_id}/comments.json"):
                for comment in listed(page, "comments"):
                    if comment.get("author_id") in user_ids and not _is_empty(comment):
                        yield comment
        except NotFoundError:
            return

    def _redact(self, ticket_id: int, comment: Mapping[str, Any]) -> None:
        comment_id = comment["id"]
        body = {"ticket_id": ticket_id, "html_body": mark_all(comment.get("html_body") or comment.get("body") or "")}
        # zenpy only has the older redaction, which cannot reach closed tickets and goes word by word.
        self._account.put(f"comment_redactions/{comment_id}.json", body)
        for attachment in _attachments(comment):
            self._redact_attachment(ticket_id, comment_id, attachment["id"])

    def _redact_attachment(self, ticket_id: int, comment_id: int, attachment_id: int) -> None:
        zenpy = self._account.zenpy
        self._account.call(lambda: zenpy.attachments.redact(ticket_id, comment_id, attachment_id))

    def _erase_subject(self, ticket_id: int) -> set[str]:
        try:
            ticket = Ticket(id=ticket_id, subject=ERASED_SUBJECT)
            self._account.call(lambda: self._account.zenpy.tickets.update(ticket))
        except BadRecordError:
            return {"subject_of_closed_ticket"}
        return set()


def _attachments(comment: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    # Zendesk leaves an empty file of this name in place of a redacted one.
    return [a for a in comment.get("attachments") or [] if a.get("file_name") != "redacted.txt"]


def _is_empty(comment: Mapping[str, Any]) -> bool:
    text = comment.get("plain_body")
    return is_redacted(text if text is not None else comment.get("body")) and not _attachments(comment)
