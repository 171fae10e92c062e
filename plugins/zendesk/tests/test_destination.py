import json
from collections.abc import Callable
from typing import Any

import pytest

from hub.contract import AuthError, ConfigError, Outcome, OutcomeState, ThrottledError, TransientError, WriteRecord
from hub.testing import Fault, Reply
from hub_zendesk.destination import batches
from hub_zendesk.job import Job
from hub_zendesk.rows import is_same
from hub_zendesk.simulated.payloads import TICKET_FIELD_IDS
from hub_zendesk.simulator import ZendeskSimulator
from hub_zendesk.ticket_rows import as_tags

ANGRY = {"emotion_tags": ["attune_anger"], "emotion_label": "anger", "distress": 0.91, "valence_shift": -0.3}
MARIA = 7_000_000_000_001


def ticket(number: int, fields: dict[str, Any] | None = None, **known: Any) -> WriteRecord:
    return WriteRecord(f"k-{number}", str(number), ANGRY if fields is None else fields, **known)


def user(number: int, fields: dict[str, Any] | None = None, **known: Any) -> WriteRecord:
    return WriteRecord(f"k-{number}", str(number), {"emotion_label": "anger"} if fields is None else fields, **known)


def by_key(outcomes: Any) -> dict[str, Outcome]:
    found = list(outcomes)
    assert len({outcome.key for outcome in found}) == len(found), "one outcome per record"
    return {outcome.key: outcome for outcome in found}


def custom(vendor: ZendeskSimulator, ticket_id: int) -> dict[str, Any]:
    values = {field["id"]: field["value"] for field in vendor.tickets[ticket_id]["custom_fields"]}
    return {name: values[field_id] for name, field_id in TICKET_FIELD_IDS.items()}


def test_tickets_get_fields_and_tags_in_one_job(vendor: ZendeskSimulator, zendesk: Any) -> None:
    outcomes = by_key(zendesk.write("tickets", [ticket(35001), ticket(35002)]))
    assert {o.state for o in outcomes.values()} == {OutcomeState.CONFIRMED}
    assert outcomes["k-35001"].vendor_ref == "35001"
    assert custom(vendor, 35001) == {
        "emotion_label": "anger", "distress": 0.91, "valence_shift": -0.3, "emotion_as_of": None,
    }  # fmt: skip
    assert len(vendor.jobs) == 1
    assert [call.method for call in vendor.calls].count("PUT") == 1


def test_only_our_own_tags_are_replaced(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.tickets[35001]["tags"] = ["vip", "attune_gratitude", "escalated"]
    list(zendesk.write("tickets", [ticket(35001)]))
    assert vendor.tickets[35001]["tags"] == ["vip", "escalated", "attune_anger"]
    list(zendesk.write("tickets", [ticket(35001, {"emotion_tags": None})]))
    assert vendor.tickets[35001]["tags"] == ["vip", "escalated"]


def test_without_tags_nothing_is_read_and_tags_stay(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.tickets[35001]["tags"] = ["vip", "attune_gratitude"]
    list(zendesk.write("tickets", [ticket(35001, {"emotion_label": "anger"})]))
    assert vendor.tickets[35001]["tags"] == ["vip", "attune_gratitude"]
    assert not [call for call in vendor.calls if "show_many" in call.path]


def test_a_tag_that_an_agent_adds_meanwhile_is_not_lost(vendor: ZendeskSimulator, zendesk: Any) -> None:
    original = vendor.update_tickets

    def later(*args: Any) -> Reply:
        reply = original(*args)
        vendor.clock.advance(1)
        vendor.tickets[35001]["tags"] = ["added_by_agent"]
        vendor.touch_ticket(35001)
        return reply

    vendor._routes = [(m, p, later if h == original else h) for m, p, h in vendor._routes]
    (outcome,) = zendesk.write("tickets", [ticket(35001)])
    assert (outcome.state, outcome.retryable, outcome.reason) == (OutcomeState.FAILED, True, "UpdateConflict")
    assert vendor.tickets[35001]["tags"] == ["added_by_agent"]


def test_none_clears_fields(vendor: ZendeskSimulator, zendesk: Any) -> None:
    list(zendesk.write("tickets", [ticket(35001)]))
    list(zendesk.write("tickets", [ticket(35001, {"emotion_label": None, "distress": None})]))
    assert custom(vendor, 35001)["emotion_label"] is None
    assert custom(vendor, 35001)["valence_shift"] == -0.3
    list(zendesk.write("users", [user(MARIA)]))
    list(zendesk.write("users", [user(MARIA, {"emotion_label": None})]))
    assert vendor.users[MARIA]["user_fields"]["emotion_label"] is None


def test_users_keep_their_other_fields(vendor: ZendeskSimulator, zendesk: Any) -> None:
    (outcome,) = zendesk.write("users", [user(MARIA, {"emotion_label": "anger", "churn_risk": 0.7})])
    assert outcome.state is OutcomeState.CONFIRMED
    fields = vendor.users[MARIA]["user_fields"]
    assert (fields["emotion_label"], fields["churn_risk"], fields["consent_emotion"]) == ("anger", 0.7, "given")


def test_a_completed_job_can_hold_99_failures_of_100(vendor: ZendeskSimulator, zendesk: Any) -> None:
    for number in range(100):
        vendor.users[8_000_000 + number] = {**vendor.users[MARIA], "id": 8_000_000 + number}
    vendor.row_failures = {8_000_000 + number: "UserUpdateFailed" for number in range(1, 100)}
    outcomes = by_key(zendesk.write("users", [user(8_000_000 + number) for number in range(100)]))
    assert next(iter(vendor.jobs.values()))["status"] == "completed"
    states = [outcome.state for outcome in outcomes.values()]
    assert states.count(OutcomeState.FAILED) == 99
    assert outcomes["k-8000000"].state is OutcomeState.CONFIRMED
    assert outcomes["k-8000001"].reason == "UserUpdateFailed"
    assert "Maria" not in repr(outcomes), "the vendor's message text quotes names"


def test_batches_never_hold_more_than_100(vendor: ZendeskSimulator, zendesk: Any) -> None:
    for number in range(101):
        vendor.users[8_000_000 + number] = {**vendor.users[MARIA], "id": 8_000_000 + number}
    outcomes = by_key(zendesk.write("users", [user(8_000_000 + number) for number in range(101)]))
    assert {outcome.state for outcome in outcomes.values()} == {OutcomeState.CONFIRMED}
    assert [len(json.loads(call.body)["users"]) for call in vendor.calls if call.method == "PUT"] == [100, 1]


def test_two_rows_of_one_ticket_go_one_after_the_other(vendor: ZendeskSimulator, zendesk: Any) -> None:
    first = WriteRecord("first", "35001", {"emotion_label": "anger"})
    second = WriteRecord("second", "35001", {"emotion_label": "gratitude"})
    outcomes = by_key(zendesk.write("tickets", [first, second]))
    assert {outcome.state for outcome in outcomes.values()} == {OutcomeState.CONFIRMED}
    assert custom(vendor, 35001)["emotion_label"] == "gratitude"
    assert [[r.idempotency_key for r in batch] for batch in batches([first, second])] == [["first"], ["second"]]


def test_bad_rows_do_not_stop_good_ones(vendor: ZendeskSimulator, opened: Callable[..., Any]) -> None:
    vendor.tickets[35004]["status"] = "closed"
    vendor.delete_ticket(35005)
    zendesk = opened(ticket_fields={"emotion_label": TICKET_FIELD_IDS["emotion_label"]})
    records = [
        WriteRecord("good", "35001", {"emotion_tags": ["anger"], "emotion_label": "anger"}),
        WriteRecord("no id", "not-an-id", {"emotion_label": "anger"}),
        WriteRecord("no field", "35002", {"distress": 0.4}),
        WriteRecord("closed", "35004", {"emotion_tags": ["anger"]}),
        WriteRecord("deleted", "35005", {"emotion_tags": ["anger"]}),
    ]
    outcomes = by_key(zendesk.write("tickets", records))
    assert outcomes["good"].state is OutcomeState.CONFIRMED
    reasons = {key: (o.reason, o.retryable) for key, o in outcomes.items() if o.state is OutcomeState.FAILED}
    assert reasons == {
        "no id": ("bad_key", False), "no field": ("custom_field_not_configured", False),
        "closed": ("closed", False), "deleted": ("not_found", False),
    }  # fmt: skip


def test_closed_tickets_fail_by_the_job_where_no_tags_are_written(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.tickets[35001]["status"] = "closed"
    (outcome,) = zendesk.write("tickets", [ticket(35001, {"emotion_label": "anger"})])
    assert (outcome.state, outcome.reason) == (OutcomeState.FAILED, "TicketUpdateFailed")


def test_a_field_that_is_not_ours_is_not_written(vendor: ZendeskSimulator, zendesk: Any) -> None:
    (outcome,) = zendesk.write("users", [user(MARIA, {"consent_emotion": "given"})])
    assert (outcome.state, outcome.reason) == (OutcomeState.FAILED, "unknown_field")
    assert not vendor.jobs


@pytest.mark.parametrize("shape", ["null", "object"])
def test_a_job_without_rows_says_nothing_about_a_row(vendor: ZendeskSimulator, zendesk: Any, shape: Any) -> None:
    vendor.results_shape = shape
    (outcome,) = zendesk.write("users", [user(MARIA)])
    assert outcome.state is OutcomeState.UNKNOWN
    (after,) = zendesk.reconcile("users", [user(MARIA, job=outcome.job)])
    assert after.state is OutcomeState.CONFIRMED


def test_a_missing_row_is_unknown_and_read_back(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.lost_rows = {35001}
    outcomes = by_key(zendesk.write("tickets", [ticket(35001), ticket(35002)]))
    assert [o.state for o in outcomes.values()] == [OutcomeState.UNKNOWN, OutcomeState.CONFIRMED]
    (after,) = zendesk.reconcile("tickets", [ticket(35001, job=outcomes["k-35001"].job)])
    assert after.state is OutcomeState.CONFIRMED


def test_a_job_that_does_not_end_is_accepted_and_the_wait_is_bounded(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.job_polls, vendor.job_seconds = 10**6, 10**9
    (outcome,) = zendesk.write("users", [user(MARIA)])
    assert outcome.state is OutcomeState.ACCEPTED
    assert outcome.job in vendor.jobs
    assert sum(vendor.clock.slept) <= 66
    (still,) = zendesk.reconcile("users", [user(MARIA, job=outcome.job)])
    assert still.state is OutcomeState.ACCEPTED
    vendor.finish_jobs()
    (done,) = zendesk.reconcile("users", [user(MARIA, job=outcome.job)])
    assert done.state is OutcomeState.CONFIRMED


def test_reconcile_reads_a_failure_from_the_job(vendor: ZendeskSimulator, opened: Callable[..., Any]) -> None:
    vendor.row_failures = {MARIA: "UserUpdateFailed"}
    zendesk = opened(job_wait=0)
    (outcome,) = zendesk.write("users", [user(MARIA)])
    assert outcome.state is OutcomeState.ACCEPTED
    vendor.finish_jobs()
    (after,) = zendesk.reconcile("users", [user(MARIA, job=outcome.job)])
    assert (after.state, after.reason, after.retryable) == (OutcomeState.FAILED, "UserUpdateFailed", False)


def test_a_forgotten_job_is_read_back_from_the_row(vendor: ZendeskSimulator, opened: Callable[..., Any]) -> None:
    zendesk = opened(job_wait=0)
    (done,) = zendesk.write("users", [user(MARIA)])
    vendor.finish_jobs()
    vendor.clock.advance(3601)
    (after,) = zendesk.reconcile("users", [user(MARIA, job=done.job)])
    assert after.state is OutcomeState.CONFIRMED


def test_rows_without_effect_are_to_be_sent_again(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.touch_user(7_000_000_000_002, active=False)
    vendor.delete_ticket(35002)
    outcomes = by_key(zendesk.reconcile("users", [user(MARIA), user(7_000_000_000_002), user(5)]))
    assert (outcomes[f"k-{MARIA}"].retryable, outcomes[f"k-{MARIA}"].reason) == (True, "not_applied")
    assert outcomes["k-7000000000002"].reason == outcomes["k-5"].reason == "not_found"
    tickets = by_key(zendesk.reconcile("tickets", [ticket(35001), ticket(35002)]))
    assert [(o.state, o.reason) for o in tickets.values()] == [
        (OutcomeState.FAILED, "not_applied"), (OutcomeState.FAILED, "not_found"),
    ]  # fmt: skip


SHOWN = {"users": ("GET /api/v2/users/show_many*", MARIA), "tickets": ("GET /api/v2/tickets/show_many*", 35001)}


@pytest.mark.parametrize("stream", SHOWN)
@pytest.mark.parametrize("rows", [[], [{"id": 5}], "text"])
def test_what_a_list_leaves_out_is_asked_for_singly(
    vendor: ZendeskSimulator, zendesk: Any, stream: str, rows: list[Any] | str
) -> None:
    match, key = SHOWN[stream]
    wanted = user(key) if stream == "users" else ticket(key)
    list(zendesk.write(stream, [wanted]))
    vendor.finish_jobs()

    def told(body: dict[str, Any]) -> dict[str, Any]:
        return {stream: [{**row, "id": str(row["id"])} for row in body[stream]] if rows == "text" else rows}

    vendor.faults.add(Fault.changed(match, change=told, times=-1))
    (outcome,) = zendesk.reconcile(stream, [wanted])
    assert outcome.state is OutcomeState.CONFIRMED


@pytest.mark.parametrize(
    "fault",
    [
        Fault.empty("GET *show_many*", status=204, times=-1),
        Fault.answers("GET *show_many*", body={}, times=-1),
        Fault.answers("GET *show_many*", body={"users": None}, times=-1),
        Fault.answers("GET */users/*", body={"users": []}, times=-1),
        Fault.answers("GET */users/*", body={"users": [], "user": {"id": 5}}, times=-1),
    ],
    ids=["204", "no list", "null", "no user", "another user"],
)
def test_an_answer_that_tells_nothing_loses_no_row(vendor: ZendeskSimulator, zendesk: Any, fault: Fault) -> None:
    vendor.faults.add(fault)
    with pytest.raises(TransientError):
        list(zendesk.reconcile("users", [user(MARIA)]))


def test_a_line_cut_after_the_write_is_settled_by_reading_back(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.faults.add(Fault("PUT *", kind="commit_then_reset"))
    with pytest.raises(TransientError):
        list(zendesk.write("tickets", [ticket(35001)]))
    vendor.finish_jobs()
    (after,) = zendesk.reconcile("tickets", [ticket(35001)])
    assert after.state is OutcomeState.CONFIRMED
    assert len(vendor.jobs) == 1, "a write whose fate is unknown is not sent again"


def test_a_lost_job_that_is_still_waiting_is_waited_for(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.faults.add(Fault("PUT *", kind="commit_then_reset"))
    with pytest.raises(TransientError):
        list(zendesk.write("users", [user(MARIA)]))
    assert vendor.users[MARIA]["user_fields"]["emotion_label"] is None
    (after,) = zendesk.reconcile("users", [user(MARIA)])
    assert after.state is OutcomeState.CONFIRMED


def test_a_lost_job_that_does_not_end_stays_unknown(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.job_polls, vendor.job_seconds = 10**6, 10**9
    vendor.faults.add(Fault("PUT *", kind="commit_then_reset"))
    with pytest.raises(TransientError):
        list(zendesk.write("users", [user(MARIA)]))
    (after,) = zendesk.reconcile("users", [user(MARIA)])
    assert after.state is OutcomeState.UNKNOWN, "sending again is for rows that are certainly not there"
    assert sum(vendor.clock.slept) <= 66


def test_too_many_jobs_is_throttling(vendor: ZendeskSimulator, opened: Callable[..., Any]) -> None:
    vendor.job_polls, vendor.job_seconds = 10**6, 10**9
    zendesk = opened(job_wait=0)
    for number in range(30):
        list(zendesk.write("users", [WriteRecord(f"k{number}", str(MARIA), {"emotion_label": "anger"})]))
    with pytest.raises(ThrottledError):
        list(zendesk.write("users", [user(MARIA)]))


@pytest.mark.parametrize(
    "reply",
    [Reply(429, None), Reply(401, {"error": "x"}), Reply(500, None), Reply(200, "<html>"), Reply(200, {"a": 1})],
)
def test_trouble_while_polling_is_not_trouble_with_the_write(
    vendor: ZendeskSimulator, zendesk: Any, reply: Reply
) -> None:
    vendor.faults.add(Fault("GET /api/v2/job_statuses/*", reply=reply, times=-1))
    (outcome,) = zendesk.write("users", [user(MARIA)])
    assert outcome.state is OutcomeState.ACCEPTED, "had it raised, the hub would take the row as not sent"


def test_another_jobs_results_confirm_nothing(vendor: ZendeskSimulator, zendesk: Any) -> None:
    other = {"id": "V3-other", "status": "completed", "results": [{"index": 0, "success": True}]}
    vendor.faults.add(Fault.answers("GET /api/v2/job_statuses/*", body={"job_status": other}, times=-1))
    (outcome,) = zendesk.write("users", [user(MARIA)])
    assert outcome.state is OutcomeState.ACCEPTED


def test_a_request_refused_as_a_whole_fails_each_row(vendor: ZendeskSimulator, zendesk: Any) -> None:
    refusal = Reply(400, {"error": "TooManyValues", "description": "Maria Garcia"})
    vendor.faults.add(Fault("PUT *", reply=refusal))
    outcomes = by_key(zendesk.write("users", [user(MARIA), user(7_000_000_000_002)]))
    assert {(o.state, o.reason) for o in outcomes.values()} == {(OutcomeState.FAILED, "TooManyValues")}


def test_forbidden_and_unknown_objects_raise(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.faults.add(Fault("PUT *", reply=Reply(403, {"error": "Forbidden"})))
    with pytest.raises(AuthError):
        list(zendesk.write("users", [user(MARIA)]))
    with pytest.raises(ConfigError):
        list(zendesk.write("organizations", [user(MARIA)]))


def test_bulk_import_is_off_and_not_needed(vendor: ZendeskSimulator, zendesk: Any) -> None:
    list(zendesk.write("users", [user(MARIA)]))
    assert [call.path for call in vendor.calls if call.method != "GET"] == ["/api/v2/users/update_many.json"]


@pytest.mark.parametrize(
    ("item", "state"),
    [
        ({"action": "update", "id": 7, "status": "Updated", "success": True}, OutcomeState.CONFIRMED),
        ({"index": 0, "id": 7, "account_id": 18525119}, OutcomeState.CONFIRMED),
        ({"index": 0, "error": "TicketUpdateFailed", "id": 7, "details": "..."}, OutcomeState.FAILED),
        ({"index": 0, "error": "TicketUpdateFailed", "details": "..."}, OutcomeState.FAILED),
        ({"index": 0, "error": {"title": "odd"}, "id": 7}, OutcomeState.FAILED),
        ({"id": 7, "action": "update", "errors": "Status: closed", "success": False}, OutcomeState.FAILED),
        ({"id": "7", "success": True}, OutcomeState.CONFIRMED),
        ({"id": 7}, OutcomeState.UNKNOWN),
        ({"id": 8, "success": True}, OutcomeState.UNKNOWN),
        ({"index": 1, "success": True}, OutcomeState.UNKNOWN),
        ({}, OutcomeState.UNKNOWN),
    ],
)
def test_every_shape_of_a_row_result(item: dict[str, Any], state: OutcomeState) -> None:
    assert Job("V3-1", "completed", (item,)).outcome("k", 0, 7).state is state


def test_only_codes_become_reasons() -> None:
    job = Job("V3-1", "completed", ({"id": 7, "error": "Maria Garcia cannot be updated"},))
    assert job.outcome("k", 0, 7).reason == "rejected"


@pytest.mark.parametrize(
    ("held", "wanted", "same"),
    [("0.5", 0.5, True), (None, "", True), ("anger", "anger", True), ("anger", None, False), (0, None, False),
     (0.91, 0.92, False), ("gratitude", "anger", False)],
)  # fmt: skip
def test_values_are_compared_as_zendesk_gives_them_back(held: Any, wanted: Any, same: bool) -> None:
    assert is_same(held, wanted) is same


def test_tags_are_made_ours() -> None:
    assert as_tags(["Anger", "attune_anger", "very upset", ""]) == ["attune_anger", "attune_very_upset"]
    assert as_tags(None) == []
    assert as_tags("anger") == ["attune_anger"]


@pytest.mark.parametrize(
    ("reply", "retryable"),
    [
        (Reply(405, "<html>down for maintenance</html>"), True),
        (Reply(409, {"error": "DatabaseConflict", "description": "Database collision"}), True),
        (Reply(422, {"error": "RecordInvalid", "description": "no"}), False),
    ],
)
def test_a_refusal_of_a_whole_request_that_may_pass_is_tried_again(
    vendor: ZendeskSimulator, zendesk: Any, reply: Reply, retryable: bool
) -> None:
    vendor.faults.add(Fault("PUT *", reply=reply))
    told = by_key(zendesk.write("users", [user(MARIA)]))["k-7000000000001"]
    assert (told.state, told.retryable) == (OutcomeState.FAILED, retryable)


def test_a_job_in_a_state_that_nobody_knows_has_not_ended(vendor: ZendeskSimulator, zendesk: Any) -> None:
    def retrying(body: Any) -> Any:
        return {"job_status": {**body["job_status"], "status": "retrying", "results": None}}

    vendor.job_seconds = vendor.job_polls = 10**6
    vendor.faults.add(Fault.changed("GET */job_statuses/*", change=retrying, times=-1))
    told = by_key(zendesk.write("users", [user(MARIA)]))["k-7000000000001"]
    assert told.state is OutcomeState.ACCEPTED
    later = by_key(zendesk.reconcile("users", [user(MARIA, job=told.job)]))["k-7000000000001"]
    assert later.state is OutcomeState.ACCEPTED, "it may still write"


def test_a_row_that_a_job_tells_of_twice_and_differently_is_read_back(vendor: ZendeskSimulator, zendesk: Any) -> None:
    def twice(body: Any) -> Any:
        job = body["job_status"]
        failed = [{"index": 0, "error": "DatabaseConflict", "id": MARIA}]
        return {"job_status": job | {"results": [*job["results"], *failed]}} if job["results"] else body

    vendor.faults.add(Fault.changed("GET */job_statuses/*", change=twice, times=-1))
    told = by_key(zendesk.write("users", [user(MARIA)]))["k-7000000000001"]
    assert told.state is OutcomeState.UNKNOWN
    later = by_key(zendesk.reconcile("users", [user(MARIA, job=told.job)]))["k-7000000000001"]
    assert later.state is OutcomeState.CONFIRMED


@pytest.mark.parametrize("body", ["<html>too large</html>", {"error": "RequestTooLarge"}])
def test_a_request_that_is_too_large_goes_in_halves(vendor: ZendeskSimulator, zendesk: Any, body: Any) -> None:
    vendor.faults.add(Fault("PUT *update_many*", reply=Reply(413, body), times=2))
    records = [ticket(number) for number in (35001, 35002, 35004, 35005)]
    outcomes = by_key(zendesk.write("tickets", records))
    assert {outcome.state for outcome in outcomes.values()} == {OutcomeState.CONFIRMED} and len(outcomes) == 4
    sizes = [len(json.loads(call.body)["tickets"]) for call in vendor.calls if call.method == "PUT"]
    assert sizes == [4, 2, 1, 1, 2]


def test_a_row_that_is_too_large_by_itself_fails_and_may_be_tried_again(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.faults.add(Fault("PUT *update_many*", reply=Reply(413, "<html>too large</html>"), times=-1))
    outcomes = by_key(zendesk.write("tickets", [ticket(35001), ticket(35002)]))
    assert {(o.state, o.reason, o.retryable) for o in outcomes.values()} == {(OutcomeState.FAILED, "http_413", True)}
