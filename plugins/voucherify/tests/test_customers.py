import json

import pytest

from hub.contract import OutcomeState, TransientError, WriteRecord
from hub.testing import Fault, Reply

FIELDS = {
    "emotion_label": "anger", "tone_hint": "calm", "churn_risk": 0.73, "emotion_as_of": "2026-06-01T09:00:00Z",
}  # fmt: skip


def record(key="C-000001", idempotency_key="push-1", fields=None, job=None):
    return WriteRecord(idempotency_key, key, FIELDS if fields is None else fields, job)


def many(count=101):
    return [record(f"C-{n % 24 + 1:06d}", f"push-{n}") for n in range(count)]


def only(outcomes):
    (outcome,) = outcomes
    return outcome


def metadata(simulator, key="C-000001"):
    return simulator.customer(key)["metadata"]


def test_metadata_is_merged_and_null_clears(simulator, connection):
    simulator.customer("C-000001")["metadata"] = {"vip": True}
    assert only(connection.write("customers", [record()])).state is OutcomeState.CONFIRMED
    assert metadata(simulator) == {"vip": True, **FIELDS}
    cleared = dict.fromkeys(FIELDS)
    assert only(connection.write("customers", [record(fields=cleared)])).state is OutcomeState.CONFIRMED
    assert metadata(simulator) == {"vip": True}


def test_reconcile_tells_what_is_there(simulator, connection):
    assert only(connection.reconcile("customers", [record()])).retryable
    list(connection.write("customers", [record()]))
    assert only(connection.reconcile("customers", [record()])).state is OutcomeState.CONFIRMED


def test_an_unknown_customer_is_never_created(simulator, connection):
    outcome = only(connection.write("customers", [record("C-999999")]))
    assert (outcome.state, outcome.retryable, outcome.reason) == (OutcomeState.FAILED, False, "not_found")
    assert simulator.customer("C-999999") is None


@pytest.mark.parametrize(
    ("status", "key", "retryable", "reason"),
    [
        (400, "invalid_customer", False, "invalid_customer"),
        (400, "Customer maria@example.com is wrong", False, "http_400"),
        (409, "duplicate_found", False, "duplicate_found"),
        (409, "multiple_requests", True, "multiple_requests"),
        (423, "locked", True, "locked"),
    ],
)
def test_refusals_carry_the_vendors_key_and_no_personal_data(simulator, connection, status, key, retryable, reason):
    refusal = Reply(status, {"code": status, "key": key, "message": "x", "details": "maria@example.com"})
    simulator.faults.add(Fault("PUT *", "reply", refusal))
    outcome = only(connection.write("customers", [record()]))
    assert (outcome.state, outcome.retryable, outcome.reason) == (OutcomeState.FAILED, retryable, reason)


@pytest.mark.parametrize("key", [".", "..", "", "a/../b"])
def test_a_key_cannot_change_the_address(simulator, connection, key):
    assert only(connection.write("customers", [record(key)])).state is OutcomeState.FAILED
    assert all(call.path.count("/") == 3 for call in simulator.calls)


@pytest.mark.parametrize("held", [{}, None, {**FIELDS, "emotion_label": "joy"}, {**FIELDS, "churn_risk": 0.7}])
def test_an_answer_that_shows_other_values_is_read_back(simulator, connection, held):
    simulator.faults.add(Fault("PUT *", "reply", Reply(200, {**simulator.customer("C-000001"), "metadata": held})))
    assert only(connection.write("customers", [record()])).state is OutcomeState.UNKNOWN
    assert only(connection.reconcile("customers", [record()])).reason == "not_applied"


def test_an_answer_about_somebody_else_confirms_nothing(simulator, connection):
    other = {**simulator.customer("C-000002"), "metadata": FIELDS}
    simulator.faults.add(Fault("* /v1/customers/C-000001", "reply", Reply(200, other), times=2))
    assert only(connection.write("customers", [record()])).state is OutcomeState.UNKNOWN
    assert only(connection.reconcile("customers", [record()])).state is OutcomeState.UNKNOWN
    assert only(connection.reconcile("customers", [record()])).reason == "not_applied"


@pytest.mark.parametrize("status", [202, 204, 207])
def test_a_status_that_promises_only_is_read_back(simulator, connection, status):
    body = {**simulator.customer("C-000001"), "metadata": FIELDS} if status != 204 else None
    simulator.faults.add(Fault("PUT *", "reply", Reply(status, body)))
    assert only(connection.write("customers", [record()])).state is OutcomeState.UNKNOWN


def test_a_customer_is_known_by_the_vendors_id_too(simulator, connection):
    key = simulator.customer("C-000001")["id"]
    assert only(connection.write("customers", [record(key)])).state is OutcomeState.CONFIRMED


def test_a_large_batch_goes_as_one_job_and_is_read_back(simulator, connection):
    records = many()
    outcomes = list(connection.write("customers", records))
    assert {o.state for o in outcomes} == {OutcomeState.ACCEPTED}
    assert [c.path for c in simulator.calls if c.method != "GET"] == ["/v1/customers/bulk/async"]
    jobs = {o.key: o.job for o in outcomes}
    told = list(
        connection.reconcile(
            "customers", [record(r.key, r.idempotency_key, job=jobs[r.idempotency_key]) for r in records]
        )
    )
    assert [o.key for o in told] == [r.idempotency_key for r in records]
    assert {o.state for o in told} == {OutcomeState.CONFIRMED}
    assert simulator.clock.slept == [2]


def test_a_job_that_takes_long_stays_accepted(simulator, connection):
    simulator.job_seconds = 3600
    outcomes = list(connection.write("customers", many()))
    told = only(connection.reconcile("customers", [record(job=outcomes[0].job)]))
    assert (told.state, told.job) == (OutcomeState.ACCEPTED, outcomes[0].job)


def test_a_job_never_brings_an_erased_customer_back(simulator, connection):
    records = [record("C-999999", "push-ghost"), *many(100)]
    job = next(o.job for o in connection.write("customers", records))
    told = only(connection.reconcile("customers", [record("C-999999", "push-ghost", job=job)]))
    assert (told.state, told.retryable, told.reason) == (OutcomeState.FAILED, False, "not_found")
    assert simulator.customer("C-999999") is None


def test_a_customer_who_signs_up_while_the_job_runs_is_kept(simulator, connection):
    records = [record("C-999999", "push-new"), *many(100)]
    job = next(o.job for o in connection.write("customers", records))
    simulator.clock.advance(5)
    connection.check()
    simulator.customer("C-999999")["email"] = "new@example.com"
    told = only(connection.reconcile("customers", [record("C-999999", "push-new", job=job)]))
    assert told.state is OutcomeState.CONFIRMED
    assert simulator.customer("C-999999") is not None


def test_a_job_whose_answer_is_lost_is_found_in_the_list_of_jobs(simulator, connection):
    simulator.faults.add(Fault("POST */bulk/async", "commit_then_reset"))
    outcomes = list(connection.write("customers", many()))
    assert {(o.state, o.job) for o in outcomes} == {(OutcomeState.ACCEPTED, next(iter(simulator.jobs)))}


@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_job_that_is_lost_for_good_is_unknown_and_found_by_reading_back(simulator, connection, status):
    simulator.faults.add(Fault("POST */bulk/async", "commit_then_reset"))
    simulator.faults.add(Fault("GET /v1/async-actions", "reply", Reply(status, {}), times=5))
    records = many()
    assert {o.state for o in connection.write("customers", records)} == {OutcomeState.UNKNOWN}
    assert {o.state for o in connection.reconcile("customers", records)} == {OutcomeState.CONFIRMED}


def test_a_refused_job_fails_every_row(simulator, connection):
    simulator.faults.add(Fault("POST */bulk/async", "reply", Reply(422, {"statusCode": 422, "error": "No"})))
    assert {(o.state.value, o.reason) for o in connection.write("customers", many())} == {("failed", "http_422")}


@pytest.mark.parametrize("body", [{"statusCode": 413, "error": "Too Large"}, "<html>"])
def test_a_job_that_is_too_large_goes_in_halves(simulator, connection, body):
    simulator.faults.add(Fault("POST */bulk/async", "reply", Reply(413, body), times=2))
    told = list(connection.write("customers", many()))
    assert {o.state for o in told} == {OutcomeState.ACCEPTED} and len({o.key for o in told}) == len(told) == 101
    sizes = [len(json.loads(call.body)) for call in simulator.calls if call.path.endswith("/bulk/async")]
    assert sizes == [101, 50, 25, 25, 51]


def test_a_row_that_is_too_large_by_itself_fails_and_may_be_tried_again(simulator, connection):
    simulator.faults.add(Fault("POST */bulk/async", "reply", Reply(413, "<html>"), times=-1))
    told = list(connection.write("customers", many()))
    assert {(o.state.value, o.reason, o.retryable) for o in told} == {("failed", "http_413", True)} and len(told) == 101
    assert len(simulator.calls) == 2 * 101 - 1


@pytest.mark.parametrize(
    ("kind", "state"), [("reset", OutcomeState.UNKNOWN), ("commit_then_reset", OutcomeState.ACCEPTED)]
)
def test_a_half_whose_answer_is_lost_is_not_in_the_job_of_the_other(simulator, connection, kind, state):
    simulator.faults.add(Fault("POST */bulk/async", "reply", Reply(413, "<html>")))
    simulator.faults.add(Fault("POST */bulk/async", kind, after=1))
    told = list(connection.write("customers", many()))
    assert len({one.key for one in told}) == len(told) == 101
    first, second = {(o.state, o.job) for o in told[:50]}, {(o.state, o.job) for o in told[50:]}
    assert {o for o, _ in first} == {OutcomeState.ACCEPTED} and {o for o, _ in second} == {state}
    assert not {job for _, job in first} & {job for _, job in second}


def test_one_row_that_is_too_large_is_read_back(simulator, connection):
    simulator.faults.add(Fault("PUT *", "reply", Reply(413, "<html>")))
    assert only(connection.write("customers", [record()])).state is OutcomeState.UNKNOWN


@pytest.mark.parametrize("reply", [Reply(302, None, {"Location": "/elsewhere"}), Reply(200, "<html>"), Reply(500, {})])
def test_an_answer_that_settles_nothing_is_unknown(simulator, connection, reply):
    simulator.faults.add(Fault("PUT *", "reply", reply))
    assert only(connection.write("customers", [record()])).state is OutcomeState.UNKNOWN


def test_a_row_of_a_job_whose_answer_was_lost_is_not_sent_again_while_the_job_is_at_work(simulator, connection):
    simulator.job_seconds = 3600
    list(connection.write("customers", many()))
    # Killed here: nobody has written the job's id down.
    told = only(connection.reconcile("customers", [record()]))
    assert told.state is OutcomeState.UNKNOWN
    simulator.forget_jobs()
    assert only(connection.reconcile("customers", [record()])).state is OutcomeState.CONFIRMED


@pytest.mark.parametrize(
    "fault", [Fault.refused("GET /v1/async-actions", status=500), Fault.reset("GET /v1/async-actions")]
)
def test_a_list_of_jobs_that_cannot_be_had_does_not_say_that_nothing_is_under_way(simulator, connection, fault):
    simulator.faults.add(fault)
    assert only(connection.reconcile("customers", [record()])).state is OutcomeState.UNKNOWN
    assert only(connection.reconcile("customers", [record()])).reason == "not_applied"


def test_a_customer_that_a_killed_job_may_have_made_is_left_to_people(simulator, connection):
    """The job's id was never written down, so nobody can tell whether it found the customer or made one."""
    fields = {"emotion_label": "anger"}
    records = [WriteRecord(f"k{n}", f"C-{n % 24 + 1:06d}", fields) for n in range(100)]
    ghost = WriteRecord("ghost", "C-999999", fields)
    list(connection.write("customers", [ghost, *records]))
    simulator.clock.advance(60)
    told = {outcome.key: outcome for outcome in connection.reconcile("customers", [ghost, records[0]])}
    assert (told["ghost"].state, told["ghost"].reason, told["ghost"].retryable) == (
        OutcomeState.FAILED,
        "perhaps_created",
        False,
    )
    assert told["k0"].state is OutcomeState.CONFIRMED, "whoever has a name was there before"


def _shown(**changes):
    return Fault.changed("GET /v1/async-actions/*", change=lambda job: {**job, **changes}, times=-1)


def test_the_answer_about_another_job_says_nothing(simulator, connection):
    simulator.job_seconds = 3600
    told = only(o for o in connection.write("customers", many()) if o.key == "push-0")
    simulator.faults.add(_shown(id="aa_other", status="DONE"))
    with pytest.raises(TransientError, match="something else"):
        list(connection.reconcile("customers", [record(idempotency_key="push-0", job=told.job)]))


def test_a_job_in_a_state_that_nobody_knows_has_not_ended(simulator, connection):
    simulator.job_seconds = 3600
    told = only(o for o in connection.write("customers", many()) if o.key == "push-0")
    simulator.faults.add(_shown(status="RETRYING"))
    later = only(connection.reconcile("customers", [record(idempotency_key="push-0", job=told.job)]))
    assert later.state is OutcomeState.ACCEPTED, "it may still write"


@pytest.mark.parametrize("job", [{}, {"created_at": "2026-06-01T09:00:00.000Z"}, {"id": "aa_1", "created_at": None}])
def test_a_list_with_a_job_that_is_none_leaves_the_rows_unknown(simulator, connection, job):
    simulator.faults.add(Fault.committed_then_reset("POST */bulk/async"))
    listing = {"async_actions": [{"type": "CUSTOMERS.BULK_UPDATE", **job}]}
    simulator.faults.add(Fault.answers("GET /v1/async-actions", body=listing))
    assert {o.state for o in connection.write("customers", many())} == {OutcomeState.UNKNOWN}


@pytest.mark.parametrize("body", ["<html>not here</html>", {"message": "no route matched"}])
def test_a_404_that_is_not_the_vendors_own_says_nothing_of_the_customer(simulator, connection, body):
    simulator.faults.add(Fault.answers("* /v1/customers/*", body=body, status=404, times=2))
    assert only(connection.write("customers", [record()])).state is OutcomeState.UNKNOWN
    with pytest.raises(TransientError, match="in Voucherify's place"):
        list(connection.reconcile("customers", [record()]))
    assert only(connection.reconcile("customers", [record()])).reason == "not_applied"


@pytest.mark.parametrize(
    ("held", "state"),
    [
        ({"emotion_as_of": "2026-06-01T09:00:00.000Z", "churn_risk": "0.73"}, OutcomeState.CONFIRMED),
        ({"emotion_as_of": "2026-06-01T11:00:00+02:00"}, OutcomeState.CONFIRMED),
        ({"emotion_as_of": "2026-06-01T09:00:01Z"}, OutcomeState.UNKNOWN),
        ({"churn_risk": "0.7"}, OutcomeState.UNKNOWN),
        ({"churn_risk": True}, OutcomeState.UNKNOWN),
        ({"emotion_label": "Anger"}, OutcomeState.UNKNOWN),
    ],
)
def test_a_value_that_the_vendor_spells_in_its_own_way_is_there(simulator, connection, held, state):
    simulator.faults.add(Fault.changed("PUT *", change=lambda row: {**row, "metadata": {**row["metadata"], **held}}))
    assert only(connection.write("customers", [record()])).state is state


def test_a_customer_number_in_the_other_spelling_of_its_accent_is_the_same(simulator, connection):
    composed, apart = "C-\u00e9", "C-e\u0301"
    simulator.customer("C-000001")["source_id"] = composed
    simulator.faults.add(Fault.changed("* /v1/customers/*", change=lambda row: {**row, "source_id": apart}, times=-1))
    assert only(connection.write("customers", [record(composed)])).state is OutcomeState.CONFIRMED
    assert only(connection.reconcile("customers", [record(composed)])).state is OutcomeState.CONFIRMED
