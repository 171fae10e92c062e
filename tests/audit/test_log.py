"""The log in its database: sequencing, proving, exporting, and noticing what was changed behind its back."""

import base64
import json
import sqlite3
from datetime import UTC, datetime

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from hub.audit.checkpoint import open_checkpoint
from hub.audit.entry import Entry, stamp_of
from hub.audit.key import Signer, Verifier
from hub.audit.log import AuditLog
from hub.audit.merkle import leaf_hash, verify_inclusion
from hub.errors import ConfigError, FatalError
from hub.store.store import open_store
from hub.store.vault import Vault
from hub.testing import FakeClock


@pytest.fixture
def log(tmp_path):
    clock = FakeClock()
    store = open_store(f"sqlite:///{tmp_path / 'hub.db'}", Vault(bytes(32)), now=clock.now, create=True)
    yield AuditLog(store, Signer("hub.example/audit/test", Ed25519PrivateKey.generate()), clock.now)
    store.close()


def write(log, count, start=0):
    with log.store.begin() as tx:
        log.record(tx, [Entry(type="test", outcome=f"number {n}") for n in range(start, start + count)])


def change(log, tmp_path, statement):
    with sqlite3.connect(tmp_path / "hub.db") as raw:
        raw.execute(statement)


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
    assert verified.root == open_checkpoint(log.checkpoint(), log.origin, [Verifier.parse(log.signer.vkey())]).root


def test_a_proof_proves_itself_to_a_stranger(log):
    write(log, 37)
    log.sequence()
    head, _, note = log.prove(11).text().partition("\n\n")
    lines = head.split("\n")
    assert (lines[0], lines[2]) == ("c2sp.org/tlog-proof@v1", "index 11")
    checkpoint = open_checkpoint(note, log.origin, [Verifier.parse(log.signer.vkey())])
    with log.store.read() as tx:
        leaf = tx.audit.entries(11, 1)[0].leaf
    path = [base64.b64decode(line) for line in lines[3:]]
    assert verify_inclusion(11, checkpoint.size, leaf_hash(leaf), path, checkpoint.root)
    with pytest.raises(ConfigError):
        log.prove(37)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_bundles SET leaves = CAST(replace(CAST(leaves AS TEXT), 'number 5', 'number 6') AS BLOB)",
        "UPDATE audit_bundles SET leaves = substr(leaves, 1, length(leaves) - 1)",
        "UPDATE audit_bundles SET leaves = substr(leaves, 1, 93), count = 1",
        "UPDATE audit_bundles SET idx = 1",
        "UPDATE audit_tiles SET hashes = zeroblob(640)",
        "DELETE FROM audit_bundles",
        "DELETE FROM audit_checkpoints",
        "UPDATE audit_checkpoints SET root = zeroblob(32), note = replace(note, '20', '21')",
    ],
)
def test_what_was_changed_behind_its_back_is_noticed(log, tmp_path, statement):
    write(log, 20)
    log.sequence()
    assert log.verify().problem is None
    change(log, tmp_path, statement)
    assert log.verify().problem is not None


def test_it_never_signs_over_a_rewrite(log, tmp_path):
    write(log, 20)
    log.sequence()
    change(log, tmp_path, "UPDATE audit_tiles SET hashes = zeroblob(640) WHERE level = 0")
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
