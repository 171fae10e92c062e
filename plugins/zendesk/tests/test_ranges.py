"""Ranges, parts and single records: exactly once, whatever shares an instant, comes late, or goes."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.contract import Batch, ConfigError, Fetcher, Partition, Partitioned, Ranged, TransientError
from hub.testing import FakeClock, Fault, connect
from hub_zendesk import CONNECTOR
from hub_zendesk.simulated.payloads import iso
from hub_zendesk.simulator import ZendeskSimulator

HOUR = timedelta(hours=1)
STREAMS = ("users", "tickets", "satisfaction_ratings")


def keys(batches: Any) -> list[str]:
    return [record.key for batch in batches for record in batch.records]


def truth(vendor: ZendeskSimulator, stream: str) -> dict[int, Any]:
    rows: dict[int, Any] = {"users": vendor.users, "tickets": vendor.tickets}.get(stream, vendor.ratings)
    return rows


def at_once(vendor: ZendeskSimulator, stream: str, at: datetime) -> None:
    for row in truth(vendor, stream).values():
        row["updated_at"] = iso(at)
        if stream == "tickets":
            row["generated_timestamp"] = int(at.timestamp())


def test_it_offers_what_the_manifest_says(zendesk: Any) -> None:
    assert isinstance(zendesk, Ranged) and isinstance(zendesk, Partitioned) and isinstance(zendesk, Fetcher)


@pytest.mark.parametrize("stream", STREAMS)
def test_an_instant_that_many_share_is_on_one_side_of_a_border(
    vendor: ZendeskSimulator, opened: Callable[..., Any], stream: str
) -> None:
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    at_once(vendor, stream, noon)
    zendesk = opened(page_size=4)
    assert keys(zendesk.read_range(stream, noon - HOUR, noon)) == []
    everything = Counter(str(key) for key in truth(vendor, stream))
    assert Counter(keys(zendesk.read_range(stream, noon, noon + HOUR))) == everything
    second = timedelta(seconds=1)
    assert keys(zendesk.read_range(stream, noon + second, noon + HOUR)) == []
    assert Counter(keys(zendesk.read_range(stream, noon - timedelta(milliseconds=1), noon + second))) == everything


@pytest.mark.parametrize("stream", STREAMS)
def test_a_range_resumes_from_every_cursor(vendor: ZendeskSimulator, opened: Callable[..., Any], stream: str) -> None:
    zendesk, start, end = opened(page_size=2), datetime(2020, 1, 1, tzinfo=UTC), vendor.clock.now()
    batches: list[Batch] = list(zendesk.read_range(stream, start, end))
    assert len(batches) >= 2 or stream == "satisfaction_ratings"
    for n, batch in enumerate(batches):
        rest = set(keys(zendesk.read_range(stream, start, end, batch.cursor)))
        assert set(keys(batches[n + 1 :])) <= rest


def test_a_range_stops_reading_at_its_end(vendor: ZendeskSimulator, opened: Callable[..., Any]) -> None:
    zendesk = opened(page_size=2)
    stamps = sorted(ticket["generated_timestamp"] for ticket in vendor.tickets.values())
    end = datetime.fromtimestamp(stamps[1], UTC)
    found = keys(zendesk.read_range("tickets", end - HOUR * 24, end))
    assert len(found) == 1
    assert len([call for call in vendor.calls if "incremental" in call.path]) == 1
    assert len([call for call in vendor.calls if "comments" in call.path]) == 1, "comments of others are not asked for"


def test_a_range_holds_what_was_deleted_in_it(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.delete_ticket(35001)
    now = vendor.clock.now()
    vendor.clock.advance(300)
    (record,) = (r for b in zendesk.read_range("tickets", now, now + HOUR) for r in b.records)
    assert record.deleted and record.key == "35001"


def test_a_range_that_has_just_ended_waits_for_nothing_and_refuses_nothing(
    vendor: ZendeskSimulator, zendesk: Any
) -> None:
    now = vendor.clock.now()
    assert keys(zendesk.read_range("tickets", now - timedelta(seconds=5), now)) == []


def test_parts_hold_every_ticket_and_begin_where_the_tickets_do(
    vendor: ZendeskSimulator, opened: Callable[..., Any]
) -> None:
    zendesk = opened(page_size=3)
    plan = zendesk.partitions("tickets", 50)
    parts = [keys(zendesk.read_partition("tickets", part)) for part in plan.partitions]
    assert Counter(key for part in parts for key in part) == Counter(str(key) for key in vendor.tickets)
    assert len(parts) == 10, "Zendesk grants ten exports a minute"
    assert len([part for part in parts if part]) >= 3, "not all in one part: the first one begins with the first ticket"


def test_what_changes_after_the_plan_is_read_behind_it(vendor: ZendeskSimulator, opened: Callable[..., Any]) -> None:
    zendesk = opened(page_size=3)
    vendor.touch_ticket(35002)  # within the last minute, which no export shows yet
    vendor.clock.advance(20)
    plan = zendesk.partitions("tickets", 4)
    vendor.clock.advance(30)
    vendor.touch_ticket(35001)
    vendor.clock.advance(300)
    assert set(keys(zendesk.read("tickets", plan.cursor))) == {"35001", "35002"}


@pytest.mark.parametrize("stream", ["users", "satisfaction_ratings"])
def test_what_is_not_worth_cutting_is_not_cut(zendesk: Any, stream: str) -> None:
    with pytest.raises(ConfigError, match="cannot be cut"):
        zendesk.partitions(stream, 4)


def test_foreign_parts_and_cursors_are_refused(zendesk: Any) -> None:
    with pytest.raises(ConfigError, match="unreadable"):
        list(zendesk.read_partition("tickets", Partition("p", {"start": "noon"})))
    with pytest.raises(ConfigError, match="unreadable"):
        list(zendesk.read("tickets", "time:noon"))


def test_tickets_are_fetched_whole_and_as_they_were_read(vendor: ZendeskSimulator, zendesk: Any) -> None:
    read = {r.key: r for b in zendesk.read("tickets", None) for r in b.records}
    vendor.delete_ticket(35002)
    found = {r.key: r for b in zendesk.fetch("tickets", ["35001", "35002", "999", "x"]) for r in b.records}
    assert {key: record.deleted for key, record in found.items()} == {
        "35001": False, "35002": True, "999": True, "x": True,
    }  # fmt: skip
    assert found["35001"].data["comments"] == read["35001"].data["comments"]
    assert found["35001"].data["requester"] == read["35001"].data["requester"]
    assert found["35001"].version == read["35001"].version, "known, and not stored again"


def test_users_and_ratings_are_fetched(vendor: ZendeskSimulator, zendesk: Any) -> None:
    live, gone = "7000000000001", "7000000000002"
    vendor.touch_user(int(gone), active=False)
    users = {r.key: r for b in zendesk.fetch("users", [live, gone, "12"]) for r in b.records}
    assert {key: user.deleted for key, user in users.items()} == {live: False, gone: True, "12": True}
    assert "email" not in users[gone].data
    key = str(next(iter(vendor.ratings)))
    ratings = {r.key: r.deleted for b in zendesk.fetch("satisfaction_ratings", [key, "12"]) for r in b.records}
    assert ratings == {key: False, "12": True}


@pytest.mark.parametrize("stream", ["users", "tickets"])
def test_a_list_that_came_empty_deletes_nobody(vendor: ZendeskSimulator, zendesk: Any, stream: str) -> None:
    key = {"users": "7000000000001", "tickets": "35001"}[stream]
    (whole,) = [record for batch in zendesk.fetch(stream, [key]) for record in batch.records]
    vendor.faults.add(Fault.answers("GET *show_many*", body={stream: []}))
    (again,) = [record for batch in zendesk.fetch(stream, [key]) for record in batch.records]
    assert again == whole and not again.deleted


@pytest.mark.parametrize("stream", ["users", "tickets", "satisfaction_ratings"])
def test_an_answer_without_a_body_deletes_nobody(vendor: ZendeskSimulator, zendesk: Any, stream: str) -> None:
    vendor.faults.add(Fault.empty("GET *", status=204, times=-1))
    with pytest.raises(TransientError):
        list(zendesk.fetch(stream, ["12"]))


def test_many_tickets_are_fetched_in_calls_of_a_hundred(vendor: ZendeskSimulator, zendesk: Any) -> None:
    assert len(keys(zendesk.fetch("tickets", [str(number) for number in range(1, 251)]))) == 250
    assert len([call for call in vendor.calls if "show_many" in call.path]) == 3


def test_a_rating_that_appears_late_is_read(vendor: ZendeskSimulator, zendesk: Any) -> None:
    cursor = list(zendesk.read("satisfaction_ratings", None))[-1].cursor
    late = {
        **next(iter(vendor.ratings.values())),
        "id": 5,
        "updated_at": iso(vendor.clock.now() - timedelta(seconds=60)),
    }
    vendor.ratings[5] = late
    vendor.clock.advance(60)
    assert "5" in keys(zendesk.read("satisfaction_ratings", cursor))


@pytest.fixture
def hasty(vendor: ZendeskSimulator) -> tuple[Any, FakeClock]:
    """A hub whose clock is ten minutes ahead of Zendesk's, and that clock."""
    clock = FakeClock(vendor.clock.now() + timedelta(minutes=10))
    return connect(CONNECTOR, vendor, settings=vendor.settings(), clock=clock), clock


def test_a_rating_is_read_though_the_hubs_clock_is_ahead(
    vendor: ZendeskSimulator, hasty: tuple[Any, FakeClock]
) -> None:
    zendesk, clock = hasty
    cursor = list(zendesk.read("satisfaction_ratings", None))[-1].cursor
    for one in (vendor.clock, clock):
        one.advance(180)
    rated = next(iter(vendor.ratings))
    vendor.ratings[rated] |= {"score": "bad", "updated_at": iso(vendor.clock.now())}
    for one in (vendor.clock, clock):
        one.advance(3600)
    assert keys(zendesk.read("satisfaction_ratings", cursor)) == [str(rated)]


def test_a_plan_ends_by_zendesks_clock(vendor: ZendeskSimulator, hasty: tuple[Any, FakeClock]) -> None:
    zendesk, clock = hasty
    plan = zendesk.partitions("tickets", 4)
    for one in (vendor.clock, clock):
        one.advance(120)
    changed = next(iter(vendor.tickets))
    vendor.touch_ticket(changed)
    for one in (vendor.clock, clock):
        one.advance(3600)
    assert keys(zendesk.read("tickets", plan.cursor)) == [str(changed)]
