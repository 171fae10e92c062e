from collections import Counter
from datetime import timedelta

import pytest

from hub.contract import AuthError, ConfigError, ThrottledError, TransientError
from hub.testing import FakeClock, Fault, Reply, connect
from hub_voucherify import CONNECTOR
from hub_voucherify.ledger import stamp


def read(connection, stream, cursor=None):
    batches = list(connection.read(stream, cursor))
    return [r for b in batches for r in b.records], (batches[-1].cursor if batches else cursor)


@pytest.mark.parametrize("page_size", [1, 2, 3, 4, 7, 100])
@pytest.mark.parametrize(("stream", "truth"), [("customers", "customers"), ("members", "cards")])
def test_records_of_one_instant_come_exactly_once(simulator, open_with, stream, truth, page_size):
    records, _ = read(open_with(page_size=page_size), stream)
    at_vendor = {row["id"] for row in getattr(simulator, truth).values()}
    assert Counter(r.key for r in records) == Counter(at_vendor)


@pytest.mark.parametrize("page_size", [1, 5])
def test_a_whole_project_imported_in_one_instant_is_read(simulator, open_with, page_size):
    for row in simulator.customers.values():
        row["created_at"] = row["updated_at"] = "2026-05-01T08:00:00.000Z"
    records, cursor = read(open_with(page_size=page_size), "customers")
    assert Counter(r.key for r in records) == Counter(simulator.customers.keys())
    assert read(open_with(page_size=page_size), "customers", cursor)[0] == []


def test_more_records_of_one_instant_than_can_be_paged_is_an_error(simulator, open_with):
    row = next(iter(simulator.customers.values()))
    simulator.customers = {f"c{n}": {**row, "id": f"c{n}"} for n in range(150)}
    with pytest.raises(TransientError, match="more records of one created_at"):
        read(open_with(page_size=1), "customers")


def test_a_record_that_leaves_the_shared_instant_while_pages_turn_is_not_lost(simulator, open_with):
    for row in simulator.customers.values():
        row["created_at"], row["updated_at"] = "2026-05-01T08:00:00.000Z", "2026-05-02T08:00:00.000Z"
    connection, original = open_with(page_size=5), simulator.list_customers
    _, cursor = read(connection, "customers")
    for row in simulator.customers.values():
        row["updated_at"] = stamp(simulator.clock.now())
    first, moved = min(simulator.customers), stamp(simulator.clock.now() + timedelta(seconds=5))

    def move_and_list(request):
        # After the first page was served, its first record leaves: the second page begins one record too late.
        if request.query.get("order") == "updated_at" and request.query["page"] == "2":
            simulator.customers[first]["updated_at"] = moved
        return original(request)

    simulator._routes = [(m, p, move_and_list if h == original else h) for m, p, h in simulator._routes]
    records, _ = read(connection, "customers", cursor)
    assert {r.key for r in records} == set(simulator.customers)


def test_only_new_and_changed_customers_come_the_next_time(simulator, connection):
    _, cursor = read(connection, "customers")
    simulator.clock.advance(3600)
    changed = next(iter(simulator.customers.values()))
    changed["updated_at"] = stamp(simulator.clock.now())
    new = {**changed, "id": "cust_new", "created_at": stamp(simulator.clock.now()), "updated_at": None}
    simulator.customers["cust_new"] = new
    records, cursor = read(connection, "customers", cursor)
    assert sorted((r.key, r.version) for r in records) == sorted(
        [(changed["id"], changed["updated_at"]), ("cust_new", new["created_at"])]
    )
    assert read(connection, "customers", cursor)[0] == []


def test_a_customer_changed_during_the_first_read_comes_again(simulator, connection):
    batches = connection.read("customers", None)
    first = next(batches).records[0]
    simulator.clock.advance(1)
    simulator.customers[first.key]["updated_at"] = stamp(simulator.clock.now())
    rest = [r for b in batches for r in b.records]
    assert (first.key, stamp(simulator.clock.now())) in {(r.key, r.version) for r in rest}


def test_members_carry_their_tier_unless_switched_off(simulator, connection, open_with):
    records, _ = read(connection, "members")
    assert {r.data["code"]: r.data["tiers"][0]["name"] for r in records} == simulator.tiers
    records, _ = read(open_with(tiers=False), "members")
    assert all("tiers" not in r.data for r in records)


def test_the_ledger_is_read_once_and_goes_on_after_the_cursor(simulator, connection):
    records, cursor = read(connection, "activities")
    assert {r.version for r in records} == {"1"}
    assert [r.key for r in records] == [e["id"] for e in simulator.ledger.entries]
    assert read(connection, "activities", cursor) == ([], cursor)
    booked = simulator.ledger.book(simulator.cards["ATTUNE-000001"], "POINTS_EXPIRATION", -1, at=simulator.clock.now())
    assert [r.key for r in read(connection, "activities", cursor)[0]] == [booked["id"]]


def test_a_ledger_that_goes_in_a_circle_ends(simulator, connection):
    names = iter("ABAB")
    simulator.faults.add(
        Fault("GET */transactions", "change", times=4, change=lambda reply: Reply(
            200, {"data": [{"id": next(names), "created_at": "2026-01-01T00:00:00Z"}], "has_more": True}))
    )  # fmt: skip
    with pytest.raises(TransientError, match="does not go on"):
        read(connection, "activities")
    assert len(simulator.calls) == 3


def test_nothing_is_repeated_by_a_list_that_does_not_move(simulator, connection):
    rows = list(simulator.customers.values())[:10]
    stuck = {"object": "list", "customers": rows, "total": 99, "has_more": True}
    simulator.faults.add(Fault("GET /v1/customers", "reply", Reply(200, stuck), times=-1))
    with pytest.raises(TransientError, match="does not go on"):
        read(connection, "customers")
    assert len(simulator.calls) < 5


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(500, {"code": 500}), TransientError),
        (Reply(400, {"code": 400, "key": "invalid_query_params"}), TransientError),
        (Reply(200, {"customers": "none"}), TransientError),
        (Reply(200, {"customers": [{"no": "id"}]}), TransientError),
        (Reply(200, {"customers": [{"id": "c", "created_at": "yesterday"}]}), TransientError),
        (Reply(200, "<html>"), TransientError),
        (Reply(302, None, {"Location": "https://evil.example/"}), TransientError),
        (Reply(401, {"code": 401}), AuthError),
        (Reply(403, {"code": 403}), AuthError),
        (Reply(402, {"code": 402}), ThrottledError),
        (Reply(404, {"code": 404, "key": "not_found"}), ConfigError),
    ],
)
def test_answers_become_the_contracts_errors(simulator, connection, reply, expected):
    simulator.faults.add(Fault("GET *", "reply", reply, times=-1))
    with pytest.raises(expected):
        read(connection, "customers")


def test_a_limit_is_waited_for_and_then_reported(simulator, connection):
    simulator.quota = 2
    records, _ = read(connection, "customers")
    assert len(records) == 24
    assert simulator.clock.slept


def test_a_limit_without_retry_after_reports_the_vendors_instant(simulator, connection):
    simulator.faults.add(
        Fault("*", "reply", Reply(429, {"code": "429"}, {"X-Rate-Limit-Retry": "1780304500"}), times=-1)
    )
    with pytest.raises(ThrottledError) as caught:
        read(connection, "customers")
    assert caught.value.retry_after == pytest.approx(1780304500 - simulator.clock.now().timestamp(), abs=1)


@pytest.mark.parametrize(("told", "seconds"), [("900, 1200", 1200), ("9" * 400, 86_400)])
def test_a_limit_with_an_odd_retry_after_is_a_limit(simulator, connection, told, seconds):
    simulator.faults.add(Fault("*", "reply", Reply(429, {"code": "429"}, {"Retry-After": told}), times=-1))
    with pytest.raises(ThrottledError) as caught:
        read(connection, "customers")
    assert caught.value.retry_after == seconds


def test_a_foreign_cursor_is_refused(connection):
    with pytest.raises(ConfigError, match="cursor"):
        read(connection, "customers", "tomorrow")


def test_a_program_that_is_not_there_is_a_settings_error(open_with):
    with pytest.raises(ConfigError, match="campaign"):
        open_with(campaign="nope").check()


@pytest.mark.parametrize(
    "host", ["http://api.voucherify.io", "https://voucherify.io.example.com", "https://example.com"]
)
def test_only_the_vendors_hosts_are_taken(open_with, host):
    with pytest.raises(ValueError, match="Voucherify cluster"):
        open_with(host=host)


def test_an_entry_that_appears_late_is_read_though_the_hubs_clock_is_ahead(simulator):
    ours = FakeClock(simulator.clock.now() + timedelta(minutes=10))
    settings = {**simulator.settings(), "reread_seconds": 60}
    connection = connect(CONNECTOR, simulator, settings=settings, clock=ours)
    card, now = simulator.cards["ATTUNE-000001"], simulator.clock.now()
    late = simulator.ledger.book(card, "POINTS_ADDITION", 1, at=now, shown=now + timedelta(seconds=30))
    simulator.ledger.book(card, "POINTS_ADDITION", 1, at=now)
    records, cursor = read(connection, "activities")
    assert late["id"] not in {record.key for record in records}
    for clock in (simulator.clock, ours):
        clock.advance(120)
    assert late["id"] in {record.key for record in read(connection, "activities", cursor)[0]}


def test_a_check_believes_no_answer_that_is_no_program(simulator, connection):
    simulator.faults.add(Fault("GET /v1/loyalties/*", reply=Reply(200, {"code": 500, "key": "internal_error"})))
    with pytest.raises(TransientError):
        connection.check()


@pytest.mark.parametrize(("stream", "truth"), [("customers", "customers"), ("members", "cards")])
def test_a_record_that_does_not_say_when_it_was_created_is_told_of_and_ends_no_page(
    simulator, open_with, stream, truth
):
    rows = list(getattr(simulator, truth).values())
    odd = rows[1]["id"]

    def undated(body):
        return {**body, **{
            name: [{**row, "created_at": None} if row["id"] == odd else row for row in body[name]]
            for name in ("customers", "vouchers") if name in body
        }}  # fmt: skip

    simulator.faults.add(Fault.changed("GET *", change=undated, times=-1))
    records, _ = read(open_with(page_size=3), stream)
    assert {r.key for r in records if not r.flaw} == {row["id"] for row in rows} - {odd}
    assert [r.flaw for r in records if r.flaw] == ["record.no_time"]


@pytest.mark.parametrize("more", [None, "true"])
def test_a_full_page_of_the_ledger_that_does_not_say_whether_it_is_the_last_is_not(simulator, open_with, more):
    unsaid = Fault.changed("GET */transactions", change=lambda body: {**body, "has_more": more}, times=-1)
    simulator.faults.add(unsaid)
    records, _ = read(open_with(page_size=3), "activities")
    assert {r.key for r in records} == {entry["id"] for entry in simulator.ledger.entries}
