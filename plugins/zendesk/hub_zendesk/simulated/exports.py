"""Reading: incremental exports, comments, ratings, users."""

import base64
import math
import re
from datetime import datetime
from typing import Any

from hub.testing import Reply, Request, route
from hub_zendesk.simulated.payloads import ORIGIN, Json
from hub_zendesk.simulated.vendor import NOT_FOUND, VendorState

Position = tuple[int, int]
"""Where an export stands: time of the last record shown, and its id."""


class Exports(VendorState):
    """This shows what the account holds.

    Args:
        options: see ``hub.testing.Simulator``.

    ``empty_pages`` is how many empty pages the next exports hold in their middle; ``repeats`` lets each page begin with
    the last record of the page before; ``incremental_per_minute`` limits exports (None: no limit); ``index_seconds`` is how
    far the search lags behind.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.empty_pages = 0
        self.repeats = True
        self.incremental_per_minute: int | None = None
        self.index_seconds = 0.0
        self._exported: list[float] = []

    @route("GET", "/api/v2/users/me")
    def me(self, request: Request) -> Reply:
        """This is the token's owner."""
        owner = next(user for user in self.users.values() if user["role"] == "admin")
        return Reply(200, {"user": {**owner, "authenticity_token": "x"}})

    @route("GET", "/api/v2/users/{user_id}")
    def user(self, request: Request, user_id: str) -> Reply:
        """This is one user, deleted ones included."""
        found = self.users.get(int(user_id)) if user_id.isdecimal() else None
        return Reply(200, {"user": found}) if found else NOT_FOUND

    @route("GET", "/api/v2/users/show_many")
    def show_users(self, request: Request) -> Reply:
        """These are users by id."""
        rows = [self.users[i] for i in _ids(request) if i in self.users]
        return Reply(200, {"users": rows, "count": len(rows), "next_page": None, "previous_page": None})

    @route("GET", "/api/v2/users/search")
    def search_users(self, request: Request) -> Reply:
        """These are active users whose first or further e-mail address holds the query."""
        query = re.sub(r'^email:|"', "", request.query.get("query", "")).casefold()
        known = self.clock.now().timestamp() - self.index_seconds
        there = (u for u in self.users.values() if u["active"] and _epoch(u["updated_at"]) <= known)
        rows = [u for u in there if any(query in e.casefold() for e in self.emails(u))]
        return Reply(200, {"users": rows, "count": len(rows), "next_page": None, "previous_page": None})

    @route("GET", "/api/v2/users/{user_id}/identities")
    def identities(self, request: Request, user_id: str) -> Reply:
        """These are the addresses of a user."""
        found = self.users.get(int(user_id))
        rows = [{"id": n, "type": "email", "value": e} for n, e in enumerate(self.emails(found or {}), 1)]
        return self.listing(request, "identities", rows) if found else NOT_FOUND

    @route("GET", "/api/v2/tickets/show_many")
    def show_tickets(self, request: Request) -> Reply:
        """These are tickets by id, deleted ones left out."""
        found = (self.live_ticket(str(i)) for i in _ids(request))
        rows = [self.shown_ticket(ticket) for ticket in found if ticket]
        beside = {"users": self._requesters(rows)} if request.query.get("include") == "users" else {}
        return Reply(200, {"tickets": rows, "count": len(rows), "next_page": None, "previous_page": None, **beside})

    @route("GET", "/api/v2/tickets/{ticket_id}")
    def ticket(self, request: Request, ticket_id: str) -> Reply:
        """This is one ticket."""
        found = self.live_ticket(ticket_id)
        if found is None:
            return NOT_FOUND
        beside = {"users": self._requesters([found])} if request.query.get("include") == "users" else {}
        return Reply(200, {"ticket": self.shown_ticket(found), **beside})

    @route("GET", "/api/v2/tickets/{ticket_id}/comments")
    def ticket_comments(self, request: Request, ticket_id: str) -> Reply:
        """These are the comments of a ticket, oldest first."""
        if self.live_ticket(ticket_id) is None:
            return NOT_FOUND
        rows = self.comments.get(int(ticket_id), [])
        reply = self.listing(request, "comments", rows)
        if request.query.get("include") == "users":
            shown = {comment["author_id"] for comment in reply.body["comments"]}
            reply.body["users"] = [self.users[i] for i in sorted(shown) if i in self.users]
        return reply

    @route("GET", "/api/v2/users/{user_id}/tickets/requested")
    def requested(self, request: Request, user_id: str) -> Reply:
        """These are the tickets that a user asked for; they outlive the user."""
        return self._tickets_where(request, user_id, lambda ticket, i: ticket["requester_id"] == i)

    @route("GET", "/api/v2/users/{user_id}/tickets/ccd")
    def copied(self, request: Request, user_id: str) -> Reply:
        """These are the tickets that a user is copied on."""
        return self._tickets_where(request, user_id, lambda ticket, i: i in ticket["email_cc_ids"])

    def _tickets_where(self, request: Request, user_id: str, chosen: Any) -> Reply:
        if int(user_id) not in self.users:
            return NOT_FOUND
        live = (ticket for ticket in self.tickets.values() if ticket["status"] != "deleted")
        rows = [self.shown_ticket(ticket) for ticket in live if chosen(ticket, int(user_id))]
        return self.listing(request, "tickets", rows)

    @route("GET", "/api/v2/satisfaction_ratings")
    def satisfaction_ratings(self, request: Request) -> Reply:
        """These are ratings changed from ``start_time`` to ``end_time``, both counted in."""
        since, until = int(request.query.get("start_time", "0")), int(request.query.get("end_time", str(2**40)))
        rows = [r for r in self.ratings.values() if since <= _epoch(r["updated_at"]) <= until]
        return self.listing(request, "satisfaction_ratings", rows)

    @route("GET", "/api/v2/satisfaction_ratings/{rating_id}")
    def satisfaction_rating(self, request: Request, rating_id: str) -> Reply:
        """This is one rating."""
        found = self.ratings.get(int(rating_id)) if rating_id.isdecimal() else None
        return Reply(200, {"satisfaction_rating": found}) if found else NOT_FOUND

    @route("GET", "/api/v2/incremental/tickets/cursor")
    def export_tickets(self, request: Request) -> Reply:
        """This is a page of tickets changed since the cursor, deleted ones included."""
        rows = [(t["generated_timestamp"], t["id"], t) for t in self.tickets.values()]
        reply = self._export(request, "tickets", rows)
        if reply.status == 200 and request.query.get("include") == "users":
            reply.body["users"] = self._requesters(reply.body["tickets"])
        return reply

    def _requesters(self, tickets: list[Json]) -> list[Json]:
        wanted = {ticket["requester_id"] for ticket in tickets}
        return [self.users[i] for i in sorted(wanted) if i in self.users]

    @route("GET", "/api/v2/incremental/users/cursor")
    def export_users(self, request: Request) -> Reply:
        """This is a page of users changed since the cursor, deleted ones included."""
        rows = [(_epoch(user["updated_at"]), user["id"], user) for user in self.users.values()]
        return self._export(request, "users", rows)

    def _export(self, request: Request, name: str, rows: list[tuple[int, int, Json]]) -> Reply:
        refused = self._limit() or self._refuse_start(request)
        if refused:
            return refused
        at = _position(request)
        waiting = sorted(row for row in rows if row[:2] > at and self.is_settled(row[0]))
        if self.empty_pages > 0:
            self.empty_pages -= 1
            return _page(request, name, [], (at[0], at[1]), end=False, mark=self.empty_pages)
        size = int(request.query.get("per_page", "1000"))
        page = waiting[:size]
        again = [row for row in rows if row[:2] == at] if self.repeats and page else []
        last = page[-1][:2] if page else at
        return _page(request, name, [row[2] for row in (*again, *page)], last, end=len(waiting) <= size)

    def _limit(self) -> Reply | None:
        now = self.clock.now().timestamp()
        self._exported = [at for at in self._exported if now - at < 60]
        if self.incremental_per_minute is not None and len(self._exported) >= self.incremental_per_minute:
            wait = str(math.ceil(60 - (now - self._exported[0])))
            body = {"error": "APIRateLimitExceeded", "description": "Number of allowed export requests exceeded"}
            return Reply(429, body, {"Retry-After": wait})
        self._exported.append(now)
        return None

    def _refuse_start(self, request: Request) -> Reply | None:
        start = request.query.get("start_time")
        if start is None or self.is_settled(int(start)):
            return None
        return Reply(422, {"error": "StartTimeTooRecent", "description": "Too recent start_time."})


def _ids(request: Request) -> list[int]:
    return [int(part) for part in request.query.get("ids", "").split(",") if part.isdecimal()]


def _epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _position(request: Request) -> Position:
    cursor = request.query.get("cursor")
    if cursor is None:
        return int(request.query.get("start_time", "0")), -1
    time, _, rest = base64.b64decode(cursor).decode().partition("||")
    return int(float(time)), int(rest.split("|")[0])


def _page(request: Request, name: str, rows: list[Json], at: Position, *, end: bool, mark: int | None = None) -> Reply:
    text = f"{at[0]}.0||{at[1]}|" + ("" if mark is None else f"~{mark}")
    cursor = base64.b64encode(text.encode()).decode()
    url = f"{ORIGIN}{request.path}.json?cursor={cursor}"
    body = {
        name: rows, "after_url": url, "after_cursor": cursor, "before_url": None, "before_cursor": None,
        "end_of_stream": end,
    }  # fmt: skip
    return Reply(200, body)
