"""Our readers against Go's: what one accepts, the other accepts, wherever the two formats agree.

``HYPOTHESIS_PROFILE=search`` asks many more. Where C2SP is stricter than Go's client, so are we, and each place is named here.
"""

import base64
import hashlib
import json
import subprocess
import unicodedata

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given
from hypothesis import strategies as st

from hub.audit import merkle
from hub.audit.checkpoint import Checkpoint
from hub.audit.key import NoteError, Signer, Verifier
from hub.audit.note import read_note
from hub.audit.tiles import entries_path, tile_path
from hub.audit.tree import grow, nodes_of
from hub.errors import FatalError

GO_ORIGIN = "go.sum database tree"  # the only origin that Go's checkpoint reader knows
KEYS = [Signer(f"log.example/{n}", Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)) for n in (1, 2)]
STRANGER = Signer("log.example/1", Ed25519PrivateKey.from_private_bytes(bytes([3]) * 32))
TRUSTED = [key.verifier for key in KEYS]
DASH = "\N{EM DASH} "


@pytest.fixture(scope="session")
def ask_go(build_go):
    """Asks Go's parser: whether it accepts, and what it found."""
    with subprocess.Popen([build_go("parser")], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:

        def ask(kind, **values):
            told = {
                name: base64.b64encode(value).decode() if isinstance(value, bytes) else value
                for name, value in values.items()
            }
            process.stdin.write(json.dumps({"kind": kind, **told}).encode() + b"\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            return answer["found"] if answer["ok"] else None

        yield ask
        process.stdin.close()


def ours(read, *arguments):
    """What we make of it, None where we refuse; anything but our own errors is a crash."""
    try:
        return read(*arguments)
    except (NoteError, FatalError):
        return None


def read_bytes(note):
    try:
        opened = ours(read_note, note.decode(), TRUSTED)
        return opened and opened.text
    except UnicodeDecodeError:
        return None


def b64(hashes):
    return [base64.b64encode(one).decode() for one in hashes]


# Pieces that notes are made of, right ones and nearly right ones.
TEXTS = st.text(
    st.sampled_from(["a", "b", "\n", " ", "\u2014", "\u00e9", "\u20ac", "\t", "\r", "\x00", "\x1f", "\x7f"]),
    max_size=12,
)
EDITS = st.lists(
    st.tuples(
        st.integers(0, 400),
        st.integers(0, 3),
        st.sampled_from(
            [b"", b"\n", b"=", b"A", b"==", b" ", b"\r", b"\xe2\x80\x94 ", b"\xff", b"\x00", b"\n\n", b"-", b"_"]
        ),
    ),
    max_size=3,
)


@st.composite
def notes(draw):
    text = draw(st.just("hello\n") | TEXTS.map(lambda one: one + "\n"))
    signed = draw(st.lists(st.sampled_from([*KEYS, STRANGER]), max_size=4))
    others = draw(st.lists(TEXTS.map(lambda one: f"{DASH}{one}\n"), max_size=1))
    lines = draw(st.permutations([*(key.line(text) for key in signed), *others]))
    data = (text + draw(st.sampled_from(["\n"] * 9 + ["", "\n\n"])) + "".join(lines)).encode()
    for place, cut, put in draw(EDITS):
        place %= len(data) + 1
        data = data[:place] + put + data[place + cut :]
    return data


@given(st.binary(max_size=60) | notes())
@example(KEYS[0].sign("a\n").encode())
@example((KEYS[0].sign("a\n") + STRANGER.line("a\n")).encode())
@example((KEYS[0].sign("a\n") * 101).encode())
def test_notes(ask_go, data):
    mine, theirs = read_bytes(data), ask_go("note", data=data, vkeys=[one.vkey for one in TRUSTED])
    if mine is None and theirs is not None:
        # C2SP: every signature of a known key must be right. Go looks at the first one of each key only.
        heads = [line.partition(" ")[2][:6] for line in data.decode().split(DASH)[1:]]
        assert len(set(heads)) < len(heads)
    else:
        assert mine == theirs


@st.composite
def vkeys(draw):
    name, digest, key = draw(st.sampled_from(KEYS)).vkey().split("+")
    name = draw(st.just(name) | st.text(max_size=5))
    raw = b"\x01" + draw(st.binary(min_size=32, max_size=32))
    if draw(st.booleans()):
        key, digest = base64.b64encode(raw).decode(), key_id(name, raw)
    text = f"{name}+{digest}+{key}"
    place = draw(st.integers(0, len(text)))
    return draw(
        st.just(text)
        | st.sampled_from(["", "=", "+", "A", " ", "\n", "F"]).map(lambda put: text[:place] + put + text[place:])
    )


def key_id(name, raw):
    return hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8]


@given(vkeys())
@example("a\x1cb+00000000+AQ==")
def test_keys(ask_go, vkey):
    mine, theirs = ours(Verifier.parse, vkey), ask_go("vkey", vkeys=[vkey])
    # Go reads base64 over line ends; a key that is broken into lines is not one to us.
    assert (mine is not None) == (theirs is not None and "\n" not in vkey)


def test_names_hold_no_spaces_as_unicode_knows_them(ask_go):
    """Every character that may be a space somewhere, in a name whose key is right."""
    raw = KEYS[0].key.public_key().public_bytes_raw()
    for char in (chr(code) for code in range(0x3001) if not 0xD800 <= code < 0xE000):
        if not (char.isspace() or unicodedata.category(char) in {"Zs", "Zl", "Zp", "Cc", "Cf"}):
            continue
        name = f"a{char}b"
        vkey = f"{name}+{key_id(name, bytes([1]) + raw)}+{base64.b64encode(bytes([1]) + raw).decode()}"
        assert (ours(Verifier.parse, vkey) is None) == (ask_go("vkey", vkeys=[vkey]) is None), hex(ord(char))


def test_half_a_character_is_no_name():
    raw = base64.b64encode(bytes([1]) + bytes(32)).decode()
    assert ours(Verifier.parse, f"\ud800+00000000+{raw}") is None


SIZES = st.integers(0, 2**64).map(str) | st.sampled_from(
    ["01", "+1", "-0", "1_0", " 1", "1 ", "\u0661", "", "0x1", "9" * 19, "1e3"]
)
ROOTS = st.binary(max_size=40).map(lambda raw: base64.b64encode(raw).decode()) | st.binary(
    min_size=32, max_size=32
).map(lambda raw: base64.b64encode(raw).decode())


@st.composite
def checkpoints(draw):
    origin = draw(st.sampled_from([GO_ORIGIN] * 9 + ["go.sum database tree ", ""]))
    rest = draw(st.sampled_from([""] * 5 + ["more\n", "\n", "more", "\n\n"]))
    text = f"{origin}\n{draw(SIZES)}\n{draw(ROOTS)}\n{rest}"
    place = draw(st.integers(0, len(text)))
    put = draw(st.sampled_from([""] * 9 + ["=", "A", "\n", "+", "-", "0"]))
    return text[:place] + put + text[place:]


@given(checkpoints() | st.text(max_size=30))
def test_checkpoints(ask_go, text):
    mine, theirs = ours(Checkpoint.parse, text), ask_go("checkpoint", data=text.encode())
    if mine is not None and mine.origin == GO_ORIGIN:
        assert theirs == f"{mine.size} {base64.b64encode(mine.root).decode()}"
    elif theirs is not None:
        # C2SP asks for more than Go: one spelling of the root, a newline at the end, and no empty line before it.
        lines = text.split("\n")
        assert lines[2] != theirs.split(" ")[1] or lines[-1] or not all(lines[3:-1])


LEAVES = [merkle.leaf_hash(b"%d" % number) for number in range(700)]
TILES = grow(0, LEAVES, lambda *_: b"")
READ = nodes_of(lambda *place: TILES.get(place, b""))


@st.composite
def bent(draw, proof):
    """A proof as it is, or with one hash changed, gone, doubled or cut."""
    proof = list(proof)
    how = draw(st.sampled_from(["", "", "change", "drop", "double", "cut", "swap"]))
    if how and proof:
        at = draw(st.integers(0, len(proof) - 1))
        proof[at : at + 1] = {
            "change": [bytes(32)],
            "drop": [],
            "double": [proof[at]] * 2,
            "cut": [proof[at][:12]],
            "swap": [proof[-1]],
        }[how]
    return proof


@given(st.data())
def test_inclusion_proofs(ask_go, data):
    size = data.draw(st.integers(1, 700))
    index = data.draw(st.integers(0, size - 1))
    proof = data.draw(bent(merkle.inclusion_proof(index, size, READ)))
    told = data.draw(
        st.tuples(st.sampled_from([index] * 5 + [index + 1, -1, size]), st.sampled_from([size] * 5 + [size + 1, 0, -1]))
    )
    root = data.draw(st.sampled_from([merkle.root(size, READ)] * 4 + [bytes(32), b"short"]))
    mine = merkle.verify_inclusion(*told, LEAVES[index], proof, root)
    theirs = ask_go("inclusion", index=told[0], size=told[1], hash=LEAVES[index], proof=b64(proof), root=root)
    assert mine == (theirs is not None)


@given(st.data())
def test_consistency_proofs(ask_go, data):
    new = data.draw(st.integers(1, 700))
    old = data.draw(st.integers(1, new))
    proof = data.draw(bent(merkle.consistency_proof(old, new, READ)))
    told = data.draw(
        st.tuples(st.sampled_from([old] * 5 + [old + 1, 0, -1]), st.sampled_from([new] * 5 + [new + 1, 0]))
    )
    before = data.draw(st.sampled_from([merkle.root(old, READ)] * 4 + [bytes(32), b"short-root-1"]))
    mine = merkle.verify_consistency(*told, before, merkle.root(new, READ), proof)
    theirs = ask_go(
        "consistency", old=told[0], size=told[1], hash=before, proof=b64(proof), root=merkle.root(new, READ)
    )
    assert mine == (theirs is not None)


@given(st.integers(1, 256), st.integers(0, 7), st.integers(0, 255), st.sampled_from([0] * 5 + [-1, -32, 1]))
def test_tiles(ask_go, width, inside, index, bend):
    """The hash of a subtree out of one tile, also where the tile is narrower than the subtree, or cut."""
    whole = TILES[0, 0]
    tile = whole[: max(0, width * 32 + bend)] + bytes(max(0, bend))
    tile = tile[: width * 32 + max(0, bend)]
    index >>= inside
    mine = ours(nodes_of(lambda *_: tile), inside, index)
    theirs = ask_go("tile", level=0, tile=0, width=width, inside=inside, index=index, data=tile)
    if bend == 0:
        assert (mine.hex() if mine else None) == theirs
    else:
        # Go asks for the very length; we take what is whole, and compare the length where a tile is grown or verified.
        assert theirs is None or mine.hex() == theirs


@given(st.integers(0, 5), st.integers(0, 2**40), st.integers(1, 256))
def test_paths(ask_go, level, index, width):
    assert tile_path(level, index, width) == ask_go("path", level=level, tile=index, width=width)
    assert entries_path(index, width) == ask_go("path", level=-1, tile=index, width=width).replace(
        "/data/", "/entries/"
    )
