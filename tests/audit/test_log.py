"""The log in its database: sequencing, proving, exporting, and noticing what was changed behind its back."""

import base64
import contextlib
import json
from datetime import UTC, datetime

import pytest
import rfc8785
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from hub.audit.anchors import Anchors
from hub.audit.checkpoint import read_checkpoint
from hub.audit.entry import Entry, stamp_of
from hub.audit.key import Signer, Verifier
from hub.audit.log import AuditLog
from hub.audit.merkle import leaf_hash, verify_inclusion
from hub.errors import ConfigError, FatalError, HubError
from hub.store.audit import Anchor
from hub.store.engine import make_engine
from hub.store.store import open_store
from hub.store.tables import audit_bundles, audit_checkpoints, audit_tiles
from hub.store.vault import Vault
from hub.testing import FakeClock


@pytest.fixture
def log(url):
    clock = FakeClock()
    store = open_store(url, Vault(bytes(32)), now=clock.now)
    yield AuditLog(store, Signer("hub.example/audit/test", Ed25519PrivateKey.generate()), clock.now)
    store.close()


def write(log, count, start=0):
    with log.store.begin() as tx:
        log.record(tx, [Entry(type="test", outcome=f"number {n}") for n in range(start, start + count)])


def test_an_entry_that_is_too_long_is_refused_in_words_and_the_action_with_it(log):
    write(log, 1)
    empty = len(Entry(type="hold", outcome="placed", reasons=("",)).leaf(stamp_of(log.now())))
    with log.store.begin() as tx:
        log.record(tx, [Entry(type="hold", outcome="placed", reasons=("a" * (65_535 - empty),))])
    with pytest.raises(ConfigError, match="65,535 bytes, so nothing was done"), log.store.begin() as tx:
        log.record(tx, [Entry(type="test", outcome="what is done in the same transaction")])
        log.record(tx, [Entry(type="hold", outcome="placed", reasons=("a" * (65_536 - empty),))])
    with log.store.begin() as tx:
        assert tx.audit.waiting() == 2
    write(log, 1, start=1)
    assert log.sequence().size == 3 and log.verify().problem is None


def change(url, edit):
    engine = make_engine(url)
    with engine.begin() as conn:
        edit(conn)
    engine.dispose()


def leaves_become(edit, **more):
    def change_bundles(conn):
        leaves = conn.execute(sa.select(audit_bundles.c.leaves)).scalar_one()
        assert edit(leaves) != leaves or more
        conn.execute(sa.update(audit_bundles).values(leaves=edit(leaves), **more))

    return change_bundles


def sign_for_more(conn):
    note = sa.func.replace(audit_checkpoints.c.note, "20", "21")
    conn.execute(sa.update(audit_checkpoints).values(root=bytes(32), note=note))


def test_an_entry_is_durable_with_what_it_tells_or_not_at_all(log):
    with pytest.raises(RuntimeError), log.store.begin() as tx:
        log.record(tx, [Entry(type="test", outcome="undone")])
        raise RuntimeError
    assert log.sequence().size == 0


def test_it_grows_and_verifies(log):
    for start in (0, 300, 301):
        write(log, 300 if not start else 1, start)
        log.sequence()
    verified = log.verify()
    assert (verified.size, verified.problem, verified.pending) == (302, None, 0)
    assert verified.root == read_checkpoint(log.checkpoint(), log.origin, [Verifier.parse(log.signer.vkey())])[0].root


def test_a_proof_proves_itself_to_a_stranger(log):
    write(log, 37)
    log.sequence()
    head, _, note = log.prove(11).text().partition("\n\n")
    lines = head.split("\n")
    assert (lines[0], lines[2]) == ("c2sp.org/tlog-proof@v1", "index 11")
    checkpoint = read_checkpoint(note, log.origin, [Verifier.parse(log.signer.vkey())])[0]
    with log.store.read() as tx:
        leaf = tx.audit.entries(11, 1)[0].leaf
    path = [base64.b64decode(line) for line in lines[3:]]
    assert verify_inclusion(11, checkpoint.size, leaf_hash(leaf), path, checkpoint.root)
    with pytest.raises(ConfigError):
        log.prove(37)


@pytest.mark.parametrize(
    "edit",
    [
        leaves_become(lambda leaves: leaves.replace(b"number 5", b"number 6")),
        leaves_become(lambda leaves: leaves[:-1]),
        leaves_become(lambda leaves: leaves[:93], count=1),
        lambda conn: conn.execute(sa.update(audit_bundles).values(idx=1)),
        lambda conn: conn.execute(sa.update(audit_tiles).values(hashes=bytes(640))),
        lambda conn: conn.execute(sa.delete(audit_bundles)),
        lambda conn: conn.execute(sa.delete(audit_checkpoints)),
        sign_for_more,
    ],
    ids=["changed", "cut", "cut to one", "moved", "hashes", "gone", "unsigned", "signed for more"],
)
def test_what_was_changed_behind_its_back_is_noticed(log, url, edit):
    write(log, 20)
    log.sequence()
    assert log.verify().problem is None
    change(url, edit)
    assert log.verify().problem is not None


VALUES = ["5", "'text'", "x'00ff'", "CAST(x'ff' AS TEXT)", "1.5", "-1", "9223372036854775807"]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("audit_bundles.idx", VALUES),
        ("audit_bundles.count", VALUES),
        ("audit_bundles.leaves", VALUES),
        ("audit_tiles.hashes", VALUES),
        ("audit_checkpoints.size", VALUES),
        ("audit_checkpoints.root", VALUES),
        ("audit_checkpoints.note", [*VALUES, "CAST(note AS BLOB)"]),
        ("audit_checkpoints.at", ["'text'", "x'00ff'", "9223372036854775807"]),
        ("audit_pending.count", ["'text'", "x'00ff'"]),
        ("audit_anchors.size", ["'text'", "x'00ff'", "-1"]),
    ],
)
def test_a_value_of_any_type_is_told_and_never_stumbled_over(make_database, tmp_path, column, values):
    """SQLite keeps what a client writes, whatever the column is of."""
    url, clock = make_database("sqlite", tmp_path / "raw.db"), FakeClock()
    with open_store(url, Vault(bytes(32)), now=clock.now) as store:
        log = AuditLog(store, Signer("hub.example/audit/test", Ed25519PrivateKey.generate()), clock.now)
        anchors = Anchors(log, [], [], lambda *_: (500, b""))
        write(log, 20)
        log.sequence()
        log.keep([Anchor(20, "witness", "w1", b"x")], [])
        write(log, 1)
        assert (log.verify().problem, anchors.check().problem) == (None, None)
        table, _, name = column.partition(".")
        for value in values:
            change(url, lambda conn: conn.exec_driver_sql(f"CREATE TABLE kept AS SELECT * FROM {table}"))
            change(url, lambda conn: conn.exec_driver_sql(f"UPDATE {table} SET {name} = {value}"))  # noqa: B023
            with contextlib.suppress(HubError):  # which is telling, too
                assert log.verify().problem or anchors.check().problem, value
                log.sequence()
            change(url, lambda conn: conn.exec_driver_sql(f"DELETE FROM {table}"))
            change(url, lambda conn: conn.exec_driver_sql(f"INSERT INTO {table} SELECT * FROM kept"))
            change(url, lambda conn: conn.exec_driver_sql("DROP TABLE kept"))
            assert log.verify().problem is None


def test_it_never_signs_over_a_rewrite(log, url):
    write(log, 20)
    log.sequence()
    first = sa.update(audit_tiles).where(audit_tiles.c.level == 0)
    change(url, lambda conn: conn.execute(first.values(hashes=bytes(640))))
    write(log, 1)
    with pytest.raises(FatalError, match="no longer matches"):
        log.sequence()


def test_the_export_is_what_the_standard_says(log, tmp_path):
    write(log, 300)
    log.sequence()
    folder = tmp_path / "export"
    assert log.export(folder) == 300
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert found == {
        "checkpoint", "keys.json", "log.vkey", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000",
        "tile/entries/001.p/44",
    }  # fmt: skip
    assert (folder / "tile/0/000").stat().st_size == 256 * 32


def test_an_entry_cannot_carry_a_float_or_an_unknown_field():
    with pytest.raises(ValueError, match="extra"):
        Entry(type="t", outcome="o", text="what somebody said")


@given(st.text(max_size=60), st.text(max_size=60), st.lists(st.text(), max_size=3), st.text(max_size=60))
def test_a_leaf_is_canonical_json(type, outcome, reasons, actor):
    entry = Entry(
        type=type, outcome=outcome, reasons=tuple(reasons), actor=actor, subject='\u20ac\U0001f600\x7f\x01"\\/'
    )
    leaf = entry.leaf(stamp_of(datetime(2026, 1, 2, tzinfo=UTC)))
    assert leaf == rfc8785.dumps(json.loads(leaf))
