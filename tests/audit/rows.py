"""A database's rows taken out and put back: a backup that is restored, whatever the database."""

import sqlalchemy as sa

from hub.store.engine import make_engine
from hub.store.tables import metadata


def change(url, edit):
    """Does what somebody with a database client could."""
    engine = make_engine(url)
    with engine.begin() as conn:
        found = edit(conn)
    engine.dispose()
    return found


def rows_of(url):
    """A backup."""
    return change(
        url, lambda conn: {t.name: list(conn.execute(sa.select(t)).mappings()) for t in metadata.sorted_tables}
    )


def put_back(url, rows):
    """A backup restored: what is there goes."""

    def write(conn):
        for table in reversed(metadata.sorted_tables):
            conn.execute(table.delete())
        for table in metadata.sorted_tables:
            if rows[table.name]:
                conn.execute(table.insert(), [dict(row) for row in rows[table.name]])

    change(url, write)
