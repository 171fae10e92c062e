"""What keeps the log from being rewritten unseen: the mirror, witnesses, timestamps, and keys that change hands."""

import shutil
import sqlite3
import subprocess
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.x509 import load_pem_x509_certificates

from hub.audit.anchoring import TimestampAuthority, TrustedWitness, cosign, timestamp, verify_timestamp
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
from hub.store.store import open_store
from hub.store.vault import Vault
from hub.testing import FakeClock

ORIGIN = "hub.example/audit/test"


@pytest.fixture
def open_log(tmp_path):
    clock, signer, opened = FakeClock(), Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(32))), []

    def make(name="hub.db", mirror="mirror", signer=signer, keyring=None):
        store = open_store(f"sqlite:///{tmp_path / name}", Vault(bytes(32)), now=clock.now, create=True)
        opened.append(store)
        return AuditLog(store, signer, clock.now, LogFolder(tmp_path / mirror) if mirror else None, keyring)

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


def restore(tmp_path, log, backup):
    log.store.close()
    for path in tmp_path.glob("hub.db*"):
        path.unlink()
    shutil.copy(backup, tmp_path / "hub.db")


def backup_of(tmp_path, log):
    log.store.checkpoint()
    with sqlite3.connect(tmp_path / "hub.db") as source, sqlite3.connect(tmp_path / "backup.db") as target:
        source.backup(target)
    return tmp_path / "backup.db"


def test_a_backup_restored_over_a_newer_log_is_noticed_and_nothing_is_signed(open_log, tmp_path):
    log = open_log()
    write(log, 300)
    backup = backup_of(tmp_path, log)
    before = write(log, 40, "later")
    restore(tmp_path, log, backup)
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


def test_what_waited_in_the_backup_and_was_sequenced_since_is_not_sequenced_twice(open_log, tmp_path):
    log = open_log()
    write(log, 3)
    with log.store.begin() as tx:
        log.record(tx, [Entry(type="test", outcome="waits"), Entry(type="test", outcome="waits too")])
    backup = backup_of(tmp_path, log)
    assert log.sequence().size == 5
    restore(tmp_path, log, backup)
    log = open_log()
    assert log.recover() == 2
    assert log.sequence().size == 5


def test_a_rewrite_with_the_signing_key_is_caught_by_the_mirror(open_log, tmp_path):
    log = open_log()
    write(log, 20)
    log.store.close()
    forged = open_log("forged.db", mirror=None)
    write(forged, 21, "forged")
    forged.store.checkpoint()
    shutil.copy(tmp_path / "forged.db", tmp_path / "hub.db")
    log = open_log()
    assert "contradicts its mirror" in log.verify().problem
    with pytest.raises(FatalError, match="contradicts its mirror"):
        write(log, 1)


def test_a_saved_checkpoint_still_begins_the_log_or_not(open_log, tmp_path):
    log = open_log(mirror=None)
    write(log, 20)
    saved = log.checkpoint()
    write(log, 600)
    assert log.verify(saved=saved).problem is None
    forged = open_log("forged.db", mirror=None)
    write(forged, 620, "forged")
    assert "does not begin" in forged.verify(saved=saved).problem
    stranger = open_log("other.db", mirror=None, signer=Signer(ORIGIN, Ed25519PrivateKey.generate()))
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
    with log.store.begin() as tx:
        log.record(tx, [Entry(type="key", outcome="rotated")])
    last = log.sequence(successor=fresh)
    ring = KeyRing.of(log.signer).rotated(fresh, last.size)
    ring.save(tmp_path / "keys.json")
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


@pytest.fixture(params=["ed25519", "ml-dsa-44"])
def witness(request, tmp_path, open_log):
    key = Ed25519PrivateKey.generate() if request.param == "ed25519" else MLDSA44PrivateKey.generate()
    cosigner = Cosigner("witness.example/w1", key, lambda: 1_760_000_000)
    log_key = open_log("key.db", mirror=None).signer.verifier
    server = make_server(WitnessService((log_key,), (cosigner,), WitnessMemory(tmp_path / "w.db")), "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield TrustedWitness("w1", cosigner.verifier, f"http://127.0.0.1:{server.server_address[1]}")
    server.shutdown()
    server.server_close()


def post(url, body, media_type):
    import requests

    answer = requests.post(url, data=body, headers={"Content-Type": media_type}, timeout=10)
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
    forged = open_log("forged.db", mirror=None)
    write(forged, 20, "forged")
    with pytest.raises(FatalError, match="another history"):
        anchor(forged, witness)
    shorter = open_log("shorter.db", mirror=None)
    write(shorter, 19)
    with pytest.raises(FatalError, match="history was lost"):
        anchor(shorter, witness)
    longer = open_log("longer.db", mirror=None)
    write(longer, 33, "forged")
    with pytest.raises(FatalError, match="another history"):
        anchor(longer, witness)


def test_a_witness_that_does_not_know_the_log_says_so(open_log, witness):
    stranger = open_log("other.db", mirror=None, signer=Signer("stranger.example/log", Ed25519PrivateKey.generate()))
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


@pytest.fixture(scope="session")
def tsa(tmp_path_factory):
    """A timestamp authority of OpenSSL, offline; gives its folder, or a skip where OpenSSL is missing."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "tsa.cnf").write_text(
        "[req]\ndistinguished_name=dn\n[dn]\n[ca]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\n"
        "subjectKeyIdentifier=hash\n"
        "[stamp]\nbasicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature\n"
        "extendedKeyUsage=critical,timeStamping\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
        "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ndefault_policy=1.2.3.4\ndigests=sha256,sha512\n"
        "signer_digest=sha256\naccuracy=secs:1\n"
    )
    (folder / "serial").write_text("01\n")
    ssl(
        folder,
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 3650 -subj /CN=ca -config tsa.cnf -extensions ca",
    )
    ssl(folder, "req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj /CN=tsa -config tsa.cnf")
    issue = "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days 3650"
    ssl(folder, f"{issue} -extfile tsa.cnf -extensions stamp")
    return folder


def ssl(folder, arguments):
    subprocess.run(["openssl", *arguments.split()], cwd=folder, check=True, capture_output=True)


def test_a_timestamp_authority_says_when(open_log, tsa):
    log = open_log()
    write(log, 9)
    roots = tuple(load_pem_x509_certificates((tsa / "ca.pem").read_bytes()))

    def stamp(url, body, media_type):
        assert media_type == "application/timestamp-query"
        (tsa / "q.tsq").write_bytes(body)
        ssl(tsa, "ts -reply -config tsa.cnf -section t -queryfile q.tsq -inkey tsa.key -signer tsa.pem -out r.tsr")
        return 200, Path(tsa / "r.tsr").read_bytes()

    found = timestamp(log, TimestampAuthority("tsa", "https://tsa.example", roots), stamp)
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
