"""The database's answer: what its errors mean to the hub. Neither rows nor passwords are ever in what is told."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError

from hub.errors import ConfigError, FatalError, HubError, TransientError
from hub.store.conflict import Conflict

# SQLSTATE codes, https://www.postgresql.org/docs/current/errcodes-appendix.html
_CONFLICTS = {
    "40001",
    "40P01",
    "23505",
    "23503",
}  # not serialisable, deadlock; somebody else's row, there or gone first
_RIGHTS = "42501"
_READ_ONLY = "25006"
_NO_SCHEMA = "3F000"
_MISSING = {"42P01", "42703"}  # table, column


@contextmanager
def answering(engine: Engine) -> Iterator[None]:
    """This raises what the database behind ``engine`` says as the error that tells what happens next.

    Conflict where another writer was in the way, TransientError where it is busy or does not answer, ConfigError where
    it is damaged or set up otherwise. What is left is a mistake of the hub: PostgreSQL's refusal as FatalError, SQLite's
    as it is.
    """
    try:
        yield
    except DatabaseError as error:
        raise _meaning(error, _address(engine)) from None
    except InterfaceError:
        raise _unanswered(_address(engine)) from None


def _meaning(error: DatabaseError, where: str) -> Exception:
    if isinstance(error.orig, sqlite3.Error):
        return _of_sqlite(error, where)
    return _of_postgresql(error, str(getattr(error.orig, "sqlstate", None) or ""), where)


def _of_sqlite(error: DatabaseError, where: str) -> Exception:
    if isinstance(error, OperationalError):
        return _unanswered(where)
    # Only SQLite's own word for it: a broken constraint or a write by a reader is somebody's mistake in the hub.
    if getattr(error.orig, "sqlite_errorcode", None) not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return error
    return ConfigError(
        f"The store's database ({where}) is damaged, or no database at all.", fix="Restore it from a backup."
    )


def _of_postgresql(error: DatabaseError, state: str, where: str) -> HubError:
    if state in _CONFLICTS:
        return Conflict("Another run was changing the same people; nothing of this step was kept.", fix="Try again.")
    if isinstance(error, OperationalError):
        return _unanswered(where)
    if state == _READ_ONLY:
        return TransientError(
            "The store's database takes no changes now.", fix="Try again, or name the primary server."
        )
    if state == _RIGHTS:
        return ConfigError("The store's role lacks a right in its database.", fix="Make it the owner of its schema.")
    if state == _NO_SCHEMA:
        return ConfigError(f"There is no schema for the store ({where}).", fix="Make one, owned by the hub's role.")
    if state in _MISSING:
        return ConfigError("The store's database lacks a table of the hub.", fix="Run hub migrate.")
    if state.startswith("XX"):
        return ConfigError(f"The store's database ({where}) is damaged.", fix="Restore it from a backup.")
    if not state:
        return ConfigError("The store's URL has an option that PostgreSQL's driver does not know.", fix="Correct it.")
    # PostgreSQL's own words may quote the row.
    return FatalError(f"The store's database refused a statement (SQLSTATE {state}); nothing was written.")


def _unanswered(where: str) -> TransientError:
    fix = "Check that it runs, and that address, user and password in 'store' are right; then try again."
    return TransientError(f"The store's database ({where}) is busy or does not answer.", fix=fix)


def _address(engine: Engine) -> str:
    url = engine.url
    if engine.dialect.name == "sqlite":
        return str(url.database)
    return f"{url.database or url.username or ''} at {url.host or 'the local socket'}:{url.port or 5432}"
