"""Engines: how the store opens SQLite and PostgreSQL."""

import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from hub.errors import ConfigError
from hub.store.conflict import PAUSES

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
    "PRAGMA cache_size = -32768",
    "PRAGMA wal_autocheckpoint = 8000",
    "PRAGMA trusted_schema = OFF",
)


_POSTGRESQL = {
    "lock_timeout": "30s",  # as long as SQLite's busy_timeout
    "statement_timeout": "5min",
    # A transaction spans the redaction of a batch; a run that is silent for longer has lost its lease anyway.
    "idle_in_transaction_session_timeout": "10min",
}
"""What a session is limited by unless the URL's own ``options`` say otherwise."""


def make_engine(url: str) -> Engine:
    """This makes an engine for ``sqlite:///PATH`` or ``postgresql://...``; raises ConfigError for anything else.

    Whatever else PostgreSQL's driver understands may stand in the URL: ``?sslmode=verify-full``, ``&connect_timeout=5``.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        raise ConfigError("The store's URL cannot be read.", fix="Write sqlite:///PATH or postgresql://...") from None
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, parsed.database)
    if parsed.get_backend_name() in {"postgresql", "postgres"}:
        return _postgresql(parsed)
    raise ConfigError(
        f"The store cannot be kept in {parsed.get_backend_name()}.", fix="Write sqlite:///PATH or postgresql://..."
    )


def sqlite_file(engine: Engine) -> Path | None:
    """This is the database file of a SQLite engine, None for PostgreSQL."""
    return Path(str(engine.url.database)) if engine.dialect.name == "sqlite" else None


def use_wal(engine: Engine) -> None:
    """This puts a SQLite database in WAL mode, which stays with the file: readers never wait for the writer."""
    # Of two that do it at once SQLite lets neither wait for the other.
    for pause in (*PAUSES, None):
        try:
            with engine.connect().execution_options(**{OUTSIDE: True}) as conn:
                conn.exec_driver_sql("PRAGMA journal_mode = WAL")
        except OperationalError:
            if pause is None:
                raise
            time.sleep(pause)
        else:
            return


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


def _postgresql(url: URL) -> Engine:
    given = url.query
    own = given.get("options", "")
    settings = [f"-c {name}={value}" for name, value in _POSTGRESQL.items()]
    # What is named later wins, so what the URL says does.
    query = {"application_name": "attune", "connect_timeout": "10"} | dict(given)
    query["options"] = " ".join([*settings, *((own,) if isinstance(own, str) else own)])
    try:
        # READ COMMITTED, whatever the server's default: after waiting for a lock one must see what was waited for.
        return create_engine(
            url.set(drivername="postgresql+psycopg", query=query),
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
            hide_parameters=True,
        )
    except ModuleNotFoundError:
        raise ConfigError("The driver for PostgreSQL is missing.", fix="Install attune-hub[postgres].") from None
