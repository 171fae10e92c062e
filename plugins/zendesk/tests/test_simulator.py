import base64
from typing import Any

import pytest
import requests

from hub.testing import make_cast
from hub_zendesk.simulated.vendor import EMAIL, TOKEN
from hub_zendesk.simulator import ZendeskSimulator


def call(vendor: ZendeskSimulator, method: str, path: str, **options: Any) -> requests.Response:
    return requests.request(method, f"{vendor.url}/api/v2/{path}", auth=(f"{EMAIL}/token", TOKEN), timeout=5, **options)


def test_it_holds_the_cast_that_speaks_in_zendesk(vendor: ZendeskSimulator) -> None:
    speakers = [member for member in make_cast().members if member.said_in("zendesk")]
    assert speakers
    for member in speakers:
        user, ticket = vendor.users[7_000_000_000_000 + member.number], vendor.tickets[35_000 + member.number]
        assert (user["email"], user["role"]) == (member.email, "end-user")
        assert ticket["description"] == member.said_in("zendesk")[0].text
        scores = [r["score"] for r in vendor.ratings.values() if r["ticket_id"] == ticket["id"]]
        assert scores == ([member.satisfaction] if member.satisfaction else [])


def test_wrong_credentials_get_zendesks_own_words(vendor: ZendeskSimulator) -> None:
    reply = requests.get(f"{vendor.url}/api/v2/users/me.json", auth=(EMAIL, TOKEN), timeout=5)
    assert (reply.status_code, reply.json()) == (401, {"error": "Couldn't authenticate you"})


def test_missing_records_get_zendesks_own_words(vendor: ZendeskSimulator) -> None:
    reply = call(vendor, "GET", "tickets/1.json")
    assert (reply.status_code, reply.json()) == (404, {"error": "RecordNotFound", "description": "Not found"})


def test_answers_carry_both_families_of_limit_headers(vendor: ZendeskSimulator) -> None:
    first, second = call(vendor, "GET", "users/me"), call(vendor, "GET", "users/me")
    assert first.headers["x-rate-limit"] == first.headers["ratelimit-limit"] == "700"
    assert int(second.headers["x-rate-limit-remaining"]) < int(first.headers["x-rate-limit-remaining"])


def test_a_start_time_within_the_last_minute_is_refused(vendor: ZendeskSimulator) -> None:
    now = int(vendor.clock.now().timestamp())
    assert call(vendor, "GET", f"incremental/tickets/cursor.json?start_time={now}").status_code == 422
    assert call(vendor, "GET", f"incremental/tickets/cursor.json?start_time={now - 60}").status_code == 200


def test_a_job_is_queued_then_working_then_completed_then_forgotten(vendor: ZendeskSimulator) -> None:
    body = {"users": [{"id": 7_000_000_000_001, "user_fields": {"emotion_label": "anger", "no_such_field": 1}}]}
    job = call(vendor, "PUT", "users/update_many.json", json=body).json()["job_status"]
    assert (job["status"], job["results"]) == ("queued", None)
    seen = [call(vendor, "GET", f"job_statuses/{job['id']}.json").json()["job_status"] for _ in range(2)]
    assert [status["status"] for status in seen] == ["working", "completed"]
    assert seen[1]["results"] == [{"action": "update", "id": 7_000_000_000_001, "status": "Updated", "success": True}]
    assert "no_such_field" not in vendor.users[7_000_000_000_001]["user_fields"]
    vendor.clock.advance(3601)
    assert call(vendor, "GET", f"job_statuses/{job['id']}.json").status_code == 404


def test_more_than_100_rows_are_refused(vendor: ZendeskSimulator) -> None:
    rows = [{"id": number} for number in range(1, 102)]
    assert call(vendor, "PUT", "tickets/update_many.json", json={"tickets": rows}).status_code == 400


def test_bulk_import_is_off(vendor: ZendeskSimulator) -> None:
    assert call(vendor, "POST", "users/create_or_update_many.json", json={"users": [{"id": 1}]}).status_code == 403


def test_a_user_with_open_tickets_stays(vendor: ZendeskSimulator) -> None:
    vendor.tickets[35001]["status"] = "open"
    assert call(vendor, "DELETE", "users/7000000000001.json").status_code == 422


def test_one_deleted_ticket_goes_for_good_by_a_job(vendor: ZendeskSimulator) -> None:
    assert call(vendor, "DELETE", "deleted_tickets/35001.json").status_code == 404
    assert call(vendor, "DELETE", "tickets/35001.json").status_code == 204
    assert call(vendor, "GET", "tickets/35001.json").status_code == 404
    assert call(vendor, "DELETE", "deleted_tickets/35001.json").json()["job_status"]["status"] == "queued"
    vendor.finish_jobs()
    assert 35001 not in vendor.tickets


def test_cursors_are_opaque_and_need_quoting_sometimes(vendor: ZendeskSimulator) -> None:
    page = call(vendor, "GET", "incremental/users/cursor.json?start_time=0&per_page=3").json()
    assert base64.b64decode(page["after_cursor"])
    assert page["end_of_stream"] is False


@pytest.mark.parametrize("path", ["incremental/tickets/cursor.json", "incremental/users/cursor.json"])
def test_exports_are_limited_when_asked(vendor: ZendeskSimulator, path: str) -> None:
    vendor.incremental_per_minute = 10
    statuses = [call(vendor, "GET", f"{path}?start_time=0") for _ in range(11)]
    assert [reply.status_code for reply in statuses] == [200] * 10 + [429]
    assert 0 < int(statuses[-1].headers["Retry-After"]) <= 60
