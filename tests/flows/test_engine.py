"""The engine: what it plans, what its shards hold, and what it finds when it settles."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from hub.contract import Batch, Partition, PartitionPlan, Stream
from hub.errors import ConfigError, FatalError, NotYetError, TransientError
from hub.pipeline import approval, engine
from hub.pipeline.order import Order
from hub.pipeline.pull import PullJob
from hub.pipeline.push import ask_after_jobs
from hub.pipeline.shard import MOST_SHARDS, Shard
from hub.pipeline.sweep import SweepJob
from hub.store import tables

SYNC = "voucherify-pull"
STREAMS = ("customers", "members", "activities")


class Empty:
    """A source that can be cut into as many parts as anybody likes, and holds nothing."""

    def read(self, stream, cursor):
        return iter((Batch((), cursor),))

    def partitions(self, stream, at_most):
        return PartitionPlan(tuple(Partition(f"p{n}", {}) for n in range(at_most)), "start")

    def read_partition(self, stream, partition, cursor=None):
        return iter(())

    def read_range(self, stream, start, end, cursor=None):
        return iter(())


def job_of(full=True):
    known = {name: Stream(name, "d", range="changed", partitions=True) for name in STREAMS}
    return PullJob(SYNC, "voucherify", "voucherify", Empty(), STREAMS, full=full, known=known)


def test_a_plan_is_short_and_its_shards_survive_json(world):
    order = Order(SYNC, full=True, parallel=16)
    with world.open() as hub:
        shards = engine.plan(hub.rooms, job_of(), order)
    assert 40 < len(shards) <= MOST_SHARDS
    told = json.dumps([shard.dump() for shard in shards])
    assert len(told) / len(shards) < 500 and [Shard.load(one) for one in json.loads(told)] == shards
    streams = [shard.part.stream for shard in shards]
    assert streams == sorted(streams, key=STREAMS.index), "consent and people first"


@pytest.mark.parametrize(
    "order", [Order(SYNC), Order(SYNC, full=True), Order(SYNC, start="2026-01-01", end="2026-01-02")]
)
def test_what_is_not_cut_is_one_shard_and_opens_no_run(world, order):
    with world.open() as hub:
        (shard,) = engine.plan(hub.rooms, job_of(order.full), order)
        with hub.store.read() as tx:
            assert shard.part is None and tx.ledger.runs(10) == []


def test_a_shard_waits_for_the_streams_before_its_own(world):
    with world.open() as hub:
        shards = engine.plan(hub.rooms, job_of(), Order(SYNC, full=True, parallel=2))
        with pytest.raises(NotYetError, match="customers"):
            engine.run(hub.rooms, job_of(), shards[-1])


def test_settling_tells_what_failed_and_goes_on_behind_no_part_that_is_left(world):
    order = Order(SYNC, full=True, parallel=2)
    with world.open() as hub:
        shards = engine.plan(hub.rooms, job_of(), order)
        reports = [engine.run(hub.rooms, job_of(), shard) for shard in shards[:-1]]
        report = engine.settle(hub.rooms, job_of(), order, shards, reports)
        assert isinstance(report.error, TransientError) and f"1 of {len(shards)}" in str(report.error)
        with hub.store.read() as tx:
            assert tx.ledger.cursor(SYNC, "customers") is None
        again = engine.plan(hub.rooms, job_of(), order)
        assert [shard.part for shard in again] == [shards[-1].part], "the next plan holds what is left"
        rest = [engine.run(hub.rooms, job_of(), shard) for shard in again]
        assert engine.settle(hub.rooms, job_of(), order, again, rest).error is None
        with hub.store.read() as tx:
            assert tx.ledger.cursor(SYNC, "customers") == "start"


def test_settling_finds_a_ledger_that_does_not_add_up(world):
    with world.open() as hub:
        job, order = hub.pull_job(SYNC), Order(SYNC)
        shards = engine.plan(hub.rooms, job, order)
        reports = [engine.run(hub.rooms, job, shard) for shard in shards]
        assert reports[0].counts["read"] > 0
        world.sql(lambda conn: conn.execute(sa.update(tables.batches).values(stored=tables.batches.c.stored + 1)))
        with pytest.raises(FatalError, match="does not add up"):
            engine.settle(hub.rooms, job, order, shards, reports)


@pytest.mark.parametrize("order", [
    Order(SYNC, start="2026-01-01"), Order(SYNC, end="2026-01-01"), Order(SYNC, start="once", end="2026-01-01"),
    Order(SYNC, full=True, start="2026-01-01", end="2026-01-02"),
    Order(SYNC, start="0001-01-01T00:00:00+14:00", end="2026-01-01"),
    Order(SYNC, start="2026-01-01", end="9999-12-31T23:59:59-12:00"),
])  # fmt: skip
def test_an_order_that_makes_no_sense_is_refused(order):
    with pytest.raises(ConfigError, match=SYNC):
        _ = order.span


def test_a_job_that_a_vendor_had_accepted_is_asked_after(world):
    world.pull()
    world.push()
    with world.open() as hub:
        job = hub.push_job("zendesk-push")
        assert ask_after_jobs(hub.rooms, job) == 0
        waiting = {"state": "accepted", "open": True}
        mine = (tables.deliveries.c.sync == job.sync) & (tables.deliveries.c.state == "confirmed")
        changed = world.sql(
            lambda conn: conn.execute(sa.update(tables.deliveries).where(mine).values(waiting)).rowcount
        )
        with hub.store.read() as tx:
            assert tx.outbox.accepted(job.sync) == changed > 0
        assert ask_after_jobs(hub.rooms, job) == 0, "the vendor has done it"


def test_more_than_the_caps_allow_is_asked_about_before_the_next_try(world):
    world.pull()
    world.push("salesforce-push")
    caps = {"min_rows": 1, "changed_share": 0.0, "cleared_share": 0.0}
    world.edit(lambda settings: settings["syncs"]["salesforce-push"].update(caps=caps))
    with world.open() as hub:
        assert approval.ask_for_push(hub.rooms, hub.push_job("salesforce-push")) is None
    world.clock.advance(timedelta(days=400).total_seconds())
    world.sweep()
    refused = world.push("salesforce-push")["salesforce-push"]
    assert "the cap is" in str(refused.error)
    with world.open() as hub:
        request = approval.ask_for_push(hub.rooms, hub.push_job("salesforce-push"))
        assert request is not None and request.rows > 0 and "cap" in request.what
        order = Order("salesforce-push", approved=request.rows)
        assert engine.execute(hub.rooms, hub.job(order), order).error is None


def test_a_sweep_beyond_its_cap_is_asked_about(world):
    world.pull("salesforce-pull")
    with world.open() as hub:
        assert approval.ask_for_sweep(hub.rooms, SweepJob(cap=0)) is None
    world.clock.advance(timedelta(days=4000).total_seconds())
    with world.open() as hub:
        request = approval.ask_for_sweep(hub.rooms, SweepJob(cap=3))
        assert request is not None and request.rows > 3
        assert approval.ask_for_sweep(hub.rooms, SweepJob(cap=request.rows)) is None
        assert approval.ask_for_sweep(hub.rooms, SweepJob(cap=None)) is None
