"""Writing: single updates, update_many, and the background jobs that it starts."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal

from hub.testing import Reply, Request, route
from hub_zendesk.simulated.payloads import ORIGIN, TICKET_FIELD_IDS, USER_FIELD_KEYS, Json
from hub_zendesk.simulated.vendor import NOT_FOUND, VendorState

Work = Callable[[int, Json], Json]
"""This does one row of a job and gives its result item."""

KEPT = timedelta(hours=1)
"""How long a job can be asked for."""

MAX_RUNNING = 30


class Jobs(VendorState):
    """This changes what the account holds.

    Args:
        options: see ``hub.testing.Simulator``.

    A job is done after it was asked for ``job_polls`` times or ``job_seconds`` have passed. ``row_failures`` makes rows
    fail by id with an error code; ``lost_rows`` drops their results; ``results_shape`` is how the results come.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.job_polls = 2
        self.job_seconds = 30.0
        self.row_failures: dict[int, str] = {}
        self.lost_rows: set[int] = set()
        self.results_shape: Literal["list", "null", "object"] = "list"
        self.bulk_import = False
        self._work: dict[str, tuple[list[Json], Work]] = {}

    @route("PUT", "/api/v2/tickets/update_many")
    def update_tickets(self, request: Request) -> Reply:
        """This starts a job over at most 100 tickets."""
        return self._start_from(request, "tickets", self._update_ticket)

    @route("PUT", "/api/v2/users/update_many")
    def update_users(self, request: Request) -> Reply:
        """This starts a job over at most 100 users."""
        return self._start_from(request, "users", self._update_user)

    @route("POST", "/api/v2/users/create_or_update_many")
    def create_or_update_users(self, request: Request) -> Reply:
        """This is refused until Zendesk switches bulk import on."""
        refusal = {"error": "Forbidden", "description": "Bulk import of users is not enabled"}
        return self._start_from(request, "users", self._update_user) if self.bulk_import else Reply(403, refusal)

    @route("PUT", "/api/v2/tickets/{ticket_id}")
    def update_ticket(self, request: Request, ticket_id: str) -> Reply:
        """This changes one ticket at once."""
        found = self.live_ticket(ticket_id)
        if found is None:
            return NOT_FOUND
        if found["status"] == "closed":
            details = {"status": [{"description": "Status: closed prevents ticket update"}]}
            return Reply(422, {"error": "RecordInvalid", "description": "Record validation errors", "details": details})
        self._change(found, request.json()["ticket"])
        audit = {"id": found["id"] + 1, "ticket_id": found["id"], "events": []}
        return Reply(200, {"ticket": self.shown_ticket(found), "audit": audit})

    @route("GET", "/api/v2/job_statuses/{job_id}")
    def job_status(self, request: Request, job_id: str) -> Reply:
        """This is a job, while Zendesk remembers it."""
        job = self.jobs.get(job_id)
        if job is None or self.clock.now() - job["started"] > KEPT:
            return NOT_FOUND
        job["polls"] += 1
        if job["status"] in ("queued", "working"):
            job["status"] = "working"
            self._finish_if_due(job)
        return Reply(200, {"job_status": self._shown(job)})

    @route("GET", "/api/v2/job_statuses")
    def job_statuses(self, request: Request) -> Reply:
        """These are the jobs that Zendesk remembers."""
        kept = [job for job in self.jobs.values() if self.clock.now() - job["started"] <= KEPT]
        for job in kept:
            self._finish_if_due(job)
        return self.listing(request, "job_statuses", [self._shown(job) for job in kept])

    def start_job(self, rows: list[Json], work: Work) -> Reply:
        """This queues a job; more than 30 unfinished ones are refused."""
        for job in self.jobs.values():
            self._finish_if_due(job)
        running = sum(job["status"] in ("queued", "working") for job in self.jobs.values())
        if running >= MAX_RUNNING:
            return Reply(429, {"error": "TooManyJobs", "description": "Too many jobs are queued or running"})
        digest = hashlib.sha256(f"job {len(self.jobs) + 1}".encode()).hexdigest()[:32]
        job = {"id": f"V3-{digest}", "status": "queued", "total": len(rows), "progress": None, "message": None,
               "results": None, "polls": 0, "started": self.clock.now()}  # fmt: skip
        self.jobs[job["id"]] = job
        self._work[job["id"]] = (rows, work)
        return Reply(200, {"job_status": self._shown(job)})

    def finish_jobs(self) -> None:
        """This does all waiting jobs now."""
        for job in self.jobs.values():
            self._finish(job)

    def _start_from(self, request: Request, name: str, work: Work) -> Reply:
        rows = request.json().get(name)
        if not isinstance(rows, list) or not rows:
            return Reply(400, {"error": "BadRequest", "description": f"Missing {name}"})
        if len(rows) > 100:
            return Reply(400, {"error": "TooManyValues", "description": "Number of values is greater than 100"})
        return self.start_job(rows, work)

    def _shown(self, job: Json) -> Json:
        shown = {name: value for name, value in job.items() if name not in ("polls", "started")}
        return {**shown, "url": f"{ORIGIN}/api/v2/job_statuses/{job['id']}.json", "job_type": None}

    def _finish_if_due(self, job: Json) -> None:
        age = (self.clock.now() - job["started"]).total_seconds()
        if job["polls"] >= self.job_polls or age >= self.job_seconds:
            self._finish(job)

    def _finish(self, job: Json) -> None:
        if job["status"] not in ("queued", "working"):
            return
        rows, work = self._work.pop(job["id"])
        items = [work(index, row) for index, row in enumerate(rows)]
        kept = [item for item in items if item["id"] not in self.lost_rows]
        shapes: dict[str, Any] = {"list": kept, "null": None, "object": {"success": True}}
        done = f"Completed at {self.clock.now():%Y-%m-%d %H:%M:%S} +0000"
        job |= {"status": "completed", "progress": len(rows), "message": done, "results": shapes[self.results_shape]}

    def _update_ticket(self, index: int, row: Json) -> Json:
        found = self.live_ticket(str(row.get("id")))
        code = self.row_failures.get(row["id"])
        if found is None:
            code = code or "TicketNotFound"
        elif found["status"] == "closed":
            code = code or "TicketUpdateFailed"
        elif row.get("safe_update") and row.get("updated_stamp") != found["updated_at"]:
            code = code or "UpdateConflict"
        if code or found is None:
            return _failure(index, row["id"], code or "TicketNotFound")
        self._change(found, row)
        return _success(row["id"])

    def _update_user(self, index: int, row: Json) -> Json:
        found = self.users.get(row["id"])
        code = self.row_failures.get(row["id"])
        if code or found is None or not found["active"]:
            return _failure(index, row["id"], code or "UserNotFound")
        known = {k: v for k, v in (row.get("user_fields") or {}).items() if k in USER_FIELD_KEYS}
        self.touch_user(row["id"], user_fields={**found["user_fields"], **known})
        return _success(row["id"])

    def _change(self, ticket: Json, row: Json) -> None:
        # additional_tags and remove_tags are left alone on purpose: in a list of tickets they are not dependable.
        values = {field["id"]: field.get("value") for field in row.get("custom_fields") or []}
        for name in ("custom_fields", "fields"):
            for field in ticket[name]:
                if field["id"] in values and field["id"] in TICKET_FIELD_IDS.values():
                    field["value"] = values[field["id"]]
        for name in ("tags", "subject", "status", "priority"):
            if name in row:
                ticket[name] = row[name]
        self.touch_ticket(ticket["id"])


def _success(row_id: int) -> Json:
    return {"action": "update", "id": row_id, "status": "Updated", "success": True}


def _failure(index: int, row_id: int, code: str) -> Json:
    return {"index": index, "error": code, "id": row_id, "details": "Record validation errors for Maria Garcia"}
