"""Ranges, parts and single rows: exactly once, whatever shares an instant, comes late, or goes."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from hub.contract import ConfigError, Fetcher, Partition, Partitioned, Ranged, TransientError
from hub.testing import FakeClock, Fault, connect
from hub_salesforce import CONNECTOR
from hub_salesforce.position import Position
from hub_salesforce.simulated_table import make_id, salesforce_time

DAY = timedelta(days=1)


def keys(batches):
    return [record.key for batch in batches for record in batch.records]


def stamp(org, *, at, contacts=range(1, 25)):
    for number in contacts:
        org.tables["Contact"][make_id("Contact", number)]["SystemModstamp"] = salesforce_time(at)


def test_it_offers_what_the_manifest_says(connector):
    assert isinstance(connector, Ranged) and isinstance(connector, Partitioned) and isinstance(connector, Fetcher)


@pytest.mark.parametrize("page_size", [1, 5, 24, 100])
def test_an_instant_that_many_share_is_on_one_side_of_a_border(org, open_org, page_size):
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    stamp(org, at=noon)
    connector = open_org(page_size=page_size)
    assert keys(connector.read_range("contacts", noon - DAY, noon)) == []
    assert Counter(keys(connector.read_range("contacts", noon, noon + DAY))) == Counter(list(org.tables["Contact"]))
    instant = timedelta(microseconds=1)
    assert len(keys(connector.read_range("contacts", noon, noon + instant))) == 24
    assert keys(connector.read_range("contacts", noon + instant, noon + DAY)) == []


def test_a_range_resumes_in_the_middle_of_an_instant(org, open_org):
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    stamp(org, at=noon)
    connector = open_org(page_size=5)
    batches = list(connector.read_range("contacts", noon, noon + DAY))
    for n, batch in enumerate(batches):
        rest = keys(connector.read_range("contacts", noon, noon + DAY, batch.cursor))
        assert rest == keys(batches[n + 1 :])


def test_a_range_holds_the_recycle_bin(org, connector):
    org.delete_contact(3)
    now = org.clock.now()
    (record,) = (r for b in connector.read_range("contacts", now, now + DAY) for r in b.records)
    assert record.deleted and record.key == make_id("Contact", 3) and set(record.data) == {"Id", "IsDeleted"}


def test_a_row_that_changes_while_a_range_is_read_is_not_lost_to_the_next_read(org, open_org):
    connector, now = open_org(page_size=5), org.clock.now()
    cursor = list(connector.read("contacts", None))[-1].cursor
    org.clock.advance(3600)
    batches = connector.read_range("contacts", now - 60 * DAY, now)
    first = next(batches)
    late = next(number for number in range(24, 0, -1) if make_id("Contact", number) not in keys([first]))
    org.update_contact(late, Email="new@example.com")
    in_range = keys([first, *batches])
    assert make_id("Contact", late) not in in_range and len(in_range) == 23
    assert keys(connector.read("contacts", cursor)) == [make_id("Contact", late)]


@pytest.mark.parametrize("at_most", [1, 2, 5, 50])
def test_parts_hold_every_row_once_and_are_of_about_one_size(org, open_org, at_most):
    connector = open_org(page_size=2)
    plan = connector.partitions("contacts", at_most)
    parts = [keys(connector.read_partition("contacts", part)) for part in plan.partitions]
    assert Counter(key for part in parts for key in part) == Counter(list(org.tables["Contact"]))
    assert len(parts) <= at_most and (at_most == 1 or len(parts) > 1)
    if at_most == 5:
        assert len(parts) == 5 and max(map(len, parts)) <= 12


def test_many_rows_of_one_old_import_and_few_since_are_still_shared_out(org, open_org):
    old = datetime(2020, 1, 1, tzinfo=UTC)
    for number in range(1, 21):
        stamp(org, at=old + timedelta(hours=number), contacts=[number])
    connector = open_org(page_size=2)
    plan = connector.partitions("contacts", 4)
    sizes = [len(keys(connector.read_partition("contacts", part))) for part in plan.partitions]
    assert sum(sizes) == 24 and max(sizes) < 24
    counted = [call for call in org.calls if "COUNT" in call.query_string]
    assert len(counted) <= 2 * 4 + 25, "a few counts, however close together the rows are"


def test_what_changes_after_the_plan_is_read_behind_it(org, open_org):
    connector = open_org(page_size=2)
    plan = connector.partitions("contacts", 4)
    org.clock.advance(1)
    org.update_contact(1, Email="new@example.com")
    # Its transaction had begun before the plan, and commits only now, behind all that the parts saw.
    late = org.tables["Contact"][make_id("Contact", 2)]
    late["SystemModstamp"] = salesforce_time(org.clock.now() - timedelta(seconds=200))
    found = keys(connector.read("contacts", plan.cursor))
    assert {make_id("Contact", 1), make_id("Contact", 2)} <= set(found)


def test_a_part_that_fits_into_a_page_is_not_cut(org, connector):
    assert [part.name for part in connector.partitions("contacts", 50).partitions] == ["first"]


def test_an_empty_object_has_no_parts_and_a_cursor(org, connector):
    org.tables["Contact"].clear()
    plan = connector.partitions("contacts", 5)
    assert plan.partitions == () and list(connector.read("contacts", plan.cursor)) == []


def test_a_foreign_part_is_refused(connector):
    with pytest.raises(ConfigError, match="part"):
        list(connector.read_partition("contacts", Partition("p", {"start": "noon"})))


def test_rows_are_fetched_by_id_with_what_became_of_them(org, connector):
    here, binned, purged = (make_id("Contact", number) for number in (1, 2, 3))
    org.delete_contact(2)
    org.table.purge("Contact", purged)
    found = {
        r.key: r for b in connector.fetch("contacts", [here, binned, purged, "../User", "005x"]) for r in b.records
    }
    assert {key: record.deleted for key, record in found.items()} == {
        here: False, binned: True, purged: True, "../User": True, "005x": True,
    }  # fmt: skip
    assert found[here].data["Email"] and found[here].version == org.tables["Contact"][here]["SystemModstamp"]
    assert "Email" not in found[binned].data
    asked = [call for call in org.calls if "IN" in call.query_string]
    assert len(asked) == 1 and "..%2FUser" not in asked[0].query_string


def test_fetched_consents_carry_their_contacts(connector):
    key = make_id("Individual", 1)
    (record,) = (r for b in connector.fetch("individuals", [key]) for r in b.records)
    assert record.data["Contacts"][0]["Id"] == make_id("Contact", 1)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: {**body, "records": body["records"][:1]},
        lambda body: {**body, "records": []},
        lambda body: {**body, "records": [body["records"][0], None]},
        lambda body: {**body, "records": [body["records"][0], {**body["records"][1], "Id": None}]},
        lambda body: {name: value for name, value in body.items() if name != "done"},
    ],
)
def test_what_an_answer_leaves_out_is_not_taken_for_deleted(org, connector, spoil):
    org.faults.add(Fault.changed("GET */queryAll*", change=spoil))
    with pytest.raises(TransientError):
        list(connector.fetch("contacts", [make_id("Contact", 1), make_id("Contact", 2)]))


def test_a_row_without_a_time_is_set_aside_under_its_own_id(org, connector):
    key = make_id("Contact", 1)
    org.tables["Contact"][key]["SystemModstamp"] = None
    (record,) = (r for b in connector.fetch("contacts", [key]) for r in b.records)
    assert (record.key, record.deleted, record.flaw, record.data) == (key, False, "record.no_time", {})


def test_many_keys_are_fetched_in_few_calls(org, connector):
    found = keys(connector.fetch("contacts", [make_id("Contact", number) for number in range(1, 251)]))
    assert len(found) == 250
    assert len([call for call in org.calls if "/queryAll" in call.path]) == 3


@pytest.fixture
def hasty(org):
    """A hub whose clock is ten minutes ahead of Salesforce's."""
    clock = FakeClock(org.clock.now() + timedelta(minutes=10))
    return connect(CONNECTOR, org, settings={**org.settings(), "settle_seconds": 60}, clock=clock)


def test_a_plan_ends_by_salesforces_clock(org, hasty):
    plan = hasty.partitions("contacts", 3)
    assert Position.parse(plan.cursor).stamp == org.clock.now() - timedelta(seconds=60)


def test_a_row_that_appears_late_is_read_though_the_hubs_clock_is_ahead(org, hasty):
    org.update_contact(1, Emotion__c="anger")
    cursor = [batch.cursor for batch in hasty.read("contacts", None)][-1]
    stamp(org, at=org.clock.now() - timedelta(seconds=30), contacts=[2])
    assert make_id("Contact", 2) in keys(hasty.read("contacts", cursor))
