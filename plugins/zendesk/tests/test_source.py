import itertools
from collections.abc import Callable
from typing import Any

import pytest

from hub.contract import Batch, ConfigError, RawRecord, TransientError
from hub.testing import Fault, Reply
from hub_zendesk.simulated.payloads import TICKET_FIELD_IDS
from hub_zendesk.simulated.seeding import AGENT, SUSPENDED, UNKNOWN_AUTHOR
from hub_zendesk.simulator import ZendeskSimulator

ORDERED = ("users", "tickets", "satisfaction_ratings")


def read(zendesk: Any, stream: str, cursor: str | None = None) -> list[Batch]:
    return list(zendesk.read(stream, cursor))


def records(batches: list[Batch]) -> list[RawRecord]:
    return [record for batch in batches for record in batch.records]


def paths(vendor: ZendeskSimulator) -> list[str]:
    return [call.path for call in vendor.calls]


def test_everything_is_read_once_although_pages_repeat_records(
    vendor: ZendeskSimulator, opened: Callable[..., Any]
) -> None:
    zendesk = opened(page_size=4)
    got = records(read(zendesk, "tickets"))
    assert sorted(record.key for record in got) == sorted(str(key) for key in vendor.tickets)
    assert len({record.key for record in got}) == len(got)


def test_pages_do_repeat_records_in_the_simulator(vendor: ZendeskSimulator, opened: Callable[..., Any]) -> None:
    pages: list[list[int]] = []
    original = vendor._export

    def spy(*args: Any) -> Reply:
        reply = original(*args)
        pages.append([row["id"] for row in reply.body["tickets"]])
        return reply

    vendor._export = spy  # type: ignore[method-assign]
    read(opened(page_size=4), "tickets")
    assert len(pages) > 3
    assert all(later[0] == earlier[-1] for earlier, later in itertools.pairwise(pages))


def test_a_ticket_carries_requester_and_all_comments_with_authors(zendesk: Any) -> None:
    ticket = next(r for r in records(read(zendesk, "tickets")) if r.key == "35004")
    assert ticket.data["requester"]["email"] == "rajesh.iyer@example.com"
    roles = [(c["author"]["role"], c["public"]) for c in ticket.data["comments"]]
    assert roles == [("end-user", True), ("agent", True), ("agent", False), ("end-user", True)]
    assert ticket.data["comments"][0]["plain_body"]
    assert "metadata" not in ticket.data["comments"][0], "IP addresses stay at Zendesk"


def test_unknown_suspended_and_system_authors(zendesk: Any) -> None:
    ticket = next(r for r in records(read(zendesk, "tickets")) if r.key == "125000")
    suspended, unknown, system = (comment["author"] for comment in ticket.data["comments"])
    assert (suspended["id"], suspended["suspended"]) == (SUSPENDED, True)
    assert (unknown["id"], unknown["role"]) == (UNKNOWN_AUTHOR, None)
    assert system["id"] is None, "-1 is nobody"


def test_calls_grow_with_tickets_and_pages_and_never_with_people(vendor: ZendeskSimulator, zendesk: Any) -> None:
    read(zendesk, "tickets")
    asked = paths(vendor)
    assert len([path for path in asked if path.endswith("/comments.json")]) == len(vendor.tickets)
    assert len(asked) == len(vendor.tickets) + 1
    assert not [path for path in asked if path.startswith("/api/v2/users")]


def test_many_comments_come_in_pages(vendor: ZendeskSimulator, zendesk: Any) -> None:
    for number in range(230):
        vendor.add_comment(35001, AGENT, f"Answer {number}")
    vendor.clock.advance(120)
    ticket = next(r for r in records(read(zendesk, "tickets")) if r.key == "35001")
    texts = [c["plain_body"] for c in ticket.data["comments"]]
    assert len(texts) == 3 + 230
    assert texts[-1] == "Answer 229"


@pytest.mark.parametrize("stream", ["users", "tickets"])
def test_an_empty_page_in_the_middle_is_not_the_end(vendor: ZendeskSimulator, zendesk: Any, stream: str) -> None:
    vendor.empty_pages = 2
    batches = read(zendesk, stream)
    assert [len(batch.records) for batch in batches[:2]] == [0, 0]
    assert all(batch.cursor for batch in batches)
    assert len(records(batches)) == len(vendor.users if stream == "users" else vendor.tickets)


def test_an_empty_page_of_comments_is_not_the_end(vendor: ZendeskSimulator, zendesk: Any) -> None:
    empty = {"comments": [], "users": [], "meta": {"has_more": True, "after_cursor": "eyJ2IjowfQ=="}, "links": {}}
    vendor.faults.add(Fault("GET /api/v2/tickets/35001/comments*", reply=Reply(200, empty)))
    ticket = next(r for r in records(read(zendesk, "tickets")) if r.key == "35001")
    assert len(ticket.data["comments"]) == 3


@pytest.mark.parametrize("stream", ["users", "tickets"])
def test_an_export_that_does_not_move_is_given_up(vendor: ZendeskSimulator, zendesk: Any, stream: str) -> None:
    stuck = Reply(200, {stream: [], "after_cursor": "same", "after_url": None, "end_of_stream": False})
    vendor.faults.add(Fault("GET /api/v2/incremental/*", reply=stuck, times=-1))
    with pytest.raises(TransientError):
        read(zendesk, stream)
    assert len(vendor.calls) <= 6


@pytest.mark.parametrize("stream", ["users", "tickets"])
@pytest.mark.parametrize(("begins", "calls"), [(None, 3), ("B", 2)])
def test_an_export_that_leads_back_is_given_up_at_once(
    vendor: ZendeskSimulator, zendesk: Any, stream: str, begins: str | None, calls: int
) -> None:
    for cursor in "ABAB":
        page = {stream: [], "after_cursor": cursor, "end_of_stream": False}
        vendor.faults.add(Fault("GET /api/v2/incremental/*", reply=Reply(200, page)))
    with pytest.raises(TransientError, match="leads back"):
        list(zendesk.read(stream, begins))
    assert len(vendor.calls) == calls


def test_a_listing_in_a_circle_is_given_up(vendor: ZendeskSimulator, zendesk: Any) -> None:
    circle = {"satisfaction_ratings": [], "meta": {"has_more": True, "after_cursor": "same"}, "links": {}}
    vendor.faults.add(Fault("GET /api/v2/satisfaction_ratings*", reply=Reply(200, circle), times=-1))
    with pytest.raises(TransientError):
        read(zendesk, "satisfaction_ratings")
    assert len(vendor.calls) <= 3


@pytest.mark.parametrize("stream", ORDERED)
def test_links_to_another_host_are_not_followed(
    vendor: ZendeskSimulator, stream: str, opened: Callable[..., Any]
) -> None:
    with ZendeskSimulator() as thief:
        thief.seed()
        original = vendor.handle

        def poisoned(request: Any) -> Reply:
            reply = original(request)
            if isinstance(reply.body, dict) and "after_url" in reply.body:
                reply.body["after_url"] = f"{thief.url}/api/v2/incremental/{stream}/cursor.json"
            if isinstance(reply.body, dict) and "links" in reply.body:
                reply.body["links"]["next"] = f"{thief.url}/api/v2/{stream}.json"
            return reply

        vendor.handle = poisoned  # type: ignore[method-assign]
        got = records(read(opened(page_size=4), stream))
        assert got
        assert thief.calls == []


@pytest.mark.parametrize("stream", ORDERED)
def test_reading_resumes_at_every_batch_without_loss(
    vendor: ZendeskSimulator, stream: str, opened: Callable[..., Any]
) -> None:
    zendesk = opened(page_size=4)
    batches = read(zendesk, stream)
    everything = {record.key for record in records(batches)}
    for number, batch in enumerate(batches):
        before = {record.key for earlier in batches[: number + 1] for record in earlier.records}
        after = {record.key for record in records(read(zendesk, stream, batch.cursor))}
        assert before | after == everything


@pytest.mark.parametrize("stream", ["users", "tickets"])
def test_nothing_new_gives_an_empty_batch_with_a_cursor(vendor: ZendeskSimulator, zendesk: Any, stream: str) -> None:
    last = read(zendesk, stream)[-1].cursor
    again = read(zendesk, stream, last)
    assert records(again) == []
    assert again[-1].cursor == last


def test_cursors_survive_the_address(vendor: ZendeskSimulator, zendesk: Any) -> None:
    page = {"users": [], "after_cursor": None, "after_url": None, "end_of_stream": True}
    vendor.faults.add(Fault("GET /api/v2/incremental/users/*", reply=Reply(200, page)))
    read(zendesk, "users", "a+b/c=&d|")
    assert "cursor=a%2Bb%2Fc%3D%26d%7C" in vendor.calls[-1].query_string


def test_a_change_by_the_system_is_a_new_version(vendor: ZendeskSimulator, zendesk: Any) -> None:
    batches = read(zendesk, "tickets")
    before = {record.key: record.version for record in records(batches)}
    vendor.clock.advance(300)
    vendor.touch_ticket(35001, by_system=True)
    vendor.clock.advance(300)
    after = {record.key: record.version for record in records(read(zendesk, "tickets", batches[-1].cursor))}
    assert after["35001"] != before["35001"]


def test_the_last_minute_is_left_for_the_next_read(vendor: ZendeskSimulator, zendesk: Any) -> None:
    cursor = read(zendesk, "tickets")[-1].cursor
    vendor.clock.advance(600)
    vendor.touch_ticket(35002)
    early = read(zendesk, "tickets", cursor)
    assert records(early) == []
    vendor.clock.advance(61)
    assert "35002" in {record.key for record in records(read(zendesk, "tickets", early[-1].cursor))}


def test_a_start_time_in_the_future_is_moved_before_the_last_minute(
    vendor: ZendeskSimulator, opened: Callable[..., Any]
) -> None:
    start = vendor.clock.now().isoformat()
    zendesk = opened(start_time=start)
    assert records(read(zendesk, "tickets")) == []
    assert vendor.calls[-1].status == 200, "Zendesk answers 422 to a start time within the last minute"


def test_deleted_tickets_arrive_as_deleted_and_without_content(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.delete_ticket(35001)
    vendor.clock.advance(120)
    ticket = next(r for r in records(read(zendesk, "tickets")) if r.key == "35001")
    assert ticket.deleted
    assert set(ticket.data) == {"id", "status"}
    assert "/api/v2/tickets/35001/comments.json" not in paths(vendor)


def test_a_ticket_that_vanishes_between_export_and_comments_is_deleted(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.faults.add(Fault.refused("GET /api/v2/tickets/35001/comments*", status=404))
    ticket = next(r for r in records(read(zendesk, "tickets")) if r.key == "35001")
    assert ticket.deleted


def test_deleted_users_arrive_as_deleted(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.touch_user(7_000_000_000_001, active=False)
    vendor.clock.advance(120)
    user = next(r for r in records(read(zendesk, "users")) if r.key == "7000000000001")
    assert user.deleted
    assert "email" not in user.data


def test_users_bring_their_consent(zendesk: Any) -> None:
    users = {record.key: record.data for record in records(read(zendesk, "users"))}
    assert users["7000000000001"]["user_fields"]["consent_emotion"] == "given"
    assert users["7000000000008"]["user_fields"]["consent_emotion"] == "withdrawn"
    assert users["7000000000004"]["user_fields"]["consent_emotion"] is None
    assert tuple(zendesk.consent_streams()) == ("users",)


def test_ratings_changed_while_and_after_reading_come_again(vendor: ZendeskSimulator, zendesk: Any) -> None:
    first = read(zendesk, "satisfaction_ratings")
    assert {r.data["score"] for r in records(first)} == {"good", "offered"}
    vendor.ratings[360_002] |= {"score": "bad", "updated_at": vendor.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")}
    again = records(read(zendesk, "satisfaction_ratings", first[-1].cursor))
    assert [(r.key, r.data["score"]) for r in again] == [("360002", "bad")]
    assert again[0].version != next(r for r in records(first) if r.key == "360002").version


def test_a_broken_ratings_cursor_is_refused(zendesk: Any) -> None:
    with pytest.raises(ConfigError):
        read(zendesk, "satisfaction_ratings", "nonsense")


def test_an_unknown_stream_is_refused(zendesk: Any) -> None:
    with pytest.raises(ConfigError):
        read(zendesk, "articles")


@pytest.mark.parametrize("stream", ORDERED)
def test_ids_are_never_floats(zendesk: Any, stream: str) -> None:
    def walk(value: Any, name: str = "") -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, key)
        elif isinstance(value, list):
            for inner in value:
                walk(inner, name)
        elif name == "id" or name.endswith(("_id", "_ids")):
            assert not isinstance(value, float), name

    for record in records(read(zendesk, stream)):
        assert record.key.isdecimal()
        walk(dict(record.data))


def test_what_the_cache_would_hide_is_seen(vendor: ZendeskSimulator, zendesk: Any) -> None:
    account = zendesk.account
    assert account.zenpy.users(id=7_000_000_000_001).name == "Maria Garcia"
    vendor.users[7_000_000_000_001]["name"] = "Maria Lopez"
    assert account.zenpy.users(id=7_000_000_000_001).name == "Maria Lopez"


def test_a_fault_in_the_middle_keeps_what_came_before(vendor: ZendeskSimulator, opened: Callable[..., Any]) -> None:
    zendesk = opened(page_size=4)
    vendor.faults.add(Fault("GET /api/v2/incremental/tickets/*", reply=Reply(200, "<html>oops</html>"), after=2))
    got: list[Batch] = []
    with pytest.raises(TransientError):
        for batch in zendesk.read("tickets", None):
            got.append(batch)
    assert len(got) == 2
    rest = read(zendesk, "tickets", got[-1].cursor)
    assert {r.key for r in records(got + rest)} == {str(key) for key in vendor.tickets}


def test_custom_fields_with_null_values_survive(zendesk: Any) -> None:
    ticket = records(read(zendesk, "tickets"))[0]
    assert {field["id"] for field in ticket.data["custom_fields"]} == set(TICKET_FIELD_IDS.values())


@pytest.mark.parametrize("comments", [[None], ["said"], [7, {"id": 1}]])
def test_a_comment_that_is_none_costs_its_ticket_and_no_other(
    vendor: ZendeskSimulator, zendesk: Any, comments: list[Any]
) -> None:
    first = sorted(vendor.tickets)[0]
    vendor.faults.add(Fault.changed(f"GET */tickets/{first}/comments*", change=lambda _: {
        "comments": comments, "meta": {"has_more": False}, "links": {"next": None}}, times=-1))  # fmt: skip
    got = records(read(zendesk, "tickets"))
    assert sorted(record.key for record in got) == sorted(str(key) for key in vendor.tickets)
    assert [(record.key, record.data) for record in got if record.flaw == "record.bad_comment"] == [(str(first), {})]


@pytest.mark.parametrize("meta", [{"has_more": True, "after_cursor": None}, {"has_more": None}, None])
def test_a_page_of_ratings_that_does_not_say_where_it_goes_on_is_not_the_last(
    vendor: ZendeskSimulator, zendesk: Any, meta: Any
) -> None:
    def cut(body: Any) -> Any:
        return {**body, "satisfaction_ratings": body["satisfaction_ratings"][:1], "meta": meta}

    vendor.faults.add(Fault.changed("GET */satisfaction_ratings*", change=cut))
    got: list[Batch] = []
    with pytest.raises(TransientError):
        got.extend(zendesk.read("satisfaction_ratings", None))
    rest = read(zendesk, "satisfaction_ratings", got[-1].cursor if got else None)
    assert {record.key for record in records(got + rest)} == {str(key) for key in vendor.ratings}


@pytest.mark.parametrize(
    "body", ["<html>not here</html>", None, {"error": "InvalidEndpoint", "description": "Not found"}]
)
def test_an_address_that_is_not_there_deletes_no_ticket(vendor: ZendeskSimulator, zendesk: Any, body: Any) -> None:
    vendor.faults.add(Fault.answers("GET */comments*", body=body, status=404))
    with pytest.raises(TransientError, match="nothing at its address"):
        read(zendesk, "tickets")
    assert not any(record.deleted for record in records(read(zendesk, "tickets")))
