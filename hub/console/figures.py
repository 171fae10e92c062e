"""Figures: how many people felt what in a week, as ``hub privacy figures`` tells it. Whoever looks says what for first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from hub.console.desk import FIGURES, Desk
from hub.pipeline.figures import Figures, counted_weeks, week_figures
from hub.privacy.aggregate import TOTAL, Closure, closed_window

WEEKS = 12
"""Weeks that are offered, and that the curve is drawn from."""


def show_figures(desk: Desk, *, purpose: str | None, start: datetime | None) -> dict[str, Any]:
    """This is the page of one week; without a purpose it is the question for one, and no number.

    A look for a purpose is on record. The first one at a week counts it; the curve shows weeks that somebody has looked at.

    Args:
        desk: who looks.
        purpose: what for.
        start: a moment of the week; the last closed one if None.
    """
    window = Closure().window
    at = start or desk.now - window
    offered = {
        "purposes": desk.door.purposes(FIGURES),
        "weeks": [f"{_start(desk, desk.now - window * number):%G-W%V}" for number in range(1, WEEKS + 1)],
        "purpose": purpose,
        "week": f"{at:%G-W%V}",
    }
    if purpose is None and offered["purposes"]:
        return {**offered, "figures": None}
    look = replace(FIGURES, purpose=purpose)
    answer = desk.require(look)
    k = answer.k or desk.hub.access.k
    found = week_figures(desk.hub.store, desk.now, at, k)
    told = {**found.told(), "rows": found.table.rows, "columns": found.table.columns}
    curve = [_sums(one) for one in counted_weeks(desk.hub.store, desk.now, k, WEEKS)]
    return {**offered, **told, "curve": curve, "stamp": desk.door.stamp(look, [answer])}


def _start(desk: Desk, at: datetime) -> datetime:
    return closed_window(desk.now, at, Closure())[0]


def _sums(one: Figures) -> dict[str, Any]:
    """What is hidden is left out."""
    sums = {label: one.table.cells[label, TOTAL] for label in one.table.rows}
    return {"week": one.week, "people": {label: count for label, count in sums.items() if count is not None}}
