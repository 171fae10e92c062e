"""Kill -9 at random moments of a larger run, again and again in each half of it, until it comes to its end.

The vendor takes no idempotency key: whoever sends a note twice has two notes there. ATTUNE_CRASH=many kills a run of 2 000
customers, ATTUNE_CRASH=all one of 100 000, which takes an hour.
"""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(14_400)]

SIZES = {"spread": (300, 4), "many": (2_000, 15), "all": (100_000, 30)}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def told(request, run_harness, points):
    customers, kills = SIZES[points]
    server = ["--postgres", request.getfixturevalue("postgres")] if request.param == "postgresql" else []
    (told,) = run_harness("--random", 1, "--customers", customers, "--kills", kills, *server)
    return {**told, "customers": customers}


def test_it_ends_where_an_uninterrupted_run_does(told):
    assert set(told["killed_in"]) == {"pull", "push"}, "a half was not interrupted"
    assert told["problems"] == []


def test_the_vendor_holds_each_note_once(told):
    said_yes = told["customers"] * 4 // 5
    assert told["notes"] == told["different_notes"] == said_yes
