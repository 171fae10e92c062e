"""What many syncs cost Airflow's DAG processor: time to make and to serialise the DAGs, and their size.

``python bench/bench_dags.py`` makes the DAGs of 10, 50 and 200 syncs, each in a process of its own with Airflow imported
already, as the DAG processor forks one. 200 must be made in less than a second of processor time; twice must give the same.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

SIZES = (10, 50, 200)
MOST_SECONDS = 1.0


def main() -> int:
    """This measures and prints the table; 1 where 200 syncs take too long."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=lambda text: [int(n) for n in text.split(",")], default=list(SIZES))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)  # the process that is measured
    wanted = parser.parse_args()
    if wanted.measure:
        print(json.dumps(measure(wanted.measure)))
        return 0
    rows = [{"syncs": size} | run(size) for size in wanted.sizes]
    print(json.dumps(rows)) if wanted.json else show(rows)
    return int(any(row["syncs"] <= SIZES[-1] and row["make s"] > MOST_SECONDS for row in rows))


def run(syncs: int) -> dict[str, float]:
    """This measures one size, in an Airflow home of its own."""
    with tempfile.TemporaryDirectory(prefix="attune-bench-") as home:
        config = write_config(Path(home), syncs)
        environ = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW__")}
        environ |= {"AIRFLOW_HOME": home, "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
        command = [sys.executable, "-W", "ignore", __file__, "--measure", str(config)]
        ran = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return found


def write_config(folder: Path, syncs: int) -> Path:
    """This writes a ``hub.yaml`` of so many syncs, a push for every pull."""
    known = {
        f"sync-{number}": (
            {"kind": "push", "connection": "crm", "objects": ["contacts"], "purpose": "EmotionAnalysis"}
            if number % 2
            else {"kind": "pull", "connection": "crm", "streams": ["contacts", "cases"]}
        )
        | {"schedule": "*/15 * * * *"}
        for number in range(syncs)
    }
    config = folder / "hub.yaml"
    settings = {"version": 1, "connections": {"crm": {"connector": "salesforce"}}, "syncs": known}
    config.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    return config


def measure(config: Path) -> dict[str, float]:
    """This makes and serialises the DAGs of a ``hub.yaml``, twice; processor time in seconds, size in kB a DAG."""
    from airflow.serialization.serialized_objects import DagSerialization

    from hub.airflow.factory import build_dags

    build_dags(config, {})  # what is imported lazily is no matter of the number of syncs
    made: dict[str, object] = {}
    began = time.process_time()
    build_dags(config, made)
    built = time.process_time()
    texts = [json.dumps(DagSerialization.serialize_dag(dag), sort_keys=True) for dag in made.values()]
    done = time.process_time()
    again: dict[str, object] = {}
    build_dags(config, again)
    same = texts == [json.dumps(DagSerialization.serialize_dag(dag), sort_keys=True) for dag in again.values()]
    if not same:
        raise SystemExit("the same hub.yaml gave two different sets of DAGs")
    size = sum(map(len, texts)) / len(texts) / 1000
    return {
        "dags": len(texts),
        "make s": round(built - began, 3),
        "serialise s": round(done - built, 3),
        "kB a DAG": round(size, 1),
    }


def show(rows: list[dict[str, float]]) -> None:
    """This prints the table."""
    table = Table(*rows[0], title="DAGs from hub.yaml (processor time)")
    for row in rows:
        table.add_row(*(f"{value:,}" for value in row.values()))
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
