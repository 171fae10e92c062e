"""How fast records go through the hub without ML, and at what memory, beside dlt and a Singer tap and target.

``python bench/bench_delivery.py`` measures 10,000 and 100,000 records on SQLite, and on PostgreSQL where a server answers.
Every measurement is a fresh process; processor time and peak memory are the operating system's own figures for it.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from delivery import measure, paths, peers
from delivery.feed import Feed

SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"
GOAL = 3.0
"""Rows per second of processor time, against dlt."""

MEMORY_GOAL = 1.10
"""Peak memory at the largest size, against 100,000 records."""

COST_GOAL = 1.10
"""Processor time a record at the largest size, against the size before it."""


def main() -> int:
    """This measures, prints the tables, and writes results and pictures; 2 where nothing could be measured."""
    wanted = _arguments()
    databases = [name for name in wanted.databases if name == "sqlite" or _answers(wanted.postgres)]
    wanted.folder.mkdir(parents=True, exist_ok=True)
    rows = [
        _row(result)
        for database in databases
        for size in wanted.sizes
        for path in wanted.paths
        if paths.runs_on(path, database)
        and (result := _measure(path, database, Feed(size, wanted.per_person), wanted)) is not None
    ]
    report = {**_machine(), "per_person": wanted.per_person, "about": paths.ABOUT, "results": rows}
    results = wanted.folder / "delivery.json"
    results.write_text(json.dumps(report, indent=1) + "\n")
    if wanted.json:
        print(json.dumps(report))
    else:
        _print(report, rows)
    if not wanted.no_chart and rows:
        _draw(results, wanted)
    return 0 if rows else 2


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    sizes = [10_000, 100_000]
    parser.add_argument("--sizes", type=lambda text: [int(n) for n in text.split(",")], default=sizes, metavar="N,N")
    parser.add_argument(
        "--full", action="store_true", help="10,000, 100,000 and 1,000,000 records (the best part of an hour)"
    )
    parser.add_argument("--per-person", type=int, default=10, help="records a person; 1: each is somebody new (10)")
    parser.add_argument(
        "--paths", type=lambda text: text.split(","), default=list(paths.PATHS), metavar="hub,dlt,singer"
    )
    parser.add_argument("--databases", type=lambda text: text.split(","), default=["sqlite", "postgresql"])
    parser.add_argument("--postgres", default=SERVER, metavar="URL", help=f"a server to measure on ({SERVER})")
    parser.add_argument(
        "--folder", type=Path, default=Path("var/bench"), help="where results and pictures go (var/bench)"
    )
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.add_argument("--no-chart", action="store_true", help="draw no pictures")
    wanted = parser.parse_args()
    if wanted.full:
        wanted.sizes = [10_000, 100_000, 1_000_000]
    if strange := [path for path in wanted.paths if path not in paths.PATHS]:
        parser.error(f"unknown path {strange[0]!r} (known: {', '.join(paths.PATHS)})")
    return wanted


def _answers(server: str) -> bool:
    try:
        import psycopg

        psycopg.connect(server, connect_timeout=3).close()
    except Exception as error:  # noqa: BLE001 - whatever keeps the server from answering, it is left out and that is said
        print(f"PostgreSQL is left out: {type(error).__name__} at {server.rpartition('@')[2]}", file=sys.stderr)
        return False
    return True


def _measure(path: str, database: str, feed: Feed, wanted: argparse.Namespace) -> paths.Result | None:
    print(f"{path}, {database}, {feed.records:,} records ...", file=sys.stderr)
    tools = (wanted.folder / "peers").resolve()
    with tempfile.TemporaryDirectory(prefix="attune-bench-") as folder:
        try:
            with paths.place(database, Path(folder) / "work", wanted.postgres, path) as where:
                return paths.PATHS[path](feed, where, tools)
        except (measure.FailedError, subprocess.CalledProcessError) as error:
            print(f"{path} on {database} could not be measured: {error}", file=sys.stderr)
            return None


def _row(result: paths.Result) -> dict[str, object]:
    used = result.used
    opened = result.stages.get("open", (0.0, 0.0))
    cpu, wall = used.cpu - opened[0], used.wall - opened[1]
    return {
        "path": result.path, "database": result.database, "records": result.records,
        "cost": cpu / result.records * 1e6, "rate": result.records / wall, "rate_core": result.records / cpu,
        "open": opened[0], "peak": used.peak, "used": asdict(used), "stages": result.stages, "counts": result.counts,
    }  # fmt: skip


def _machine() -> dict[str, object]:
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "system": platform.system(),
    }


def _print(report: dict[str, object], rows: list[dict]) -> None:
    print(
        f"\n{report['date']}, {report['machine']}, Python {report['python']}; {report['per_person']} records a person"
    )
    for path in dict.fromkeys(row["path"] for row in rows):
        print(f"  {path}: {paths.ABOUT[path]}")
    print(
        "start-up (loading the program, opening the database) is not in the rates; 'us' is processor time of all processes\n"
        "of the path, the database server's own time is not in it (it is in rec/s)\n"
    )
    print(
        f"{'database':11} {'path':7} {'records':>10} {'rec/s':>8} {'rec/cpu-s':>9} {'us/rec':>7} {'MiB':>6} {'start':>6}"
    )
    for row in rows:
        _print_row(row)
    _print_ratios(rows)


def _print_row(row: dict) -> None:
    stages = " ".join(f"{k} {v[0] / row['records'] * 1e6:.0f}" for k, v in row["stages"].items() if k != "open")
    print(
        f"{row['database']:11} {row['path']:7} {row['records']:>10,} {row['rate']:>8,.0f} {row['rate_core']:>9,.0f} "
        f"{row['cost']:>7.1f} {row['peak']:>6.0f} {row['open']:>5.1f}s  {stages}"
    )


def _print_ratios(rows: list[dict]) -> None:
    found = {(row["database"], row["records"], row["path"]): row for row in rows}
    print()
    for (database, records, path), row in found.items():
        mine = found.get((database, records, "hub"))
        if path != "hub" and mine:
            ratio, wall = mine["rate_core"] / row["rate_core"], mine["rate"] / row["rate"]
            goal = f" (goal {GOAL:.0f}: {'met' if ratio >= GOAL else 'missed'})" if path == "dlt" else ""
            print(f"hub : {path} on {database} at {records:,}: {ratio:.2f} a core{goal}, {wall:.2f} on the clock")
    for database in dict.fromkeys(row["database"] for row in rows):
        sizes = sorted(row["records"] for row in rows if row["path"] == "hub" and row["database"] == database)
        if len(sizes) > 1:
            small, large = found[database, sizes[-2], "hub"], found[database, sizes[-1], "hub"]
            memory, cost = large["peak"] / small["peak"], large["cost"] / small["cost"]
            told = f"memory {_growth(memory, MEMORY_GOAL)}, cost a record {_growth(cost, COST_GOAL)}"
            print(f"hub on {database} from {sizes[-2]:,} to {sizes[-1]:,}: {told}")


def _growth(ratio: float, bound: float) -> str:
    return f"x{ratio:.2f} ({'flat' if ratio <= bound else 'grows'})"


def _draw(results: Path, wanted: argparse.Namespace) -> None:
    try:
        python = peers.environment("chart", (wanted.folder / "peers").resolve()) / "python"
        command = [python, Path(paths.__file__).with_name("chart.py"), results, wanted.folder]
        subprocess.run(command, check=True)
    except subprocess.CalledProcessError as error:
        print(f"no pictures were drawn: {error}", file=sys.stderr)
        return
    print(f"pictures: {wanted.folder}/delivery-*.png and .svg; figures: {results}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
