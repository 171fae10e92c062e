"""Zendesk as it really answered (recorded from zenpy's tests), through the real zenpy and the whole pull.

Some records were recorded at endpoints that the connector does not call (``tickets.json``, ``show_many``, ``views``,
audits, search). They are put, unchanged, into the envelope of the export that it does call: the records are real, the
envelope is rebuilt. Two exports are served exactly as they were recorded, headers and all.
"""

from collections import Counter
from datetime import UTC, datetime

import pytest

from hub.contract import BadRecordError, OutcomeState, WriteRecord
from hub.testing import FakeClock, Reply
from hub_zendesk import CONNECTOR
from hub_zendesk.account import listed
from hub_zendesk.answers import NotFoundError, refusal

pytestmark = pytest.mark.recorded

FILE = "zendesk_one_per_endpoint.jsonl.gz"
SETTINGS = {"subdomain": "acme", "email": "integration@example.com", "api_token": "invented", "job_wait": 0}
ORIGIN = "https://acme.zendesk.com"
AFTER_THE_LAST = datetime(2024, 10, 1, tzinfo=UTC)
TICKET_EXPORT = "GET /api/v2/incremental/tickets/cursor.json 200"
USER_EXPORT = "GET /api/v2/incremental/users/cursor.json 200"


@pytest.fixture
def recorded(exchanges):
    return exchanges(FILE)


def bodies(recorded, *but):
    return [
        e["response"]["body"]
        for e in recorded
        if isinstance(e["response"]["body"], dict) and e["endpoint"] not in but
    ]


def objects(body, one, many):
    found = list(body.get(many) or [])
    if isinstance(body.get(one), dict):
        found.append(body[one])
    return found + [row for row in body.get("results") or [] if isinstance(row, dict) and row.get("result_type") == one]


def all_users(recorded):
    return [user for body in bodies(recorded) for user in objects(body, "user", "users")]


def all_tickets(recorded):
    return [ticket for body in bodies(recorded) for ticket in objects(body, "ticket", "tickets")]


def path_of(exchange):
    return "/" + exchange["request"]["uri"].split("://", 1)[1].split("/", 1)[1]


def export(name, first, pages, people=()):
    """The incremental export: its first page is ``first`` as recorded, and the others lie behind its real cursor."""
    body = first["response"]["body"]

    def answer(request):
        cursor = request.query.get("cursor")
        if cursor is None:
            return answer.reply(first)
        number = 0 if cursor == body["after_cursor"] else int(cursor)
        page = {"after_cursor": str(number + 1), "end_of_stream": number + 1 >= len(pages), "users": list(people)}
        return Reply(200, page | {name: pages[number] if number < len(pages) else []})

    return answer


def comments_of(recorded, ticket):
    """What was said in a ticket: as recorded, else in an audit, else its description (Zendesk's name for comment one)."""
    for exchange in recorded:
        if exchange["endpoint"].startswith("GET /api/v2/tickets/{id}/comments.json"):
            if f"/tickets/{ticket['id']}/" in exchange["request"]["uri"]:
                return exchange["response"]["body"]["comments"]
    audits = [a for body in bodies(recorded) for a in objects(body, "audit", "audits") if a["ticket_id"] == ticket["id"]]
    events = [
        {**event, "created_at": audit["created_at"], "via": audit["via"]}
        for audit in audits
        for event in audit["events"]
        if event["type"] == "Comment"
    ]
    first = {
        "id": 10**12 + ticket["id"], "type": "Comment", "author_id": ticket["submitter_id"], "public": True,
        "plain_body": ticket["description"], "via": ticket["via"], "created_at": ticket["created_at"],
    }  # fmt: skip
    return events or [first]


@pytest.fixture
def account(recorded, make_replay, deploy):
    """A deployment whose Zendesk gives what was recorded; ``people`` are side-loaded with tickets and comments."""

    def make(people, folder="hub"):
        replay = make_replay(SETTINGS, clock=FakeClock(AFTER_THE_LAST))
        tickets = {ticket["id"]: ticket for ticket in all_tickets(recorded)}
        for name, one, endpoint in (("users", "user", USER_EXPORT), ("tickets", "ticket", TICKET_EXPORT)):
            first = next(e for e in recorded if e["endpoint"] == endpoint)
            pages = [page for body in bodies(recorded, endpoint) if (page := objects(body, one, name))]
            answer = export(name, first, pages, people)
            answer.reply = make_replay.reply
            replay.on("GET", f"/api/v2/incremental/{name}/cursor.json", answer)

        def comments(request, key):
            said = comments_of(recorded, tickets[int(key)])
            return Reply(200, {"comments": said, "users": list(people), "meta": {"has_more": False}})

        replay.on("GET", r"/api/v2/tickets/(\d+)/comments\.json", comments)
        # The account had no satisfaction ratings: nothing was recorded, and no ticket carries one (asserted below).
        empty = Reply(200, {"satisfaction_ratings": [], "meta": {"has_more": False}})
        replay.on("GET", "/api/v2/satisfaction_ratings.json", empty)
        return deploy("zendesk", replay, folder), replay

    return make


def test_the_sample_is_the_one_these_numbers_were_counted_in(recorded):
    assert len(recorded) == 153
    users, tickets = all_users(recorded), all_tickets(recorded)
    assert (len(users), len({u["id"] for u in users})) == (21, 16)
    assert (len(tickets), len({t["id"] for t in tickets})) == (20, 16)
    jobs = [body["job_status"] for body in bodies(recorded) if "job_status" in body]
    assert Counter(job["status"] for job in jobs) == {"queued": 10, "completed": 1}
    assert not any("satisfaction_rating" in b or "satisfaction_ratings" in b for b in bodies(recorded))
    assert all(ticket["satisfaction_rating"] is None for ticket in tickets)
    assert all(sum(value is None for value in ticket.values()) >= 5 for ticket in tickets)


def test_every_recorded_answer_means_the_right_thing_to_the_connector(recorded, open_connector, make_replay):
    connection, replay = open_connector(CONNECTOR, SETTINGS)
    account, ends = connection.account, Counter()
    for exchange in recorded:
        method, path = exchange["request"]["method"], path_of(exchange)
        replay.answers.clear()
        replay.on(method, ".*", make_replay.reply(exchange))
        # The session's hook raises for every answer that is no answer; 404 and refusals pass to the caller.
        answer = account.call(lambda m=method, p=path: account.context.session.request(m, ORIGIN + p))
        assert answer.status_code == exchange["response"]["status"]
        if answer.ok:
            assert answer.status_code == 204 or answer.json() == exchange["response"]["body"]
            ends["good"] += 1
        else:
            ends[f"{type(refusal(answer)).__name__}: {refusal(answer).reason}"] += 1
    assert ends == {"good": 121, "NotFoundError: not_found": 29, "BadRecordError: TooManyValues": 3}


def test_real_users_end_stored_withheld_or_gone(account, recorded):
    deployment, _ = account(people=[])
    report = deployment.pull()
    assert report.error is None
    versions = {(u["id"], u["updated_at"]) for u in all_users(recorded)}
    users = deployment.rows("SELECT COUNT(*) FROM pull_outcomes WHERE stream = 'users'")[0][0]
    assert users == len(versions) == EXPECTED_USERS
    assert Counter(kind for (kind,) in deployment.rows("SELECT kind FROM records WHERE stream = 'users'")) == {
        "person": len({u["id"] for u in all_users(recorded) if u["role"] == "end-user" and u["active"]})
    }
    # One user was recorded as deleted, and the hub has never held them.
    assert report.counts["quarantined"] == 0


EXPECTED_USERS = 17
