"""Reading users, tickets and satisfaction ratings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hub.contract import Batch, ConfigError, RawRecord
from hub_zendesk.account import Account, rows_of
from hub_zendesk.answers import NotFoundError
from hub_zendesk.conversation import party, people_by_id, read_comments
from hub_zendesk.export import SETTLING, export_pages, ticket_page, user_page
from hub_zendesk.recent import Recent


@dataclass(frozen=True, slots=True)
class RatingCursor:
    """Where a read of ratings stands.

    Args:
        since: epoch seconds of the oldest change wanted.
        began: epoch seconds when this pass over the listing began; the next pass starts there.
        after: Zendesk's cursor within this pass, empty at its beginning.
    """

    since: int
    began: int
    after: str = ""

    def __str__(self) -> str:
        return f"{self.since}|{self.began}|{self.after}"

    @classmethod
    def parse(cls, text: str) -> "RatingCursor":
        """This reads a cursor back; raises ConfigError for text that is none."""
        since, _, rest = text.partition("|")
        began, _, after = rest.partition("|")
        if not (since.isdecimal() and began.isdecimal()):
            raise ConfigError("zendesk: the saved cursor of satisfaction_ratings is unreadable.", fix="Reset it.")
        return cls(int(since), int(began), after)


class ZendeskSource:
    """This reads the account's streams.

    Args:
        account: where to read.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def read(self, stream: str, cursor: str | None) -> Iterator[Batch]:
        """This yields batches from ``cursor`` on, one a page; see ``hub.contract.Source.read``."""
        readers = {"users": self._users, "tickets": self._tickets, "satisfaction_ratings": self._ratings}
        if stream not in readers:
            raise ConfigError(f"zendesk: there is no stream {stream!r}.", fix=f"Use one of {', '.join(readers)}.")
        return readers[stream](cursor)

    def consent_streams(self) -> Sequence[str]:
        """This names ``users``: consent rests in user fields."""
        return ("users",)

    def _users(self, cursor: str | None) -> Iterator[Batch]:
        seen = Recent()
        for page in export_pages(self._account, user_page, cursor):
            fresh = [user for user in page.records if seen.add((_id(user), _version(user, "updated_at")))]
            yield Batch(tuple(_user(user) for user in fresh), page.cursor)

    def _tickets(self, cursor: str | None) -> Iterator[Batch]:
        seen = Recent()
        for page in export_pages(self._account, ticket_page, cursor):
            people = people_by_id(page.users)
            fresh = [ticket for ticket in page.records if seen.add((_id(ticket), _ticket_version(ticket)))]
            yield Batch(tuple(self._ticket(ticket, people) for ticket in fresh), page.cursor)

    def _ticket(self, ticket: Any, people: dict[int, Any]) -> RawRecord:
        if _id(ticket) is None:
            return RawRecord.unreadable("tickets", ticket)
        key, version = str(ticket["id"]), _ticket_version(ticket)
        if ticket.get("status") == "deleted":
            return RawRecord("tickets", key, version, {"id": ticket["id"], "status": "deleted"}, deleted=True)
        try:
            comments = read_comments(self._account, ticket["id"])
        except NotFoundError:
            # Deleted for good between the export and now.
            return RawRecord("tickets", key, f"{version}-gone", {"id": ticket["id"], "status": "deleted"}, deleted=True)
        data = {**ticket, "requester": party(ticket.get("requester_id"), people), "comments": comments}
        return RawRecord("tickets", key, version, data)

    def _ratings(self, cursor: str | None) -> Iterator[Batch]:
        at = RatingCursor.parse(cursor) if cursor else RatingCursor(self._start(), self._now())
        at = at if at.after else RatingCursor(at.since, self._now())
        params: dict[str, Any] = {"start_time": at.since, **({"page[after]": at.after} if at.after else {})}
        for page in self._account.pages("satisfaction_ratings.json", params):
            records = tuple(_rating(rating) for rating in rows_of(page, "satisfaction_ratings"))
            meta = page["meta"]
            more = bool(meta.get("has_more")) and meta.get("after_cursor")
            at = RatingCursor(at.since, at.began, str(more)) if more else RatingCursor(at.began, at.began)
            yield Batch(records, str(at))

    def _start(self) -> int:
        return int(self._account.config.start_time.timestamp())

    def _now(self) -> int:
        # Twice the settling time: what was rated while the last pass ran is read again rather than lost.
        return int((self._account.context.now() - 2 * SETTLING - timedelta(seconds=1)).timestamp())


def _id(record: Any) -> int | None:
    value = record.get("id") if isinstance(record, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _version(record: Any, *names: str) -> str:
    known = record if isinstance(record, dict) else {}
    return str(next((known[name] for name in names if known.get(name) is not None), None))


def _ticket_version(ticket: Any) -> str:
    # updated_at does not move with changes that the system makes; generated_timestamp does.
    return _version(ticket, "generated_timestamp", "updated_at")


def _user(user: Any) -> RawRecord:
    if _id(user) is None:
        return RawRecord.unreadable("users", user)
    gone = user.get("active") is False
    data = {"id": user["id"], "active": False} if gone else user
    return RawRecord("users", str(user["id"]), _version(user, "updated_at"), data, deleted=gone)


def _rating(rating: Any) -> RawRecord:
    if _id(rating) is None:
        return RawRecord.unreadable("satisfaction_ratings", rating)
    return RawRecord("satisfaction_ratings", str(rating["id"]), _version(rating, "updated_at", "created_at"), rating)
