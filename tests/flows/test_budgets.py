"""Two pulls of one connection at once, each a process of its own: the vendor never sees a call too many."""

import json
import subprocess
import sys

import pytest
import yaml

from hub import plugins
from hub.app import open_hub
from hub.cli.sandbox import write_deployment
from hub.errors import ThrottledError
from hub.pipeline.pull import pull
from hub.store.migration import migrate
from hub.testing import Quota, Sandbox

CALLS, PER = 5, 1.0


@pytest.fixture
def vendor(tmp_path):
    """A running Voucherify that enforces a limit, and a deployment with two pulls of it."""
    connector = plugins.load().offered.connectors["voucherify"]
    with Sandbox([connector], size=30) as sandbox:
        config = write_deployment(tmp_path, sandbox)
        settings = yaml.safe_load(config.read_text())
        settings["connections"] = {"voucherify": settings["connections"]["voucherify"]}
        settings["syncs"] = {
            "one": {"kind": "pull", "connection": "voucherify", "streams": ["members"]},
            "two": {"kind": "pull", "connection": "voucherify", "streams": ["customers", "activities"]},
        }
        config.write_text(yaml.safe_dump(settings))
        migrate(f"sqlite:///{tmp_path}/var/hub.db")
        simulator = sandbox.simulators["voucherify"]
        simulator.quotas.append(Quota("*", CALLS, PER))
        yield simulator, config


def limit(config, **numbers):
    settings = yaml.safe_load(config.read_text())
    settings["connections"]["voucherify"]["limits"] = {"project": numbers}
    config.write_text(yaml.safe_dump(settings))


def run_both(config):
    command = [sys.executable, "-m", "hub", "pull", "-c", str(config)]
    running = [subprocess.Popen([*command, sync], stdout=-1, stderr=-1) for sync in ("one", "two")]
    told = [one.communicate(timeout=120)[1] for one in running]
    return [(one.returncode, words) for one, words in zip(running, told, strict=True)]


@pytest.mark.slow
def test_two_pulls_at_once_stay_within_the_limit(vendor):
    simulator, config = vendor
    limit(config, calls=CALLS, per=PER)
    assert run_both(config) == [(0, b""), (0, b"")]
    assert simulator.violations == 0
    assert len(simulator.calls) > 3 * CALLS, "the limit was in the way"
    with open_hub(config) as hub, hub.store.read() as tx:
        (shown,) = tx.budgets.current()
    assert (shown.connection, shown.name, shown.limit) == ("voucherify", "project", CALLS)


@pytest.mark.slow
def test_with_a_limit_that_is_too_high_they_exceed_it(vendor):
    simulator, config = vendor
    limit(config, calls=1000, per=PER)
    run_both(config)
    assert simulator.violations > 0


def test_a_wait_that_is_too_long_ends_the_run_and_names_the_time(vendor):
    simulator, config = vendor
    simulator.quotas.clear()
    limit(config, calls=2, per=3600)
    with open_hub(config) as hub:
        report = pull(hub.rooms, hub.pull_job("one"))
    assert isinstance(report.error, ThrottledError) and report.error.exit_code == 3
    assert 3500 < report.error.retry_after < 3700
    assert "'project' of 2 calls per 3600 s" in str(report.error)
    assert len(simulator.calls) == 2


def test_status_shows_the_limits(vendor, capsys):
    from hub.cli.status import status

    simulator, config = vendor
    limit(config, calls=CALLS, per=60)
    with open_hub(config) as hub:
        hub.connect("voucherify").check()
    capsys.readouterr()
    status(config, as_json=True)
    (row,) = json.loads(capsys.readouterr().out)["budgets"]
    wanted = {
        "connection": "voucherify",
        "limit": "project",
        "calls": CALLS,
        "per": 60,
        "waiting": 0,
        "blocked until": None,
    }
    assert row == wanted | {"used": len(simulator.calls)}
    status(config)
    assert f"{len(simulator.calls)}/{CALLS} per 60 s" in capsys.readouterr().out
