"""Somebody else's software against our exports: Go's checksum-database client, and a thousand ways to lie to it.

It needs the Debian packages golang-go and golang-golang-x-mod-dev; ATTUNE_REQUIRE_GO=1 makes their absence a failure.
"""

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.audit.checkpoint import Checkpoint
from hub.audit.entry import Entry
from hub.audit.folder import CHECKPOINT, LogFolder
from hub.audit.key import Signer
from hub.audit.log import AuditLog
from hub.audit.merkle import leaf_hash, root
from hub.audit.tiles import bundle, unbundle
from hub.audit.tree import grow, nodes_of
from hub.errors import HubError
from hub.store.store import open_store
from hub.store.vault import Vault
from hub.testing import FakeClock

LIES = 1_000
SIGNER = Signer("hub.example/audit/test", Ed25519PrivateKey.from_private_bytes(bytes(32)))
THIEF = Signer("hub.example/audit/test", Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32))
SOURCES = Path("/usr/share/gocode")


@pytest.fixture(scope="session")
def stranger(tmp_path_factory):
    if shutil.which("go") is None or not (SOURCES / "src/golang.org/x/mod/sumdb").is_dir():
        if os.environ.get("ATTUNE_REQUIRE_GO"):
            pytest.fail("go and golang.org/x/mod are required here: apt-get install golang-go golang-golang-x-mod-dev")
        pytest.skip("go and golang.org/x/mod are not installed")
    binary = tmp_path_factory.mktemp("go") / "stranger"
    settings = {"GO111MODULE": "off", "GOPATH": str(SOURCES), "GOCACHE": str(binary.parent / "cache"), "GOFLAGS": ""}
    source = Path(__file__).parent / "stranger" / "main.go"
    subprocess.run(["go", "build", "-o", binary, source], check=True, env=os.environ | settings, timeout=300)

    def verify(cases):
        lines = "".join(f"{folder}\t{seen}\n" if seen else f"{folder}\n" for folder, seen in cases)
        ran = subprocess.run(
            [binary, SIGNER.vkey()], input=lines, capture_output=True, text=True, check=True, timeout=300
        )
        return ran.stdout.splitlines()

    return verify


def leaf(number, word="allowed"):
    return f'{{"n":{number},"outcome":"{word}","type":"activate"}}'.encode()


def write(folder, leaves, signer=SIGNER, size=None):
    """A log in a folder, as the hub writes one."""
    tiles = grow(0, [leaf_hash(one) for one in leaves], lambda *_: b"")
    target = LogFolder(folder)
    target.grow(
        0,
        len(leaves),
        lambda start, limit: list(enumerate(leaves))[start : start + limit],
        lambda *at: tiles.get(at, b""),
    )
    digest = root(len(leaves), nodes_of(lambda *at: tiles.get(at, b"")))
    target.write(CHECKPOINT, Checkpoint(SIGNER.name, size or len(leaves), digest).sign(signer).encode())
    return folder


def bundles(folder):
    return sorted(path for path in (folder / "tile/entries").rglob("*") if path.is_file())


def change_bundle(folder, dice, change):
    path = bundles(folder)[0]  # the full one, or the only one
    leaves = list(unbundle(path.read_bytes()))
    change(leaves)
    path.write_bytes(bundle(leaves))


def flip(folder, dice):
    path = dice.choice(sorted(path for path in (folder / "tile").rglob("*") if path.is_file()))
    data = bytearray(path.read_bytes())
    data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    path.write_bytes(data)


def flip_the_promise(folder, dice):
    path = folder / CHECKPOINT
    text, gap, tail = path.read_bytes().partition(b"\n\n")
    data = bytearray(text)
    data[dice.randrange(len(data))] ^= 1 << dice.randrange(7)
    path.write_bytes(bytes(data) + gap + tail)


def delete_file(folder, dice):
    dice.choice(sorted(path for path in (folder / "tile").rglob("*") if path.is_file())).unlink()


def delete_entry(folder, dice):
    change_bundle(folder, dice, lambda leaves: leaves.pop(dice.randrange(len(leaves))))


def swap(folder, dice):
    def change(leaves):
        a = dice.randrange(len(leaves))
        b = (a + dice.randrange(1, len(leaves))) % len(leaves)
        leaves[a], leaves[b] = leaves[b], leaves[a]

    change_bundle(folder, dice, change)


def insert(folder, dice):
    change_bundle(folder, dice, lambda leaves: leaves.insert(dice.randrange(len(leaves) + 1), leaf(0, "denied")))


def truncate(folder, dice):
    path = dice.choice(bundles(folder))
    data = path.read_bytes()
    path.write_bytes(data[: dice.randrange(len(data))])


def size_of(folder):
    return int((folder / CHECKPOINT).read_text().split("\n")[1])


def rewritten(folder, dice, signer):
    size = size_of(folder)
    leaves = [leaf(number) for number in range(size)]
    leaves[dice.randrange(min(size, 20))] = leaf(0, "never happened")
    shutil.rmtree(folder)
    return write(folder, leaves, signer)


def fork(folder, dice):
    """Another history, with all hashes right, signed by a key of the forger's own."""
    rewritten(folder, dice, THIEF)


def rewrite(folder, dice):
    """Another history under the true checkpoint: what somebody with the database can do."""
    note = (folder / CHECKPOINT).read_bytes()
    rewritten(folder, dice, SIGNER)
    (folder / CHECKPOINT).write_bytes(note)


def rewrite_with_the_key(folder, dice):
    """Another history, signed with the stolen key: only who has seen the log before can tell."""
    rewritten(folder, dice, SIGNER)


def drop_the_tail_with_the_key(folder, dice):
    size = size_of(folder)
    shutil.rmtree(folder)
    write(folder, [leaf(number) for number in range(dice.randrange(1, size))])


UNSEEN = [flip, flip_the_promise, delete_file, delete_entry, swap, insert, truncate, fork, rewrite]
SEEN = [rewrite_with_the_key, drop_the_tail_with_the_key]


@pytest.fixture(scope="session")
def honest(tmp_path_factory):
    home = tmp_path_factory.mktemp("honest")
    return [write(home / str(size), [leaf(number) for number in range(size)]) for size in (20, 255, 256, 257, 300, 700)]


def test_it_accepts_a_thousand_honest_logs(stranger, tmp_path):
    dice = random.Random(1)
    sizes = [*range(1, 30), 255, 256, 257, 511, 512, 513, *(dice.randrange(30, 400) for _ in range(965))]
    folders = [write(tmp_path / str(at), [leaf(number) for number in range(size)]) for at, size in enumerate(sizes)]
    assert stranger([(folder, "") for folder in folders]) == [f"ok {size}" for size in sizes]


def test_it_catches_a_thousand_lies_of_a_thousand(stranger, honest, tmp_path):
    dice = random.Random(2)
    cases = []
    for number in range(LIES):
        lie = (UNSEEN + SEEN)[number % (len(UNSEEN) + len(SEEN))]
        folder = shutil.copytree(dice.choice(honest), tmp_path / str(number))
        seen = ""
        if lie in SEEN:
            seen = shutil.copy(folder / CHECKPOINT, tmp_path / f"{number}.seen")
        lie(Path(folder), dice)
        cases.append((folder, seen, lie.__name__))
    answers = stranger([(folder, seen) for folder, seen, _ in cases])
    believed = [name for (_, _, name), answer in zip(cases, answers, strict=True) if not answer.startswith("refused")]
    assert (len(answers), believed) == (LIES, [])


@pytest.fixture
def log(tmp_path):
    clock = FakeClock()
    with open_store(f"sqlite:///{tmp_path / 'hub.db'}", Vault(bytes(32)), now=clock.now, create=True) as store:
        yield AuditLog(store, SIGNER, clock.now)


def record(log, people, entries=300):
    with log.store.begin() as tx:
        refs = list(tx.keys.audit_refs(people).values()) or [None]
        log.record(
            tx,
            [
                Entry(type="activate", outcome="allowed", subject=refs[number % len(refs)], reasons=(str(number),))
                for number in range(entries)
            ],
        )
    log.sequence()


def test_it_reads_the_hubs_own_exports_and_follows_their_growth(stranger, log, tmp_path):
    record(log, [])
    log.export(tmp_path / "first")
    record(log, [], 500)
    log.export(tmp_path / "second")
    cases = [(tmp_path / "first", ""), (tmp_path / "second", tmp_path / "first" / CHECKPOINT)]
    assert stranger(cases) == ["ok 300", "ok 800"]
    assert stranger([(tmp_path / "first", tmp_path / "second" / CHECKPOINT)])[0].startswith("refused")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_bundles SET leaves = CAST(replace(CAST(leaves AS TEXT), '\"17\"', '\"18\"') AS BLOB) WHERE idx = 0",
        "DELETE FROM audit_bundles WHERE idx = 0",
        "UPDATE audit_bundles SET idx = 7 WHERE idx = 0",
        "UPDATE audit_tiles SET hashes = zeroblob(8192) WHERE level = 0 AND idx = 0",
        "UPDATE audit_checkpoints SET note = replace(note, char(10) || '300' || char(10), char(10) || '299' || char(10))",
    ],
)
def test_it_catches_what_was_changed_with_a_database_client(stranger, log, tmp_path, statement):
    import sqlite3

    record(log, [])
    log.export(tmp_path / "before")
    with sqlite3.connect(tmp_path / "hub.db") as raw:
        assert raw.execute(statement).rowcount == 1
    assert log.verify().problem is not None
    note = (tmp_path / "before" / CHECKPOINT).read_bytes()
    try:
        log.export(tmp_path / "after")
    except HubError:
        return  # what the hub itself refuses to export needs no stranger
    (tmp_path / "after" / CHECKPOINT).write_bytes(note)
    assert stranger([(tmp_path / "after", "")])[0].startswith("refused")


def test_erasing_a_hundred_people_leaves_every_proof_valid(stranger, log, tmp_path):
    with log.store.begin() as tx:
        people = tx.persons.create_many(120)
        refs = tx.keys.audit_refs(people)
    record(log, people, 600)
    before = [log.prove(index).text() for index in range(0, 600, 7)]
    log.export(tmp_path / "before")
    with log.store.begin() as tx:
        for person in people[:100]:
            tx.persons.erase(person)
    record(log, people[100:], 5)
    log.export(tmp_path / "after")
    assert stranger([(tmp_path / "after", tmp_path / "before" / CHECKPOINT)]) == ["ok 605"]
    assert [log.prove(index).text().split("\n")[1] for index in range(0, 600, 7)] == [
        text.split("\n")[1] for text in before
    ]
    with log.store.read() as tx:
        left = tx.keys.audit_refs(people)
    assert set(left) == set(people[100:])
    assert not {refs[person] for person in people[:100]} & set(left.values())
