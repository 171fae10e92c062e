"""Restore: a database from a backup, with nobody in it who was erased since.

::

    staged copy of the backup -> migrated -> keys of the living from here -> suppression list from here
             -> erasure journal replayed -> audit log brought up to its mirror -> written into the database

Nothing reads the backup before the journal has been replayed: it is worked on beside the database, which nobody else may have
open meanwhile - what they wrote would be neither in the one nor in the other -, or, where it was loaded
into the server already, behind the check that every opening makes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from hub.audit.log import AuditLog
from hub.errors import ConfigError
from hub.pipeline.journal import ErasureJournal, erase_again, note, replay
from hub.store.backup import (
    KeyRow,
    alone_with,
    copy_out,
    copy_sqlite,
    keys_in,
    put_in,
    replace_keys,
    suppressed_in,
    unreadable,
)
from hub.store.migration import current_revision, migrate
from hub.store.store import Store, open_store
from hub.store.vault import Vault, epoch_of


@dataclass(frozen=True, slots=True)
class RestoreJob:
    """One restore to do.

    Args:
        url: the database that is to be restored.
        vault: root key and epoch keys.
        journal: erasures on file.
        copy: wrapped keys of everybody, as the last rotation left them.
        audit: makes the audit log of a store.
        now: the clock.
        backup: the SQLite file to restore; None: the backup was loaded into ``url`` already.
        lost: how many people may be given up whose keys nobody has any more.
    """

    url: str
    vault: Vault
    journal: ErasureJournal
    copy: Mapping[str, KeyRow]
    audit: Callable[[Store], AuditLog]
    now: Callable[[], datetime]
    backup: Path | None = None
    lost: int = 0


@dataclass
class RestoreReport:
    """What a restore did: people read anew, erased again, and given up; audit entries brought back; what it put aside."""

    people: int = 0
    erased_again: int = 0
    given_up: int = 0
    audit_entries: int = 0
    revision: tuple[str | None, str | None] = field(default=(None, None))
    replaced: Path | None = None


def restore(job: RestoreJob) -> RestoreReport:
    """This restores a backup; the database that was there is kept beside it, with ``.replaced`` at the end of its name.

    Raises LockedError where another process has the database open. Raises ConfigError, with nothing changed, where the backup
    is no database of a hub or belongs to another root key, the journal is damaged, or people who were not erased would be
    lost because nobody has their keys any more.
    """
    if job.backup is None:
        return _mend(job, job.url, keys_in(job.url), suppressed_in(job.url))
    target = Path(job.url.removeprefix("sqlite:///"))
    staged = target.with_name(target.name + ".restoring")
    with ExitStack() as unless_done:
        unless_done.callback(_remove, staged)
        report = None if target.exists() else _stage(job, job.backup, staged, None)
        with alone_with(target) as conn:
            if report is None:
                aside = _put_aside(conn, target, staged)
                unless_done.callback(_remove, aside)
                report = _stage(job, job.backup, staged, aside)
                report.replaced = aside
            put_in(conn, staged)
        unless_done.pop_all()
    _remove(staged)
    return report


def _stage(job: RestoreJob, backup: Path, staged: Path, aside: Path | None) -> RestoreReport:
    """Works on a copy of the backup until it may be read; ``aside`` is a copy of the database that it is to replace."""
    here = f"sqlite:///{aside}" if aside is not None and current_revision(f"sqlite:///{aside}") else None
    copy_sqlite(backup, staged)
    if current_revision(f"sqlite:///{staged}") is None:
        raise ConfigError(f"{backup}: this is no database of a hub.", fix="Name a file made by 'hub backup'.")
    return _mend(job, f"sqlite:///{staged}", keys_in(here), suppressed_in(here))


def _mend(job: RestoreJob, url: str, here: Mapping[str, KeyRow], suppressed: Mapping[str, str]) -> RestoreReport:
    report = RestoreReport(revision=migrate(url))
    erased = {person for entry in job.journal.read() for person in entry.persons}
    gone = _give_keys(job, url, here, erased)
    report.given_up = len(gone - erased)
    with open_store(url, job.vault, now=job.now) as store:
        audit = job.audit(store)
        _suppress(store, suppressed)
        report.erased_again = replay(job.journal, store, audit) + _end(store, audit, gone)
        with store.begin() as tx:
            note(tx, job.journal.end())
        report.audit_entries = audit.recover() if audit.mirror and audit.mirror.note() else 0
        with store.read() as tx:
            report.people = tx.persons.count()
        store.checkpoint()
    return report


def _give_keys(job: RestoreJob, url: str, here: Mapping[str, KeyRow], erased: Collection[str]) -> set[str]:
    """The backup's keys of an epoch that has ended are replaced by those of today; gives whose there is none any more."""
    old = unreadable(url, job.vault)
    found = {person: _readable(job.vault, here.get(person), job.copy.get(person)) for person in old}
    gone = {person for person, row in found.items() if row is None or person in erased}
    lost = gone - set(erased)
    if len(lost) > job.lost:
        raise ConfigError(
            f"the keys of {len(lost)} people in this backup are gone with their epoch; nothing was changed.",
            fix="Restore a younger backup, or the copy of persons' keys (keys.copy). To go on without these people: "
            f"--give-up {len(lost)}.",
        )
    replace_keys(url, {person: row for person, row in found.items() if row is not None and person not in gone}, gone)
    return gone


def _readable(vault: Vault, *rows: KeyRow | None) -> KeyRow | None:
    return next((row for row in rows if row is not None and vault.has_epoch(epoch_of(row[0]))), None)


def _suppress(store: Store, hashes: Mapping[str, str]) -> None:
    with store.begin() as tx:
        for reason in sorted(set(hashes.values())):
            tx.suppression.add([one for one, why in hashes.items() if why == reason], reason)


def _end(store: Store, audit: AuditLog, people: Collection[str]) -> int:
    """Whoever has no key any more is a tombstone from here on, whatever steps the backup still shows."""
    ended = 0
    for person in sorted(people):
        with store.begin() as tx:
            tx.persons.hold_many([person])
            if tx.persons.status(person) in {"active", "merged"}:
                erase_again(tx, audit, person)
                ended += 1
    return ended


def _put_aside(conn: sqlite3.Connection, target: Path, staged: Path) -> Path:
    """Gives where the database is that was there; one that an earlier restore put aside is not written over."""
    names = (f"{target.name}.replaced{suffix}" for suffix in chain([""], (f"-{n}" for n in count(2))))
    aside = next(path for path in map(target.with_name, names) if not path.exists())
    _remove(staged)  # what a kill left
    copy_out(conn, staged)
    staged.rename(aside)
    return aside


def _remove(staged: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        staged.with_name(staged.name + suffix).unlink(missing_ok=True)
