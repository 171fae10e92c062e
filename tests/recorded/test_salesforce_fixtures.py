"""Salesforce's answers as the tests of restforce hold them, through the real simple-salesforce and the whole pull.

They were written by hand after the vendor's documentation, around an object called Whizbang. Rows that name an Id are put
into the envelope of the query that the connector sends (SystemModstamp and IsDeleted are in every one of its queries); what
else they lack stays lacking. Every file is used by a test or named in ``NOT_OURS`` with the reason.
"""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from hub.contract import AuthError, ConfigError, OutcomeState, TransientError, WriteRecord
from hub.testing import FakeClock, Reply
from hub.transport import Route, TransportLimits, prepare_session
from hub_salesforce import CONNECTOR
from hub_salesforce.config import SalesforceConfig
from hub_salesforce.org import Org
from hub_salesforce.refusal import RefusedError

pytestmark = pytest.mark.recorded

FOLDER = "vendor/recordings/restforce_fixtures"
INSTANCE = "https://attune.my.salesforce.com"
SETTINGS = {"instance_url": INSTANCE, "consumer_key": "invented-key", "consumer_secret": "invented-secret"}
DATA = "/services/data/v59.0"
QUERY = DATA + "/queryAll"
LOGIN = "/services/oauth2/token"
NOW = datetime(2015, 9, 1, tzinfo=UTC)
STAMP = "2015-08-19T08:17:00.000+0000"

LOGINS = {"auth_success_response", "reauth_success_response", "refresh_success_response"}
LOGIN_ERRORS = {"auth_error_response", "refresh_error_response"}
QUERIES = {
    "query_success_response", "query_empty_response", "query_aggregate_success_response", "org_query_response",
    "query_paginated_first_page_response", "query_paginated_last_page_response",
}  # fmt: skip
REFUSALS = {
    "query_error_response": (400, "INVALID_FIELD"),
    "write_error_response": (400, "INVALID_FIELD"),
    "search_error_response": (400, "MALFORMED_SEARCH"),
    "delete_error_response": (404, "NOT_FOUND"),
    "upsert_error_response": (404, "NOT_FOUND"),
    "sobject_find_error_response": (404, "NOT_FOUND"),
    "sobject_describe_error_response": (404, "NOT_FOUND"),
    "upsert_multiple_error_response": (300, "UNKNOWN"),
}
DONE = {
    "create_success_response": 201,
    "upsert_created_success_response": 201,
    "upsert_updated_success_response": 204,
}
WITH_ROWS = {
    "sobject_find_success_response", "sobject_select_success_response", "recent_success_response",
    "search_success_response", "get_updated_success_response", "get_deleted_success_response",
}  # fmt: skip
NOT_OURS = {
    "describe_sobjects_success_response": "the connector never asks what objects an org has",
    "list_sobjects_success_response": "the same",
    "list_view_results_success_response": "list views are for people; the connector reads by query",
    "services_data_success_response": "the API version is a setting",
    "sobject_describe_success_response": "the connector never asks what fields an object has",
}


@pytest.fixture
def fixture(shared):
    """The text of one of the files."""
    return lambda name: (shared(FOLDER) / f"{name}.json").read_text(encoding="utf-8")


@pytest.fixture
def answer(fixture):
    """One of the files as the answer of a server."""

    def make(name, status=200):
        body = fixture(name).encode()
        return Reply(status, body if body else None, {"Content-Type": "application/json;charset=UTF-8"})

    return make


@pytest.fixture
def org(make_replay, answer):
    """The connector's own client, and the server it talks to, which lets it in."""
    replay = make_replay(SETTINGS)
    replay.on("POST", LOGIN, answer("auth_success_response"))
    route = Route(INSTANCE, replay.url, CONNECTOR.manifest.hosts)
    session = prepare_session(route, limits=TransportLimits(retries=0), pause=replay.clock.sleep).session
    yield Org(SalesforceConfig.model_validate(SETTINGS), session), replay
    session.close()


def test_every_file_has_its_test_or_its_reason(shared):
    names = {path.stem for path in shared(FOLDER).glob("*.json")}
    used = LOGINS | LOGIN_ERRORS | QUERIES | set(REFUSALS) | set(DONE) | WITH_ROWS | {"expired_session_response"}
    assert len(names) == 34
    assert names == used | set(NOT_OURS)
    assert not used & set(NOT_OURS)


@pytest.mark.parametrize("name", sorted(LOGINS))
def test_a_token_is_taken_and_the_address_beside_it_is_not(name, open_connector, answer, fixture):
    connector, replay = open_connector(CONNECTOR, SETTINGS)
    seen = []
    replay.on("POST", LOGIN, answer(name))
    replay.on(
        "GET", DATA + "/limits/?", lambda request: seen.append(request.headers["Authorization"]) or Reply(200, {})
    )
    connector.check()
    assert seen == [f"Bearer {json.loads(fixture(name))['access_token']}"]


@pytest.mark.parametrize("name", sorted(LOGIN_ERRORS))
def test_a_refused_login_is_an_auth_error_that_quotes_nothing(name, open_connector, answer, fixture):
    connector, replay = open_connector(CONNECTOR, SETTINGS)
    replay.on("POST", LOGIN, answer(name, 400))
    with pytest.raises(AuthError, match="invalid_grant") as caught:
        list(connector.read("contacts", None))
    assert json.loads(fixture(name))["error_description"] not in str(caught.value)
    assert len(replay.calls) == 1


def test_a_session_that_expired_is_renewed_once(open_connector, answer):
    connector, replay = open_connector(CONNECTOR, SETTINGS)
    replay.on("POST", LOGIN, [answer("auth_success_response"), answer("reauth_success_response")])
    expired = answer("expired_session_response", 401)
    replay.on("GET", QUERY + "/?", [expired, answer("query_empty_response")])
    assert list(connector.read("contacts", None)) == []
    assert [(call.method, call.status) for call in replay.calls] == [
        ("POST", 200),
        ("GET", 401),
        ("POST", 200),
        ("GET", 200),
    ]


def test_a_session_that_is_never_good_ends_the_read(open_connector, answer):
    connector, replay = open_connector(CONNECTOR, SETTINGS)
    replay.on("POST", LOGIN, answer("auth_success_response"))
    replay.on("GET", QUERY + "/?", answer("expired_session_response", 401))
    with pytest.raises(AuthError):
        list(connector.read("contacts", None))
    assert len(replay.calls) == 4


@pytest.mark.parametrize("name", sorted(REFUSALS))
def test_a_refusal_is_known_by_its_code(name, org, answer, fixture):
    client, replay = org
    status, code = REFUSALS[name]
    replay.on("PATCH", DATA + "/sobjects/.*", answer(name, status))
    with pytest.raises(RefusedError) as caught:
        client.rest("sobjects/Contact/003000000000001AAA", method="PATCH", json={"Emotion__c": "anger"})
    assert (caught.value.status, caught.value.code) == (status, code)
    first = json.loads(fixture(name))[0]
    assert (first["message"] if isinstance(first, dict) else first) not in str(caught.value)
    assert len(replay.calls) == 2


@pytest.mark.parametrize("name", sorted(DONE))
def test_what_was_done_is_taken_for_done(name, org, answer, fixture):
    client, replay = org
    replay.on("PATCH", DATA + "/sobjects/.*", answer(name, DONE[name]))
    done = client.rest("sobjects/Contact/003000000000001AAA", method="PATCH", json={"Emotion__c": "anger"})
    assert done == (json.loads(fixture(name)) if fixture(name) else None)


def test_a_query_that_the_org_refuses_names_the_object(open_connector, answer):
    connector, replay = open_connector(CONNECTOR, SETTINGS)
    replay.on("POST", LOGIN, answer("auth_success_response"))
    replay.on("GET", QUERY + "/?", answer("query_error_response", 400))
    with pytest.raises(ConfigError, match=r"of Contact .*INVALID_FIELD"):
        list(connector.read("contacts", None))


def test_pages_are_followed_by_their_id_alone(org, answer):
    client, replay = org
    replay.on("GET", DATA + "/query/?", answer("query_paginated_first_page_response"))
    replay.on("GET", DATA + "/query/01gD", answer("query_paginated_last_page_response"))
    pages = list(client.pages("SELECT Text_Label FROM Whizbang"))
    assert pages == [[{"Text_Label": "First Page"}], [{"Text_Label": "Last Page"}]]
    # The answer named another version of the API; the connection's own was asked.
    assert [call.path.rstrip("/") for call in replay.calls[1:]] == [DATA + "/query", DATA + "/query/01gD"]


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("query_success_response", 1),
        ("query_empty_response", 0),
        ("query_aggregate_success_response", 3),
        ("org_query_response", 1),
    ],
)
def test_rows_lose_their_addresses_and_nothing_else(name, count, org, answer, fixture):
    client, replay = org
    replay.on("GET", DATA + "/query/?", answer(name))
    rows = client.rows("SELECT Id FROM Whizbang")
    given = json.loads(fixture(name))["records"]
    assert [set(row) for row in rows] == [set(row) - {"attributes"} for row in given]
    assert "attributes" not in json.dumps(rows)
    assert len(rows) == len(given) == count


@pytest.mark.parametrize("name", sorted(QUERIES - {"query_empty_response"}))
def test_rows_that_nobody_can_tell_apart_stop_the_read_and_move_no_cursor(name, make_replay, answer, deploy):
    replay = make_replay(SETTINGS, clock=FakeClock(NOW))
    replay.on("POST", LOGIN, answer("auth_success_response"))
    replay.on("GET", QUERY + "/?", answer(name))
    deployment = deploy("salesforce", replay)
    report = deployment.pull()
    assert isinstance(report.error, TransientError)
    assert report.counts.total() == 0
    assert deployment.rows("SELECT COUNT(*) FROM batches") == [(0,)]
    assert deployment.rows("SELECT status FROM runs") == [("failed",)]


def rows_of(fixture):
    """Each row, and each bare Id, of the files that name Ids; as a query of the connector would give it."""
    rows = []
    for name in sorted(WITH_ROWS):
        body = json.loads(fixture(name))
        if name == "get_updated_success_response":
            rows += [{"Id": key, "LastModifiedDate": body["latestDateCovered"]} for key in body["ids"]]
        elif name == "get_deleted_success_response":
            rows += [{"Id": row["id"], "IsDeleted": True} for row in body["deletedRecords"]]
        else:
            rows += body if isinstance(body, list) else [body]
    known = {row["Id"]: row for row in sorted(rows, key=len)}
    return [{"IsDeleted": False, "SystemModstamp": STAMP, **known[key]} for key in sorted(known)]


def test_rows_end_stored_quarantined_or_unchanged(make_replay, answer, fixture, deploy):
    rows = rows_of(fixture)
    assert len(rows) == 11
    replay = make_replay(SETTINGS, clock=FakeClock(NOW))
    replay.on("POST", LOGIN, answer("auth_success_response"))

    def query(request):
        is_contacts = " FROM Contact " in request.query["q"] and "IndividualId IN" not in request.query["q"]
        is_first = "WHERE" not in request.query["q"]
        found = rows if is_contacts and is_first else []
        return Reply(200, {"totalSize": len(found), "done": True, "records": found})

    replay.on("GET", QUERY + "/?", query)
    replay.on("GET", DATA + "/query/?", query)
    deployment = deploy("salesforce", replay)
    report = deployment.pull()
    assert report.error is None
    assert deployment.ends(report) == {
        "stored": 7,  # the seven Contacts of which only Id and last change are known
        "quarantined: mapping.required": 3,  # a Whizbang does not say when it was last modified
        "unchanged: source.deleted": 1,
    }
    assert deployment.ends(report, "contacts") == deployment.ends(report)
    assert deployment.kinds("contacts") == {"person": 7}
    assert {record.provenance.key for record in deployment.records()} == {
        row["Id"] for row in rows if row["Id"].startswith("003")
    }
    resting = deployment.resting_bytes()
    assert sum(value.encode() in resting for value in ("danny@example.com", "(415) 555-1212", "a loooooooong")) == 0


def test_a_row_refused_by_a_real_code_fails_alone(open_connector, answer, fixture):
    """The collection's answer is rebuilt around recorded errors and a recorded success."""
    connector, replay = open_connector(CONNECTOR, SETTINGS)
    refused = json.loads(fixture("write_error_response"))
    done = json.loads(fixture("create_success_response"))
    keys = ["003000000000001AAA", "003000000000002AAA"]
    results = [done | {"id": keys[0]}, {"success": False, "errors": refused}]
    replay.on("POST", LOGIN, answer("auth_success_response"))
    replay.on("PATCH", DATA + "/composite/sobjects/?", Reply(200, results))
    records = [WriteRecord(f"k{n}", key, {"Emotion__c": "anger"}) for n, key in enumerate(keys)]
    outcomes = {outcome.key: outcome for outcome in connector.write("contacts", records)}
    assert Counter(outcome.state for outcome in outcomes.values()) == {
        OutcomeState.CONFIRMED: 1,
        OutcomeState.FAILED: 1,
    }
    assert (outcomes["k1"].reason, outcomes["k1"].retryable) == ("INVALID_FIELD", False)
