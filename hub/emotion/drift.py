"""Drift: how far what is counted now is spread otherwise than before (population stability index)."""

from collections.abc import Mapping
from math import log
from typing import Literal

Drift = Literal["stable", "moved", "shifted"]

_MOVED, _SHIFTED = 0.1, 0.25
_SMALLEST = 1e-4
"""Share of a group that was not seen at all: without it one new group would make the index endless."""


def stability_index(before: Mapping[str, float], now: Mapping[str, float]) -> float | None:
    """This is the population stability index of two counts by group, 0 or more; None where one of them counts nothing."""
    was, is_ = sum(before.values()), sum(now.values())
    if not was or not is_:
        return None
    total = 0.0
    for group in {*before, *now}:
        old = max(before.get(group, 0) / was, _SMALLEST)
        new = max(now.get(group, 0) / is_, _SMALLEST)
        total += (new - old) * log(new / old)
    return total


def read_drift(index: float) -> Drift:
    """This is what an index means, by the usual bounds: up to 0.1 stable, from 0.25 on shifted."""
    return "shifted" if index >= _SHIFTED else "moved" if index >= _MOVED else "stable"
