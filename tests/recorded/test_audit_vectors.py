"""The published vectors of the transparency-log formats: what strangers' software accepts, and what it refuses."""

import base64
import hashlib
import json
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.audit import merkle
from hub.audit.checkpoint import Checkpoint, read_checkpoint
from hub.audit.key import Cosigner, NoteError, Signer, Verifier
from hub.audit.note import add_lines, read_note
from hub.audit.proof import Proof
from hub.audit.tiles import bundle, entries_path, tile_path, unbundle
from hub.audit.tree import grow, nodes_of
from hub.audit.trust import Trust
from hub.audit.trust import Witness as TrustedWitness
from hub.audit.witness import Seen, Witness, WitnessMemory

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
        read_note(note, verifiers)
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
        found = read_checkpoint(case["note"], case["note"].split("\n")[0], verifiers)[0]
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
    tiles = {}

    def read(level, index):
        return tiles.get((level, index), b"")

    for count, leaf in enumerate(leaves, start=1):
        tiles.update(grow(count - 1, [merkle.leaf_hash(leaf)], read))
        assert (log / tile_path(0, 0, count)).read_bytes() == tiles[0, 0]
        assert (log / entries_path(0, count)).read_bytes() == bundle(leaves[:count])
        root = (log / f"checkpoint.{count}").read_text().split("\n")[2]
        assert decode(root) == merkle.root(count, nodes_of(read))
    assert hashlib.sha256(b"").digest() == merkle.EMPTY_ROOT


def test_a_cosigned_proof_of_another_implementation():
    vector = load("tlog_proof_cosigned.json")
    log, watcher = Verifier.parse(vector["log_vkey"]), Verifier.parse(vector["witness_vkey"])
    proof = Proof.parse(vector["tlog_proof"])
    assert proof.text() == vector["tlog_proof"]
    trust = Trust((log,), {"w1": TrustedWitness(watcher)}, quorum="w1")
    assert proof.verify(vector["leaf_utf8"].encode(), trust).size == 13
    with pytest.raises(NoteError, match="not what this log holds"):
        proof.verify(b"entry 6", trust)
    uncosigned = Proof(proof.index, proof.path, proof.note[: proof.note.rindex("\N{EM DASH}")])
    with pytest.raises(NoteError, match="too few witnesses"):
        uncosigned.verify(vector["leaf_utf8"].encode(), trust)


def test_the_same_keys_make_the_same_proof():
    vector = load("tlog_proof_cosigned.json")
    signer = Signer("a.example/log", Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vector["log_seed"])))
    checkpoint = Checkpoint.parse(vector["checkpoint"].partition("\n\n")[0] + "\n")
    stamp = 0x6553F100
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vector["witness_seed"]))
    cosigner = Cosigner("witness.example/w1", key, lambda: stamp)
    assert (signer.vkey(), cosigner.verifier.vkey) == (vector["log_vkey"], vector["witness_vkey"])
    assert add_lines(checkpoint.sign(signer), [cosigner.line(checkpoint.text())]) == vector["checkpoint"]


def make_witness(tmp_path, log, cosigner):
    return Witness((Verifier.parse(log),), (cosigner,), WitnessMemory(tmp_path / "witness.db"))


def test_a_witness_answers_as_litewitness_does(tmp_path):
    vector = load("witness_sequence_litewitness.json")
    cosigner = Cosigner(vector["witness_name"], Ed25519PrivateKey.generate(), lambda: 1_700_000_000)
    witness = make_witness(tmp_path, vector["log_vkey"], cosigner)
    for case in vector["requests"]:
        answer = witness.add_checkpoint(case["body"].encode())
        assert answer.status in {case["spec_status"], *case.get("also_ok", ())}, case
        if answer.status == case["impl_status"]:
            assert case["expect"] in answer.body


@pytest.mark.parametrize("number", range(len(load("witness_update.json")["cases"]) if VECTORS.is_dir() else 0))
def test_a_witness_moves_on_only_to_what_grew(tmp_path, number):
    vector = load("witness_update.json")
    case = vector["cases"][number]
    key = base64.b64decode(vector["witness_skey"].rpartition("+")[2])[1:]
    witness = make_witness(
        tmp_path, vector["log_vkey"], Cosigner("witness", Ed25519PrivateKey.from_private_bytes(key), lambda: 1)
    )
    before = Checkpoint.parse(case["init"].partition("\n\n")[0] + "\n")
    assert witness.memory.replace(before.origin, None, Seen(before.size, before.root, case["init"]))
    lines = [f"old {case['old']}\n", *(f"{one}\n" for one in case["proof"]), "\n", case["new"]]
    answer = witness.add_checkpoint("".join(lines).encode())
    assert answer.status in {case["status"], *case.get("also_ok", ())}, case["desc"]
    assert (witness.memory.latest("monkeys").note != case["init"]) is (answer.status == 200)
