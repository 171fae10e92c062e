"""Sources that page, change and delete: ranges, parts, single records; exactly once, and nobody comes back."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.contract import Batch, Partition, PartitionPlan, RawRecord, Stream
from hub.errors import ConfigError, LockedError, TransientError
from hub.pipeline.backfill import Span, backfill
from hub.pipeline.engine import execute
from hub.pipeline.order import Order
from hub.pipeline.partition import finish_partitions, plan_partitions, pull_partition
from hub.pipeline.pull import PullJob, pull
from hub.pipeline.readahead import DEPTH, read_ahead
from hub.pipeline.refetch import fetch_again
from hub.pipeline.run import running
from hub.privacy.erasure import Progress
from hub.schema import ConsentScope, ConsentState
from hub.store.ledger import PullCounts
from hub.testing import Fault, Reply
from tests.flows.conftest import tagged

pytestmark = pytest.mark.slow

PULLS = ("salesforce-pull", "zendesk-pull", "voucherify-pull", "x-pull")
STATES = ("stored", "unchanged", "withheld", "quarantined")


def adds_up(report):
    return report.counts["read"] == sum(report.counts[state] for state in STATES)


def cursors(world, sync):
    """Every cursor of a sync's streams, sealed as they rest: equal bytes are the very same row."""
    from sqlalchemy import text

    with world.open() as hub, hub.store.read() as tx:
        rows = tx.unit.conn.execute(
            text("SELECT stream, cursor FROM batches WHERE sync = :sync AND cursor IS NOT NULL ORDER BY id"),
            {"sync": sync},
        )
        streams = {*hub.sync(sync).streams}
        return {stream: bytes(cursor) for stream, cursor in rows if stream in streams}


def span(world, *, days=3_000, until=timedelta(0)):
    now = world.clock.now()
    return Span(now - timedelta(days=days), now - until)


def fill(world, sync, wanted=None, only=()):
    with world.open() as hub:
        return backfill(hub.rooms, hub.pull_job(sync, only=only), wanted or span(world))


def pull_parallel(rooms, job, readers):
    return execute(rooms, job, Order(job.sync, full=True, parallel=readers))


def parallel(world, sync, readers=3):
    with world.open() as hub:
        return pull_parallel(hub.rooms, hub.pull_job(sync, full=True), readers)


def again(world, sync):
    with world.open() as hub:
        return fetch_again(hub.rooms, hub.pull_job(sync))


def small_pages(world):
    def change(settings):
        for name, size in (("salesforce", 3), ("zendesk", 2), ("voucherify", 2)):
            settings["connections"][name]["config"]["page_size"] = size

    world.edit(change)


def settle(world):
    """Lets everything become old enough for exports that hold the last minutes back."""
    world.clock.advance(600)


def as_late_as_it_is(world):
    """For commands in processes of their own, which have the real clock."""
    world.clock.advance((datetime.now(UTC) - world.clock.now()).total_seconds() + 600)


def same_keys(one, other):
    for name in ("root.key", "audit.key"):
        (other.folder / "var" / name).write_bytes((one.folder / "var" / name).read_bytes())


def state(world):
    """What the hub knows, whatever way it came to know it."""
    with world.open() as hub, hub.store.read() as tx:
        seen = {(o.stream, o.ref, o.version, str(o.state), o.reason) for o in tx.ledger.outcomes(limit=10_000)}
        known = {one for one in seen if one[3] != "unchanged"}
        return known, tx.records.counts(), tx.persons.count(), *tagged(tx)


def ticket_of(member):
    return 35_000 + member.number


def speaker(world):
    return next(m for m in world.members if m.consent == "all" and m.said_in("zendesk"))


def records_of(world, member, stream="tickets"):
    with world.open() as hub, hub.store.read() as tx:
        person = world.person(hub, tx, member)
        found = tx.records.for_person(person) if person else []
        return [one for one in found if one.provenance.stream == stream]


# ---- backfill ----


def test_a_backfill_leaves_every_cursor_byte_for_byte_and_changes_nothing(world):
    settle(world)
    small_pages(world)
    world.pull()
    before = {sync: cursors(world, sync) for sync in PULLS}
    known = state(world)
    for sync, only in (("salesforce-pull", ()), ("zendesk-pull", ()), ("voucherify-pull", ("customers", "members"))):
        report = fill(world, sync, only=only)
        assert report.error is None and adds_up(report)
        assert report.counts["stored"] == 0 and report.counts["unchanged"] > 0, (sync, report.reasons)
    assert {sync: cursors(world, sync) for sync in PULLS} == before
    assert state(world) == known


def test_what_a_first_read_left_out_is_filled_in(world):
    settle(world)
    late = max(line.at for m in world.members for line in m.said_in("zendesk"))
    world.edit(lambda s: s["connections"]["zendesk"]["config"].update(start_time=late.isoformat()))
    world.pull("salesforce-pull", "zendesk-pull")
    member = speaker(world)
    assert records_of(world, member) == []
    before = cursors(world, "zendesk-pull")
    report = fill(world, "zendesk-pull")
    assert report.error is None and adds_up(report) and report.counts["stored"] > 0
    assert records_of(world, member) and world.tags_of(member)
    assert cursors(world, "zendesk-pull") == before


def test_a_range_holds_what_changed_in_it_and_no_more(world):
    settle(world)
    member = speaker(world)
    said = member.said_in("zendesk")[-1].at
    whole = fill(world, "zendesk-pull", Span(said, said + timedelta(seconds=1)), only=["tickets"])
    assert whole.counts["read"] == 1
    assert fill(world, "zendesk-pull", Span(said - timedelta(seconds=1), said), only=["tickets"]).counts["read"] == 0


def test_a_broken_backfill_goes_on_where_it_stopped_and_a_whole_one_begins_anew(world):
    settle(world)
    small_pages(world)
    vendor, wanted = world.simulator("salesforce"), span(world)
    whole = fill(world, "salesforce-pull", Span(wanted.start, wanted.end - timedelta(seconds=1)))
    vendor.faults.add(Fault("GET */queryAll*", reply=Reply(500, []), after=12, times=-1))
    broken = fill(world, "salesforce-pull", wanted)
    assert isinstance(broken.error, TransientError) and adds_up(broken) and broken.counts["read"] > 0
    vendor.faults.faults.clear()
    rest = fill(world, "salesforce-pull", wanted)
    assert rest.error is None and adds_up(rest)
    assert broken.counts["read"] + rest.counts["read"] == whole.counts["read"]
    assert fill(world, "salesforce-pull", wanted).counts["read"] == whole.counts["read"]


def test_a_connector_that_cannot_says_so(world):
    with pytest.raises(ConfigError, match=r"cannot read activities by time.*--stream.*customers, members"):
        fill(world, "voucherify-pull")
    with pytest.raises(ConfigError, match="not in the future"):
        fill(world, "zendesk-pull", Span(world.clock.now(), world.clock.now() + timedelta(days=1)))
    world.edit(lambda s: s["syncs"]["x-pull"].update(streams=["search"]))
    with pytest.raises(ConfigError, match="looks back 7 days in search"):
        fill(world, "x-pull", span(world, days=8))
    with world.open() as hub:
        job = PullJob("x-pull", "x", "x", Plain(), ("mentions",), known={"mentions": Stream("mentions", "d")})
        for attempt in (lambda: backfill(hub.rooms, job, span(world)), lambda: pull_parallel(hub.rooms, job, 2)):
            with pytest.raises(ConfigError, match="cannot read mentions"):
                attempt()
    with world.open() as hub, hub.store.read() as tx:
        assert tx.ledger.runs(10) == [] or all(run.status != "running" for run in tx.ledger.runs(10))


class Plain:
    def read(self, stream, cursor):
        yield from ()


def test_a_search_of_x_is_filled_in_within_its_week(world):
    settle(world)
    world.edit(lambda s: s["syncs"]["x-pull"].update(streams=["mentions", "search"]))
    before = cursors(world, "x-pull")
    report = fill(world, "x-pull", span(world, days=6))
    assert report.error is None and adds_up(report) and report.counts["stored"] > 0
    assert cursors(world, "x-pull") == before == {}


# ---- parts ----


EMPTY = {"contact_point_consents", "leads"}
"""Streams of which the cast has nothing."""


@pytest.mark.parametrize("sync", ["salesforce-pull", "zendesk-pull", "voucherify-pull"])
def test_read_in_parts_the_hub_ends_up_knowing_the_same(make_world, sync):
    whole, cut = make_world(name="whole"), make_world(name="cut")
    same_keys(whole, cut)
    for world in (whole, cut):
        settle(world)
        small_pages(world)
    assert whole.pull(sync, full=True)[sync].error is None
    report = parallel(cut, sync)
    assert report.error is None and adds_up(report)
    assert state(cut) == state(whole)
    # Where there was nothing to read, only the plan of the parts tells where to go on.
    assert set(cursors(cut, sync)) - EMPTY == set(cursors(whole, sync))
    after = cut.pull(sync)[sync]
    assert after.counts["read"] == after.counts["unchanged"], "the next pull finds nothing new"


class Slow:
    """Makes every answer of a simulator late, and counts how many of them are under way at once."""

    def __init__(self, simulator, seconds):
        self.seconds, self.now, self.most, self.lock = seconds, 0, 0, threading.Lock()
        simulator.faults = self

    def next(self, call):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(self.seconds)
        with self.lock:
            self.now -= 1


def test_readers_overlap_at_a_slow_vendor(world):
    settle(world)
    small_pages(world)
    seen = Slow(world.simulator("zendesk"), 0.2)
    report = parallel(world, "zendesk-pull", 4)
    assert report.error is None and adds_up(report)
    assert seen.most == 4, "as many calls are under way as there are readers, and no more"


def test_reading_takes_as_long_as_the_readers_let_it():
    def reader():
        for _ in range(3):
            time.sleep(0.2)
            yield Batch((), None)

    took = {}
    for readers in (1, 4):
        began = time.monotonic()
        handed = list(read_ahead(dict.fromkeys(range(8), reader), readers))
        took[readers] = time.monotonic() - began
        assert len(handed) == 8 * 3 + 8
    assert took[1] > 4.7 and took[4] < 0.6 * took[1], took


class Counting:
    """A source of two parts that notes how far it was read, and breaks where told."""

    def __init__(self, parts=4, batches=5, breaks=()):
        self.parts, self.batches, self.breaks, self.read_batches = parts, batches, set(breaks), Counter()

    def read(self, stream, cursor):
        yield Batch((), f"{cursor}, and on")

    def partitions(self, stream, at_most):
        return PartitionPlan(tuple(Partition(f"p{n}", {"n": str(n)}) for n in range(self.parts)), "start")

    def read_partition(self, stream, partition, cursor=None):
        number = partition.bounds["n"]
        for at in range(int(cursor or 0), self.batches):
            if (number, at) in self.breaks:
                raise TransientError("the vendor is down.")
            self.read_batches[number] += 1
            key = f"cust_{number}_{at}"
            row = {"id": key, "source_id": key, "email": f"{key}@example.com", "created_at": "2026-01-01T00:00:00Z"}
            yield Batch((RawRecord(stream, key, "1", row),), str(at + 1))


CUSTOMERS = {"customers": Stream("customers", "d", partitions=True)}


def job_of(source):
    return PullJob("voucherify-pull", "voucherify", "voucherify", source, ("customers",), known=CUSTOMERS)


def test_what_broke_in_the_middle_resumes_only_what_is_missing(world):
    source = Counting(breaks={("2", 3)})
    with world.open() as hub:
        broken = pull_parallel(hub.rooms, job_of(source), 2)
        assert isinstance(broken.error, TransientError) and adds_up(broken)
        with hub.store.read() as tx:
            assert tx.ledger.cursor("voucherify-pull", "customers") is None, "not before all parts are through"
        first, source.breaks, source.read_batches = broken.counts["read"], set(), Counter()
        rest = pull_parallel(hub.rooms, job_of(source), 2)
        assert rest.error is None
        # What was stored is not read again; what was read ahead, and not stored, is.
        assert first + sum(source.read_batches.values()) == 20
        assert first + rest.counts["read"] == 20
        with hub.store.read() as tx:
            assert tx.ledger.cursor("voucherify-pull", "customers") == "start, and on"
        source.read_batches = Counter()
        pull_parallel(hub.rooms, job_of(source), 2)
        assert sum(source.read_batches.values()) == 20, "once through, a full read is full again"


def test_killed_in_a_partitioned_read_it_ends_up_the_same(make_world):
    whole, broken = make_world(name="whole"), make_world(name="broken")
    same_keys(whole, broken)
    for world in (whole, broken):
        as_late_as_it_is(world)
        small_pages(world)
    vendor = broken.simulator("zendesk")
    vendor.repeats = False  # otherwise the first record behind a cursor is one that was read before
    command = [sys.executable, "-m", "hub", "pull", "zendesk-pull", "--full", "--parallel", "2"]
    vendor.faults.add(Fault("GET *comments*", kind="slow", seconds=30, after=5, times=-1))
    process = subprocess.Popen([*command, "-c", str(broken.config)], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not _stalled(broken) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    vendor.faults.faults.clear()
    done = tickets_read(broken)
    assert done
    vendor.calls.clear()
    assert parallel(broken, "zendesk-pull", 2).error is None
    asked = {call.path.split("/")[4] for call in vendor.calls if call.path.endswith("/comments.json")}
    assert not asked & done, "tickets that were stored before the kill were read again"
    whole.pull("zendesk-pull", full=True)
    assert state(broken) == state(whole)


def _stalled(world):
    faults = world.simulator("zendesk").faults.faults
    return faults and faults[0].after == 0 and len(tickets_read(world)) >= 4


def tickets_read(world):
    """Which tickets' comments were asked for, of those whose outcome is in the ledger."""
    with world.open() as hub, hub.store.read() as tx:
        refs = {o.ref for o in tx.ledger.outcomes(limit=10_000) if o.stream == "tickets"}
        keys = world.simulator("zendesk").tickets
        return {str(key) for key in keys if hub.vault.source_ref("zendesk", "tickets", str(key)) in refs}


def test_readers_wait_for_the_writer():
    made = Counter()

    def reader(name):
        for _ in range(100):
            made[name] += 1
            yield Batch((), None)

    ahead = read_ahead({name: lambda name=name: reader(name) for name in "abc"}, 2)
    next(ahead)
    time.sleep(0.3)
    # Those in the queue, those taken, and one in the hands of each reader.
    assert sum(made.values()) <= 2 * DEPTH + 1 + 2
    ahead.close()
    assert threading.active_count() < 20
    assert not [one for one in threading.enumerate() if one.name.startswith("reader")]


def test_parts_run_side_by_side_and_never_beside_the_whole(world):
    source = Counting()
    with world.open() as hub, world.open() as other:
        job = job_of(source)
        parts = plan_partitions(hub.rooms, job, 4)
        assert [part.name for part in parts] == ["p0", "p1", "p2", "p3"]
        with running(hub.rooms, job.sync, "pull", part="customers/0"):
            for refused in (
                lambda: pull(other.rooms, job),
                lambda: pull_partition(other.rooms, job, parts[0]),
                lambda: finish_partitions(other.rooms, job),
            ):
                with pytest.raises(LockedError):
                    refused()
            assert pull_partition(other.rooms, job, parts[1]).counts["read"] == 5
        with running(hub.rooms, job.sync, "pull"), pytest.raises(LockedError):
            pull_partition(other.rooms, job, parts[0])
        with pytest.raises(LockedError, match="3 parts"):
            finish_partitions(hub.rooms, job)
        assert [part.number for part in plan_partitions(hub.rooms, job, 4)] == [0, 2, 3], "the plan goes on"
        for part in (parts[3], parts[0], parts[2]):
            assert pull_partition(other.rooms, job, part).error is None
        finish_partitions(hub.rooms, job)
        with hub.store.read() as tx:
            assert tx.ledger.cursor(job.sync, "customers") == "start, and on", "it has caught up"
        with pytest.raises(ConfigError, match="done or gone"):
            pull_partition(hub.rooms, job, parts[0])


def test_a_stream_waits_for_the_parts_of_those_before_it(world):
    settle(world)
    small_pages(world)
    with world.open() as hub:
        job = hub.pull_job("salesforce-pull", full=True)
        parts = plan_partitions(hub.rooms, job, 4)
        late = next(part for part in parts if part.stream == "cases")
        with pytest.raises(LockedError, match="individuals"):
            pull_partition(hub.rooms, job, late)


def test_a_record_that_moves_between_parts_while_they_are_read_is_read(world):
    settle(world)
    small_pages(world)
    world.pull("salesforce-pull", "zendesk-pull")
    vendor, member = world.simulator("zendesk"), speaker(world)
    with world.open() as hub:
        job = hub.pull_job("zendesk-pull", full=True)
        parts = plan_partitions(hub.rooms, job, 4)
        users, tickets = ([part for part in parts if part.stream == stream] for stream in ("users", "tickets"))
        assert len(tickets) > 2
        for part in (*users, *tickets[1:]):
            pull_partition(hub.rooms, job, part)
        # Changed now, it is in no part any more: the first one is still to come, the last one is through.
        changed = vendor.add_comment(
            ticket_of(member), 7_000_000_000_000 + member.number, "I am so angry, still broken"
        )
        settle(world)
        pull_partition(hub.rooms, job, tickets[0])
        for part in parts:
            if part.stream == "satisfaction_ratings":
                pull_partition(hub.rooms, job, part)
        report = finish_partitions(hub.rooms, job)
    assert report.error is None and report.counts["stored"] >= 1
    keys = {one.provenance.version for one in records_of(world, member)}
    assert str(vendor.tickets[ticket_of(member)]["generated_timestamp"]) in keys
    assert changed


# ---- single records ----


def quarantine_one(world):
    """A ticket that no mapping understands, read and quarantined."""
    vendor, member = world.simulator("zendesk"), speaker(world)
    good = vendor.tickets[ticket_of(member)]["created_at"]
    vendor.tickets[ticket_of(member)]["created_at"] = "the day before yesterday"
    report = world.pull("salesforce-pull", "zendesk-pull")["zendesk-pull"]
    assert report.counts["quarantined"] == 1
    return vendor, member, good


def quarantined(world):
    with world.open() as hub, hub.store.read() as tx:
        return [one.key for one in tx.quarantine.list(10)]


def test_a_quarantined_record_is_read_again_by_its_key_and_let_go(world):
    settle(world)
    vendor, member, good = quarantine_one(world)
    before = cursors(world, "zendesk-pull")
    still = again(world, "zendesk-pull")
    assert still.counts == Counter(read=1, quarantined=1) and quarantined(world) == [str(ticket_of(member))]
    vendor.tickets[ticket_of(member)]["created_at"] = good
    calls = len(vendor.calls)
    report = again(world, "zendesk-pull")
    assert report.error is None and report.counts["read"] == report.counts["stored"] == 1
    assert quarantined(world) == [] and records_of(world, member) and world.tags_of(member)
    assert len(vendor.calls) - calls == 2, "one call for the ticket, one for its comments"
    assert cursors(world, "zendesk-pull") == before
    assert again(world, "zendesk-pull").counts["read"] == 0
    assert world.pull("zendesk-pull")["zendesk-pull"].counts["stored"] == 0


def test_a_record_that_somebody_wants_read_again_is_asked_for_by_the_next_pull(world):
    settle(world)
    vendor, member, good = quarantine_one(world)
    vendor.tickets[ticket_of(member)]["created_at"] = good
    assert world.pull("zendesk-pull")["zendesk-pull"].counts["stored"] == 0, "unchanged at the vendor, it does not come"
    with world.open() as hub, hub.store.begin() as tx:
        assert tx.quarantine.want([("zendesk", "tickets", str(ticket_of(member)))]) == 1
    assert world.pull("zendesk-pull")["zendesk-pull"].counts["stored"] == 1
    assert quarantined(world) == [] and records_of(world, member)


def test_a_quarantined_record_that_is_gone_by_now_is_let_go(world):
    settle(world)
    vendor, member, _ = quarantine_one(world)
    vendor.delete_ticket(ticket_of(member))
    report = again(world, "zendesk-pull")
    assert report.counts == Counter(read=1, unchanged=1) and report.reasons["unchanged: source.deleted"] == 1
    assert quarantined(world) == []


def test_single_records_of_a_connector_that_has_none_are_refused(world):
    settle(world)
    quarantine_one(world)
    with world.open() as hub:
        known = {"tickets": Stream("tickets", "d")}
        job = PullJob("zendesk-pull", "zendesk", "zendesk", Plain(), ("tickets",), known=known)
        with pytest.raises(ConfigError, match="cannot read single records of tickets"):
            fetch_again(hub.rooms, job)
    assert len(quarantined(world)) == 1


# ---- deleted at the source ----


def test_what_the_vendor_deletes_goes_with_its_tags_and_is_cleared_downstream_and_may_come_back(world):
    settle(world)
    world.pull()
    world.push()
    vendor, member = world.simulator("zendesk"), speaker(world)
    contact = world.simulator("salesforce").tables["Contact"][f"003{member.number:012d}AAA"]
    assert contact["Emotion__c"] and world.tags_of(member)
    kept = dict(vendor.tickets[ticket_of(member)])
    vendor.ratings.pop(360_000 + member.number, None)
    others = {tag.record_id for tag in world.tags_of(member)}
    vendor.delete_ticket(ticket_of(member))
    settle(world)
    report = world.pull("zendesk-pull")["zendesk-pull"]
    assert report.reasons["stored: source.deleted"] == 1
    assert records_of(world, member) == []
    assert not {one.record_id for one in world.tags_of(member)} & others or world.tags_of(member) == []
    world.push("salesforce-push")
    said_elsewhere = bool(world.tags_of(member))
    assert bool(contact["Emotion__c"]) is said_elsewhere
    # Restored with the very version that it had: it is a record again.
    vendor.tickets[ticket_of(member)] = kept
    report = fill(world, "zendesk-pull", only=["tickets"])
    assert report.error is None and report.counts["stored"] == 1
    assert records_of(world, member) and world.tags_of(member)
    world.push("salesforce-push")
    assert contact["Emotion__c"]


def test_a_tombstone_told_twice_is_one(world):
    settle(world)
    world.pull("salesforce-pull", "zendesk-pull")
    vendor, member = world.simulator("zendesk"), speaker(world)
    vendor.delete_ticket(ticket_of(member))
    settle(world)
    world.pull("zendesk-pull")
    with world.open() as hub, hub.store.read() as tx:
        before = tx.records.counts()
    repeated = fill(world, "zendesk-pull", only=["tickets"])
    assert repeated.counts["stored"] == 0 and repeated.reasons["unchanged: source.deleted"] == 1
    with world.open() as hub, hub.store.read() as tx:
        assert tx.records.counts() == before


# ---- what people decided holds, whatever way records come back ----


def test_the_erased_do_not_come_back_by_range_part_or_key(world):
    settle(world)
    small_pages(world)
    _, member, _ = quarantine_one(world)
    world.pull("voucherify-pull")
    with world.open() as hub, hub.store.read() as tx:
        person = world.person(hub, tx, member)
    assert world.erase(person).progress is Progress.COMPLETE
    # The vendors tell of the person once more: restored backups.
    for name in ("zendesk", "voucherify", "salesforce"):
        world.simulator(name).seed()
    settle(world)
    told = Counter()
    for sync, only in (("zendesk-pull", ()), ("salesforce-pull", ()), ("voucherify-pull", ("customers", "members"))):
        filled, cut = fill(world, sync, only=only), parallel(world, sync)
        assert filled.error is None and cut.error is None
        told += filled.reasons + cut.reasons
    fetched = again(world, "zendesk-pull")
    assert fetched.counts["stored"] == 0 and fetched.error is None
    assert told["withheld: suppressed"] > 3
    with world.open() as hub, hub.store.read() as tx:
        assert world.person(hub, tx, member) is None and tx.records.for_person(person) == []


def test_tags_do_not_come_back_after_a_withdrawal(world):
    from hub.cli.consent import _append

    settle(world)
    small_pages(world)
    world.pull()
    member = speaker(world)
    with world.open() as hub:
        with hub.store.read() as tx:
            person = world.person(hub, tx, member)
        _append(hub, person, ConsentState.WITHDRAWN, ConsentScope(purpose="EmotionAnalysis"), explicit=True)
    assert world.tags_of(member) == []
    fill(world, "zendesk-pull")
    parallel(world, "zendesk-pull")
    vendor = world.simulator("zendesk")
    vendor.touch_ticket(ticket_of(member))  # a new version is read anew, not passed over as known
    settle(world)
    assert fill(world, "zendesk-pull", only=["tickets"]).counts["stored"] == 1
    assert world.tags_of(member) == [] and records_of(world, member)


# ---- the command ----


def hub_command(world, *arguments):
    return CliRunner().invoke(app, [*arguments, "-c", str(world.config)])


def test_the_command_line_reads_a_range_and_refuses_what_makes_no_sense(world):
    as_late_as_it_is(world)
    ran = hub_command(world, "pull", "zendesk-pull", "--from", "2026-05-01", "--to", "2026-06-02", "--json")
    assert ran.exit_code == 0 and '"stored"' in ran.output, ran.output
    assert cursors(world, "zendesk-pull") == {}
    for arguments, words in (
        (("--from", "2026-05-01"), "go together"),
        (("--from", "2026-05-01", "--to", "2026-06-01", "--full"), "exclude"),
        (("--parallel", "3"), "--full"),
        (("--from", "may", "--to", "2026-06-01"), "must be a date"),
    ):
        refused = hub_command(world, "pull", "zendesk-pull", *arguments)
        assert refused.exit_code == 2 and words in " ".join(refused.output.split()), refused.output


def test_a_run_of_a_part_counts_like_any_other(world):
    with world.open() as hub:
        job = job_of(Counting(parts=1))
        (part,) = plan_partitions(hub.rooms, job, 1)
        report = pull_partition(hub.rooms, job, part)
        with hub.store.read() as tx:
            counts = tx.ledger.counts(report.run_id)
            names = PullCounts.__slots__
            assert counts == PullCounts(**{name: report.counts[name] for name in names}) and counts.read == 5
            assert tx.leases.held() == []
