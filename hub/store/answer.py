"""The database's answer: what its errors mean to the hub. Neither rows nor passwords are ever in what is told."""

import re
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
_BROKEN_OFF = {"57P01", "57P02"}  # by an administrator, in a crash

# A server that lets nobody in has no SQLSTATE for its client's library, only words.
_SHUT_OUT = ("authentication failed", "no pg_hba.conf entry", "is not permitted to log in", "no password supplied")
_NOT_THERE = re.compile(r'(role|database) ".*" does not exist')
_LATER = ("connection slots", "too many", "starting up", "shutting down", "in recovery mode", "timeout", "timed out")


@contextmanager
def answering(engine: Engine) -> Iterator[None]:
    """This raises what the database behind ``engine`` says as the error that tells what happens next.

    Conflict where another writer was in the way, TransientError where it is busy or does not answer, ConfigError where
    it is damaged, set up otherwise, or lets nobody in by this name and password. What is left is a mistake of the hub:
    PostgreSQL's refusal as FatalError, SQLite's as it is.
    """
    try:
        yield
    except DatabaseError as error:
        raise _meaning(error, _address(engine)) from None
    except InterfaceError:
        raise _unanswered(_address(engine)) from None
    except OverflowError as error:
        if "SQLite" not in str(error):
            raise
        # PostgreSQL counts on beyond 64 bits and finds nothing there.
        raise ConfigError("A number is larger than any that the database knows.", fix="Correct it.") from None


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
        return _of_connection(error, state, where)
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


def _of_connection(error: OperationalError, state: str, where: str) -> HubError:
    # Not an AuthError: in the middle of a push that would mean that a destination has refused, and sent nothing.
    if not state and _is_shut_out(error.orig):
        return ConfigError(
            f"The store's database ({where}) lets nobody in by the user and password in 'store'.",
            fix="Correct them, or let the user log in there (role, password, pg_hba.conf); nothing was done.",
        )
    if not state and _NOT_THERE.search(str(error.orig)):
        return ConfigError(
            f"The store's database ({where}) does not exist, or its user does not.",
            fix="Make them on the server, or correct 'store'; nothing was done.",
        )
    if state in _BROKEN_OFF or error.connection_invalidated:
        return TransientError(
            f"The store's database ({where}) has broken the connection off; nothing of this step was kept.",
            fix="Try again: what was stored stays stored, and the next run goes on behind it.",
        )
    return _unanswered(where)


def _is_shut_out(refused: object) -> bool:
    """Also by a server that speaks another language: it took a password, or wanted one, and then hung up."""
    words = str(refused)
    if any(word in words for word in _SHUT_OUT):
        return True
    asked = getattr(refused, "pgconn", None)  # psycopg's, of a connection that never came about
    wanted = asked is not None and (asked.needs_password or asked.used_password)
    return wanted and "FATAL" in words and not any(word in words for word in _LATER) and not _NOT_THERE.search(words)


def _unanswered(where: str) -> TransientError:
    fix = "Check that it runs, and that the address in 'store' is right; then try again."
    return TransientError(f"The store's database ({where}) is busy or does not answer.", fix=fix)


def _address(engine: Engine) -> str:
    url = engine.url
    if engine.dialect.name == "sqlite":
        return str(url.database)
    return f"{url.database or url.username or ''} at {url.host or 'the local socket'}:{url.port or 5432}"
