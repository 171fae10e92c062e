import csv
import io
from typing import Any

import pytest

from hub.contract import OutcomeState, TransientError, WriteRecord
from hub.testing import Fault, Reply
from hub_salesforce.simulated_job import to_csv
from hub_salesforce.simulated_table import make_id

JOBS = "/services/data/v59.0/jobs/ingest"
CONFIRMED, FAILED, ACCEPTED, UNKNOWN = (
    OutcomeState.CONFIRMED, OutcomeState.FAILED, OutcomeState.ACCEPTED, OutcomeState.UNKNOWN,
)  # fmt: skip
HARD = 'first line\nsecond "quoted", with comma; über Müßiggang \u2028 日本'


def record(number: int, **fields: Any) -> WriteRecord:
    return WriteRecord(f"idem-{number}", make_id("Contact", number), fields or {"Emotion__c": "anger"})


def outcomes(stream):
    return {outcome.key: outcome for outcome in stream}


@pytest.fixture
def bulk(open_org):
    """Every write of more than two rows is a bulk job."""
    return open_org(bulk_threshold=2)


def test_many_rows_become_one_job(org, bulk):
    told = outcomes(bulk.write("contacts", [record(n) for n in range(1, 21)]))
    assert len(told) == 20 and {outcome.state for outcome in told.values()} == {CONFIRMED}
    assert [job.state for job in org.jobs.values()] == ["JobComplete"]
    assert not any("composite" in call.path for call in org.calls)


def test_line_breaks_quotes_and_letters_survive_both_ways(org, bulk):
    org.refuse(make_id("Contact", 2), "UNABLE_TO_LOCK_ROW")
    org.refuse(make_id("Contact", 3), "FIELD_CUSTOM_VALIDATION_EXCEPTION")
    told = outcomes(bulk.write("contacts", [record(n, Tone_Hint__c=HARD) for n in range(1, 5)]))
    assert org.tables["Contact"][make_id("Contact", 1)]["Tone_Hint__c"] == HARD
    assert {key: (outcome.state, outcome.retryable, outcome.reason) for key, outcome in told.items()} == {
        "idem-1": (CONFIRMED, False, None),
        "idem-2": (FAILED, True, "UNABLE_TO_LOCK_ROW"),
        "idem-3": (FAILED, False, "FIELD_CUSTOM_VALIDATION_EXCEPTION"),
        "idem-4": (CONFIRMED, False, None),
    }


def test_a_missing_field_is_left_and_none_clears(org, bulk):
    for n in (1, 2, 3):
        org.update_contact(n, Emotion__c="anger", Tone_Hint__c="calm")
    rows = [record(1, Emotion__c=None), record(2, Tone_Hint__c=""), record(3, Distress__c=0.5)]
    assert {outcome.state for outcome in bulk.write("contacts", rows)} == {CONFIRMED}
    kept = [org.tables["Contact"][make_id("Contact", n)] for n in (1, 2, 3)]
    assert [(row["Emotion__c"], row["Tone_Hint__c"], row["Distress__c"]) for row in kept] == [
        (None, "calm", None), ("anger", None, None), ("anger", "calm", 0.5),
    ]  # fmt: skip


def test_a_failed_row_that_is_cut_short_is_a_failure_without_a_word(org, bulk):
    cut = f"Id,sf__Error,Emotion__c\n{make_id('Contact', 1)}\n".encode()
    org.faults.add(Fault(f"GET {JOBS}/*/failedResults", reply=Reply(200, cut)))
    org.faults.add(Fault(f"GET {JOBS}/*/successfulResults", reply=Reply(200, b"sf__Id,sf__Created,Id\n")))
    told = outcomes(bulk.write("contacts", [record(n) for n in (1, 2, 3)]))
    assert (told["idem-1"].state, told["idem-1"].reason) == (FAILED, "UNKNOWN")


def test_success_of_another_row_confirms_nothing(org, bulk):
    rows = [{"sf__Id": make_id("Contact", 9), "Id": make_id("Contact", n)} for n in (1, 2, 3)]
    org.faults.add(Fault(f"GET {JOBS}/*/successfulResults", reply=Reply(200, to_csv(["sf__Id", "Id"], rows))))
    assert {one.state for one in bulk.write("contacts", [record(n) for n in (1, 2, 3)])} == {UNKNOWN}


def test_a_job_that_takes_long_is_accepted_and_reconciled_later(org, open_org):
    org.job_polls = 5
    connector = open_org(bulk_threshold=2, bulk_polls=2)
    rows = [record(n) for n in range(1, 4)]
    told = outcomes(connector.write("contacts", rows))
    (job,) = org.jobs
    assert {(outcome.state, outcome.job) for outcome in told.values()} == {(ACCEPTED, job)}
    assert org.clock.slept == [2.0]
    waiting = [WriteRecord(row.idempotency_key, row.key, row.fields, job=job) for row in rows]
    assert {outcome.state for outcome in connector.reconcile("contacts", waiting)} == {ACCEPTED}
    assert {outcome.state for outcome in connector.reconcile("contacts", waiting)} == {CONFIRMED}


def test_results_are_read_over_pages(org, bulk):
    org.result_page = 3
    told = outcomes(bulk.write("contacts", [record(n) for n in range(1, 9)]))
    assert {outcome.state for outcome in told.values()} == {CONFIRMED} and len(told) == 8


def test_results_that_go_in_a_circle_end_and_rows_they_do_not_name_are_read_back(org, bulk):
    rows = [record(n) for n in (1, 2, 3)]
    page = to_csv(["sf__Id", "Id"], [{"sf__Id": make_id("Contact", n), "Id": make_id("Contact", n)} for n in (1, 77)])
    for locator in "ABABABAB":
        reply = Reply(200, page, {"Sforce-Locator": locator})
        org.faults.add(Fault(f"GET {JOBS}/*/successfulResults", reply=reply))
    told = outcomes(bulk.write("contacts", rows))
    assert [told[f"idem-{n}"].state for n in (1, 2, 3)] == [CONFIRMED, UNKNOWN, UNKNOWN]
    assert len([call for call in org.calls if call.path.endswith("successfulResults")]) == 3
    assert {outcome.state for outcome in bulk.reconcile("contacts", rows)} == {CONFIRMED}


def test_an_uncertain_start_is_the_jobs_to_tell(org, bulk):
    org.faults.add(Fault(f"PATCH {JOBS}/*", kind="commit_then_reset"))
    rows = [record(n) for n in range(1, 4)]
    told = outcomes(bulk.write("contacts", rows))
    (job,) = org.jobs
    assert {(outcome.state, outcome.job) for outcome in told.values()} == {(ACCEPTED, job)}
    org.jobs[job].run(org._apply)
    waiting = [WriteRecord(row.idempotency_key, row.key, row.fields, job=job) for row in rows]
    assert {outcome.state for outcome in bulk.reconcile("contacts", waiting)} == {CONFIRMED}


def test_a_job_that_never_started_is_aborted_and_sent_again(org, bulk):
    org.faults.add(Fault(f"PATCH {JOBS}/*", kind="reset"))
    rows = [record(n) for n in range(1, 4)]
    list(bulk.write("contacts", rows))
    (job,) = org.jobs
    waiting = [WriteRecord(row.idempotency_key, row.key, row.fields, job=job) for row in rows]
    told = outcomes(bulk.reconcile("contacts", waiting))
    assert {(outcome.state, outcome.retryable) for outcome in told.values()} == {(FAILED, True)}
    assert org.jobs[job].state == "Aborted" and org.tables["Contact"][make_id("Contact", 1)]["Emotion__c"] is None


@pytest.mark.parametrize("call", [f"POST {JOBS}", f"PUT {JOBS}/*"])
def test_a_job_that_was_never_closed_did_nothing(org, bulk, call):
    bulk.check()
    org.faults.add(Fault(call, kind="commit_then_reset"))
    told = outcomes(bulk.write("contacts", [record(n) for n in range(1, 4)]))
    assert {(outcome.state, outcome.retryable, outcome.reason) for outcome in told.values()} == {
        (FAILED, True, "NOT_SENT")
    }
    assert all(row["Emotion__c"] is None for row in org.tables["Contact"].values())


def test_a_failed_jobs_unprocessed_rows_are_sent_again(org, bulk):
    rows = [record(n) for n in range(1, 4)]
    state = {"id": "750000000000001AAA", "state": "Failed", "errorMessage": "InvalidBatch"}
    org.faults.add(Fault(f"GET {JOBS}/750000000000001AAA", reply=Reply(200, state), times=-1))
    org.faults.add(Fault(f"GET {JOBS}/*/unprocessedrecords", reply=Reply(200, to_csv(
        ["Id", "Emotion__c"], [{"Id": row.key, "Emotion__c": "anger"} for row in rows[:2]]))))  # fmt: skip
    told = outcomes(bulk.write("contacts", rows))
    assert [(told[f"idem-{n}"].state, told[f"idem-{n}"].retryable) for n in (1, 2, 3)] == [
        (FAILED, True), (FAILED, True), (UNKNOWN, False),
    ]  # fmt: skip


def test_results_that_are_no_utf8_confirm_nothing(org, bulk):
    garbled = Reply(200, '"sf__Id","sf__Created","Id"\n"Müller","false","x"\n'.encode("latin-1"))
    org.faults.add(Fault(f"GET {JOBS}/*/successfulResults", reply=garbled))
    assert {outcome.state for outcome in bulk.write("contacts", [record(n) for n in range(1, 4)])} == {ACCEPTED}


def test_a_session_that_ends_while_a_job_runs_is_renewed(org, bulk):
    expired = Reply(401, [{"errorCode": "INVALID_SESSION_ID", "message": "m"}])
    org.faults.add(Fault(f"GET {JOBS}/*/successfulResults", reply=expired))
    told = outcomes(bulk.write("contacts", [record(n) for n in range(1, 4)]))
    assert {outcome.state for outcome in told.values()} == {CONFIRMED} and org.logins == 2


def test_lost_credentials_while_a_job_runs_do_not_hide_it(org, bulk):
    expired = Reply(401, [{"errorCode": "INVALID_SESSION_ID", "message": "m"}])
    org.faults.add(Fault(f"GET {JOBS}/*", reply=expired, times=-1))
    told = outcomes(bulk.write("contacts", [record(n) for n in range(1, 4)]))
    assert {outcome.state for outcome in told.values()} == {ACCEPTED}


def test_a_forgotten_job_is_told_by_the_rows(org, bulk):
    org.update_contact(1, Emotion__c="anger")
    old = [WriteRecord(f"idem-{n}", make_id("Contact", n), {"Emotion__c": "anger"}, job="750GONE") for n in (1, 2)]
    told = outcomes(bulk.reconcile("contacts", old))
    assert (told["idem-1"].state, told["idem-2"].state, told["idem-2"].retryable) == (CONFIRMED, FAILED, True)


def test_the_same_row_twice_never_goes_into_one_job(org, bulk):
    rows = [record(1), record(2), WriteRecord("again", make_id("Contact", 1), {"Emotion__c": "gratitude"})]
    assert {outcome.state for outcome in bulk.write("contacts", rows)} == {CONFIRMED}
    assert org.jobs == {} and org.tables["Contact"][make_id("Contact", 1)]["Emotion__c"] == "gratitude"


def test_the_upload_is_utf8_csv_with_line_feeds(org, bulk):
    list(bulk.write("contacts", [record(n, Tone_Hint__c=HARD) for n in range(1, 4)]))
    (upload,) = [call.body for call in org.calls if call.method == "PUT"]
    table = list(csv.reader(io.StringIO(upload.decode(), newline="")))
    assert table[0] == ["Id", "Tone_Hint__c"] and table[1] == [make_id("Contact", 1), HARD] and b"\r" not in upload


def test_a_row_of_a_job_whose_answer_was_lost_is_not_sent_again_while_the_job_is_at_work(org, bulk):
    org.job_polls = 3
    org.faults.add(Fault("PATCH */jobs/ingest/*", "commit_then_reset"))
    org.faults.add(Fault.reset("GET */jobs/ingest/*", times=1))
    rows = [record(n) for n in range(1, 6)]
    list(bulk.write("contacts", rows))
    # Killed here: nobody has written the job's id down.
    assert {one.state for one in bulk.reconcile("contacts", rows)} == {UNKNOWN}
    org.forget_jobs()
    assert {one.state for one in bulk.reconcile("contacts", rows)} == {CONFIRMED}
    assert len(org.past_jobs) == 1


def test_a_row_that_is_not_there_and_in_nobodys_job_is_sent_again(org, bulk):
    other = bulk.write(
        "cases", [WriteRecord(f"case-{n}", make_id("Case", n), {"Emotion__c": "joy"}) for n in (1, 2, 3)]
    )
    assert len(list(other)) == 3
    (told,) = bulk.reconcile("contacts", [record(1)])
    assert (told.state, told.retryable, told.reason) == (FAILED, True, "NOT_THERE")


@pytest.mark.parametrize("state", ["Open", "JobComplete", "Failed", "Aborted"])
def test_a_job_that_does_nothing_any_more_keeps_no_row_waiting(org, bulk, state):
    list(bulk.write("contacts", [record(n) for n in (2, 3, 4)]))
    next(iter(org.jobs.values())).state = state
    (told,) = bulk.reconcile("contacts", [record(1)])
    assert (told.state, told.retryable) == (FAILED, True)


@pytest.mark.parametrize("answer", [Reply(200, {"records": None}), Reply(200, []), Reply(200, None), Reply(500, [])])
def test_a_list_of_jobs_that_is_none_does_not_say_that_nothing_is_under_way(org, bulk, answer):
    org.faults.add(Fault("GET */jobs/ingest", "reply", answer, times=-1))
    with pytest.raises(TransientError):
        list(bulk.reconcile("contacts", [record(1)]))


def test_all_lists_of_jobs_are_looked_through(org, bulk):
    first = {"records": [], "done": False, "nextRecordsUrl": "/services/data/v59.0/jobs/ingest?queryLocator=01gRM"}
    job = {"object": "Contact", "operation": "update", "state": "InProgress"}
    org.faults.add(Fault("GET */jobs/ingest", "reply", Reply(200, first)))
    org.faults.add(Fault("GET */jobs/ingest", "reply", Reply(200, {"records": [job], "nextRecordsUrl": None})))
    (told,) = bulk.reconcile("contacts", [record(1)])
    assert told.state is UNKNOWN
    assert "queryLocator=01gRM" in [call.query_string for call in org.calls if call.path.endswith("/ingest")][1]


@pytest.mark.parametrize(
    "content",
    [
        b"Id,sf__Error\n003000000000001AAA," + b"x" * 200_000 + b"\n",
        b'Id,sf__Error\n003000000000001AAA,"UNABLE_TO_LO',
    ],
)
def test_results_that_are_no_csv_are_asked_for_again(org, bulk, content):
    org.faults.add(Fault(f"GET {JOBS}/*/failedResults", reply=Reply(200, content)))
    rows = [record(n) for n in (1, 2, 3)]
    told = outcomes(bulk.write("contacts", rows))
    assert {outcome.state for outcome in told.values()} == {ACCEPTED}
    waiting = [WriteRecord(row.idempotency_key, row.key, row.fields, job=told[row.idempotency_key].job) for row in rows]
    assert {outcome.state for outcome in bulk.reconcile("contacts", waiting)} == {CONFIRMED}


def test_the_state_of_another_job_says_nothing_of_this_one(org, bulk):
    other = {"id": "750000000000009AAA", "state": "Open"}
    org.faults.add(Fault(f"GET {JOBS}/750000000000001AAA", reply=Reply(200, other), times=-1))
    told = outcomes(bulk.write("contacts", [record(n) for n in (1, 2, 3)]))
    assert {outcome.state for outcome in told.values()} == {ACCEPTED}


@pytest.mark.parametrize("more", [{"done": False}, {"done": None}, {"done": True, "nextRecordsUrl": "/elsewhere"}])
def test_a_list_of_jobs_that_is_not_whole_does_not_say_that_none_is_at_work(org, bulk, more):
    listed = {"records": [], "nextRecordsUrl": None, **more}
    org.faults.add(Fault(f"GET {JOBS}", reply=Reply(200, listed), times=-1))
    assert [outcome.state for outcome in bulk.reconcile("contacts", [record(1)])] == [UNKNOWN]


def test_a_row_that_is_both_done_and_failed_is_read_back(org, bulk):
    told = [{"sf__Error": "UNABLE_TO_LOCK_ROW:m", "Id": make_id("Contact", 1)}]
    org.faults.add(Fault(f"GET {JOBS}/*/failedResults", reply=Reply(200, to_csv(["sf__Error", "Id"], told))))
    rows = [record(n) for n in (1, 2, 3)]
    states = {key: one.state for key, one in outcomes(bulk.write("contacts", rows)).items()}
    assert states == {"idem-1": UNKNOWN, "idem-2": CONFIRMED, "idem-3": CONFIRMED}


@pytest.mark.parametrize("match", ["PUT */jobs/ingest/*", "POST */jobs/ingest"])
def test_what_is_too_large_for_a_job_goes_in_small_calls(org, open_org, match):
    org.faults.add(Fault.html(match, status=413, times=-1))
    told = {one.key: one for one in open_org(bulk_threshold=2).write("contacts", [record(n) for n in range(1, 5)])}
    assert {one.state for one in told.values()} == {OutcomeState.CONFIRMED} and len(told) == 4
    assert len([call for call in org.calls if call.path.endswith("composite/sobjects")]) == 1
