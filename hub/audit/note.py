"""Signed notes and their Ed25519 keys (C2SP signed-note, https://c2sp.org/signed-note)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hub.errors import ConfigError

ED25519 = b"\x01"
MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100
_DASH = "\N{EM DASH} "


class NoteError(ConfigError):
    """A note, checkpoint or proof is malformed, or nobody trusted has signed it."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """Somebody's public key, as in ``name+hash+base64``."""

    name: str
    key_hash: bytes
    key: Ed25519PublicKey

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """This reads a verifier key; raises NoteError."""
        name, _, rest = vkey.partition("+")
        digest, _, encoded = rest.partition("+")
        key = _decode(encoded)
        if not _is_name(name) or key[:1] != ED25519 or len(key) != 33 or digest != _key_hash(name, key).hex():
            raise NoteError("malformed verifier key.", fix="Expected NAME+HASH+BASE64 of an Ed25519 key.")
        return cls(name, _key_hash(name, key), Ed25519PublicKey.from_public_bytes(key[1:]))

    def accepts(self, text: str, signature: bytes) -> bool:
        """This tells whether the signature over ``text`` is this key's."""
        try:
            self.key.verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """The log's own key; it is the only holder of the private half."""

    name: str
    key: Ed25519PrivateKey

    def vkey(self) -> str:
        """This is the public half, for auditors."""
        public = ED25519 + self.key.public_key().public_bytes_raw()
        return f"{self.name}+{_key_hash(self.name, public).hex()}+{base64.b64encode(public).decode()}"

    def sign(self, text: str) -> str:
        """This is the note: the text, a blank line and the signature line."""
        if not text.endswith("\n"):
            raise NoteError("the text of a note must end with a newline.")
        public = ED25519 + self.key.public_key().public_bytes_raw()
        signature = _key_hash(self.name, public) + self.key.sign(text.encode())
        return f"{text}\n{_DASH}{self.name} {base64.b64encode(signature).decode()}\n"


def open_note(note: str, verifiers: Iterable[Verifier]) -> str:
    """This is the note's text, if a trusted key has signed it and no trusted key's signature is wrong.

    Raises NoteError. Unknown keys are ignored, as the standard demands.
    """
    text, lines = _split(note)
    trusted = [(verifier.name, verifier.key_hash, verifier) for verifier in verifiers]
    known = {(name, key_hash): verifier for name, key_hash, verifier in trusted}
    twice = Counter((name, key_hash) for name, key_hash, _ in trusted)
    verified = set()
    for line in lines:
        name, _, encoded = line.partition(" ")
        signature = _decode(encoded)
        if not _is_name(name) or len(signature) < 5:
            raise NoteError("malformed signature line.")
        verifier = known.get((name, signature[:4]))
        if verifier is None:
            continue
        if twice[name, signature[:4]] > 1:
            raise NoteError(f"two trusted keys carry the name {name!r} and the same hash.")
        if not verifier.accepts(text, signature[4:]):
            raise NoteError(f"the signature of {name!r} is wrong.")
        verified.add(name)
    if not verified:
        raise NoteError("no trusted key has signed this note.")
    return text


def _split(note: str) -> tuple[str, list[str]]:
    if len(note) > MAX_NOTE_BYTES or any(ord(char) < 0x20 and char != "\n" for char in note):
        raise NoteError("malformed note: too long, or control characters in it.")
    text, gap, tail = note.rpartition("\n\n")
    if not gap or not tail.endswith("\n"):
        raise NoteError("malformed note: no signatures.")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES or not all(line.startswith(_DASH) for line in lines):
        raise NoteError("malformed note: a signature line is wrong.")
    return text + "\n", [line.removeprefix(_DASH) for line in lines]


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(char.isspace() for char in name)


def _key_hash(name: str, key: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]


def _decode(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise NoteError("malformed base64.") from None
