"""A task that is killed in the middle loses nothing and doubles nothing, and the next one goes on at once."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from hub.app import open_hub
from hub.cli import app
from hub.store import tables
from hub.testing.faults import Fault
from tests.airflow import golden

pytestmark = pytest.mark.slow

SYNCS = ("zendesk-pull", "zendesk-push")
# In the middle of reading tickets; and when the vendor has done what was asked, and has not answered yet.
STALLS = {
    "zendesk-pull": Fault("GET *comments*", kind="slow", seconds=120, after=3, times=-1),
    "zendesk-push": Fault("PUT *", kind="commit_then_slow", seconds=120, times=-1),
}


@pytest.fixture
def pair(tmp_path):
    with golden.worlds(tmp_path, ["killed", "whole"], people=6) as made:
        yield made["killed"], made["whole"]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "told to end"])
def test_what_a_killed_task_leaves_is_gone_on_with(pair, airflow_db, parse, how):
    killed, whole = pair
    dags = parse(killed.config).dags
    for sync in SYNCS:
        break_off(killed, sync, how)
        assert str(dags[f"hub_sync__{sync}"].test().state) == "success"
        ran = CliRunner().invoke(app, [sync.rpartition("-")[2], sync, "-c", str(whole.config)])
        assert ran.exit_code == 0, ran.output
    assert golden.content(killed.url)["held"] == golden.content(whole.url)["held"] != []
    assert confirmed(killed) == confirmed(whole) != []
    ends = golden.content(whole.url)["ends"]
    assert golden.content(killed.url)["ends"] == ends and {"confirmed"} < {row[3] for row in ends}
    with open_hub(killed.config) as hub, hub.store.read() as tx:
        assert tx.balance.of_latest() == []


def break_off(world, sync, how):
    faults = world.sandbox.simulators["zendesk"].faults
    stall = STALLS[sync]
    fault = Fault(stall.match, kind=stall.kind, seconds=stall.seconds, after=stall.after, times=stall.times)
    faults.add(fault)
    script = Path(__file__).parent / "doing.py"
    with subprocess.Popen([sys.executable, "-W", "ignore", script, str(world.config), sync]) as process:
        wait_for(lambda: fault.after == 0 and is_in_the_middle(world, sync), process)
        process.send_signal(how)
        assert process.wait() != 0
    faults.clear()
    # Whoever is told to end leaves nothing open behind; whoever is killed cannot help it.
    is_held = world.rows(sa.select(tables.leases.c.name).where(tables.leases.c.holder.is_not(None)))
    assert bool(is_held) == (how is signal.SIGKILL)
    states = [status for (status,) in world.rows(sa.select(tables.runs.c.status).order_by(tables.runs.c.seq))]
    assert states[-1] == ("running" if how is signal.SIGKILL else "failed")


def is_in_the_middle(world, sync):
    if sync == "zendesk-pull":
        return world.rows(sa.select(tables.records.c.id).limit(1)) != []
    return world.rows(sa.select(tables.deliveries.c.id).where(tables.deliveries.c.state == "sending")) != []


def wait_for(is_so, process, patience=120):
    deadline = time.monotonic() + patience
    while not is_so():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.1)


def confirmed(world):
    """What the vendor holds by the ledger: each row once, however often it was tried."""
    rows = [row for row in golden.content(world.url)["deliveries"] if row[3] == "confirmed"]
    named = [(row[1], row[2], row[5]) for row in rows]
    assert len(named) == len(set(named)), "a row was sent twice"
    return sorted(named)
