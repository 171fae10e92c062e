"""The published vectors of the transparency-log formats: what strangers' software accepts, and what it refuses."""

import base64
import hashlib
import json
import os
from pathlib import Path

import pytest

from hub.audit import merkle
from hub.audit.checkpoint import open_checkpoint
from hub.audit.note import NoteError, Verifier, open_note
from hub.audit.tiles import bundle, entries_path, tile_path, unbundle

SHARED = Path(os.environ.get("ATTUNE_SHARED") or Path(__file__).resolve().parents[2].parent / "shared")
VECTORS = SHARED / "vectors"
pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(
        not VECTORS.is_dir() and not os.environ.get("ATTUNE_REQUIRE_SHARED"), reason="the shared vectors are not here"
    ),
]


def decode(value):
    return base64.b64decode(value or "")


def load(name):
    return json.loads((VECTORS / "tlog" / name).read_text())


def cases(kind):
    return sorted((VECTORS / "merkle" / kind).rglob("*.json"))


@pytest.mark.parametrize("path", cases("inclusion"), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_inclusion(path):
    case = json.loads(path.read_text())
    proof = [decode(part) for part in case["proof"] or ()]
    held = merkle.verify_inclusion(
        case["leafIdx"], case["treeSize"], decode(case["leafHash"]), proof, decode(case["root"])
    )
    assert held is not case["wantErr"]


@pytest.mark.parametrize("path", cases("consistency"), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_consistency(path):
    case = json.loads(path.read_text())
    roots, proof = (decode(case["root1"]), decode(case["root2"])), [decode(part) for part in case["proof"] or ()]
    held = merkle.verify_consistency(case["size1"], case["size2"], *roots, proof)
    if any(len(part) != 32 for part in (*roots, *proof)):
        assert held is False  # a root of twelve bytes is no root, whatever the vector's own software thinks
    elif case["size1"] == 0:
        assert held is False  # the empty tree is in every tree: such a proof says nothing, and is not taken for one
    else:
        assert held is not case["wantErr"]


@pytest.mark.parametrize("number", range(len(load("signed_note.json")["open"]) if VECTORS.is_dir() else 0))
def test_signed_notes(number):
    case = load("signed_note.json")["open"][number]
    try:
        verifiers = [Verifier.parse(vkey) for vkey in case["vkeys"]]
        note = case["note"] if "note" in case else base64.b64decode(case["note_b64"]).decode()
        open_note(note, verifiers)
        opened = True
    except (NoteError, UnicodeDecodeError):
        opened = False
    assert opened is (case["want"] == "ok"), case["desc"]


@pytest.mark.parametrize("number", range(len(load("signed_note.json")["bad_vkeys"]) if VECTORS.is_dir() else 0))
def test_malformed_keys_are_refused(number):
    with pytest.raises(NoteError):
        Verifier.parse(load("signed_note.json")["bad_vkeys"][number])


@pytest.mark.parametrize("number", range(len(load("checkpoint.json")["cases"]) if VECTORS.is_dir() else 0))
def test_checkpoints(number):
    case = load("checkpoint.json")["cases"][number]
    try:
        verifiers = [Verifier.parse(vkey) for vkey in case["vkeys"]]
        found = open_checkpoint(case["note"], case["note"].split("\n")[0], verifiers)
    except NoteError:
        assert case["want"] != "ok", case["desc"]
    else:
        assert case["want"].startswith("ok"), case["desc"]
        assert found.size == case["size"]


def test_tile_paths():
    tiles = load("tiles.json")
    assert all(tile_path(level, index, width) == path for level, index, width, path in tiles["tile_path"])
    assert all(entries_path(index, width) == path for index, width, path in tiles["entries_path"])


def test_the_reference_tree():
    tree = load("rfc6962_tree8.json")
    assert merkle.EMPTY_ROOT.hex() == tree["hasher"]["empty_root"]
    assert merkle.leaf_hash(b"").hex() == tree["hasher"]["empty_leaf"]
    assert merkle.leaf_hash(b"L123456").hex() == tree["hasher"]["leaf_L123456"]
    assert merkle.node_hash(b"N123", b"N456").hex() == tree["hasher"]["node_N123_N456"]


def test_another_implementations_log_is_re_created_byte_for_byte():
    log = VECTORS / "tessera-log" / "testdata" / "log"
    size = int((log / "checkpoint").read_text().split("\n")[1])
    leaves = list(unbundle((log / entries_path(0, size)).read_bytes()))
    nodes = {}

    def read(level, index):
        return nodes[level, index]

    for count, leaf in enumerate(leaves, start=1):
        nodes.update({(a, b): c for a, b, c in merkle.new_nodes(count - 1, merkle.leaf_hash(leaf), read)})
        assert (log / tile_path(0, 0, count)).read_bytes() == b"".join(nodes[0, i] for i in range(count))
        assert (log / entries_path(0, count)).read_bytes() == bundle(leaves[:count])
        root = (log / f"checkpoint.{count}").read_text().split("\n")[2]
        assert decode(root) == merkle.root(count, read)
    assert hashlib.sha256(b"").digest() == merkle.EMPTY_ROOT
