"""Kill -9 at every write and request of a push that goes by the vendors' jobs: Salesforce's bulk job, Voucherify's.

A job outlives whoever started it. It may be at work when the push is resumed, or have ended so long ago that nothing is
known of it any more; either way each row is written once.
"""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3_600)]

CHAPTERS = "salesforce-push,voucherify-push"


@pytest.fixture(scope="module", params=["never", "always"])
def told(request, run_harness, points):
    forget = request.param
    if points == "spread":  # one run for both
        if forget == "always":
            pytest.skip("a run for each goes with ATTUNE_CRASH=many")
        forget = "odd"
    return run_harness("--bulk", "--forget", forget, "--points", points, "--chapters", CHAPTERS)


def test_the_resumed_push_ends_where_an_uninterrupted_one_does(told):
    assert [problem for chapter in told for problem in chapter["problems"]] == []
    assert all(len(chapter["hit"]) >= 15 for chapter in told)


def test_the_push_was_killed_at_each_step_of_the_jobs(told):
    hit = {chapter["chapter"]: {chapter["boundaries"][point] for point in chapter["hit"]} for chapter in told}
    job = "/services/data/N.N/jobs/ingest"
    steps = [f"POST {job}", f"PUT {job}/N/batches", f"PATCH {job}/N", f"GET {job}/N"]
    assert {f"{when} {step}" for step in steps[1:] for when in ("before", "after")} <= hit["salesforce-push"]
    jobs = ["POST /v1/customers/bulk/async", "GET /v1/async-actions/N"]
    assert {f"{when} {step}" for step in jobs for when in ("before", "after")} <= hit["voucherify-push"]
