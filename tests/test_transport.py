"""The prepared session holds the line, whatever the client on top of it does."""

import gzip
import socket
import threading
import time
from contextlib import suppress
from datetime import timedelta

import pytest
import requests

from hub.errors import ConfigError, PolicyError, ThrottledError
from hub.testing import FakeClock, Fault, Reply, Simulator, route
from hub.transport import Route, TransportLimits, check_base_url, prepare_session


class Vendor(Simulator):
    refuse_items = False

    @route("GET", "/items/{id}.json")
    def item(self, request, id):
        if self.refuse_items:
            return Reply(429, {}, {"Retry-After": "1"})
        return Reply(200, {"id": id, "auth": request.headers.get("Authorization")})

    @route("POST", "/items")
    def add(self, request):
        return Reply(201, {})

    @route("GET", "/away")
    def away(self, request):
        return Reply(302, None, {"Location": "http://127.0.0.1:1/stolen"})


@pytest.fixture
def vendor():
    with Vendor() as running:
        yield running


@pytest.fixture
def session(vendor):
    prepared = prepare_session(Route("https://api.vendor.example", vendor.url), pause=vendor.clock.sleep)
    yield prepared.session
    prepared.session.close()


def test_the_vendors_address_is_led_to_the_base_url_and_the_answer_keeps_it(session, vendor):
    answer = session.get("https://api.vendor.example/items/7.json", headers={"Authorization": "Bearer x"})
    assert answer.json() == {"id": "7", "auth": "Bearer x"}
    assert answer.url == answer.request.url == "https://api.vendor.example/items/7.json"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/items/7.json",
        "https://api.vendor.example.evil.example/items/7.json",
        "https://api.vendor.example@evil.example/items/7.json",
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/items",
    ],
)
def test_any_other_host_is_refused_before_a_byte_leaves(session, vendor, url):
    with pytest.raises(PolicyError) as refused:
        session.get(url, headers={"Authorization": "Bearer secret"})
    assert refused.value.reason == "transport.host_not_pinned"
    assert "secret" not in str(refused.value)
    assert vendor.calls == []


def test_a_redirect_to_another_host_is_refused(session):
    with pytest.raises(PolicyError):
        session.get("https://api.vendor.example/away")


@pytest.mark.parametrize("host", ["acme.zendesk.com", "ACME.zendesk.com"])
def test_a_pattern_allows_one_label(host):
    where = Route("https://other.example", None, ("*.zendesk.com",))
    assert where.resolve(f"https://{host}/x") == f"https://{host}/x"


@pytest.mark.parametrize("url", ["https://zendesk.com/x", "https://a.b.zendesk.com/x", "http://acme.zendesk.com/x"])
def test_a_pattern_allows_no_more(url):
    with pytest.raises(PolicyError):
        Route("https://other.example", None, ("*.zendesk.com",)).resolve(url)


def test_retry_after_in_seconds_is_waited_for(session, vendor):
    vendor.faults.add(Fault("GET /items/*", reply=Reply(429, {}, {"Retry-After": "7"})))
    assert session.get("https://api.vendor.example/items/1.json").status_code == 200
    assert vendor.clock.slept == [7]


def test_retry_after_as_a_date_is_waited_for(session, vendor):
    vendor.faults.add(Fault.throttled("GET /items/*", retry_after=vendor.clock.now() + timedelta(seconds=20)))
    assert session.get("https://api.vendor.example/items/1.json").status_code == 200
    assert vendor.clock.slept == [20], "a date is meant by the vendor's own clock"


def test_each_attempt_is_looked_at_after_its_wait(vendor):
    prepared = prepare_session(Route("https://api.vendor.example", vendor.url), pause=vendor.clock.sleep)
    vendor.faults.add(Fault("POST /items", reply=Reply(429, {}, {"Retry-After": "40"}), times=-1))
    started, looks = vendor.clock.now(), []

    def look(*parts):
        looks.append((vendor.clock.now() - started).total_seconds())
        if len(looks) == 2:
            raise PolicyError("not any more", reason="consent.moved")

    with prepared.checkpoint.watching(look), pytest.raises(PolicyError):
        prepared.session.post("https://api.vendor.example/items", json={})
    assert looks == [0, 40] and len(vendor.calls) == 1


@pytest.mark.parametrize("told", ["soon", "-5", "1e9", "", "Mon, 99 Nov 2026 99:99:99 GMT"])
def test_a_retry_after_that_cannot_be_read_asks_for_nothing(session, vendor, told):
    vendor.faults.add(Fault("GET /items/*", reply=Reply(429, {}, {"Retry-After": told}), times=-1))
    assert session.get("https://api.vendor.example/items/1.json").status_code == 429
    assert len(vendor.calls) == 1 + TransportLimits().retries and sum(vendor.clock.slept) < 10


def test_a_retry_after_that_is_sent_twice_counts(session, vendor):
    vendor.faults.add(Fault("GET /items/*", reply=Reply(429, {}, {"Retry-After": "9"}, repeat_headers=True)))
    vendor.faults.add(Fault("GET /items/*", reply=Reply(429, {}, {"Retry-After": "9, 11"})))
    assert session.get("https://api.vendor.example/items/1.json").status_code == 200
    assert vendor.clock.slept == [9, 11]


def test_a_wait_that_is_too_long_is_the_callers_business(session, vendor):
    vendor.faults.add(Fault("GET /items/*", reply=Reply(429, {}, {"Retry-After": "3600"}), times=-1))
    answer = session.get("https://api.vendor.example/items/1.json")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert len(vendor.calls) == 1 and vendor.clock.slept == []


def test_no_log_quotes_an_address_that_is_tried_again(session, vendor, caplog):
    vendor.stop()
    with caplog.at_level("DEBUG"), pytest.raises(requests.ConnectionError):
        session.get("https://api.vendor.example/items/ada@example.com.json")
    assert caplog.text == ""


def test_retries_end(session, vendor):
    vendor.faults.add(Fault("GET /items/*", reply=Reply(503, {}), times=-1))
    assert session.get("https://api.vendor.example/items/1.json").status_code == 503
    assert len(vendor.calls) == 1 + TransportLimits().retries


def test_a_write_that_failed_at_the_gateway_is_not_repeated(session, vendor):
    vendor.faults.add(Fault("POST /items", reply=Reply(503, {}), times=-1))
    assert session.post("https://api.vendor.example/items", json={}).status_code == 503
    assert len(vendor.calls) == 1


def test_a_write_that_was_throttled_is_repeated(session, vendor):
    vendor.faults.add(Fault("POST /items", reply=Reply(429, {}, {"Retry-After": "1"})))
    assert session.post("https://api.vendor.example/items", json={}).status_code == 201
    assert len(vendor.calls) == 2


def test_there_is_always_a_time_out(vendor):
    limits = TransportLimits(read_timeout=0.2)
    prepared = prepare_session(Route("https://api.vendor.example", vendor.url), limits=limits, pause=FakeClock().sleep)
    vendor.faults.add(Fault("GET /items/*", kind="slow", seconds=2, times=-1))
    with pytest.raises(requests.exceptions.ConnectionError):
        prepared.session.get("https://api.vendor.example/items/1.json", timeout=None)
    prepared.session.close()


@pytest.mark.parametrize(
    "fault",
    [
        lambda: Fault.drip("GET /items/*", seconds=0.05, times=-1),
        lambda: Fault.endless("GET /items/*", times=-1),
        lambda: Fault.answers("GET /items/*", body="x" * 200_000, times=-1),
        lambda: Fault.answers(
            "GET /items/*", body=gzip.compress(b" " * 20_000_000), headers={"Content-Encoding": "gzip"}, times=-1
        ),
    ],
    ids=["drip", "endless", "long", "packed"],
)
def test_an_answer_ends_in_time_and_within_its_size(vendor, fault):
    limits = TransportLimits(read_timeout=5, answer_timeout=0.5, max_response_bytes=100_000)
    prepared = prepare_session(Route("https://api.vendor.example", vendor.url), limits=limits, pause=FakeClock().sleep)
    vendor.faults.add(fault())
    begun = time.monotonic()
    with pytest.raises(requests.RequestException):
        prepared.session.get("https://api.vendor.example/items/1.json")
    assert time.monotonic() - begun < 3
    prepared.session.close()


def test_a_status_line_that_drips_ends_in_time():
    """No simulator does this: the very first line comes byte by byte."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                for byte in b"HTTP/1.1 200 OK" * 100:
                    connection.send(bytes([byte]))
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()
        limits = TransportLimits(read_timeout=5, answer_timeout=0.5)
        prepared = prepare_session(
            Route("https://v.example", f"http://127.0.0.1:{server.getsockname()[1]}"), limits=limits
        )
        begun = time.monotonic()
        with pytest.raises(requests.RequestException):
            prepared.session.get("https://v.example/")
        assert time.monotonic() - begun < 3
        prepared.session.close()


def test_an_interim_answer_is_not_taken_for_the_answer(session, vendor):
    vendor.faults.add(Fault.early("GET /items/1.json", times=2))
    asked = ["1", "2", "1", "3"]
    answers = [session.get(f"https://api.vendor.example/items/{id}.json") for id in asked]
    assert [(answer.status_code, answer.json()["id"]) for answer in answers] == [(200, id) for id in asked]


@pytest.mark.parametrize("head", [b"103 Early Hints", b"101 Switching Protocols"])
def test_interim_answers_without_end_are_no_answer(head):
    def talk(server):
        with suppress(OSError):
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 %b\r\n\r\n" % head * 100)
                connection.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=talk, args=(server,), daemon=True).start()
        base = f"http://127.0.0.1:{server.getsockname()[1]}"
        prepared = prepare_session(Route("https://api.vendor.example", base), limits=TransportLimits(retries=0))
        with pytest.raises(requests.ConnectionError):
            prepared.session.get("https://api.vendor.example/items/1.json")


@pytest.mark.parametrize("status", [200, 429])
def test_chunks_that_are_none_are_a_broken_connection(session, vendor, status):
    vendor.faults.add(Fault("GET /items/*", "odd_chunks"))
    vendor.refuse_items = status == 429
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        session.get("https://api.vendor.example/items/1.json")


@pytest.mark.parametrize(
    "to", ["/\xff\xfe", "https://[::1", "https://api.vendor.example:99999/", "https://api.vendor.example:x/"]
)
@pytest.mark.parametrize("follow", [True, False])
def test_a_redirect_to_what_is_no_address_is_a_broken_connection(session, vendor, to, follow):
    vendor.faults.add(Fault.redirected("GET /items/*", to=to))
    with pytest.raises(requests.ConnectionError):
        headers = {"Authorization": "Bearer x"}
        session.get("https://api.vendor.example/items/1.json", headers=headers, allow_redirects=follow)


@pytest.mark.parametrize(("status", "calls"), [(301, 1), (302, 1), (303, 2), (307, 2), (308, 2)])
def test_a_redirect_that_makes_a_get_of_a_write_is_not_followed(session, vendor, status, calls):
    vendor.faults.add(Fault.redirected("POST /items", to="/items/1.json", status=status))
    if calls == 1:
        with pytest.raises(requests.ConnectionError):
            session.post("https://api.vendor.example/items", json={})
    else:
        session.post("https://api.vendor.example/items", json={})
    assert len(vendor.calls) == calls


def test_a_redirect_to_itself_ends(session, vendor):
    vendor.faults.add(Fault.redirected("*", to="/items/1.json", times=-1))
    with pytest.raises(requests.exceptions.TooManyRedirects):
        session.get("https://api.vendor.example/items/1.json")
    assert len(vendor.calls) <= 1 + TransportLimits().max_redirects


def test_bytes_are_counted_whether_announced_or_not(vendor):
    prepared = prepare_session(Route("https://api.vendor.example", vendor.url))
    body = prepared.session.get("https://api.vendor.example/items/7.json").content
    assert prepared.traffic.bytes_in == len(body) > 0
    prepared.session.close()


def test_the_environment_is_not_asked(session):
    assert session.trust_env is False


@pytest.mark.parametrize("url", ["http://example.com", "ftp://127.0.0.1", "http://10.0.0.1:80", "//x"])
def test_a_base_url_is_https_or_loopback(url):
    with pytest.raises(ConfigError, match="base_url"):
        check_base_url(url, where="connections.desk")


@pytest.mark.parametrize("url", ["https://proxy.example/path/", "http://127.0.0.1:8080", "http://localhost:1/"])
def test_these_base_urls_are_fine(url):
    assert check_base_url(url, where="connections.desk") == url.rstrip("/")


class Ledger:
    """A budget that writes down what it is asked and told, and may refuse."""

    def __init__(self, blocked=0.0, refuse_after=99):
        self.events, self._blocked, self._refuse_after = [], blocked, refuse_after

    def take(self, call):
        if sum(kind == "take" for kind, _ in self.events) >= self._refuse_after:
            raise ThrottledError("enough for today")
        self.events.append(("take", call))
        return len(self.events)

    def settle(self, grant, status, headers):
        self.events.append(("settle", status))
        return self._blocked if status == 429 else 0.0


def calling(vendor, budget, **limits):
    route = Route("https://api.vendor.example", vendor.url)
    limits = TransportLimits(**limits)
    return prepare_session(route, limits=limits, pause=vendor.clock.sleep, budget=budget).session


ITEM = "https://api.vendor.example/items/1.json"


def test_each_attempt_takes_from_the_budget_and_settles(vendor):
    vendor.faults.add(Fault("GET /items/*", reply=Reply(429, {}, {"Retry-After": "7"}), times=2))
    budget = Ledger()
    assert calling(vendor, budget).get(ITEM, params={"q": "secret"}).status_code == 200
    took = ("take", "GET /items/1.json")
    assert budget.events == [took, ("settle", 429), took, ("settle", 429), took, ("settle", 200)]


def test_an_attempt_without_an_answer_is_settled_too(vendor):
    vendor.faults.add(Fault("POST /items", kind="reset"))
    budget = Ledger()
    with pytest.raises(requests.RequestException):
        calling(vendor, budget).post("https://api.vendor.example/items", json={})
    assert budget.events == [("take", "POST /items"), ("settle", None)]


def test_a_block_that_is_too_long_gives_the_answer_to_the_caller(vendor):
    """X names the time to come back in no Retry-After; without the budget this would be three more calls in vain."""
    vendor.faults.add(Fault("GET /items/*", reply=Reply(429, {}), times=-1))
    budget = Ledger(blocked=600)
    assert calling(vendor, budget).get(ITEM).status_code == 429
    assert len(vendor.calls) == 1


def test_an_empty_budget_ends_the_call_before_a_byte_leaves(vendor):
    with pytest.raises(ThrottledError):
        calling(vendor, Ledger(refuse_after=0)).get(ITEM)
    assert vendor.calls == []


def test_a_refused_host_costs_nothing(vendor):
    budget = Ledger()
    with pytest.raises(PolicyError):
        calling(vendor, budget).get("https://evil.example/items")
    assert budget.events == []


@pytest.mark.parametrize(
    ("ahead", "date", "behind"),
    [
        (timedelta(minutes=10), None, timedelta(minutes=10)),
        (timedelta(minutes=-10), None, timedelta()),
        (timedelta(minutes=10), "soon", timedelta()),
        (timedelta(minutes=10), "Thu, 01 Jan 1970 00:00:00 GMT", timedelta()),
        (timedelta(minutes=10), "Fri, 31 Dec 9999 23:59:59 GMT", timedelta()),
    ],
)
def test_a_clock_of_the_hub_that_is_ahead_is_set_by_the_vendors(vendor, ahead, date, behind):
    ours = FakeClock(vendor.clock.now() + ahead)
    prepared = prepare_session(Route("https://api.vendor.example", vendor.url), pause=ours.sleep, now=ours.now)
    assert prepared.clock.time(ours.now()) == ours.now(), "nothing is known before the first answer"
    vendor.faults.add(Fault.answers("GET *", body={}, headers={"Date": date} if date else {}))
    prepared.session.get("https://api.vendor.example/items/1.json")
    assert prepared.clock.time(ours.now()) == ours.now() - behind
