"""What keeps the log from being rewritten unseen: the mirror, witnesses, timestamps, and keys that change hands."""

import contextlib
import json
import shutil
import socket
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.x509 import load_pem_x509_certificates

from hub.audit.anchoring import TimestampAuthority, TrustedWitness, cosign, timestamp, verify_timestamp
from hub.audit.anchors import Anchors, Attested
from hub.audit.checkpoint import Checkpoint
from hub.audit.entry import Entry
from hub.audit.folder import LogFolder, verify_folder
from hub.audit.key import Cosigner, NoteError, Signer
from hub.audit.keyring import KeyRing
from hub.audit.log import AuditLog
from hub.audit.note import read_note
from hub.audit.serving import make_server
from hub.audit.trust import Trust, Witness, read_trust
from hub.audit.witness import Witness as WitnessService
from hub.audit.witness import WitnessMemory
from hub.errors import ConfigError, FatalError, TransientError
from hub.store.audit import Anchor
from hub.store.store import open_store
from hub.store.tables import audit_anchors, audit_checkpoints, audit_tiles, meta
from hub.store.vault import Vault
from hub.testing import FakeClock
from tests.audit.rows import change, put_back, rows_of

ORIGIN = "hub.example/audit/test"
TURN = meta.c.name == "own|audit.keys"


@pytest.fixture(params=["sqlite", "postgresql"])
def open_log(request, tmp_path, make_database):
    """Opens logs by name, again and again the same one; on both databases."""
    clock, signer, opened, urls = (
        FakeClock(),
        Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(32))),
        [],
        {},
    )

    def make(name="hub", mirror="mirror", signer=signer, keyring=None):
        if name not in urls:
            urls[name] = make_database(request.param, tmp_path / f"{name}.db")
        store = open_store(urls[name], Vault(bytes(32)), now=clock.now)
        opened.append(store)
        return AuditLog(store, signer, clock.now, LogFolder(tmp_path / mirror) if mirror else None, keyring)

    make.clock, make.urls = clock, urls
    yield make
    for store in opened:
        store.close()


def write(log, count, word="number"):
    with log.store.begin() as tx:
        log.record(tx, [Entry(type="test", outcome=f"{word} {n}") for n in range(count)])
    return log.sequence()


def trust(log, **witnesses):
    known = {name: Witness(key) for name, key in witnesses.items()}
    return Trust(log.keys.verifiers, known, quorum=next(iter(witnesses), "none"))


def test_the_mirror_is_the_log_as_a_stranger_would_have_it(open_log, tmp_path):
    log = open_log()
    for count in (1, 255, 1, 300, 3):
        write(log, count)
        checkpoint, found = verify_folder(LogFolder(tmp_path / "mirror"), trust(log))
        assert (checkpoint.size, checkpoint.root) == (found.size, log.verify().root)
    log.export(tmp_path / "export")
    listing = {
        name: {
            str(path.relative_to(tmp_path / name)): path.read_bytes()
            for path in (tmp_path / name).rglob("tile/**/*")
            if path.is_file()
        }
        for name in ("mirror", "export")
    }
    # The mirror may still hold shorter tiles of earlier sizes; what the present size needs is the same in both.
    assert listing["export"].items() <= listing["mirror"].items()


def test_processes_that_end_at_the_same_time_grow_the_mirror_one_after_the_other(open_log, tmp_path):
    """Whoever comes second waits, finds the work done, and writes nothing."""
    log, other = open_log(), open_log()
    write(log, 3)
    folder = LogFolder(tmp_path / "mirror")
    with folder.held():
        second = threading.Thread(target=write, args=(other, 300))
        second.start()
        while other.verify().size < 303:
            pass  # in the database at once; in the mirror when it is free
        second.join(1)
        assert second.is_alive() and folder.note().splitlines()[1] == "3"
    second.join(60)
    checkpoint, found = verify_folder(folder, trust(log))
    assert checkpoint.size == found.size == 303


def test_two_exports_into_one_folder_at_once_leave_a_whole_one(open_log, tmp_path, monkeypatch):
    """The second has more entries, and tidies away the partial tiles that the first one's checkpoint needs."""
    log, other = open_log(), open_log()
    write(log, 200)
    target, real, second = tmp_path / "export", LogFolder.grow, []

    def grow(folder, *args):
        real(folder, *args)
        if not second:
            second.append(threading.Thread(target=lambda: write(other, 100) and other.export(target)))
            second[0].start()
            second[0].join(3)

    monkeypatch.setattr(LogFolder, "grow", grow)
    monkeypatch.setattr(AuditLog, "_mirror", lambda *args: None)
    log.export(target)
    second[0].join(60)
    checkpoint, found = verify_folder(LogFolder(target), trust(log))
    assert checkpoint.size == found.size == 300 and not list(target.glob(".*"))


def test_two_that_write_one_file_do_not_take_it_from_each_other(tmp_path, monkeypatch):
    folder, writes = LogFolder(tmp_path), []

    def sync(number):
        if not writes:
            writes.append(number)
            folder.write("tile/0/001", b"second")  # while the first one is at it

    monkeypatch.setattr("hub.audit.folder.os.fsync", sync)
    folder.write("tile/0/001", b"first")
    assert (tmp_path / "tile/0/001").read_bytes() == b"first" and len(list((tmp_path / "tile/0").iterdir())) == 1


def test_a_backup_restored_over_a_newer_log_is_noticed_and_nothing_is_signed(open_log, tmp_path):
    log = open_log()
    write(log, 300)
    backup = rows_of(open_log.urls["hub"])
    before = write(log, 40, "later")
    put_back(open_log.urls["hub"], backup)
    log = open_log()
    assert "backup was restored" in log.verify().problem
    with pytest.raises(FatalError, match="older than the log"):
        write(log, 1, "fork")
    assert log.recover() == 40
    assert log.verify().problem is None
    assert log.open(log.checkpoint()) == before
    after = log.sequence()
    assert after.size == 341
    assert verify_folder(LogFolder(tmp_path / "mirror"), trust(log))[0] == after


def test_what_waited_in_the_backup_and_was_sequenced_since_is_not_sequenced_twice(open_log):
    log = open_log()
    write(log, 3)
    with log.store.begin() as tx:
        log.record(tx, [Entry(type="test", outcome="waits"), Entry(type="test", outcome="waits too")])
    backup = rows_of(open_log.urls["hub"])
    assert log.sequence().size == 5
    put_back(open_log.urls["hub"], backup)
    log = open_log()
    assert log.recover() == 2
    assert log.sequence().size == 5


def test_a_rewrite_with_the_signing_key_is_caught_by_the_mirror(open_log):
    log = open_log()
    write(log, 20)
    forged = open_log("forged", mirror=None)
    write(forged, 21, "forged")
    put_back(open_log.urls["hub"], rows_of(open_log.urls["forged"]))
    assert "contradicts its mirror" in log.verify().problem
    with pytest.raises(FatalError, match="contradicts its mirror"):
        write(log, 1)


def test_who_verifies_while_others_write_raises_no_false_alarm(open_log, monkeypatch):
    log, other = open_log(), open_log()
    write(log, 3)
    compare = AuditLog._compare
    monkeypatch.setattr(AuditLog, "_compare", lambda *args: (write(other, 1), compare(*args))[1])
    assert log.verify().problem is None


def test_nothing_begins_over_a_restored_backup(open_log):
    log = open_log()
    write(log, 3)
    backup = rows_of(open_log.urls["hub"])
    write(log, 3)
    log.check()
    put_back(open_log.urls["hub"], backup)
    with pytest.raises(FatalError, match="older than the log"):
        open_log().check()


def test_a_mirror_that_is_gone_is_told_until_somebody_begins_a_new_one(open_log, tmp_path):
    log = open_log()
    write(log, 3)
    write(log, 3)
    shutil.rmtree(tmp_path / "mirror")
    assert "emptied, moved or is not mounted" in log.verify().problem
    with pytest.raises(FatalError, match="audit mirror"):
        write(log, 1)
    with pytest.raises(FatalError, match="audit mirror"):
        log.check()
    assert log.begin_mirror() == 8  # what waited, and that the mirror began anew
    assert log.verify().problem is None
    assert verify_folder(LogFolder(tmp_path / "mirror"), trust(log))[0].size == 8
    with pytest.raises(ConfigError, match="names no mirror"):
        open_log(mirror=None).begin_mirror()


def cut_back(log, url):
    """What a database client could do to hide the last entries, where the mirror is not there."""
    write(log, 3)
    backup = rows_of(url)
    size = write(log, 2, "seen").size
    log.keep([Anchor(size, "witness", "w1", b"x")], [])
    anchors = rows_of(url)["audit_anchors"]
    put_back(url, backup | {"audit_anchors": anchors})


def test_nothing_is_signed_that_a_kept_anchor_contradicts(open_log):
    log = open_log(mirror=None)
    cut_back(log, open_log.urls["hub"])
    assert "it was cut back" in log.verify().problem
    for work in (log.check, lambda: write(log, 9, "forged")):
        with pytest.raises(FatalError, match="it was cut back"):
            work()
    assert log.give_up().sequence().size == 13
    log.check()
    with pytest.raises(ConfigError, match="nothing is lost"):
        log.give_up()


def test_a_tree_that_was_rewritten_below_an_anchor_is_not_signed(open_log):
    log, forged = open_log(mirror=None), open_log("forged", mirror=None)
    size = write(log, 3).size
    log.keep([Anchor(size, "witness", "w1", b"x")], [])
    anchors = rows_of(open_log.urls["hub"])
    for word in ("forged", "more"):
        write(forged, 3, word)
    rows = rows_of(open_log.urls["forged"])
    kept = [row for row in anchors["audit_checkpoints"] if row["size"] == size]
    others = [row for row in rows["audit_checkpoints"] if row["size"] != size]
    put_back(
        open_log.urls["hub"], rows | {"audit_anchors": anchors["audit_anchors"], "audit_checkpoints": kept + others}
    )
    assert "contradicts what others have seen" in log.verify().problem
    with pytest.raises(FatalError, match="contradicts what others have seen"):
        write(log, 1)


def test_a_log_that_was_cut_back_before_its_keys_turn_goes_on_when_told_to(open_log):
    log, fresh = open_log(mirror=None), Signer(ORIGIN, Ed25519PrivateKey.generate())
    write(log, 3)
    backup = rows_of(open_log.urls["hub"])
    write(log, 3)
    log = log.rotate(fresh)
    put_back(open_log.urls["hub"], backup)
    with pytest.raises(FatalError, match="older than the audit log's key"):
        write(log, 1)
    assert log.renew() == 0
    with pytest.raises(FatalError, match="recover --lost"):
        log.sequence()
    log = log.give_up()
    assert log.sequence().size == 5 and log.verify().problem is None


def test_a_saved_checkpoint_still_begins_the_log_or_not(open_log):
    log = open_log(mirror=None)
    write(log, 20)
    saved = log.checkpoint()
    write(log, 600)
    assert log.verify(saved=saved).problem is None
    forged = open_log("forged", mirror=None)
    write(forged, 620, "forged")
    assert "does not begin" in forged.verify(saved=saved).problem
    stranger = open_log("other", mirror=None, signer=Signer(ORIGIN, Ed25519PrivateKey.generate()))
    with pytest.raises(NoteError):
        stranger.verify(saved=saved)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("tile/entries/000", lambda data: data.replace(b"number 7", b"number 8")),
        ("tile/entries/001.p/44", lambda data: data[:-1]),
        ("tile/entries/001.p/44", lambda data: data + data[-100:]),
        ("tile/0/000", lambda data: bytes(32) + data[32:]),
        ("tile/1/000.p/1", lambda data: bytes(32)),
        ("checkpoint", lambda data: data.replace(b"300", b"299")),
        ("checkpoint", lambda data: data[: data.rindex("\N{EM DASH}".encode())]),
    ],
)
def test_an_export_that_was_changed_does_not_verify(open_log, tmp_path, name, change):
    log = open_log(mirror=None)
    write(log, 300)
    log.export(tmp_path / "export")
    folder = LogFolder(tmp_path / "export")
    assert verify_folder(folder, trust(log))[0].size == 300
    path = folder.path / name
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises((NoteError, ConfigError)):
        verify_folder(folder, trust(log))


def test_one_key_hands_over_to_the_next(open_log, tmp_path):
    log, fresh = open_log(), Signer(ORIGIN, Ed25519PrivateKey.generate())
    write(log, 5)
    old_note = log.checkpoint()
    handed = log.rotate(fresh)
    handed.keys.save(tmp_path / "keys.json")
    assert read_note(log.checkpoint(), [fresh.verifier, log.signer.verifier]).signers == {
        fresh.verifier,
        log.signer.verifier,
    }
    with pytest.raises(ConfigError, match="not the key that signs now"):
        KeyRing.load(tmp_path / "keys.json", log.signer)
    after = open_log(signer=fresh, keyring=KeyRing.load(tmp_path / "keys.json", fresh))
    assert write(after, 3).size == 9
    assert after.verify(saved=old_note).problem is None
    retired = Checkpoint(ORIGIN, 9, after.verify().root).sign(log.signer)
    with pytest.raises(NoteError, match="had not its turn"):
        after.open(retired)


def test_who_was_opened_before_a_rotation_signs_nothing_after_it(open_log):
    """What it wrote waits for the new key, and nobody is stopped by it."""
    log, early, fresh = open_log(), open_log(), Signer(ORIGIN, Ed25519PrivateKey.generate())
    write(log, 5)
    log = log.rotate(fresh)
    with pytest.raises(TransientError, match="key changed"):
        write(early, 2, "late")
    assert log.verify().pending == 2 and log.sequence().size == 8
    assert log.verify().problem is None
    with pytest.raises(TransientError, match="key changed"):
        early.sequence()


def test_long_work_catches_up_and_is_not_stopped_by_a_rotation(open_log, monkeypatch):
    log, fresh = open_log(), Signer(ORIGIN, Ed25519PrivateKey.generate())
    write(log, 1)
    monkeypatch.setattr("hub.audit.log.CATCH_UP", 2)
    for waiting in (1, 0):
        with log.store.begin() as tx:
            log.record(tx, [Entry(type="test", outcome="o")])
        log.catch_up()
        assert log.verify().pending == waiting
    after = log.rotate(fresh)
    with log.store.begin() as tx:
        log.record(tx, [Entry(type="test", outcome="o")] * 2)
    log.catch_up()
    assert after.verify().pending == 2


def test_a_rotation_that_was_cut_off_is_finished_and_not_made_twice(open_log):
    log, fresh = open_log(), Signer(ORIGIN, Ed25519PrivateKey.generate())
    write(log, 5)
    first = log.rotate(fresh)  # and the list of keys was never saved
    again = open_log().rotate(fresh)
    assert again.keys == first.keys and again.sequence().size == 6
    change(open_log.urls["hub"], lambda conn: conn.execute(sa.update(meta).values(value=b"{}").where(TURN)))
    with pytest.raises(FatalError, match="audit recover"):
        again.sequence()
    assert again.renew() == 0
    assert write(again, 1).size == 7


def sign_late(log, early, urls):
    """A process of a release that did not know of turns signs on with the old key."""
    change(urls["hub"], lambda conn: conn.execute(sa.delete(meta).where(TURN)))
    for _ in range(2):
        write(early, 2, "late")
    change(urls["hub"], lambda conn: conn.execute(sa.delete(meta).where(TURN)))
    assert "had not its turn" in log.verify().problem
    with pytest.raises(NoteError, match="audit recover"):
        log.sequence()


def test_what_an_old_key_signed_late_is_compared_and_signed_again(open_log, tmp_path):
    log, early, fresh = open_log(), open_log(), Signer(ORIGIN, Ed25519PrivateKey.generate())
    write(log, 5)
    log = log.rotate(fresh)
    sign_late(log, early, open_log.urls)
    assert log.renew() == 2
    assert log.sequence().size == 11
    assert log.verify().problem is None and log.renew() == 0
    assert json.loads(log.prove(10).extra)["outcome"] == "renewed"
    assert verify_folder(LogFolder(tmp_path / "mirror"), trust(log))[0].size == 11


def test_what_an_old_key_signed_late_comes_back_from_the_mirror_as_well(open_log):
    log, early, fresh = open_log(), open_log(), Signer(ORIGIN, Ed25519PrivateKey.generate())
    write(log, 5)
    log = log.rotate(fresh)
    log.sequence()
    backup = rows_of(open_log.urls["hub"])
    sign_late(log, early, open_log.urls)
    put_back(open_log.urls["hub"], backup)
    assert log.renew() == 0 and log.recover() == 4
    assert write(log, 1).size == 11
    assert log.verify().problem is None


def test_what_an_old_key_signed_late_over_a_rewrite_is_not_signed_again(open_log):
    log, early, fresh = open_log(mirror=None), open_log(mirror=None), Signer(ORIGIN, Ed25519PrivateKey.generate())
    write(log, 5)
    log = log.rotate(fresh)
    sign_late(log, early, open_log.urls)
    change(open_log.urls["hub"], lambda conn: conn.execute(sa.update(audit_tiles).values(hashes=bytes(320))))
    before = log.checkpoint()
    with pytest.raises(FatalError, match="nothing was signed again"):
        log.renew()
    assert log.checkpoint() == before


@pytest.fixture(params=["ed25519", "ml-dsa-44"])
def witness(request, tmp_path, open_log):
    key = Ed25519PrivateKey.generate() if request.param == "ed25519" else MLDSA44PrivateKey.generate()
    cosigner = Cosigner("witness.example/w1", key, lambda: 1_760_000_000)
    log_key = open_log("key", mirror=None).signer.verifier
    server = make_server(WitnessService((log_key,), (cosigner,), WitnessMemory(tmp_path / "w.db")), "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield TrustedWitness("w1", cosigner.verifier, f"http://127.0.0.1:{server.server_address[1]}")
    server.shutdown()
    server.server_close()


def post(url, body, media_type):
    import requests

    answer = requests.post(url, data=body, headers={"Content-Type": media_type}, timeout=60)
    return answer.status_code, answer.content


def anchor(log, witness):
    found, lines = cosign(log, witness, post)
    log.keep([found], lines)
    return found.size


def test_a_witness_cosigns_what_grows_and_proofs_carry_its_word(open_log, witness):
    log = open_log()
    write(log, 7)
    assert anchor(log, witness) == 7
    assert anchor(log, witness) == 7
    write(log, 500)
    assert anchor(log, witness) == 507
    demanding = trust(log, w1=witness.key)
    proof = log.prove(300)
    assert proof.verify(proof.extra, demanding).size == 507
    assert read_trust(demanding.text()) == demanding
    write(log, 1)
    with pytest.raises(NoteError, match="too few witnesses"):
        log.prove(300).verify(proof.extra, demanding)


def test_a_rewrite_with_stolen_keys_and_no_mirror_is_caught_by_the_witness(open_log, witness):
    log = open_log(mirror=None)
    write(log, 20)
    anchor(log, witness)
    forged = open_log("forged", mirror=None)
    write(forged, 20, "forged")
    with pytest.raises(FatalError, match="another history"):
        anchor(forged, witness)
    shorter = open_log("shorter", mirror=None)
    write(shorter, 19)
    with pytest.raises(FatalError, match="history was lost"):
        anchor(shorter, witness)
    longer = open_log("longer", mirror=None)
    write(longer, 33, "forged")
    with pytest.raises(FatalError, match="another history"):
        anchor(longer, witness)


def test_a_witness_that_does_not_know_the_log_says_so(open_log, witness):
    stranger = open_log("other", mirror=None, signer=Signer("stranger.example/log", Ed25519PrivateKey.generate()))
    write(stranger, 1)
    with pytest.raises(ConfigError, match="does not take this log"):
        anchor(stranger, witness)


def test_a_cosignature_of_somebody_else_is_not_taken_for_the_witnesss(open_log, witness):
    log = open_log(mirror=None)
    write(log, 3)
    anchor(log, witness)  # from now on our own note carries a true one
    stranger = Cosigner(witness.key.name, Ed25519PrivateKey.generate(), lambda: 1)
    text = log.checkpoint().partition("\n\n")[0] + "\n"
    with pytest.raises(TransientError, match="no cosignature of its own key"):
        cosign(log, witness, lambda *_: (200, stranger.line(text).encode()))


@pytest.mark.parametrize("content", ["", "not a key", "AAAA", "\xff"])
def test_a_witness_key_that_is_none_is_told(tmp_path, content):
    from hub.cli.audit import _witness_key

    (tmp_path / "witness.key").write_text(content, encoding="latin-1")
    with pytest.raises(ConfigError):
        _witness_key(tmp_path / "witness.key", ed25519=True)


def test_a_witness_lets_many_hubs_wait(tmp_path):
    service = WitnessService((), (), WitnessMemory(tmp_path / "w.db"))
    with make_server(service, "127.0.0.1", 0) as busy, contextlib.ExitStack() as stack:
        for _ in range(40):  # nobody answers yet: each waits
            stack.enter_context(socket.create_connection(busy.server_address, timeout=0.5))


def test_two_requests_at_once_cannot_roll_a_witness_back(open_log, tmp_path, witness):
    log = open_log()
    write(log, 3)
    notes = [log.checkpoint()]
    write(log, 4)
    notes.append(log.checkpoint())
    threads = [
        threading.Thread(
            target=post, args=(f"{witness.url}/add-checkpoint", b"old 0\n\n" + note.encode(), "text/plain")
        )
        for note in notes * 8
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = WitnessMemory(tmp_path / "w.db").latest(ORIGIN)
    assert seen.size in {3, 7}
    assert anchor(log, witness) == 7


def roots_of(authority):
    return tuple(load_pem_x509_certificates(authority.certificates.read_bytes()))


def test_a_timestamp_authority_says_when(open_log, tsa):
    log = open_log()
    write(log, 9)
    roots = roots_of(tsa)
    found = timestamp(log, TimestampAuthority("tsa", "https://tsa.example", roots), tsa.stamp)
    log.keep([found], [])
    with log.store.read() as tx:
        kept = tx.audit.anchors(9)[0]
    text = log.open(log.checkpoint()).text().encode()
    assert verify_timestamp(text, kept.token, roots).startswith("20")
    with pytest.raises(NoteError):
        verify_timestamp(text + b"x", kept.token, roots)
    with pytest.raises(TransientError, match="does not verify"):
        timestamp(log, TimestampAuthority("tsa", "https://tsa.example", roots), lambda *_: (200, kept.token))
    with pytest.raises(TransientError, match="503"):
        timestamp(log, TimestampAuthority("tsa", "https://tsa.example", roots), lambda *_: (503, b""))


@pytest.fixture
def anchored(open_log, tsa):
    """A log that a timestamp authority has stamped twice and a witness cosigned once, and all who speak about it."""
    log = open_log(mirror=None)
    cosigner = Cosigner(
        "witness.example/w1", Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32), lambda: 1_760_000_000
    )
    write(log, 9)
    authority = TimestampAuthority("tsa", "https://tsa.example", roots_of(tsa))
    witness = TrustedWitness("w1", cosigner.verifier, "https://w1.example")
    log.keep([timestamp(log, authority, tsa.stamp)], [])
    write(log, 300)
    line = cosigner.line(log.open(log.checkpoint()).text())
    log.keep([timestamp(log, authority, tsa.stamp), Anchor(309, "witness", "w1", line.encode())], [line])
    write(log, 1)
    return Anchors(log, [witness], [authority], post)


def test_kept_statements_are_checked_offline(anchored):
    assert anchored.check() == Attested(3, 0)
    assert replace(anchored, witnesses=[]).check() == Attested(2, 1)


def of(kind, size):
    return (audit_anchors.c.kind == kind) & (audit_anchors.c.size == size)


def flip_token(position):
    def edit(conn):
        token = bytearray(conn.execute(sa.select(audit_anchors.c.token).where(of("timestamp", 9))).scalar_one())
        token[position] ^= 1
        conn.execute(sa.update(audit_anchors).where(of("timestamp", 9)).values(token=bytes(token)))

    return edit


def swap_tokens(conn):
    later = conn.execute(sa.select(audit_anchors.c.token).where(of("timestamp", 309))).scalar_one()
    conn.execute(sa.update(audit_anchors).where(of("timestamp", 9)).values(token=later))


@pytest.mark.parametrize(
    "edit",
    [
        *(flip_token(position) for position in (5, 60, 100, 400, -1)),
        swap_tokens,
        lambda conn: conn.execute(sa.update(audit_anchors).where(of("timestamp", 9)).values(token=b"")),
        lambda conn: conn.execute(sa.update(audit_anchors).where(of("timestamp", 9)).values(size=10)),
        lambda conn: conn.execute(sa.update(audit_anchors).where(of("witness", 309)).values(size=310)),
        lambda conn: conn.execute(sa.update(audit_anchors).where(of("witness", 309)).values(token=b"\xff")),
        lambda conn: conn.execute(sa.update(audit_anchors).values(kind="timestamp", name="tsa")),
        lambda conn: conn.execute(sa.delete(audit_checkpoints).where(audit_checkpoints.c.size == 9)),
    ],
)
def test_a_kept_statement_that_was_altered_is_refused(anchored, open_log, edit):
    change(open_log.urls["hub"], edit)
    assert "does not hold" in (anchored.check().problem or "")


def test_a_token_of_an_authority_that_nobody_trusts_is_refused(anchored, other_tsa):
    (authority,) = anchored.authorities
    assert (
        "does not hold"
        in replace(anchored, authorities=[replace(authority, roots=roots_of(other_tsa))]).check().problem
    )


def test_a_rewrite_under_kept_timestamps_is_told_even_with_the_key(anchored, open_log):
    """Whoever holds database and key can make a history that verifies, but not the tokens that go with it."""
    forged = open_log("forged", mirror=None)
    for count in (9, 300, 1):
        write(forged, count, "forged")
    real, false = rows_of(open_log.urls["hub"]), rows_of(open_log.urls["forged"])
    put_back(open_log.urls["hub"], {**false, "audit_anchors": real["audit_anchors"]})
    assert anchored.log.verify().problem is None
    assert "does not hold" in anchored.check().problem
    # Cleverer: with the true checkpoints that the tokens are about, and a false one only at the end.
    checkpoints = [*(row for row in real["audit_checkpoints"] if row["size"] < 310), false["audit_checkpoints"][-1]]
    put_back(open_log.urls["hub"], {**false, "audit_anchors": real["audit_anchors"], "audit_checkpoints": checkpoints})
    assert "contradicts what others have seen" in anchored.log.verify().problem
    assert "does not begin with its checkpoint" in anchored.check().problem


def test_others_are_asked_again_when_their_word_is_old_and_the_log_has_grown(anchored, open_log, tsa):
    def due(anchors):
        return [one.name for one in anchors.standing() if one.is_due]

    daily = replace(anchored, every=timedelta(hours=24), post=tsa.stamp, witnesses=[])
    assert due(daily) == []
    assert daily.ask(due_only=True) == []
    open_log.clock.advance(86_400)
    assert due(daily) == ["tsa"]
    assert due(anchored) == []  # by hand only
    assert [(one.size, one.error) for one in daily.ask(due_only=True)] == [(310, None)]
    open_log.clock.advance(2 * 86_400)
    assert due(daily) == []  # nothing has happened since
    write(daily.log, 1)
    assert due(daily) == ["tsa"]
    assert due(replace(daily, authorities=[replace(daily.authorities[0], name="new")])) == ["new"]
    open_log.clock.advance(-9 * 86_400)
    assert due(daily) == ["tsa"]  # the clock was turned back: nobody can say how old the last word is


def test_one_who_does_not_answer_keeps_nobody_from_the_others(anchored, tsa):
    def answer(url, body, media_type):
        if "w1" in url:
            raise TransientError("nobody there")
        return tsa.stamp(url, body, media_type)

    answers = replace(anchored, post=answer, every=timedelta(hours=1)).ask()
    assert [(one.name, one.size, type(one.error)) for one in answers] == [
        ("w1", None, TransientError),
        ("tsa", 310, type(None)),
    ]


LOG = Signer("a.example/log", Ed25519PrivateKey.from_private_bytes(bytes(32))).vkey()
WITNESSES = [
    Cosigner(f"w{n}", Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32), lambda: 1).verifier.vkey
    for n in range(1, 5)
]


@pytest.mark.parametrize(
    ("policy", "problem"),
    [
        ("log {log}\n", "no quorum"),
        ("quorum none\nquorum none\n", "line 2"),
        ("log {log}\nlog {log}\nquorum none\n", "line 2"),
        ("log {w1}\nquorum none\n", "line 1"),
        ("witness a {log}\nquorum a\n", "line 1"),
        ("witness a {w1}\nwitness b {w1}\nquorum a\n", "line 2"),
        ("witness none {w1}\nquorum none\n", "line 1"),
        ("quorum a\nwitness a {w1}\n", "line 1"),
        ("witness a {w1}\ngroup g 2 a\nquorum g\n", "line 2"),
        ("witness a {w1}\ngroup g 01 a\nquorum g\n", "line 2"),
        ("witness a {w1}\ngroup g any a a\nquorum g\n", "line 2"),
        ("group g any b\nquorum g\n", "line 1"),
        ("log {log}\r\nquorum none\n", "line 1"),
        ("surprise\nquorum none\n", "line 1"),
    ],
)
def test_a_trust_policy_that_is_not_one_is_refused_with_its_line(policy, problem):
    filled = policy.format(log=LOG, **{f"w{n}": key for n, key in enumerate(WITNESSES, start=1)})
    with pytest.raises(NoteError, match=problem):
        read_trust(filled)


def test_quorums_nest():
    w = WITNESSES
    policy = read_trust(
        f"# ours\nlog {LOG} https://a.example\n\twitness a {w[0]}\nwitness b {w[1]} \nwitness c {w[2]} https://c.example\n"
        f"group two 2 a b\ngroup all all two c\nquorum all\n"
    )
    signer = Signer("a.example/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
    note = Checkpoint("a.example/log", 1, bytes(32)).sign(signer)
    keys = [Cosigner(f"w{n}", Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32), lambda: 1) for n in (1, 2, 3)]
    lines = [key.line(note.partition("\n\n")[0] + "\n") for key in keys]
    assert policy.open(note + "".join(lines)).size == 1
    for missing in range(3):
        with pytest.raises(NoteError, match="too few"):
            policy.open(note + "".join(lines[:missing] + lines[missing + 1 :]))
    with pytest.raises(NoteError):
        policy.open(note[: note.rindex("\N{EM DASH}")] + "".join(lines))
