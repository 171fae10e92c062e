"""Ranges, parts and single records: exactly once, whatever shares an instant, comes late, or goes."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from hub.contract import ConfigError, Fetcher, Partition, Partitioned, Ranged, TransientError
from hub.testing import Fault, Reply
from hub_voucherify.ledger import stamp

DAY = timedelta(days=1)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
TIMED = [("customers", "customers"), ("members", "cards")]


def keys(batches):
    return [record.key for batch in batches for record in batch.records]


def ids(simulator, truth):
    return Counter(row["id"] for row in getattr(simulator, truth).values())


def test_it_offers_what_the_manifest_says(connection):
    assert isinstance(connection, Ranged) and isinstance(connection, Partitioned) and isinstance(connection, Fetcher)


@pytest.mark.parametrize("page_size", [1, 5, 100])
@pytest.mark.parametrize(("stream", "truth"), TIMED)
@pytest.mark.parametrize("changed", [True, False])
def test_an_instant_that_many_share_is_on_one_side_of_a_border(simulator, open_with, stream, truth, page_size, changed):
    for row in getattr(simulator, truth).values():
        row["created_at"] = stamp(NOON - 9 * DAY if changed else NOON)
        row["updated_at"] = stamp(NOON) if changed else None
    connection, instant = open_with(page_size=page_size), timedelta(milliseconds=1)
    assert keys(connection.read_range(stream, NOON - DAY, NOON)) == []
    assert Counter(keys(connection.read_range(stream, NOON, NOON + instant))) == ids(simulator, truth)
    assert keys(connection.read_range(stream, NOON + instant, NOON + DAY)) == []


def test_a_customer_lies_in_the_range_of_the_last_change_only(simulator, connection):
    key, row = next(iter(simulator.customers.items()))
    row["created_at"], row["updated_at"] = stamp(NOON - 9 * DAY), stamp(NOON)
    assert key not in keys(connection.read_range("customers", NOON - 10 * DAY, NOON - 8 * DAY))
    assert keys(connection.read_range("customers", NOON - 10 * DAY, NOON + DAY)).count(key) == 1


def test_the_ledger_cannot_be_read_by_time_or_in_parts(connection):
    with pytest.raises(ConfigError, match="activities"):
        list(connection.read_range("activities", NOON, NOON + DAY))
    with pytest.raises(ConfigError, match="activities"):
        connection.partitions("activities", 4)


@pytest.mark.parametrize("at_most", [1, 3, 50])
@pytest.mark.parametrize(("stream", "truth"), TIMED)
def test_parts_hold_every_record_once(simulator, open_with, stream, truth, at_most):
    connection = open_with(page_size=2)
    plan = connection.partitions(stream, at_most)
    parts = [keys(connection.read_partition(stream, part)) for part in plan.partitions]
    assert Counter(key for part in parts for key in part) == ids(simulator, truth)
    assert len(parts) == at_most


def test_what_is_changed_or_made_after_the_plan_is_read_behind_it(simulator, connection):
    plan = connection.partitions("customers", 4)
    simulator.clock.advance(5)
    changed = next(iter(simulator.customers.values()))
    changed["updated_at"] = stamp(simulator.clock.now())
    simulator.customers["new"] = {
        **changed,
        "id": "new",
        "created_at": stamp(simulator.clock.now()),
        "updated_at": None,
    }
    assert set(keys(connection.read("customers", plan.cursor))) == {changed["id"], "new"}


def test_a_part_resumes_within_a_shared_instant(simulator, open_with):
    for row in simulator.customers.values():
        row["created_at"], row["updated_at"] = stamp(NOON), None
    connection = open_with(page_size=5)
    (part, *_) = connection.partitions("customers", 2).partitions
    batches = list(connection.read_partition("customers", part))
    for n, batch in enumerate(batches):
        assert set(keys(batches[n + 1 :])) == set(keys(connection.read_partition("customers", part, batch.cursor)))


def test_a_foreign_part_is_refused(connection):
    with pytest.raises(ConfigError, match="part"):
        list(connection.read_partition("customers", Partition("p", {"start": "noon"})))


def test_single_records_are_fetched_and_those_that_are_gone_are_told(simulator, connection):
    customer, gone = list(simulator.customers)[:2]
    source_id = simulator.customers[customer]["source_id"]
    del simulator.customers[gone]
    found = {r.key: r.deleted for b in connection.fetch("customers", [customer, gone, source_id]) for r in b.records}
    assert found == {customer: False, gone: True, source_id: True}, "a customer number is no key of the hub's"
    card = next(iter(simulator.cards.values()))
    (member,) = (r for b in connection.fetch("members", [card["id"]]) for r in b.records)
    assert member.data["tiers"] and member.key == card["id"]
    entry = simulator.ledger.entries[3]
    found = {r.key: r.deleted for b in connection.fetch("activities", [entry["id"], "vtx_0"]) for r in b.records}
    assert found == {entry["id"]: False, "vtx_0": True}


@pytest.mark.parametrize("stream", ["customers", "members", "activities"])
def test_an_answer_about_another_record_does_not_say_that_this_one_is_gone(simulator, connection, stream):
    rows = {
        "customers": [*simulator.customers.values()],
        "members": [*simulator.cards.values()],
        "activities": simulator.ledger.entries,
    }[stream]
    answer = {"customers": rows[1], "members": {"vouchers": rows[1:2]}, "activities": {"data": rows[1:2]}}[stream]
    simulator.faults.add(Fault("GET *", reply=Reply(200, answer)))
    with pytest.raises(TransientError, match="something else"):
        list(connection.fetch(stream, [rows[0]["id"]]))
    (found,) = (r for b in connection.fetch(stream, [rows[0]["id"]]) for r in b.records)
    assert found.key == rows[0]["id"] and not found.deleted


def test_an_entry_that_appears_behind_later_ones_is_read(simulator, open_with):
    connection, now = open_with(reread_seconds=60), simulator.clock.now
    card = next(iter(simulator.cards.values()))
    late = simulator.ledger.book(card, "POINTS_ACCRUAL", 5, at=now(), shown=now() + timedelta(seconds=30))
    simulator.clock.advance(5)
    early = simulator.ledger.book(card, "POINTS_ACCRUAL", 7, at=now())
    batches = list(connection.read("activities", None))
    assert early["id"] in keys(batches) and late["id"] not in keys(batches)
    simulator.clock.advance(40)
    batches = list(connection.read("activities", batches[-1].cursor))
    assert keys(batches) == [late["id"], early["id"]], "the later one a second time"
    simulator.clock.advance(600)
    batches = list(connection.read("activities", batches[-1].cursor))
    assert keys(connection.read("activities", batches[-1].cursor)) == []


def test_a_young_ledger_is_begun_again_until_it_has_settled(simulator, open_with):
    simulator.ledger.entries.clear()
    connection, card = open_with(reread_seconds=60), next(iter(simulator.cards.values()))
    entry = simulator.ledger.book(card, "POINTS_ACCRUAL", 5, at=simulator.clock.now())
    cursor = list(connection.read("activities", None))[-1].cursor
    assert cursor == "" and keys(connection.read("activities", cursor)) == [entry["id"]]


def test_a_customer_that_appears_late_is_read(simulator, open_with):
    connection, now = open_with(reread_seconds=60), simulator.clock.now
    row = next(iter(simulator.customers.values()))
    simulator.customers["fresh"] = {**row, "id": "fresh", "created_at": stamp(now()), "updated_at": None}
    cursor = list(connection.read("customers", None))[-1].cursor
    late = now() - timedelta(seconds=30)
    simulator.customers["late"] = {**row, "id": "late", "created_at": stamp(late), "updated_at": None}
    simulator.customers["moved"] = {**row, "id": "moved", "updated_at": stamp(late)}
    assert {"late", "moved"} <= set(keys(connection.read("customers", cursor)))
