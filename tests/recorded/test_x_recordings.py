"""X as it really answered (recorded from tweepy's tests), through the real tweepy and the whole pull.

tweepy's tests asked for no fields, so the recorded posts are an id, a text and an edit history. What the connector asks for
besides is absent from them: as recorded, they cannot become interactions. They are therefore replayed twice: as they are,
and with those fields added, taken from the recordings wherever they tell (the instant is in the id itself).
"""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from hub.contract import ConfigError
from hub.testing import FakeClock, Reply, connect, route
from hub_x import CONNECTOR
from hub_x.simulator import XSimulator

pytestmark = pytest.mark.recorded

FILE = "x_v2_one_per_endpoint.jsonl.gz"
ACCOUNT = {"username": "Twitter", "user_id": "783214"}
TIMELINE = "GET /2/users/{id}/tweets 200"
ME = "GET /2/users/by/username/Twitter 200"
AFTER_THE_LAST = datetime(2022, 10, 8, tzinfo=UTC)
X_EPOCH_MS = 1_288_834_974_657


@pytest.fixture
def recorded(exchanges):
    return exchanges(FILE)


def found(exchange):
    data = exchange["response"]["body"].get("data") if isinstance(exchange["response"]["body"], dict) else None
    rows = data if isinstance(data, list) else [data]
    return [row for row in rows if isinstance(row, dict)]


def is_ours(exchange):
    return exchange["endpoint"].split(" ")[1].startswith("/2/")


def posts_of(recorded):
    """Every post of every exchange, each once, newest first."""
    posts = {row["id"]: row for e in recorded if is_ours(e) for row in found(e) if "text" in row and "id" in row}
    return sorted(posts.values(), key=lambda post: -int(post["id"]))


def users_of(recorded):
    users = {row["id"]: row for e in recorded if is_ours(e) for row in found(e) if "username" in row}
    return list(users.values())


def said_at(post):
    moment = datetime.fromtimestamp(((int(post["id"]) >> 22) + X_EPOCH_MS) / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def with_fields(posts, users):
    """The posts as X sends them to whoever asks for fields; who wrote them, the recordings do not say."""
    return [
        {
            **post,
            "created_at": said_at(post),
            "conversation_id": post["id"],
            "author_id": users[number % len(users)]["id"],
            "lang": "en",
            **({"referenced_tweets": [{"type": "retweeted", "id": "1"}]} if post["text"].startswith("RT @") else {}),
        }
        for number, post in enumerate(posts)
    ]


class RecordedX(XSimulator):
    """X with recorded posts in the envelope of the mentions; its batch compliance is the simulator's."""

    pages: dict[str, Reply]

    def settings(self):
        return super().settings() | ACCOUNT

    @route("GET", "/2/users/{user_id}/mentions")
    def mentions(self, request, user_id):
        return self.pages.get("mentions", Reply(200, {"meta": {"result_count": 0}}))

    @route("GET", "/2/users/{user_id}/tweets")
    def timeline(self, request, user_id):
        empty = Reply(200, {"meta": {"result_count": 0}})
        assert user_id == ACCOUNT["user_id"]
        return empty if "pagination_token" in request.query else self.pages.get("timeline", empty)

    @route("GET", "/2/users/by/username/{username}")
    def user_by_name(self, request, username):
        return self.pages[username]


@pytest.fixture
def x():
    with RecordedX(clock=FakeClock(AFTER_THE_LAST)) as simulator:
        simulator.pages = {}
        yield simulator


def page(posts, users=()):
    meta = {"result_count": len(posts), "newest_id": posts[0]["id"], "oldest_id": posts[-1]["id"]}
    return Reply(200, {"data": posts, "meta": meta} | ({"includes": {"users": list(users)}} if users else {}))


def test_the_sample_is_the_one_these_numbers_were_counted_in(recorded):
    assert len(recorded) == 54
    # Two exchanges belong to API v1.1 (who am I, and "is typing"), which the connector does not speak.
    assert sum(not is_ours(e) for e in recorded) == 2
    rows = [row for e in recorded if is_ours(e) for row in found(e)]
    assert sum("text" in row and "id" in row for row in rows) == 19
    assert len(posts_of(recorded)) == 18  # one was looked up twice
    assert sum("username" in row for row in rows) == 23
    assert len(users_of(recorded)) == 22
    assert Counter(e["response"]["status"] for e in recorded) == {200: 51, 201: 2, 204: 1}
    assert not any("errors" in (e["response"]["body"] or {}) for e in recorded if is_ours(e))


def test_the_real_company_account_is_recognised(recorded, x, make_replay):
    x.pages["Twitter"] = make_replay.reply(next(e for e in recorded if e["endpoint"] == ME))
    connect(CONNECTOR, x).check()
    with pytest.raises(ConfigError):
        connect(CONNECTOR, x, settings=x.settings() | {"user_id": "2244994945"}).check()


def test_a_timeline_is_read_as_it_was_recorded(recorded, x, make_replay):
    exchange = next(e for e in recorded if e["endpoint"] == TIMELINE)
    x.pages["timeline"] = make_replay.reply(exchange)
    batches = list(connect(CONNECTOR, x).read("timeline", None))
    assert [len(batch.records) for batch in batches] == [2, 0]
    assert [record.key for record in batches[0].records] == [post["id"] for post in found(exchange)]
    asked = [call.query_string for call in x.calls]
    assert f"pagination_token={exchange['response']['body']['meta']['next_token']}" in asked[1]
    # The next read begins behind the newest id that X named.
    list(connect(CONNECTOR, x).read("timeline", batches[-1].cursor))
    assert f"since_id={exchange['response']['body']['meta']['newest_id']}" in x.calls[2].query_string


def test_real_posts_without_the_fields_asked_for_are_quarantined_not_lost(recorded, x, deploy, make_replay):
    x.pages["mentions"] = page(posts_of(recorded))
    x.pages["timeline"] = make_replay.reply(next(e for e in recorded if e["endpoint"] == TIMELINE))
    deployment = deploy("x", x)
    report = deployment.pull()
    assert report.error is None
    # Nothing says when they were written.
    assert deployment.ends(report, "mentions") == {"quarantined: mapping.required": 18}
    assert deployment.ends(report, "timeline") == {"quarantined: mapping.required": 2}
    assert deployment.rows("SELECT COUNT(*) FROM quarantine") == [(20,)]
    assert deployment.records() == []
    # What is quarantined is named, not kept.
    assert deployment.leaks(lambda: [post["text"] for post in posts_of(recorded)]) == {}


def test_real_posts_with_the_fields_asked_for_are_stored_and_redacted(recorded, x, deploy):
    users = users_of(recorded)
    posts = with_fields(posts_of(recorded), users)
    x.pages["mentions"] = page(posts, users)
    deployment = deploy("x", x)
    report = deployment.pull()
    assert report.error is None
    reposts = [post for post in posts if "referenced_tweets" in post]
    ours = [post for post in posts if post["author_id"] == ACCOUNT["user_id"]]
    assert (len(posts), len(reposts), len(ours)) == (18, 5, 1)
    assert deployment.ends(report, "mentions") == {
        "stored: consent.none": 12,
        "withheld: mapping.not_wanted": 5,  # reposts: the words of somebody else
        "withheld: subject.unknown": 1,  # the company's own, and an answer to nobody
    }
    records = {record.provenance.key: record for record in deployment.records()}
    assert set(records) == {post["id"] for post in posts} - {post["id"] for post in reposts + ours}
    assert all(record.text and record.redaction for record in records.values())
    assert {k: f"{r.occurred_at:%Y-%m-%dT%H:%M:%S}" for k, r in records.items()} == {
        k: said_at({"id": k})[:19] for k in records
    }
    assert report.counts["tagged"] == 0
    assert deployment.leaks(lambda: [post["text"] for post in posts]) == {}
    names = [user["username"].encode() for user in users if len(user["username"]) > 7]
    assert names and sum(name in deployment.resting_bytes() for name in names) == 0


def test_a_second_read_finds_real_posts_unchanged(recorded, x, deploy):
    users = users_of(recorded)
    x.pages["mentions"] = page(with_fields(posts_of(recorded), users), users)
    deployment = deploy("x", x)
    deployment.pull()
    x.clock.advance(timedelta(minutes=1).total_seconds())
    again = deployment.pull(full=True)
    assert deployment.ends(again, "mentions") == {
        "unchanged": 12,
        "withheld: mapping.not_wanted": 5,
        "withheld: subject.unknown": 1,
    }
