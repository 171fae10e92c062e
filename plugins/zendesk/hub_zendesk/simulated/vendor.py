"""The simulated account's truth, its door and its limits."""

import base64
import dataclasses
import math
from datetime import timedelta
from typing import Any, ClassVar

from hub.testing import Reply, Request, Simulator
from hub_zendesk.simulated.payloads import ORIGIN, TICKET_FIELD_IDS, Json, iso

EMAIL = "integration@example.com"
TOKEN = "simulated-token"  # noqa: S105 - the simulator's own, published on purpose
NOT_FOUND = Reply(404, {"error": "RecordNotFound", "description": "Not found"})


class VendorState(Simulator):
    """What the simulated Zendesk holds, and what every call meets first.

    ``users``, ``tickets`` and ``ratings`` are payloads by id, ``comments`` lists by ticket id, ``jobs`` job statuses by
    id, ``more_emails`` second and further e-mail addresses by user id.
    """

    name: ClassVar[str] = "zendesk"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.users: dict[int, Json] = {}
        self.tickets: dict[int, Json] = {}
        self.comments: dict[int, list[Json]] = {}
        self.ratings: dict[int, Json] = {}
        self.jobs: dict[str, Json] = {}
        self.more_emails: dict[int, list[str]] = {}
        self._last_comment = 33_000_000_000_000
        self._served: dict[int, int] = {}

    def settings(self) -> dict[str, Any]:
        """These are the settings of a connection to this simulator."""
        return {
            "subdomain": "acme",
            "email": EMAIL,
            "api_token": TOKEN,
            "ticket_fields": dict(TICKET_FIELD_IDS),
        }

    def authorise(self, request: Request) -> Reply | None:
        """This refuses all but the account's own e-mail address and token."""
        wanted = base64.b64encode(f"{EMAIL}/token:{TOKEN}".encode()).decode()
        headers = {name.lower(): value for name, value in request.headers.items()}
        if headers.get("authorization") == f"Basic {wanted}":
            return None
        return Reply(401, {"error": "Couldn't authenticate you"})

    def throttled(self, request: Request, wait: timedelta) -> Reply:
        """This is Zendesk's 429, with the seconds to wait."""
        body = {"error": "APIRateLimitExceeded", "description": "Number of allowed API requests per minute exceeded"}
        return Reply(429, body, {"Retry-After": str(math.ceil(wait.total_seconds()))})

    def not_found(self, request: Request) -> Reply:
        """This is Zendesk's answer for a path that it does not have."""
        return Reply(404, {"error": "InvalidEndpoint", "description": "Not found"})

    def refusal(self, status: int) -> Reply:
        """This is Zendesk's error document."""
        known = {401: "Couldn't authenticate you", 403: "Forbidden", 404: "RecordNotFound", 429: "APIRateLimitExceeded"}
        return Reply(status, {"error": known.get(status, "InternalError"), "description": "Please try again later"})

    def handle(self, request: Request) -> Reply:
        """This takes addresses with and without ``.json``, as Zendesk does."""
        return super().handle(dataclasses.replace(request, path=request.path.removesuffix(".json")))

    def finish(self, request: Request, reply: Reply) -> Reply:
        """This adds the rate limit headers, of which Zendesk sends two families."""
        now = self.clock.now()
        minute = int(now.timestamp()) // 60
        self._served = {minute: self._served.get(minute, 0) + 1}
        left = str(max(0, 700 - self._served[minute]))
        limits = {
            "x-rate-limit": "700", "x-rate-limit-remaining": left, "ratelimit-limit": "700",
            "ratelimit-remaining": left, "ratelimit-reset": str(60 - int(now.timestamp()) % 60),
        }  # fmt: skip
        return Reply(reply.status, reply.body, {**limits, **reply.headers})

    def touch_ticket(self, ticket_id: int, *, by_system: bool = False) -> None:
        """This marks a ticket as changed now; a change by the system moves only ``generated_timestamp``."""
        now = self.clock.now()
        self.tickets[ticket_id]["generated_timestamp"] = int(now.timestamp())
        if not by_system:
            self.tickets[ticket_id]["updated_at"] = iso(now)

    def touch_user(self, user_id: int, **changes: Any) -> None:
        """This changes a user now."""
        self.users[user_id] |= {**changes, "updated_at": iso(self.clock.now())}

    def delete_ticket(self, ticket_id: int) -> None:
        """This deletes a ticket softly: it shows up in exports with status ``deleted``, and nowhere else."""
        self.tickets[ticket_id]["status"] = "deleted"
        self.touch_ticket(ticket_id)

    def emails(self, user: Json) -> list[str]:
        """These are all addresses of a user, the first one first."""
        return [e for e in (user.get("email"), *self.more_emails.get(user.get("id", 0), ())) if e]

    def comment_id(self) -> int:
        """This is the next comment's id."""
        self._last_comment += 2
        return self._last_comment

    def live_ticket(self, ticket_id: str) -> Json | None:
        """This is a ticket that is not deleted."""
        found = self.tickets.get(int(ticket_id)) if ticket_id.isdecimal() else None
        return None if found is None or found["status"] == "deleted" else found

    def shown_ticket(self, ticket: Json) -> Json:
        """This is a ticket as everything but the exports shows it."""
        return {name: value for name, value in ticket.items() if name != "generated_timestamp"}

    def listing(self, request: Request, name: str, rows: list[Json], **beside: Any) -> Reply:
        """This is one page of a cursor-paged listing; ``page[after]`` is the number of rows already shown."""
        size = min(int(request.query.get("page[size]", "100")), 100)
        start = _offset(request.query.get("page[after]"))
        page = rows[start : start + size]
        more = start + size < len(rows)
        after = _cursor(start + len(page)) if page else None
        link = f"{ORIGIN}{request.path}.json?page%5Bafter%5D={after}&page%5Bsize%5D={size}" if after else None
        meta = {"has_more": more, "after_cursor": after, "before_cursor": _cursor(start) if page else None}
        return Reply(200, {name: page, "meta": meta, "links": {"prev": None, "next": link}, **beside})

    def is_settled(self, timestamp: int) -> bool:
        """True for what is at least a minute old; exports leave out the rest."""
        return timestamp <= int((self.clock.now() - timedelta(seconds=60)).timestamp())


def _cursor(offset: int) -> str:
    return base64.b64encode(f'{{"o":"id","v":{offset}}}'.encode()).decode()


def _offset(cursor: str | None) -> int:
    if not cursor:
        return 0
    digits = "".join(char for char in base64.b64decode(cursor).decode() if char.isdigit())
    return int(digits or "0")
