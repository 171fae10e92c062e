import json
from datetime import timedelta

import pytest

from hub.contract import Checkable, ConfigError, Source, TransientError
from hub.testing import Fault, Reply
from hub_x import CONNECTOR
from hub_x.simulation.seed import ACCOUNT, STRANGERS

BO, TAMSIN = STRANGERS[0].id, STRANGERS[1].id


def say(x, count, author=BO, text="@AttuneAir number {n}"):
    ids = []
    for n in range(count):
        x.clock.advance(60)
        ids.append(x.add_post(author, text.format(n=n)))
    return ids


def live(records):
    return [record.key for record in records if not record.deleted]


def gone(records):
    return {record.key for record in records if record.deleted}


def test_the_source_fits_the_contract_and_opens_without_a_call(x, open_source):
    source = open_source(x)
    assert isinstance(source, Source) and isinstance(source, Checkable)
    assert x.calls == []


def test_mentions_hold_the_author_and_the_context_of_each_post(x, open_source, read_all):
    records, _ = read_all(open_source(x))
    maria = next(r for r in records if r.data.get("author", {}).get("id") == "9000000000000000002")
    assert maria.key == maria.data["id"] and isinstance(maria.key, str) and int(maria.key) > 2**53
    assert maria.data["author"]["name"] == "Kwame Mensah"
    assert maria.data["author"]["role"] == "customer"
    assert maria.data["conversation_id"] == maria.key
    assert maria.data["created_at"].endswith("Z")
    assert maria.data["language"] == "en"
    assert maria.data["repost"] is False


def test_every_visible_mention_of_the_cast_and_of_strangers_is_read(x, open_source, read_all):
    records, _ = read_all(open_source(x))
    spoken = {line.text for member in x.cast.members for line in member.said_in("x")}
    texts = {record.data.get("text") for record in records}
    assert spoken <= texts
    assert {STRANGERS[n].id for n in (0, 2, 3, 4)} <= {r.data["author"]["id"] for r in records if not r.deleted}


def test_location_is_neither_asked_for_nor_kept(x, open_source, read_all):
    assert any(post.place_id for post in x.world.posts.values())
    post = {"id": "5", "text": "hi", "author_id": BO, "geo": {"place_id": "p1"}}
    author = {"id": BO, "location": "Berlin", "description": "I like trains"}
    body = {"data": [post], "meta": {}, "includes": {"users": [author]}}
    x.faults.add(Fault("GET /2/users/*/mentions", reply=Reply(200, body)))
    (record,), _ = read_all(open_source(x))
    assert not any(word in json.dumps(record.data) for word in ("geo", "p1", "Berlin", "trains"))
    assert not any("geo" in call.query_string or "location" in call.query_string for call in x.calls)


def test_the_timeline_is_our_agents_words_with_what_they_answer(x, open_source, read_all):
    records, _ = read_all(open_source(x), "timeline")
    answers = [r for r in records if not r.deleted]
    assert len(answers) == 12
    assert {r.data["author"]["role"] for r in answers} == {"agent"}
    assert all(x.world.posts[r.data["reply_to_id"]].author_id == r.data["in_reply_to_user_id"] for r in answers)


def test_reposts_of_others_are_left_out_of_the_timeline_and_marked_elsewhere(empty_x, open_source, read_all):
    (said,) = say(empty_x, 1)
    empty_x.add_post(ACCOUNT.id, "RT @bo_flies: @AttuneAir number 0", repost_of=said)
    shared = empty_x.add_post(TAMSIN, "RT @bo_flies: @AttuneAir number 0", repost_of=said)
    source = open_source(empty_x)
    assert live(read_all(source, "timeline")[0]) == []
    marks = {r.key: r.data["repost"] for r in read_all(source)[0]}
    assert marks[said] is False and marks[shared] is True


def test_search_reads_what_matches_the_query_with_our_own_role(empty_x, open_source, read_all):
    tag = empty_x.add_post(TAMSIN, "Delayed again #AttuneAir")
    ours = empty_x.add_post(ACCOUNT.id, "We are sorry #AttuneAir")
    empty_x.add_post(BO, "something else")
    records, _ = read_all(open_source(empty_x), "search")
    assert {r.key: r.data["author"]["role"] for r in records} == {tag: "customer", ours: "agent"}


def test_escaped_texts_and_long_posts_arrive_as_they_were_written(empty_x, open_source, read_all):
    written = "@AttuneAir a & b < c > d, literally &lt;br&gt; " + "and so on " * 40
    empty_x.add_post(BO, written)
    (record,), _ = read_all(open_source(empty_x))
    assert record.data["text"] == written


@pytest.mark.parametrize(("code", "language"), [("und", None), ("qme", None), ("in", "id"), ("iw", "he"), ("de", "de")])
def test_languages_are_plain_bcp_47(empty_x, open_source, read_all, code, language):
    empty_x.add_post(BO, "@AttuneAir", lang=code)
    assert read_all(open_source(empty_x))[0][0].data["language"] == language


def test_renamed_fields_of_the_present_specification_are_understood(empty_x, open_source, read_all):
    post = {
        "id": "12", "text": "short", "author_id": BO, "edit_history_post_ids": ["11", "12"],
        "referenced_posts": [{"type": "replied_to", "id": "10"}], "note_post": {"text": "the whole text"},
    }  # fmt: skip
    problem = {"resource_type": "post", "resource_id": "10", "type": "https://api.x.com/2/problems/resource-not-found"}
    body = {"data": [post], "meta": {"result_count": 1, "newest_id": "12"}, "errors": [problem]}
    empty_x.faults.add(Fault("GET /2/*", reply=Reply(200, body)))
    records, _ = read_all(open_source(empty_x))
    assert gone(records) == {"10", "11"}
    assert (records[-1].data["text"], records[-1].data["reply_to_id"]) == ("the whole text", "10")


# The cursor.


def test_a_second_read_from_the_last_cursor_yields_only_what_is_new(empty_x, open_source, read_all):
    say(empty_x, 12)
    source = open_source(empty_x, page_size=10)
    _, cursor = read_all(source)
    new = say(empty_x, 3)
    records, later = read_all(source, cursor=cursor)
    assert live(records) == new[::-1]
    assert read_all(source, cursor=later) == ([], later)


def test_reading_twice_from_one_cursor_yields_the_same(empty_x, open_source):
    say(empty_x, 25)
    source = open_source(empty_x, page_size=10)
    first = next(source.read("mentions", None))
    assert list(source.read("mentions", first.cursor)) == list(source.read("mentions", first.cursor))


@pytest.mark.parametrize("stop_after", [1, 2, 3, 4])
def test_a_kill_after_any_batch_loses_nothing_and_repeats_nothing(empty_x, open_source, read_all, stop_after):
    said = say(empty_x, 45)
    seen, cursor = [], None
    for number, batch in enumerate(open_source(empty_x, page_size=10).read("mentions", None), 1):
        seen += live(batch.records)
        cursor = batch.cursor
        if number == stop_after:
            break
    late = say(empty_x, 2)
    source = open_source(empty_x, page_size=10)
    rest, cursor = read_all(source, cursor=cursor)
    newest, _ = read_all(source, cursor=cursor)
    assert sorted(seen + live(rest) + live(newest)) == sorted(said + late)


def test_an_empty_page_in_the_middle_does_not_end_the_read(empty_x, open_source, read_all):
    early = say(empty_x, 10)
    hidden = say(empty_x, 10, author=TAMSIN)
    late = say(empty_x, 10)
    empty_x.protect_user(TAMSIN)
    batches = list(open_source(empty_x, page_size=10).read("mentions", None))
    assert [len(batch.records) for batch in batches] == [10, 0, 10]
    read = live([record for batch in batches for record in batch.records])
    assert sorted(read) == sorted(early + late) and not set(read) & set(hidden)


@pytest.mark.parametrize(
    ("stream", "author", "text"), [("search", BO, "#AttuneAir {n}"), ("timeline", ACCOUNT.id, "News {n}")]
)
def test_other_streams_are_paged_and_resumed_too(empty_x, open_source, read_all, stream, author, text):
    said = say(empty_x, 25, author, text)
    first = next(open_source(empty_x, page_size=10).read(stream, None))
    rest, cursor = read_all(open_source(empty_x, page_size=10), stream, first.cursor)
    assert live(first.records) + live(rest) == said[::-1]
    new = say(empty_x, 1, author, text)
    assert live(read_all(open_source(empty_x), stream, cursor)[0]) == new


def test_an_empty_first_page_keeps_the_newest_of_the_next(empty_x, open_source, read_all):
    early = say(empty_x, 5)
    say(empty_x, 10, author=TAMSIN)
    empty_x.protect_user(TAMSIN)
    _, cursor = read_all(open_source(empty_x, page_size=10))
    assert json.loads(cursor)["since"] == early[-1]


def test_a_forgotten_paging_token_is_replaced_by_the_oldest_post_seen(empty_x, open_source, read_all):
    said = say(empty_x, 35)
    first = next(open_source(empty_x, page_size=10).read("mentions", None))
    empty_x.expire_tokens()
    rest, cursor = read_all(open_source(empty_x, page_size=10), cursor=first.cursor)
    assert live(first.records) + live(rest) == said[::-1]
    assert json.loads(cursor)["since"] == said[-1]


def test_a_since_id_that_search_finds_too_old_is_dropped(empty_x, open_source, read_all):
    say(empty_x, 1, text="#AttuneAir {n}")
    source = open_source(empty_x)
    _, cursor = read_all(source, "search")
    empty_x.clock.advance(timedelta(days=9).total_seconds())
    new = say(empty_x, 2, text="#AttuneAir {n}")
    records, _ = read_all(source, "search", cursor)
    assert live(records) == new[::-1]


def test_a_page_that_names_itself_as_the_next_is_an_error_not_a_loop(empty_x, open_source):
    body = {"data": [], "meta": {"result_count": 0, "next_token": "again"}}
    empty_x.faults.add(Fault("GET /2/*", reply=Reply(200, body), times=-1))
    with pytest.raises(TransientError):
        list(open_source(empty_x).read("mentions", None))
    assert len(empty_x.calls) == 2


def test_pages_that_lead_back_to_an_earlier_one_are_an_error_at_once(empty_x, open_source):
    for token in "ABCABC":
        empty_x.faults.add(Fault("GET /2/*", reply=Reply(200, {"data": [], "meta": {"next_token": token}})))
    with pytest.raises(TransientError, match="circle"):
        list(open_source(empty_x).read("mentions", None))
    assert len(empty_x.calls) == 4


def test_another_query_starts_anew(empty_x, open_source, read_all):
    tagged = say(empty_x, 2, text="#AttuneAir {n}")
    say(empty_x, 1, text="late again")
    _, cursor = read_all(open_source(empty_x, search_query="late"), "search")
    records, _ = read_all(open_source(empty_x), "search", cursor)
    assert live(records) == tagged[::-1]


@pytest.mark.parametrize(
    "cursor", ["", "[]", "{}", '{"scope": 1}', '{"scope": "a", "since": 5}', '{"scope": "a", "x": "y"}', "since:12"]
)
def test_a_foreign_cursor_is_refused(empty_x, open_source, cursor):
    with pytest.raises(ConfigError):
        next(open_source(empty_x).read("mentions", cursor))


def test_unknown_streams_and_a_missing_query_are_named(empty_x, open_source):
    with pytest.raises(ConfigError, match="no stream 'likes'"):
        next(open_source(empty_x).read("likes", None))
    with pytest.raises(ConfigError, match="search_query"):
        next(open_source(empty_x, search_query=None).read("search", None))


# What has gone.


def test_an_edit_removes_the_older_version(empty_x, open_source, read_all):
    (first,) = say(empty_x, 1)
    source = open_source(empty_x)
    _, cursor = read_all(source)
    empty_x.clock.advance(60)
    second = empty_x.edit_post(first, "@AttuneAir calmer words")
    empty_x.clock.advance(60)
    third = empty_x.edit_post(second, "@AttuneAir kind words")
    records, _ = read_all(source, cursor=cursor)
    assert gone(records) == {first, second}
    assert live(records) == [third] and records[-1].data["text"] == "@AttuneAir kind words"


def test_problems_in_a_good_answer_become_deleted_records(x, open_source, read_all):
    hidden = next(post.id for post in x.world.posts.values() if post.author_id == STRANGERS[5].id)
    records, _ = read_all(open_source(x))
    assert hidden in gone(records)
    assert len(live(records)) == 16
    assert next(r for r in records if r.key == hidden).data == {}


def test_a_deleted_post_that_somebody_answered_is_reported(empty_x, open_source, read_all):
    (said,) = say(empty_x, 1)
    source = open_source(empty_x)
    _, cursor = read_all(source)
    answer = empty_x.add_post(TAMSIN, "@bo_flies @AttuneAir same here", reply_to=said)
    empty_x.delete_post(said)
    records, _ = read_all(source, cursor=cursor)
    assert (gone(records), live(records)) == ({said}, [answer])


def test_the_same_post_gone_twice_is_two_versions(empty_x, open_source, read_all):
    (said,) = say(empty_x, 1)
    source, versions, cursor = open_source(empty_x), [], None
    for text in ("one", "two"):
        empty_x.clock.advance(60)
        empty_x.set_user_state(BO, "protected")
        empty_x.add_post(TAMSIN, f"@AttuneAir {text}", reply_to=said)
        records, cursor = read_all(source, cursor=cursor)
        versions += [r.version for r in records if r.key == said]
        empty_x.set_user_state(BO, "active")
    assert len(set(versions)) == 2


def test_posts_of_an_author_whom_x_reports_gone_are_gone(empty_x, open_source, read_all):
    body = {
        "data": [{"id": "7", "text": "a", "author_id": BO}, {"id": "8", "text": "b", "author_id": TAMSIN}],
        "includes": {"users": [{"id": TAMSIN, "username": "tamsin_a", "name": "T", "protected": True}]},
        "errors": [{"value": BO, "resource_type": "user", "parameter": "author_id", "title": "Forbidden",
                    "type": "https://api.twitter.com/2/problems/resource-unavailable"}],
        "meta": {"result_count": 2, "newest_id": "8", "oldest_id": "7"},
    }  # fmt: skip
    empty_x.faults.add(Fault("GET /2/*", reply=Reply(200, body)))
    records, _ = read_all(open_source(empty_x))
    assert (gone(records), live(records)) == ({"7", "8"}, [])


def test_problems_about_fields_delete_nothing(empty_x, open_source, read_all):
    problems = [
        {"resource_id": "7", "resource_type": "tweet", "type": f"https://api.x.com/2/problems/{kind}"}
        for kind in ("not-authorized-for-field", "field-hydration-failure", "internal-error")
    ]
    body = {"data": [{"id": "7", "text": "a", "author_id": BO}], "errors": problems, "meta": {"result_count": 1}}
    empty_x.faults.add(Fault("GET /2/*", reply=Reply(200, body)))
    records, _ = read_all(open_source(empty_x))
    assert (gone(records), live(records)) == (set(), ["7"])


def test_an_answer_of_problems_alone_deletes_and_does_not_move_on(empty_x, open_source, read_all):
    say(empty_x, 25)
    source = open_source(empty_x, page_size=10)
    first = next(source.read("mentions", None))
    problem = {"resource_id": "77", "resource_type": "tweet", "type": "https://api.x.com/2/problems/resource-not-found"}
    empty_x.faults.add(Fault("GET /2/*", reply=Reply(200, {"errors": [problem, None, 5][:1]})))
    records, cursor = read_all(source, cursor=first.cursor)
    assert gone(records) == {"77"} and cursor == first.cursor
    assert len(live(read_all(source, cursor=cursor)[0])) == 15


@pytest.mark.parametrize(
    "problem", [{"message": "Over capacity", "code": 130}, {"type": "https://api.x.com/2/problems/internal-error"}]
)
def test_an_answer_of_problems_that_say_nothing_of_posts_is_no_quiet_day(empty_x, open_source, problem):
    say(empty_x, 2)
    empty_x.faults.add(Fault("GET /2/*", reply=Reply(200, {"errors": [problem]})))
    with pytest.raises(TransientError, match="problems"):
        list(open_source(empty_x).read("mentions", None))


def test_a_suspended_account_of_ours_is_an_error_not_a_quiet_day(empty_x, open_source):
    empty_x.set_user_state(ACCOUNT.id, "suspended")
    with pytest.raises(ConfigError, match="does not show"):
        list(open_source(empty_x).read("mentions", None))


# Settings.


def test_check_makes_one_call(x, open_source):
    open_source(x).check()
    assert [call.path for call in x.calls] == ["/2/users/by/username/AttuneAir"]


def test_check_finds_a_wrong_account(x, open_source):
    with pytest.raises(ConfigError, match="two different"):
        open_source(x, user_id=BO).check()
    with pytest.raises(ConfigError, match="does not show"):
        open_source(x, username="NobodyHere").check()


def test_settings_keep_the_token_hidden_and_ids_as_text(x):
    config = CONNECTOR.config_model.model_validate(x.settings())
    assert x.settings()["bearer_token"] not in repr(config)
    with pytest.raises(ValueError, match="user_id"):
        CONNECTOR.config_model.model_validate(x.settings() | {"user_id": 8100000000000000000})


def test_start_time_needs_a_zone_and_is_sent_in_utc(empty_x, open_source, read_all):
    with pytest.raises(ValueError, match="start_time"):
        open_source(empty_x, start_time="2026-06-01T10:30:00")
    empty_x.add_post(BO, "@AttuneAir before", at=empty_x.clock.now() - timedelta(minutes=31))
    late = empty_x.add_post(BO, "@AttuneAir after", at=empty_x.clock.now() - timedelta(minutes=29))
    source = open_source(empty_x, start_time="2026-06-01T10:30:00+02:00")
    records, cursor = read_all(source)
    assert live(records) == [late]
    assert "start_time=2026-06-01T08%3A30%3A00Z" in empty_x.calls[0].query_string
    read_all(source, cursor=cursor)
    assert "start_time" not in empty_x.calls[-1].query_string


def test_a_start_time_out_of_reach_does_not_stop_search(empty_x, open_source, read_all):
    tagged = say(empty_x, 1, text="#AttuneAir {n}")
    source = open_source(empty_x, start_time="2020-01-01T00:00:00Z")
    assert live(read_all(source, "search")[0]) == tagged
    assert "start_time" not in empty_x.calls[-1].query_string


def test_a_page_that_counts_posts_and_holds_none_is_not_read_past(empty_x, open_source, read_all):
    posts = say(empty_x, 3)
    empty_x.faults.add(Fault.changed("GET /2/*", change=lambda body: {"meta": body["meta"]}))
    source = open_source(empty_x)
    with pytest.raises(TransientError, match="holds none"):
        read_all(source)
    assert live(read_all(source)[0]) == posts[::-1]
