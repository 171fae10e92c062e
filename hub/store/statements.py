"""Statements that both databases understand, over batches of any size."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

CHUNK = 500
"""Values in one ``IN`` list and rows in one page."""

T = TypeVar("T")

Row = Mapping[str, Any]


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """This yields the values in lists of at most ``size``."""
    chunk: list[T] = []
    for value in values:
        chunk.append(value)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def unique(values: Iterable[T]) -> list[T]:
    """This drops repeated values and keeps the order of the first ones."""
    return list(dict.fromkeys(values))


def fetch(conn: Connection, query: Select[Any]) -> list[Row]:
    """These are all rows of a query that is bounded by its own limit or ``IN`` list."""
    return [dict(row) for row in conn.execute(query).mappings()]


def pairs(conn: Connection, query: Select[Any]) -> dict[Any, Any]:
    """This maps the first column of such a query to the second."""
    return {row[0]: row[1] for row in conn.execute(query)}


def add(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """This inserts the rows; none is fine."""
    if rows:
        conn.execute(table.insert(), list(rows))


def add_missing(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """This inserts those rows whose primary key is not there yet."""
    if rows:
        conn.execute(_insert(conn, table).on_conflict_do_nothing(index_elements=list(table.primary_key)), list(rows))


def upsert(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """This inserts the rows, or replaces those with the same primary key; a key may occur once only."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    insert = _insert(conn, table)
    changed = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    conn.execute(insert.on_conflict_do_update(index_elements=keys, set_=changed), list(rows))


def take(conn: Connection, counters: Table, name: str, count: int) -> int:
    """This takes ``count`` values of a sequence and gives the last one; the sequence stays locked to the end.

    Because the row is locked until the transaction ends, whoever reads "all after n" never misses a late commit.
    """
    insert = _insert(conn, counters).values(name=name, value=count)
    raised = {"value": counters.c.value + insert.excluded.value}
    statement = insert.on_conflict_do_update(index_elements=["name"], set_=raised).returning(counters.c.value)
    return int(conn.execute(statement).scalar_one())


def _insert(conn: Connection, table: Table) -> Any:
    # The two dialects have the same methods on classes without a common parent.
    return postgresql.insert(table) if conn.dialect.name == "postgresql" else sqlite.insert(table)
