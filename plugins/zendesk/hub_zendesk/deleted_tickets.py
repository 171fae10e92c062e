"""A person's tickets that were deleted softly: Zendesk keeps them, with every word, for another thirty days."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.contract import TransientError
from hub_zendesk.account import Account, listed
from hub_zendesk.export import SETTLING, at_time, export_pages, ticket_page

_SKEW = timedelta(minutes=1)
"""How far Zendesk's clock and ours may be apart."""


@dataclass(frozen=True, slots=True)
class Found:
    """Ids of the person's deleted tickets; ``unsure`` where some ticket was deleted too lately to tell whose it is."""

    ids: tuple[int, ...]
    unsure: bool


class DeletedTickets:
    """The account's bin.

    A deleted ticket is in no listing of its requester, and the bin does not say who asked for it: only the incremental
    export does. So it is read, from the oldest of the deletions on, where there is anything in the bin.

    Args:
        account: where they are.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def find(self, user_ids: Collection[int]) -> Found:
        """This finds the deleted tickets that these users requested."""
        bin_ = {row["id"]: _deleted_at(row) for row in self._rows()} if user_ids else {}
        if not bin_:
            return Found((), False)
        owners = self._owners(bin_, min(bin_.values()))
        lately = self._account.context.vendor_time(self._account.context.now()) - SETTLING - _SKEW
        unsure = any(at > lately for ticket, at in bin_.items() if ticket not in owners)
        return Found(tuple(ticket for ticket, owner in sorted(owners.items()) if owner in user_ids), unsure)

    def _rows(self) -> Iterator[dict[str, Any]]:
        for page in self._account.pages("deleted_tickets.json"):
            yield from listed(page, "deleted_tickets")

    def _owners(self, bin_: Collection[int], since: datetime) -> dict[int, int | None]:
        pages = export_pages(self._account, ticket_page, at_time((since - _SKEW).timestamp()))
        changed = (ticket for page in pages for ticket in page.records)
        return {t["id"]: t.get("requester_id") for t in changed if t["id"] in bin_ and t.get("status") == "deleted"}


def _deleted_at(row: dict[str, Any]) -> datetime:
    try:
        at = datetime.fromisoformat(row["deleted_at"])
    except (KeyError, TypeError, ValueError):
        raise TransientError("zendesk: a deleted ticket does not say when it was deleted.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
