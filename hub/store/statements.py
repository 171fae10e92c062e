"""Statements that both databases understand, over batches of any size."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar

from pydantic_core import to_json
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
    TextClause,
    TypeDecorator,
    bindparam,
    column,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeEngine

CHUNK = 2_000
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
        return list(value or ()) if dialect.name == "postgresql" else to_json(value or ()).decode()


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


def fetch_pages(conn: Connection, query: Select[Any]) -> Iterator[list[Row]]:
    """This yields all rows of a query that nothing bounds, ``CHUNK`` of them at a time."""
    result = conn.execute(query.execution_options(yield_per=CHUNK))
    names = tuple(result.keys())
    for rows in result.partitions():
        yield [dict(zip(names, row, strict=True)) for row in rows]


def pairs(conn: Connection, query: Select[Any]) -> dict[Any, Any]:
    """This maps the first column of such a query to the second."""
    return {row[0]: row[1] for row in conn.execute(query).all()}


def value_of(conn: Connection, query: Select[Any], **values: int) -> Any:
    """This is the one value, or None, of a fixed query over whole numbers: for what is asked again and again.

    ``query`` is the same object each time and names its parameters with ``bindparam``.
    """
    text, order = _fixed(query, conn.dialect)
    row = conn.exec_driver_sql(text, tuple(values[name] for name in order)).fetchone()
    return None if row is None else row[0]


@lru_cache(maxsize=20)
def _fixed(query: Select[Any], dialect: Dialect) -> tuple[str, tuple[str, ...]]:
    compiled = query.compile(dialect=dialect)
    return _NAMED.sub("%s", compiled.string), tuple(compiled.positiontup or _NAMED.findall(compiled.string))


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


def raise_by(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """This inserts the rows, or adds their ``value`` to that of those with the same primary key; a key may occur once only."""
    if rows:
        _run_many(conn, _adding(table, conn.dialect, tuple(rows[0])), rows)


def change(conn: Connection, table: Table, rows: Sequence[Row], *, only: TextClause | None = None) -> None:
    """This sets columns of those rows whose ``id`` is named, all the same columns; of them, ``only`` such.

    ``only`` must be a condition that lives on: the statement is made once for it.
    """
    if rows:
        _run_many(conn, _changing(table, conn.dialect, tuple(rows[0]), only), rows)


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
    """A statement as the driver takes it: its text, what picks a row's values in order, and what some of them need.

    ``whole``: it takes each column as one array, all rows at once.
    """

    text: str
    pick: Callable[[Row], tuple[Any, ...]]
    binders: tuple[tuple[int, Callable[[Any], Any]], ...]
    whole: bool

    def values(self, row: Row) -> Sequence[Any]:
        """These are a row's values, fit for rest."""
        values = list(self.pick(row))
        for place, bind in self.binders:
            values[place] = bind(values[place])
        return tuple(values)


def _run_many(conn: Connection, prepared: _Prepared, rows: Sequence[Row]) -> None:
    # Straight to the driver: SQLAlchemy would look at every single row as if it had never seen one.
    found = [prepared.values(row) for row in rows]
    if not prepared.whole:
        conn.exec_driver_sql(prepared.text, found)
        return
    for chunk in chunks(found):
        conn.exec_driver_sql(prepared.text, tuple(list(column) for column in zip(*chunk, strict=True)))


@lru_cache(maxsize=200)
def _plain(table: Table, dialect: Dialect, columns: tuple[str, ...]) -> _Prepared:
    return _prepare(_inserting(dialect, table, columns), table, dialect)


@lru_cache(maxsize=200)
def _keeping(table: Table, dialect: Dialect, columns: tuple[str, ...]) -> _Prepared:
    insert = _inserting(dialect, table, columns)
    return _prepare(insert.on_conflict_do_nothing(index_elements=list(table.primary_key)), table, dialect)


@lru_cache(maxsize=200)
def _replacing(table: Table, dialect: Dialect, columns: tuple[str, ...]) -> _Prepared:
    keys = [column.name for column in table.primary_key]
    insert = _inserting(dialect, table, columns)
    changed = {name: insert.excluded[name] for name in columns if name not in keys}
    statement = insert.on_conflict_do_update(index_elements=keys, set_=changed)
    return _prepare(statement, table, dialect)


@lru_cache(maxsize=200)
def _adding(table: Table, dialect: Dialect, columns: tuple[str, ...]) -> _Prepared:
    insert = _inserting(dialect, table, columns)
    total = {"value": table.c.value + insert.excluded.value}
    return _prepare(insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=total), table, dialect)


@lru_cache(maxsize=200)
def _changing(table: Table, dialect: Dialect, columns: tuple[str, ...], only: TextClause | None) -> _Prepared:
    wanted = [name for name in columns if name != "id"]
    if dialect.name == "postgresql":
        told = _unnested(table, columns)
        statement = update(table).where(table.c.id == told.c.id).values({name: told.c[name] for name in wanted})
    else:
        told = _named(table, columns)
        statement = update(table).where(table.c.id == told.pop("id")).values(told)
    return _prepare(statement if only is None else statement.where(only), table, dialect)


def _prepare(statement: Any, table: Table, dialect: Dialect) -> _Prepared:
    # Inline: many rows come back with no keys, so none are asked for.
    compiled = statement.inline().compile(dialect=dialect)
    order = [name.removeprefix(_prefixed("")) for name in compiled.positiontup or _NAMED.findall(compiled.string)]
    text = _NAMED.sub("%s", compiled.string)
    # Bytes are taken by both drivers as they are.
    types = [table.c[name].type for name in order]
    binders = [None if isinstance(one, LargeBinary) else _binder(one, dialect) for one in types]
    picked = tuple((place, bind) for place, bind in enumerate(binders) if bind is not None)
    return _Prepared(text, _picker(tuple(order)), picked, dialect.name == "postgresql")


def _inserting(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> Any:
    """An insert of one row on SQLite; on PostgreSQL one of all rows at once, which costs one trip and one plan."""
    if dialect.name != "postgresql":
        return sqlite.insert(table).values(_named(table, columns))
    told = _unnested(table, columns)
    return postgresql.insert(table).from_select(list(columns), select(*(told.c[name] for name in columns)))


def _named(table: Table, columns: tuple[str, ...]) -> dict[str, Any]:
    # A parameter of an update may not be called as one of the columns.
    return {name: bindparam(_prefixed(name), type_=table.c[name].type) for name in columns}


def _unnested(table: Table, columns: tuple[str, ...]) -> Any:
    arrays = [bindparam(_prefixed(name), type_=postgresql.ARRAY(_plain_type(table.c[name].type))) for name in columns]
    named = [column(name, table.c[name].type) for name in columns]
    return func.unnest(*arrays).table_valued(*named, name="told").render_derived()


def _plain_type(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    return type_.impl_instance if isinstance(type_, TypeDecorator) else type_


def _prefixed(name: str) -> str:
    return f"new_{name}"


def _binder(type_: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _picker(names: tuple[str, ...]) -> Callable[[Row], tuple[Any, ...]]:
    return itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)


def _insert(dialect: Dialect, table: Table) -> Any:
    # The two dialects have the same methods on classes without a common parent.
    return postgresql.insert(table) if dialect.name == "postgresql" else sqlite.insert(table)
