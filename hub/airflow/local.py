"""``python -m hub.airflow.local``: a whole Airflow with the hub's DAGs on this machine, until Ctrl-C.

It starts Airflow's processes itself, because ``airflow standalone`` leaves them behind when it is told to end.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
import yaml

from hub.airflow.cluster import Cluster
from hub.airflow.dag_ids import dags_of
from hub.airflow.deployment import ROLE, USER
from hub.airflow.place import Place
from hub.airflow.processes import Processes
from hub.airflow.rest import Rest
from hub.config import load_settings
from hub.errors import HubError
from hub.store.migration import migrate
from hub.testing.sandbox import PEOPLE

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def local(
    config: Annotated[Path, typer.Option("--config", "-c", help="The deployment.")] = Path("hub.yaml"),
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Everything new, against simulators; each DAG runs once at the start.")
    ] = False,
    people: Annotated[
        int, typer.Option(min=1, max=100_000, help="With --sandbox: how many invented customers.")
    ] = PEOPLE,
    home: Annotated[Path, typer.Option(help="Folder of Airflow's database, logs and keys.")] = Path("var/airflow"),
    port: Annotated[int, typer.Option(help="Where the web page listens, on loopback.")] = 8080,
    database: Annotated[
        str | None, typer.Option(help="Airflow's own database; SQLite in the home folder if absent.")
    ] = None,
    broker: Annotated[str | None, typer.Option(help="Redis URL: tasks run in Celery workers then.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Celery workers; without a broker, tasks at once.")] = 4,
) -> None:
    """Run a whole Airflow with the hub's DAGs on this machine, until Ctrl-C.

    Example: python -m hub.airflow.local --sandbox
    """
    home = home.resolve()
    for name in _SIGNALS:
        signal.signal(name, _leave)  # also where a shell started this in the background and had it ignore Ctrl-C
    try:
        with Processes(home, home / "logs" / "processes") as processes:
            deployed = _simulate(home, people, processes) if sandbox else _checked(config)
            place = Place(home, port, deployed, database, broker, workers)
            typer.echo("starting Airflow ...")
            cluster = Cluster(place, processes)
            cluster.start()
            _tell(place)
            if sandbox:
                _run_all(cluster.rest, deployed)
            else:
                typer.echo("DAGs begin paused: switch on those that you want.\n")
            _watch(processes)
    except HubError as error:
        typer.echo(f"airflow: {error}", err=True)
        sys.exit(error.exit_code)


def _leave(*_: object) -> None:
    # The first signal ends everything; the next ones find it ending, and must not break that off.
    for name in _SIGNALS:
        signal.signal(name, signal.SIG_IGN)
    typer.echo("\nstopping Airflow ...")
    sys.exit(0)


def _checked(config: Path) -> Path:
    load_settings(config)
    return config.resolve()


def _simulate(home: Path, people: int, processes: Processes) -> Path:
    """Simulators forget when they stop; so what was in the hub and in Airflow of the last time is removed."""
    folder = home / "sandbox"
    for path in (*home.glob("airflow.*"), *home.glob("logs/dag_id=*"), home / "revisions", folder):
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    config = folder / "hub.yaml"
    command = [sys.executable, "-m", "hub", "sandbox", "--folder", str(folder), "--people", str(people)]
    processes.start("simulators", command, os.environ)
    while not (config.exists() and config.stat().st_size):
        processes.require_all()
        time.sleep(0.2)
    appoint(config, "operator")
    migrate(load_settings(config).store_url())
    return config


def appoint(config: Path, user: str) -> None:
    """This makes a user of Airflow the privacy officer, at the console too, of a deployment that nobody else writes to."""
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    settings["roles"] = {**(settings.get("roles") or {}), f"{USER}{user}": [ROLE]}
    config.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")


def _tell(place: Place) -> None:
    typer.echo(f"\nAirflow: {place.url}")
    for user, password in place.passwords().items():
        typer.echo(f"  {user:<12}{password}")
    typer.echo(f"deployment: {place.config}\nlogs: {place.logs}\nCtrl-C stops everything.\n")


def _run_all(rest: Rest, config: Path) -> None:
    """Every DAG is switched on and run once: pulls before pushes, in the order of hub.yaml, as ``hub run`` does."""
    syncs = load_settings(config).settings.syncs
    names = sorted(syncs, key=lambda name: syncs[name].kind != "pull")
    dag_ids = dags_of(names)
    rest.wait_for_dags(set(dag_ids), seconds=120)
    typer.echo("switching the DAGs on, and running each of them once:")
    for dag_id in dag_ids:
        rest.unpause(dag_id)
        state = rest.wait(dag_id, rest.run_due(dag_id, seconds=120), seconds=600)
        typer.echo(f"  {dag_id}: {state}")


def _watch(processes: Processes) -> None:
    while True:
        processes.require_all()
        time.sleep(1)


if __name__ == "__main__":
    typer.run(local)
