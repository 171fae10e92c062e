"""Kill -9 at every write and every request: the resumed run ends where an uninterrupted one does, here and at the vendors.

``harness`` does the killing, in a process of its own; what counts as the same end stands in ``harness/comparison.py``.
A spread of the boundaries is tried, the first of each kind in each chapter of the story included; ATTUNE_CRASH=many tries
some 700, ATTUNE_CRASH=all every one, which takes the better part of an hour.
"""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7_200)]

CHAPTERS = [
    "salesforce-pull", "zendesk-pull", "voucherify-pull", "x-pull", "salesforce-push", "zendesk-push", "voucherify-push",
    "pull-changes", "push-changes", "erase", "sweep", "push-clearing",
]  # fmt: skip
AT_LEAST = 200


@pytest.fixture(scope="module")
def told(run_harness, points):
    lanes = 1 if points == "spread" else 2
    return {chapter["chapter"]: chapter for chapter in run_harness("--points", points, "--lanes", lanes)}


def test_there_are_enough_points_and_each_was_hit(told, points):
    assert list(told) == CHAPTERS
    hit = {(name, point) for name, chapter in told.items() for point in chapter["hit"]}
    there = {(name, point) for name, chapter in told.items() for point in range(len(chapter["boundaries"]))}
    assert hit <= there and len(hit) >= AT_LEAST
    if points == "all":
        assert hit == there


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_resumed_run_ends_where_an_uninterrupted_one_does(told, chapter):
    assert told[chapter]["problems"] == []


@pytest.mark.parametrize("kind", ["before COMMIT", "after COMMIT", "before INSERT", "before UPDATE", "before DELETE"])
def test_every_kind_of_write_is_among_them(told, kind):
    assert any(kind in chapter["boundaries"][point] for chapter in told.values() for point in chapter["hit"])


@pytest.mark.parametrize(
    ("chapter", "request_"),
    [
        ("salesforce-push", "PATCH /services/data/N.N/composite/sobjects"),
        ("zendesk-push", "PUT /api/v2/tickets/update_many.json"),
        ("voucherify-push", "POST /v1/loyalties/N/members/N/balance"),
        ("x-pull", "POST /2/compliance/jobs"),
        ("erase", "DELETE /api/v2/deleted_tickets/destroy_many.json"),
        ("erase", "POST /v1/customers/N/permanent-deletion"),
    ],
)
def test_the_story_does_what_must_not_be_done_twice(told, chapter, request_):
    assert {f"before {request_}", f"after {request_}"} <= set(told[chapter]["boundaries"])


def test_the_journal_of_erasures_is_cut_off_in_the_middle_of_a_line(told):
    names = told["erase"]["boundaries"]
    assert {names[point] for point in told["erase"]["hit"]} >= {"before journal", "half of journal", "after journal"}
