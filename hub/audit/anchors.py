"""The log's anchors as a whole: who must be asked when, and whether what they said, and the hub has kept, still holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from cryptography.x509 import Certificate

from hub.audit.anchoring import Post, TimestampAuthority, TrustedWitness, cosign, timestamp, verify_timestamp
from hub.audit.checkpoint import Checkpoint
from hub.audit.folder import LogFolder
from hub.audit.key import NoteError
from hub.audit.log import AuditLog
from hub.audit.merkle import root
from hub.audit.note import read_note
from hub.audit.tree import nodes_of
from hub.errors import ConfigError, HubError
from hub.store.audit import Anchor
from hub.store.store import Tx

STAMPS = "timestamps"
"""Where an export holds timestamp tokens, and the texts that they stamp."""

_MAX_TOKEN = 1_000_000

Ask = Callable[[], tuple[Anchor, list[str]]]
"""Asks one of the others; gives what to keep, and signature lines for the checkpoint's note."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of asking one of the others: the size that they spoke about, or why they did not."""

    kind: str
    name: str
    size: int | None
    error: HubError | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Up to where one of the others has seen the log, and since when; ``is_due`` where it is time to ask again."""

    kind: str
    name: str
    size: int
    at: datetime | None
    is_due: bool


@dataclass(frozen=True, slots=True)
class Attested:
    """What a check of the kept statements found.

    Args:
        checked: statements that hold.
        unknown: statements of somebody whom the settings do not name (any more): nothing is there to check them by.
        problem: the first one that does not hold, None where all do.
    """

    checked: int
    unknown: int
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Anchors:
    """Everybody who speaks about the log.

    Args:
        log: what they speak about.
        witnesses: who cosign it.
        authorities: who say when.
        post: how they are reached.
        every: how old their last word may get while the log grows; None: they are asked by hand only.
    """

    log: AuditLog
    witnesses: Sequence[TrustedWitness]
    authorities: Sequence[TimestampAuthority]
    post: Post
    every: timedelta | None = None

    def ask(self, *, due_only: bool = False) -> list[Answer]:
        """This asks all of them, or those whose last word is too old, about the last checkpoint, and keeps what they say."""
        due = {(one.kind, one.name) for one in self.standing() if one.is_due}
        return [self._ask(kind, name, ask) for kind, name, ask in self._asks() if not due_only or (kind, name) in due]

    def _asks(self) -> list[tuple[str, str, Ask]]:
        return [
            *(("witness", one.name, partial(cosign, self.log, one, self.post)) for one in self.witnesses),
            *(("timestamp", one.name, partial(self._stamp, one)) for one in self.authorities),
        ]

    def _stamp(self, authority: TimestampAuthority) -> tuple[Anchor, list[str]]:
        return timestamp(self.log, authority, self.post), []

    def _ask(self, kind: str, name: str, ask: Ask) -> Answer:
        try:
            found, lines = ask()
            self.log.keep([found], lines)
        except HubError as error:
            return Answer(kind, name, None, error)
        return Answer(kind, name, found.size)

    def standing(self) -> list[Standing]:
        """This is how everybody who is to speak about the log stands to it."""
        with self.log.store.read() as tx:
            stored = tx.audit.checkpoint()
            size = stored.size if stored else 0
            return [self._standing(tx, kind, name, size) for kind, name, _ in self._asks()]

    def _standing(self, tx: Tx, kind: str, name: str, size: int) -> Standing:
        last = tx.audit.last_anchor(kind, name)
        if last is None or last.at is None:
            return Standing(kind, name, 0, None, self.every is not None and size > 0)
        # A time that is still to come was written before the clock was turned back: nobody can say how old it is.
        age = self.log.now() - last.at
        is_old = self.every is not None and not timedelta() <= age < self.every
        return Standing(kind, name, last.size, last.at, is_old and size > last.size)

    def check(self) -> Attested:
        """This checks every kept cosignature and timestamp against its checkpoint and that checkpoint against the tree.

        It needs no network. A statement that was altered, or speaks of another history, is a problem.
        """
        checked = unknown = 0
        with self.log.store.read() as tx:
            for anchor in tx.audit.all_anchors():
                try:
                    known = self._check(tx, anchor)
                except HubError as error:
                    what = f"what {anchor.kind} {anchor.name} said about {anchor.size} entries does not hold"
                    return Attested(checked, unknown, f"{what}: {error.message}")
                checked, unknown = checked + known, unknown + (not known)
        return Attested(checked, unknown)

    def export(self, folder: LogFolder) -> int:
        """This writes the kept timestamps into an export, each beside the text that it stamps; gives how many."""
        count = 0
        with self.log.store.read() as tx:
            for anchor in tx.audit.all_anchors():
                stored = tx.audit.checkpoint(anchor.size) if anchor.kind == "timestamp" else None
                if stored is not None:
                    folder.write(f"{STAMPS}/{anchor.size}.txt", self.log.open(stored.note).text().encode())
                    folder.write(f"{STAMPS}/{anchor.size}-{anchor.name}.tsr", anchor.token)
                    count += 1
        return count

    def _check(self, tx: Tx, anchor: Anchor) -> bool:
        stored = tx.audit.checkpoint(anchor.size)
        if stored is None:
            raise NoteError("the checkpoint is gone.")
        checkpoint = self.log.open(stored.note)
        if checkpoint.size != anchor.size or root(anchor.size, nodes_of(tx.audit.tile)) != checkpoint.root:
            raise NoteError("the log does not begin with its checkpoint.")
        if anchor.kind == "witness":
            return self._is_cosigned(checkpoint, anchor)
        return self._is_stamped(checkpoint, anchor)

    def _is_cosigned(self, checkpoint: Checkpoint, anchor: Anchor) -> bool:
        keys = [one.key for one in self.witnesses if one.name == anchor.name]
        if keys:
            try:
                lines = anchor.token.decode()
            except UnicodeDecodeError:
                raise NoteError("the cosignature is not text.") from None
            read_note(f"{checkpoint.text()}\n{lines}", keys)
        return bool(keys)

    def _is_stamped(self, checkpoint: Checkpoint, anchor: Anchor) -> bool:
        roots = [one for authority in self.authorities if authority.name == anchor.name for one in authority.roots]
        if roots:
            verify_timestamp(checkpoint.text().encode(), anchor.token, roots)
        return bool(roots)


def verify_stamps(folder: LogFolder, last: Checkpoint, roots: Sequence[Certificate]) -> list[tuple[int, str]]:
    """These are (entries, time) of the timestamps in an export whose tree was verified up to ``last``.

    Raises NoteError where one does not verify, or stamps what is no beginning of this log.
    """
    found = []
    for token in sorted((folder.path / STAMPS).glob("*.tsr")):
        text = _read(token.with_name(token.name.partition("-")[0] + ".txt"))
        stamped = Checkpoint.parse(text.decode(errors="replace"))
        if stamped.origin != last.origin or not 0 < stamped.size <= last.size:
            raise NoteError(f"{token.name} stamps a checkpoint of another log.")
        if root(stamped.size, nodes_of(folder.tiles(last.size))) != stamped.root:
            raise NoteError(f"{token.name} stamps another history than this log.")
        found.append((stamped.size, verify_timestamp(text, _read(token), roots)))
    return sorted(found)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_TOKEN)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from None
