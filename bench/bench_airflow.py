"""What Airflow costs and gives: 1, 2 and 4 workers, its overhead against the embedded runner, and its growth with shards.

``python bench/bench_airflow.py`` starts simulators and a real Airflow (SQLite, LocalExecutor) on this machine. Processor
time is what the operating system has charged to Airflow's processes and their tasks; it is steadier than the clock where
others work too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml

from hub.airflow.cluster import Cluster
from hub.airflow.dag_ids import dag_of
from hub.airflow.place import Place
from hub.airflow.processes import Processes
from hub.config import load_settings
from hub.store import tables
from hub.store.engine import make_engine
from hub.store.migration import migrate

WAIT = 1800.0
PULLS = ("salesforce-pull", "zendesk-pull", "voucherify-pull", "x-pull")
SHARDS_DAG = """
from datetime import datetime
from airflow.sdk import dag, task
@dag(dag_id="shards", schedule=None, start_date=datetime(2026, 1, 1), params={"shards": 1}, is_paused_upon_creation=False)
def shards():
    @task
    def plan(params=None):
        return list(range(params["shards"]))
    @task
    def run(shard):
        return shard
    @task
    def settle(done):
        return len(done[:])
    settle(run.expand(shard=plan()))
shards()
"""


def main() -> int:
    """This measures, prints one table for each question, and writes all figures to a file."""
    wanted = _arguments()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # nobody deploys so, and it doubles what a process costs to start
    report: dict[str, Any] = _machine()
    for question in wanted.only or QUESTIONS:
        report[question] = QUESTIONS[question](wanted)
        _print(question, report[question], as_json=wanted.json)
    (wanted.folder / "airflow.json").write_text(json.dumps(report, indent=1) + "\n")
    if wanted.json:
        print(json.dumps(report))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=500, help="invented customers at each of the four simulators")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--shards", type=int, nargs="+", default=[1, 10, 50])
    parser.add_argument("--times", type=int, default=10, help="how many runs with nothing to do")
    parser.add_argument("--only", nargs="+", choices=sorted(QUESTIONS))
    parser.add_argument("--folder", type=Path, default=Path("var/bench"), help="where the figures go")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON and nothing else")
    return parser.parse_args()


def _machine() -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }


# ---- 1, 2, 4 workers, and the embedded runner ------------------------------------------------------------------------------


def measure_workers(wanted: argparse.Namespace) -> list[dict[str, Any]]:
    """The four pulls of the reference deployment: embedded one after the other, then started at once, for so many workers."""
    rows = [_embedded(wanted.people)]
    for workers in wanted.workers:
        with _deployed(wanted.people) as config, _airflow(config, workers=workers) as cluster:
            dag_ids = [dag_of(name) for name in PULLS]
            _wait_for(cluster, dag_ids)
            before, began = sum(cluster.processes.processor_seconds().values()), time.perf_counter()
            runs = {dag_id: cluster.rest.trigger(dag_id) for dag_id in dag_ids}
            states = {cluster.rest.wait(dag_id, run, WAIT) for dag_id, run in runs.items()}
            took = time.perf_counter() - began
            used = sum(cluster.processes.processor_seconds().values()) - before
            rows.append(_row(f"Airflow, {workers} workers", config, took, used, states == {"success"}))
    return rows


def _embedded(people: int) -> dict[str, Any]:
    with _deployed(people) as config:
        before, began = os.times(), time.perf_counter()
        done = [_hub("pull", name, "-c", str(config)) for name in PULLS]
        took, after = time.perf_counter() - began, os.times()
        used = after.children_user + after.children_system - before.children_user - before.children_system
        return _row("embedded, one after the other", config, took, used, set(done) == {0})


def _hub(*words: str) -> int:
    return subprocess.run([sys.executable, "-m", "hub", *words], capture_output=True, check=False).returncode


def _row(what: str, config: Path, took: float, used: float, well: bool) -> dict[str, Any]:
    read = _read(config)
    return {
        "what": what,
        "records": read,
        "seconds": round(took, 1),
        "records a second": round(read / took, 1),
        "processor seconds": round(used, 1),
        "ms of processor a record": round(1000 * used / max(read, 1), 2),
        "well": well,
    }


def _read(config: Path) -> int:
    engine = make_engine(load_settings(config).store_url())
    with engine.connect() as conn:
        found = conn.execute(sa.select(sa.func.sum(tables.batches.c.read))).scalar_one()
    engine.dispose()
    return int(found or 0)


# ---- what a run costs when there is nothing to do --------------------------------------------------------------------------


def measure_overhead(wanted: argparse.Namespace) -> list[dict[str, Any]]:
    """A pull with nothing new, some times: what is left is what a run itself costs, embedded and under Airflow."""
    name, times = "x-pull", wanted.times
    with _deployed(8) as config:
        _hub("pull", name, "-c", str(config))
        before, began = os.times(), time.perf_counter()
        for _ in range(times):
            _hub("pull", name, "-c", str(config))
        took, after = time.perf_counter() - began, os.times()
        used = after.children_user + after.children_system - before.children_user - before.children_system
        rows = [_cost("embedded", took, used, times)]
        with _airflow(config, workers=1) as cluster:
            dag_id = dag_of(name)
            _wait_for(cluster, [dag_id])
            cluster.rest.wait(dag_id, cluster.rest.trigger(dag_id), WAIT)
            before_used, began = sum(cluster.processes.processor_seconds().values()), time.perf_counter()
            for _ in range(times):
                cluster.rest.wait(dag_id, cluster.rest.trigger(dag_id), WAIT)
            took = time.perf_counter() - began
            used = sum(cluster.processes.processor_seconds().values()) - before_used
            rows.append(_cost("Airflow", took, used, times))
            before_used, began = sum(cluster.processes.processor_seconds().values()), time.perf_counter()
            time.sleep(20)
            used = sum(cluster.processes.processor_seconds().values()) - before_used
            rows.append(_cost("Airflow doing nothing, a second", time.perf_counter() - began, used, 20))
    return rows


def _cost(what: str, took: float, used: float, times: int) -> dict[str, Any]:
    return {"what": what, "seconds a run": round(took / times, 2), "processor seconds a run": round(used / times, 2)}


# ---- growth ---------------------------------------------------------------------------------------------------------------


def measure_shards(wanted: argparse.Namespace) -> list[dict[str, Any]]:
    """plan, so many mapped tasks that do nothing, settle: what Airflow itself takes for a shard. (Syncs: bench_dags.py.)"""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "shards.py").write_text(SHARDS_DAG, encoding="utf-8")
        (Path(folder) / "hub.yaml").write_text("version: 1\n", encoding="utf-8")  # no sync is run
        bundle = {
            "name": "shards",
            "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
            "kwargs": {"path": folder},
        }
        settings = {"AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([bundle])}
        with _airflow(Path(folder) / "hub.yaml", workers=2, settings=settings) as cluster:
            _wait_for(cluster, ["shards"])
            cluster.rest.wait("shards", cluster.rest.trigger("shards"), WAIT)
            for count in wanted.shards:
                before, began = sum(cluster.processes.processor_seconds().values()), time.perf_counter()
                run = cluster.rest.trigger("shards", {"shards": count})
                state = cluster.rest.wait("shards", run, WAIT)
                took = time.perf_counter() - began
                used = sum(cluster.processes.processor_seconds().values()) - before
                rows.append(
                    {
                        "shards": count,
                        "seconds": round(took, 1),
                        "processor seconds": round(used, 1),
                        "processor seconds a task": round(used / (count + 2), 2),
                        "well": state == "success",
                    }
                )
    return rows


# ---- the ground -----------------------------------------------------------------------------------------------------------


@contextmanager
def _deployed(people: int) -> Iterator[Path]:
    """A deployment against simulators of its own, in a process of their own, with an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with Processes(home / "simulators", home / "simulators") as processes:
            command = [sys.executable, "-m", "hub", "sandbox", "--folder", str(home), "--people", str(people)]
            processes.start("simulators", command, os.environ)
            config = home / "hub.yaml"
            while not (config.exists() and config.stat().st_size):
                processes.require_all()
                time.sleep(0.1)
            settings = yaml.safe_load(config.read_text(encoding="utf-8"))
            for sync in settings["syncs"].values():
                sync.pop("schedule", None)
            config.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
            migrate(load_settings(config).store_url())
            yield config


@contextmanager
def _airflow(config: Path, *, workers: int, settings: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        place = Place(Path(folder), port, config, workers=workers, settings=settings or {})
        with Processes(place.home, place.logs / "processes") as processes:
            cluster = Cluster(place, processes)
            cluster.start()
            yield cluster


def _wait_for(cluster: Cluster, dag_ids: Sequence[str]) -> None:
    cluster.rest.wait_for_dags(set(dag_ids), seconds=WAIT)
    for dag_id in dag_ids:
        cluster.rest.unpause(dag_id)


QUESTIONS = {"workers": measure_workers, "overhead": measure_overhead, "shards": measure_shards}


def _print(question: str, rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        return
    print(f"\n{QUESTIONS[question].__doc__}\n")
    print("| " + " | ".join(rows[0]) + " |\n|" + "---|" * len(rows[0]))
    for row in rows:
        print("| " + " | ".join(str(value) for value in row.values()) + " |")


if __name__ == "__main__":
    sys.exit(main())
