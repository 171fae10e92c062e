"""The erasure plan: every step of erasing one person, as a state machine that cannot report more than was done.

The order is fixed, because each step destroys what an earlier one needs or proves what a later one claims::

    received, identified                 the request is on record, and who asks was checked
    released                             no legal hold keeps all of it
    journalled, suppressed               it is on file outside the database, and re-imports are refused
    purged                               what the hub holds about the person is gone, but what a legal hold keeps
    one step for each system             done, retained on a legal ground, or still open; never skipped
    verified                             every system was looked at once more, at the same time
    shredded                             the identifiers and the subject key are gone: no system needs them any more
    receipt                              every table was looked at again; only now may anybody say "erased"

A plan is a value: each transition gives a new one. The caller stores it before acting on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hub.errors import FatalError


class Phase(StrEnum):
    """What a step does, in the order in which steps are done."""

    RECEIVED = "received"
    IDENTIFIED = "identified"
    RELEASED = "released"
    JOURNALLED = "journalled"
    SUPPRESSED = "suppressed"
    PURGED = "purged"
    SYSTEM = "system"
    VERIFIED = "verified"
    SHREDDED = "shredded"
    RECEIPT = "receipt"


class StepState(StrEnum):
    """Where a step stands; ``retained`` needs a legal ground, ``held`` a legal hold, ``unsupported`` a person's hands."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    RETAINED = "retained"
    HELD = "held"
    UNSUPPORTED = "unsupported"


class Progress(StrEnum):
    """Where a whole erasure stands; only ``complete`` means that the person is gone everywhere."""

    OPEN = "open"
    PARTIAL = "partial"
    COMPLETE = "complete"


CLOSED = frozenset({StepState.DONE, StepState.RETAINED})
"""States that need nothing more."""

MAY_WAIT = frozenset({Phase.RELEASED, Phase.PURGED, Phase.SYSTEM})
"""What a legal hold can stop; the hub's other steps concern no data."""

_BEFORE_SYSTEMS = (
    Phase.RECEIVED, Phase.IDENTIFIED, Phase.RELEASED, Phase.JOURNALLED, Phase.SUPPRESSED, Phase.PURGED,
)  # fmt: skip
_AFTER_SYSTEMS = (Phase.VERIFIED, Phase.SHREDDED, Phase.RECEIPT)
_RANK = {phase: rank for rank, phase in enumerate(Phase)}
_TRIED = frozenset({StepState.DONE, StepState.FAILED, StepState.RETAINED, StepState.HELD, StepState.UNSUPPORTED})
_MOVES: dict[StepState, frozenset[StepState]] = {
    StepState.PENDING: _TRIED,
    StepState.FAILED: _TRIED,
    StepState.HELD: _TRIED,
    StepState.UNSUPPORTED: _TRIED,
    StepState.DONE: frozenset(),
    StepState.RETAINED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an erasure.

    Args:
        key: its own idempotency key: the same however often it is tried.
        phase: what it does.
        system: the connection it concerns, with phase ``system``.
        state: where it stands.
        reason: a code: why it failed, on which ground data is retained, or what holds it.
    """

    key: str
    phase: Phase
    system: str | None = None
    state: StepState = StepState.PENDING
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """The erasure of one person: its request id, its steps in order, and when it must be complete."""

    request: str
    due_at: datetime
    steps: tuple[Step, ...]

    @property
    def progress(self) -> Progress:
        """Where the erasure stands: nothing destroyed yet, some of it, or all of it and looked at again."""
        if all(step.state in CLOSED for step in self.steps):
            return Progress.COMPLETE
        begun = {*CLOSED, StepState.HELD}  # where something is held, the rest is gone
        destroying = (step for step in self.steps if _RANK[step.phase] >= _RANK[Phase.PURGED])
        return Progress.PARTIAL if any(step.state in begun for step in destroying) else Progress.OPEN

    def ready(self) -> tuple[Step, ...]:
        """These steps can be tried now: open ones whose predecessors are all closed.

        Systems do not wait for each other; what follows waits for all of them, held ones included, because they are
        found by the identifiers that are shredded then. A system is done only once it was looked at again. One that is
        held, or waits for somebody's hands, can be tried at any time: it may have been released or done meanwhile.
        """
        return tuple(step for step in self.steps if step.state not in CLOSED and not self._waits(step))

    def _waits(self, step: Step) -> bool:
        open_ = [one for one in self.steps if one.state not in CLOSED and _RANK[one.phase] < _RANK[step.phase]]
        # What is held here is no reason to leave the rest at the systems; the key stays until both are gone.
        held_here = step.phase is Phase.SYSTEM and all(
            one.phase is Phase.PURGED and one.state is StepState.HELD for one in open_
        )
        return bool(open_) and not held_here

    def overdue(self, now: datetime) -> bool:
        """Whether the deadline has passed before the erasure was complete."""
        return now > self.due_at and self.progress is not Progress.COMPLETE


def plan(request: str, systems: Sequence[str], *, due_at: datetime) -> ErasurePlan:
    """This is the plan for erasing one person.

    Args:
        request: id of the request; with the step's name it makes each step's idempotency key.
        systems: every connection that ever received the person's data or holds them.
        due_at: legal deadline.
    """
    first = [Step(f"{request}/{phase}", phase) for phase in _BEFORE_SYSTEMS]
    there = [Step(f"{request}/system/{name}", Phase.SYSTEM, system=name) for name in sorted(set(systems))]
    last = [Step(f"{request}/{phase}", phase) for phase in _AFTER_SYSTEMS]
    return ErasurePlan(request, due_at, (*first, *there, *last))


def advance(erasure: ErasurePlan, key: str, state: StepState, *, reason: str | None = None) -> ErasurePlan:
    """This is the plan after a step has moved to ``state``.

    Saying "done" twice changes nothing. Raises FatalError for a step out of turn, for leaving ``done``, and for data
    retained or a failure without a reason.
    """
    step = _step(erasure, key)
    if step.state is state and state in CLOSED:
        return erasure
    if state not in _MOVES[step.state]:
        raise FatalError(f"erasure step '{key}' cannot go from {step.state} to {state}")
    if step not in erasure.ready():
        raise FatalError(f"erasure step '{key}' is out of turn")
    if state in {StepState.RETAINED, StepState.UNSUPPORTED} and step.phase is not Phase.SYSTEM:
        raise FatalError(f"erasure step '{key}' concerns the hub itself, which can do it and may not retain")
    if state is StepState.HELD and step.phase not in MAY_WAIT:
        raise FatalError(f"erasure step '{key}' concerns no data that could be held")
    if state is not StepState.DONE and not reason:
        raise FatalError(f"erasure step '{key}' needs a reason to be {state}")
    return _with(erasure, replace(step, state=state, reason=reason))


def reopen(erasure: ErasurePlan, system: str, reason: str) -> ErasurePlan:
    """This is the plan after something was seen at a system that was closed, or the ground to retain it has ended.

    Raises FatalError once the identifiers are shredded: the hub no longer knows whom to look for, and the system can only
    be cleared by hand. A hold keeps that from happening; a ground does not.
    """
    step = _step(erasure, f"{erasure.request}/system/{system}")
    if step.state not in CLOSED:
        return erasure
    if _step(erasure, f"{erasure.request}/{Phase.SHREDDED}").state in CLOSED:
        raise FatalError(
            f"erasure step '{step.key}' cannot be opened again: the identifiers are gone",
            fix="Ask the owner of the system to clear it by hand.",
        )
    return _with(erasure, replace(step, state=StepState.PENDING, reason=reason))


def _step(erasure: ErasurePlan, key: str) -> Step:
    found = next((step for step in erasure.steps if step.key == key), None)
    if found is None:
        raise FatalError(f"erasure has no step '{key}'")
    return found


def _with(erasure: ErasurePlan, step: Step) -> ErasurePlan:
    return replace(erasure, steps=tuple(step if one.key == step.key else one for one in erasure.steps))
