"""The benchmarks run; nothing is timed here."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_hub_delivers_the_feed(tmp_path):
    command = [sys.executable, str(ROOT / "bench" / "bench_delivery.py"), "--sizes", "200", "--paths", "hub", "--json"]
    options = ["--databases", "sqlite", "--folder", str(tmp_path), "--no-chart"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)["results"]
    assert row["counts"] == {"read": 200, "sent": 20}
    assert row["peak"] > 0 and set(row["stages"]) == {"open", "pull", "push", "audit"}
    assert json.loads((tmp_path / "delivery.json").read_text())["results"] == [row]


def test_the_feed_is_the_same_for_everybody():
    command = [sys.executable, str(ROOT / "bench" / "delivery" / "singer_tap.py"), "100", "10"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    records = [json.loads(line) for line in lines if '"RECORD"' in line]
    assert len(records) == 100
    members = {one["record"]["id"] for one in records if one["stream"] == "members"}
    assert len(members) == 10
    assert {one["record"]["card"] for one in records if one["stream"] == "activities"} <= members


def test_the_audit_log_is_measured_beside_its_peers():
    command = [sys.executable, str(ROOT / "bench" / "bench_audit.py"), "--sizes", "1000", "--json"]
    rows = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout)
    assert {row["what"].split(":")[0] for row in rows} == {"plain table", "hash chain", "hub"}
    assert all(row["size"] == 1_000 and row["per_second"] > 0 for row in rows)
