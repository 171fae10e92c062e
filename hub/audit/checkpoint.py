"""Checkpoints: what the log promises at one size (C2SP tlog-checkpoint, https://c2sp.org/tlog-checkpoint)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass

from hub.audit.merkle import HASH_BYTES
from hub.audit.note import NoteError, Signer, Verifier, open_note

_SIZE = re.compile(r"(0|[1-9][0-9]{0,18})\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log's origin, its number of entries, and the root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """This is the signed part."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def sign(self, signer: Signer) -> str:
        """This is the checkpoint as a signed note."""
        return signer.sign(self.text())


def open_checkpoint(note: str, origin: str, verifiers: Iterable[Verifier]) -> Checkpoint:
    """This is the checkpoint in a signed note; raises NoteError for wrong signatures, shapes or origins."""
    lines = open_note(note, verifiers).split("\n")
    if len(lines) < 4 or lines[0] != origin or not origin:
        raise NoteError("this is not a checkpoint of this log.")
    size = _SIZE.match(lines[1])
    if size is None:
        raise NoteError("malformed checkpoint: the size is not a plain decimal number.")
    return Checkpoint(origin, int(size.group()), _root(lines[2]))


def _root(encoded: str) -> bytes:
    try:
        root = base64.b64decode(encoded.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise NoteError("malformed checkpoint: the root is not base64.") from None
    # Decoding is not injective: only the one canonical spelling of a hash is the hash.
    if len(root) != HASH_BYTES or base64.b64encode(root).decode() != encoded:
        raise NoteError("malformed checkpoint: the root is not a SHA-256 hash.")
    return root
