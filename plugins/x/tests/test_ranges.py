"""Ranges and single posts: exactly once, whatever shares an instant, comes late, is edited, or goes."""

import json
from datetime import timedelta

import pytest

from hub.contract import Fetcher, Ranged, TransientError
from hub.testing import Fault, Reply
from hub_x.simulation.seed import ACCOUNT, STRANGERS

BO = STRANGERS[0].id
PROBLEM = "https://api.x.com/2/problems/"
DAY = timedelta(days=1)


def say(x, count, *, every=60, text="@AttuneAir number {n} #AttuneAir", author=BO):
    ids = []
    for n in range(count):
        x.clock.advance(every)
        ids.append(x.add_post(author, text.format(n=n)))
    return ids


def live(batches):
    return [record.key for batch in batches for record in batch.records if not record.deleted]


def gone(batches):
    return {record.key for batch in batches for record in batch.records if record.deleted}


def test_it_offers_what_the_manifest_says(x, open_source):
    source = open_source(x)
    assert isinstance(source, Ranged) and isinstance(source, Fetcher)


@pytest.mark.parametrize(("stream", "author"), [("mentions", BO), ("search", BO), ("timeline", ACCOUNT.id)])
def test_posts_of_one_instant_are_on_one_side_of_a_border(empty_x, open_source, stream, author):
    empty_x.clock.advance(3600)
    said, at = say(empty_x, 35, every=0, author=author), empty_x.clock.now()
    empty_x.clock.advance(3600)
    source = open_source(empty_x, page_size=10)
    assert live(source.read_range(stream, at - DAY, at)) == []
    assert sorted(live(source.read_range(stream, at, at + timedelta(milliseconds=1)))) == sorted(said)
    assert live(source.read_range(stream, at + timedelta(milliseconds=1), at + timedelta(minutes=5))) == []


@pytest.mark.parametrize("forgets", [True, False])
def test_a_range_resumes_from_every_cursor_though_x_forgets_its_tokens(empty_x, open_source, forgets):
    start = empty_x.clock.now()
    say(empty_x, 35)
    end = empty_x.clock.now()
    empty_x.clock.advance(600)
    batches = list(open_source(empty_x, page_size=10).read_range("search", start, end))
    assert len(batches) == 4
    for n, batch in enumerate(batches):
        if forgets:
            empty_x.expire_tokens()
        rest = live(open_source(empty_x, page_size=10).read_range("search", start, end, batch.cursor))
        assert rest == live(batches[n + 1 :])
    assert json.loads(batches[-1].cursor)["through"] is True


def test_a_range_up_to_this_moment_asks_for_no_end_that_x_refuses(empty_x, open_source):
    start = empty_x.clock.now()
    said = say(empty_x, 3)
    empty_x.clock.advance(5)
    assert live(open_source(empty_x).read_range("search", start, empty_x.clock.now())) == said[::-1]
    assert all("end_time" not in call.query_string for call in empty_x.calls)


def test_another_query_begins_a_range_anew(empty_x, open_source):
    start = empty_x.clock.now()
    said = say(empty_x, 3)
    end = empty_x.clock.now() + timedelta(seconds=1)
    empty_x.clock.advance(600)
    cursor = list(open_source(empty_x, search_query="lounge").read_range("search", start, end))[-1].cursor
    assert live(open_source(empty_x).read_range("search", start, end, cursor)) == said[::-1]


def test_a_range_is_not_through_when_x_sends_problems_only(empty_x, open_source):
    problem = {
        "resource_id": "1",
        "resource_type": "tweet",
        "type": "https://api.twitter.com/2/problems/internal-error",
    }
    empty_x.faults.add(Fault("GET *", reply=Reply(200, {"errors": [problem]}), times=-1))
    now = empty_x.clock.now()
    with pytest.raises(TransientError, match="problems"):
        list(open_source(empty_x).read_range("mentions", now - DAY, now))


def test_single_posts_are_fetched_with_what_became_of_them(empty_x, open_source):
    here, deleted, edited = say(empty_x, 3)
    hidden = empty_x.add_post(STRANGERS[1].id, "@AttuneAir hi")
    empty_x.delete_post(deleted)
    newer = empty_x.edit_post(edited, "@AttuneAir I meant lovely")
    empty_x.protect_user(STRANGERS[1].id)
    source = open_source(empty_x)
    batches = list(source.fetch("mentions", [here, deleted, edited, newer, hidden, "77", "no id"]))
    assert sorted(live(batches)) == sorted([here, newer])
    assert gone(batches) == {deleted, edited, hidden, "77", "no id"}
    assert sum(len(batch.records) for batch in batches) == 7
    read = {r.key: r for b in source.read("mentions", None) for r in b.records}
    fetched = {r.key: r for b in batches for r in b.records}
    assert fetched[here] == read[here], "known, and not stored again"


@pytest.mark.parametrize(
    "left",
    [
        {},
        {"errors": None},
        {"errors": [{"resource_id": "{key}", "resource_type": "tweet", "type": f"{PROBLEM}internal-error"}]},
        {"errors": [{"resource_id": "{key}", "resource_type": "tweet", "type": f"{PROBLEM}of-next-year"}]},
        {"errors": [{"value": "77", "parameter": "ids", "type": f"{PROBLEM}resource-not-found"}]},
    ],
)
def test_a_post_that_x_leaves_out_without_a_word_is_not_taken_for_deleted(empty_x, open_source, left):
    here, silent = say(empty_x, 2)

    def leave_out(body):
        problems = [{k: v.format(key=silent) for k, v in one.items()} for one in left.get("errors") or ()]
        return {"data": [post for post in body["data"] if post["id"] == here], **left, "errors": problems}

    empty_x.faults.add(Fault.changed("GET /2/tweets", change=leave_out))
    (batch,) = open_source(empty_x).fetch("mentions", [here, silent])
    assert [(r.key, r.deleted, r.flaw) for r in batch.records] == [
        (here, False, None),
        (silent, False, "record.untold"),
    ]


def test_many_posts_are_fetched_in_calls_of_a_hundred(empty_x, open_source):
    said = say(empty_x, 150, every=1)
    assert sorted(live(open_source(empty_x).fetch("mentions", said))) == sorted(said)
    assert len(empty_x.calls) == 2


def test_a_post_that_x_shows_late_is_read(empty_x, open_source, read_all):
    source = open_source(empty_x, settle_seconds=60)
    first = say(empty_x, 2, every=3600)
    _, cursor = read_all(source, "search")
    late = empty_x.add_post(BO, "#AttuneAir slow index", at=empty_x.clock.now() - timedelta(seconds=30))
    records, cursor = read_all(source, "search", cursor)
    assert [record.key for record in records] == [first[-1], late], "the last one a second time"
    empty_x.clock.advance(3600)
    _, cursor = read_all(source, "search", cursor)
    assert read_all(source, "search", cursor)[0] == []


def test_a_window_never_begins_before_the_one_before_it(empty_x, open_source, read_all):
    source = open_source(empty_x, settle_seconds=3600)
    say(empty_x, 2, every=600)
    _, cursor = read_all(source, "mentions")
    empty_x.clock.advance(10_000)
    _, later = read_all(source, "mentions", cursor)
    empty_x.clock.advance(-5_000)
    _, again = read_all(source, "mentions", later)
    assert int(json.loads(cursor)["since"]) <= int(json.loads(later)["since"]) <= int(json.loads(again)["since"])
