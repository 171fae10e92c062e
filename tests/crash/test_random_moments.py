"""Kill -9 at random moments of a larger run, again and again, until it comes to its end.

The vendor takes no idempotency key: whoever sends a note twice has two notes there.
"""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]


@pytest.fixture(scope="module", params=[1, 2])
def told(request, run_harness, points):
    customers, kills = (300, 8) if points == "spread" else (2_000, 25)
    if request.param > 1 and points != "all":
        pytest.skip("further seeds go with ATTUNE_CRASH=all")
    (told,) = run_harness("--random", request.param, "--customers", customers, "--kills", kills)
    return {**told, "customers": customers}


def test_it_ends_where_an_uninterrupted_run_does(told):
    assert told["kills"] > 0, "nothing was interrupted"
    assert told["problems"] == []


def test_the_vendor_holds_each_note_once(told):
    said_yes = told["customers"] * 4 // 5
    assert told["notes"] == told["different_notes"] == said_yes
