"""The rate budgets as ``hub status`` shows them: how much of each vendor limit is used, and who must wait."""

from __future__ import annotations

from typing import Any

from hub.store.budget import Budget
from hub.store.store import Tx

COLUMNS = ["connection", "limit", "used", "blocked until"]


def budget_rows(tx: Tx) -> list[dict[str, Any]]:
    """This is one row per limit that was ever called against."""
    return [_row(one) for one in tx.budgets.current()]


def budget_cells(row: dict[str, Any]) -> list[Any]:
    """These are the cells of a row for people."""
    used = "-" if row["used"] is None else str(row["used"])
    number = f"{used}/{row['calls']}" if row["calls"] else used
    return [row["connection"], row["limit"], number + _window(row["per"]), row["blocked until"] or ""]


def _row(one: Budget) -> dict[str, Any]:
    return {
        "connection": one.connection,
        "limit": one.name,
        "used": one.used,
        "calls": one.limit or one.told.limit,
        "per": one.window.per / 1_000_000 or None,
        "waiting": len(one.waiting),
        "blocked until": one.closed_until,
    }


def _window(seconds: float | None) -> str:
    return f" per {seconds:g} s" if seconds else ""
