"""Locks: what keeps several writers on PostgreSQL out of each other's way. SQLite has one writer at a time and needs none.

Every transaction takes them in this order, so that two of them rarely wait for each other in a circle; where they do, the
database ends one of them, and ``conflict.py`` says what happens then::

    the whole store   shared by all writers; a dry run and a migration keep it for themselves
    suppression       shared by those who ask it, alone by those who add to it
    components        the rows of the persons that stand for others, by id
    epochs            shared by those who make persons' keys, alone by a rotation
    consent counter   the order in which the hub came to know
    audit sequencer   alone
    touched counter   last of all, just before the commit
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select, text

from hub.store import components
from hub.store.statements import chunks
from hub.store.tables import persons

WRITERS = "writers"
"""Held by everybody who writes: shared, or alone by a dry run and by a migration."""

# Advisory locks belong to the database, not to the schema: a store in another schema of it must not wait for this one.
_ADVISORY = "SELECT pg_advisory_xact_lock{shared}(hashtextextended('attune ' || current_schema() || ' ' || :name, 0))"


def hold(conn: Connection, name: str, *, shared: bool = False) -> None:
    """This takes a named lock to the end of the transaction; a shared one is held by many, another one by one alone."""
    if lets_others_write(conn):
        conn.execute(text(_ADVISORY.format(shared="_shared" if shared else "")), {"name": name})


def lets_others_write(conn: Connection) -> bool:
    """This tells whether others may write while this transaction does, so that what was read may be old by now."""
    return conn.dialect.name == "postgresql"


def hold_components(conn: Connection, person_ids: Iterable[str]) -> Mapping[str, str]:
    """This keeps other writers away from persons and all merged with them; gives who stands for whom from here on.

    What is read of them afterwards is what the last writer left: read nothing before that you rely on.
    """
    wanted = list(person_ids)
    found = components.roots(conn, wanted)
    if not lets_others_write(conn):
        return found
    held: set[str] = set()
    while missing := sorted(set(found.values()) - held):
        for chunk in chunks(missing):
            query = select(persons.c.id).where(persons.c.id.in_(chunk)).order_by(persons.c.id)
            conn.execute(query.with_for_update(key_share=True)).all()
        held.update(missing)
        found = components.roots(conn, wanted)  # somebody may have merged them while we waited
    return found
