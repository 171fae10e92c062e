"""What is shown of a run whose process was killed, before the next run of its sync has ended it."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.pipeline import run as module
from hub.pipeline.holder import this_process
from tests.pipeline.conftest import WallClock

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are told apart by /proc")


def test_a_killed_run_does_not_look_as_if_it_ran(town):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    town.clock = WallClock()
    with town.open() as hub:
        killed = replace(hub.rooms, holder=str(replace(this_process(), pid=ended.pid)))
        module._open(killed, "zendesk-pull", "pull", "zendesk-pull")
        alive = module._open(hub.rooms, "salesforce-push", "push", "salesforce-push")
        assert (statuses(town), running_now(town)) == (["running", "killed"], ["salesforce-push"])
        module._close(hub.rooms, alive)
        with module.running(hub.rooms, "zendesk-pull", "pull"):
            pass
    assert (statuses(town), running_now(town)) == (["succeeded", "succeeded", "failed"], [])


def statuses(town):
    return [row["status"] for row in ask(town, "runs")]


def running_now(town):
    return ask(town, "status")["held leases"]


def ask(town, command):
    told = CliRunner().invoke(app, [command, "--json", "-c", str(town.config)])
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout)
