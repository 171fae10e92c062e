"""The erasure journal: on file, outside the database, so that a restored backup cannot bring an erased person back."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from hub.audit.entry import Entry as AuditEntry
from hub.audit.log import AuditLog
from hub.errors import ConfigError
from hub.store.store import Store, Tx


@dataclass(frozen=True, slots=True)
class Journalled:
    """One erasure: random person ids and keyed hashes; nothing in it tells who it was."""

    persons: tuple[str, ...]
    hashes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ErasureJournal:
    """An append-only file of erasures; keep it apart from the database's backups."""

    path: Path

    def append(self, entry: Journalled) -> None:
        """This writes one erasure and waits until it is on the disk."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps({"persons": entry.persons, "hashes": entry.hashes}) + "\n"
        with self.path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # another erasure may be cutting off what a kill left of its line
            _end_last_line(file)
            file.write(line.encode("ascii"))
            file.flush()
            os.fsync(file.fileno())

    def read(self) -> Iterator[Journalled]:
        """This yields all erasures; raises ConfigError where a line is damaged, because then somebody might come back.

        A piece of a line at the very end was cut off while it was written: nothing was erased on the strength of it, and the
        erasure, which goes on from its step in the database, writes the line again.
        """
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                entry = _parse(line)
                if entry is None and line.endswith(b"\n"):
                    damage = f"{self.path}:{number}: the erasure journal is damaged."
                    raise ConfigError(damage, fix="Restore the file from its own backup.")
                if entry is not None:
                    yield entry


def _parse(line: bytes) -> Journalled | None:
    try:
        told = json.loads(line.decode("ascii"))
        return Journalled(tuple(told["persons"]), tuple(told["hashes"]))
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

    People whose erasure is under way have steps in the database and are left to it.
    """
    back = 0
    with store.read() as tx:
        returned = [entry for entry in journal.read() if any(_is_back(tx, person) for person in entry.persons)]
    for entry in returned:
        with store.begin() as tx:
            tx.suppression.add(entry.hashes, "erased")
            tx.persons.hold_many(entry.persons)
            for person in [one for one in entry.persons if _is_back(tx, one)]:
                _erase_again(tx, audit, person)
                back += 1
    return back


def _is_back(tx: Tx, person_id: str) -> bool:
    return tx.persons.status(person_id) in {"active", "merged"} and not tx.erasures.steps(person_id)


def _erase_again(tx: Tx, audit: AuditLog, person_id: str) -> None:
    audit.record(tx, [AuditEntry(type="erase", outcome="replayed", subject=tx.persons.audit_ref(person_id))])
    tx.records.purge(person_id)
    tx.outbox.purge(person_id)
    tx.tags.purge([person_id])
    tx.consents.append_erased(person_id)
    tx.persons.erase(person_id)
