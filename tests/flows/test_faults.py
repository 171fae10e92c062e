"""Vendors that fail: nothing lost, nothing doubled, the right exit code."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from hub.app import Hub
from hub.cli import app
from hub.config import load_settings
from hub.errors import AuthError, LockedError, TransientError
from hub.pipeline.erase import erase
from hub.pipeline.pull import pull
from hub.pipeline.run import running
from hub.privacy.erasure import Progress
from hub.testing import Fault, Reply
from tests.flows.conftest import tagged

pytestmark = pytest.mark.slow


def hub_command(world, *arguments):
    return [sys.executable, "-m", "hub", *arguments, "-c", str(world.config)]


def test_a_vendor_that_answers_500_ends_the_pull_and_the_next_one_completes_it(world):
    world.simulator("zendesk").faults.add(Fault("GET /api/v2/*tickets*", reply=Reply(500, {"error": "oops"}), times=-1))
    report = world.pull("zendesk-pull")["zendesk-pull"]
    assert isinstance(report.error, TransientError) and report.error.exit_code == 3
    world.simulator("zendesk").faults.faults.clear()
    again = world.pull("zendesk-pull")["zendesk-pull"]
    assert again.error is None and again.counts["stored"] > 0


def test_a_wrong_password_is_told_and_nothing_is_sent_twice(world):
    secret = world.folder / "var" / "secrets" / "zendesk.api_token"
    secret.write_text("wrong\n")
    report = world.pull("zendesk-pull")["zendesk-pull"]
    assert isinstance(report.error, AuthError) and report.error.exit_code == 2
    assert "wrong" not in str(report.error)
    assert len(world.simulator("zendesk").calls) < 10


def test_a_reset_after_the_vendor_committed_is_read_back_not_sent_again(world):
    world.pull()
    salesforce = world.simulator("salesforce")
    salesforce.faults.add(Fault("PATCH */composite/sobjects*", kind="commit_then_reset", times=1))
    first = world.push("salesforce-push")["salesforce-push"]
    assert sum(first.counts.values()) > 0
    patches = [c for c in salesforce.calls if c.method == "PATCH"]
    second = world.push("salesforce-push")["salesforce-push"]
    assert second.counts["failed"] == second.counts["unknown"] == 0
    bodies = [c.body for c in salesforce.calls if c.method == "PATCH"]
    assert len(bodies) == len(set(bodies)), "the same rows were sent twice"
    assert len(patches) >= 1


def test_the_second_runner_is_told_to_wait(world):
    with Hub(load_settings(world.config)) as hub, running(hub.rooms, "voucherify-pull", "pull"):
        with pytest.raises(LockedError) as refused:
            pull(hub.rooms, hub.pull_job("voucherify-pull"))
        ran = subprocess.run(hub_command(world, "pull", "voucherify-pull"), capture_output=True, text=True)
    assert refused.value.exit_code == ran.returncode == 75
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("after", [1, 4, 8])
def test_killed_in_the_middle_it_resumes_to_the_same_end(make_world, after):
    whole, broken = make_world(name="whole"), make_world(name="broken")
    # The same keys, so that references can be compared.
    for name in ("root.key", "audit.key"):
        (broken.folder / "var" / name).write_bytes((whole.folder / "var" / name).read_bytes())
    simulator = broken.simulator("zendesk")
    simulator.faults.add(Fault("GET *", kind="slow", seconds=30, after=after, times=1))
    process = subprocess.Popen(hub_command(broken, "pull", "zendesk-pull"), stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while simulator.faults.faults[0].times and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    simulator.faults.faults.clear()
    assert broken.pull("zendesk-pull")["zendesk-pull"].error is None
    whole.pull("zendesk-pull")
    assert ledger(broken) == ledger(whole)


def ledger(world):
    with world.open() as hub, hub.store.read() as tx:
        outcomes = {(o.stream, o.ref, o.version, str(o.state), o.reason) for o in tx.ledger.outcomes(limit=10_000)}
        return outcomes, tx.records.counts(), tx.persons.count(), *tagged(tx)


def test_a_plugin_that_breaks_in_its_own_check_or_erasure_is_named_and_not_quoted(world_in, monkeypatch):
    def broken(*_):
        raise KeyError("maria@example.com")

    monkeypatch.setattr("hub_x.source.XSource.check", broken)
    monkeypatch.setattr("hub_zendesk.eraser.ZendeskEraser.erase", broken)
    world = world_in("sqlite")
    ran = CliRunner().invoke(app, ["check", "--json", "-c", str(world.config)])
    rows = {row["what"]: row for row in json.loads(ran.stdout)}
    assert (ran.exit_code == 3 and ran.exception is None) or isinstance(ran.exception, SystemExit)
    assert rows["connection x"]["result"] == "FAILED" and "KeyError in the plugin" in rows["connection x"]["detail"]
    assert rows["connection voucherify"]["detail"] == "logged in"
    assert "maria@" not in ran.output

    world.pull("zendesk-pull")
    member = next(m for m in world.members if m.consent == "all" and m.said_in("zendesk"))
    with world.open() as hub:
        with hub.store.read() as tx:
            person = world.person(hub, tx, member)
        assert erase(hub.rooms, hub.erase_job(person)).progress is not Progress.COMPLETE
