"""Statements that both databases understand, over batches of any size."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Dialect,
    Integer,
    LargeBinary,
    Select,
    Table,
    Text,
    TypeDecorator,
    bindparam,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeEngine

CHUNK = 500
"""Values in one ``IN`` list and rows in one page."""

_NAMED = re.compile(r"%\((\w+)\)s")

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


class Values(TypeDecorator[Sequence[Any]]):
    """A list of texts or whole numbers as one parameter: JSON on SQLite, an array on PostgreSQL."""

    impl = Text
    cache_ok = True

    def __init__(self, numbers: bool = False) -> None:
        super().__init__()
        self.numbers = numbers

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """This is the database's own type."""
        array = postgresql.ARRAY(BigInteger() if self.numbers else Text())
        return dialect.type_descriptor(array if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        """This makes the parameter."""
        return list(value or ()) if dialect.name == "postgresql" else json.dumps(list(value or ()))


class among(ColumnElement[Any]):  # no Boolean: SQLite would compare one with 1, and then use no index
    """This holds where a column has one of the values; unlike ``IN`` it is the same statement for any number of them."""

    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012 - SQLAlchemy's own way of telling what belongs to a cached statement
        ("column", InternalTraversal.dp_clauseelement),
        ("values", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, column: ColumnElement[Any], values: Iterable[Any]) -> None:
        self.column = column
        numbers = isinstance(column.type, Integer)
        self.values = bindparam(None, list(values), type_=Values(numbers), unique=True)


@compiles(among, "sqlite")
def _among_sqlite(element: among, compiler: Any, **options: Any) -> str:
    column, values = compiler.process(element.column, **options), compiler.process(element.values, **options)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - both are SQLAlchemy's own rendering


@compiles(among, "postgresql")
def _among_postgresql(element: among, compiler: Any, **options: Any) -> str:
    column, values = compiler.process(element.column, **options), compiler.process(element.values, **options)
    return f"{column} = ANY ({values})"


def fetch(conn: Connection, query: Select[Any]) -> list[Row]:
    """These are all rows of a query that is bounded by its own limit or ``IN`` list."""
    result = conn.execute(query)
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result.all()]


def pairs(conn: Connection, query: Select[Any]) -> dict[Any, Any]:
    """This maps the first column of such a query to the second."""
    return {row[0]: row[1] for row in conn.execute(query).all()}


def add(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """This inserts the rows, all with the same columns; none is fine."""
    if rows:
        _run_many(conn, _plain(table, conn.dialect, tuple(rows[0])), rows)


def add_missing(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """This inserts those rows whose primary key is not there yet."""
    if rows:
        _run_many(conn, _keeping(table, conn.dialect, tuple(rows[0])), rows)


def upsert(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """This inserts the rows, or replaces those with the same primary key; a key may occur once only."""
    if rows:
        _run_many(conn, _replacing(table, conn.dialect, tuple(rows[0])), rows)


def take(conn: Connection, counters: Table, name: str, count: int) -> int:
    """This takes ``count`` values of a sequence and gives the last one; the sequence stays locked to the end.

    Because the row is locked until the transaction ends, whoever reads "all after n" never misses a late commit.
    """
    insert = _insert(conn.dialect, counters).values(name=name, value=count)
    raised = {"value": counters.c.value + insert.excluded.value}
    statement = insert.on_conflict_do_update(index_elements=["name"], set_=raised).returning(counters.c.value)
    return int(conn.execute(statement).scalar_one())


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A statement as the driver takes it: its text, what picks a row's values in order, and what some of them need."""

    text: str
    pick: Callable[[Row], tuple[Any, ...]]
    binders: tuple[tuple[int, Callable[[Any], Any]], ...]

    def values(self, row: Row) -> Sequence[Any]:
        """These are a row's values, fit for rest."""
        values = list(self.pick(row))
        for place, bind in self.binders:
            values[place] = bind(values[place])
        return tuple(values)


def _run_many(conn: Connection, prepared: _Prepared, rows: Sequence[Row]) -> None:
    # Straight to the driver: SQLAlchemy would look at every single row as if it had never seen one.
    conn.exec_driver_sql(prepared.text, [prepared.values(row) for row in rows])


@lru_cache(maxsize=200)
def _plain(table: Table, dialect: Dialect, columns: tuple[str, ...]) -> _Prepared:
    return _prepare(table, dialect, columns, _insert(dialect, table))


@lru_cache(maxsize=200)
def _keeping(table: Table, dialect: Dialect, columns: tuple[str, ...]) -> _Prepared:
    keys = list(table.primary_key)
    return _prepare(table, dialect, columns, _insert(dialect, table).on_conflict_do_nothing(index_elements=keys))


@lru_cache(maxsize=200)
def _replacing(table: Table, dialect: Dialect, columns: tuple[str, ...]) -> _Prepared:
    keys = [column.name for column in table.primary_key]
    insert = _insert(dialect, table)
    changed = {name: insert.excluded[name] for name in columns if name not in keys}
    return _prepare(table, dialect, columns, insert.on_conflict_do_update(index_elements=keys, set_=changed))


def _prepare(table: Table, dialect: Dialect, columns: tuple[str, ...], insert: Any) -> _Prepared:
    # Inline: many rows come back with no keys, so none are asked for.
    compiled = insert.inline().compile(dialect=dialect, column_keys=list(columns))
    order = tuple(compiled.positiontup or _NAMED.findall(compiled.string))
    text = _NAMED.sub("%s", compiled.string)
    # Bytes are taken by both drivers as they are.
    types = [table.c[name].type for name in order]
    binders = [None if isinstance(one, LargeBinary) else _binder(one, dialect) for one in types]
    picked = tuple((place, bind) for place, bind in enumerate(binders) if bind is not None)
    return _Prepared(text, _picker(order), picked)


def _binder(type_: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _picker(names: tuple[str, ...]) -> Callable[[Row], tuple[Any, ...]]:
    return itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)


def _insert(dialect: Dialect, table: Table) -> Any:
    # The two dialects have the same methods on classes without a common parent.
    return postgresql.insert(table) if dialect.name == "postgresql" else sqlite.insert(table)
