"""Tallies: totals for the metrics, counted where the ledger is written and kept in the same transaction.

So they are as exact as the ledger, also after a kill, and whichever process is asked tells the same. No word rests here that
is not in the vocabulary of ``hub.telemetry``, and no count that would tell of one person.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select

from hub.schema import EmotionTag
from hub.store.statements import raise_by
from hub.store.tables import tallies
from hub.store.unit import Unit
from hub.telemetry.vocabulary import ENOUGH, FEW, entity, reason


class Tally(NamedTuple):
    """One total.

    Args:
        metric: ``runs``, ``records``, ``rows``, ``redactions`` or ``tags``.
        place: the sync, or with ``redactions`` the connection; empty with ``tags``.
        state: how it ended.
        detail: the reason, the kind of run, the type of entity, or the emotion.
        value: how many.
    """

    metric: str
    place: str
    state: str
    detail: str
    value: int


class Tallies:
    """A room of the transaction: totals since the database has had them."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def all(self) -> list[Tally]:
        """These are all totals."""
        order = (tallies.c.metric, tallies.c.place, tallies.c.state, tallies.c.detail)
        rows = self._unit.conn.execute(select(*order, tallies.c.value).order_by(*order))
        return [Tally(*row) for row in rows]


def count_outcomes(unit: Unit, metric: str, place: str, ended: Iterable[tuple[str, str | None]]) -> None:
    """This counts records or rows by (state, reason)."""
    for (state, why), number in Counter(ended).items():
        unit.tally[metric, place, str(state), reason(why)] += number


def count_run(unit: Unit, sync: str, kind: str, status: str) -> None:
    """This counts a run that has ended."""
    unit.tally["runs", sync, str(status), kind] += 1


def count_redactions(unit: Unit, found: Iterable[tuple[str, dict[str, int]]]) -> None:
    """This counts what was taken out of texts: connection, and number by type of entity."""
    for connection, types in found:
        for type_, number in types.items():
            unit.tally["redactions", connection, "", entity(type_)] += number


def count_tags(unit: Unit, tags: Iterable[EmotionTag]) -> None:
    """This counts tags that were made together; an emotion that fewer than ten people share among them is not named."""
    made: dict[str, list[str]] = {}
    for tag in tags:
        label = "abstained" if tag.label is None or tag.abstained else tag.label.value
        made.setdefault(label, []).append(tag.person_id)
    for label, people in made.items():
        told = label if label == "abstained" or len(set(people)) >= ENOUGH else FEW
        unit.tally["tags", "", "", told] += len(people)


def settle(unit: Unit) -> None:
    """This writes down what the transaction has counted, last of all: others wait for these rows only until it commits."""
    if unit.tally:
        counted: Counter[tuple[str, str, str, str]] = unit.tally
        names = ("metric", "place", "state", "detail")
        raise_by(unit.conn, tallies, [
            {**dict(zip(names, key, strict=True)), "value": counted[key]} for key in sorted(counted)
        ])  # fmt: skip
        unit.tally.clear()
