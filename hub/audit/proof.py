"""Proofs that anybody can check offline (C2SP tlog-proof, https://c2sp.org/tlog-proof)."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from hub.audit.checkpoint import Checkpoint, read_hash, read_size
from hub.audit.key import NoteError, decode
from hub.audit.merkle import leaf_hash, verify_inclusion
from hub.audit.trust import Trust

HEADER = "c2sp.org/tlog-proof@v1"
MAX_PATH = 63


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that one entry is in a log.

    Args:
        index: of the entry, from 0.
        path: hashes from the leaf's sibling up to the root's child.
        note: the signed checkpoint.
        extra: what travels with it unproven; the hub puts the leaf itself here, so that the file suffices.
    """

    index: int
    path: tuple[bytes, ...]
    note: str
    extra: bytes = b""

    def text(self) -> str:
        """This is the proof as a file."""
        lines = [HEADER, *([f"extra {base64.b64encode(self.extra).decode()}"] if self.extra else [])]
        lines += [f"index {self.index}", *(base64.b64encode(one).decode() for one in self.path)]
        return "\n".join(lines) + "\n\n" + self.note

    @classmethod
    def parse(cls, text: str) -> Proof:
        """This reads a proof; raises NoteError for anything but the standard's form."""
        head, gap, note = text.partition("\n\n")
        lines = head.split("\n")
        if not gap or lines.pop(0) != HEADER:
            raise NoteError("this is not a transparency-log proof.", fix=f"The first line must be {HEADER}.")
        extra = b""
        if lines and lines[0].startswith("extra "):
            extra = decode(lines.pop(0).removeprefix("extra "))
        if not lines or not lines[0].startswith("index ") or len(lines) > MAX_PATH + 1:
            raise NoteError("malformed proof: it names no index, or has too many hashes.")
        index = read_size(lines.pop(0).removeprefix("index "))
        return cls(index, tuple(read_hash(line) for line in lines), note, extra)

    def verify(self, leaf: bytes, trust: Trust) -> Checkpoint:
        """This checks that ``leaf`` is at the index of a log that ``trust`` accepts; raises NoteError where it is not."""
        checkpoint = trust.open(self.note)
        if not verify_inclusion(self.index, checkpoint.size, leaf_hash(leaf), self.path, checkpoint.root):
            raise NoteError(f"entry {self.index} is not what this log holds there.")
        return checkpoint
