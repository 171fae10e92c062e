"""The source: streams in the order of SystemModstamp, resumable after every page."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from simple_salesforce.format import quote_soql_value

from hub.contract import AuthError, Batch, ConfigError, Context, Partition, PartitionPlan, RawRecord, TransientError
from hub_salesforce.collection import portions
from hub_salesforce.config import SalesforceConfig
from hub_salesforce.org import Org
from hub_salesforce.party import Parties
from hub_salesforce.plan import PLANS, Plan, find_plan, refined, selected
from hub_salesforce.position import Position, checked_id, is_id, parse_time, soql_time, whole_ms
from hub_salesforce.refusal import RefusedError
from hub_salesforce.span import Cutting, Span, cut
from hub_salesforce.trace import IDS_A_QUERY


class SalesforceSource:
    """This reads streams, the recycle bin included, with one query a page.

    Args:
        config: the connection's settings.
        org: where to read.
        context: what the hub gives.
    """

    def __init__(self, config: SalesforceConfig, org: Org, context: Context) -> None:
        self._config = config
        self._org = org
        self._now = context.now
        self._vendor_time = context.vendor_time
        self._parties = Parties(config, org, _unreadable)

    def consent_streams(self) -> tuple[str, ...]:
        """These streams hold the org's consent objects."""
        return tuple(plan.stream.name for plan in PLANS if plan.stream.consent)

    def read(self, stream: str, cursor: str | None) -> Iterator[Batch]:
        """This yields one batch a page, oldest change first.

        Raises AuthError, ThrottledError, TransientError; ConfigError where the org lacks a field or the cursor is foreign.
        """
        plan = find_plan(stream)
        start = Position.parse(cursor) if cursor else None
        position, began = start, self._now()
        for batch, reached in self._walk(plan, start):
            position = reached
            yield batch
        settled = self._settled(start, position, self._vendor_time(began))
        if settled is not None and settled != position:
            yield Batch((), settled.cursor())

    def read_range(self, stream: str, start: datetime, end: datetime, cursor: str | None = None) -> Iterator[Batch]:
        """This yields the rows whose SystemModstamp lies in [``start``, ``end``): see ``hub.contract.Ranged``.

        Raises as ``read`` does.
        """
        position = Position.parse(cursor) if cursor else Position(whole_ms(start))
        return (batch for batch, _ in self._walk(find_plan(stream), position, whole_ms(end)))

    def partitions(self, stream: str, at_most: int) -> PartitionPlan:
        """This cuts a stream by SystemModstamp, with one count a cut; a part that fits into one page is not cut further.

        Raises as ``read`` does.
        """
        plan = find_plan(stream)
        began = self._now().replace(microsecond=0)
        try:
            spans = cut(self._org, plan.sobject, Cutting(at_most, self._config.page_size, began))
        except RefusedError as refused:
            raise _unreadable(plan.sobject, refused) from None
        behind = Position(
            self._vendor_time(began).replace(microsecond=0) - timedelta(seconds=self._config.settle_seconds)
        )
        return PartitionPlan(tuple(span.partition() for span in spans), behind.cursor())

    def read_partition(self, stream: str, partition: Partition, cursor: str | None = None) -> Iterator[Batch]:
        """This yields one part: see ``hub.contract.Partitioned``; raises as ``read`` does."""
        span = Span.parse(partition)
        first = Position(span.start) if span.start else None
        position = Position.parse(cursor) if cursor else first
        return (batch for batch, _ in self._walk(find_plan(stream), position, span.end))

    def fetch(self, stream: str, keys: Sequence[str]) -> Iterator[Batch]:
        """This yields rows by Id, the recycle bin's and the vanished ones as deleted; raises as ``read`` does."""
        plan = find_plan(stream)
        fields = ", ".join(selected(plan, self._config))
        for portion in portions(list(dict.fromkeys(keys)), IDS_A_QUERY):
            asked = [key for key in portion if is_id(key)]
            soql = f"SELECT {fields} FROM {plan.sobject} WHERE Id IN {quote_soql_value(asked)}"  # noqa: S608 - field names are checked by the settings model, ids are quoted by simple-salesforce
            found = {row["Id"][:15]: row for row in self._whole(plan, soql)} if asked else {}
            rows = {key: {**row, "Id": key} for key in asked if (row := found.get(key[:15]))}
            gone = [
                RawRecord(stream, key, "gone", {"Id": key, "IsDeleted": True}, deleted=True)
                for key in portion
                if key not in rows
            ]
            yield Batch((*self._records(plan, list(rows.values())), *gone), None)

    def _walk(
        self, plan: Plan, position: Position | None, end: datetime | None = None
    ) -> Iterator[tuple[Batch, Position | None]]:
        """Page after page, each with the position behind it."""
        for rows in self._pages(plan, position, end):
            if rows:
                position = _advance(position, rows)
                yield Batch(self._records(plan, rows), position.cursor() if position else None), position

    def _pages(self, plan: Plan, position: Position | None, end: datetime | None) -> Iterator[list[Any]]:
        while True:
            count = 0
            for rows in self._query(plan, position, end):
                count += len(rows)
                position = _advance(position, rows)
                yield rows
            if count < self._config.page_size:
                return

    def _query(self, plan: Plan, position: Position | None, end: datetime | None) -> Iterator[list[Any]]:
        fields = ", ".join(selected(plan, self._config))
        conditions = [position.condition()] if position else []
        conditions += [f"SystemModstamp < {soql_time(end)}"] if end else []
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        order = "ORDER BY SystemModstamp ASC, Id ASC"
        soql = f"SELECT {fields} FROM {plan.sobject}{where} {order} LIMIT {self._config.page_size}"  # noqa: S608 - field names are checked by the settings model, the position by its own parser
        return self._ask(plan, soql)

    def _ask(self, plan: Plan, soql: str) -> Iterator[list[Any]]:
        try:
            yield from self._org.pages(soql, deleted=True)
        except RefusedError as refused:
            raise _unreadable(plan.sobject, refused) from None

    def _whole(self, plan: Plan, soql: str) -> list[dict[str, Any]]:
        try:
            return self._org.identified(soql, deleted=True)
        except RefusedError as refused:
            raise _unreadable(plan.sobject, refused) from None

    def _records(self, plan: Plan, rows: Sequence[Any]) -> tuple[RawRecord, ...]:
        people = {
            row["Id"]: refined(row) for row in rows if plan.party and _place(row) and row.get("IsDeleted") is not True
        }
        if plan.party:
            self._parties.name(plan.party, list(people.values()))
        records = []
        for row in rows:
            if _place(row) is None:
                records.append(_flawed(plan.stream.name, row))
                continue
            deleted = row.get("IsDeleted") is True
            data = {"Id": row["Id"], "IsDeleted": True} if deleted else people.get(row["Id"]) or refined(row)
            records.append(RawRecord(plan.stream.name, row["Id"], row["SystemModstamp"], data, deleted))
        return tuple(records)

    def _settled(self, start: Position | None, end: Position | None, began: datetime) -> Position | None:
        """Where the next read begins: behind the last row, or a little before it where rows may still appear."""
        settle = timedelta(seconds=self._config.settle_seconds)
        horizon = Position(began.replace(microsecond=0) - settle)
        if end is None or end == start or not horizon < end or end.stamp > began + settle:
            return end
        return max(horizon, start) if start else horizon


def _place(row: Any) -> Position | None:
    """Where a row stands in its stream; None where it has no Id or SystemModstamp to tell by."""
    try:
        return Position(parse_time(row["SystemModstamp"]), checked_id(row["Id"]))
    except (KeyError, ValueError, TypeError):
        return None


def _flawed(stream: str, row: Any) -> RawRecord:
    """A row without a place; under its own Id, where it has one, so that it can be asked for again."""
    flawed = RawRecord.unreadable(stream, row)
    try:
        return replace(flawed, key=checked_id(row["Id"]), flaw="record.no_time")
    except (KeyError, ValueError, TypeError):
        return flawed


def _advance(position: Position | None, rows: Sequence[Any]) -> Position | None:
    """The place of the last readable row. A row after it that cannot be read is asked for, and named, once more."""
    last = next((place for row in reversed(rows) if (place := _place(row))), None)
    if last is None:
        return position
    # Only what must hold whatever the order of Ids is: a page that goes back, or stands still, would never end.
    if position is not None and (last == position or last.stamp < position.stamp):
        raise TransientError("Salesforce's pages do not advance.")
    return last


def _unreadable(sobject: str, refused: RefusedError) -> AuthError | ConfigError:
    if refused.status == 403:
        return AuthError(
            f"the Salesforce user may not read {sobject} ({refused.code}).", fix="Grant it in a permission set."
        )
    leads = " An org without Leads says 'leads: false'." if sobject == "Lead" else ""
    return ConfigError(
        f"Salesforce refused a query of {sobject} ({refused.code}).",
        fix=f"Check that the org has the object and every field named in the connection's settings.{leads}",
    )
