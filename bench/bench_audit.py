"""What the audit log costs, beside a plain append-only table and a hash chain in the same SQLite settings.

``python bench/bench_audit.py`` measures 10,000 and 100,000 entries; ``--full`` adds 1,000,000, and proofs from a log of
10,000,000. All three write the same entries in batches of 500, each batch one durable transaction.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console
from rich.table import Table

from hub.audit.entry import Entry, stamp_of
from hub.audit.key import Signer
from hub.audit.log import AuditLog
from hub.audit.merkle import inclusion_proof, leaf_hash
from hub.audit.tree import grow, nodes_of
from hub.store.store import Store, open_store
from hub.store.vault import Vault

BATCH = 500
PROOFS = 500
HUGE = 10_000_000


def main() -> int:
    """This measures and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=lambda text: [int(n) for n in text.split(",")], default=[10_000, 100_000])
    parser.add_argument("--full", action="store_true", help="adds 1,000,000 entries, and proofs from 10,000,000")
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    sizes = [*wanted.sizes, 1_000_000] if wanted.full else wanted.sizes
    rows = [row for size in sizes for row in measure(size)]
    if wanted.full:
        rows.append(prove_from(HUGE))
    if wanted.json:
        print(json.dumps(rows))
    else:
        show(rows)
    return 0


def measure(size: int) -> Iterator[dict[str, object]]:
    """This measures all three at one size."""
    with tempfile.TemporaryDirectory() as folder:
        yield measure_table(size, Path(folder))
        yield measure_chain(size, Path(folder))
        yield from measure_log(size, Path(folder))


def entries(start: int, count: int) -> list[Entry]:
    """These are decisions as a push makes them."""
    return [
        Entry(
            type="activate",
            outcome="allowed",
            purpose="EmotionAnalysis",
            dest="salesforce",
            reasons=("consent.given",),
            policy="3f2a9c01b7de",
            subject=f"{number % 9_973:032x}",
            run="run_00000000000000000000000000000000",
        )
        for number in range(start, start + count)
    ]


def timed(work: Callable[[], object], count: int) -> dict[str, object]:
    """This runs ``work`` and gives time for each of ``count``: microseconds of processor and of clock."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"cpu_us": cpu / count * 1e6, "wall_us": wall / count * 1e6, "per_second": count / wall}


def measure_table(size: int, folder: Path) -> dict[str, object]:
    """A table that nobody promises not to edit."""
    raw = open_raw(folder / "table.db", "CREATE TABLE audit (id INTEGER PRIMARY KEY, leaf BLOB)")

    def work() -> None:
        for start in range(0, size, BATCH):
            leaves = make_leaves(start)
            with raw:
                raw.execute("BEGIN IMMEDIATE")
                raw.executemany("INSERT INTO audit (leaf) VALUES (?)", [(leaf,) for leaf in leaves])

    return {"what": "plain table: append", "size": size, **timed(work, size)}


def measure_chain(size: int, folder: Path) -> dict[str, object]:
    """Each row with the hash of the row before: verified from the beginning only, no proof for one entry."""
    raw = open_raw(folder / "chain.db", "CREATE TABLE audit (id INTEGER PRIMARY KEY, leaf BLOB, hash BLOB)")
    last = bytes(32)

    def work() -> None:
        nonlocal last
        for start in range(0, size, BATCH):
            rows = []
            for leaf in make_leaves(start):
                last = hashlib.sha256(last + leaf).digest()
                rows.append((leaf, last))
            with raw:
                raw.execute("BEGIN IMMEDIATE")
                raw.executemany("INSERT INTO audit (leaf, hash) VALUES (?, ?)", rows)

    return {"what": "hash chain: append", "size": size, **timed(work, size)}


def make_leaves(start: int) -> list[bytes]:
    """The same entries, as leaves."""
    stamp = stamp_of(datetime.now(UTC))
    return [entry.leaf(stamp) for entry in entries(start, BATCH)]


def open_raw(path: Path, schema: str) -> sqlite3.Connection:
    """SQLite as the hub opens it."""
    raw = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
        raw.execute(f"PRAGMA {pragma}")
    raw.execute(schema)
    return raw


def measure_log(size: int, folder: Path) -> Iterator[dict[str, object]]:
    """The hub's log: append, put into the tree and sign, verify all, prove some."""
    with open_log(folder) as store:
        log = AuditLog(store, Signer("bench.example/audit", Ed25519PrivateKey.generate()), store.now)

        def append() -> None:
            for start in range(0, size, BATCH):
                with store.begin() as tx:
                    log.record(tx, entries(start, BATCH))

        yield {"what": "hub: append (durable)", "size": size, **timed(append, size)}
        yield {"what": "hub: into the tree, signed", "size": size, **timed(log.sequence, size)}
        yield {"what": "hub: verify all", "size": size, **timed(log.verify, size)}
        places = range(0, size, max(1, size // PROOFS))
        found = timed(lambda: [log.prove(index) for index in places], len(places))
        yield {"what": "hub: one proof, file and all", "size": size, **found}


def open_log(folder: Path) -> Store:
    """An empty store."""
    return open_store(f"sqlite:///{folder / 'hub.db'}", Vault(bytes(32)), now=lambda: datetime.now(UTC), create=True)


def prove_from(size: int) -> dict[str, object]:
    """Proofs from a log too long to write here: its tiles, in a table."""
    with tempfile.TemporaryDirectory() as folder, open_log(Path(folder)) as store:
        for start in range(0, size, 100_000):
            hashes = [leaf_hash(b"%d" % number) for number in range(start, start + 100_000)]
            with store.begin() as tx:
                tx.audit.put_tiles(grow(start, hashes, tx.audit.tile))

        def prove() -> None:
            for index in range(0, size, size // PROOFS):
                with store.read() as tx:
                    inclusion_proof(index, size, nodes_of(tx.audit.tile))

        return {"what": "hub: one proof, hashes only", "size": size, **timed(prove, PROOFS)}


def show(rows: list[dict[str, object]]) -> None:
    """This prints the table; ratios are of processor time, against the plain table of the same size."""
    plain = {row["size"]: row["cpu_us"] for row in rows if row["what"] == "plain table: append"}
    table = Table("what", "entries", "cpu µs each", "wall µs each", "per second", "against plain", box=None)
    for row in rows:
        base = plain.get(row["size"])
        ratio = f"{row['cpu_us'] / base:.2f}" if base and "append" in str(row["what"]) else ""
        cells = (f"{row['cpu_us']:.1f}", f"{row['wall_us']:.1f}", f"{row['per_second']:,.0f}")
        table.add_row(str(row["what"]), f"{row['size']:,}", *cells, ratio)
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
