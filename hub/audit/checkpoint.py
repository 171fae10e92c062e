"""Checkpoints: what the log promises at one size (C2SP tlog-checkpoint, https://c2sp.org/tlog-checkpoint)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass

from hub.audit.key import MAX_TIME, NoteError, Signer, Verifier
from hub.audit.merkle import EMPTY_ROOT, HASH_BYTES
from hub.audit.note import Note, read_note

_SIZE = re.compile(r"(0|[1-9][0-9]{0,18})\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log's origin, its number of entries, and the root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """This reads the signed part of a checkpoint; raises NoteError. It says nothing about who has signed it."""
        lines = text.split("\n")
        if len(lines) < 4 or not lines[0] or not all(lines[3:-1]) or lines[-1]:
            raise NoteError("this is not a checkpoint.")
        return cls(lines[0], read_size(lines[1]), read_hash(lines[2]))

    def text(self) -> str:
        """This is the signed part."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def sign(self, *signers: Signer) -> str:
        """This is the checkpoint as a note; two keys sign it where one takes over from the other."""
        text = self.text()
        return f"{text}\n" + "".join(signer.line(text) for signer in signers)

    @property
    def is_possible(self) -> bool:
        """An empty log has only one root."""
        return self.size > 0 or self.root == EMPTY_ROOT


def read_checkpoint(note: str, origin: str, verifiers: Iterable[Verifier]) -> tuple[Checkpoint, Note]:
    """This is the checkpoint in a note that the log called ``origin`` has signed, and who else has; raises NoteError."""
    opened = read_note(note, verifiers)
    found = Checkpoint.parse(opened.text)
    if found.origin != origin or not origin:
        raise NoteError("this is not a checkpoint of this log.")
    return found, opened


def read_size(text: str) -> int:
    """This is a number of entries as the standard spells it; raises NoteError."""
    size = _SIZE.match(text)
    if size is None or int(size.group()) > MAX_TIME:
        raise NoteError("malformed checkpoint: the size is not a plain decimal number.")
    return int(size.group())


def read_hash(encoded: str) -> bytes:
    """This is a SHA-256 hash in base64, spelled the one canonical way; raises NoteError."""
    try:
        digest = base64.b64decode(encoded.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise NoteError("malformed checkpoint: the root is not base64.") from None
    # Decoding is not injective: only the one canonical spelling of a hash is the hash.
    if len(digest) != HASH_BYTES or base64.b64encode(digest).decode() != encoded:
        raise NoteError("malformed checkpoint: the root is not a SHA-256 hash.")
    return digest
