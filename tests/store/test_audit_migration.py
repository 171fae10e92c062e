"""A log of before it rested as it is published keeps every entry and its tree, there and back, however long it is."""

import hashlib
import tracemalloc

import pytest
from sqlalchemy import text

from hub.audit.merkle import leaf_hash, root
from hub.audit.tree import grow, nodes_of
from hub.store.bundle import bundle, unbundle
from hub.store.engine import make_engine
from hub.store.migration import migrate


def rows(engine, statement, **values):
    with engine.connect() as conn:
        return [tuple(row) for row in conn.execute(text(statement), values)]


def write(engine, leaves, waiting=()):
    entries = [{"idx": at, "leaf": leaf, "hash": leaf_hash(leaf)} for at, leaf in enumerate(leaves)]
    nodes, level, row = [], 0, [leaf_hash(leaf) for leaf in leaves]
    while row:
        nodes += [{"level": level, "idx": at, "hash": one} for at, one in enumerate(row)]
        row = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in zip(row[::2], row[1::2], strict=False)]
        level += 1
    with engine.begin() as conn:
        conn.execute(text("INSERT INTO audit_entries (idx, leaf, hash) VALUES (:idx, :leaf, :hash)"), entries)
        conn.execute(text("INSERT INTO audit_nodes (level, idx, hash) VALUES (:level, :idx, :hash)"), nodes)
        for leaf in waiting:
            conn.execute(text("INSERT INTO audit_pending (leaf, at) VALUES (:leaf, 7)"), {"leaf": leaf})
    return entries, nodes


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 1_300])
def test_the_tree_stays_the_same_there_and_back(empty_url, count):
    migrate(empty_url, revision="0003")
    engine = make_engine(empty_url)
    leaves = [b"entry %d" % number for number in range(count)]
    waiting = [b"waits", b"waits too"]
    if count:
        write(engine, leaves, waiting)
    before = {name: rows(engine, f"SELECT * FROM {name} ORDER BY 1, 2") for name in ("audit_entries", "audit_nodes")}
    migrate(empty_url, revision="0004")
    found = rows(engine, "SELECT idx, count, leaves FROM audit_bundles ORDER BY idx")
    assert [(idx, many, list(unbundle(data))) for idx, many, data in found] == [
        (at, len(some), some) for at, some in enumerate(leaves[n : n + 256] for n in range(0, count, 256))
    ]
    tiles = {(level, idx): data for level, idx, data in rows(engine, "SELECT level, idx, hashes FROM audit_tiles")}
    assert tiles == grow(0, [leaf_hash(leaf) for leaf in leaves], lambda *_: b"")
    assert not count or root(count, nodes_of(lambda *at: tiles.get(at, b"")))
    if count:
        moved = rows(engine, "SELECT count, leaves, at FROM audit_pending ORDER BY id")
        assert moved == [(1, bundle([leaf]), 7) for leaf in waiting]
    migrate(empty_url, revision="0003")
    assert {name: rows(engine, f"SELECT * FROM {name} ORDER BY 1, 2") for name in before} == before
    if count:
        assert rows(engine, "SELECT leaf, at FROM audit_pending ORDER BY id") == [(leaf, 7) for leaf in waiting]
    engine.dispose()


def test_a_log_larger_than_memory_is_moved_some_entries_at_a_time(tmp_path):
    url = f"sqlite:///{tmp_path}/hub.db"
    migrate(url, revision="0003")
    engine = make_engine(url)
    write(engine, [b"%01000d" % number for number in range(20_000)])  # 20 MB
    engine.dispose()
    tracemalloc.start()
    try:
        for revision in ("0004", "0003"):
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            migrate(url, revision=revision)
            assert tracemalloc.get_traced_memory()[1] - before < 12_000_000
    finally:
        tracemalloc.stop()
