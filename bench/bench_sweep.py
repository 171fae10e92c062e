"""What a retention sweep costs where much is stored and little expires.

``python bench/bench_sweep.py`` sweeps 10,000 expired records out of 100,000 and out of 1,000,000; ``--full`` adds 10,000,000
(some 8 GB of disk). Each sweep runs in a process of its own, so that its peak of memory is its own. The cost must follow what
expires, not what is stored: "growth" is each time, and each peak of memory, against those of the smallest store. "New rules" is
the one sweep after a change of the retention rules, which looks through everything.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

from hub.app import Hub, defaults_folder, write_key
from hub.config import load_settings
from hub.pipeline.periods import FACT, rules_version
from hub.pipeline.sweep import sweep
from hub.store.instant import Instant
from hub.store.migration import migrate
from hub.store.store import open_store
from hub.store.vault import Vault

EXPIRED = 10_000
PEOPLE = 20_000
SEALED_BYTES = 300
COLUMNS = (
    "id", "kind", "person_id", "category", "channel", "role", "case_id", "connection", "stream", "source_ref",
    "occurred_at", "expires_at", "run_id", "stored_at", "sealed",
)  # fmt: skip
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def main() -> int:
    """This measures and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=lambda text: [int(n) for n in text.split(",")], default=[100_000, 1_000_000])
    parser.add_argument("--full", action="store_true", help="adds 10,000,000 records")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sweep", type=Path, help=argparse.SUPPRESS)  # the process that is measured
    wanted = parser.parse_args()
    if wanted.sweep:
        print(json.dumps(measure(wanted.sweep)))
        return 0
    rows = [run(size) for size in (*wanted.sizes, *([10_000_000] if wanted.full else []))]
    if wanted.json:
        print(json.dumps(rows))
    else:
        show(rows)
    return 0


def run(size: int) -> dict[str, float]:
    """This fills a store of one size and has it swept by another process."""
    folder = Path(tempfile.mkdtemp(prefix="attune-sweep-"))
    try:
        config = deployment(folder)
        fill(folder / "hub.db", size, root_key(folder))
        command = [sys.executable, __file__, "--sweep", str(config)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        stored = (folder / "hub.db").stat().st_size
        return {"stored": size, "megabytes": stored / 1e6, **json.loads(done.stdout)}
    finally:
        shutil.rmtree(folder)


def deployment(folder: Path) -> Path:
    """This writes a deployment without connections."""
    shutil.copytree(defaults_folder() / "privacy", folder / "privacy")
    shutil.copytree(defaults_folder() / "mappings", folder / "mappings")
    for name in ("root.key", "audit.key"):
        write_key(folder / "var" / name)
    config = folder / "hub.yaml"
    config.write_text(yaml.safe_dump({"version": 1, "store": "sqlite:///hub.db"}), encoding="utf-8")
    return config


def root_key(folder: Path) -> bytes:
    """This is the deployment's root key."""
    return base64.b64decode((folder / "var" / "root.key").read_text())


def fill(path: Path, size: int, root: bytes) -> None:
    """This writes people and records, of which EXPIRED are due, at random places between the others."""
    url = f"sqlite:///{path}"
    migrate(url)
    with open_store(url, Vault(root, tenant="attune"), now=lambda: NOW) as store, store.begin() as tx:
        people = tx.persons.create_many(PEOPLE)
    conn = sqlite3.connect(path)
    conn.execute("PRAGMA synchronous = OFF")
    conn.execute("PRAGMA cache_size = -2000000")  # 2 GB: so many rows in no order want their indexes at hand
    marks = ", ".join("?" * len(COLUMNS))
    with conn:
        conn.executemany(
            f"INSERT INTO records ({', '.join(COLUMNS)}) VALUES ({marks})",
            rows(size, people),
        )
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()


def rows(size: int, people: list[str]) -> Iterator[tuple[object, ...]]:
    """These are records as they rest; their content is random bytes, which nobody opens here."""
    chance, due = random.Random(7), set(random.Random(8).sample(range(size), EXPIRED))
    old, young = micros(NOW - timedelta(days=400)), micros(NOW - timedelta(days=9))
    late, early = micros(NOW + timedelta(days=300)), micros(NOW - timedelta(days=1))
    for number in range(size):
        expires = early if number in due else late + number
        yield (
            f"int_{number:032d}", "interaction", people[chance.randrange(PEOPLE)], "content", "ticket", "customer", None,
            "zendesk", "tickets", f"{number:032d}", old if number in due else young, expires, "run_1", young,
            os.urandom(SEALED_BYTES),
        )  # fmt: skip


def micros(moment: datetime) -> int:
    """This is a moment as it rests."""
    return Instant().process_bind_param(moment, None) or 0  # type: ignore[arg-type]  # the dialect makes no difference


def measure(config: Path) -> dict[str, float]:
    """This sweeps, and tells what it took."""
    with Hub(load_settings(config), now=lambda: NOW) as hub:
        rooms, job = hub.rooms, hub.sweep_job()
        with hub.store.begin() as tx:
            tx.facts.put(FACT, rules_version(rooms))
        start = time.perf_counter()
        report = sweep(rooms, job)
        seconds, most = time.perf_counter() - start, peak()
        with hub.store.begin() as tx:
            tx.facts.put(FACT, "others")
        start = time.perf_counter()
        sweep(rooms, job)
        anew = time.perf_counter() - start
    if report.deleted.total() != EXPIRED:
        raise SystemExit(f"expected {EXPIRED} to go, not {report.deleted.total()}")
    return {"seconds": seconds, "peak": most, "anew": anew, "peak anew": peak()}


def peak() -> float:
    """This is the most memory that the process has used so far, in MB."""
    # Not ru_maxrss: a process begins with that of the one that started it, which has filled the store.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def show(rows: list[dict[str, float]]) -> None:
    """This prints the table."""
    table = Table(title=f"Sweep of {EXPIRED:,} expired records", title_justify="left", box=None)
    for name in ("stored", "database MB", "seconds", "growth", "peak MB", "growth ", "new rules, s", "peak MB "):
        table.add_column(name, justify="right")
    first = rows[0]
    for row in rows:
        table.add_row(
            f"{row['stored']:,.0f}", f"{row['megabytes']:,.0f}", f"{row['seconds']:.1f}",
            f"{row['seconds'] / first['seconds']:.2f}", f"{row['peak']:.0f}",
            f"{row['peak'] / first['peak']:.2f}", f"{row['anew']:.1f}", f"{row['peak anew']:.0f}",
        )  # fmt: skip
    Console(width=120).print(table)


if __name__ == "__main__":
    sys.exit(main())
