"""The store: one database, opened with its vault, worked on in transactions."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NestedTransaction, select, text

from hub.errors import ConfigError, FatalError, PolicyError
from hub.store import tallies, touches
from hub.store.answer import answering
from hub.store.audit import AuditLog
from hub.store.balance import Balance
from hub.store.budgets import Budgets
from hub.store.consents import Consents
from hub.store.dead_letters import DeadLetters
from hub.store.ends import Ends
from hub.store.engine import READING, UNSYNCED, make_engine, sqlite_file, truncate_wal
from hub.store.erasures import Erasures
from hub.store.facts import Facts
from hub.store.grants import Grants
from hub.store.holds import Holds
from hub.store.keys import Keys
from hub.store.leases import Leases
from hub.store.ledger import Ledger
from hub.store.locks import WRITERS, hold
from hub.store.merges import Merges
from hub.store.migration import migrate, require_head, require_same, revision_of
from hub.store.obligations import Obligations
from hub.store.outbox import Outbox
from hub.store.overview import Overview
from hub.store.persons import Persons
from hub.store.pulse import Pulse
from hub.store.quarantine import Quarantine
from hub.store.records import Records
from hub.store.requests import Requests
from hub.store.reviews import Reviews
from hub.store.statements import add_missing
from hub.store.suppression import Suppression
from hub.store.tables import meta, person_keys
from hub.store.tag_reviews import TagReviews
from hub.store.tags import Tags
from hub.store.tallies import Tallies
from hub.store.unit import Unit
from hub.store.vault import Vault

_CHECK = "key_check"
_REFS = "refs"


class Tx:
    """One transaction; its rooms share it, and all of it happens or none.

    Args:
        unit: connection, vault, keys and time of the transaction.
    """

    def __init__(self, unit: Unit) -> None:
        self.unit = unit

    @property
    def now(self) -> datetime:
        """This is the UTC time of the whole transaction."""
        return self.unit.now

    @property
    def keys(self) -> Keys:
        """These are the persons' keys."""
        return self.unit.keys

    @cached_property
    def persons(self) -> Persons:
        """This is who we know, and by which identifiers."""
        return Persons(self.unit)

    @cached_property
    def merges(self) -> Merges:
        """This is who turned out to be one, and who was parted again."""
        return Merges(self.unit)

    @cached_property
    def records(self) -> Records:
        """This is what was said and done."""
        return Records(self.unit)

    @cached_property
    def tags(self) -> Tags:
        """This is what customers most likely felt."""
        return Tags(self.unit)

    @cached_property
    def tag_reviews(self) -> TagReviews:
        """This is which tags people look at, and what they say of them."""
        return TagReviews(self.unit)

    @cached_property
    def consents(self) -> Consents:
        """This is what people allowed and refused."""
        return Consents(self.unit)

    @cached_property
    def reviews(self) -> Reviews:
        """This is when consents are looked at again."""
        return Reviews(self.unit)

    @cached_property
    def ledger(self) -> Ledger:
        """This is what became of every record that was read."""
        return Ledger(self.unit)

    @cached_property
    def quarantine(self) -> Quarantine:
        """This is where records are that could not be read."""
        return Quarantine(self.unit)

    @cached_property
    def outbox(self) -> Outbox:
        """This is what became of every row that was selected for a destination."""
        return Outbox(self.unit)

    @cached_property
    def dead_letters(self) -> DeadLetters:
        """This is which rows no destination took, and nobody has resolved yet."""
        return DeadLetters(self.unit)

    @cached_property
    def overview(self) -> Overview:
        """This is how it goes at a glance."""
        return Overview(self.unit)

    @cached_property
    def balance(self) -> Balance:
        """This is whether every record and row has an outcome."""
        return Balance(self.unit)

    @cached_property
    def suppression(self) -> Suppression:
        """This is who must not come back."""
        return Suppression(self.unit)

    @cached_property
    def leases(self) -> Leases:
        """This is who is running which sync."""
        return Leases(self.unit)

    @cached_property
    def budgets(self) -> Budgets:
        """This is what the vendors' limits leave to all processes."""
        return Budgets(self.unit)

    @cached_property
    def obligations(self) -> Obligations:
        """This is what people must do by hand at other systems."""
        return Obligations(self.unit)

    @cached_property
    def erasures(self) -> Erasures:
        """This is how far each erasure has come."""
        return Erasures(self.unit)

    @cached_property
    def grants(self) -> Grants:
        """This is who may look at somebody because a second person agreed."""
        return Grants(self.unit)

    @cached_property
    def holds(self) -> Holds:
        """This is what must stay for now."""
        return Holds(self.unit)

    @cached_property
    def requests(self) -> Requests:
        """This is what people asked for."""
        return Requests(self.unit)

    @cached_property
    def pulse(self) -> Pulse:
        """This is what monitoring asks."""
        return Pulse(self.unit)

    @cached_property
    def tallies(self) -> Tallies:
        """These are the totals for the metrics."""
        return Tallies(self.unit)

    @cached_property
    def ends(self) -> Ends:
        """This is when what rests must be gone, for rules that have become stricter."""
        return Ends(self.unit)

    @cached_property
    def facts(self) -> Facts:
        """This is which rules and plugins the database was last worked with."""
        return Facts(self.unit)

    @cached_property
    def audit(self) -> AuditLog:
        """These are the rows of the audit log."""
        return AuditLog(self.unit)


class Store:
    """A database of the hub; made by ``open_store``, closed by ``close`` or at the end of ``with``.

    Args:
        engine: engine of a migrated database.
        vault: keys of that database.
        now: the clock; gives UTC.
        revision: what the database was migrated to when it was opened; another one ends every write.
        dry_run: everything is rolled back when the store closes.
    """

    def __init__(
        self, engine: Engine, vault: Vault, now: Callable[[], datetime], revision: str, *, dry_run: bool = False
    ) -> None:
        self.vault = vault
        self.now = now
        self.dry_run = dry_run
        self._engine = engine
        self._revision = revision
        self._unsynced = engine.execution_options(**{UNSYNCED: True})
        self._anchor = _hold_wal(engine) if dry_run else None
        self._rehearsal = _rehearse(engine) if dry_run else None
        self._undoing: NestedTransaction | None = None  # goes back to before the first thing that a dry run did
        self._thread = threading.local()
        self._called = False  # in a dry run on SQLite: budgets were used

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        """This opens a transaction that may write: committed at the end of ``with``, undone by any exception.

        On SQLite it takes the write lock at once; on PostgreSQL writers lock what they change (``locks.py``). In a dry
        run it is a savepoint inside one big transaction. Raises TransientError where the database is busy or does not
        answer, and Conflict, which is one, where another writer was in the way: see ``again_after_conflict``; ConfigError
        where somebody migrated the database meanwhile.
        """
        with self._writes(alone=self.dry_run), answering(self._engine), self._writing() as conn:
            require_same(conn, self._revision)
            tx = self._tx(conn)
            yield tx
            touches.settle(tx.unit)
            tallies.settle(tx.unit)
        if tx.keys.shredded and not self.dry_run:
            self.checkpoint()

    @contextmanager
    def brief(self) -> Iterator[Tx]:
        """This opens a short transaction around a call to a vendor: what it counts is kept also in a dry run.

        On SQLite its commit does not wait for the disk. Raises FatalError inside ``begin``: nobody may call a vendor while
        other processes wait for the database; ConfigError where somebody migrated the database meanwhile.
        """
        with self._writes(alone=True), answering(self._engine), self._counting() as conn:
            require_same(conn, self._revision)
            yield self._tx(conn)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """This opens a consistent view that cannot write; it never waits for writers. Raises TransientError."""
        with answering(self._engine), self._reading() as conn:
            yield self._tx(conn)

    def checkpoint(self) -> bool:
        """This moves SQLite's write-ahead log into the file and empties it, so that deleted bytes are gone from both.

        It runs by itself after a key was shredded. False: a reader was in the way, call again. True on PostgreSQL, where
        ``VACUUM`` and the rotation of the WAL are the operator's.
        """
        if self._engine.dialect.name != "sqlite" or self.dry_run:
            return True
        return truncate_wal(self._engine)

    def close(self) -> None:
        """This closes every connection; what a dry run did is undone."""
        if self._rehearsal is not None:
            self._undo(self._rehearsal)
        self._engine.dispose()
        if self._anchor is not None:
            self._anchor.close()

    def _tx(self, conn: Connection) -> Tx:
        return Tx(Unit(conn=conn, vault=self.vault, keys=Keys(conn, self.vault), now=self.now()))

    @contextmanager
    def _writes(self, *, alone: bool) -> Iterator[None]:
        depth = getattr(self._thread, "depth", 0)
        if alone and depth:
            raise FatalError("A transaction was opened inside another one.")
        self._thread.depth = depth + 1
        try:
            yield
        finally:
            self._thread.depth = depth

    def _counting(self) -> AbstractContextManager[Connection]:
        if self._rehearsal is not None and self._engine.dialect.name == "sqlite":
            # The dry run holds the only write lock: its calls are counted inside it, and kept when it is undone.
            self._called = True
            return self._rehearse(self._rehearsal)
        return self._unsynced.begin()

    def _undo(self, rehearsal: Connection) -> None:
        """What a dry run did is undone, but for the calls that it made: the vendor has counted them."""
        if self._called and self._undoing is not None:
            spent = self._tx(rehearsal).budgets.rows()
            self._undoing.rollback()
            self._tx(rehearsal).budgets.restore(spent)
            rehearsal.commit()
        rehearsal.rollback()
        rehearsal.close()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self._rehearsal is not None:
            with self._rehearse(self._rehearsal) as conn:
                yield conn
            return
        with self._engine.begin() as conn:
            hold(conn, WRITERS, shared=True)
            yield conn

    @contextmanager
    def _rehearse(self, conn: Connection) -> Iterator[Connection]:
        if self._undoing is None:
            self._undoing = conn.begin_nested()
        with conn.begin_nested():
            yield conn

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        if self._rehearsal is not None:
            yield self._rehearsal
            return
        with _reading(self._engine) as conn:
            yield conn


def open_store(
    url: str,
    vault: Vault,
    *,
    now: Callable[[], datetime],
    dry_run: bool = False,
    create: bool = False,
) -> Store:
    """This opens the database behind ``url`` and proves that ``vault`` holds its keys.

    Args:
        url: ``sqlite:///PATH`` or ``postgresql://...``.
        vault: keys of the database; the first vault ever to open it is the one it belongs to.
        now: the clock; gives UTC.
        dry_run: work in one transaction that is rolled back at the end; other writers wait meanwhile.
        create: migrate a database that has no tables yet.

    Raises ConfigError where the database is not migrated or belongs to another root key, TransientError where it does
    not answer.
    """
    engine = make_engine(url)
    with ExitStack() as unless_opened, answering(engine):
        unless_opened.callback(engine.dispose)
        if create and not dry_run and revision_of(engine) is None:
            migrate(url)
        revision = require_head(engine)
        _check_key(engine, vault, write=not dry_run)
        store = Store(engine, vault, now, revision, dry_run=dry_run)
        unless_opened.pop_all()
    return store


def has_keys(url: str) -> bool:
    """This tells whether a database holds anybody's key; one that is not there, or has no tables, does not."""
    engine = make_engine(url)
    try:
        with answering(engine):
            if revision_of(engine) is None:
                return False
            with _reading(engine) as conn:
                return conn.execute(select(person_keys.c.person_id).limit(1)).first() is not None
    finally:
        engine.dispose()


def _check_key(engine: Engine, vault: Vault, *, write: bool) -> None:
    with _reading(engine) as conn:
        sealed = conn.execute(select(meta.c.value).where(meta.c.name == _CHECK)).scalar()
    if sealed is None:
        if write:
            with engine.begin() as conn:
                rows = [
                    {"name": _REFS, "value": b"near"},
                    {"name": _CHECK, "value": vault.seal_tenant(b"attune", f"meta|{_CHECK}")},
                ]
                add_missing(conn, meta, rows)  # two may open it for the first time: who comes second, checks
            _check_key(engine, vault, write=False)
        return
    try:
        vault.open_tenant(sealed, f"meta|{_CHECK}")
    except PolicyError:
        raise ConfigError(
            f"{vault.source}: the root key is not the one that this database was made with; nothing was read or changed.",
            fix="Start the hub with the database's own root key and tenant.",
        ) from None
    with _reading(engine) as conn:
        vault.scattered = conn.execute(select(meta.c.name).where(meta.c.name == _REFS)).scalar() is None
        Keys(conn, vault).check()


@contextmanager
def _reading(engine: Engine) -> Iterator[Connection]:
    options: dict[str, Any] = {READING: True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as conn:
        yield conn


def _rehearse(engine: Engine) -> Connection:
    """Opens the one transaction of a dry run; other writers wait from its start, holding nothing that it might need."""
    conn = engine.connect()
    if engine.dialect.name == "postgresql":
        conn.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))  # it waits for vendors, too
        hold(conn, WRITERS)
    return conn


def _hold_wal(engine: Engine) -> sqlite3.Connection | None:
    # The last connection to leave moves the write-ahead log into the file. This one may not write, and leaves last:
    # so a dry run does not even move what an interrupted run had committed before.
    path: Path | None = sqlite_file(engine)
    if path is None:
        return None
    anchor = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
    anchor.execute("SELECT count(*) FROM meta").fetchone()
    return anchor
