"""Erasing: soft deletion, deletion for good, its proof, and redaction."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.testing import Reply, Request, route
from hub_zendesk.redaction import BLOCK
from hub_zendesk.simulated.jobs import Jobs
from hub_zendesk.simulated.payloads import Json, iso
from hub_zendesk.simulated.vendor import NOT_FOUND


class Erasures(Jobs):
    """This deletes what the account holds.

    Args:
        options: see ``hub.testing.Simulator``.

    ``compliance_seconds`` is how long Zendesk takes to delete a user everywhere.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.compliance_seconds = 3.0
        self.requested_deletions: dict[int, datetime] = {}

    @route("DELETE", "/api/v2/users/{user_id}")
    def delete_user(self, request: Request, user_id: str) -> Reply:
        """This deletes a user softly; one with open tickets stays."""
        found = self.users.get(int(user_id)) if user_id.isdecimal() else None
        if found is None or not found["active"]:
            return NOT_FOUND
        unsolved = [t for t in self.tickets.values() if t["requester_id"] == found["id"] and _is_unsolved(t)]
        if unsolved:
            description = f"{len(unsolved)} tickets of the user are not closed"
            return Reply(422, {"error": "RecordInvalid", "description": description})
        self.touch_user(found["id"], active=False)
        return Reply(200, {"user": {**found, "email": None}})

    @route("GET", "/api/v2/deleted_users/{user_id}")
    def deleted_user(self, request: Request, user_id: str) -> Reply:
        """This is a user that is deleted softly only."""
        found = self._soft_deleted(user_id)
        return Reply(200, {"deleted_user": found}) if found else NOT_FOUND

    @route("DELETE", "/api/v2/deleted_users/{user_id}")
    def delete_user_for_good(self, request: Request, user_id: str) -> Reply:
        """This starts the deletion of a user everywhere."""
        found = self._soft_deleted(user_id)
        if found is None:
            return NOT_FOUND
        blank = dict.fromkeys(found["user_fields"])
        self.touch_user(found["id"], name="Permanently Deleted User", email=None, phone=None, user_fields=blank)
        self.more_emails.pop(found["id"], None)
        self.requested_deletions[found["id"]] = self.clock.now()
        return Reply(200, {"deleted_user": found})

    @route("GET", "/api/v2/users/{user_id}/compliance_deletion_statuses")
    def compliance(self, request: Request, user_id: str) -> Reply:
        """This is how far the deletion of a user has come, by product."""
        asked = self.requested_deletions.get(int(user_id))
        if asked is None:
            return NOT_FOUND
        done = self.clock.now() - asked >= timedelta(seconds=self.compliance_seconds)
        steps = [("request_deletion", "all"), ("started", "support"), ("started", "chat"), ("complete", "support")]
        steps += [("complete", "chat")] if done else []
        rows = [
            {"action": action, "application": area, "account_subdomain": "acme", "executer_id": None,
             "user_id": int(user_id), "created_at": iso(asked)}
            for action, area in steps
        ]  # fmt: skip
        return self.listing(request, "compliance_deletion_statuses", rows)

    @route("DELETE", "/api/v2/tickets/{ticket_id}")
    def delete_one_ticket(self, request: Request, ticket_id: str) -> Reply:
        """This deletes a ticket softly."""
        if self.live_ticket(ticket_id) is None:
            return NOT_FOUND
        self.delete_ticket(int(ticket_id))
        return Reply(204)

    @route("GET", "/api/v2/deleted_tickets")
    def deleted_tickets(self, request: Request) -> Reply:
        """These are the tickets that are deleted softly only; who requested them is not told."""
        rows = [
            {"id": ticket["id"], "subject": ticket["subject"], "description": ticket["description"],
             "actor": {"id": 1, "name": "Ada Admin"}, "previous_state": "open",
             "deleted_at": iso(datetime.fromtimestamp(ticket["generated_timestamp"], UTC))}
            for ticket in self.tickets.values() if ticket["status"] == "deleted"
        ]  # fmt: skip
        return self.listing(request, "deleted_tickets", rows)

    @route("DELETE", "/api/v2/deleted_tickets/{ticket_id}")
    def delete_ticket_for_good(self, request: Request, ticket_id: str) -> Reply:
        """This starts a job that deletes a softly deleted ticket for good."""
        if self.tickets.get(int(ticket_id), {}).get("status") != "deleted":
            return NOT_FOUND
        return self.start_job([{"id": int(ticket_id)}], self._remove)

    @route("DELETE", "/api/v2/deleted_tickets/destroy_many")
    def delete_tickets_for_good(self, request: Request) -> Reply:
        """This starts a job that deletes softly deleted tickets for good."""
        ids = [int(part) for part in request.query.get("ids", "").split(",")]
        return self.start_job([{"id": ticket_id} for ticket_id in ids], self._remove)

    @route("PUT", "/api/v2/comment_redactions/{comment_id}")
    def redact(self, request: Request, comment_id: str) -> Reply:
        """This replaces what stands in ``<redact>`` tags, for good, in closed tickets too."""
        body = request.json()
        comment = self._comment(int(body["ticket_id"]), int(comment_id))
        if comment is None:
            return NOT_FOUND
        html = re.sub(r"<redact>(.*?)</redact>", lambda m: BLOCK * len(m[1]), body["html_body"], flags=re.S)
        comment |= {"html_body": html}
        comment["plain_body"] = comment["body"] = re.sub(r"<[^>]+>", "", html)
        self.touch_ticket(int(body["ticket_id"]))
        return Reply(200, {"comment": comment})

    @route("PUT", "/api/v2/tickets/{ticket_id}/comments/{comment_id}/attachments/{attachment_id}/redact")
    def redact_attachment(self, request: Request, ticket_id: str, comment_id: str, attachment_id: str) -> Reply:
        """This replaces an attachment by an empty file."""
        comment = self._comment(int(ticket_id), int(comment_id))
        for attachment in comment["attachments"] if comment else []:
            if attachment["id"] == int(attachment_id):
                attachment |= {"file_name": "redacted.txt", "size": 0}
                return Reply(200, {"attachment": attachment})
        return NOT_FOUND

    def _soft_deleted(self, user_id: str) -> Json | None:
        found = self.users.get(int(user_id)) if user_id.isdecimal() else None
        is_soft = found is not None and not found["active"] and found["id"] not in self.requested_deletions
        return found if is_soft else None

    def _comment(self, ticket_id: int, comment_id: int) -> Json | None:
        return next((c for c in self.comments.get(ticket_id, []) if c["id"] == comment_id), None)

    def _remove(self, index: int, row: Json) -> Json:
        code = self.row_failures.get(row["id"])
        if code:
            return {"index": index, "error": code, "id": row["id"], "details": "could not be deleted"}
        self.tickets.pop(row["id"], None)
        self.comments.pop(row["id"], None)
        for rating_id in [i for i, rating in self.ratings.items() if rating["ticket_id"] == row["id"]]:
            del self.ratings[rating_id]
        return {"action": "delete", "id": row["id"], "status": "Deleted", "success": True}


def _is_unsolved(ticket: Json) -> bool:
    return ticket["status"] not in ("solved", "closed", "deleted")
