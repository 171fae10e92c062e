"""Every fault times every connector, while it is read through the hub.

Each cell asks the same: few calls, little time, the right error, outcomes that add up, no stranger called, no personal
data in the error; and once the fault has ended, one more run leaves exactly what a run without faults leaves.
"""

import gzip
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from hub.errors import AuthError, HubError, PolicyError, ThrottledError, TransientError
from hub.store.ledger import RunStatus
from hub.testing import Fault, Reply

pytestmark = pytest.mark.slow

MOST_CALLS = 260
MOST_REAL_SECONDS = 12
MOST_SLEPT = 3 * 60 + 60
DONE = type(None)


@dataclass
class Scene:
    """What a fault may be made from: where it strikes, the vendor, and a host that is not the vendor's."""

    target: Any
    simulator: Any
    thief: str

    def rows(self, change, *, times=1, after=0):
        """This changes the list of records of a page."""

        def page(body):
            return {name: change(rows) if name in self.target.rows else rows for name, rows in body.items()}

        return Fault.changed(self.target.pages, change=page, times=times, after=after)

    def first_row(self, change):
        """This changes the first record of each page of a stream; Salesforce's look-ups beside it stay as they are."""

        def page(rows):
            is_lookup = self.target.connector == "salesforce" and rows and "SystemModstamp" not in rows[0]
            return rows if len(rows) < 2 or is_lookup else [change(rows[0]), *rows[1:]]

        return self.rows(page, times=-1)


@dataclass(frozen=True)
class Cell:
    """A fault; which errors may end the run (DONE: none); whether the second run must read from the beginning."""

    name: str
    fault: Callable[[Scene], Any]
    ends: tuple[type, ...]
    full: bool = False
    content: bool = False  # the record can be read, and holds other words than in a clean run
    skip: dict[str, str] = field(default_factory=dict)
    ends_for: dict[str, tuple[type, ...]] = field(default_factory=dict)


def strikes(make, **more):
    """Where a fault strikes: the paged call, from the second page on, for ever."""
    return lambda scene: make(scene.target.pages, times=-1, after=1, **more)


def forever(make, **more):
    return lambda scene: make("*", times=-1, **more)


BROKEN = (TransientError,)
NO_PAGE = {"after": 1, "times": -1}

CONNECTION = [
    Cell("one 503", lambda s: Fault.refused(s.target.pages, status=503), (DONE,)),
    Cell("one 502", lambda s: Fault.refused(s.target.pages, status=502), (DONE,)),
    Cell("one 500", lambda s: Fault.refused(s.target.pages, status=500), BROKEN),
    Cell("500 for ever", strikes(Fault.refused, status=500), BROKEN),
    Cell("502 for ever", strikes(Fault.refused, status=502), BROKEN),
    Cell("503 for ever", forever(Fault.refused, status=503), BROKEN),
    Cell("404 as a web page", strikes(Fault.html, status=404), BROKEN),
    Cell("503 as a web page", strikes(Fault.html, status=503), BROKEN),
    Cell("reset", lambda s: Fault.reset(s.target.pages, after=1), (*BROKEN, DONE)),
    Cell("reset for ever", forever(Fault.reset), BROKEN),
    Cell("truncated", lambda s: Fault.truncated(s.target.pages, after=1), BROKEN),
    Cell("truncated for ever", strikes(Fault.truncated), BROKEN),
    Cell("slow beyond the time-out", strikes(Fault.slow, seconds=0.7), BROKEN),
    Cell("drip", strikes(Fault.drip, seconds=0.05), BROKEN),
    Cell("endless body", strikes(Fault.endless), BROKEN),
    Cell("early hints first", strikes(Fault.early), (DONE,)),
    Cell("chunks that are none", lambda s: Fault.odd_chunks(s.target.pages, after=1), BROKEN),
    Cell("repeated headers", strikes(Fault.repeated_headers), (DONE,)),
    Cell("corrupt gzip", strikes(Fault.corrupt_gzip), BROKEN),
    Cell("not UTF-8", strikes(Fault.garbled), BROKEN),
    Cell("byte order mark", strikes(Fault.with_bom), (*BROKEN, DONE)),
    Cell("redirect to another host", lambda s: Fault.redirected(s.target.pages, to=f"{s.thief}/x", times=-1, after=1),
         (PolicyError, *BROKEN)),
    Cell("redirect to itself", lambda s: Fault.redirected(s.target.pages, to="?again", times=-1), BROKEN),
]  # fmt: skip


def raw(change, **headers):
    """The true answer, its bytes changed, from the second page on."""

    def spoil(reply):
        body, media_type = reply.encode()
        return Reply(reply.status, change(body), {"Content-Type": media_type, **reply.headers, **headers})

    return lambda scene: Fault(scene.target.pages, "change", times=-1, after=1, change=spoil)


def answered(status, **headers):
    return lambda scene: Fault(scene.target.pages, reply=Reply(status, None, headers), times=-1, after=1)


REFUSED = (HubError,)  # which error it is differs from client to client; that it is one does not
ODD = [
    Cell("cut off inside a letter", raw(lambda body: body[: len(body) // 2] + b"\xe2\x82"), BROKEN),
    Cell("cut off inside a letter, closed", raw(lambda body: body[:-1] + b',"more":"\xe2\x82"}'), (*BROKEN, DONE)),
    Cell("truncated gzip", raw(lambda body: gzip.compress(body)[:-12], **{"Content-Encoding": "gzip"}), BROKEN),
    Cell("gzip twice", raw(lambda body: gzip.compress(gzip.compress(body)), **{"Content-Encoding": "gzip"}), BROKEN),
    Cell("a packing that nobody knows", raw(lambda body: body[::-1], **{"Content-Encoding": "br"}), BROKEN),
    Cell("UTF-16", raw(lambda body: body.decode().encode("utf-16")), (*BROKEN, DONE)),
    Cell("not a number", raw(lambda body: body.replace(b": null", b": NaN").replace(b":null", b":-Infinity")),
         (DONE, *BROKEN), True, True),
    Cell("each key twice, the second time right", raw(lambda body: b'{"data":7,"records":[],"tickets":null,"users":{},'
                                                      b'"customers":"no","done":true,"meta":3,' + body[1:]), (DONE,)),
    Cell("304", answered(304), REFUSED),
    # Where a ticket's comments are refused, the ticket is set aside and the page goes on.
    Cell("418", answered(418), REFUSED, True, ends_for={"zendesk-comments": (DONE,)}),
    Cell("599", answered(599), BROKEN),
    Cell("302 to nowhere", answered(302), REFUSED),
    Cell("307 to plain http", answered(307, Location="http://api.twitter.com/2/users"), (PolicyError, *BROKEN)),
    Cell("503 that asks for a day", answered(503, **{"Retry-After": "86400"}), (ThrottledError, *BROKEN)),
    Cell("503 that asks for yesterday", answered(503, **{"Retry-After": "Fri, 01 May 2020 00:00:00 GMT"}),
         (ThrottledError, *BROKEN)),
]  # fmt: skip

WINDOW = {"x": (DONE, ThrottledError)}  # X counts in windows of a quarter of an hour, longer than a run waits
LIMITS = [
    Cell("429 with seconds", lambda s: Fault.throttled(s.target.pages, retry_after=7, after=1), (DONE,), ends_for=WINDOW),
    Cell("429 with a date", lambda s: Fault.throttled(s.target.pages, retry_after=s.simulator.clock.now() +
                                                      timedelta(seconds=20)), (DONE,), ends_for=WINDOW),
    Cell("429 without a wait", lambda s: Fault.throttled(s.target.pages), (DONE,), ends_for=WINDOW),
    Cell("429 with a date that is past", lambda s: Fault.throttled(s.target.pages, retry_after=s.simulator.clock.now() -
                                                                   timedelta(days=400)), (DONE,), ends_for=WINDOW),
    *(Cell(f"429 that asks for {told}", lambda s, told=told: Fault.throttled(s.target.pages, headers={"Retry-After": told}),
           (DONE,), ends_for=WINDOW) for told in ("-5", "1.5", "", "1, 2", "Infinity")),
    Cell("429 for ever with seconds", strikes(Fault.throttled, retry_after=7), (ThrottledError,)),
    Cell("429 for ever without a wait", strikes(Fault.throttled), (ThrottledError,)),
    Cell("429 that asks for a day", strikes(Fault.throttled, retry_after=86_400), (ThrottledError,)),
    Cell("429 that asks for an age", strikes(Fault.throttled, headers={"Retry-After": "9" * 400}), (ThrottledError,)),
    Cell("429 that asks for ever, of a clock that is behind", strikes(Fault.throttled, headers={
        "Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT", "Date": "Sat, 01 Jan 2022 00:00:00 GMT"}), (ThrottledError,)),
    Cell("429 with nonsense", strikes(Fault.throttled, headers={"Retry-After": "soon", "x-rate-limit-reset": "soon"}),
         (ThrottledError,), ends_for={"x": (ThrottledError, *BROKEN)}),
    Cell("429 with a reset time", strikes(Fault.throttled), (ThrottledError,),
         skip=dict.fromkeys(["salesforce", "zendesk", "voucherify"], "only X names a reset time")),
    Cell("403 by the daily limit", strikes(Fault.refused, status=403), (ThrottledError,),
         skip=dict.fromkeys(["x", "zendesk", "voucherify"], "only Salesforce tells its limit by 403")),
]  # fmt: skip

CREDENTIALS = [
    Cell("401 in the middle", lambda s: Fault.refused(s.target.pages, status=401, after=1), (AuthError,),
         ends_for={"salesforce": (DONE,)}),
    Cell("401 for ever", forever(Fault.refused, status=401), (AuthError,)),
    Cell("401 for ever in the middle", strikes(Fault.refused, status=401), (AuthError,)),
    Cell("401 as a web page", strikes(Fault.html, status=401), (AuthError,),
         ends_for={"salesforce": (AuthError, *BROKEN)}),
    Cell("403 for ever", strikes(Fault.refused, status=403), (AuthError,),
         skip={"salesforce": "403 with this code is the daily limit there"}),
]  # fmt: skip

SHAPES = [
    Cell(f"200 with {name}", strikes(Fault.answers, body=body), BROKEN)
    for name, body in {
        "null": "null", "a list": "[]", "a list of numbers": "[1, 2]", "a number": "7", "a string": '"ok"',
        "an empty object": {}, "an object of nulls": {"data": None, "records": None, "tickets": None, "meta": None},
        "an endless number": '{"data": ' + "9" * 5_000 + "}",
    }.items()
] + [
    Cell("200 with no body", strikes(Fault.empty), BROKEN),
    Cell("204", strikes(Fault.empty, status=204), BROKEN),
    Cell("HTML with 200", strikes(Fault.html), BROKEN),
    Cell("malformed JSON", strikes(Fault.malformed), BROKEN),
    Cell("JSON nested too deep", strikes(Fault.nested), BROKEN),
    Cell("rows that are no list", lambda s: s.rows(lambda rows: {"0": rows}, times=-1, after=1), BROKEN),
]  # fmt: skip


def renamed(name):
    return lambda row: {("renamed" if key == name else key): value for key, value in row.items()}


def with_id(make):
    """Rows whose id is something else; Salesforce writes it with a capital letter."""
    return lambda s: s.first_row(lambda row: {k: make(v) if k in ("id", "Id") else v for k, v in row.items()})


FLAWED = (DONE,)
EACH = {"zendesk-comments": (DONE, *BROKEN)}  # where no ticket of a page can be read, the page cannot
KEPT = ("id", "Id", "SystemModstamp", "updated_at", "created_at")
DRIFT = [
    Cell("new field", lambda s: s.rows(lambda rows: [{**row, "brand_new": {"a": [1]}} for row in rows], times=-1),
         (DONE,)),
    Cell("renamed id", lambda s: s.first_row(lambda row: renamed("Id" if "Id" in row else "id")(row)), FLAWED, True),
    Cell("null id", with_id(lambda _: None), FLAWED, True),
    Cell("empty id", with_id(lambda _: ""), FLAWED, True),
    Cell("float id", with_id(lambda _: 7.5), FLAWED, True),
    Cell("list id", with_id(lambda one: [one]), FLAWED, True),
    Cell("null row", lambda s: s.first_row(lambda _: None), FLAWED, True, ends_for=EACH),
    Cell("text row", lambda s: s.first_row(lambda _: "a row"), FLAWED, True, ends_for=EACH),
    Cell("ids beyond all numbers", with_id(lambda one: 10**30 if isinstance(one, int) else "9" * 400), (DONE,), True, True,
         skip={"zendesk": "a number of any length is an id there", "voucherify": "a text of any length is one there"}),
    Cell("every field null but the id", lambda s: s.first_row(
        lambda row: {k: v if k in KEPT else None
                     for k, v in row.items()}), (DONE,), True, True),
    Cell("every field missing but the id", lambda s: s.first_row(
        lambda row: {k: v for k, v in row.items() if k in KEPT}), (DONE,), True, True),
    Cell("every field renamed but the id", lambda s: s.first_row(
        lambda row: {k if k in KEPT else f"{k}_v2": v for k, v in row.items()}), (DONE,), True, True),
    Cell("every text a number", lambda s: s.first_row(
        lambda row: {k: 7 if isinstance(v, str) and k not in ("id", "Id") else v for k, v in row.items()}),
        (DONE, *BROKEN), True, True),
    Cell("every text a list", lambda s: s.first_row(
        lambda row: {k: [v] if isinstance(v, str) and k not in ("id", "Id") else v for k, v in row.items()}),
        (DONE, *BROKEN), True, True),
    Cell("a list in place of each object", lambda s: s.first_row(
        lambda row: {k: [1, None] if isinstance(v, dict) else v for k, v in row.items()}), (DONE,), True, True),
    Cell("a number in place of each list", lambda s: s.first_row(
        lambda row: {k: 7 if isinstance(v, list) else v for k, v in row.items()}), (DONE,), True, True),
    Cell("times that are none", lambda s: s.first_row(
        lambda row: {k: "soon" if str(k).endswith(("_at", "Date", "Modstamp", "_timestamp")) else v
                     for k, v in row.items()}), (DONE, *BROKEN), True, True),
    Cell("an immense number", lambda s: Fault("*", "change", times=-1, change=immense), (DONE, *BROKEN), True, True),
]  # fmt: skip


def immense(reply):
    body, media_type = reply.encode()
    return Reply(reply.status, body.replace(b": null", b": 1e99999999").replace(b":null", b":1e99999999"),
                 {"Content-Type": media_type, **reply.headers})  # fmt: skip


def elsewhere(scene):
    def lead_away(body):
        for name in ("after_url", "next_page", "nextRecordsUrl", "next"):
            if name in body:
                body[name] = f"{scene.thief}/services/data/v59.0/query/01g000000000001-3"
        if isinstance(body.get("links"), dict):
            body["links"] = {"next": f"{scene.thief}/api/v2/next.json"}
        return body

    return Fault.changed("GET *", change=lead_away, times=-1)


def stuck(scene):
    """The same page for ever, which always says that there is more."""
    first = {}

    def repeat(body):
        page = first.setdefault("page", body)
        page = page | ({"meta": {**page["meta"], "has_more": True}} if isinstance(page.get("meta"), dict) else {})
        return {**page, "done": False, "has_more": True, "end_of_stream": False}

    return Fault.changed(scene.target.pages, change=repeat, times=-1)


def circling(scene):
    """Pages without end: always another token, never another record."""
    count = iter(range(10**9))

    def go_on(body):
        at = next(count)
        page = {**body, "done": False, "has_more": True, "end_of_stream": False, "after_cursor": f"MTIzfHwx{at}"}
        if "meta" in body and isinstance(body["meta"], dict):
            page["meta"] = {**body["meta"], "next_token": f"71400z{at:x}", "has_more": True, "after_cursor": f"a{at}"}
        if "nextRecordsUrl" in body or "records" in body:
            page["nextRecordsUrl"] = f"/services/data/v59.0/queryAll/01g000000000000-{at}"
        return page

    return Fault.changed(scene.target.pages, change=go_on, times=-1)


def hollow(scene):
    """Pages without end and without records."""
    inner = circling(scene).change

    def empty(reply):
        full = inner(reply)
        if full.status != 200:  # a made-up token is refused: answer as if it had been good
            return full
        return type(full)(200, {k: [] if k in scene.target.rows else v for k, v in full.body.items()}, full.headers)

    return Fault(scene.target.pages, "change", times=-1, change=empty)


def doubled(scene):
    """Every page begins with the rows of the page before; the first of a stream has none before it."""
    before = {}

    def repeat(body):
        for name in scene.target.rows:
            if rows := body.get(name):
                stream = (name, rows[0].get("attributes", {}).get("type"))
                is_first = scene.target.connector == "x" and "previous_token" not in body["meta"]
                body[name] = [*([] if is_first else before.get(stream, [])), *rows]
                before[stream] = rows
        return body

    return Fault.changed(scene.target.pages, change=repeat, times=-1)


NO_PAGES = {"voucherify-tiers": "they come without pages"}
PAGING = [
    Cell("next page on another host", elsewhere, (DONE, TransientError, PolicyError),
         skip={"x": "X names tokens, never addresses", "voucherify": "Voucherify names no addresses"}),
    Cell("the same page for ever", stuck, BROKEN, skip=NO_PAGES),
    Cell("always another token", circling, BROKEN, True, skip={"voucherify": "it pages by the rows themselves"},
         ends_for={"x": (TransientError, HubError)}),
    Cell("empty pages for ever", hollow, BROKEN, True, skip=NO_PAGES, ends_for={"x": (TransientError, HubError)}),
    Cell("rows repeated across pages", doubled, (DONE,),
         skip={"zendesk-comments": "each list is a ticket's own", "voucherify-tiers": "each list is a member's own"}),
]  # fmt: skip

FURTHER = [
    "zendesk-comments", "zendesk-ratings", "voucherify-members", "voucherify-tiers", "voucherify-activities",
]  # fmt: skip
CELLS = [*CONNECTION, *ODD, *LIMITS, *CREDENTIALS, *SHAPES, *DRIFT, *PAGING]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
@pytest.mark.parametrize("connector", ["x", "salesforce", "zendesk", "voucherify", *FURTHER])
def test_reading(connector, cell, read_world, pull_targets, thief, reading):
    target = pull_targets[connector]
    ends = cell.ends_for.get(connector, cell.ends_for.get(target.connector, cell.ends))
    if {connector, target.connector} & cell.skip.keys():
        pytest.skip(cell.skip.get(connector) or cell.skip[target.connector])
    connector, sync = target.connector, f"{target.connector}-pull"
    world, truth, clean_calls = read_world(target)
    simulator = world.simulator(connector)
    fault = cell.fault(Scene(target, simulator, thief.url))
    fault.after = 0 if target.first else fault.after
    simulator.faults.add(fault)

    began = time.monotonic()
    report = world.pull(sync)[sync]
    seconds = time.monotonic() - began

    assert isinstance(report.error, ends), repr(report.error)
    assert len(simulator.calls) <= clean_calls + MOST_CALLS
    assert seconds < MOST_REAL_SECONDS and sum(world.clock.slept) <= MOST_SLEPT
    counts = report.counts
    assert counts["read"] == sum(counts[state] for state in ("stored", "unchanged", "withheld", "quarantined"))
    assert status_of(world) is expected_status(report)
    check_clean(world, report.error)
    if report.error is None and not counts["quarantined"] and not cell.full:
        assert reading(world) == truth, "the run ended as if all was well"

    simulator.faults.clear()
    # A limit is shared by all processes, and remembered: nobody asks again before its time.
    world.clock.advance(87_000 if isinstance(report.error, ThrottledError) or "asks for a day" in cell.name else 0)
    again = world.pull(sync, full=cell.full)[sync]
    assert again.error is None and not again.counts["quarantined"]
    if cell.content or (cell.full and connector == "salesforce"):
        # A consent that comes late does not make the hub analyse what it has stored without one.
        assert reading(world)[0].keys() == truth[0].keys()
    else:
        assert reading(world) == truth


def status_of(world):
    with world.open() as hub, hub.store.read() as tx:
        return tx.ledger.runs(1)[0].status


def expected_status(report):
    if report.error is not None:
        return RunStatus.FAILED
    return RunStatus.PARTIAL if report.counts["quarantined"] else RunStatus.SUCCEEDED


def check_clean(world, error):
    if error is None:
        return
    text = f"{error} {error!r} {error.__dict__}"
    assert "in a plugin or engine" not in text, "an error that nobody foresaw"
    secrets = [path.read_text().strip() for path in (world.folder / "var" / "secrets").iterdir()]
    for word in [*secrets, *(secret for member in world.members for secret in world.secrets_of(member))]:
        assert word not in text
