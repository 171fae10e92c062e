from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import FatalError
from hub.privacy.erasure import Phase, Progress, StepState, advance, plan, reopen

DUE = datetime(2026, 7, 1, tzinfo=UTC)
FIRST = ("received", "identified", "released", "journalled", "suppressed", "purged")
LAST = ("verified", "shredded", "receipt")


def fresh():
    return plan("r1", ["zendesk", "crm"], due_at=DUE)


def until_systems(erasure, purged=StepState.DONE):
    for phase in FIRST[:-1]:
        erasure = advance(erasure, f"r1/{phase}", StepState.DONE)
    return advance(erasure, "r1/purged", purged, reason="legal_hold" if purged is StepState.HELD else None)


def finish(erasure, but=()):
    while ready := [step for step in erasure.ready() if step.key not in but]:
        erasure = advance(erasure, ready[0].key, StepState.DONE)
    return erasure


def states(erasure):
    return {step.key.removeprefix("r1/"): step.state for step in erasure.steps}


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
    assert max(n for n, phase in enumerate(phases) if phase is Phase.SYSTEM) < phases.index(Phase.VERIFIED)
    assert phases[-3:] == [Phase.VERIFIED, Phase.SHREDDED, Phase.RECEIPT]


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
    for phase in FIRST[:5]:
        erasure = advance(erasure, f"r1/{phase}", StepState.DONE)
        assert erasure.progress is Progress.OPEN
    assert advance(erasure, "r1/purged", StepState.DONE).progress is Progress.PARTIAL


def test_a_held_system_waits_and_so_do_the_identifiers_and_the_receipt():
    erasure = advance(until_systems(fresh()), "r1/system/crm", StepState.HELD, reason="legal_hold")
    erasure = finish(erasure, but={"r1/system/crm"})
    assert erasure.progress is Progress.PARTIAL and [step.key for step in erasure.ready()] == ["r1/system/crm"]
    assert states(erasure)["system/zendesk"] == "done" and states(erasure)["shredded"] == "pending"
    with pytest.raises(FatalError, match="out of turn"):
        advance(erasure, "r1/receipt", StepState.DONE)
    assert finish(erasure).progress is Progress.COMPLETE


def test_a_held_record_waits_and_everything_else_goes():
    erasure = until_systems(fresh(), purged=StepState.HELD)
    assert erasure.progress is Progress.PARTIAL
    erasure = finish(erasure, but={"r1/purged"})
    assert states(erasure)["system/crm"] == states(erasure)["system/zendesk"] == "done"
    assert states(erasure)["verified"] == states(erasure)["shredded"] == "pending"
    assert finish(erasure).progress is Progress.COMPLETE


def test_a_hold_on_everything_stops_it_before_anything_is_destroyed():
    erasure = finish(fresh(), but={"r1/released"})
    erasure = advance(erasure, "r1/released", StepState.HELD, reason="legal_hold")
    assert [step.key for step in erasure.ready()] == ["r1/released"] and erasure.progress is Progress.OPEN


def test_what_a_plugin_cannot_do_is_open_until_somebody_has_done_it():
    erasure = advance(until_systems(fresh()), "r1/system/crm", StepState.UNSUPPORTED, reason="by_hand")
    erasure = finish(erasure, but={"r1/system/crm"})
    assert erasure.progress is Progress.PARTIAL and states(erasure)["shredded"] == "pending"
    assert finish(erasure).progress is Progress.COMPLETE


def test_data_retained_on_a_ground_closes_the_step_but_only_with_a_reason():
    erasure = until_systems(fresh())
    with pytest.raises(FatalError, match="needs a reason"):
        advance(erasure, "r1/system/crm", StepState.RETAINED)
    erasure = advance(erasure, "r1/system/crm", StepState.RETAINED, reason="tax_law")
    assert [step.key for step in reopen(erasure, "crm", "law ended").ready()] == ["r1/system/crm", "r1/system/zendesk"]
    assert finish(erasure).progress is Progress.COMPLETE


def test_what_was_retained_cannot_be_cleared_once_the_identifiers_are_gone():
    erasure = advance(until_systems(fresh()), "r1/system/crm", StepState.RETAINED, reason="tax_law")
    with pytest.raises(FatalError, match="by hand"):
        reopen(finish(erasure), "crm", "law ended")


def test_what_is_seen_again_at_a_system_opens_it_again():
    erasure = advance(until_systems(fresh()), "r1/system/crm", StepState.DONE)
    erasure = advance(erasure, "r1/system/zendesk", StepState.DONE)
    assert [step.key for step in erasure.ready()] == ["r1/verified"]
    assert [step.key for step in reopen(erasure, "crm", "seen_again").ready()] == ["r1/system/crm"]
    assert reopen(fresh(), "crm", "seen_again") == fresh()


@pytest.mark.parametrize("state", [StepState.RETAINED, StepState.HELD, StepState.UNSUPPORTED])
def test_the_hub_itself_can_neither_retain_nor_wait(state):
    with pytest.raises(FatalError, match="concerns"):
        advance(fresh(), "r1/received", state, reason="because")


def test_a_step_that_does_not_exist_is_refused():
    with pytest.raises(FatalError, match="no step"):
        advance(fresh(), "r1/system/unknown", StepState.DONE)


moves = st.lists(st.tuples(st.integers(0, 10), st.sampled_from(list(StepState))), max_size=60)


@settings(max_examples=100, deadline=None)
@given(moves=moves)
def test_whatever_happens_nobody_is_told_too_early(moves):
    erasure = fresh()
    for number, state in moves:
        try:
            erasure = advance(erasure, erasure.steps[number].key, state, reason="r")
        except FatalError:
            continue
    receipt = erasure.steps[-1]
    assert receipt.state is not StepState.DONE or all(s.state in {"done", "retained"} for s in erasure.steps)
