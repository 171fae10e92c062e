"""Vendors that do not hold still: everything of one instant, records that change while pages are turned, empty pages.

The probe is a second hub, with the same keys, that reads the same vendor from the beginning once all is quiet: whatever
it knows, the first one must know in the same version, and nothing else.
"""

import os
from dataclasses import dataclass
from datetime import timedelta

import pytest

from hub.testing import FakeClock, Fault

pytestmark = pytest.mark.slow

CONNECTORS = ["x", "salesforce", "zendesk", "voucherify"]
AFTER = [0, 1, 2, 3] if os.environ.get("ATTUNE_FAULTS") == "all" else [1]
"""How many pages come before the one where something happens."""

SMALL = {"salesforce": {"page_size": 3}, "zendesk": {"page_size": 3}, "voucherify": {"page_size": 3}, "x": {}}


@dataclass
class Vendor:
    """What happens at one vendor's side; the simulators know how their own records move."""

    simulator: object

    @property
    def name(self):
        return self.simulator.name

    def now(self):
        return self.simulator.clock.now()

    def crowd(self):
        """Everything that there is was changed in one and the same instant."""
        getattr(self, f"_crowd_{self.name}")(self.now() - timedelta(hours=1))

    def _crowd_x(self, at):
        for number in range(7):
            self.simulator.add_post("8000000000000000001", f"@AttuneAir at once, {number} #AttuneAir", at=at)

    def _crowd_salesforce(self, at):
        stamp = at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        for rows in self.simulator.tables.values():
            for row in rows.values():
                row.update(SystemModstamp=stamp, LastModifiedDate=stamp)

    def _crowd_zendesk(self, at):
        vendor = self.simulator
        for row in (*vendor.users.values(), *vendor.tickets.values(), *vendor.ratings.values()):
            row["updated_at"] = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        for ticket in vendor.tickets.values():
            ticket["generated_timestamp"] = int(at.timestamp())

    def _crowd_voucherify(self, at):
        stamp = at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        for number, row in enumerate((*self.simulator.customers.values(), *self.simulator.cards.values())):
            row.update(created_at=stamp, updated_at=stamp if number % 2 else None)
        for entry in self.simulator.ledger.entries:
            entry["created_at"] = stamp

    def change_all(self):
        """Each record is changed now, one second apart, the first ones last."""
        getattr(self, f"_change_{self.name}")()
        self.simulator.clock.advance(1)

    def _change_x(self):
        post = next(post for post in self.simulator.world.newest_first() if post.author_id.startswith("8000"))
        self.simulator.edit_post(post.id, f"{post.text} edited")
        self.simulator.add_post("8000000000000000002", "@AttuneAir what a day #AttuneAir")

    def _change_salesforce(self):
        for key in list(self.simulator.tables["Contact"])[::-1]:
            self.simulator.clock.advance(1)
            self.simulator.update_contact(key, Phone="+33 1 99 00 12 77")

    def _change_zendesk(self):
        for key in list(self.simulator.users)[::-1]:
            self.simulator.clock.advance(1)
            self.simulator.touch_user(key)
        for key in list(self.simulator.tickets)[::-1]:
            self.simulator.clock.advance(1)
            self.simulator.touch_ticket(key)

    def _change_voucherify(self):
        for row in (*self.simulator.customers.values(), *self.simulator.cards.values()):
            self.simulator.clock.advance(1)
            row["updated_at"] = self.now().strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def join(self):
        """One more record of the instant that everything was changed in, which the hub has read to its end."""
        getattr(self, f"_join_{self.name}")(self.now() - timedelta(hours=1))

    def _join_x(self, at):
        self.simulator.add_post("8000000000000000003", "@AttuneAir me too #AttuneAir", at=at)

    def _join_salesforce(self, at):
        row = next(iter(self.simulator.tables["Contact"].values()))
        self.simulator.table.add("Contact", {"LastName": "Late", "Email": "late@example.com"}, at=at)
        assert row["SystemModstamp"] == at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")

    def _join_zendesk(self, at):
        last = max(self.simulator.users)
        self.simulator.users[last + 1] = {**self.simulator.users[last], "id": last + 1, "email": "late@example.com"}

    def _join_voucherify(self, at):
        row = next(iter(self.simulator.customers.values()))
        late = {"id": "cust_late", "source_id": "C-009999", "email": "late@example.com", "updated_at": None}
        self.simulator.customers["cust_late"] = {**row, **late}


@pytest.fixture
def vendor_world(fresh, pull_targets, database):
    """A world of small pages, its vendor, and a second hub with the same keys that reads the same vendor."""

    def make(connector):
        target = pull_targets[connector]
        world = fresh(connector, SMALL[connector], target.simulator, "moving", database)
        probe = fresh(connector, SMALL[connector], target.simulator, "probe")
        url = world.simulator(connector).url
        probe.edit(lambda settings: settings["connections"][connector].update(base_url=url))
        probe.clock = world.clock
        return world, probe, Vendor(world.simulator(connector))

    return make


def read(world, connector):
    report = world.pull(f"{connector}-pull")[f"{connector}-pull"]
    assert report.error is None and not report.counts["quarantined"], report
    return report


def known(reading, world):
    """The last word on each record of a vendor, and how many people and records there are."""
    said, records, people, *_ = reading(world)
    return {key: version for key, (version, _, _) in said.items()}, records, people


@pytest.mark.parametrize("connector", CONNECTORS)
def test_everything_of_one_instant_is_read_once_and_who_joins_it_late_too(connector, vendor_world, reading):
    world, probe, vendor = vendor_world(connector)
    vendor.crowd()
    first = read(world, connector)
    assert first.counts["stored"] > 7
    twice = first.counts["unchanged"] - first.reasons["unchanged: source.deleted"]
    assert not twice, "a record was handed over twice"
    read(probe, connector)
    assert known(reading, world) == known(reading, probe)

    vendor.join()
    late = read(world, connector)
    assert late.counts["stored"] + late.counts["withheld"] >= 1, "who came late was not seen"
    read(probe, connector)
    probe.pull(f"{connector}-pull", full=True)
    assert known(reading, world) == known(reading, probe)


@pytest.mark.parametrize("connector", CONNECTORS)
@pytest.mark.parametrize("after", AFTER)
def test_what_changes_while_pages_are_turned_is_known_in_its_last_version(
    connector, after, vendor_world, pull_targets, reading
):
    world, probe, vendor = vendor_world(connector)

    def meanwhile(body):
        vendor.change_all()
        return body

    world.simulator(connector).faults.add(Fault.changed(pull_targets[connector].pages, change=meanwhile, after=after))
    read(world, connector)
    world.clock.advance(600)  # exports hold back what is younger than a minute
    read(world, connector)
    read(probe, connector)
    ours, theirs = known(reading, world), known(reading, probe)
    assert theirs[0].items() <= ours[0].items(), "a change was lost"
    assert ours[1:] == theirs[1:]


@pytest.mark.parametrize("connector", CONNECTORS)
@pytest.mark.parametrize("after", AFTER)
def test_an_empty_page_in_the_middle_is_not_the_end(connector, after, vendor_world, pull_targets, reading):
    world, probe, vendor = vendor_world(connector)
    hollowed = HOLLOW[connector](vendor.simulator, pull_targets[connector].pages, after)
    report = world.pull(f"{connector}-pull")[f"{connector}-pull"]
    assert hollowed(), "no page was empty"
    # Voucherify pages by its rows: without any, nobody knows where to go on. The first call only shows its clock.
    if connector == "voucherify" and after:
        assert report.error is not None and report.error.exit_code == 3
        report = read(world, connector)
    assert report.error is None
    read(probe, connector)
    assert known(reading, world) == known(reading, probe)


@pytest.mark.parametrize("hours", [-3, 3])
@pytest.mark.parametrize("connector", CONNECTORS)
def test_a_vendor_whose_clock_goes_wrong_loses_nothing(connector, hours, vendor_world, reading):
    world, probe, vendor = vendor_world(connector)
    theirs = vendor.simulator.clock = FakeClock(world.clock.now() + timedelta(hours=hours))
    vendor.simulator.job_seconds = 0.0
    read(world, connector)
    for _ in range(2):
        vendor.change_all()
        theirs.advance(600)
        world.clock.advance(600 + 120)
        read(world, connector)
    # What the vendor takes for younger than a minute, or for the future, it may hold back; nothing else.
    theirs.advance(4 * 3_600)
    world.clock.advance(4 * 3_600)
    read(world, connector)
    read(probe, connector)
    ours, there = known(reading, world), known(reading, probe)
    assert there[0].items() <= ours[0].items(), "a change was lost"
    assert ours[1:] == there[1:]


def hollow_x(simulator, pages, after):
    """X cuts pages first and hides posts afterwards."""
    for post in simulator.world.newest_first()[3 * after : 3 * after + 6]:
        simulator.delete_post(post.id)
    seen = []
    simulator.faults.add(Fault.changed(pages, times=-1, change=lambda body: seen.append(body.get("data")) or body))
    return lambda: None in seen[:-1]


def hollow_salesforce(simulator, pages, after):
    """A page without rows that names the page with them."""
    struck = []

    def change(body):
        struck.append(body)
        key = f"01g{len(simulator._cursors):012d}"
        rest = body.get("nextRecordsUrl", "").rpartition("/")[2].partition("-")
        size = simulator.page_size
        simulator._cursors[key] = simulator._cursors[rest[0]][int(rest[2]) - size :] if rest[0] else body["records"]
        return {**body, "records": [], "done": False, "nextRecordsUrl": f"/services/data/v59.0/queryAll/{key}-0"}

    simulator.faults.add(Fault.changed(pages, change=change, after=after))
    return lambda: bool(struck)


def hollow_zendesk(simulator, pages, after):
    """The export itself gives a page without rows that moves the cursor."""

    def change(body):
        simulator.empty_pages = 1
        return body

    simulator.faults.add(Fault.changed(pages, change=change, after=after))
    return lambda: simulator.empty_pages == 0 and not simulator.faults.faults[0].times


def hollow_voucherify(simulator, pages, after):
    fault = Fault.changed(pages, change=lambda body: {**body, "customers": [], "has_more": True}, after=after)
    simulator.faults.add(fault)
    return lambda: not fault.times


HOLLOW = {
    "x": hollow_x, "salesforce": hollow_salesforce, "zendesk": hollow_zendesk, "voucherify": hollow_voucherify
}  # fmt: skip
