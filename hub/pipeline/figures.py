"""Figures: how many people felt what in one closed week, by channel; counted once and kept, so that no two looks differ.

Counted anew after an erasure, a withdrawal or a tag's last day, the same week would tell who left by what it shows less.
What is kept is the closed table alone: rounded numbers, and which are hidden; never who stands behind them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hub.errors import PolicyError
from hub.privacy.aggregate import TOTAL, Cell, Closure, Table, closed_window, tabulate, without_small
from hub.store.store import Store

_WEEK = re.compile(r"20\d\d-W\d\d")


@dataclass(frozen=True, slots=True)
class Figures:
    """One closed week.

    Args:
        start: its first moment, a Monday in UTC.
        end: the first moment after it.
        closure: how tightly it was closed.
        counted_at: when it was counted; None where nobody felt anything, which is not kept.
        table: distinct people by label and channel.
    """

    start: datetime
    end: datetime
    closure: Closure
    counted_at: datetime | None
    table: Table

    @property
    def week(self) -> str:
        """This is the week as people write it: ``2026-W18``."""
        return f"{self.start:%G-W%V}"

    def cells(self) -> Iterator[dict[str, Any]]:
        """These are all numbers, sums included: label, channel, people (None where hidden), and whether it is hidden."""
        for label in (*self.table.rows, TOTAL):
            for channel in (*self.table.columns, TOTAL):
                count = self.table.cells[label, channel]
                yield {"label": label, "channel": channel, "people": count, "hidden": count is None}

    def told(self) -> dict[str, Any]:
        """This is the week as plain data."""
        return {
            "week": self.week,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "counted_at": self.counted_at.isoformat() if self.counted_at and self.table.rows else None,
            "k": self.closure.k,
            "round_to": self.closure.round_to,
            "figures": list(self.cells()),
        }


def monday_of(week: str) -> datetime | None:
    """This is the first moment of an ISO week such as ``2026-W18``; None where it is none."""
    try:
        return datetime.strptime(f"{week}-1", "%G-W%V-%u").replace(tzinfo=UTC) if _WEEK.fullmatch(week) else None
    except ValueError:
        return None


def week_figures(store: Store, now: datetime, at: datetime, k: int) -> Figures:
    """This is the week that ``at`` lies in: as it was counted first, else counted now.

    Raises PolicyError while the week is open, and where it was counted for smaller groups than are allowed by now.
    """
    closure = Closure(k=k)
    start, end = closed_window(now, at, closure)
    name = _fact(start)
    with store.read() as tx:
        kept = tx.facts.get(name)
        people = {} if kept else _count(tx.tags.felt(start, end))
    if not kept and not people:
        return Figures(start, end, closure, None, tabulate({}, closure))
    if not kept:
        text = _text(Figures(start, end, closure, now, tabulate(without_small(people, k), closure)))
        with store.begin() as tx:
            kept = tx.facts.keep(name, text)
    found = _parsed(kept, start, end)
    if found.closure.k < k:
        raise PolicyError(
            f"the week from {start:%Y-%m-%d} was counted for groups of {found.closure.k}, and {k} are asked for by now.",
            reason="aggregate.counted", fix="Ask for a later week; one is counted once only.",
        )  # fmt: skip
    return found


def counted_weeks(store: Store, now: datetime, k: int, most: int) -> list[Figures]:
    """These are those of the last ``most`` closed weeks that somebody has looked at, for groups of ``k`` or more, oldest first.

    Nothing is counted for it.
    """
    window = Closure().window
    starts = [closed_window(now, now - window * number, Closure()) for number in range(most, 0, -1)]
    with store.read() as tx:
        kept = [(tx.facts.get(_fact(start)), start, end) for start, end in starts]
    found = [_parsed(text, start, end) for text, start, end in kept if text]
    return [one for one in found if one.closure.k >= k]


def _fact(start: datetime) -> str:
    return f"figures.moods.{start:%Y-%m-%d}"


def last_week(store: Store, now: datetime) -> datetime | None:
    """This is a moment of the last week that is over and in which somebody said something that was tagged; None for none."""
    start, _ = closed_window(now, now - Closure().window, Closure())
    with store.read() as tx:
        return tx.tags.last_said(start + Closure().window)


def _count(felt: Iterable[tuple[str, str, str]]) -> dict[Cell, Counter[str]]:
    people: dict[Cell, Counter[str]] = {}
    for person_id, label, channel in felt:
        people.setdefault((label, channel), Counter())[person_id] += 1
    return people


def _text(made: Figures) -> str:
    told = {
        "k": made.closure.k,
        "round_to": made.closure.round_to,
        "counted_at": made.counted_at.isoformat() if made.counted_at else None,
        "rows": made.table.rows,
        "columns": made.table.columns,
        "cells": [[*cell, count] for cell, count in made.table.cells.items()],
    }
    return json.dumps(told)


def _parsed(text: str, start: datetime, end: datetime) -> Figures:
    told = json.loads(text)
    cells = {(row, column): count for row, column, count in told["cells"]}
    return Figures(
        start,
        end,
        Closure(k=told["k"], round_to=told["round_to"]),
        datetime.fromisoformat(told["counted_at"]),
        Table(tuple(told["rows"]), tuple(told["columns"]), cells),
    )


__all__ = ["Figures", "counted_weeks", "last_week", "monday_of", "week_figures"]
