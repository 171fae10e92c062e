"""The part of SOQL that the simulator understands: SELECT or COUNT(), FROM, WHERE, ORDER BY, LIMIT, with relationships."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hub_salesforce.simulated_table import RELATIONS, SCHEMA, Row, SimulatedTable

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'(?:\\.|[^'\\])*')
    | (?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
    | (?P<date>\d{4}-\d\d-\d\d)
    | (?P<number>-?\d+(?:\.\d+)?)
    | (?P<word>[A-Za-z_][\w.]*)
    | (?P<sign><=|>=|!=|<>|[=<>(),])
    )""",
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
Test = Callable[[Row], bool]


class BadQuery(Exception):
    """What the vendor says of a query that it does not understand: an error code and a message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query."""

    fields: tuple[str, ...]
    sobject: str
    test: Test
    order: tuple[tuple[str, bool], ...]
    limit: int | None


class SoqlParser:
    """This reads one query, and answers it from a table.

    Args:
        soql: the query's text.
        table: the rows.
    """

    def __init__(self, soql: str, table: SimulatedTable) -> None:
        self._tokens = _tokens(soql)
        self._at = 0
        self._table = table
        self._sobject = ""

    def parse(self) -> Query:
        """This is the query; raises BadQuery."""
        self._expect("select")
        fields = self._fields()
        self._expect("from")
        self._sobject = self._next("word")
        if self._sobject not in SCHEMA:
            raise BadQuery("INVALID_TYPE", f"sObject type '{self._sobject}' is not supported.")
        for name in fields:
            self._check(name)
        test = self._any() if self._take("where") else lambda row: True
        order = self._order()
        limit = int(self._next("number")) if self._take("limit") else None
        if self._at != len(self._tokens):
            raise BadQuery("MALFORMED_QUERY", f"unexpected token: '{self._tokens[self._at][1]}'")
        return Query(tuple(fields), self._sobject, test, order, limit)

    def _fields(self) -> list[str]:
        """The fields wanted; none for ``COUNT()``."""
        name = self._next("word")
        if name.lower() == "count" and self._take("("):
            self._expect(")")
            return []
        fields = [name]
        while self._take(","):
            fields.append(self._next("word"))
        return fields

    def _order(self) -> tuple[tuple[str, bool], ...]:
        found: list[tuple[str, bool]] = []
        if self._take("order"):
            self._expect("by")
            while not found or self._take(","):
                name = self._next("word")
                self._check(name)
                down = self._take("desc")
                if not down:
                    self._take("asc")
                found.append((name, down))
        return tuple(found)

    def _any(self) -> Test:
        """Conditions joined by one kind of word; SOQL wants brackets where both stand side by side."""
        tests = [self._one()]
        joint = ""
        while self._peek() in ("and", "or"):
            word = self._next("word").lower()
            if joint and word != joint:
                raise BadQuery("MALFORMED_QUERY", f"unexpected token: '{word}'")
            joint = word
            tests.append(self._one())
        if joint == "or":
            return lambda row: any(test(row) for test in tests)
        return lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        if self._take("not"):
            inner = self._one()
            return lambda row: not inner(row)
        if self._take("("):
            test = self._any()
            self._expect(")")
            return test
        return self._comparison()

    def _comparison(self) -> Test:
        name = self._next("word")
        self._check(name)
        negated = self._take("not")
        if self._take("in"):
            return self._membership(name, negated)
        sign = "like" if self._take("like") else self._next("sign")
        value = self._literal()
        return lambda row: _compare(self.value(row, name), sign, value)

    def _membership(self, name: str, negated: bool) -> Test:
        self._expect("(")
        values = [self._literal()]
        while self._take(","):
            values.append(self._literal())
        self._expect(")")
        return lambda row: any(_compare(self.value(row, name), "=", value) for value in values) is not negated

    def _literal(self) -> Any:
        kind, text = self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")
        self._at += 1
        if kind == "text":
            return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text[1:-1])
        if kind == "time":
            return datetime.fromisoformat(text)
        if kind == "number":
            return float(text)
        if kind == "word" and text.lower() in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[text.lower()]
        raise BadQuery("MALFORMED_QUERY", f"unexpected token: '{text}'")

    def value(self, row: Row, name: str) -> Any:
        """This is a row's field, relationships followed."""
        sobject, parts = self._sobject, name.split(".")
        for part in parts[:-1]:
            field, sobject = RELATIONS[sobject, part]
            found = self._table.rows[sobject].get(row[field])
            if found is None:
                return None
            row = found
        return row[parts[-1]]

    def _check(self, name: str) -> None:
        sobject, parts = self._sobject, name.split(".")
        for part in parts[:-1]:
            if (sobject, part) not in RELATIONS:
                raise BadQuery("INVALID_FIELD", f"Didn't understand relationship '{part}' in field path.")
            sobject = RELATIONS[sobject, part][1]
        if parts[-1] not in SCHEMA[sobject]:
            raise BadQuery("INVALID_FIELD", f"No such column '{parts[-1]}' on entity '{sobject}'.")

    def _peek(self) -> str:
        return self._tokens[self._at][1].lower() if self._at < len(self._tokens) else ""

    def _take(self, word: str) -> bool:
        found = self._peek() == word
        self._at += found
        return found

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise BadQuery("MALFORMED_QUERY", f"unexpected token: '{self._peek()}'")

    def _next(self, kind: str) -> str:
        if self._at >= len(self._tokens) or self._tokens[self._at][0] != kind:
            raise BadQuery("MALFORMED_QUERY", f"unexpected token: '{self._peek() or '<EOF>'}'")
        self._at += 1
        return self._tokens[self._at - 1][1]


def run_query(soql: str, table: SimulatedTable, *, deleted: bool) -> tuple[Query, list[Row]]:
    """This is a parsed query and its rows, relationships nested as the vendor nests them; raises BadQuery."""
    parser = SoqlParser(soql, table)
    query = parser.parse()
    every = table.rows[query.sobject].values()
    rows = [row for row in every if (deleted or not row["IsDeleted"]) and query.test(row)]
    for name, down in reversed(query.order):
        rows.sort(key=_ranking(parser, name), reverse=down)
    return query, [_render(parser, query, row) for row in rows[: query.limit]]


def _render(parser: SoqlParser, query: Query, row: Row) -> Row:
    url = f"/services/data/v59.0/sobjects/{query.sobject}/{row['Id']}"
    out: Row = {"attributes": {"type": query.sobject, "url": url}}
    for name in query.fields:
        *path, last = name.split(".")
        place: Row | None = out
        for depth, part in enumerate(path):
            sobject, key = _linked(query.sobject, path[: depth + 1])
            there = parser.value(row, ".".join([*path[:depth], key]))
            if place is None or there is None:
                if place is not None:
                    place[part] = None
                place = None
                break
            place = place.setdefault(part, {"attributes": {"type": sobject}})
        if place is not None:
            place[last] = parser.value(row, name)
    return out


def _linked(sobject: str, path: list[str]) -> tuple[str, str]:
    """The object that a relationship path leads to, and the field of its last step."""
    field = ""
    for part in path:
        field, sobject = RELATIONS[sobject, part]
    return sobject, field


def _tokens(soql: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at, soql = 0, soql.strip()
    while at < len(soql):
        token = _TOKEN.match(soql, at)
        if token is None or token.lastgroup is None:
            raise BadQuery("MALFORMED_QUERY", f"unexpected character: '{soql[at]}'")
        found.append((token.lastgroup, token[token.lastgroup]))
        at = token.end()
    return found


def _compare(value: Any, sign: str, literal: Any) -> bool:
    if literal is None or value is None:
        same = value is literal
        return same if sign == "=" else (not same if sign in ("!=", "<>") else False)
    left, right = _comparable(value, literal)
    if sign == "like":
        pattern = re.escape(str(right)).replace("%", ".*").replace("_", ".")
        return re.fullmatch(pattern, str(left), re.DOTALL) is not None
    signs: dict[str, bool] = {
        "=": left == right, "!=": left != right, "<>": left != right, "<": left < right, ">": left > right,
        "<=": left <= right, ">=": left >= right,
    }  # fmt: skip
    return signs[sign]


def _comparable(value: Any, literal: Any) -> tuple[Any, Any]:
    """Times as instants, Ids by their first 15 characters with their case, other text without case."""
    if isinstance(literal, datetime):
        return datetime.fromisoformat(value).astimezone(UTC), literal.astimezone(UTC)
    if isinstance(literal, str):
        text = str(value)
        if re.fullmatch(r"[A-Za-z0-9]{3}0\w{11}(?:\w{3})?", text) and len(literal) in (15, 18):
            return text[:15], literal[:15]
        return text.lower(), literal.lower()
    return value, literal


def _ranking(parser: SoqlParser, name: str) -> Callable[[Row], tuple[bool, Any]]:
    """What rows are sorted by; nothing stands before everything."""

    def rank(row: Row) -> tuple[bool, Any]:
        value = parser.value(row, name)
        return (value is not None, "" if value is None else value)

    return rank
