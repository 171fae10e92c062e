"""Kill -9 at every write and every request: the resumed run ends where an uninterrupted one does, here and at the vendors.

``harness`` does the killing, in a process of its own; what counts as the same end stands in ``harness/comparison.py``.
ATTUNE_CRASH=all kills at every boundary, as CI does; without it a spread of them is tried, the first of each kind in each
chapter of the story included.
"""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]

CHAPTERS = [
    "salesforce-pull", "zendesk-pull", "voucherify-pull", "x-pull", "salesforce-push", "zendesk-push", "voucherify-push",
    "pull-changes", "push-changes", "erase", "sweep", "push-clearing",
]  # fmt: skip
AT_LEAST = 200


@pytest.fixture(scope="module")
def told(run_harness, every_point):
    arguments = ["--points", "all", "--lanes", 2] if every_point else []
    return {chapter["chapter"]: chapter for chapter in run_harness(*arguments)}


def test_there_are_enough_points_and_each_was_hit(told, every_point):
    assert list(told) == CHAPTERS
    hit = {(name, point) for name, chapter in told.items() for point in chapter["hit"]}
    there = {(name, point) for name, chapter in told.items() for point in range(len(chapter["boundaries"]))}
    assert hit <= there and len(hit) >= AT_LEAST
    if every_point:
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
