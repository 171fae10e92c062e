"""A small Voucherify: customers, loyalty cards with a ledger, asynchronous jobs, limits."""

import math
from datetime import datetime, timedelta
from typing import Any

from hub.testing import CastMember, Reply, Request, Simulator, route
from hub_voucherify.ledger import Ledger, listed, matches, stamp

_TOO_MANY = {"code": "429", "message": "Too many requests hit the API too quickly."}

CAMPAIGN_ID = "camp_AttuneAirMiles0000000001"
CAMPAIGN = "Attune Air Miles"
APP_ID, APP_TOKEN = "11111111-2222-3333-4444-555555555555", "simulated-token-of-voucherify"


class VoucherifySimulator(Simulator):
    """The vendor's truth is in plain attributes.

    ``customers`` by id, ``cards`` by code, ``ledger`` of all cards, ``jobs`` by id; ``tiers`` by card code.
    ``booking_lag`` is how many seconds a booking stays out of the ledger's lists, ``job_seconds`` how long a job takes,
    ``quota`` how many calls a minute are allowed (None: any number), ``names_retry_after`` whether a 429 carries
    Retry-After (the vendor calls it optional).
    """

    name = "voucherify"
    booking_lag: float = 0.0
    job_seconds: float = 1.0
    quota: int | None = None
    names_retry_after: bool = True
    page_size: int = 10

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.customers: dict[str, dict[str, Any]] = {}
        self.cards: dict[str, dict[str, Any]] = {}
        self.tiers: dict[str, str] = {}
        self.ledger = Ledger()
        self.jobs: dict[str, dict[str, Any]] = {}
        self.past_jobs: list[dict[str, Any]] = []
        self._minute: tuple[int, int] = (0, 0)

    def seed(self) -> None:
        """This fills the project with the cast: three customers share each instant, every second was never changed."""
        start = self.clock.now() - timedelta(days=30)
        bookings: list[tuple[datetime, str, str, int]] = []
        for member in self.cast.members:
            at = start + timedelta(hours=(member.number - 1) // 3)
            customer = self.add_customer(member, at)
            card = self.add_card(customer, member, at)
            if member.points:
                bookings.append((at + timedelta(hours=1), card["code"], "POINTS_ACCRUAL", member.points + 50))
                bookings.append((at + timedelta(hours=2), card["code"], "POINTS_REDEMPTION", -50))
        for at, code, kind, points in sorted(bookings, key=lambda booking: booking[0]):
            self.ledger.book(self.cards[code], kind, points, at=at)

    def settings(self) -> dict[str, Any]:
        """These settings work against this simulator; pages are small so that there are several."""
        return {"app_id": APP_ID, "app_token": APP_TOKEN, "campaign": CAMPAIGN_ID, "page_size": self.page_size}

    def add_customer(self, member: CastMember, at: datetime) -> dict[str, Any]:
        """This adds a cast member's profile, created at ``at``."""
        key = f"cust_{member.number:024d}"
        changed = stamp(at + timedelta(days=1)) if member.number % 2 == 0 else None
        self.customers[key] = {
            "id": key, "source_id": member.customer_id, "name": member.name, "email": member.email, "phone": member.phone,
            "description": None, "birthdate": f"{member.birth_year}-01-01", "address": {"country": member.country},
            "summary": None, "loyalty": None, "referrals": None, "metadata": {}, "system_metadata": {},
            "created_at": stamp(at), "updated_at": changed, "object": "customer",
        }  # fmt: skip
        return self.customers[key]

    def add_card(self, customer: dict[str, Any], member: CastMember, at: datetime) -> dict[str, Any]:
        """This gives a customer a card with no points yet."""
        code = f"ATTUNE-{member.number:06d}"
        self.tiers[code] = member.tier
        self.cards[code] = {
            "id": f"v_{member.number:024d}", "code": code, "campaign": CAMPAIGN, "campaign_id": CAMPAIGN_ID,
            "type": "LOYALTY_CARD", "loyalty_card": {"points": 0, "balance": 0}, "active": True, "metadata": {},
            "created_at": stamp(at), "updated_at": None, "holder_id": customer["id"], "object": "voucher",
        }  # fmt: skip
        return self.cards[code]

    def forget_jobs(self) -> None:
        """This ends all jobs and forgets them."""
        with self.lock:
            for job in self.jobs.values():
                job["due"] = min(job["due"], self.clock.now())
            self._run_jobs()
            self.past_jobs += self.jobs.values()
            self.jobs = {}

    def customer(self, key: str) -> dict[str, Any] | None:
        """This finds a customer by id or source id, as the vendor does."""
        found = (c for c in self.customers.values() if c["source_id"] == key)
        return self.customers.get(key) or next(found, None)

    def authorise(self, request: Request) -> Reply | None:
        """This refuses wrong keys, and calls above the quota."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        if (headers.get("x-app-id"), headers.get("x-app-token")) != (APP_ID, APP_TOKEN):
            return _error(401, "unauthorized", "Unauthorized", "Invalid Application ID or Secret Key")
        minute = int(self.clock.now().timestamp()) // 60
        self._minute = (minute, self._minute[1] + 1 if self._minute[0] == minute else 1)
        self._run_jobs()
        return self._throttled() if self.quota is not None and self._minute[1] > self.quota else None

    def finish(self, request: Request, reply: Reply) -> Reply:
        """This adds the limit headers."""
        limit = self.quota if self.quota is not None else 2000
        limits = {
            "X-Rate-Limit-Limit": str(limit),
            "X-Rate-Limit-Remaining": str(max(0, limit - self._minute[1])),
            "X-Rate-Limit-Retry": str((self._minute[0] + 1) * 60),
        }
        return Reply(reply.status, reply.body, {**limits, **reply.headers})

    def throttled(self, request: Request, wait: timedelta) -> Reply:
        """This names the time to come back as Voucherify does: since 1970, and where it likes to, from now."""
        reset = {
            "X-Rate-Limit-Remaining": "0",
            "X-Rate-Limit-Retry": str(math.ceil((self.clock.now() + wait).timestamp())),
        }
        after = {"Retry-After": str(math.ceil(wait.total_seconds()))} if self.names_retry_after else {}
        return Reply(429, _TOO_MANY, reset | after)

    def refusal(self, status: int) -> Reply:
        """This is the vendor's error document."""
        keys = {401: "unauthorized", 403: "forbidden", 429: "too_many_requests"}
        return _error(status, keys.get(status, "internal_error"), "Refused", "The request was refused")

    def not_found(self, request: Request) -> Reply:
        """This is the vendor's 404."""
        return _error(404, "not_found", "Resource not found", "Cannot find the resource")

    @route("GET", "/v1/customers")
    def list_customers(self, request: Request) -> Reply:
        """Customers by e-mail or by time."""
        query = request.query
        rows = [c for c in self.customers.values() if query.get("email") in {None, c["email"]} and matches(c, query)]
        order = query.get("order", "-created_at")
        rows, total, more = listed(rows, order, query.get("starting_after"), query)
        return Reply(
            200, {"object": "list", "data_ref": "customers", "customers": rows, "total": total, "has_more": more}
        )

    @route("GET", "/v1/customers/{key}")
    def get_customer(self, request: Request, key: str) -> Reply:
        """One customer."""
        found = self.customer(key)
        return Reply(200, found) if found else self.not_found(request)

    @route("PUT", "/v1/customers/{key}")
    def put_customer(self, request: Request, key: str) -> Reply:
        """Changes a customer; never creates one."""
        found, changes = self.customer(key), request.json()
        if not isinstance(changes, dict) or not isinstance(changes.get("metadata", {}), dict):
            return _error(400, "invalid_payload", "Invalid payload", "metadata must be an object")
        if found is None:
            return self.not_found(request)
        self._change(found, changes)
        return Reply(200, found)

    @route("DELETE", "/v1/customers/{key}")
    def delete_customer(self, request: Request, key: str) -> Reply:
        """Takes a customer off the lists but leaves the cards."""
        found = self.customer(key)
        if found is None:
            return self.not_found(request)
        del self.customers[found["id"]]
        return Reply(204)

    @route("POST", "/v1/customers/{key}/permanent-deletion")
    def forget_customer(self, request: Request, key: str) -> Reply:
        """Deletes a customer with the cards and their ledger."""
        found = self.customer(key)
        if found is None:
            return self.not_found(request)
        del self.customers[found["id"]]
        for card in [card for card in self.cards.values() if card["holder_id"] == found["id"]]:
            self.ledger.forget(card)
            del self.cards[card["code"]]
        return Reply(200, {
            "id": f"del_{found['id'][5:]}", "created_at": stamp(self.clock.now()), "related_object_id": found["id"],
            "related_object": "customer", "status": "DONE", "data_json": {"customer": 1}, "object": "pernament_deletion",
        })  # fmt: skip

    @route("POST", "/v1/customers/bulk/async")
    def bulk_update(self, request: Request) -> Reply:
        """Takes a job that updates customers, and creates those that are not there."""
        rows = request.json()
        if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("source_id") for row in rows):
            return _error(400, "invalid_payload", "Invalid payload", "an array of customers is needed")
        key, now = f"aa_{len(self.jobs) + len(self.past_jobs) + 1:018x}", self.clock.now()
        self.jobs[key] = {
            "id": key, "type": "CUSTOMERS.BULK_UPDATE", "status": "ENQUEUED", "result": None, "created_at": stamp(now),
            "updated_at": None, "progress": 0, "object": "async_action", "rows": rows,
            "due": now + timedelta(seconds=self.job_seconds),
        }  # fmt: skip
        return Reply(202, {"async_action_id": key})

    @route("GET", "/v1/async-actions")
    def list_jobs(self, request: Request) -> Reply:
        """Jobs, the latest first."""
        names = ("id", "type", "status", "created_at", "updated_at", "object")
        jobs = [{name: job[name] for name in names} for job in reversed(self.jobs.values())]
        limit = int(request.query.get("limit", "10"))
        return Reply(200, {"object": "list", "data_ref": "async_actions", "async_actions": jobs[:limit]})

    @route("GET", "/v1/async-actions/{key}")
    def get_job(self, request: Request, key: str) -> Reply:
        """How far a job is."""
        job = self.jobs.get(key)
        if job is None:
            return self.not_found(request)
        return Reply(200, {name: value for name, value in job.items() if name not in {"rows", "due"}})

    @route("GET", "/v1/loyalties/{campaign}")
    def get_campaign(self, request: Request, campaign: str) -> Reply:
        """The loyalty program's settings."""
        if campaign not in {CAMPAIGN_ID, CAMPAIGN}:
            return self.not_found(request)
        return Reply(
            200, {"id": CAMPAIGN_ID, "name": CAMPAIGN, "campaign_type": "LOYALTY_PROGRAM", "object": "campaign"}
        )

    @route("GET", "/v1/loyalties/{campaign}/members")
    def list_members(self, request: Request, campaign: str) -> Reply:
        """Cards by holder or by time."""
        query = request.query
        rows = list(self.cards.values()) if campaign in {CAMPAIGN_ID, CAMPAIGN} else None
        if rows is None:
            return self.not_found(request)
        if "customer" in query:
            holder = (self.customer(query["customer"]) or {}).get("id", query["customer"])
            rows = [card for card in rows if card["holder_id"] == holder]
        rows = [card for card in rows if matches(card, query)]
        rows, total, _ = listed(rows, query.get("order", "-created_at"), None, query)
        return Reply(200, {"object": "list", "data_ref": "vouchers", "vouchers": rows, "total": total})

    @route("GET", "/v1/loyalties/members/{code}")
    def get_member(self, request: Request, code: str) -> Reply:
        """One card."""
        return Reply(200, self.cards[code]) if code in self.cards else self.not_found(request)

    @route("GET", "/v1/loyalties/members/{code}/tiers")
    def get_tiers(self, request: Request, code: str) -> Reply:
        """The tier that a card is in."""
        if code not in self.cards:
            return self.not_found(request)
        tier = {"id": f"ltr_{self.tiers[code]}", "name": self.tiers[code], "campaign_id": CAMPAIGN_ID}
        return Reply(200, {"object": "list", "data_ref": "data", "data": [tier], "total": 1})

    @route("POST", "/v1/loyalties/{campaign}/members/{code}/balance")
    def adjust_balance(self, request: Request, campaign: str, code: str) -> Reply:
        """Books points; the vendor knows no idempotency key here."""
        card, entry = self.cards.get(code), request.json()
        if card is None:
            return self.not_found(request)
        points = entry.get("points") if isinstance(entry, dict) else None
        if not isinstance(points, int) or isinstance(points, bool):
            return _error(400, "invalid_payload", "Invalid payload", "points must be an integer")
        if card["loyalty_card"]["balance"] + points < 0:
            return _error(400, "loyalty_card_points_exceeded", "Not enough points", "The card has too few points")
        kind, now = ("POINTS_ADDITION" if points > 0 else "POINTS_REMOVAL"), self.clock.now()
        shown = now + timedelta(seconds=self.booking_lag)
        entry = self.ledger.book(card, kind, points, at=now, shown=shown, source_id=entry.get("source_id"),
                                 reason=entry.get("reason"))  # fmt: skip
        return Reply(200, entry["details"]["balance"])

    @route("GET", "/v1/loyalties/{campaign}/members/{code}/transactions")
    def member_ledger(self, request: Request, campaign: str, code: str) -> Reply:
        """One card's ledger."""
        card = self.cards.get(code)
        if card is None:
            return self.not_found(request)
        return Reply(200, self.ledger.page(request.query, now=self.clock.now(), card=card["id"]))

    @route("GET", "/v1/loyalties/{campaign}/transactions")
    def campaign_ledger(self, request: Request, campaign: str) -> Reply:
        """The ledger of all cards."""
        if campaign not in {CAMPAIGN_ID, CAMPAIGN}:
            return self.not_found(request)
        return Reply(200, self.ledger.page(request.query, now=self.clock.now()))

    def _change(self, customer: dict[str, Any], changes: dict[str, Any]) -> None:
        metadata = {**customer["metadata"], **changes.get("metadata", {})}
        customer.update({name: value for name, value in changes.items() if name not in {"id", "source_id", "metadata"}})
        customer["metadata"] = {name: value for name, value in metadata.items() if value is not None}
        customer["updated_at"] = stamp(self.clock.now())

    def _run_jobs(self) -> None:
        for job in self.jobs.values():
            if job["status"] == "ENQUEUED" and job["due"] <= self.clock.now():
                for row in job["rows"]:
                    self._change(self.customer(row["source_id"]) or self._shell(row["source_id"]), row)
                job.update(status="DONE", updated_at=stamp(self.clock.now()), progress=100, operation_status="SUCCESS",
                           result={"done_count": len(job["rows"]), "failed_count": 0, "errors": []})  # fmt: skip

    def _shell(self, source_id: str) -> dict[str, Any]:
        key = f"cust_bulk{len(self.customers):020d}"
        self.customers[key] = {
            "id": key, "source_id": source_id, "name": None, "email": None, "phone": None, "metadata": {},
            "created_at": stamp(self.clock.now()), "updated_at": None, "object": "customer",
        }  # fmt: skip
        return self.customers[key]

    def _throttled(self) -> Reply:
        wait = 60 - int(self.clock.now().timestamp()) % 60
        headers = {"Retry-After": str(wait)} if self.names_retry_after else {}
        return Reply(429, _TOO_MANY, headers)


def _error(code: int, key: str, message: str, details: str) -> Reply:
    return Reply(
        code, {"code": code, "key": key, "message": message, "details": details, "request_id": "v-0a885062c80375740f"}
    )
