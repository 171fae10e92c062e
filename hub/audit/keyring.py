"""The log's keys over time: which one signs from which size on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import Field, TypeAdapter, ValidationError

from hub.audit.checkpoint import Checkpoint, read_checkpoint
from hub.audit.key import KeyType, NoteError, Signer, Verifier
from hub.errors import ConfigError
from hub.file import write_whole
from hub.schema import Model


class KeySpan(Model):
    """One key and the sizes of the checkpoints that it signs.

    ``to_size`` is the checkpoint at which the next key took over, signed by both; None: this key signs now.
    """

    vkey: str = Field(max_length=4_000)
    from_size: int = Field(0, ge=0)
    to_size: int | None = Field(None, ge=0)


_SPANS = TypeAdapter(list[KeySpan])


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys that the log ever had, oldest first."""

    spans: tuple[KeySpan, ...]

    @classmethod
    def of(cls, signer: Signer) -> KeyRing:
        """These are the keys of a log that never changed its key."""
        return cls((KeySpan(vkey=signer.vkey()),))

    @classmethod
    def load(cls, path: Path, signer: Signer) -> KeyRing:
        """This reads the keys; a file that is missing means that the key never changed.

        Raises ConfigError where the file cannot be read, or where ``signer`` is not the key that signs now.
        """
        if not path.exists():
            return cls.of(signer)
        try:
            ring = cls.parse(path.read_bytes())
        except (OSError, NoteError):
            raise ConfigError(f"{path}: the audit log's keys cannot be read.", fix="Restore the file.") from None
        if ring.current != signer.vkey():
            raise ConfigError(
                f"audit_key is not the key that signs now: {path} names another one.",
                fix="Put the reference of the newest key into hub.yaml, as 'hub audit rotate' said; if that was cut off, put "
                "the one before back, and run it once more.",
            )
        return ring

    @classmethod
    def parse(cls, text: str | bytes) -> KeyRing:
        """This reads the list as ``text`` gives it; raises NoteError."""
        try:
            ring = cls(tuple(_SPANS.validate_json(text)))
        except ValidationError:
            raise NoteError("not a list of keys.") from None
        _check(ring)
        return ring

    @property
    def current(self) -> str:
        """The verifier key that signs now."""
        return self.spans[-1].vkey

    @property
    def vkeys(self) -> tuple[str, ...]:
        """All keys as text, oldest first."""
        return tuple(span.vkey for span in self.spans)

    @property
    def verifiers(self) -> tuple[Verifier, ...]:
        """All keys, as one verifies with them."""
        return tuple(Verifier.parse(span.vkey) for span in self.spans)

    def open(self, note: str, origin: str) -> Checkpoint:
        """This is the checkpoint in a note, signed by a key that had its turn at that size; raises NoteError."""
        return _open(self, note, origin)

    def read(self, note: str, origin: str) -> Checkpoint:
        """This is the checkpoint in a note that one of the keys has signed, in its turn or not; raises NoteError."""
        return read_checkpoint(note, origin, self.verifiers)[0]

    def rotated(self, signer: Signer, size: int) -> KeyRing:
        """These are the keys after ``signer`` has taken over at the checkpoint of ``size`` entries."""
        ended = self.spans[-1].model_copy(update={"to_size": size})
        return KeyRing((*self.spans[:-1], ended, KeySpan(vkey=signer.vkey(), from_size=size)))

    def cut(self, size: int) -> KeyRing:
        """These are the keys of a log that has only ``size`` entries left: the present one takes over there at the latest."""
        if self.spans[-1].from_size <= size:
            return self
        *kept, last = (span for span in self.spans[:-1] if span.from_size <= size)
        return KeyRing((*kept, last.model_copy(update={"to_size": size}), KeySpan(vkey=self.current, from_size=size)))

    def text(self) -> str:
        """This is the list as a file."""
        return json.dumps([span.model_dump() for span in self.spans], indent=2) + "\n"

    def save(self, path: Path) -> None:
        """This writes the file in one step."""
        write_whole(path, self.text().encode("ascii"), mode=0o666)


@lru_cache(maxsize=16)  # every proof of one day carries the same checkpoint
def _open(ring: KeyRing, note: str, origin: str) -> Checkpoint:
    checkpoint, opened = read_checkpoint(note, origin, ring.verifiers)
    turn = {span.vkey for span in ring.spans if _covers(span, checkpoint.size)}
    if not any(verifier.vkey in turn for verifier in opened.signers):
        raise NoteError(
            f"the key that signed the checkpoint of {checkpoint.size} entries had not its turn then.",
            fix="Did a process of before 'hub audit rotate' sign it? Run 'hub audit recover'.",
        )
    return checkpoint


def _covers(span: KeySpan, size: int) -> bool:
    return span.from_size <= size and (span.to_size is None or size <= span.to_size)


def _check(ring: KeyRing) -> None:
    if not ring.spans or any(verifier.type is not KeyType.LOG for verifier in ring.verifiers):
        raise NoteError("not a list of log keys.")
    for before, after in zip(ring.spans, ring.spans[1:], strict=False):
        if before.to_size is None or before.to_size != after.from_size:
            raise NoteError("the keys' turns leave a gap.")
    if ring.spans[-1].to_size is not None:
        raise NoteError("no key signs now.")
