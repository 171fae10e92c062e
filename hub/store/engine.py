"""Engines: how the store opens SQLite and PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, OperationalError

from hub.errors import ConfigError, TransientError

READING = "hub_reading"
"""Execution option of a connection that will not write."""

OUTSIDE = "hub_outside"
"""Execution option of a connection that works outside any transaction, as some pragmas of SQLite must."""

UNSYNCED = "hub_unsynced"
"""Execution option of a connection whose commits survive a killed process at once, a power cut with the next other commit."""

# FULL, not NORMAL: with NORMAL a power cut may take back the last commits, and with them the outcome and the audit entry
# of rows that a vendor has already received. One fsync per batch is what that costs.
# secure_delete: what an erasure deletes is overwritten with zeros; temp_store: sorting never spills people to disk.
_PRAGMAS = (
    "PRAGMA busy_timeout = 30000",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA trusted_schema = OFF",
)


def make_engine(url: str) -> Engine:
    """This makes an engine for ``sqlite:///PATH`` or ``postgresql://...``; raises ConfigError for anything else."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        raise ConfigError("The store's URL cannot be read.", fix="Write sqlite:///PATH or postgresql://...") from None
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, parsed.database)
    if parsed.get_backend_name() == "postgresql":
        return _postgresql(url)
    raise ConfigError(
        f"The store cannot be kept in {parsed.get_backend_name()}.", fix="Write sqlite:///PATH or postgresql://..."
    )


@contextmanager
def answering(engine: Engine) -> Iterator[None]:
    """This tells of a database that does not answer, or is none, by its address; never with a password or a value."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise TransientError(
            f"The store's database ({_address(engine)}) is busy or does not answer.",
            fix="Check that it runs, and that address, user and password in 'store' are right; then try again.",
        ) from error
    except DatabaseError as error:
        # Only SQLite's own word for it: a broken constraint or a write by a reader is somebody's mistake in the hub.
        if getattr(error.orig, "sqlite_errorcode", None) not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise
        raise ConfigError(
            f"The store's database ({_address(engine)}) is damaged, or no database at all.",
            fix="Restore it from a backup.",
        ) from None


def _address(engine: Engine) -> str:
    url = engine.url
    if engine.dialect.name == "sqlite":
        return str(url.database)
    return f"{url.database or url.username or ''} at {url.host or 'the local socket'}:{url.port or 5432}"


def sqlite_file(engine: Engine) -> Path | None:
    """This is the database file of a SQLite engine, None for PostgreSQL."""
    return Path(str(engine.url.database)) if engine.dialect.name == "sqlite" else None


def use_wal(engine: Engine) -> None:
    """This puts a SQLite database in WAL mode, which stays with the file: readers never wait for the writer."""
    with engine.connect().execution_options(**{OUTSIDE: True}) as conn:
        conn.exec_driver_sql("PRAGMA journal_mode = WAL")


def truncate_wal(engine: Engine) -> bool:
    """This moves SQLite's write-ahead log into the file and empties it; False where a reader was in the way."""
    with engine.connect().execution_options(**{OUTSIDE: True}) as conn:
        return not conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]


def _sqlite(url: str, database: str | None) -> Engine:
    if not database or database == ":memory:" or database.startswith("file:") or "\0" in database:
        raise ConfigError("The store needs a file.", fix="Write sqlite:///PATH.")
    # hide_parameters: what is written to a row never shows up in an exception.
    parsed = make_url(url).set(drivername="sqlite")
    engine = create_engine(parsed, connect_args={"check_same_thread": False}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(dbapi_connection: Any, record: object) -> None:
    # The driver must not open transactions by itself: it would do so too late, and without the write lock.
    dbapi_connection.isolation_level = None
    for pragma in _PRAGMAS:
        dbapi_connection.execute(pragma).close()


def _begin_sqlite(conn: Connection) -> None:
    # A writer takes the lock at once, because a reader that turns writer half-way fails instead of waiting.
    options = conn.get_execution_options()
    if options.get(OUTSIDE):
        return
    reading = bool(options.get(READING))
    mode = (
        f"PRAGMA query_only = {int(reading)}",
        f"PRAGMA synchronous = {'NORMAL' if options.get(UNSYNCED) else 'FULL'}",
    )
    for pragma in mode if conn.info.get("mode") != mode else ():
        conn.exec_driver_sql(pragma)
    conn.info["mode"] = mode  # of the driver's connection, which the pool gives out again
    conn.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _postgresql(url: str) -> Engine:
    parsed = make_url(url).set(drivername="postgresql+psycopg")
    try:
        return create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
    except ModuleNotFoundError:
        raise ConfigError("The driver for PostgreSQL is missing.", fix="Install attune-hub[postgres].") from None
