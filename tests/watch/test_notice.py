"""Notices hold ids, counts and commands only, and tell of the same trouble once."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.errors import ThrottledError
from hub.watch.alert import Alert
from hub.watch.notice import Told, alert_notice, failure_notice

NOW = datetime(2026, 6, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CANARY = "maria.garcia@example.com"


def alert(name="stale", sync="zendesk-pull"):
    return Alert(name, "critical", "last came to its end 3 h ago", "hub pull zendesk-pull", sync)


def test_a_notice_tells_what_is_so_and_what_to_do():
    notice = alert_notice("acme", [alert()], ["expiry/sweep", "requests/"])
    assert notice.title == "Attune acme: 1 alert, 2 ended"
    assert notice.text.splitlines() == [
        "[critical] stale: zendesk-pull: last came to its end 3 h ago",
        "    hub pull zendesk-pull",
        "ended: expiry/sweep",
        "ended: requests",
    ]


def test_each_alert_is_told_once_and_again_after_a_while():
    stale, late = alert(), alert("requests", "")
    told = Told({})
    due, ended = told.news([stale], NOW, DAY)
    assert (due, ended) == ([stale], [])
    told = Told.read(str(told.after([stale], due, NOW)))
    assert told.news([stale, late], NOW + timedelta(hours=1), DAY) == ([late], [])
    assert told.news([stale], NOW + DAY, DAY) == ([stale], [])
    assert told.news([], NOW, DAY) == ([], ["stale/zendesk-pull"])


def test_what_stands_on_keeps_the_time_at_which_it_was_told():
    stale, late = alert(), alert("requests", "")
    told = Told({stale.key: NOW}).after([stale, late], [late], NOW + DAY / 2)
    assert told.at == {stale.key: NOW, late.key: NOW + DAY / 2}


@pytest.mark.parametrize("error", [ValueError(CANARY), type("Garcia", (Exception,), {})(CANARY), CANARY, None])
def test_a_failure_is_told_without_what_a_stranger_wrote(error):
    notice = failure_notice("hub_sync__zendesk-pull", CANARY, f"manual__{CANARY}", 2, error)
    assert "garcia" not in (notice.title + notice.text).lower()
    assert "error: other" in notice.text and "attempt 2" in notice.text


def test_a_failure_is_told_by_its_names_and_class():
    run = "scheduled__2026-06-02T12:00:00+00:00"
    notice = failure_notice("hub_sync__zendesk-pull", "pull", run, 1, ThrottledError(CANARY))
    assert "hub_sync__zendesk-pull has failed" in notice.title
    assert "task pull" in notice.text and run in notice.text and "ThrottledError" in notice.text
    assert CANARY not in notice.text
