"""What tweepy and X do wrong, seen through the real tweepy."""

import logging
import traceback

import pytest
import tweepy

from hub.contract import AuthError, ConfigError, Context, HubError, ThrottledError, TransientError
from hub.errors import PolicyError
from hub.testing import Fault, Reply
from hub.transport import Route, TransportLimits, prepare_session
from hub_x import CONNECTOR
from hub_x.simulator import TOKEN

PROBLEM = "https://api.twitter.com/2/problems/"


def always(x, reply, match="GET /2/*"):
    x.faults.add(Fault(match, reply=reply, times=-1))


def read(source, stream="mentions"):
    return list(source.read(stream, None))


def test_every_call_goes_through_the_given_session(x, open_source):
    read(open_source(x))
    assert x.calls and {call.method for call in x.calls} == {"GET"}


def test_the_client_never_waits_by_itself_and_uses_the_hubs_session(x):
    session = prepare_session(Route("https://api.twitter.com", x.url)).session
    config = CONNECTOR.config_model.model_validate(x.settings())
    source = CONNECTOR.open(config, Context("x", session, x.url, x.clock.now, x.clock.sleep))
    inner = source._client._client
    assert isinstance(inner, tweepy.Client)
    assert inner.session is session and inner.wait_on_rate_limit is False


@pytest.mark.parametrize("base_url", [None, "https://x.example.org"])
def test_requests_to_other_hosts_are_refused(clock, base_url):
    """A redirect or a signed address that leads elsewhere ends at the session."""
    route = Route("https://api.twitter.com", base_url, CONNECTOR.manifest.hosts)
    session = prepare_session(route, pause=clock.sleep).session
    config = CONNECTOR.config_model.model_validate({"bearer_token": "t", "username": "a", "user_id": "1"})
    source = CONNECTOR.open(config, Context("x", session, base_url, clock.now, clock.sleep))
    for url in (
        "https://storage.example.net/list",
        "https://storage.googleapis.com@example.net/",
        "http://127.0.0.1:9/",
    ):
        with pytest.raises(PolicyError):
            source._client.download(url)


def test_a_redirect_to_another_host_is_refused(x, open_source):
    always(x, Reply(302, "", {"Location": "https://elsewhere.example.net/2/users"}))
    with pytest.raises(PolicyError):
        read(open_source(x))


def test_a_server_that_hangs_is_given_up(x, open_source):
    x.faults.add(Fault("GET /2/*", kind="slow", seconds=1.5, times=-1))
    with pytest.raises(TransientError):
        read(open_source(x, limits=TransportLimits(read_timeout=0.2)))


def test_429_without_reset_is_a_handful_of_calls(x, open_source):
    x.names_reset = False
    x.rate_limits["GET /2/users/:id/mentions"] = 0
    with pytest.raises(ThrottledError) as caught:
        read(open_source(x))
    assert caught.value.retry_after is None
    assert len(x.calls) <= 4


def test_429_waits_until_the_reset_that_x_names(x, open_source):
    x.rate_limits["GET /2/users/:id/mentions"] = 0
    with pytest.raises(ThrottledError) as caught:
        read(open_source(x, limits=TransportLimits(retries=0)))
    assert caught.value.retry_after == 900
    assert len(x.calls) == 1


def test_429_in_the_middle_keeps_what_was_read(x, open_source, read_all):
    x.rate_limits["GET /2/users/:id/mentions"] = 1
    source = open_source(x, page_size=10, limits=TransportLimits(retries=0)).read("mentions", None)
    first = next(source)
    with pytest.raises(ThrottledError):
        next(source)
    x.rate_limits.clear()
    rest, _ = read_all(open_source(x, page_size=10), cursor=first.cursor)
    assert len({r.key for r in (*first.records, *rest) if not r.deleted}) == 16


def test_a_reset_time_in_the_past_is_no_negative_wait(x, open_source):
    always(x, Reply(429, {"title": "Too Many Requests"}, {"x-rate-limit-reset": "1000"}))
    with pytest.raises(ThrottledError) as caught:
        read(open_source(x))
    assert caught.value.retry_after == 0


def test_a_reset_time_beyond_all_time_is_throttling(x, open_source):
    always(x, Reply(429, {"title": "Too Many Requests"}, {"x-rate-limit-reset": "9" * 400}))
    with pytest.raises(ThrottledError):
        read(open_source(x))


def test_a_reset_time_that_is_no_number_is_survived(x, open_source):
    always(x, Reply(429, {"title": "Too Many Requests"}, {"x-rate-limit-reset": "soon"}))
    with pytest.raises(TransientError):
        read(open_source(x))


def test_a_pause_longer_than_a_run_may_take_is_throttling(x, open_source):
    always(x, Reply(429, {}, {"Retry-After": "86400"}))
    with pytest.raises(ThrottledError):
        read(open_source(x))
    assert len(x.calls) == 1


@pytest.mark.parametrize("token", ["wrong", TOKEN + "x"])
def test_a_wrong_token_is_an_auth_error_that_does_not_name_it(x, open_source, token):
    with pytest.raises(AuthError) as caught:
        read(open_source(x, bearer_token=token))
    assert token not in str(caught.value)
    assert len(x.calls) == 1


def test_403_for_a_missing_enrolment_is_an_auth_error(x, open_source):
    body = {"reason": "client-not-enrolled", "title": "Client Forbidden", "type": f"{PROBLEM}client-forbidden"}
    always(x, Reply(403, body))
    with pytest.raises(AuthError):
        open_source(x).check()


@pytest.mark.parametrize("status", [402, 403, 429])
@pytest.mark.parametrize(
    "body",
    [
        {"title": "UsageCapExceeded", "type": f"{PROBLEM}usage-capped", "period": "Monthly", "scope": "Product"},
        {"errors": [{"type": "https://api.x.com/2/problems/credits-depleted", "title": "CreditsDepleted"}]},
    ],
)
def test_a_spent_cap_is_throttling_without_a_date(x, open_source, status, body):
    always(x, Reply(status, body, {"x-rate-limit-reset": "1780305300"}))
    with pytest.raises(ThrottledError, match="usage cap") as caught:
        read(open_source(x))
    assert caught.value.retry_after is None


@pytest.mark.parametrize("status", [500, 502, 503, 504, 522])
@pytest.mark.parametrize("body", [{"title": "x"}, "<html>over capacity</html>", ""])
def test_server_errors_are_transient_and_bounded(x, open_source, status, body):
    always(x, Reply(status, body))
    with pytest.raises(TransientError):
        read(open_source(x))
    assert len(x.calls) <= 4


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
@pytest.mark.parametrize(
    "body", [[{"message": "no"}], "[]", "null", '"text"', "17", '{"errors": null, "error": "x"}', '{"errors": 5}']
)
def test_an_error_body_that_is_no_object_is_transient(x, open_source, status, body):
    """tweepy raises AttributeError or TypeError here."""
    always(x, Reply(status, body))
    with pytest.raises(TransientError):
        read(open_source(x))
    assert len(x.calls) <= 4


@pytest.mark.parametrize(
    "body",
    ["<html><body>Hello</body></html>", "", "{", b"\xff\xfe{", [], [{"data": []}], 5, {},
     {"data": {"id": "1"}, "meta": {}},
     {"data": [{"id": "1"}]}, {"data": ["1"], "meta": {}}, {"data": [{"text": "no id"}], "meta": {}},
     {"data": [{"id": 1.5}], "meta": {}}],
)  # fmt: skip
def test_a_good_status_with_a_broken_body_is_transient(x, open_source, body):
    always(x, Reply(200, body))
    with pytest.raises(TransientError):
        read(open_source(x))


@pytest.mark.parametrize("kind", ["reset", "truncate", "commit_then_reset"])
def test_broken_connections_are_transient(x, open_source, kind):
    x.faults.add(Fault("GET /2/*", kind=kind, times=-1))
    with pytest.raises(TransientError):
        read(open_source(x))
    assert len(x.calls) <= 4


def test_nobody_listening_is_transient(x, open_source):
    source = open_source(x, limits=TransportLimits(connect_timeout=0.5))
    x.stop()
    with pytest.raises(TransientError):
        read(source)


def test_an_invalid_query_is_the_operators_to_correct_and_not_quoted(x, open_source):
    named = {"query": ["from:maria.garcia"], "maria.garcia": ["unknown"]}
    body = {"errors": [{"parameters": named, "message": "bad from:maria.garcia"}]}
    always(x, Reply(400, body))
    with pytest.raises(ConfigError, match="because of query") as caught:
        read(open_source(x), "search")
    assert "maria" not in str(caught.value)
    assert len(x.calls) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(400, {"detail": "secret words of maria@example.com", "title": "Invalid Request"}),
        Reply(401, {"detail": "secret words of maria@example.com"}),
        Reply(403, {"detail": "secret words of maria@example.com"}),
        Reply(429, {"detail": "secret words of maria@example.com"}),
        Reply(503, {"detail": "secret words of maria@example.com"}),
        Reply(200, "secret words of maria@example.com"),
        Reply(500, [{"detail": "secret words of maria@example.com"}]),
    ],
)
def test_no_error_repeats_what_x_said_nor_the_token(x, open_source, reply):
    always(x, reply)
    with pytest.raises(HubError) as caught:
        read(open_source(x))
    told = "".join(traceback.format_exception(caught.value))
    assert "maria" not in told and "secret words" not in told and TOKEN not in told
    assert caught.value.__cause__ is None and caught.value.__context__ is None


def test_tweepys_own_log_holds_neither_token_nor_posts(x, open_source, caplog):
    with caplog.at_level(logging.DEBUG):
        read(open_source(x))
    assert TOKEN not in caplog.text and "@AttuneAir" not in caplog.text


@pytest.mark.parametrize("status", [400, 404, 422])
@pytest.mark.parametrize("body", ["<html>not here</html>", None, {"message": "no route matched"}])
def test_a_refusal_that_is_not_xs_own_is_no_fault_of_the_settings(x, open_source, status, body):
    always(x, Reply(status, body))
    with pytest.raises(TransientError):
        read(open_source(x))
