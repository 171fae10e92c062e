"""Which limits a call counts against."""

from hub.budget.classes import OTHER, limits_of, matching
from hub.contract import Limit

EXPORT = Limit("export", "GET /api/incremental/*", per=60, calls=10)
ACCOUNT = Limit("account", "*", per=60)


def test_a_call_counts_against_every_limit_that_it_matches():
    limits = (EXPORT, ACCOUNT)
    assert matching(limits, "GET /api/incremental/tickets/cursor.json") == limits
    assert matching(limits, "POST /api/incremental/tickets") == (ACCOUNT,)
    assert matching((EXPORT,), "GET /api/users") == (OTHER,)
    assert matching((), "GET /") == (OTHER,)


def test_the_settings_replace_a_limit_in_its_place_and_add_others():
    raised = Limit("export", EXPORT.match, per=60, calls=30)
    mine, all_of_it = Limit("mine", "GET /x", per=1, calls=1), Limit("all", "*", per=3600, calls=5)
    assert limits_of((EXPORT, ACCOUNT), [raised]) == (raised, ACCOUNT)
    assert limits_of((EXPORT,), [all_of_it, mine]) == (mine, EXPORT, all_of_it)
