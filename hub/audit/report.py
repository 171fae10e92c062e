"""Counts what the log tells: by purpose, destination, actor, policy or person. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

By = Literal["purpose", "dest", "actor", "policy", "subject", "type"]
"""What a report counts by; ``actor`` is the reviewer or program that acted."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries to look at; None: any. Times are ISO 8601 prefixes, compared as text: "2026-11" is all of November."""

    type: str | None = None
    outcome: str | None = None
    purpose: str | None = None
    dest: str | None = None
    subject: str | None = None
    run: str | None = None
    since: str | None = None
    until: str | None = None

    def fits(self, entry: Mapping[str, Any]) -> bool:
        """This tells whether an entry is one of those."""
        for name in ("type", "outcome", "purpose", "dest", "subject", "run"):
            wanted = getattr(self, name)
            if wanted is not None and entry.get(name) != wanted:
                return False
        at = str(entry["at"])
        return (self.since is None or at >= self.since) and (self.until is None or at[: len(self.until)] <= self.until)


def count(entries: Iterable[Mapping[str, Any]], by: By) -> list[dict[str, Any]]:
    """This gives a row for each value of ``by``, type and outcome, with how many entries and the first and last time."""
    counts: Counter[tuple[str, str, str]] = Counter()
    times: dict[tuple[str, str, str], tuple[str, str]] = {}
    for entry in entries:
        place = (str(entry.get(by) or "-"), str(entry["type"]), str(entry["outcome"]))
        counts[place] += 1
        first, _ = times.get(place, (str(entry["at"]), ""))
        times[place] = (first, str(entry["at"]))
    rows = sorted(counts)
    return [
        {by: value, "type": type, "outcome": outcome, "entries": counts[value, type, outcome],
         "first": times[value, type, outcome][0], "last": times[value, type, outcome][1]}
        if by != "type" else
        {"type": type, "outcome": outcome, "entries": counts[value, type, outcome],
         "first": times[value, type, outcome][0], "last": times[value, type, outcome][1]}
        for value, type, outcome in rows
    ]  # fmt: skip
