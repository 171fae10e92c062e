"""The simulator keeps X's rules, asked without the connector."""

import pytest
import requests

from hub.testing.connect import load_simulator
from hub_x import CONNECTOR
from hub_x.simulation.seed import ACCOUNT, STRANGERS, member_id
from hub_x.simulator import TOKEN, XSimulator

BO = STRANGERS[0].id
MENTIONS = f"/2/users/{ACCOUNT.id}/mentions"


@pytest.fixture
def http():
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {TOKEN}"
        yield session


def test_the_connector_names_its_simulator():
    assert load_simulator(CONNECTOR) is XSimulator


def test_ids_are_text_bigger_than_json_numbers_hold(x, http):
    assert member_id(x.cast.members[0]) == "9000000000000000001"
    body = http.get(x.url + MENTIONS, params={"expansions": "author_id", "tweet.fields": "author_id"}).json()
    assert all(isinstance(post["id"], str) and int(post["id"]) > 2**53 for post in body["data"])
    assert {user["id"] for user in body["includes"]["users"]} == {post["author_id"] for post in body["data"]}


def test_without_the_token_nothing_is_shown(x):
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(x.url + MENTIONS)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["title"] == "Unauthorized"


def test_every_answer_carries_the_rate_limit_and_the_window_ends(x, http):
    x.rate_limits["GET /2/users/:id/mentions"] = 2
    left = [http.get(x.url + MENTIONS).headers["x-rate-limit-remaining"] for _ in range(2)]
    refused = http.get(x.url + MENTIONS)
    assert left == ["1", "0"] and refused.status_code == 429
    x.clock.advance(int(refused.headers["x-rate-limit-reset"]) - x.clock.now().timestamp())
    assert http.get(x.url + MENTIONS).status_code == 200


@pytest.mark.parametrize(
    "params",
    [
        {"max_results": "4"}, {"max_results": "101"}, {"max_results": "x"}, {"pagination_token": "nonsense"},
        {"tweet.fields": "shoe_size"}, {"next_token": "x"}, {"since_id": "1", "start_time": "2026-01-01T00:00:00Z"},
    ],
)  # fmt: skip
def test_wrong_parameters_are_refused_as_x_does(x, http, params):
    answer = http.get(x.url + MENTIONS, params=params)
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("invalid-request")
    assert set(answer.json()["errors"][0]["parameters"]) <= set(params)


def test_pages_follow_each_other_newest_first(x, http):
    seen, token = [], None
    while True:
        body = http.get(
            x.url + MENTIONS, params={"max_results": 5} | ({"pagination_token": token} if token else {})
        ).json()
        seen += [int(post["id"]) for post in body.get("data", [])]
        token = body["meta"].get("next_token")
        if token is None:
            break
    assert len(seen) == 16 and seen == sorted(seen, reverse=True)


def test_deleting_one_version_deletes_them_all(empty_x, http):
    first = empty_x.add_post(BO, "@AttuneAir a")
    second = empty_x.edit_post(first, "@AttuneAir b")
    assert [post["id"] for post in http.get(empty_x.url + MENTIONS).json()["data"]] == [second]
    empty_x.delete_post(first)
    assert http.get(empty_x.url + MENTIONS).json() == {"meta": {"result_count": 0}}


def test_one_compliance_job_of_a_kind_at_a_time(x, http):
    jobs = x.url + "/2/compliance/jobs"
    job = http.post(jobs, json={"type": "tweets"}).json()["data"]
    assert job["status"] == "created"
    assert http.post(jobs, json={"type": "tweets"}).status_code == 409
    assert http.post(jobs, json={"type": "users"}).status_code == 200
    assert http.post(jobs, json={"type": "cats"}).status_code == 400
    x.clock.advance(15 * 60)
    assert http.get(f"{jobs}/{job['id']}").json()["data"]["status"] == "expired"
    assert http.post(jobs, json={"type": "tweets"}).status_code == 200


def test_the_storage_wants_the_signature_and_nothing_else(x, http):
    job = http.post(x.url + "/2/compliance/jobs", json={"type": "tweets"}).json()["data"]
    plain = {"Content-Type": "text/plain"}
    assert http.put(job["upload_url"], data="1", headers=plain).status_code == 403  # the token came along
    del http.headers["Authorization"]
    assert http.put(job["upload_url"].split("?")[0], data="1", headers=plain).status_code == 403
    assert http.put(job["upload_url"], data="1", headers={"Content-Type": "application/json"}).status_code == 403
    assert http.put(job["upload_url"], data="1", headers=plain).status_code == 200
    assert http.get(job["download_url"]).status_code == 404
    x.clock.advance(x.job_seconds)
    assert http.get(job["download_url"]).text == ""


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("#AttuneAir", {"a", "c"}), ("#attuneair -from:AttuneAir", {"a"}), ("from:bo_flies", {"a", "b"}),
        ("bag OR sorry", {"b", "c"}), ('"lost bag"', {"b"}), ("lang:de", {"b"}), ("#Attune", set()),
        ("#AttuneAir -is:reply", {"a"}), ("#AttuneAir is:retweet", set()),
    ],
)  # fmt: skip
def test_search_understands_the_usual_operators(empty_x, http, query, found):
    ids = {"a": empty_x.add_post(BO, "late again #AttuneAir"), "b": empty_x.add_post(BO, "my lost bag", lang="de")}
    ids["c"] = empty_x.add_post(ACCOUNT.id, "so sorry #AttuneAir", reply_to=ids["a"])
    body = http.get(empty_x.url + "/2/tweets/search/recent", params={"query": query}).json()
    assert {post["id"] for post in body.get("data", [])} == {ids[name] for name in found}
