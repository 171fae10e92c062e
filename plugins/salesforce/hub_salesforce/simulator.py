"""A small Salesforce: OAuth and SOAP login, SOQL, collections, Bulk API 2.0, limits and the recycle bin."""

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs

from hub.testing import Reply, Request, Simulator, route
from hub_salesforce.simulated_job import SimulatedJob, to_csv
from hub_salesforce.simulated_seed import add_consent, seed_cast
from hub_salesforce.simulated_soql import BadQuery, run_query
from hub_salesforce.simulated_table import SCHEMA, RefusedRow, Row, SimulatedTable, make_id

INSTANCE_URL = "https://attune.my.salesforce.com"
CONSUMER_KEY, CONSUMER_SECRET = "sandbox-consumer-key", "sandbox-consumer-secret"
USERNAME, PASSWORD, SECURITY_TOKEN = "hub@attune.example", "sandbox-password", "sandboxtoken"
_DATA = "/services/data/v{version}"
_REFUSALS = {
    401: ("INVALID_SESSION_ID", "Session expired or invalid"),
    403: ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    429: ("CONCURRENT_REQUEST_LIMIT_EXCEEDED", "Too many concurrent requests"),
}


class SalesforceSimulator(Simulator):
    """One org. Its rows are in ``tables`` by object and Id; rows in the recycle bin have ``IsDeleted``.

    Attributes that tests set: ``page_size`` (rows a query page), ``api_limit`` (daily calls), ``hard_delete`` (whether the
    user may purge), ``job_polls`` (polls until a bulk job is done), ``result_page`` (rows a page of bulk results; 0: all),
    ``logins_work``.
    """

    name: ClassVar[str] = "salesforce"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.table = SimulatedTable(self.clock.now)
        self.page_size, self.api_limit, self.api_used = 2_000, 15_000, 0
        self.hard_delete, self.logins_work = True, True
        self.job_polls, self.result_page = 2, 0
        self.logins = 0
        self.sessions: set[str] = set()
        self.jobs: dict[str, SimulatedJob] = {}
        self.past_jobs: list[SimulatedJob] = []
        self._cursors: dict[str, list[Row]] = {}
        self._refusals: dict[str, tuple[str, int]] = {}

    @property
    def tables(self) -> dict[str, dict[str, Row]]:
        """All rows by object and Id."""
        return self.table.rows

    def seed(self) -> None:
        """This fills the org with the cast."""
        seed_cast(self.table, self.cast)

    def settings(self) -> dict[str, Any]:
        """These settings log in by OAuth client credentials, and read the fields that the simulated org has of its own."""
        login = {"instance_url": INSTANCE_URL, "consumer_key": CONSUMER_KEY, "consumer_secret": CONSUMER_SECRET}
        gpp, notice = ["Gpp_String__c", "Gpp_String_At__c"], ["Notice_Version__c"]
        own = {"contacts": gpp, "leads": gpp, "contact_point_type_consents": notice, "contact_point_consents": notice}
        return {**login, "extra_fields": own}

    # What tests do at the vendor's side.

    def update_contact(self, key: int | str, **fields: Any) -> Row:
        """This changes a Contact, by member number or Id."""
        with self.lock:
            return self.table.change("Contact", self._contact(key), fields)

    def delete_contact(self, key: int | str) -> None:
        """This moves a Contact to the recycle bin, by member number or Id."""
        with self.lock:
            self.table.bin("Contact", self._contact(key))

    def update(self, sobject: str, key: str, **fields: Any) -> Row:
        """This changes any row."""
        with self.lock:
            return self.table.change(sobject, key, fields)

    def add_consent(self, number: int, purpose: str, status: str, at: datetime | None = None) -> str:
        """This records a consent (``OptIn``, ``OptOut``, ``Seen``) of a cast member, and gives its Id."""
        with self.lock:
            return add_consent(self.table, number, purpose, status, at or self.clock.now())

    def live(self, sobject: str) -> list[Row]:
        """These rows are not in the recycle bin."""
        return [row for row in self.tables[sobject].values() if not row["IsDeleted"]]

    def refuse(self, key: str, code: str, times: int = -1) -> None:
        """This makes writes to one row fail with ``code``, ``times`` times (-1: always)."""
        self._refusals[key[:15]] = (code, times)

    def expire_sessions(self) -> None:
        """This ends all sessions, as Salesforce does after some hours."""
        with self.lock:
            self.sessions.clear()

    def forget_jobs(self) -> None:
        """This ends all jobs that were started, and deletes them, as Salesforce does after seven days."""
        with self.lock:
            for job in self.jobs.values():
                job.finish(self._apply)
            self.past_jobs += self.jobs.values()
            self.jobs = {}

    def _contact(self, key: int | str) -> str:
        return make_id("Contact", key) if isinstance(key, int) else key

    # The wire.

    def handle(self, request: Request) -> Reply:
        """This answers; a slash at the end of a path means nothing to Salesforce."""
        return super().handle(replace(request, path=request.path.rstrip("/")))

    def authorise(self, request: Request) -> Reply | None:
        """This wants a living session for everything but logins, and counts against the daily limit."""
        if request.path.startswith(("/services/oauth2/", "/services/Soap/")):
            return None
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.sessions:
            return _error(401, "INVALID_SESSION_ID", "Session expired or invalid")
        if self.api_used >= self.api_limit:
            return _error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        self.api_used += 1
        return None

    def throttled(self, request: Request, wait: timedelta) -> Reply:
        """This is how Salesforce refuses calls beyond a limit: with 403, and without a word on when to come back."""
        return _error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")

    def not_found(self, request: Request) -> Reply:
        """This is Salesforce's answer for a resource that does not exist."""
        return _error(404, "NOT_FOUND", "The requested resource does not exist")

    def refusal(self, status: int) -> Reply:
        """This is Salesforce's list of errors: 401 ends a session, 403 is the daily limit."""
        code, message = _REFUSALS.get(status, ("SERVER_UNAVAILABLE", "The server is unavailable"))
        return _error(status, code, message)

    def finish(self, request: Request, reply: Reply) -> Reply:
        """This adds the usage of the daily limit."""
        if not request.path.startswith("/services/data/"):
            return reply
        usage = f"api-usage={self.api_used}/{self.api_limit}"
        return replace(reply, headers={"Sforce-Limit-Info": usage, **reply.headers})

    @route("POST", "/services/oauth2/token")
    def oauth(self, request: Request) -> Reply:
        """This gives a token for client credentials, or for a user's password."""
        form = {name: values[-1] for name, values in parse_qs(request.body.decode()).items()}
        key, secret = form.get("client_id"), form.get("client_secret")
        basic = request.headers.get("Authorization", "")
        if basic.startswith("Basic "):
            key, _, secret = base64.b64decode(basic[6:]).decode().partition(":")
        if (key, secret) != (CONSUMER_KEY, CONSUMER_SECRET) or not self.logins_work:
            return Reply(400, {"error": "invalid_client", "error_description": "invalid client credentials"})
        given = (form.get("username"), form.get("password"))
        if form.get("grant_type") == "password" and given not in (
            (USERNAME, PASSWORD),
            (USERNAME, PASSWORD + SECURITY_TOKEN),
        ):
            return Reply(400, {"error": "invalid_grant", "error_description": "authentication failure"})
        if form.get("grant_type") not in ("password", "client_credentials"):
            return Reply(400, {"error": "unsupported_grant_type", "error_description": "grant type not supported"})
        body = {"access_token": self._session(), "instance_url": INSTANCE_URL, "token_type": "Bearer", "issued_at": "0"}
        return Reply(200, body)

    @route("POST", "/services/Soap/u/{version}")
    def soap(self, request: Request, version: str) -> Reply:
        """This logs a user in by name, password and security token."""
        text = request.body.decode()
        found = {name: re.search(rf"<n1:{name}>(.*?)</n1:{name}>", text) for name in ("username", "password")}
        given = tuple(match[1] if match else "" for match in found.values())
        if given != (USERNAME, PASSWORD + SECURITY_TOKEN) or not self.logins_work:
            return Reply(500, _SOAP_FAULT, {"Content-Type": "text/xml"})
        body = _SOAP_LOGIN.format(token=self._session(), url=f"{INSTANCE_URL}/services/Soap/u/{version}")
        return Reply(200, body, {"Content-Type": "text/xml"})

    def _session(self) -> str:
        self.logins += 1
        token = f"00Dsandbox!{self.logins:06d}"
        self.sessions.add(token)
        return token

    @route("GET", f"{_DATA}/limits")
    def limits(self, request: Request, version: str) -> Reply:
        """This tells the daily limit."""
        left = self.api_limit - self.api_used
        return Reply(200, {"DailyApiRequests": {"Max": self.api_limit, "Remaining": left}})

    @route("GET", f"{_DATA}/query")
    def query(self, request: Request, version: str) -> Reply:
        """This answers a query without the recycle bin."""
        return self._answer(request, "query", version)

    @route("GET", f"{_DATA}/queryAll")
    def query_all(self, request: Request, version: str) -> Reply:
        """This answers a query with the recycle bin."""
        return self._answer(request, "queryAll", version)

    @route("GET", f"{_DATA}/query/{{locator}}")
    def query_more(self, request: Request, version: str, locator: str) -> Reply:
        """This is a further page."""
        return self._page(locator, "query", version)

    @route("GET", f"{_DATA}/queryAll/{{locator}}")
    def query_all_more(self, request: Request, version: str, locator: str) -> Reply:
        """This is a further page."""
        return self._page(locator, "queryAll", version)

    def _answer(self, request: Request, way: str, version: str) -> Reply:
        try:
            query, rows = run_query(request.query.get("q", ""), self.table, deleted=way == "queryAll")
        except BadQuery as bad:
            return _error(400, bad.code, bad.message)
        if not query.fields:
            return Reply(200, {"totalSize": len(rows), "done": True, "records": []})
        key = f"01g{len(self._cursors):012d}"
        self._cursors[key] = rows
        return self._page(f"{key}-0", way, version)

    def _page(self, locator: str, way: str, version: str) -> Reply:
        key, _, at = locator.partition("-")
        if key not in self._cursors or not at.isdecimal():
            return _error(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        rows, end = self._cursors[key], int(at) + self.page_size
        body: Row = {"totalSize": len(rows), "done": end >= len(rows), "records": rows[int(at) : end]}
        if not body["done"]:
            body["nextRecordsUrl"] = f"/services/data/v{version}/{way}/{key}-{end}"
        return Reply(200, body)

    # Single rows.

    @route("GET", f"{_DATA}/sobjects/{{sobject}}/{{key}}")
    def get_row(self, request: Request, version: str, sobject: str, key: str) -> Reply:
        """This is one row."""
        return self._single(lambda: Reply(200, _shown(sobject, self.table.find(sobject, key))))

    @route("PATCH", f"{_DATA}/sobjects/{{sobject}}/{{key}}")
    def patch_row(self, request: Request, version: str, sobject: str, key: str) -> Reply:
        """This updates one row."""
        return self._single(lambda: self._done(self._change(sobject, key, request.json())))

    @route("DELETE", f"{_DATA}/sobjects/{{sobject}}/{{key}}")
    def delete_row(self, request: Request, version: str, sobject: str, key: str) -> Reply:
        """This moves one row to the recycle bin."""
        return self._single(lambda: self._done(self._bin(sobject, key)))

    @route("POST", f"{_DATA}/sobjects/{{sobject}}")
    def create_row(self, request: Request, version: str, sobject: str) -> Reply:
        """This inserts one row."""

        def create() -> Reply:
            self.table.check(sobject, request.json())
            return Reply(201, {"id": self.table.add(sobject, request.json()), "success": True, "errors": []})

        return self._single(create)

    @route("PATCH", f"{_DATA}/sobjects/{{sobject}}/{{field}}/{{value}}")
    def upsert_row(self, request: Request, version: str, sobject: str, field: str, value: str) -> Reply:
        """This updates the row with that external id, or creates one."""

        def upsert() -> Reply:
            key, created = self._upsert(sobject, field, value, request.json())
            return Reply(201 if created else 200, {"id": key, "success": True, "errors": [], "created": created})

        return self._single(upsert)

    def _single(self, act: Callable[[], Reply]) -> Reply:
        try:
            return act()
        except KeyError:
            return _error(404, "NOT_FOUND", "The requested resource does not exist")
        except RefusedRow as refused:
            missing = refused.code in ("ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY")
            return _error(404 if missing else 400, refused.code, refused.message)

    def _done(self, key: str) -> Reply:
        return Reply(204)

    # Collections.

    @route("PATCH", f"{_DATA}/composite/sobjects")
    def update_rows(self, request: Request, version: str) -> Reply:
        """This updates up to 200 rows, each with its own answer."""
        records = request.json()["records"]
        if len(records) > 200:
            return _error(400, "EXCEEDED_ID_LIMIT", "record limit reached: 200")
        keys = [str(record.get("id"))[:15] for record in records]
        answers = []
        for record in records:
            fields = {name: value for name, value in record.items() if name not in ("attributes", "id")}
            if keys.count(str(record.get("id"))[:15]) > 1:
                answers.append(_refused("INVALID_FIELD", "Duplicate id in the list"))
            else:
                answers.append(self._each(record["attributes"]["type"], record["id"], fields))
        return Reply(200, answers)

    @route("PATCH", f"{_DATA}/composite/sobjects/{{sobject}}/{{field}}")
    def upsert_rows(self, request: Request, version: str, sobject: str, field: str) -> Reply:
        """This updates or creates up to 200 rows by external id."""
        answers = []
        for record in request.json()["records"]:
            fields = {name: value for name, value in record.items() if name not in ("attributes", field)}
            try:
                key, created = self._upsert(sobject, field, record[field], fields)
                answers.append({"id": key, "success": True, "errors": [], "created": created})
            except RefusedRow as refused:
                answers.append(_refused(refused.code, refused.message))
        return Reply(200, answers)

    @route("DELETE", f"{_DATA}/composite/sobjects")
    def delete_rows(self, request: Request, version: str) -> Reply:
        """This moves up to 200 rows to the recycle bin."""
        return Reply(200, [self._each("", key, None) for key in request.query["ids"].split(",")])

    @route("POST", f"{_DATA}/composite/sobjects/{{sobject}}")
    def fetch_rows(self, request: Request, version: str, sobject: str) -> Reply:
        """These rows, in the order asked for; null for each that is not there."""
        body = request.json()
        rows: list[Row | None] = []
        for key in body["ids"]:
            try:
                row = self.table.find(sobject, key)
                rows.append(_shown(sobject, {name: row[name] for name in body["fields"]}, row["Id"]))
            except KeyError:
                return _error(400, "INVALID_FIELD", "No such column")
            except RefusedRow:
                rows.append(None)
        return Reply(200, rows)

    def _each(self, sobject: str, key: str, fields: Row | None) -> Row:
        try:
            done = self._change(sobject, key, fields) if fields is not None else self._bin(self._kind(key), key)
        except RefusedRow as refused:
            return _refused(refused.code, refused.message)
        return {"id": done, "success": True, "errors": []}

    def _kind(self, key: str) -> str:
        for sobject, rows in self.tables.items():
            if any(row[:15] == key[:15] for row in rows):
                return sobject
        raise RefusedRow("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")

    def _change(self, sobject: str, key: str, fields: Row) -> str:
        self._check_refusal(key)
        return str(self.table.change(sobject, key, fields)["Id"])

    def _bin(self, sobject: str, key: str) -> str:
        self._check_refusal(key)
        self.table.bin(sobject, key)
        return key

    def _upsert(self, sobject: str, field: str, value: str, fields: Row) -> tuple[str, bool]:
        self.table.check(sobject, {field: value, **fields})
        for row in self.live(sobject):
            if row[field] == value:
                return self._change(sobject, row["Id"], fields), False
        return self.table.add(sobject, {field: value, **fields}), True

    def _check_refusal(self, key: str) -> None:
        code, times = self._refusals.get(key[:15], ("", 0))
        if times:
            self._refusals[key[:15]] = (code, times - 1 if times > 0 else times)
            raise RefusedRow(code, f"row {key} was refused")

    # Bulk API 2.0.

    @route("POST", f"{_DATA}/jobs/ingest")
    def create_job(self, request: Request, version: str) -> Reply:
        """This opens an ingest job."""
        body = request.json()
        if body["object"] not in SCHEMA:
            return _error(400, "INVALIDENTITY", "Entity is not api accessible")
        if body["operation"] == "hardDelete" and not self.hard_delete:
            return _error(400, "FEATURENOTENABLED", "hardDelete operation requires special user profile permission")
        key = f"750{len(self.jobs) + len(self.past_jobs) + 1:012d}AAA"
        self.jobs[key] = SimulatedJob(key, body["object"], body["operation"], self.job_polls)
        return Reply(200, self.jobs[key].info())

    @route("GET", f"{_DATA}/jobs/ingest")
    def list_jobs(self, request: Request, version: str) -> Reply:
        """These are all jobs, which move on like one that is asked for."""
        for job in self.jobs.values():
            job.advance(self._apply)
        return Reply(200, {"done": True, "records": [job.info() for job in self.jobs.values()], "nextRecordsUrl": None})

    @route("PUT", f"{_DATA}/jobs/ingest/{{job}}/batches")
    def upload_job(self, request: Request, version: str, job: str) -> Reply:
        """This takes a job's rows."""
        if job not in self.jobs or self.jobs[job].state != "Open":
            return _error(400, "INVALIDJOBSTATE", "the job is not open")
        self.jobs[job].content = request.body
        return Reply(201)

    @route("PATCH", f"{_DATA}/jobs/ingest/{{job}}")
    def close_job(self, request: Request, version: str, job: str) -> Reply:
        """This closes or aborts a job."""
        if job not in self.jobs or self.jobs[job].state != "Open":
            return _error(400, "INVALIDJOBSTATE", "the job is not open")
        self.jobs[job].state = request.json()["state"]
        return Reply(200, self.jobs[job].info())

    @route("GET", f"{_DATA}/jobs/ingest/{{job}}")
    def get_job(self, request: Request, version: str, job: str) -> Reply:
        """This tells a job's state, and moves it on."""
        if job not in self.jobs:
            return self.not_found(request)
        self.jobs[job].advance(self._apply)
        return Reply(200, self.jobs[job].info())

    @route("GET", f"{_DATA}/jobs/ingest/{{job}}/successfulResults")
    def successes(self, request: Request, version: str, job: str) -> Reply:
        """These rows went well."""
        return self._results(request, job, "successful")

    @route("GET", f"{_DATA}/jobs/ingest/{{job}}/failedResults")
    def failures(self, request: Request, version: str, job: str) -> Reply:
        """These rows were refused."""
        return self._results(request, job, "failed")

    @route("GET", f"{_DATA}/jobs/ingest/{{job}}/unprocessedrecords")
    def unprocessed(self, request: Request, version: str, job: str) -> Reply:
        """These rows were not looked at."""
        return self._results(request, job, "unprocessed")

    def _results(self, request: Request, job: str, kind: str) -> Reply:
        if job not in self.jobs:
            return self.not_found(request)
        columns, rows = self.jobs[job].result(kind)
        start = int(request.query.get("locator", "0"))
        end = start + self.result_page if self.result_page else len(rows)
        locator = str(end) if end < len(rows) else "null"
        headers = {"Sforce-Locator": locator, "Sforce-NumberOfRecords": str(len(rows[start:end]))}
        # No charset: the real service leaves it out too, and clients that guess get the umlauts wrong.
        return Reply(200, to_csv(columns, rows[start:end]), {"Content-Type": "text/csv", **headers})

    def _apply(self, sobject: str, operation: str, key: str, fields: Row) -> str:
        if operation == "update":
            return self._change(sobject, key, fields)
        if operation == "delete":
            return self._bin(sobject, key)
        self._check_refusal(key)
        self.table.purge(sobject, key)
        return key


def _error(status: int, code: str, message: str) -> Reply:
    return Reply(status, [{"message": message, "errorCode": code}])


def _refused(code: str, message: str) -> Row:
    return {"success": False, "errors": [{"statusCode": code, "message": message, "fields": []}]}


def _shown(sobject: str, row: Row, key: str | None = None) -> Row:
    url = f"/services/data/v59.0/sobjects/{sobject}/{key or row['Id']}"
    return {"attributes": {"type": sobject, "url": url}, **row}


_SOAP_LOGIN = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><loginResponse><result>'
    "<serverUrl>{url}</serverUrl><sessionId>{token}</sessionId>"
    "</result></loginResponse></soapenv:Body></soapenv:Envelope>"
)
_SOAP_FAULT = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:sf="urn:fault.partner.soap.sforce.com"><soapenv:Body><soapenv:Fault>'
    "<faultcode>sf:INVALID_LOGIN</faultcode><detail><sf:LoginFault>"
    "<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>"
    "<sf:exceptionMessage>Invalid username, password, security token</sf:exceptionMessage>"
    "</sf:LoginFault></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>"
)
