import json
from typing import Any

import pytest

from hub.contract import AuthError, Destination, OutcomeState, ThrottledError, TransientError, WriteRecord
from hub.testing import Fault, Reply
from hub_salesforce.simulated_table import make_id

COLLECTION = "PATCH /services/data/v59.0/composite/sobjects"
CONFIRMED, FAILED, UNKNOWN = OutcomeState.CONFIRMED, OutcomeState.FAILED, OutcomeState.UNKNOWN


def record(number: int, sobject: str = "Contact", **fields: Any) -> WriteRecord:
    return WriteRecord(
        f"idem-{number}", make_id(sobject, number), fields or {"Emotion__c": "anger", "Distress__c": 0.91}
    )


def outcomes(stream):
    return {outcome.key: outcome for outcome in stream}


def test_rows_are_updated_and_confirmed_by_their_own_answer(org, connector):
    assert isinstance(connector, Destination)
    told = outcomes(connector.write("contacts", [record(1), record(2)]))
    assert {key: (outcome.state, outcome.vendor_ref) for key, outcome in told.items()} == {
        "idem-1": (CONFIRMED, make_id("Contact", 1)), "idem-2": (CONFIRMED, make_id("Contact", 2)),
    }  # fmt: skip
    row = org.tables["Contact"][make_id("Contact", 1)]
    assert (row["Emotion__c"], row["Distress__c"], row["Email"]) == ("anger", 0.91, "maria.garcia@example.com")


def test_cases_are_written_too_and_null_clears(org, connector):
    org.update("Case", make_id("Case", 3), Emotion__c="anger")
    told = outcomes(connector.write("cases", [record(3, "Case", Emotion__c=None, Valence_Shift__c=-0.5)]))
    row = org.tables["Case"][make_id("Case", 3)]
    assert told["idem-3"].state is CONFIRMED and (row["Emotion__c"], row["Valence_Shift__c"]) == (None, -0.5)


def test_more_than_a_call_takes_goes_in_pieces_with_order_kept(org, open_org):
    for n in range(25, 451):
        org.table.add("Contact", {"LastName": "Extra"}, id=make_id("Contact", n))
    org.refuse(make_id("Contact", 300), "FIELD_CUSTOM_VALIDATION_EXCEPTION")
    told = outcomes(open_org().write("contacts", [record(n) for n in range(1, 451)]))
    sizes = [len(json.loads(call.body)["records"]) for call in org.calls if call.method == "PATCH"]
    assert sizes == [200, 200, 50] and len(told) == 450
    assert [key for key, outcome in told.items() if outcome.state is not CONFIRMED] == ["idem-300"]


def test_a_success_status_with_failures_inside_is_told_row_by_row(org, connector):
    org.refuse(make_id("Contact", 2), "FIELD_CUSTOM_VALIDATION_EXCEPTION")
    org.refuse(make_id("Contact", 3), "UNABLE_TO_LOCK_ROW")
    org.delete_contact(4)
    told = outcomes(connector.write("contacts", [record(n) for n in range(1, 5)]))
    assert {key: (outcome.state, outcome.retryable, outcome.reason) for key, outcome in told.items()} == {
        "idem-1": (CONFIRMED, False, None),
        "idem-2": (FAILED, False, "FIELD_CUSTOM_VALIDATION_EXCEPTION"),
        "idem-3": (FAILED, True, "UNABLE_TO_LOCK_ROW"),
        "idem-4": (FAILED, False, "ENTITY_IS_DELETED"),
    }


def test_an_erased_customer_is_not_created_again(org, connector):
    org.table.purge("Contact", make_id("Contact", 4))
    (outcome,) = connector.write("contacts", [record(4)])
    assert (outcome.state, outcome.retryable) == (FAILED, False)
    assert len(org.tables["Contact"]) == 23


@pytest.mark.parametrize(
    ("key", "fields", "reason"),
    [
        (make_id("Case", 3), {"Emotion__c": "anger"}, "MALFORMED_ID"),
        ("../User/005", {"Emotion__c": "anger"}, "MALFORMED_ID"),
        (make_id("Contact", 1), {"Email": "x@example.com"}, "FIELD_NOT_DECLARED"),
        (make_id("Contact", 1), {"Distress__c": float("nan")}, "INVALID_VALUE"),
        (make_id("Contact", 1), {"Emotion__c": {"nested": 1}}, "INVALID_VALUE"),
    ],
)
def test_what_must_not_be_sent_is_not_sent_and_spoils_nothing(org, connector, key, fields, reason):
    told = outcomes(connector.write("contacts", [WriteRecord("bad", key, fields), record(2)]))
    assert (told["bad"].state, told["bad"].reason, told["idem-2"].state) == (FAILED, reason, CONFIRMED)


def test_the_same_row_twice_is_sent_in_order(org, connector):
    twice = [WriteRecord("old", make_id("Contact", 1), {"Emotion__c": "anger"}),
             WriteRecord("new", make_id("Contact", 1), {"Emotion__c": "gratitude"})]  # fmt: skip
    assert {outcome.state for outcome in connector.write("contacts", twice)} == {CONFIRMED}
    assert org.tables["Contact"][make_id("Contact", 1)]["Emotion__c"] == "gratitude"


@pytest.mark.parametrize(("kind", "there"), [("commit_then_reset", True), ("reset", False)])
def test_a_lost_answer_is_unknown_until_read_back(org, connector, kind, there):
    connector.check()
    org.faults.add(Fault(COLLECTION, kind=kind))
    batch = [record(1), record(2)]
    assert {outcome.state for outcome in connector.write("contacts", batch)} == {UNKNOWN}
    truth = outcomes(connector.reconcile("contacts", batch))
    expected = (CONFIRMED, False) if there else (FAILED, True)
    assert {(outcome.state, outcome.retryable) for outcome in truth.values()} == {expected}


def test_after_a_lost_answer_nothing_more_is_sent(org, open_org):
    for n in range(25, 450):
        org.table.add("Contact", {"LastName": "Extra"}, id=make_id("Contact", n))
    org.faults.add(Fault(COLLECTION, kind="commit_then_reset"))
    told = outcomes(open_org().write("contacts", [record(n) for n in range(1, 450)]))
    states = [told[f"idem-{n}"].state for n in range(1, 450)]
    assert states == [UNKNOWN] * 200 + [FAILED] * 249
    assert told["idem-449"].retryable and org.tables["Contact"][make_id("Contact", 449)]["Emotion__c"] is None


def test_a_failing_vendor_leaves_the_rows_unknown_and_is_told(org, connector):
    org.faults.add(Fault(COLLECTION, reply=Reply(503, [{"errorCode": "SERVER_UNAVAILABLE", "message": "m"}])))
    told = []
    with pytest.raises(TransientError):
        told.extend(connector.write("contacts", [record(1)]))
    assert [outcome.state for outcome in told] == [UNKNOWN]


def test_an_unreachable_vendor_was_sent_nothing(org, open_org):
    connector = open_org(session_token="00Dready!1", consumer_key=None, consumer_secret=None)
    org.stop()
    (outcome,) = connector.write("contacts", [record(1)])
    assert (outcome.state, outcome.retryable, outcome.reason) == (FAILED, True, "NOT_SENT")


@pytest.mark.parametrize("fault", [{"kind": "commit_then_reset"}, {"reply": Reply(503, "down")}])
def test_a_write_that_cannot_log_in_was_not_sent(org, connector, fault):
    org.faults.add(Fault("POST /services/oauth2/token", **fault))
    (outcome,) = connector.write("contacts", [record(1)])
    assert (outcome.state, outcome.retryable, outcome.reason) == (FAILED, True, "NOT_SENT")


def test_an_exhausted_limit_is_not_sent(org, connector):
    refused = Reply(403, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "m"}])
    org.faults.add(Fault(COLLECTION, reply=refused))
    with pytest.raises(ThrottledError):
        list(connector.write("contacts", [record(1)]))


def test_missing_rights_fail_for_good(org, connector):
    refused = Reply(403, [{"errorCode": "INSUFFICIENT_ACCESS_OR_READONLY", "message": "Maria is read-only"}])
    org.faults.add(Fault(COLLECTION, reply=refused))
    (outcome,) = connector.write("contacts", [record(1)])
    assert (outcome.state, outcome.retryable) == (FAILED, False)
    assert outcome.reason == "INSUFFICIENT_ACCESS_OR_READONLY"


def test_a_session_that_ends_before_a_write_is_renewed(org, connector):
    connector.check()
    org.expire_sessions()
    (outcome,) = connector.write("contacts", [record(1)])
    assert outcome.state is CONFIRMED and org.logins == 2


def test_wrong_credentials_send_nothing(org, open_org):
    with pytest.raises(AuthError):
        list(open_org(consumer_secret="wrong").write("contacts", [record(1)]))


@pytest.mark.parametrize(
    "answer",
    [
        [],
        [{"success": True, "id": make_id("Contact", 9), "errors": []}],
        [None],
        {"success": True},
        [{"success": True}],
        [{"success": "true", "id": make_id("Contact", 1), "errors": []}],
        [{"id": make_id("Contact", 1), "errors": []}],
    ],
)
def test_an_answer_for_other_rows_confirms_nothing(org, connector, answer):
    org.faults.add(Fault(COLLECTION, reply=Reply(200, answer)))
    (outcome,) = connector.write("contacts", [record(1)])
    assert outcome.state is UNKNOWN


def test_a_message_that_quotes_the_customer_never_becomes_a_reason(org, connector):
    answer = [{"success": False, "errors": [{"statusCode": "maria.garcia@example.com", "message": "maria"}]}]
    org.faults.add(Fault(COLLECTION, reply=Reply(200, answer)))
    (outcome,) = connector.write("contacts", [record(1)])
    assert (outcome.state, outcome.reason) == (FAILED, "UNKNOWN")


def test_reading_back_compares_as_salesforce_stores(org, connector):
    org.update_contact(1, Emotion__c="anger", Distress__c=0.91, Emotion_As_Of__c="2026-05-29T10:36:00.000+0000")
    same = record(1, Emotion__c="anger ", Distress__c=0.91, Emotion_As_Of__c="2026-05-29T10:36:00Z", Tone_Hint__c="")
    other = record(2, Distress__c=0.2)
    gone = record(3)
    org.delete_contact(3)
    told = outcomes(connector.reconcile("contacts", [same, other, gone, WriteRecord("bad", "x", {"Emotion__c": "a"})]))
    assert {key: (outcome.state, outcome.retryable) for key, outcome in told.items()} == {
        "idem-1": (CONFIRMED, False), "idem-2": (FAILED, True), "idem-3": (FAILED, False), "bad": (FAILED, False),
    }  # fmt: skip


@pytest.mark.parametrize("fault", [
    Fault.html(COLLECTION, status=404), Fault.html(COLLECTION, status=410), Fault.redirected(COLLECTION, to="/maintenance"),
])  # fmt: skip
def test_an_answer_in_salesforces_place_refuses_no_row(org, connector, fault):
    org.faults.add(fault)
    assert outcomes(connector.write("contacts", [record(1)]))["idem-1"].state is UNKNOWN
    back = outcomes(connector.reconcile("contacts", [record(1)]))["idem-1"]
    assert (back.state, back.retryable) == (FAILED, True)


@pytest.mark.parametrize(
    "fault", [Fault.html(COLLECTION, status=413, times=2), Fault.refused(COLLECTION, status=413, times=2)]
)
def test_a_call_that_is_too_large_goes_in_halves(org, connector, fault):
    org.faults.add(fault)
    told = outcomes(connector.write("contacts", [record(n) for n in range(1, 9)]))
    assert {outcome.state for outcome in told.values()} == {CONFIRMED} and len(told) == 8
    sizes = [len(json.loads(call.body)["records"]) for call in org.calls if call.method == "PATCH"]
    assert sizes == [8, 4, 2, 2, 4]


def test_a_row_that_is_too_large_by_itself_fails_and_may_be_tried_again(org, connector):
    org.faults.add(Fault.html(COLLECTION, status=413, times=-1))
    told = outcomes(connector.write("contacts", [record(n) for n in range(1, 5)]))
    assert {(o.state, o.reason, o.retryable) for o in told.values()} == {(FAILED, "HTTP_413", True)}
    assert len([call for call in org.calls if call.method == "PATCH"]) == 7


def test_a_half_after_one_that_was_lost_is_not_sent(org, connector):
    org.faults.add(Fault.html(COLLECTION, status=413))
    org.faults.add(Fault(COLLECTION, "reset", after=0))
    told = outcomes(connector.write("contacts", [record(n) for n in range(1, 5)]))
    assert [told[f"idem-{n}"].state for n in range(1, 5)] == [UNKNOWN, UNKNOWN, FAILED, FAILED]
    assert {told[f"idem-{n}"].reason for n in (3, 4)} == {"NOT_SENT"}


def test_a_call_that_is_too_large_to_be_read_back_tells_nothing(org, connector):
    org.faults.add(Fault.html("POST */composite/sobjects/*", status=413, times=-1))
    with pytest.raises(TransientError):
        list(connector.reconcile("contacts", [record(1)]))
