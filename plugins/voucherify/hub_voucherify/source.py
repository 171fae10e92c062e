"""Reads customers, members of the loyalty program, and what moved their points."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hub.contract import Batch, ConfigError, RawRecord, TransientError
from hub_voucherify.client import VoucherifyClient, segment
from hub_voucherify.mark import Mark, Marks, parse_time
from hub_voucherify.paging import Order, Row, TimeWalk

SKEW = timedelta(minutes=1)
"""How far the vendor's clock may be behind the hub's."""


class VoucherifySource:
    """A reader of the three streams.

    ``customers`` and ``members`` are read twice: new ones in the order of creation, then changed ones in the order of
    change. ``activities`` is the program's ledger in the order of its ids. Deleted records are in no list.

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
        if stream == "customers":
            return self._listed(stream, cursor, self._customers, lambda row: row)
        if stream == "members":
            return self._listed(stream, cursor, self._members, self._with_tiers)
        raise ConfigError(f"connector 'voucherify' has no stream {stream!r}.", fix="See `hub plugins show voucherify`.")

    def _listed(self, stream: str, cursor: str | None, fetch: Any, complete: Callable[[Row], Row]) -> Iterator[Batch]:
        marks = Marks.load(cursor) if cursor else Marks(Mark(), Mark(self._client.context.now() - SKEW))
        start, told = marks.updated.at, set()
        for rows, created in TimeWalk(fetch, "created_at").steps(marks.created):
            marks = replace(marks, created=created)
            records = tuple(_record(stream, complete(row)) for row in rows)
            told |= {(r.key, r.version) for r in records if start and parse_time(r.version) >= start}
            yield Batch((*records, *self._told_flaws()), marks.dump())
        for rows, updated in TimeWalk(fetch, "updated_at").steps(marks.updated):
            marks = replace(marks, updated=updated)
            fresh = (row for row in rows if (str(row["id"]), _version_of(row)) not in told)
            yield Batch((*(_record(stream, complete(row)) for row in fresh), *self._told_flaws()), marks.dump())
        if self._flawed:
            yield Batch(self._told_flaws(), marks.dump())

    def _customers(self, order: Order, after: str | None, page: int) -> tuple[list[Row], bool]:
        params = {"limit": self._client.config.page_size, "order": order, "page": page}
        return self._list(
            "/v1/customers", params | ({"starting_after": after} if after else {}), "customers", "customers"
        )

    def _members(self, order: Order, after: str | None, page: int) -> tuple[list[Row], bool]:
        params = {"limit": self._client.config.page_size, "order": order, "page": page}
        path = f"{self._client.campaign}/members"
        return self._list(path, params | ({f"{order}[after]": after} if after else {}), "vouchers", "members")

    def _list(self, path: str, params: Mapping[str, Any], name: str, stream: str) -> tuple[list[Row], bool]:
        body = self._client.read(path, params)
        rows = _rows_of(body, name)
        # A row without id or with a time that is none cannot be walked past by time: it is set aside and told of once.
        known = {record.key for record in self._flawed}
        flawed = (RawRecord.unreadable(stream, row, reason) for row in rows if (reason := _flaw_of(row)))
        self._flawed += [record for record in flawed if record.key not in known]
        rows, more = [row for row in rows if not _flaw_of(row)], body.get("has_more")
        if self._flawed and not rows:
            raise TransientError("Voucherify's answer has no record that can be read.")
        return rows, more if isinstance(more, bool) else len(rows) >= self._client.config.page_size

    def _with_tiers(self, member: Row) -> Row:
        if not self._client.config.tiers or not member.get("code"):
            return member
        body = self._client.find(f"/v1/loyalties/members/{segment(str(member['code']))}/tiers") or {"data": []}
        known = (tier for tier in _rows_of(body, "data") if isinstance(tier, dict))
        tiers = [{"id": tier.get("id"), "name": tier.get("name")} for tier in known]
        return {**member, "tiers": tiers}

    def _ledger(self, cursor: str | None) -> Iterator[Batch]:
        path, more = f"{self._client.campaign}/transactions", True
        seen: set[str] = set()
        while more:
            params = {"limit": self._client.config.page_size, "order": "id"}
            body = self._client.read(path, params | ({"starting_after_id": cursor} if cursor else {}))
            rows, more = _rows_of(body, "data"), body.get("has_more") is True
            if not rows:
                return
            records = tuple(_entry(row) for row in rows)
            last = next((record.key for record in reversed(records) if not record.flaw), cursor)
            if more and (last is None or last in seen or last == cursor):
                raise TransientError("Voucherify's ledger does not go on.")
            cursor = last
            seen |= {record.key for record in records}
            yield Batch(records, cursor)

    def _told_flaws(self) -> tuple[RawRecord, ...]:
        told, self._flawed = tuple(self._flawed), []
        return told


def _rows_of(body: Mapping[str, Any], name: str) -> list[Any]:
    rows = body.get(name)
    if isinstance(rows, list):
        return rows
    raise TransientError(f"Voucherify's answer has no list {name!r}.")


def _flaw_of(row: Any) -> str | None:
    if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not row["id"]:
        return "record.no_id"
    return None if all(_is_time(row.get(name)) for name in ("created_at", "updated_at")) else "record.no_time"


def _is_time(value: Any) -> bool:
    try:
        return value is None or bool(parse_time(value))
    except TransientError:
        return False


def _entry(row: Any) -> RawRecord:
    """Ledger entries never change, so the id says it all."""
    if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not row["id"]:
        return RawRecord.unreadable("activities", row)
    return RawRecord("activities", row["id"], row["id"], row)


def _version_of(row: Row) -> str:
    return str(row.get("updated_at") or row.get("created_at") or "")


def _record(stream: str, row: Row) -> RawRecord:
    return RawRecord(stream, str(row["id"]), _version_of(row), row)
