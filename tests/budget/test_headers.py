"""What answers tell of the vendors' limits, family by family."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from hub.budget.headers import ROLLING, read_headers
from hub.store.budget import NOTHING, Told
from hub.wait import LONGEST_WAIT

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


def later(seconds):
    return NOW + timedelta(seconds=seconds)


EPOCH = str(int(later(300).timestamp()))


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"x-rate-limit-limit": "75", "x-rate-limit-remaining": "74", "x-rate-limit-reset": EPOCH}, Told(75, 74, later(300))),
        ({"X-Rate-Limit-Limit": "100", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Retry": EPOCH}, Told(100, 0, later(300))),
        ({"x-rate-limit": "700", "x-rate-limit-remaining": "699"}, Told(700, 699)),
        ({"ratelimit-limit": "700", "ratelimit-remaining": "698", "ratelimit-reset": "48"}, Told(700, 698, later(48))),
        ({"rate-limit": "700", "rate-limit-remaining": "684", "rate-limit-reset": "59"}, Told(700, 684, later(59))),
        ({"Sforce-Limit-Info": "api-usage=25/15000"}, Told(15000, 14975, NOW + ROLLING)),
        (
            {"Sforce-Limit-Info": "per-app-api-usage=17/250(appName=a); api-usage=15001/15000"},
            Told(15000, 0, NOW + ROLLING),
        ),
        ({}, NOTHING),
        ({"x-rate-limit-limit": "many", "x-rate-limit-remaining": "-1", "x-rate-limit-reset": "9" * 12}, NOTHING),
        ({"x-rate-limit-limit": "9" * 400, "x-rate-limit-remaining": "²"}, NOTHING),
        ({"sforce-limit-info": "api-usage=/"}, NOTHING),
    ],
)  # fmt: skip
def test_every_family_is_understood(headers, told):
    notice = read_headers(200, headers, NOW)
    assert (notice.general, notice.refused, notice.until) == (told, False, None)


def test_an_endpoints_own_numbers_are_kept_apart():
    headers = {"x-rate-limit": "700", "zendesk-rate-limit-tickets-index": "total=100; remaining=99; resets=17"}
    notice = read_headers(200, headers, NOW)
    assert (notice.general, notice.endpoint) == (Told(700), Told(100, 99, later(17)))


@pytest.mark.parametrize(
    ("status", "headers", "refused", "until"),
    [
        (429, {"Retry-After": "7"}, True, later(7)),
        (429, {"Retry-After": "Mon, 01 Jun 2026 09:02:00 GMT"}, True, later(120)),
        (429, {"x-rate-limit-reset": EPOCH}, True, later(300)),
        (429, {"Retry-After": "soon"}, True, None),
        (429, {}, True, None),
        (503, {"Retry-After": "5"}, True, later(5)),
        (503, {}, False, None),
        (200, {"Retry-After": "5"}, False, None),
    ],
)
def test_a_refusal_names_the_time_to_come_back(status, headers, refused, until):
    notice = read_headers(status, headers, NOW)
    assert (notice.refused, notice.until) == (refused, until)


@pytest.mark.parametrize("minutes", [-60, -1, 0, 1, 60])
def test_a_wait_for_ever_is_a_day_whatever_the_vendors_clock_says(minutes):
    date = format_datetime(NOW + timedelta(minutes=minutes), usegmt=True)
    notice = read_headers(429, {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT", "Date": date}, NOW)
    assert notice.until == NOW + LONGEST_WAIT


def test_of_two_waits_the_longer_one_counts():
    assert read_headers(429, {"Retry-After": "7, 60"}, NOW).until == later(60)


@pytest.mark.parametrize("hours", [-50, -3, 3, 9_000])
def test_times_are_meant_by_the_vendors_own_clock(hours):
    theirs = NOW + timedelta(hours=hours)
    epoch = str(int((theirs + timedelta(seconds=300)).timestamp()))
    date = {"Date": format_datetime(theirs, usegmt=True)}
    told = read_headers(200, date | {"x-rate-limit-limit": "75", "x-rate-limit-reset": epoch}, NOW)
    assert told.general == Told(75, None, later(300))
    at = format_datetime(theirs + timedelta(seconds=60), usegmt=True)
    assert read_headers(429, date | {"Retry-After": at}, NOW).until == later(60)
    assert read_headers(429, date | {"Retry-After": "60", "ratelimit-reset": "48"}, NOW).until == later(60)
    assert read_headers(429, date | {"ratelimit-limit": "7", "ratelimit-reset": "48"}, NOW).until == later(48)


@pytest.mark.parametrize(
    "date", ["", "soon", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "9" * 40]
)
def test_a_clock_that_is_none_is_not_gone_by(date):
    told = read_headers(429, {"Date": date, "x-rate-limit-reset": EPOCH}, NOW)
    assert (told.general.reset, told.until) == (later(300), later(300))
