"""How long a vendor asks to wait, whatever it sends."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.budget.headers import read_headers
from hub.wait import LONGEST_WAIT, asked_wait, http_date

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
NEVER = "Fri, 31 Dec 9999 23:59:59 GMT"
MOST = LONGEST_WAIT.total_seconds()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7), ("0", 0), (" 7 ", 7), ("007", 7),
        ("Mon, 01 Jun 2026 09:02:00 GMT", 120),
        ("Monday, 01-Jun-26 09:02:00 GMT", 120),
        ("Mon, 01 Jun 2026 08:00:00 GMT", 0),
        ("1, 2", 2), ("2,1", 2), ("soon, 3", 3),
        ("Mon, 01 Jun 2026 09:02:00 GMT, Mon, 01 Jun 2026 09:01:00 GMT", 120),
        ("5, Mon, 01 Jun 2026 09:01:00 GMT", 60),
        ("86401", MOST), ("9" * 400, MOST), ("9" * 5000, MOST), (NEVER, MOST), ("Fri, 31 Dec 9999 23:59:59 -0100", MOST),
    ],
)  # fmt: skip
def test_the_wait_that_is_asked_for(value, seconds):
    assert asked_wait(value, NOW) == seconds


@pytest.mark.parametrize(
    "value", [None, "", "-1", "-5", "NaN", "soon", "Mon, 99 Jun 2026", "1e9", "1.5", "٣", "²", ",,", "Mon"]
)
def test_an_unreadable_wait_is_none(value):
    assert asked_wait(value, NOW) is None


@pytest.mark.parametrize("text", ["", "soon", "Fri", "9" * 40, "Mon, 32 Jun 2026 09:00:00 GMT"])
def test_what_is_no_date_is_none(text):
    assert http_date(text) is None


_WORDS = [
    "Sun,",
    "22",
    "Nov",
    "2026",
    "17:00:00",
    "GMT",
    "+0100",
    "-9999",
    "9" * 11,
    "0001",
    "9999",
    "31",
    "Dec",
    ":",
    ",",
    "W",
]


@given(st.lists(st.sampled_from([*_WORDS, "é", "(", "-"]), max_size=9).map(" ".join), st.integers(-600, 600))
def test_no_header_breaks_a_call(words, behind):
    date = (NOW - timedelta(minutes=behind)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    for headers in (
        {"Retry-After": words},
        {"Retry-After": words, "Date": date},
        {"Retry-After": NEVER, "Date": words},
    ):
        until = read_headers(429, headers, NOW).until
        assert until is None or NOW <= until <= NOW + LONGEST_WAIT
