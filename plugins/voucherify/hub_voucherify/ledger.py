"""The simulator's ledger of points, and how the vendor orders and pages its lists."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub_voucherify.mark import format_time, parse_time

Row = dict[str, Any]


class Ledger:
    """Entries in the order of booking; their ids grow."""

    def __init__(self) -> None:
        self.entries: list[Row] = []
        self._shown: dict[str, datetime] = {}

    def book(
        self, card: Row, kind: str, points: int, *, at: datetime, shown: datetime | None = None,
        source_id: str | None = None, reason: str | None = None,
    ) -> Row:  # fmt: skip
        """This changes a card's balance and writes the entry, visible in lists from ``shown`` on."""
        purse = card["loyalty_card"]
        purse["balance"] += points
        purse["points"] += max(points, 0)
        card["updated_at"] = stamp(at)
        balance = {
            "type": "loyalty_card", "total": purse["points"], "object": "balance", "points": points,
            "balance": purse["balance"], "related_object": {"id": card["id"], "type": "voucher"},
        }  # fmt: skip
        entry: Row = {
            "id": f"vtx_{len(self._shown) + 1:018x}", "source_id": source_id, "voucher_id": card["id"],
            "campaign_id": card["campaign_id"], "source": "API", "reason": reason, "type": kind,
            "details": {"balance": balance}, "related_transaction_id": None, "created_at": stamp(at),
        }  # fmt: skip
        self.entries.append(entry)
        self._shown[entry["id"]] = shown or at
        return entry

    def forget(self, card: Row) -> None:
        """This deletes all entries of a card."""
        self.entries = [entry for entry in self.entries if entry["voucher_id"] != card["id"]]

    def page(self, query: Mapping[str, str], *, now: datetime, card: str | None = None) -> dict[str, Any]:
        """This is the answer to a list call: ordered by id, after ``starting_after_id``."""
        rows = [e for e in self.entries if card in {None, e["voucher_id"]} and self._shown[e["id"]] <= now]
        wanted = query.get("filters[id][conditions][$is]")
        rows = [entry for entry in rows if wanted in {None, entry["id"]}]
        down, after = query.get("order", "-id").startswith("-"), query.get("starting_after_id")
        rows = sorted(rows, key=lambda entry: entry["id"], reverse=down)
        if after:
            rows = [entry for entry in rows if (entry["id"] < after if down else entry["id"] > after)]
        shown = rows[: int(query.get("limit", "10"))]
        more = {"more_starting_after": shown[-1]["id"]} if len(rows) > len(shown) else {}
        return {"object": "list", "data_ref": "data", "data": shown, "has_more": bool(more), **more}


def stamp(at: datetime) -> str:
    """This writes a time as the vendor does."""
    return format_time(at)


def matches(row: Row, query: Mapping[str, str]) -> bool:
    """This tells whether a row passes the filters ``after`` and ``before`` of its times, and ``ids``."""
    for name in ("created_at", "updated_at"):
        after, before = query.get(f"{name}[after]"), query.get(f"{name}[before]")
        if after and not (row[name] and parse_time(row[name]) > parse_time(after)):
            return False
        if before and not (row[name] and parse_time(row[name]) < parse_time(before)):
            return False
    return query.get("ids") in {None, row["id"]}


def listed(
    rows: list[Row], order: str, starting_after: str | None, query: Mapping[str, str]
) -> tuple[list[Row], int, bool]:
    """This orders and pages rows: those of the page, how many there are, and whether there are more."""
    name, down = order.lstrip("-"), order.startswith("-")
    if starting_after:
        mark = parse_time(starting_after)
        rows = [r for r in rows if r[name] and (parse_time(r[name]) < mark if down else parse_time(r[name]) > mark)]
    # Like a database: rows without the value come last when ascending, and equal ones in no promised order.
    rows = sorted(rows, key=lambda row: (row[name] is None, row[name] or "", row["id"]), reverse=down)
    limit, page = int(query.get("limit", "10")), int(query.get("page", "1"))
    return rows[(page - 1) * limit : page * limit], len(rows), page * limit < len(rows)
