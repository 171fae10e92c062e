"""Backups: copies of a SQLite database, and the keys in a restored one that no epoch key opens any more."""

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Select, delete, select, update

from hub.errors import ConfigError, LockedError
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


@contextmanager
def alone_with(path: Path) -> Iterator[sqlite3.Connection]:
    """This keeps everybody else away from a SQLite database, a new one where there was none.

    Whoever waits meanwhile goes on with what is in it then. Raises LockedError where another process has it open,
    ConfigError where it is damaged.
    """
    path.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as conn:
            _take(conn, path)
            yield conn
    finally:
        # Where it was not taken, it is damaged, or whoever has it keeps its mode.
        with closing(sqlite3.connect(path, isolation_level=None)) as conn, suppress(sqlite3.DatabaseError):
            conn.execute("PRAGMA journal_mode = WAL")
            conn.execute("SELECT count(*) FROM sqlite_master").fetchone()  # closed, it tidies up what a backup left


def _take(conn: sqlite3.Connection, path: Path) -> None:
    try:
        conn.execute("PRAGMA locking_mode = EXCLUSIVE")
        conn.execute("PRAGMA journal_mode = DELETE")  # SQLite allows that to whoever is the only one, idle ones counted
        conn.execute("BEGIN EXCLUSIVE")
        conn.execute("COMMIT")
        if conn.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("damaged")
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            raise LockedError(
                f"{path}: another process has the database open; nothing was changed.",
                fix="Let runs end, stop the console and the workers, and try again.",
            ) from None
        raise ConfigError(
            f"{path}: the database that is there is damaged; nothing was changed.",
            fix="Move it away, with what lies beside it, and try again: refusals that only it knew are lost.",
        ) from None


def copy_out(conn: sqlite3.Connection, target: Path) -> None:
    """This copies a database that ``alone_with`` holds to a file that its owner alone may read."""
    target.touch(mode=0o600)
    with closing(sqlite3.connect(target)) as copy:
        conn.backup(copy)
        copy.execute("PRAGMA journal_mode = WAL")


def put_in(conn: sqlite3.Connection, source: Path) -> None:
    """This gives a database that ``alone_with`` holds the content of another file: all of it or, after a kill, nothing."""
    with closing(sqlite3.connect(source, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.backup(conn)


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
