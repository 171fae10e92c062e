"""The erasure journal: on file, outside the database, so that a restored backup cannot bring an erased person back."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from hub.audit.entry import Entry as AuditEntry
from hub.audit.log import AuditLog
from hub.errors import ConfigError
from hub.privacy.erasure import Phase
from hub.store.conflict import again_after_conflict
from hub.store.erasures import StepState
from hub.store.statements import chunks
from hub.store.store import Store, Tx
from hub.store.traces import unlink, wipe

_FACT = "journal"
_LONGEST = 1 << 20
"""Bytes of the longest line: a person and everybody merged with them, with all their hashes."""


@dataclass(frozen=True, slots=True)
class Journalled:
    """One erasure: random person ids and keyed hashes; nothing in it tells who it was.

    ``forgotten`` people are those of whom retention had left nothing. Where the sweep was undone after it had written its
    line, and something of theirs has come since, the line is not about them.
    """

    persons: tuple[str, ...]
    hashes: tuple[str, ...]
    forgotten: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    """How much of the journal a database knows: its bytes up to there, and the hash of the last line."""

    size: int = 0
    last: str = ""


@dataclass(frozen=True, slots=True)
class ErasureJournal:
    """An append-only file of erasures; keep it apart from the database's backups."""

    path: Path

    def append(self, entry: Journalled) -> Position:
        """This writes one erasure, waits until it is on the disk, and gives how far the journal goes."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        told = {"persons": entry.persons, "hashes": entry.hashes, **({"forgotten": True} if entry.forgotten else {})}
        line = (json.dumps(told) + "\n").encode("ascii")
        with self.path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # another erasure may be cutting off what a kill left of its line
            _end_last_line(file)
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
            return Position(file.tell(), _hash(line))

    def read(self, after: Position | None = None) -> Iterator[Journalled]:
        """This yields the erasures after a position, all without one.

        Raises ConfigError where a line is damaged, or where the journal is not the one that the position was read from:
        then somebody might come back. A piece of a line at the very end was cut off while it was written: nothing was
        erased on the strength of it, and the erasure, which goes on from its step in the database, writes the line again.
        """
        start = after or Position()
        self._check(start)
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(start.size)
            for line in file:
                entry = _parse(line)
                if entry is None and line.endswith(b"\n"):
                    raise ConfigError(
                        f"{self.path}:{self._number(file.tell())}: the erasure journal is damaged.",
                        fix="Restore the file from its own backup.",
                    )
                if entry is not None:
                    yield entry

    def end(self) -> Position:
        """This is how far the journal goes, without a piece of a line at its end."""
        if not self.path.exists():
            return Position()
        with self.path.open("rb") as file:
            return _position(file, file.seek(0, os.SEEK_END))

    def _check(self, known: Position) -> None:
        """The journal must still begin with what a database knows of it."""
        if not known.size:
            return
        try:
            with self.path.open("rb") as file:
                is_same = file.seek(0, os.SEEK_END) >= known.size and _position(file, known.size) == known
        except FileNotFoundError:
            is_same = False
        if not is_same:
            raise ConfigError(
                f"{self.path}: erasures that this database knows of are missing from the journal; nothing was read.",
                fix="Restore the file from its own backup: without it, whoever was erased could come back unseen.",
            )

    def _number(self, end: int) -> int:
        with self.path.open("rb") as file:
            return file.read(end).count(b"\n")


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()[:32]


def _position(file: BinaryIO, end: int) -> Position:
    """The end of the last whole line up to ``end``."""
    start = max(0, end - _LONGEST)
    file.seek(start)
    tail = file.read(end - start)
    whole = tail[: tail.rfind(b"\n") + 1]
    line = whole[whole[:-1].rfind(b"\n") + 1 :]
    return Position(start + len(whole), _hash(line)) if line else Position()


def _parse(line: bytes) -> Journalled | None:
    try:
        told = json.loads(line.decode("ascii"))
        return Journalled(tuple(told["persons"]), tuple(told["hashes"]), told.get("forgotten") is True)
    except (ValueError, KeyError, TypeError):
        return None


def _end_last_line(file: BinaryIO) -> None:
    """A whole line without its end gets one; a piece of a line goes."""
    file.seek(0)
    content = file.read()
    last = content.rfind(b"\n") + 1
    if content[last:] and _parse(content[last:]):
        file.write(b"\n")
    elif content[last:]:
        file.truncate(last)


def replay(journal: ErasureJournal, store: Store, audit: AuditLog) -> int:
    """This erases again whoever a restored database has brought back; gives how many people that were.

    The database knows how far it has seen the journal, so that only what is new is read. Whoever was erased stays refused,
    also those of whom a backup had never heard. Of people whose erasure a backup shows as waiting, what can go here goes
    at once, and their erasure goes on. Raises ConfigError where the journal is not the one it knows.
    """
    with store.read() as tx:
        known, end = seen(tx), journal.end()
    back = sum(_replay(store, audit, entries) for entries in chunks(journal.read(known)))
    if end != (known or Position()):
        with store.begin() as tx:
            note(tx, end)
    return back


@again_after_conflict
def _replay(store: Store, audit: AuditLog, entries: Sequence[Journalled]) -> int:
    back = 0
    with store.begin() as tx:
        # First: an erasure that has just written its line, and not committed yet, is waited for.
        tx.suppression.add([one for entry in entries for one in entry.hashes], "erased")
        people = sorted({person for entry in entries for person in entry.persons})
        returned = [one for one in people if tx.persons.status(one) in {"active", "merged"}]
        tx.persons.hold_many(returned)
        asked_for = {person for entry in entries for person in entry.persons if not entry.forgotten}
        for person in returned:
            if person not in asked_for and tx.records.has_more(person, audit.now()):
                continue
            steps = {one.step: one.state for one in tx.erasures.steps(person)}
            if not steps:
                erase_again(tx, audit, person)
            elif steps.get(str(Phase.RELEASED)) is not StepState.DONE:
                _catch_up(tx, audit, person)
            else:
                continue  # the erasure goes on from where it is
            back += 1
    return back


def _catch_up(tx: Tx, audit: AuditLog, person_id: str) -> None:
    """The backup is from before the erasure was released: what held it then was over when its line was written.

    Identifiers stay, because the systems have not been asked by what this database knows.
    """
    for hold in tx.holds.standing([person_id]):
        tx.holds.release(hold.id, reason="released before the erasure that was replayed", actor="hub")
    audit.record(tx, [AuditEntry(type="erase", outcome="replayed", subject=tx.persons.audit_ref(person_id))])
    tx.records.purge(person_id, held_too=True)
    tx.outbox.purge(person_id)
    tx.tags.purge([person_id])
    tx.persons.drop_profile(person_id)
    tx.consents.append_erased(person_id)


def seen(tx: Tx) -> Position | None:
    """This is how far the database knows the journal; None where it never looked."""
    text = tx.facts.get(_FACT)
    return None if text is None else Position(**json.loads(text))


def note(tx: Tx, position: Position) -> None:
    """This puts on record how far the database knows the journal; it never goes back."""
    known = seen(tx)
    if known is None or position.size > known.size:
        tx.facts.put(_FACT, json.dumps({"size": position.size, "last": position.last}))


def erase_again(tx: Tx, audit: AuditLog, person_id: str) -> None:
    """This erases somebody here whom a backup has brought back; holds of that time ended before they were erased."""
    audit.record(tx, [AuditEntry(type="erase", outcome="replayed", subject=tx.persons.audit_ref(person_id))])
    tx.records.purge(person_id, held_too=True)
    tx.outbox.purge(person_id)
    tx.tags.purge([person_id])
    tx.consents.append_erased(person_id)
    tx.persons.erase(person_id)
    wipe(tx.unit, [person_id])
    unlink(tx.unit, [person_id])
