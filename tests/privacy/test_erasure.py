from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import FatalError
from hub.privacy.erasure import Phase, Progress, StepState, advance, plan, release

DUE = datetime(2026, 7, 1, tzinfo=UTC)
FIRST = ("received", "journalled", "suppressed", "purged")
LAST = ("shredded", "verified", "receipt")


def fresh(held=()):
    return plan("r1", ["zendesk", "crm"], due_at=DUE, held=held)


def until_systems(erasure):
    for phase in FIRST:
        erasure = advance(erasure, f"r1/{phase}", StepState.DONE)
    return erasure


def finish(erasure):
    while ready := erasure.ready():
        erasure = advance(erasure, ready[0].key, StepState.DONE)
    return erasure


def test_the_steps_come_in_their_order():
    order = []
    erasure = fresh()
    while ready := erasure.ready():
        order.append(tuple(step.key.removeprefix("r1/") for step in ready))
        for step in ready:
            erasure = advance(erasure, step.key, StepState.DONE)
    assert order == [*((phase,) for phase in FIRST), ("system/crm", "system/zendesk"), *((phase,) for phase in LAST)]
    assert erasure.progress is Progress.COMPLETE


def test_the_identifiers_go_only_after_everything_that_needs_them():
    phases = [step.phase for step in fresh().steps]
    assert phases.index(Phase.JOURNALLED) < phases.index(Phase.SUPPRESSED) < phases.index(Phase.SHREDDED)
    assert max(n for n, phase in enumerate(phases) if phase is Phase.SYSTEM) < phases.index(Phase.SHREDDED)
    assert fresh(held=["crm"]).steps[-3].phase is Phase.SHREDDED


@pytest.mark.parametrize("key", ["r1/shredded", "r1/system/crm", "r1/verified", "r1/receipt"])
def test_no_step_is_done_before_its_turn(key):
    with pytest.raises(FatalError, match="out of turn"):
        advance(fresh(), key, StepState.DONE)


def test_done_twice_is_done_once_and_done_stays_done():
    erasure = advance(fresh(), "r1/received", StepState.DONE)
    assert advance(erasure, "r1/received", StepState.DONE) == erasure
    with pytest.raises(FatalError, match="cannot go from done"):
        advance(erasure, "r1/received", StepState.FAILED, reason="late")


def test_a_system_that_is_down_keeps_it_partial_until_it_answers():
    erasure = until_systems(fresh())
    erasure = advance(erasure, "r1/system/crm", StepState.DONE)
    erasure = advance(erasure, "r1/system/zendesk", StepState.FAILED, reason="timeout")
    erasure = advance(erasure, "r1/system/zendesk", StepState.FAILED, reason="503")
    assert erasure.progress is Progress.PARTIAL
    assert [step.key for step in erasure.ready()] == ["r1/system/zendesk"]
    assert erasure.overdue(DUE + timedelta(seconds=1)) and not erasure.overdue(DUE)
    assert finish(erasure).progress is Progress.COMPLETE
    assert not finish(erasure).overdue(DUE + timedelta(days=9))


def test_nothing_has_begun_before_the_first_row_goes():
    erasure = fresh()
    assert erasure.progress is Progress.OPEN
    for phase in FIRST[:3]:
        erasure = advance(erasure, f"r1/{phase}", StepState.DONE)
        assert erasure.progress is Progress.OPEN
    assert advance(erasure, "r1/purged", StepState.DONE).progress is Progress.PARTIAL


def test_a_held_system_waits_and_so_does_the_receipt():
    erasure = finish(fresh(held=["crm"]))
    assert erasure.progress is Progress.PARTIAL and erasure.ready() == ()
    with pytest.raises(FatalError):
        advance(erasure, "r1/receipt", StepState.DONE)
    released = release(erasure, "crm")
    assert [step.key for step in released.ready()] == ["r1/system/crm"]
    assert finish(released).progress is Progress.COMPLETE


def test_a_held_system_keeps_the_identifiers_it_will_be_cleared_by():
    erasure = finish(fresh(held=["crm"]))
    assert next(step for step in erasure.steps if step.phase is Phase.SHREDDED).state is StepState.PENDING


def test_data_retained_on_a_ground_closes_the_step_but_only_with_a_reason():
    erasure = until_systems(fresh())
    with pytest.raises(FatalError, match="needs a reason"):
        advance(erasure, "r1/system/crm", StepState.RETAINED)
    erasure = advance(erasure, "r1/system/crm", StepState.RETAINED, reason="tax_law")
    assert [step.key for step in release(erasure, "crm").ready()] == ["r1/system/crm", "r1/system/zendesk"]
    assert finish(erasure).progress is Progress.COMPLETE


def test_what_was_retained_cannot_be_cleared_once_the_identifiers_are_gone():
    erasure = advance(until_systems(fresh()), "r1/system/crm", StepState.RETAINED, reason="tax_law")
    with pytest.raises(FatalError, match="by hand"):
        release(finish(erasure), "crm")


def test_the_hub_itself_can_neither_retain_nor_wait():
    with pytest.raises(FatalError, match="concerns the hub itself"):
        advance(fresh(), "r1/received", StepState.RETAINED, reason="because")


def test_releasing_what_is_not_held_changes_nothing():
    assert release(fresh(), "crm") == fresh()


def test_a_step_that_does_not_exist_is_refused():
    with pytest.raises(FatalError, match="no step"):
        advance(fresh(), "r1/system/unknown", StepState.DONE)


moves = st.lists(st.tuples(st.integers(0, 8), st.sampled_from(list(StepState))), max_size=60)


@settings(max_examples=100, deadline=None)
@given(moves=moves)
def test_whatever_happens_nobody_is_told_too_early(moves):
    erasure = fresh(held=["zendesk"])
    for number, state in moves:
        try:
            erasure = advance(erasure, erasure.steps[number].key, state, reason="r")
        except FatalError:
            continue
    receipt = erasure.steps[-1]
    assert receipt.state is not StepState.DONE or all(s.state in {"done", "retained"} for s in erasure.steps)
