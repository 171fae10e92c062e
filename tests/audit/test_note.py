import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.audit.checkpoint import Checkpoint, read_checkpoint
from hub.audit.key import NoteError, Signer, Verifier
from hub.audit.note import read_note
from hub.audit.tiles import bundle, entries_path, tile_path, tiles_of, unbundle

SIGNER = Signer("hub.example/audit/test", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
TRUSTED = [Verifier.parse(SIGNER.vkey())]


def test_a_signed_note_opens_and_a_changed_one_does_not():
    note = SIGNER.sign("hello\nworld\n")
    assert read_note(note, TRUSTED).text == "hello\nworld\n"
    with pytest.raises(NoteError):
        read_note(note.replace("hello", "hallo"), TRUSTED)


def test_a_stranger_is_not_trusted():
    stranger = Signer("hub.example/audit/test", Ed25519PrivateKey.from_private_bytes(bytes(32)))
    with pytest.raises(NoteError, match="no trusted key"):
        read_note(stranger.sign("hello\n"), TRUSTED)


@pytest.mark.parametrize("size", ["01", "+1", "1_0", "\N{ARABIC-INDIC DIGIT ONE}", "-1", " 1", "1 ", ""])
def test_a_malformed_size_is_refused(size):
    text = Checkpoint(SIGNER.name, 1, bytes(32)).text().replace("\n1\n", f"\n{size}\n")
    with pytest.raises(NoteError):
        read_checkpoint(SIGNER.sign(text), SIGNER.name, TRUSTED)


@pytest.mark.parametrize("length", [0, 12, 31, 33])
def test_a_root_of_another_length_is_refused(length):
    with pytest.raises(NoteError):
        read_checkpoint(Checkpoint(SIGNER.name, 1, bytes(length)).sign(SIGNER), SIGNER.name, TRUSTED)


def test_a_checkpoint_of_another_log_is_refused():
    with pytest.raises(NoteError):
        read_checkpoint(Checkpoint("other.example/log", 1, bytes(32)).sign(SIGNER), SIGNER.name, TRUSTED)


@pytest.mark.parametrize(
    ("path", "want"),
    [
        (tile_path(0, 0), "tile/0/000"),
        (tile_path(0, 0, 255), "tile/0/000.p/255"),
        (tile_path(15, 123456789, 41), "tile/15/x123/x456/789.p/41"),
        (entries_path(255, 253), "tile/entries/255.p/253"),
    ],
)
def test_paths_are_those_of_the_standard(path, want):
    assert path == want


def test_bundles_round_trip_and_refuse_a_cut():
    data = bundle([b"", b"a" * 300])
    assert list(unbundle(data)) == [b"", b"a" * 300]
    with pytest.raises(ValueError, match="middle"):
        list(unbundle(data[:-1]))


def test_tiles_of_a_log():
    assert list(tiles_of(257)) == [(0, 0, 256), (0, 1, 1), (1, 0, 1)]
