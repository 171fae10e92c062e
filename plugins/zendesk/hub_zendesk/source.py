"""Reading users, tickets and satisfaction ratings."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from hub.contract import BadRecordError, Batch, ConfigError, Partition, PartitionPlan, RawRecord
from hub_zendesk.account import Account, rows_of
from hub_zendesk.answers import NotFoundError
from hub_zendesk.conversation import party, people_by_id, read_comments
from hub_zendesk.export import SETTLING, at_time, export_pages, position, ticket_page, user_page
from hub_zendesk.recent import Recent
from hub_zendesk.single import gone, show_many, show_ratings, stamped
from hub_zendesk.span import Span, cut

STREAMS = ("users", "tickets", "satisfaction_ratings")


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
        if _known(stream) == "satisfaction_ratings":
            return self._ratings(cursor)
        return self._exported(stream, cursor, Span())

    def read_range(self, stream: str, start: datetime, end: datetime, cursor: str | None = None) -> Iterator[Batch]:
        """This yields what changed last in [``start``, ``end``); see ``hub.contract.Ranged``."""
        span = Span.between(start, end)
        if _known(stream) == "satisfaction_ratings":
            return self._ratings_of(span, cursor)
        return self._exported(stream, cursor or at_time(start.timestamp()), span)

    def partitions(self, stream: str, at_most: int) -> PartitionPlan:
        """This cuts the tickets by time, with one call; see ``hub.contract.Partitioned``.

        Reading tickets in parts pays because each takes a call of its own for its comments.
        """
        if _known(stream) != "tickets":
            raise ConfigError(f"zendesk: the stream {stream!r} cannot be cut.", fix="Read it as a whole.")
        began = self._account.context.now()
        page = ticket_page(self._account, position(self._account, None))
        behind = self._behind(began)
        stamps = [stamp for ticket in page.records if (stamp := _stamp(stream, ticket)) is not None]
        spans = cut(min(stamps), behind, at_most) if stamps else []
        return PartitionPlan(tuple(span.partition() for span in spans), at_time(behind))

    def read_partition(self, stream: str, partition: Partition, cursor: str | None = None) -> Iterator[Batch]:
        """This yields one part of the tickets; see ``hub.contract.Partitioned``."""
        span = Span.parse(partition)
        start = None if span.start is None else at_time(span.start)
        return self._exported(_known(stream), cursor or start, span)

    def fetch(self, stream: str, keys: Sequence[str]) -> Iterator[Batch]:
        """This yields single records; see ``hub.contract.Fetcher``."""
        wanted = list(dict.fromkeys(keys))
        if _known(stream) == "satisfaction_ratings":
            found = show_ratings(self._account, wanted)
        else:
            found = show_many(self._account, stream, wanted)
        for asked, rows, body in found:
            people = people_by_id(body.get("users") or []) if stream == "tickets" else {}
            yield Batch(tuple(self._single(stream, key, rows.get(key), people) for key in asked), None)

    def _single(self, stream: str, key: str, row: dict[str, Any] | None, people: dict[int, Any]) -> RawRecord:
        if row is None:
            return gone(stream, key)
        if stream == "tickets":
            return self._ticket(stamped(row), people)
        return _user(row) if stream == "users" else _rating(row)

    def consent_streams(self) -> Sequence[str]:
        """This names ``users``: consent rests in user fields."""
        return ("users",)

    def _exported(self, stream: str, cursor: str | None, span: Span) -> Iterator[Batch]:
        """The pages of an export, as far as they lie in a span; exports go by the time of change."""
        seen = Recent()
        for page in export_pages(self._account, ticket_page if stream == "tickets" else user_page, cursor):
            people = people_by_id(page.users)
            # Without bounds nothing is asked of a record's time, because nothing depends on it.
            inside = [row for row in page.records if span == Span() or _is_in(span, stream, row)]
            fresh = [row for row in inside if _id(row) is None or seen.add((_id(row), _version_of(stream, row)))]
            make = partial(self._ticket, people=people) if stream == "tickets" else _user
            yield Batch(tuple(make(row) for row in fresh), page.cursor)
            stamps = [_stamp(stream, row) for row in page.records] if span.end is not None else []
            if any(stamp is not None and span.is_over(stamp) for stamp in stamps):
                return

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
        except BadRecordError as error:
            return RawRecord("tickets", key, version, {}, flaw=error.reason)  # one ticket must not hold up all others
        data = {**ticket, "requester": party(ticket.get("requester_id"), people), "comments": comments}
        return RawRecord("tickets", key, version, data)

    def _ratings(self, cursor: str | None) -> Iterator[Batch]:
        at = RatingCursor.parse(cursor) if cursor else RatingCursor(self._start(), 0)
        is_new, began = not at.after, self._account.context.now()
        params: dict[str, Any] = {"start_time": at.since, **({"page[after]": at.after} if at.after else {})}
        for page in self._account.pages("satisfaction_ratings.json", params):
            at = RatingCursor(at.since, self._behind(began)) if is_new else at
            is_new = False
            records = tuple(_rating(rating) for rating in rows_of(page, "satisfaction_ratings"))
            meta = page["meta"]
            more = bool(meta.get("has_more")) and meta.get("after_cursor")
            at = RatingCursor(at.since, at.began, str(more)) if more else RatingCursor(at.began, at.began)
            yield Batch(records, str(at))

    def _ratings_of(self, span: Span, cursor: str | None) -> Iterator[Batch]:
        start, end = math.floor(span.start or 0), math.ceil(span.end or 0)
        at = RatingCursor.parse(cursor) if cursor else RatingCursor(start, end)
        params: dict[str, Any] = {"start_time": start, "end_time": end}
        for page in self._account.pages(
            "satisfaction_ratings.json", params | ({"page[after]": at.after} if at.after else {})
        ):
            rows = rows_of(page, "satisfaction_ratings")
            # Which of the two ends Zendesk counts in, it does not say.
            yield Batch(tuple(_rating(row) for row in rows if _is_in(span, "satisfaction_ratings", row)), str(at))
            at = RatingCursor(start, end, str((page.get("meta") or {}).get("after_cursor") or ""))

    def _start(self) -> int:
        return int(self._account.config.start_time.timestamp())

    def _behind(self, began: datetime) -> int:
        """Where the next pass begins after one that began then; known once Zendesk has shown its clock."""
        # Twice the settling time: what was rated while the last pass ran is read again rather than lost.
        return int((self._account.context.vendor_time(began) - 2 * SETTLING - timedelta(seconds=1)).timestamp())


def _known(stream: str) -> str:
    if stream not in STREAMS:
        raise ConfigError(f"zendesk: there is no stream {stream!r}.", fix=f"Use one of {', '.join(STREAMS)}.")
    return stream


def _is_in(span: Span, stream: str, row: Any) -> bool:
    """A record that does not say when it was changed belongs everywhere: it is told of rather than lost."""
    stamp = _stamp(stream, row)
    return stamp is None or span.holds(stamp)


def _stamp(stream: str, row: Any) -> float | None:
    """When a record changed last, as the vendor orders its exports; None where it does not say."""
    known = row if isinstance(row, dict) else {}
    stamp = known.get("generated_timestamp") if stream == "tickets" else None
    if isinstance(stamp, int | float):
        return stamp
    try:
        return datetime.fromisoformat(str(known.get("updated_at") or known.get("created_at"))).timestamp()
    except ValueError:
        return None


def _version_of(stream: str, row: Any) -> str:
    return _ticket_version(row) if stream == "tickets" else _version(row, "updated_at")


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
