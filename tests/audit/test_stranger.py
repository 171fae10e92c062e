"""Somebody else's software against our exports: Go's checksum-database client, and a thousand ways to lie to it.

It needs the Debian packages golang-go and golang-golang-x-mod-dev; ATTUNE_REQUIRE_GO=1 makes their absence a failure.
"""

import random
import shutil
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa
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
from hub.store.tables import audit_bundles, audit_checkpoints, audit_tiles
from hub.store.vault import Vault
from hub.testing import FakeClock
from tests.audit.rows import change, put_back, rows_of

LIES = 1_000
SIGNER = Signer("hub.example/audit/test", Ed25519PrivateKey.from_private_bytes(bytes(32)))
THIEF = Signer("hub.example/audit/test", Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32))


@pytest.fixture(scope="session")
def stranger(build_go):
    binary = build_go("stranger")

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
def clock():
    return FakeClock()


@pytest.fixture
def log(url, clock):
    with open_store(url, Vault(bytes(32)), now=clock.now) as store:
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


def set_leaves(edit):
    def change_bundle(conn):
        first = audit_bundles.c.idx == 0
        leaves = conn.execute(sa.select(audit_bundles.c.leaves).where(first)).scalar_one()
        conn.execute(sa.update(audit_bundles).where(first).values(leaves=edit(leaves)))

    return change_bundle


def drop_the_tail(conn):
    conn.execute(sa.delete(audit_bundles).where(audit_bundles.c.idx == 1))


def swap_two(leaves):
    every = list(unbundle(leaves))
    every[3], every[4] = every[4], every[3]
    return bundle(every)


def other_size(conn):
    note = sa.func.replace(audit_checkpoints.c.note, "\n300\n", "\n299\n")
    conn.execute(sa.update(audit_checkpoints).values(note=note))


@pytest.mark.parametrize(
    "edit",
    [
        set_leaves(lambda leaves: leaves.replace(b'"17"', b'"18"')),
        set_leaves(lambda leaves: leaves[:-100]),
        set_leaves(swap_two),
        set_leaves(lambda leaves: bundle([*list(unbundle(leaves))[:100], leaf(1), *list(unbundle(leaves))[100:]])),
        lambda conn: conn.execute(sa.delete(audit_bundles).where(audit_bundles.c.idx == 0)),
        lambda conn: conn.execute(sa.update(audit_bundles).where(audit_bundles.c.idx == 0).values(idx=7)),
        lambda conn: conn.execute(sa.update(audit_tiles).where(audit_tiles.c.idx == 0).values(hashes=bytes(8192))),
        drop_the_tail,
        other_size,
    ],
    ids=["changed", "cut", "swapped", "inserted", "deleted", "moved", "hashes", "truncated", "size"],
)
def test_it_catches_what_was_changed_with_a_database_client(stranger, log, url, tmp_path, edit):
    record(log, [])
    log.export(tmp_path / "before")
    change(url, edit)
    assert log.verify().problem is not None
    note = (tmp_path / "before" / CHECKPOINT).read_bytes()
    try:
        log.export(tmp_path / "after")
    except HubError:
        return  # what the hub itself refuses to export needs no stranger
    (tmp_path / "after" / CHECKPOINT).write_bytes(note)
    assert stranger([(tmp_path / "after", "")])[0].startswith("refused")


def test_a_clock_that_is_turned_back_changes_no_order_and_is_told(stranger, log, clock, tmp_path):
    record(log, [])
    log.export(tmp_path / "before")
    assert log.verify().remark is None
    clock.advance(-600)
    record(log, [], 5)
    assert log.verify().remark is None  # writers do not wait for each other
    clock.advance(-3 * 86_400)
    record(log, [], 30)
    verified = log.verify()
    assert (verified.size, verified.problem) == (335, None)
    assert "turned back before entry 305" in verified.remark
    assert [entry["index"] for entry in log.show(limit=400)] == list(range(335))
    log.export(tmp_path / "after")
    assert stranger([(tmp_path / "after", tmp_path / "before" / CHECKPOINT)]) == ["ok 335"]
    clock.advance(30 * 86_400)
    record(log, [], 1)
    assert "before entry 305" in log.verify().remark


def test_a_backup_restored_over_a_newer_log_is_another_history_to_whoever_has_seen_it(
    stranger, log, url, clock, tmp_path
):
    record(log, [])
    backup = rows_of(url)
    record(log, [], 40)
    log.export(tmp_path / "seen")
    put_back(url, backup)
    clock.advance(60)
    record(log, [], 50)
    log.export(tmp_path / "fork")
    assert stranger([(tmp_path / "fork", "")]) == ["ok 350"]  # nobody can tell who has seen nothing
    assert stranger([(tmp_path / "fork", tmp_path / "seen" / CHECKPOINT)])[0].startswith("refused")
    assert "does not begin" in log.verify(saved=(tmp_path / "seen" / CHECKPOINT).read_text()).problem


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
