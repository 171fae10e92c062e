"""Erasures: the journal of each erasure, written before anything is destroyed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, text

from hub.errors import FatalError
from hub.store.statements import upsert
from hub.store.tables import erasure_steps
from hub.store.unit import Unit


class StepState(StrEnum):
    """State of one step of an erasure; only ``done`` and ``retained`` need nothing more."""

    PENDING = "pending"
    FAILED = "failed"
    HELD = "held"
    UNSUPPORTED = "unsupported"
    DONE = "done"
    RETAINED = "retained"


_CLOSED = (StepState.DONE, StepState.RETAINED)


@dataclass(frozen=True, slots=True)
class ErasureStep:
    """One step of erasing one person.

    Args:
        person_id: who.
        step: such as ``shred`` or ``erase``.
        system: connection, or empty for the hub itself.
        state: see StepState.
        reason: a code; never what a person wrote.
        attempts: how many times it was settled.
        at: when it last changed, UTC; set by the store.
    """

    person_id: str
    step: str
    system: str
    state: StepState
    reason: str | None = None
    attempts: int = 0
    at: datetime | None = None


class Erasures:
    """A room of the transaction: the erasure journal."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def plan(self, person_id: str, steps: Sequence[tuple[str, str]]) -> None:
        """This writes down the (step, system) pairs to do; those already in the journal stay as they are."""
        known = {(one.step, one.system) for one in self.steps(person_id)}
        self._write([ErasureStep(person_id, *pair, StepState.PENDING) for pair in steps if pair not in known])

    def settle(self, person_id: str, step: str, system: str, state: StepState | str, reason: str | None = None) -> None:
        """This writes down what became of a step; FatalError where it was not planned or is final otherwise."""
        known = {(one.step, one.system): one for one in self.steps(person_id)}.get((step, system))
        after = StepState(state)
        if known is None or (known.state in _CLOSED and known.state is not after):
            raise FatalError(f"Erasure step {step} cannot become {after}.", fix="Plan it first; a final step stays so.")
        self._write([ErasureStep(person_id, step, system, after, reason, known.attempts + 1)])

    def reopen(self, person_id: str, step: str, system: str, reason: str) -> None:
        """This opens a step again that was done: something was seen there once more."""
        self._write([ErasureStep(person_id, step, system, StepState.PENDING, reason)])

    def steps(self, person_id: str) -> list[ErasureStep]:
        """These are all steps of a person's erasure, by step and system."""
        query = select(erasure_steps).where(erasure_steps.c.person_id == person_id)
        rows = self._unit.conn.execute(query.order_by(erasure_steps.c.step, erasure_steps.c.system)).mappings()
        return [ErasureStep(**{**row, "state": StepState(row["state"])}) for row in rows]

    def open_persons(self, limit: int, after: str = "") -> list[str]:
        """These are the next persons with a step that is not done, ordered by id; pass the last one to go on."""
        query = select(erasure_steps.c.person_id).distinct().where(text("state NOT IN ('done', 'retained')"))
        query = query.where(erasure_steps.c.person_id > after).order_by(erasure_steps.c.person_id).limit(limit)
        return list(self._unit.conn.execute(query).scalars())

    def _write(self, steps: Sequence[ErasureStep]) -> None:
        names = ("person_id", "step", "system", "state", "reason", "attempts")
        rows = [{**{name: getattr(one, name) for name in names}, "at": self._unit.now} for one in steps]
        upsert(self._unit.conn, erasure_steps, rows)
