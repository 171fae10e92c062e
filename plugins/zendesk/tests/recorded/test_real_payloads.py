import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.contract import OutcomeState
from hub.testing import Fault, Reply
from hub.testing.clock import START
from hub_zendesk.job import Job
from hub_zendesk.simulated.payloads import comment, ticket, user
from hub_zendesk.simulator import ZendeskSimulator

SHARED = Path(os.environ.get("ATTUNE_SHARED", Path(__file__).parents[5] / "shared"))
RECORDINGS = SHARED / "vendor" / "recordings" / "zendesk_one_per_endpoint.jsonl.gz"

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(
        not (RECORDINGS.exists() or os.environ.get("ATTUNE_REQUIRE_SHARED")),
        reason="the recordings are kept outside the repository",
    ),
]


def recorded(endpoint: str) -> Any:
    with gzip.open(RECORDINGS, "rt") as lines:
        rows = [json.loads(line) for line in lines]
    return next(row["response"]["body"] for row in rows if row["endpoint"] == endpoint)


def test_real_users_are_read(vendor: ZendeskSimulator, zendesk: Any) -> None:
    body = recorded("GET /api/v2/incremental/users/cursor.json 200")
    vendor.faults.add(Fault("GET /api/v2/incremental/users/*", reply=Reply(200, body)))
    batch = next(zendesk.read("users", None))
    assert {record.key for record in batch.records} == {str(row["id"]) for row in body["users"]}
    by_key = {record.key: record.data for record in batch.records}
    for row in body["users"]:
        assert by_key[str(row["id"])]["email"] == row["email"]


def test_real_tickets_and_comments_are_read(vendor: ZendeskSimulator, zendesk: Any) -> None:
    body = recorded("GET /api/v2/incremental/tickets/cursor.json 200")
    said = recorded("GET /api/v2/tickets/{id}/comments.json 200")
    vendor.faults.add(Fault("GET /api/v2/incremental/tickets/*", reply=Reply(200, body)))
    vendor.faults.add(Fault("GET /api/v2/tickets/*/comments*", reply=Reply(200, said), times=-1))
    batch = next(zendesk.read("tickets", None))
    assert len(batch.records) == len({(row["id"], row["generated_timestamp"]) for row in body["tickets"]})
    first = next(record for record in batch.records if not record.deleted)
    assert first.data["comments"][0]["plain_body"] == said["comments"][0]["plain_body"]
    assert first.data["comments"][0]["author"]["id"] == said["comments"][0]["author_id"]


def test_a_real_job_result_is_understood() -> None:
    status = recorded("GET /api/v2/job_statuses/{job}.json 200")["job_status"]
    job = Job(status["id"], status["status"], tuple(status["results"]))
    states = {job.outcome("k", row["index"], row["id"]).state for row in status["results"]}
    assert states == {OutcomeState.CONFIRMED}


@pytest.mark.parametrize(
    ("endpoint", "pick", "made"),
    [
        ("GET /api/v2/users/{id}.json 200", lambda b: b["user"], lambda: user(1, "A", None, START)),
        (
            "GET /api/v2/incremental/tickets/cursor.json 200",
            lambda b: b["tickets"][0],
            lambda: ticket(1, 2, "s", START),
        ),
        ("GET /api/v2/tickets/{id}/comments.json 200", lambda b: b["comments"][0], lambda: comment(1, 2, "s", START)),
    ],
)
def test_the_simulator_sends_what_zendesk_sends(
    endpoint: str, pick: Callable[[Any], Any], made: Callable[[], Any]
) -> None:
    assert set(made()) == set(pick(recorded(endpoint)))
