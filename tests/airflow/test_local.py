"""The launcher: what each process may know, and that nothing of it outlives it."""

import json
import os
import stat
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest
import yaml

from hub.airflow.place import FERNET, JWT, KEYS, KEYS_OF, SESSION, USERS, Place, shared_settings
from hub.airflow.processes import Processes
from hub.errors import LockedError, TransientError

FAMILY = "import subprocess, sys, time; subprocess.Popen(['sleep', '1000']); time.sleep(1000)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(1000)"
)


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path / "home", 8080, tmp_path / "hub.yaml")


@pytest.fixture
def processes(tmp_path):
    return Processes(tmp_path, tmp_path / "logs")


def start_family(processes, name="family"):
    """A process with a child of its own; gives both."""
    processes.start(name, [sys.executable, "-c", FAMILY], os.environ)
    own = psutil.Process()
    (mine,) = until(lambda: [one for one in own.children() if FAMILY in one.cmdline()])  # none before it execs
    return [mine, until(lambda: mine.children())[0]]


def until(found):
    end = time.monotonic() + 60
    while not (value := found()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return value


def run(processes):
    return [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def test_keys_and_passwords_are_random_kept_and_readable_by_their_owner_only(place, tmp_path):
    other = Place(tmp_path / "other", 8080, place.config)
    assert set(place.passwords()) == set(USERS) and place.passwords() == place.passwords() != other.passwords()
    assert place.keys() == place.keys() != other.keys() and len(set(place.keys().values())) == len(KEYS)
    for name in ("keys.json", "passwords.json"):
        assert stat.S_IMODE((place.home / name).stat().st_mode) == 0o600


def test_a_process_has_the_keys_that_it_needs_and_a_worker_none(place):
    has = {component: {name for name in KEYS if name in place.environment(component)} for component in KEYS_OF}
    assert has == {
        "api-server": {JWT, FERNET, SESSION},
        "scheduler": {JWT, FERNET},
        "dag-processor": {FERNET},
        "triggerer": {FERNET},
        "worker": set(),
    }
    worker = place.environment("worker", 2)
    assert not [name for name in worker if name.startswith("AIRFLOW__DATABASE__")]
    # Airflow writes generated keys into a file of its home.
    assert worker["AIRFLOW_HOME"] == str(place.home / "worker-2") and not Path(worker["AIRFLOW_HOME"]).exists()
    assert not {*place.keys().values(), *place.passwords().values()} & {*worker.values()}


def test_nothing_of_another_airflow_is_inherited(place, monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY_CMD", "false")
    monkeypatch.setenv("AIRFLOW_CONN_CRM", "http://user:secret@crm.example")
    monkeypatch.setenv("MY_TOKEN", "kept")
    for component in KEYS_OF:
        environment = place.environment(component)
        assert {"AIRFLOW__CORE__FERNET_KEY_CMD", "AIRFLOW_CONN_CRM"}.isdisjoint(environment)
        assert environment["MY_TOKEN"] == "kept" and environment.items() >= shared_settings().items()


def test_the_shared_settings_are_settings_that_airflow_has():
    """Airflow ignores what it does not know."""
    if (found := find_spec("airflow")) is None:
        pytest.skip("apache-airflow is not installed (extra: airflow)")
    folder = Path(found.origin).parent
    known = yaml.safe_load((folder / "config_templates" / "config.yml").read_text(encoding="utf-8"))
    celery = (folder / "providers" / "celery" / "get_provider_info.py").read_text(encoding="utf-8")
    for name in shared_settings():
        if name.startswith("AIRFLOW__"):
            section, option = name.removeprefix("AIRFLOW__").lower().split("__")
            assert f'"{option}"' in celery if section.startswith("celery") else option in known[section]["options"], (
                name
            )


def test_the_operator_of_the_simulators_world_is_its_officer_at_the_console_too(deployment):
    from hub.airflow.deployment import officers_of
    from hub.airflow.local import appoint
    from hub.config import load_settings

    appoint(deployment, "operator")
    settings = load_settings(deployment).settings
    assert settings.roles["airflow:operator"] == ("privacy_officer",) and officers_of(settings) == ["operator"]


def test_stopping_stops_what_was_started_and_its_children(processes):
    with processes:
        family = start_family(processes)
        assert run(family) == family
    assert run(family) == []


def test_who_does_not_end_by_itself_is_killed(processes, monkeypatch):
    monkeypatch.setattr("hub.airflow.processes.PATIENCE", 0.2)
    with processes:
        processes.start("stubborn", [sys.executable, "-c", STUBBORN], os.environ)
        until(lambda: processes.log_of("stubborn").read_text() == "ready\n")
        mine = [one for one in psutil.Process().children() if STUBBORN in one.cmdline()]
    assert mine and run(mine) == []


def test_a_killed_process_takes_its_children_with_it(processes):
    with processes:
        family = start_family(processes)
        assert [processes.owner_of(one.pid) for one in family] == ["family", "family"]
        assert processes.owner_of(os.getpid()) is None and processes.processor_seconds()["family"] >= 0
        processes.kill("family")
        assert run(family) == []


def test_a_process_that_ends_by_itself_is_told_with_its_log(processes):
    with processes:
        processes.start("short", [sys.executable, "-c", "raise SystemExit(3)"], os.environ)
        until(lambda: psutil.Process().children() == [] or _ended(processes))
        with pytest.raises(TransientError, match=r"short ended by itself \(code 3\).*short.log"):
            processes.require_all()


def _ended(processes):
    try:
        processes.require_all()
    except TransientError:
        return True
    return False


LAUNCHER = """
import os, sys, time
from pathlib import Path
from hub.airflow.processes import Processes
folder = Path(sys.argv[1])
with Processes(folder, folder / "logs") as processes:
    processes.start("left", ["sleep", "1000"], os.environ)
    print("started", flush=True)
    time.sleep(1000)
"""


def test_one_launcher_at_a_time_and_what_a_killed_one_left_is_ended(processes, tmp_path):
    command = [sys.executable, "-c", LAUNCHER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as launcher:
        assert launcher.stdout.readline() == "started\n"
        (left,) = psutil.Process(launcher.pid).children()
        with pytest.raises(LockedError, match=str(launcher.pid)), processes:
            pass
        assert run([left])
        launcher.kill()
    assert run([left])
    with processes:
        assert run([left]) == []


def test_a_number_that_was_given_out_again_is_left_alone(processes, tmp_path):
    with subprocess.Popen(["sleep", "1000"]) as stranger:
        (tmp_path / "processes.json").write_text(json.dumps([[stranger.pid, 1.0], [stranger.pid, 1.0]]))
        with processes:
            assert run([psutil.Process(stranger.pid)])
        stranger.kill()
