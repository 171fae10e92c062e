"""The source: streams in the order of SystemModstamp, resumable after every page."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from simple_salesforce.format import quote_soql_value

from hub.contract import AuthError, Batch, ConfigError, RawRecord, TransientError
from hub_salesforce.config import SalesforceConfig
from hub_salesforce.org import Org
from hub_salesforce.plan import PLANS, Plan, find_plan, refined, selected
from hub_salesforce.position import Position, checked_id, parse_time
from hub_salesforce.refusal import RefusedError
from hub_salesforce.trace import IDS_A_QUERY


class SalesforceSource:
    """This reads streams, the recycle bin included, with one query a page.

    Args:
        config: the connection's settings.
        org: where to read.
        now: the hub's clock.
    """

    def __init__(self, config: SalesforceConfig, org: Org, now: Callable[[], datetime]) -> None:
        self._config = config
        self._org = org
        self._now = now

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
        for rows in self._pages(plan, position):
            if not rows:
                continue
            position = _advance(position, rows)
            yield Batch(self._records(plan, rows), position.cursor() if position else None)
        settled = self._settled(start, position, began)
        if settled is not None and settled != position:
            yield Batch((), settled.cursor())

    def _pages(self, plan: Plan, position: Position | None) -> Iterator[list[Any]]:
        while True:
            count = 0
            for rows in self._query(plan, position):
                count += len(rows)
                position = _advance(position, rows)
                yield rows
            if count < self._config.page_size:
                return

    def _query(self, plan: Plan, position: Position | None) -> Iterator[list[Any]]:
        fields = ", ".join(selected(plan, self._config))
        where = f" WHERE {position.condition()}" if position else ""
        order = "ORDER BY SystemModstamp ASC, Id ASC"
        soql = f"SELECT {fields} FROM {plan.sobject}{where} {order} LIMIT {self._config.page_size}"  # noqa: S608 - field names are checked by the settings model, the position by its own parser
        try:
            yield from self._org.pages(soql, deleted=True)
        except RefusedError as refused:
            raise _unreadable(plan, refused) from None

    def _records(self, plan: Plan, rows: Sequence[Any]) -> tuple[RawRecord, ...]:
        contacts = self._contacts(plan, [row for row in rows if _place(row)]) if plan.party else {}
        records = []
        for row in rows:
            if _place(row) is None:
                records.append(RawRecord.unreadable(plan.stream.name, row))
                continue
            deleted = row.get("IsDeleted") is True
            data = {"Id": row["Id"], "IsDeleted": True} if deleted else refined(row)
            if plan.party and not deleted:
                data["Contacts"] = contacts.get(str(row.get(plan.party)), [])
            records.append(RawRecord(plan.stream.name, row["Id"], row["SystemModstamp"], data, deleted))
        return tuple(records)

    def _contacts(self, plan: Plan, rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
        """The Contacts of each Individual, by a query of their own: the client never pages through sub-selects."""
        found: dict[str, list[dict[str, Any]]] = {}
        named = (row.get(plan.party) for row in rows if plan.party)
        wanted = sorted({one for one in named if isinstance(one, str) and one})
        for at in range(0, len(wanted), IDS_A_QUERY):
            ids = quote_soql_value(wanted[at : at + IDS_A_QUERY])
            soql = f"SELECT Id, Email, IndividualId FROM Contact WHERE IndividualId IN {ids} ORDER BY Id"  # noqa: S608 - ids are quoted by simple-salesforce
            try:
                contacts = self._org.rows(soql)
            except RefusedError as refused:
                raise _unreadable(plan, refused) from None
            for contact in contacts:
                about = {"Id": contact["Id"], "Email": contact.get("Email")}
                found.setdefault(str(contact.get("IndividualId")), []).append(about)
        return found

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


def _advance(position: Position | None, rows: Sequence[Any]) -> Position | None:
    """The place of the last readable row. A row after it that cannot be read is asked for, and named, once more."""
    last = next((place for row in reversed(rows) if (place := _place(row))), None)
    if last is None:
        return position
    # Only what must hold whatever the order of Ids is: a page that goes back, or stands still, would never end.
    if position is not None and (last == position or last.stamp < position.stamp):
        raise TransientError("Salesforce's pages do not advance.")
    return last


def _unreadable(plan: Plan, refused: RefusedError) -> AuthError | ConfigError:
    if refused.status == 403:
        return AuthError(
            f"the Salesforce user may not read {plan.sobject} ({refused.code}).", fix="Grant it in a permission set."
        )
    return ConfigError(
        f"Salesforce refused the query of stream {plan.stream.name!r} ({refused.code}).",
        fix="Check that the org has the object and every field named in the connection's settings.",
    )
