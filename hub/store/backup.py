"""Backups: copies of a SQLite database, and the keys in a restored one that no epoch key opens any more."""

import sqlite3
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Select, delete, select, update

from hub.errors import ConfigError
from hub.store.answer import answering
from hub.store.engine import make_engine, sqlite_file, truncate_wal
from hub.store.statements import chunks
from hub.store.tables import person_keys, suppression
from hub.store.vault import Vault, epoch_of

KeyRow = tuple[bytes, str]
"""A person's wrapped key, and the audit reference."""


def copy_sqlite(source: Path, target: Path) -> None:
    """This copies a SQLite database, with what its write-ahead log holds, to a file that its owner alone may read.

    Raises ConfigError where the source is no whole SQLite database.
    """
    if not source.is_file():
        raise ConfigError(f"{source}: no such file.", fix="Name a file made by 'hub backup'.")
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    try:
        old = sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)
        new = sqlite3.connect(target)
        try:
            if old.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise sqlite3.DatabaseError("damaged")
            old.backup(new, pages=4096)
            new.execute("PRAGMA journal_mode = WAL")
        finally:
            old.close()
            new.close()
    except sqlite3.DatabaseError:
        target.unlink(missing_ok=True)
        raise ConfigError(f"{source}: this is no whole SQLite database.", fix="Name another backup.") from None


def keys_in(url: str | None) -> dict[str, KeyRow]:
    """These are the wrapped keys in a database, by person; none without one."""
    if url is None:
        return {}
    columns = (person_keys.c.person_id, person_keys.c.wrapped, person_keys.c.audit_ref)
    return {row[0]: (row[1], row[2]) for row in _rows(url, select(*columns))}


def suppressed_in(url: str | None) -> dict[str, str]:
    """This is the suppression list of a database, with its reasons; empty without one."""
    return (
        {} if url is None else {row[0]: row[1] for row in _rows(url, select(suppression.c.hash, suppression.c.reason))}
    )


def unreadable(url: str, vault: Vault) -> set[str]:
    """These people's keys are wrapped under an epoch whose key was destroyed; ConfigError where it is the wrong root key."""
    found: set[str] = set()
    ended: dict[int, bool] = {}
    for person, wrapped in _rows(url, select(person_keys.c.person_id, person_keys.c.wrapped)):
        epoch = epoch_of(wrapped)
        if epoch not in ended:
            ended[epoch] = not vault.has_epoch(epoch)
            if not ended[epoch]:
                vault.unwrap(wrapped)
        if ended[epoch]:
            found.add(person)
    return found


def replace_keys(url: str, keys: Mapping[str, KeyRow], gone: Collection[str]) -> None:
    """This gives people the keys of today, and takes the dead keys of others away."""
    engine = make_engine(url)
    try:
        with answering(engine), engine.begin() as conn:
            for person, (wrapped, _) in keys.items():
                mine = update(person_keys).where(person_keys.c.person_id == person)
                conn.execute(mine.values(wrapped=wrapped, epoch=epoch_of(wrapped)))
            for chunk in chunks(sorted(gone)):
                conn.execute(delete(person_keys).where(person_keys.c.person_id.in_(chunk)))
        if sqlite_file(engine) is not None:
            truncate_wal(engine)
    finally:
        engine.dispose()


def _rows(url: str, query: Select[Any]) -> list[tuple[Any, ...]]:
    engine = make_engine(url)
    try:
        with answering(engine), engine.connect() as conn:
            return [tuple(row) for row in conn.execute(query)]
    finally:
        engine.dispose()
