"""The erasure plan: every step of erasing one person, as a state machine that cannot report more than was done.

The order is fixed, because each step destroys what an earlier one needs or proves what a later one claims::

    received, journalled, suppressed     the request is on record, outside the database, and re-imports are refused
    purged                               what the hub holds about the person is gone
    one step for each system             done, retained on a legal ground, or still open; never skipped
    shredded                             the identifiers and the subject key are gone: no system needs them any more
    verified                             every store and system was looked at again
    receipt                              only now may anybody say "erased"

A plan is a value: each transition gives a new one. The caller stores it before acting on it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hub.errors import FatalError


class Phase(StrEnum):
    """What a step does, in the order in which steps are done."""

    RECEIVED = "received"
    JOURNALLED = "journalled"
    SUPPRESSED = "suppressed"
    PURGED = "purged"
    SYSTEM = "system"
    SHREDDED = "shredded"
    VERIFIED = "verified"
    RECEIPT = "receipt"


class StepState(StrEnum):
    """Where a step stands; ``retained`` needs a legal ground, ``held`` a legal hold."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    RETAINED = "retained"
    HELD = "held"


class Progress(StrEnum):
    """Where a whole erasure stands; only ``complete`` means that the person is gone everywhere."""

    OPEN = "open"
    PARTIAL = "partial"
    COMPLETE = "complete"


CLOSED = frozenset({StepState.DONE, StepState.RETAINED})
"""States that need nothing more."""

_BEFORE_SYSTEMS = (Phase.RECEIVED, Phase.JOURNALLED, Phase.SUPPRESSED, Phase.PURGED)
_AFTER_SYSTEMS = (Phase.SHREDDED, Phase.VERIFIED, Phase.RECEIPT)
_RANK = {phase: rank for rank, phase in enumerate(Phase)}
_MOVES: dict[StepState, frozenset[StepState]] = {
    StepState.PENDING: frozenset({StepState.DONE, StepState.FAILED, StepState.RETAINED, StepState.HELD}),
    StepState.FAILED: frozenset({StepState.DONE, StepState.FAILED, StepState.RETAINED, StepState.PENDING}),
    StepState.HELD: frozenset({StepState.PENDING}),
    StepState.DONE: frozenset(),
    StepState.RETAINED: frozenset({StepState.PENDING}),
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
        begun = any(step.state in CLOSED for step in self.steps if _RANK[step.phase] >= _RANK[Phase.PURGED])
        return Progress.PARTIAL if begun else Progress.OPEN

    def ready(self) -> tuple[Step, ...]:
        """These steps can be done now: open ones whose predecessors are all closed.

        Systems do not wait for each other; what follows waits for all of them, held ones included, because they are
        found by the identifiers that are shredded then. A system is done only once it was looked at again.
        """
        waiting = [_RANK[step.phase] for step in self.steps if step.state not in CLOSED]
        turn = min(waiting, default=len(_RANK))
        open_states = {StepState.PENDING, StepState.FAILED}
        return tuple(step for step in self.steps if _RANK[step.phase] == turn and step.state in open_states)

    def overdue(self, now: datetime) -> bool:
        """Whether the deadline has passed before the erasure was complete."""
        return now > self.due_at and self.progress is not Progress.COMPLETE


def plan(request: str, systems: Sequence[str], *, due_at: datetime, held: Collection[str] = ()) -> ErasurePlan:
    """This is the plan for erasing one person.

    Args:
        request: id of the request; with the step's name it makes each step's idempotency key.
        systems: every connection that ever received the person's data or holds them.
        due_at: legal deadline.
        held: names of ``systems`` under a legal hold, which wait until it is released.
    """
    first = [Step(f"{request}/{phase}", phase) for phase in _BEFORE_SYSTEMS]
    there = [
        Step(
            f"{request}/system/{name}", Phase.SYSTEM, system=name,
            state=StepState.HELD if name in held else StepState.PENDING, reason="legal_hold" if name in held else None,
        )
        for name in sorted(set(systems))
    ]  # fmt: skip
    last = [Step(f"{request}/{phase}", phase) for phase in _AFTER_SYSTEMS]
    return ErasurePlan(request, due_at, (*first, *there, *last))


def advance(erasure: ErasurePlan, key: str, state: StepState, *, reason: str | None = None) -> ErasurePlan:
    """This is the plan after a step has moved to ``state``.

    Saying "done" twice changes nothing. Raises FatalError for a step out of turn, for leaving ``done``, and for data
    retained or a failure without a reason.
    """
    step = _step(erasure, key)
    if step.state is state and step.state is not StepState.FAILED:
        return erasure
    if state not in _MOVES[step.state]:
        raise FatalError(f"erasure step '{key}' cannot go from {step.state} to {state}")
    if state is not StepState.PENDING and step not in erasure.ready():
        raise FatalError(f"erasure step '{key}' is out of turn")
    if state in {StepState.RETAINED, StepState.HELD} and step.phase is not Phase.SYSTEM:
        raise FatalError(f"erasure step '{key}' concerns the hub itself, which can neither retain nor wait")
    if state in {StepState.RETAINED, StepState.FAILED, StepState.HELD} and not reason:
        raise FatalError(f"erasure step '{key}' needs a reason to be {state}")
    return _with(erasure, replace(step, state=state, reason=reason))


def release(erasure: ErasurePlan, system: str) -> ErasurePlan:
    """This is the plan after a legal hold on a system, or the ground to retain data there, has ended.

    Raises FatalError once the identifiers are shredded: a system that retained data until then can only be cleared by
    hand, because the hub no longer knows whom to look for. A hold keeps that from happening; a ground does not.
    """
    step = _step(erasure, f"{erasure.request}/system/{system}")
    if step.state not in {StepState.HELD, StepState.RETAINED}:
        return erasure
    if _step(erasure, f"{erasure.request}/{Phase.SHREDDED}").state in CLOSED:
        raise FatalError(
            f"erasure step '{step.key}' cannot be opened again: the identifiers are gone",
            fix="Ask the owner of the system to clear it by hand.",
        )
    return _with(erasure, replace(step, state=StepState.PENDING, reason=None))


def _step(erasure: ErasurePlan, key: str) -> Step:
    found = next((step for step in erasure.steps if step.key == key), None)
    if found is None:
        raise FatalError(f"erasure has no step '{key}'")
    return found


def _with(erasure: ErasurePlan, step: Step) -> ErasurePlan:
    return replace(erasure, steps=tuple(step if one.key == step.key else one for one in erasure.steps))
