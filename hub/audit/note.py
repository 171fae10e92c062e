"""Signed notes (C2SP signed-note, https://c2sp.org/signed-note)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from hub.audit.key import NoteError, Verifier, decode, is_name

MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100
_DASH = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class Note:
    """A note whose signatures were checked: its text, and the trusted keys that have signed it, with their signatures."""

    text: str
    signed: tuple[tuple[Verifier, bytes], ...]

    @property
    def signers(self) -> frozenset[Verifier]:
        """These trusted keys have signed it."""
        return frozenset(verifier for verifier, _ in self.signed)


def read_note(note: str, verifiers: Iterable[Verifier]) -> Note:
    """This is a note that at least one trusted key has signed, and for no trusted key wrongly.

    Raises NoteError. Unknown keys are ignored, as the standard demands.
    """
    text, lines = _split(note)
    trusted = list(verifiers)
    known = {(verifier.name, verifier.key_hash): verifier for verifier in trusted}
    twice = Counter((verifier.name, verifier.key_hash) for verifier in trusted)
    signed: dict[Verifier, bytes] = {}
    for line in lines:
        name, _, encoded = line.partition(" ")
        signature = decode(encoded)
        if not is_name(name) or len(signature) < 5:
            raise NoteError("malformed signature line.")
        verifier = known.get((name, signature[:4]))
        if verifier is None:
            continue
        if twice[name, signature[:4]] > 1:
            raise NoteError(f"two trusted keys carry the name {name!r} and the same hash.")
        if not verifier.accepts(text, signature[4:]):
            raise NoteError(f"the signature of {name!r} is wrong.")
        signed.setdefault(verifier, signature[4:])
    if not signed:
        raise NoteError("no trusted key has signed this note.")
    return Note(text, tuple(signed.items()))


def add_lines(note: str, lines: Iterable[str]) -> str:
    """This is the note with further signature lines; one that stands there already is not repeated."""
    have = _split(note)[1]
    known = {f"{_DASH}{line}\n" for line in have}
    fresh = [line for line in dict.fromkeys(lines) if line not in known]
    if len(have) + len(fresh) > MAX_SIGNATURES:
        raise NoteError("a note cannot carry so many signatures.")
    return note + "".join(fresh)


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
