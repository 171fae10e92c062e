"""Keys of logs and witnesses: how they are named, and what each kind of signature says.

Formats: C2SP signed-note (https://c2sp.org/signed-note) and tlog-cosignature (https://c2sp.org/tlog-cosignature).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from hub.errors import ConfigError

MAX_TIME = 2**63 - 1
# No plus and no space, as Unicode's White_Space has it; half a surrogate pair is no text.
_NAME = re.compile("[^+\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ud800-\udfff]+")
_SUBTREE = b"subtree/v1\n\0"


class NoteError(ConfigError):
    """A note, checkpoint or proof is malformed, or nobody trusted has signed it."""


class KeyType(IntEnum):
    """What a key signs: a log's notes (Ed25519), or a witness's timestamped cosignatures."""

    LOG = 0x01
    WITNESS_ED25519 = 0x04
    WITNESS_MLDSA44 = 0x06


_LENGTHS = {KeyType.LOG: 32, KeyType.WITNESS_ED25519: 32, KeyType.WITNESS_MLDSA44: 1312}


class _Public(Protocol):
    def verify(self, signature: bytes, data: bytes) -> None: ...


@dataclass(frozen=True, slots=True)
class Verifier:
    """Somebody's public key, as in ``name+hash+base64``.

    Args:
        name: of the log or witness.
        type: what it signs.
        key_hash: four bytes that stand before its signatures.
        raw: the public key's bytes.
    """

    name: str
    type: KeyType
    key_hash: bytes
    raw: bytes

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """This reads a verifier key; raises NoteError."""
        name, _, rest = vkey.partition("+")
        digest, _, encoded = rest.partition("+")
        key = decode(encoded)
        if key[:1] not in {bytes([one]) for one in KeyType} or not is_name(name):
            raise NoteError("malformed verifier key.", fix="Expected NAME+HASH+BASE64 of a log's or witness's key.")
        type = KeyType(key[0])
        if len(key) != 1 + _LENGTHS[type] or digest != key_hash(name, key).hex():
            raise NoteError("malformed verifier key.", fix="Expected NAME+HASH+BASE64 of a log's or witness's key.")
        return cls(name, type, key_hash(name, key), key[1:])

    @property
    def vkey(self) -> str:
        """The key as text, for others."""
        key = bytes([self.type]) + self.raw
        return f"{self.name}+{key_hash(self.name, key).hex()}+{base64.b64encode(key).decode()}"

    def accepts(self, text: str, signature: bytes) -> bool:
        """This tells whether the signature over ``text`` is this key's."""
        try:
            stamp, signed = _stamped(self.type, signature)
            self._public().verify(signed, message(self.type, self.name, text, stamp))
        except (InvalidSignature, UnsupportedAlgorithm, ValueError, NoteError):
            return False
        return True

    def _public(self) -> _Public:
        if self.type is KeyType.WITNESS_MLDSA44:
            return MLDSA44PublicKey.from_public_bytes(self.raw)
        return Ed25519PublicKey.from_public_bytes(self.raw)


@dataclass(frozen=True, slots=True)
class Signer:
    """A log's own key; it is the only holder of the private half."""

    name: str
    key: Ed25519PrivateKey

    def vkey(self) -> str:
        """This is the public half, for auditors."""
        return self.verifier.vkey

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return _verifier(self.name, KeyType.LOG, self.key.public_key().public_bytes_raw())

    def line(self, text: str) -> str:
        """This is the signature line for a note's text."""
        return signature_line(self.verifier, self.key.sign(text.encode()))

    def sign(self, text: str) -> str:
        """This is the note: the text, a blank line and the signature line."""
        if not text.endswith("\n"):
            raise NoteError("the text of a note must end with a newline.")
        return f"{text}\n{self.line(text)}"


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A witness's own key: says when a checkpoint was the largest that the witness had seen of its log.

    Args:
        name: of the witness, a URL without its scheme.
        key: its private half; ML-DSA-44 is what the standard recommends for new witnesses.
        now: the clock, in seconds since 1970.
    """

    name: str
    key: Ed25519PrivateKey | MLDSA44PrivateKey
    now: Callable[[], int]

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        type = KeyType.WITNESS_ED25519 if isinstance(self.key, Ed25519PrivateKey) else KeyType.WITNESS_MLDSA44
        return _verifier(self.name, type, self.key.public_key().public_bytes_raw())

    def line(self, text: str) -> str:
        """This is the cosignature line for a checkpoint's text."""
        stamp = self.now()
        verifier = self.verifier
        signed = self.key.sign(message(verifier.type, self.name, text, stamp))
        return signature_line(verifier, struct.pack(">Q", stamp) + signed)


def message(type: KeyType, name: str, text: str, stamp: int) -> bytes:
    """These are the bytes that a key of ``type`` signs for a note's text; raises NoteError."""
    if type is KeyType.LOG:
        return text.encode()
    if type is KeyType.WITNESS_ED25519:
        return f"cosignature/v1\ntime {stamp}\n{text}".encode()
    lines = text.split("\n")
    if len(lines) < 4 or not lines[1].isdecimal():
        raise NoteError("a cosigned note must be a checkpoint.")
    origin, digest = lines[0].encode(), decode(lines[2])
    cosigner = name.encode()
    if not 0 < len(origin) < 256 or not 0 < len(cosigner) < 256 or len(digest) != 32 or int(lines[1]) > MAX_TIME:
        raise NoteError("a name or hash of a cosigned checkpoint is too long.")
    head = _SUBTREE + bytes([len(cosigner)]) + cosigner + struct.pack(">Q", stamp)
    return head + bytes([len(origin)]) + origin + struct.pack(">QQ", 0, int(lines[1])) + digest


def signature_line(verifier: Verifier, signature: bytes) -> str:
    """This is one line of a note's signatures."""
    return f"\N{EM DASH} {verifier.name} {base64.b64encode(verifier.key_hash + signature).decode()}\n"


def key_hash(name: str, key: bytes) -> bytes:
    """These four bytes tell a key from others of the same name; ``key`` begins with its type."""
    return hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]


def is_name(name: str) -> bool:
    """This tells whether a key may carry this name."""
    return _NAME.fullmatch(name) is not None


def decode(encoded: str) -> bytes:
    """This reads base64 as the standard spells it; raises NoteError."""
    try:
        return base64.b64decode(encoded.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise NoteError("malformed base64.") from None


def _stamped(type: KeyType, signature: bytes) -> tuple[int, bytes]:
    if type is KeyType.LOG:
        return 0, signature
    stamp = int.from_bytes(signature[:8], "big")
    if len(signature) <= 8 or not 0 < stamp <= MAX_TIME:
        raise NoteError("a cosignature carries no time.")
    return stamp, signature[8:]


def _verifier(name: str, type: KeyType, raw: bytes) -> Verifier:
    if not is_name(name):
        raise NoteError(f"{name!r} cannot be the name of a key.", fix="Leave out spaces and '+'.")
    return Verifier(name, type, key_hash(name, bytes([type]) + raw), raw)
