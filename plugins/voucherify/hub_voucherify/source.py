"""Reads customers, members of the loyalty program, and what moved their points."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from hub.contract import Batch, ConfigError, Partition, PartitionPlan, RawRecord, TransientError
from hub_voucherify.client import VoucherifyClient, segment, somebody_else
from hub_voucherify.mark import Mark, Marks, parse_time, whole_ms
from hub_voucherify.paging import Fetch, Question, Row, TimeWalk
from hub_voucherify.span import Span, cut

T = TypeVar("T")

SKEW = timedelta(minutes=1)
"""By how much an answer's date may be wrong about the vendor's clock."""


class VoucherifySource:
    """A reader of the three streams.

    ``customers`` and ``members`` are read twice: new ones in the order of creation, then changed ones in the order of
    change. ``activities`` is the program's ledger in the order of its ids. Deleted records are in no
    list: only ``fetch`` tells of them.

    Args:
        client: how to call the vendor.
    """

    def __init__(self, client: VoucherifyClient) -> None:
        self._client = client
        self._flawed: list[RawRecord] = []

    def read(self, stream: str, cursor: str | None) -> Iterator[Batch]:
        """This yields batches as ``hub.contract.Source`` asks; raises ConfigError for an unknown stream."""
        if stream == "activities":
            return self._ledger(cursor)
        return self._listed(stream, cursor)

    def read_range(self, stream: str, start: datetime, end: datetime, cursor: str | None = None) -> Iterator[Batch]:
        """This yields customers or members that changed last in [``start``, ``end``); created counts as changed.

        Raises as ``read`` does, and ConfigError for a stream that the vendor does not filter by time.
        """
        start, end = whole_ms(start), whole_ms(end)
        first = Marks.load(cursor) if cursor else Marks(Mark(start), Mark(start))
        for rows, marks in self._walk(_timed(stream), first, end):
            inside = [row for row in rows if start <= parse_time(_version_of(row)) < end]
            yield self._batch(stream, inside, marks.dump())

    def partitions(self, stream: str, at_most: int) -> PartitionPlan:
        """This cuts customers or members by the time of their creation, which never moves, with one call."""
        fetch = self._fetch(_timed(stream))
        began = self._client.context.now()
        rows, _ = fetch(Question("created_at", None, None, 1))
        began = self._client.context.vendor_time(began)
        marks = Marks(Mark(began - SKEW), Mark(began - SKEW))
        times = [parse_time(row["created_at"]) for row in rows if row.get("created_at")]
        spans = cut(times[0], began, at_most) if times else []
        return PartitionPlan(tuple(span.partition() for span in spans), marks.dump())

    def read_partition(self, stream: str, partition: Partition, cursor: str | None = None) -> Iterator[Batch]:
        """This yields customers or members of one span of creation; raises as ``read`` does."""
        span, fetch = Span.parse(partition), self._fetch(_timed(stream))
        first = Marks.load(cursor).created if cursor else Mark(span.start)
        for rows, mark in TimeWalk(fetch, "created_at", span.end).steps(first):
            yield self._batch(stream, rows, Marks(mark, Mark()).dump())

    def fetch(self, stream: str, keys: Sequence[str]) -> Iterator[Batch]:
        """This yields single records by id, one call each; raises as ``read`` does."""
        finders = {"customers": self._customer, "members": self._member, "activities": self._activity}
        find = _pick(finders, stream)
        for key in dict.fromkeys(keys):
            row = find(key)
            yield Batch((_gone(stream, key) if row is None else self._record(stream, row),), None)

    def _listed(self, stream: str, cursor: str | None) -> Iterator[Batch]:
        began = self._client.context.now()
        marks = Marks.load(cursor) if cursor else self._beginning(stream)
        for rows, reached in self._walk(_timed(stream), marks):
            marks = reached
            yield self._batch(stream, rows, marks.dump())
        settled = marks.settled(
            self._client.context.vendor_time(began) - timedelta(seconds=self._client.config.reread_seconds)
        )
        if settled != marks or self._flawed:
            yield self._batch(stream, [], settled.dump())

    def _beginning(self, stream: str) -> Marks:
        """Everything new, and what changes from now on: by the vendor's clock, which one call shows."""
        began = self._client.context.now()
        self._fetch(_timed(stream))(Question("created_at", None, None, 1))
        self._flawed = []  # the read itself tells of them
        return Marks(Mark(), Mark(self._client.context.vendor_time(began) - SKEW))

    def _batch(self, stream: str, rows: Sequence[Row], cursor: str) -> Batch:
        """A batch of what can be read, and of what was set aside on the way to it."""
        return Batch((*(self._record(stream, row) for row in rows), *self._told_flaws()), cursor)

    def _walk(self, stream: str, marks: Marks, end: datetime | None = None) -> Iterator[tuple[list[Row], Marks]]:
        """New records in the order of creation, then changed ones in the order of change, none of them twice."""
        fetch, start, told = self._fetch(stream), marks.updated.at, set()
        for rows, created in TimeWalk(fetch, "created_at", end).steps(marks.created):
            marks = replace(marks, created=created)
            told |= {_seen(row) for row in rows if start and parse_time(_version_of(row)) >= start}
            yield rows, marks
        for rows, updated in TimeWalk(fetch, "updated_at", end).steps(marks.updated):
            marks = replace(marks, updated=updated)
            yield [row for row in rows if _seen(row) not in told], marks

    def _fetch(self, stream: str) -> Fetch:
        return self._customers if stream == "customers" else self._members

    def _record(self, stream: str, row: Row) -> RawRecord:
        if stream == "activities":
            return _entry(row)
        complete = self._with_tiers(row) if stream == "members" else row
        return RawRecord(stream, str(row["id"]), _version_of(row), complete)

    def _customers(self, asked: Question) -> tuple[list[Row], bool]:
        params = self._params(asked) | ({"starting_after": asked.after} if asked.after else {})
        return self._list("/v1/customers", params, "customers", "customers")

    def _members(self, asked: Question) -> tuple[list[Row], bool]:
        params = self._params(asked) | ({f"{asked.order}[after]": asked.after} if asked.after else {})
        return self._list(f"{self._client.campaign}/members", params, "vouchers", "members")

    def _params(self, asked: Question) -> dict[str, Any]:
        params = {"limit": self._client.config.page_size, "order": asked.order, "page": asked.page}
        return params | ({f"{asked.order}[before]": asked.before} if asked.before else {})

    def _list(self, path: str, params: Mapping[str, Any], name: str, stream: str) -> tuple[list[Row], bool]:
        body = self._client.read(path, params)
        rows = _rows_of(body, name)
        # A row without id or with a time that is none cannot be walked past by time: it is set aside and told of once.
        known = {record.key for record in self._flawed}
        flawed = (RawRecord.unreadable(stream, row, reason) for row in rows if (reason := _flaw_of(row)))
        self._flawed += [record for record in flawed if record.key not in known]
        sound = [row for row in rows if not _flaw_of(row)]
        if self._flawed and not sound:
            raise TransientError("Voucherify's answer has no record that can be read.")
        return sound, self._goes_on(body, rows)

    def _goes_on(self, body: Mapping[str, Any], rows: Sequence[Any]) -> bool:
        """Whether there are more rows; where the vendor does not say so, a full page says that there may be."""
        more = body.get("has_more")
        return more if isinstance(more, bool) else len(rows) >= self._client.config.page_size

    def _customer(self, key: str) -> Row | None:
        found = self._client.customer(key)
        # The vendor finds customers by their source id as well; the hub's keys are ids.
        return found if found is not None and found["id"] == key else None

    def _member(self, key: str) -> Row | None:
        params = {"limit": 1, "page": 1, "ids": key}
        rows = _rows_of(self._client.read(f"{self._client.campaign}/members", params), "vouchers")
        return _only(rows, key)

    def _activity(self, key: str) -> Row | None:
        params = {"limit": 1, "filters[id][conditions][$is]": key}
        rows = _rows_of(self._client.read(f"{self._client.campaign}/transactions", params), "data")
        return _only(rows, key)

    def _with_tiers(self, member: Row) -> Row:
        if not self._client.config.tiers or not member.get("code"):
            return member
        body = self._client.find(f"/v1/loyalties/members/{segment(str(member['code']))}/tiers")
        known = (tier for tier in _rows_of(body, "data") if isinstance(tier, dict)) if body is not None else ()
        tiers = [{"id": tier.get("id"), "name": tier.get("name")} for tier in known]
        return {**member, "tiers": tiers}

    def _ledger(self, cursor: str | None) -> Iterator[Batch]:
        settled, began = cursor or "", self._client.context.now()
        reread = timedelta(seconds=self._client.config.reread_seconds)
        path, more = f"{self._client.campaign}/transactions", True
        seen: set[str] = set()
        while more:
            params = {"limit": self._client.config.page_size, "order": "id"}
            body = self._client.read(path, params | ({"starting_after_id": cursor} if cursor else {}))
            rows = _rows_of(body, "data")
            more = self._goes_on(body, rows)
            if more and not rows:
                raise TransientError("Voucherify's ledger does not go on.")
            if not rows:
                break
            records = tuple(_entry(row) for row in rows)
            last = next((record.key for record in reversed(records) if not record.flaw), cursor)
            if more and (last is None or last in seen or last == cursor):
                raise TransientError("Voucherify's ledger does not go on.")
            cursor = last
            seen.add(str(last))
            horizon = self._client.context.vendor_time(began) - reread
            sound = [row for row, record in zip(rows, records, strict=True) if not record.flaw]
            settled = next((str(row["id"]) for row in reversed(sound) if _booked(row) <= horizon), settled)
            yield Batch(records, cursor)
        if settled != (cursor or ""):
            # An entry may appear behind others that were booked after it.
            yield Batch((), settled)

    def _told_flaws(self) -> tuple[RawRecord, ...]:
        told, self._flawed = tuple(self._flawed), []
        return told


def _rows_of(body: Mapping[str, Any], name: str) -> list[Any]:
    rows = body.get(name)
    if isinstance(rows, list):
        return rows
    raise TransientError(f"Voucherify's answer has no list {name!r}.")


def _only(rows: Sequence[Any], key: str) -> Row | None:
    """The row that was asked for, None where the vendor has none; raises TransientError for others in its place."""
    found = next((row for row in rows if isinstance(row, dict) and row.get("id") == key), None)
    if rows and found is None:
        raise somebody_else()
    return found


def _flaw_of(row: Any) -> str | None:
    if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not row["id"]:
        return "record.no_id"
    # A record may never have been changed; one that was never created is in no order of time, and would not be read.
    times = row.get("created_at") is not None and all(_is_time(row.get(name)) for name in ("created_at", "updated_at"))
    return None if times else "record.no_time"


def _is_time(value: Any) -> bool:
    try:
        return value is None or bool(parse_time(value))
    except TransientError:
        return False


def _entry(row: Any) -> RawRecord:
    """Ledger entries never change: there is one version of each."""
    if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not row["id"]:
        return RawRecord.unreadable("activities", row)
    return RawRecord("activities", row["id"], "1", row)


def _version_of(row: Row) -> str:
    return str(row.get("updated_at") or row.get("created_at") or "")


def _seen(row: Row) -> tuple[str, str]:
    return str(row["id"]), _version_of(row)


def _booked(row: Row) -> datetime:
    """When an entry was booked; one that does not say so settles nothing."""
    created = row.get("created_at")
    return parse_time(created) if created is not None and _is_time(created) else datetime.max.replace(tzinfo=UTC)


def _gone(stream: str, key: str) -> RawRecord:
    return RawRecord(stream, key, "gone", {"id": key}, deleted=True)


def _timed(stream: str) -> str:
    """A stream that the vendor orders and filters by time."""
    return _pick({"customers": "customers", "members": "members"}, stream)


def _pick(known: Mapping[str, T], stream: str) -> T:
    if stream not in known:
        raise ConfigError(
            f"connector 'voucherify' has no stream {stream!r} that can be read so.",
            fix="See `hub plugins show voucherify`.",
        )
    return known[stream]
