"""What the audit log costs, beside a plain append-only table and a hash chain in the same SQLite settings.

``python bench/bench_audit.py`` measures 10,000 and 100,000 entries; ``--full`` adds 1,000,000, and proofs from a log of
10,000,000, whose tiles are written straight from hashes, because writing that many entries is not what is measured.
All write the same entries in batches of 500, each batch one durable transaction; "with details" also seals what each entry is
about under the key of its person, one of 9,973. Ends with 1 where a goal is missed; processor time is what counts,
because the clock also measures whoever else uses the machine.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console
from rich.table import Table

from hub.audit.checkpoint import Checkpoint
from hub.audit.detail import Detail, detail_of
from hub.audit.entry import Entry, stamp_of
from hub.audit.key import Signer
from hub.audit.log import AuditLog
from hub.audit.merkle import leaf_hash, root
from hub.audit.tree import grow, nodes_of
from hub.store.audit import Checkpoint as StoredCheckpoint
from hub.store.bundle import WIDTH, bundle
from hub.store.statements import add
from hub.store.store import Store, open_store
from hub.store.tables import audit_bundles
from hub.store.vault import Vault

BATCH = 500
PROOFS = 500
HUGE = 10_000_000
PEOPLE = 9_973
EACH = 4
GOALS = (
    # what, from how many entries on, microseconds of processor at most
    ("hub: append, into the tree", 10_000, 25.0),  # and with it 20,000 a second
    ("hub: append with details, into the tree", 10_000, 25.0),
    ("hub: verify all", 1_000_000, 10.0),  # a million in ten seconds
    ("hub: one proof, file and all", HUGE, 1_000.0),
)


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
    missed = check(rows)
    for one in missed:
        print(f"missed: {one}", file=sys.stderr)
    return 1 if missed else 0


def check(rows: list[dict[str, object]]) -> list[str]:
    """These goals were missed; those that were not measured are not among them."""
    return [
        f"{what}, {row['size']:,} entries: {row['cpu_us']:,.1f} µs of processor each (goal: {goal:,.0f})"
        for what, least, goal in GOALS
        for row in rows
        if row["what"] == what and row["size"] >= least and row["cpu_us"] > goal
    ]


def measure(size: int) -> Iterator[dict[str, object]]:
    """This measures all three at one size."""
    with tempfile.TemporaryDirectory() as folder:
        yield measure_table(size, Path(folder))
        yield measure_chain(size, Path(folder))
    for details in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            yield from measure_log(size, Path(folder), details=details)


def entries(start: int, count: int, people: Sequence[tuple[str, str]] = ()) -> list[Entry]:
    """These are decisions and deliveries as a push makes them: four for each person; ``people`` are ids and references."""
    return [
        Entry(
            type="activate",
            outcome="allowed",
            purpose="EmotionAnalysis",
            dest="salesforce",
            reasons=("consent.given",),
            policy="3f2a9c01b7de",
            subject=people[number // EACH % PEOPLE][1] if people else f"{number // EACH % PEOPLE:032x}",
            run="run_00000000000000000000000000000000",
            detail=detail(people[number // EACH % PEOPLE][0], number) if people else None,
        )
        for number in range(start, start + count)
    ]


def detail(person_id: str, number: int) -> Detail:
    """This is what one of a push's entries is about."""
    return detail_of(
        person_id, object="contacts", target=f"{number:032x}", fields=["Distress__c", "Emotion__c"], attempt=1
    )


def timed(work: Callable[[], object], count: int) -> dict[str, float]:
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

    found = timed(work, size)
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return {"what": "plain table: append", "size": size, **found, "bytes": (folder / "table.db").stat().st_size / size}


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

    found = timed(work, size)
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return {"what": "hash chain: append", "size": size, **found, "bytes": (folder / "chain.db").stat().st_size / size}


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


def measure_log(size: int, folder: Path, *, details: bool) -> Iterator[dict[str, object]]:
    """The hub's log: append, put into the tree and sign, verify all, prove some."""
    with open_log(folder) as store:
        log = AuditLog(store, Signer("bench.example/audit", Ed25519PrivateKey.generate()), store.now)
        people = make_people(store) if details else ()
        gc.freeze()  # as a run does
        store.checkpoint()
        before = bytes_of(folder)

        def append() -> None:
            for start in range(0, size, BATCH):
                with store.begin() as tx:
                    log.record(tx, entries(start, BATCH, people))

        words = " with details" if details else ""
        wrote = timed(append, size)
        yield {"what": f"hub: append{words} (durable)", "size": size, **wrote}
        placed = timed(log.sequence, size)
        yield {"what": "hub: into the tree, signed", "size": size, **placed}
        whole = {name: wrote[name] + placed[name] for name in ("cpu_us", "wall_us")}
        store.checkpoint()
        whole |= {"per_second": 1e6 / whole["wall_us"], "bytes": (bytes_of(folder) - before) / size}
        yield {"what": f"hub: append{words}, into the tree", "size": size, **whole}
        if not details:
            yield {"what": "hub: verify all", "size": size, **timed(log.verify, size)}
            places = range(0, size, max(1, size // PROOFS))
            found = timed(lambda: [log.prove(index) for index in places], len(places))
            yield {"what": "hub: one proof, file and all", "size": size, **found}


def make_people(store: Store) -> list[tuple[str, str]]:
    """People with keys, and their references in the log."""
    with store.begin() as tx:
        return list(tx.keys.audit_refs(tx.persons.create_many(PEOPLE)).items())


def bytes_of(folder: Path) -> int:
    """What rests on the disk."""
    return sum(path.stat().st_size for path in folder.iterdir())


def open_log(folder: Path) -> Store:
    """An empty store."""
    return open_store(f"sqlite:///{folder / 'hub.db'}", Vault(bytes(32)), now=lambda: datetime.now(UTC), create=True)


def prove_from(size: int) -> dict[str, object]:
    """Proofs, file and all, from a log too long to write here entry by entry.

    Its tiles and its checkpoint are written straight from hashes, and the bundles of those entries that are proven.
    """
    with tempfile.TemporaryDirectory() as folder, open_log(Path(folder)) as store:
        log = AuditLog(store, Signer("bench.example/audit", Ed25519PrivateKey.generate()), store.now)
        for start in range(0, size, 100_000):
            hashes = [leaf_hash(b"%d" % number) for number in range(start, start + 100_000)]
            with store.begin() as tx:
                tx.audit.put_tiles(grow(start, hashes, tx.audit.tile))
        places = range(0, size, size // PROOFS)
        with store.begin() as tx:
            add(tx.unit.conn, audit_bundles, [bundle_row(index // WIDTH) for index in places])
            whole = Checkpoint(log.origin, size, root(size, nodes_of(tx.audit.tile)))
            tx.audit.put_checkpoint(StoredCheckpoint(size, whole.root, whole.sign(log.signer)))
        found = timed(lambda: [log.prove(index) for index in places], len(places))
        return {"what": "hub: one proof, file and all", "size": size, **found}


def bundle_row(idx: int) -> dict[str, object]:
    """A bundle of the long log."""
    leaves = [b"%d" % number for number in range(idx * WIDTH, (idx + 1) * WIDTH)]
    return {"idx": idx, "count": WIDTH, "leaves": bundle(leaves)}


def show(rows: list[dict[str, object]]) -> None:
    """This prints the table; ratios are of processor time, against the plain table of the same size."""
    plain = {row["size"]: row["cpu_us"] for row in rows if row["what"] == "plain table: append"}
    names = ("what", "entries", "cpu µs each", "wall µs each", "per second", "bytes each", "against plain")
    table = Table(*names, box=None)
    for row in rows:
        base = plain.get(row["size"])
        ratio = f"{row['cpu_us'] / base:.2f}" if base and "append" in str(row["what"]) else ""
        cells = (f"{row['cpu_us']:.1f}", f"{row['wall_us']:.1f}", f"{row['per_second']:,.0f}")
        cells += (f"{row['bytes']:.0f}" if "bytes" in row else "",)
        table.add_row(str(row["what"]), f"{row['size']:,}", *cells, ratio)
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
