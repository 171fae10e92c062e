"""A real Airflow for tests: its own database, scheduler, API server and workers, gone behind them.

``make airflow-e2e`` and ``make scale-e2e`` run these; ``make test`` leaves them out. ATTUNE_REQUIRE_REDIS=1 makes it an error
that there is no redis-server program.
"""

import importlib.util
import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from hub.cli import app

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    for item in items:
        if not item.path.is_relative_to(HERE):
            continue
        item.add_marker(pytest.mark.cluster)
        if importlib.util.find_spec("airflow") is None:
            item.add_marker(pytest.mark.skip(reason="apache-airflow is not installed (extra: airflow)"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def airflow(home, config, **options):
    """A running Airflow for a deployment."""
    from hub.airflow.cluster import Cluster
    from hub.airflow.place import Place
    from hub.airflow.processes import Processes

    place = Place(home, free_port(), config, **options)
    with Processes(home, home / "logs" / "processes") as processes:
        cluster = Cluster(place, processes)
        cluster.start()
        yield cluster


def without_schedules(config):
    """Only what a test starts is run; gives the deployment back."""
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    for sync in settings["syncs"].values():
        sync.pop("schedule", None)
    settings.setdefault("sweep", {})["schedule"] = None
    config.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    return config


def embedded(config, *commands):
    """The same through the command line."""
    for words in commands:
        ran = CliRunner().invoke(app, [*words, "-c", str(config)])
        assert ran.exit_code == 0, ran.output


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory):
    """A Redis of one's own: other people's queues are none of these tests' business."""
    program = shutil.which("redis-server")
    if program is None:
        missing = "there is no redis-server program; on Debian: apt-get install redis-server"
        pytest.fail(missing) if os.environ.get("ATTUNE_REQUIRE_REDIS") == "1" else pytest.skip(missing)
    port, folder = free_port(), tmp_path_factory.mktemp("redis")
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            wait_until(lambda: answers(port))
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()


def answers(port):
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def wait_until(found, seconds=120, pause=0.05):
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, found
        time.sleep(pause)
    return value
