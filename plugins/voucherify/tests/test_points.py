import pytest

from hub.contract import AuthError, OutcomeState, ThrottledError, TransientError, WriteRecord
from hub.testing import Fault, Reply
from hub_voucherify import CONNECTOR

BALANCE = "POST /v1/loyalties/*/balance"
FIELDS = {"points": 100, "reason": "service_recovery"}


def record(key="C-000002", idempotency_key="push-1", **fields):
    return WriteRecord(idempotency_key, key, {**FIELDS, **fields})


def booked(simulator, idempotency_key="push-1"):
    return [entry for entry in simulator.ledger.entries if entry["source_id"] == idempotency_key]


def balance(simulator):
    return simulator.cards["ATTUNE-000002"]["loyalty_card"]["balance"]


def only(outcomes):
    (outcome,) = outcomes
    return outcome


def test_points_are_booked_with_the_key_as_source_id(simulator, connection):
    before = balance(simulator)
    outcome = only(connection.write("points", [record()]))
    assert (outcome.state, outcome.vendor_ref) == (OutcomeState.CONFIRMED, simulator.cards["ATTUNE-000002"]["id"])
    assert balance(simulator) == before + 100
    assert [(e["type"], e["reason"]) for e in booked(simulator)] == [("POINTS_ADDITION", "service_recovery")]


def test_a_lost_answer_is_unknown_and_found_in_the_ledger(simulator, connection, open_with):
    simulator.faults.add(Fault(BALANCE, "commit_then_reset"))
    assert only(connection.write("points", [record()])).state is OutcomeState.UNKNOWN
    assert len(booked(simulator)) == 1
    assert only(open_with().reconcile("points", [record()])).state is OutcomeState.CONFIRMED


def test_writing_again_after_a_lost_answer_books_once(simulator, connection):
    simulator.faults.add(Fault(BALANCE, "commit_then_reset"))
    states = [only(connection.write("points", [record()])).state for _ in range(3)]
    assert states == [OutcomeState.UNKNOWN, OutcomeState.CONFIRMED, OutcomeState.CONFIRMED]
    assert len(booked(simulator)) == 1


def test_a_new_process_that_writes_the_same_key_books_once(simulator, open_with):
    simulator.faults.add(Fault(BALANCE, "commit_then_reset"))
    only(open_with().write("points", [record()]))
    assert only(open_with().write("points", [record()])).state is OutcomeState.CONFIRMED
    assert len(booked(simulator)) == 1


def test_the_key_is_found_behind_many_later_entries(simulator, connection, open_with):
    only(connection.write("points", [record()]))
    for _ in range(250):
        simulator.ledger.book(simulator.cards["ATTUNE-000002"], "POINTS_ACCRUAL", 1, at=simulator.clock.now())
    assert only(open_with().write("points", [record()])).state is OutcomeState.CONFIRMED
    assert len(booked(simulator)) == 1


def test_a_cut_before_the_booking_is_sent_again_and_books_once(simulator, connection):
    simulator.faults.add(Fault(BALANCE, "reset"))
    assert only(connection.write("points", [record()])).state is OutcomeState.UNKNOWN
    told = only(connection.reconcile("points", [record()]))
    assert (told.state, told.retryable, told.reason) == (OutcomeState.FAILED, True, "not_in_ledger")
    assert only(connection.write("points", [record()])).state is OutcomeState.CONFIRMED
    assert len(booked(simulator)) == 1


@pytest.mark.parametrize("again", ["write", "reconcile"])
def test_a_ledger_that_lags_behind_is_waited_for(simulator, connection, again):
    simulator.booking_lag = 8
    simulator.faults.add(Fault(BALANCE, "commit_then_reset"))
    only(connection.write("points", [record()]))
    assert only(getattr(connection, again)("points", [record()])).state is OutcomeState.CONFIRMED
    assert len(booked(simulator)) == 1
    assert sum(simulator.clock.slept) == pytest.approx(10)


def test_a_reconciling_process_that_did_not_send_waits_for_the_ledger_too(simulator, open_with):
    simulator.booking_lag = 8
    simulator.faults.add(Fault(BALANCE, "commit_then_reset"))
    only(open_with().write("points", [record()]))
    assert only(open_with().reconcile("points", [record()])).state is OutcomeState.CONFIRMED


def test_the_same_key_twice_in_a_batch_books_once_though_the_ledger_lags(simulator, connection):
    simulator.booking_lag = 60
    states = [o.state for o in connection.write("points", [record(), record()])]
    assert states == [OutcomeState.CONFIRMED] * 2
    assert len(booked(simulator)) == 1


def test_a_500_is_unknown_because_the_booking_may_stand(simulator, connection):
    simulator.faults.add(Fault(BALANCE, "reply", Reply(500, {"code": 500, "key": "internal_error"})))
    assert only(connection.write("points", [record()])).state is OutcomeState.UNKNOWN


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        (202, {}),
        (207, {}),
        (200, {"points": 1}),
        (200, {"points": None}),
        (200, {"related_object": None}),
        (200, {"related_object": {"type": "voucher", "id": "v_other"}}),
    ],
)
def test_an_answer_that_is_not_of_this_booking_is_looked_up(simulator, connection, status, changes):
    def alter(reply):
        return Reply(status, {**reply.body, **changes})

    simulator.faults.add(Fault(BALANCE, "change", change=alter))
    assert only(connection.write("points", [record()])).state is OutcomeState.UNKNOWN
    assert only(connection.reconcile("points", [record()])).state is OutcomeState.CONFIRMED
    assert len(booked(simulator)) == 1


def test_a_ledger_that_goes_in_a_circle_is_left(simulator, connection):
    names, card = iter("ABCABCABC"), simulator.cards["ATTUNE-000002"]["id"]
    simulator.faults.add(
        Fault("GET */transactions", "change", times=9, change=lambda reply: Reply(
            200, {"data": [{"id": next(names), "source_id": "x", "voucher_id": card}], "has_more": True}))
    )  # fmt: skip
    outcome = only(connection.write("points", [record()]))
    assert (outcome.state, outcome.reason) == (OutcomeState.FAILED, "not_sent")
    assert len([call for call in simulator.calls if call.path.endswith("/transactions")]) == 4


def test_a_limit_leaves_the_key_unsent(simulator, connection):
    simulator.faults.add(Fault(BALANCE, "reply", Reply(429, {"code": 429}, {"Retry-After": "900"})))
    with pytest.raises(ThrottledError):
        list(connection.write("points", [record()]))
    assert booked(simulator) == []
    assert only(connection.write("points", [record()])).state is OutcomeState.CONFIRMED


def test_a_ledger_that_cannot_be_read_means_nothing_is_sent(simulator, connection):
    simulator.faults.add(Fault("GET */transactions", "reply", Reply(500, {}), times=-1))
    outcome = only(connection.write("points", [record()]))
    assert (outcome.state, outcome.retryable, outcome.reason) == (OutcomeState.FAILED, True, "not_sent")
    assert not any(call.path.endswith("/balance") for call in simulator.calls)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (record(points=0), "invalid_points"),
        (record(points=1.5), "invalid_points"),
        (record(points=True), "invalid_points"),
        (record(points=None), "invalid_points"),
        (record(surprise=1), "unknown_field"),
        (record(key="C-999999"), "not_a_member"),
        (record(key=" "), "invalid_key"),
        (record(points=-1_000_000), "loyalty_card_points_exceeded"),
    ],
)
def test_bad_adjustments_fail_for_good_and_the_rest_goes_on(connection, bad, reason):
    good = WriteRecord("push-2", "C-000003", FIELDS)
    outcomes = {o.key: o for o in connection.write("points", [bad, good])}
    told = outcomes["push-1"]
    assert (told.state, told.retryable, told.reason) == (OutcomeState.FAILED, False, reason)
    assert outcomes["push-2"].state is OutcomeState.CONFIRMED


def test_two_cards_of_one_customer_are_never_guessed_between(simulator, connection):
    card = simulator.cards["ATTUNE-000002"]
    simulator.cards["SECOND"] = {**card, "id": "v_second", "code": "SECOND"}
    assert only(connection.write("points", [record()])).reason == "several_members"


def test_a_missing_program_is_not_taken_for_missing_members(open_with):
    outcomes = open_with(campaign="camp_gone").write("points", [record()])
    with pytest.raises(Exception, match="does not know") as caught:
        list(outcomes)
    assert type(caught.value).__name__ == "ConfigError"


def test_three_unknown_ends_in_a_row_stop_the_batch(simulator, connection):
    simulator.faults.add(Fault(BALANCE, "reset", times=-1))
    records = [record(f"C-{n:06d}", f"push-{n}") for n in range(1, 7)]
    states = [(o.state.value, o.reason) for o in connection.write("points", records)]
    assert states == [("unknown", None)] * 3 + [("failed", "not_sent")] * 3


def test_wrong_credentials_stop_the_batch(open_with):
    with pytest.raises(AuthError):
        list(open_with(app_token="wrong").write("points", [record()]))


def test_the_manifest_offers_only_what_is_checked():
    (points,) = [entry for entry in CONNECTOR.manifest.objects if entry.name == "points"]
    assert points.fields == ("points", "reason")


@pytest.mark.parametrize(
    "said",
    [
        Reply(204),
        Reply(200),
        Reply(200, {}),
        Reply(200, {"data": None}),
        Reply(200, {"data": [None]}),
        Reply(200, {"data": [], "has_more": True}),
        Reply(200, {"data": [{"source_id": None}], "has_more": True}),
        Reply(200, {"data": [{"id": "v_1", "voucher_id": "v_000000000000000000000002"}] * 100, "has_more": None}),
    ],
)
def test_a_ledger_that_says_nothing_does_not_say_that_nothing_was_booked(simulator, open_with, said):
    simulator.faults.add(Fault(BALANCE, "commit_then_reset"))
    only(open_with().write("points", [record()]))
    simulator.faults.add(Fault("GET */members/*/transactions", "reply", said, times=-1))
    with pytest.raises(TransientError):
        only(open_with().reconcile("points", [record()]))
    outcome = only(open_with().write("points", [record()]))
    assert (outcome.state, outcome.retryable, outcome.reason) == (OutcomeState.FAILED, True, "not_sent")
    assert len(booked(simulator)) == 1


@pytest.mark.parametrize(
    "said", [Reply(204), Reply(200, {}), Reply(200, {"vouchers": None}), Reply(200, {"vouchers": [7]})]
)
def test_a_list_of_members_that_is_none_makes_nobody_a_stranger(simulator, connection, said):
    simulator.faults.add(Fault("GET */members", "reply", said))
    assert only(connection.write("points", [record()])).retryable
    assert only(connection.write("points", [record()])).state is OutcomeState.CONFIRMED


def lead_to(simulator, path, number):
    """Answers about another customer's row, as a cache does that mixes two callers up."""
    other = f"C-{number:06d}"
    card = next(card for card in simulator.cards.values() if card["holder_id"] == simulator.customer(other)["id"])
    answers = {
        "GET /v1/customers/*": simulator.customer(other),
        "GET */members": {"vouchers": [card], "total": 1},
        "GET */transactions": simulator.ledger.page({}, now=simulator.clock.now(), card=card["id"]),
    }
    simulator.faults.add(Fault(path, reply=Reply(200, answers[path])))


@pytest.mark.parametrize("path", ["GET /v1/customers/*", "GET */members", "GET */transactions"])
def test_nothing_is_booked_by_an_answer_about_another_customer(simulator, connection, open_with, path):
    lead_to(simulator, path, 3)
    outcome = only(connection.write("points", [record()]))
    assert (outcome.state, outcome.retryable, outcome.reason) == (OutcomeState.FAILED, True, "not_sent")
    assert booked(simulator) == [] and not any(call.path.endswith("/balance") for call in simulator.calls)
    assert only(connection.write("points", [record()])).state is OutcomeState.CONFIRMED
    lead_to(simulator, path, 3)
    with pytest.raises(TransientError):
        only(open_with().reconcile("points", [record()]))
    assert only(open_with().write("points", [record()])).state is OutcomeState.CONFIRMED
    assert len(booked(simulator)) == 1


def test_a_ledger_that_is_not_shown_does_not_say_that_nothing_was_booked(simulator, connection, open_with):
    simulator.faults.add(Fault.committed_then_reset(BALANCE))
    assert only(connection.write("points", [record()])).state is OutcomeState.UNKNOWN
    simulator.faults.add(
        Fault.answers("GET */transactions", body={"code": 404, "key": "not_found"}, status=404, times=3)
    )
    with pytest.raises(TransientError):
        list(open_with().reconcile("points", [record()]))
    for _ in range(3):
        list(open_with().write("points", [record()]))
    assert len(booked(simulator)) == 1
