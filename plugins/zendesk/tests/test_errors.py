import logging
import time
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from hub.contract import AuthError, HubError, ThrottledError, TransientError
from hub.testing import Fault, Reply
from hub.testing.clock import START
from hub_zendesk import CONNECTOR
from hub_zendesk.simulator import ZendeskSimulator

STREAMS = ("users", "tickets", "satisfaction_ratings")
MARIA = "maria.garcia@example.com"


def read(zendesk: Any, stream: str) -> None:
    list(zendesk.read(stream, None))


def test_check_accepts_good_credentials_with_one_call(vendor: ZendeskSimulator, zendesk: Any) -> None:
    zendesk.check()
    assert [call.path for call in vendor.calls] == ["/api/v2/users/me.json"]


def test_opening_makes_no_call(vendor: ZendeskSimulator, zendesk: Any) -> None:
    assert vendor.calls == []


def test_check_refuses_a_wrong_token(vendor: ZendeskSimulator, opened: Callable[..., Any]) -> None:
    zendesk = opened(api_token="wrong")
    with pytest.raises(AuthError) as caught:
        zendesk.check()
    assert "wrong" not in str(caught.value)


def test_check_refuses_the_anonymous_user_that_zendesk_answers_200_for(vendor: ZendeskSimulator, zendesk: Any) -> None:
    nobody = {"user": {"id": None, "name": "Anonymous user", "email": "invalid@example.com", "role": "end-user"}}
    vendor.faults.add(Fault("GET /api/v2/users/me*", reply=Reply(200, nobody)))
    with pytest.raises(AuthError, match="not recognised"):
        zendesk.check()


def test_check_refuses_an_end_users_token(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.faults.add(Fault("GET /api/v2/users/me*", reply=Reply(200, {"user": {"id": 5, "role": "end-user"}})))
    with pytest.raises(AuthError):
        zendesk.check()


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(401, {"error": "Couldn't authenticate you"}), AuthError),
        (Reply(403, {"error": {"title": "Forbidden", "message": MARIA}}), AuthError),
        (Reply(429, {"error": "TooManyRequests"}), ThrottledError),
        (Reply(429, "slow down", {"Retry-After": "7"}), ThrottledError),
        (Reply(500, {"error": "InternalError"}), TransientError),
        (Reply(502, "<html>bad gateway</html>"), TransientError),
        (Reply(503, None, {"Retry-After": "0"}), TransientError),
        (Reply(200, f"<html>{MARIA}</html>"), TransientError),
        (Reply(200, '{"users": ['), TransientError),
        (Reply(200, None), TransientError),
        (Reply(200, [{"id": 1}]), TransientError),
        (Reply(200, {"something": "else"}), TransientError),
        (Reply(200, {"users": None, "tickets": None, "satisfaction_ratings": {"a": 1}}), TransientError),
        (Reply(302, None, {"Location": "https://evil.example.net/"}), TransientError),
        (Reply(404, None), HubError),
        (Reply(422, {"error": "invalid", "description": MARIA}), HubError),
        (Reply(400, [MARIA]), HubError),
    ],
)
def test_every_failing_answer_is_an_error_of_the_hub(
    vendor: ZendeskSimulator, zendesk: Any, stream: str, reply: Reply, error: type[HubError]
) -> None:
    vendor.faults.add(Fault("GET *", reply=reply, times=-1))
    with pytest.raises(error) as caught:
        read(zendesk, stream)
    assert isinstance(caught.value, HubError)
    assert MARIA not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("kind", ["reset", "truncate"])
def test_a_broken_line_is_transient(vendor: ZendeskSimulator, zendesk: Any, stream: str, kind: Any) -> None:
    vendor.faults.add(Fault("GET *", kind=kind, times=-1))
    with pytest.raises(TransientError):
        read(zendesk, stream)


def test_a_late_answer_is_transient(vendor: ZendeskSimulator, opened: Callable[..., Any]) -> None:
    zendesk = opened(timeout=0.2)
    vendor.faults.add(Fault("GET *", kind="slow", seconds=1.0))
    with pytest.raises(TransientError):
        read(zendesk, "users")


def test_a_malformed_later_page_is_transient_and_asked_for_once(
    vendor: ZendeskSimulator, opened: Callable[..., Any]
) -> None:
    zendesk = opened(page_size=4)
    vendor.faults.add(Fault("GET /api/v2/incremental/tickets/*", reply=Reply(200, '{"tickets": [{'), after=1))
    with pytest.raises(TransientError):
        read(zendesk, "tickets")
    assert len([call for call in vendor.calls if "incremental" in call.path]) == 2


@pytest.mark.parametrize("stream", ["users", "tickets"])
@pytest.mark.parametrize("headers", [{"Retry-After": "1"}, {"Retry-After": "0"}, {"Retry-After": "soon"}, {}])
def test_throttling_for_ever_is_bounded_in_calls_and_in_time(
    vendor: ZendeskSimulator, stream: str, headers: dict[str, str], opened: Callable[..., Any]
) -> None:
    zendesk = opened(retries=3)
    vendor.faults.add(Fault("GET *", reply=Reply(429, {"error": "TooManyRequests"}, headers), times=-1))
    began = time.monotonic()
    with pytest.raises((ThrottledError, TransientError)):
        read(zendesk, stream)
    assert len(vendor.calls) <= 4
    assert time.monotonic() - began < 2, "waiting goes through the hub's clock, never zenpy's"


def test_throttling_tells_how_long(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.faults.add(Fault("GET *", reply=Reply(429, None, {"Retry-After": "93"}), times=-1))
    with pytest.raises(ThrottledError) as caught:
        read(zendesk, "users")
    assert caught.value.retry_after == 93


def test_throttling_until_a_date(vendor: ZendeskSimulator, zendesk: Any) -> None:
    at = format_datetime(vendor.clock.now() + timedelta(seconds=40), usegmt=True)
    vendor.faults.add(Fault("GET *", reply=Reply(429, None, {"Retry-After": at}), times=-1))
    with pytest.raises(ThrottledError) as caught:
        read(zendesk, "users")
    assert caught.value.retry_after == pytest.approx(40)


def test_an_unreasonable_wait_is_handed_on_and_not_waited_for(
    vendor: ZendeskSimulator, opened: Callable[..., Any]
) -> None:
    zendesk = opened(retries=3)
    vendor.faults.add(Fault("GET *", reply=Reply(429, None, {"Retry-After": "86400"}), times=-1))
    with pytest.raises(ThrottledError):
        read(zendesk, "users")
    assert sum(vendor.clock.slept) < 60


def test_exports_live_with_the_limit_of_ten_a_minute(vendor: ZendeskSimulator, opened: Callable[..., Any]) -> None:
    vendor.incremental_per_minute = 2
    zendesk = opened(retries=3, page_size=4)
    got = [record.key for batch in zendesk.read("tickets", None) for record in batch.records]
    assert len(got) == len(vendor.tickets)
    assert 429 in {call.status for call in vendor.calls}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120, 60", 120.0), ("soon", None), ("9" * 400, 86_400.0), ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
     (format_datetime(START - timedelta(seconds=30), usegmt=True), 0.0)],
)  # fmt: skip
def test_whatever_wait_is_asked_for_it_is_throttling(
    vendor: ZendeskSimulator, zendesk: Any, header: str, seconds: float | None
) -> None:
    vendor.faults.add(Fault("GET *", reply=Reply(429, None, {"Retry-After": header}), times=-1))
    with pytest.raises(ThrottledError) as caught:
        read(zendesk, "users")
    assert caught.value.retry_after == seconds


def test_zenpy_does_not_log_payloads(vendor: ZendeskSimulator, zendesk: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        read(zendesk, "users")
    assert MARIA not in caplog.text
    assert "Maria" not in caplog.text


def test_settings_hide_the_token(vendor: ZendeskSimulator) -> None:
    config = CONNECTOR.config_model.model_validate(vendor.settings())
    assert vendor.settings()["api_token"] not in repr(config)


@pytest.mark.parametrize("subdomain", ["acme.evil.example/", "evil.example#", "ACME", "", "-acme"])
def test_a_subdomain_cannot_be_another_host(vendor: ZendeskSimulator, subdomain: str) -> None:
    with pytest.raises(ValueError, match="subdomain"):
        CONNECTOR.config_model.model_validate({**vendor.settings(), "subdomain": subdomain})
