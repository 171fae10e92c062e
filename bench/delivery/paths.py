"""The paths: how each system is run over the feed, into a database of its own that is gone afterwards."""

from __future__ import annotations

import json
import os
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from . import measure, peers
from .feed import Feed

HERE = Path(__file__).parent

ABOUT = {
    "hub": "read, map, resolve, suppression, consent gate, retention, sealing, ledger, audit; then select, gate, field "
    "policy, map out, egress scan, outbox, send, settle; then the signed audit tree. Not in it: redaction and emotion "
    "tagging (the records hold no free text).",
    "dlt": "extract, normalise, load (append). Not in it: a second system to send to, upserts, encryption, consent, audit.",
    "singer": "a tap and a target as two processes, with upserts by key. Not in it: a second system to send to, encryption, "
    "consent, audit.",
}
"""What is in each path and what is not."""


@dataclass(frozen=True)
class Result:
    """One measurement; ``stages`` maps a stage to its seconds of (processor, clock), where the system tells."""

    path: str
    database: str
    records: int
    used: measure.Used
    stages: dict[str, tuple[float, float]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where one measurement works: its folder, its database's URL, and the schema that is its own on PostgreSQL."""

    folder: Path
    database: str
    url: str
    schema: str = ""

    @property
    def scoped(self) -> str:
        """The URL, with whatever keeps to the schema of its own."""
        return f"{self.url}?options={quote(f'-csearch_path={self.schema}')}" if self.schema else self.url


@contextmanager
def place(database: str, folder: Path, server: str, name: str) -> Iterator[Place]:
    """This is an empty place for one measurement; on PostgreSQL its schema is dropped afterwards."""
    if database == "sqlite":
        folder.mkdir(parents=True)
        yield Place(folder, database, f"sqlite:///{(folder / 'data.db').resolve()}")
        return
    import psycopg

    schema = f"attune_bench_{name}_{uuid.uuid4().hex[:8]}"
    folder.mkdir(parents=True)
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f"CREATE SCHEMA {schema}")
        try:
            yield Place(folder, database, server, schema)
        finally:
            conn.execute(f"DROP SCHEMA {schema} CASCADE")


def hub(feed: Feed, where: Place, tools: Path) -> Result:
    """This runs the hub, with the bench's connector installed as a stranger's plugin would be."""
    info = where.folder / "plugins" / "attune_bench-1.0.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: attune-bench\nVersion: 1.0.0\n")
    (info / "entry_points.txt").write_text("[hub]\nbench = delivery.connector\n")
    python_path = os.pathsep.join([str(HERE.parent), str(info.parent)])
    command = [sys.executable, "-m", "delivery.hub_run", where.scoped, str(where.folder / "hub")]
    env = {"PYTHONPATH": python_path, "BENCH_FEED": f"{feed.records},{feed.per_person}"}
    (where.folder / "hub").mkdir()
    used = measure.run([command], where.folder / "log", env)
    return _told("hub", where, feed, used)


def dlt(feed: Feed, where: Place, tools: Path) -> Result:
    """This runs dlt, all its steps."""
    python = peers.environment("dlt", tools) / "python"
    args = [str(feed.records), str(feed.per_person), where.url, str(where.folder / "dlt"), where.schema or "main"]
    command = [str(python), str(HERE / "dlt_run.py"), *args]
    quiet = {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
    used = measure.run([command], where.folder / "log", quiet)
    return _told("dlt", where, feed, used)


def singer(feed: Feed, where: Place, tools: Path) -> Result:
    """This runs a tap over the feed into the PostgreSQL target; that for SQLite does not run on Python 3.11."""
    programs = peers.environment("singer", tools)
    parts = urlsplit(where.url)
    settings = {
        "host": parts.hostname, "port": parts.port or 5432, "user": parts.username or "postgres",
        "password": parts.password or "none", "database": parts.path.lstrip("/"), "dialect+driver": "postgresql+psycopg",
        "default_target_schema": where.schema,
    }  # fmt: skip
    config = where.folder / "target.json"
    config.write_text(json.dumps(settings))
    tap = [sys.executable, str(HERE / "singer_tap.py"), str(feed.records), str(feed.per_person)]
    commands = [tap, [str(programs / "target-postgres"), "--config", str(config)]]
    used = measure.run(commands, where.folder / "log")
    return Result("singer", where.database, feed.records, used)


def runs_on(path: str, database: str) -> bool:
    """This tells whether a system can write to a database at all."""
    return path != "singer" or database == "postgresql"


PATHS: dict[str, Callable[[Feed, Place, Path], Result]] = {"hub": hub, "dlt": dlt, "singer": singer}
"""The systems that are measured, by name."""


def _told(path: str, where: Place, feed: Feed, used: measure.Used) -> Result:
    last = (where.folder / "log" / "output").read_text().strip().splitlines()[-1]
    told = json.loads(last)
    if told["records"] != feed.records:
        raise measure.FailedError(f"{path} told of {told['records']} records where the feed has {feed.records}")
    stages = {name: (seconds[0], seconds[1]) for name, seconds in told["stages"].items()}
    return Result(path, where.database, feed.records, used, stages, told.get("counts", {}))
