"""The part: what fills one field of a record, compiled from the few lines of YAML that describe it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from hub.mappings.conversion import Conversion, to_id, to_text
from hub.mappings.expression import Expression
from hub.mappings.refusal import RefusalError

Mint = Callable[[str, str], str]
"""This makes a hub id of a canonical kind and a vendor key."""

Trail = Iterator[tuple[str, int]]
"""Places in a mapping file that an example can exercise: name and line."""


class Part(Protocol):
    """What fills one field."""

    def make(self, scope: Any, mint: Mint) -> Any:
        """This is the field's value for one vendor record, or None to leave it out; raises RefusalError."""
        ...

    def places(self) -> Trail:
        """These places should be exercised by examples."""
        ...

    def exercised(self, scope: Any) -> Iterator[str]:
        """These places are exercised by this vendor record."""
        ...


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that is the same for every record."""

    name: str
    line: int
    value: Any

    def make(self, scope: Any, mint: Mint) -> Any:
        """This is the constant."""
        return self.value

    def places(self) -> Trail:
        """This is one place."""
        yield self.name, self.line

    def exercised(self, scope: Any) -> Iterator[str]:
        """This is exercised by every record."""
        yield self.name


@dataclass(frozen=True, slots=True)
class Words:
    """A translation of the vendor's words, or the closed list that they must be in.

    Args:
        table: vendor word (as YAML would write it: ``true``, ``null``, digits or text) to value.
        other: value for every other word, or None: such a word is refused.
        listed: True where the file spells the table out, so that its entries are places of their own.
    """

    table: Mapping[str, Any]
    other: Any = None
    listed: bool = True

    def key(self, value: Any) -> str | None:
        """This is the word as the table names it; an empty one counts as null."""
        word = "null" if value is None else to_text(value)
        return None if word in ("", "null") and word not in self.table else word

    def translate(self, value: Any) -> Any:
        """This is the value for a word; None for null; raises RefusalError for a word that is not in the table."""
        word = self.key(value)
        if word is None:
            return None
        found = self.table.get(word, self.other)
        if found is None:
            raise RefusalError("mapping.enum", "its word is not in the list")
        return found


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that an expression finds in the vendor record.

    Args:
        name: the field, such as ``author.role``.
        line: line of the file.
        expression: finds the vendor's value.
        convert: makes it canonical; None where it passes as it is.
        words: translates it afterwards, or None.
        default: stands in for null, or None.
        required: null without a default is refused.
    """

    name: str
    line: int
    expression: Expression
    convert: Conversion | None = None
    words: Words | None = None
    default: Any = None
    required: bool = False

    def make(self, scope: Any, mint: Mint) -> Any:
        """This is the converted value, else the default, else None; raises RefusalError naming the field."""
        try:
            value = self.expression.search(scope)
            if value is not None and self.convert is not None:
                value = self.convert(value)
            if self.words is not None:
                value = self.words.translate(value)
        except RefusalError as refusal:
            raise RefusalError(refusal.reason, refusal.what, self.name) from None
        return value if value is not None else self._instead()

    def _instead(self) -> Any:
        """What stands where the vendor says nothing."""
        if self.default is not None:
            return self.default
        if self.words is not None and self.words.other is not None:
            return self.words.other
        if self.required:
            raise RefusalError("mapping.required", "it is null, and the record cannot be without it", self.name)
        return None

    def places(self) -> Trail:
        """These are the field, its table's entries, its ``else`` and its ``default``."""
        yield self.name, self.line
        if self.words is not None and self.words.listed:
            for word in self.words.table:
                yield f"{self.name}.enum.{word}", self.line
        if self.words is not None and self.words.other is not None:
            yield f"{self.name}.else", self.line
        if self.default is not None:
            yield f"{self.name}.default", self.line

    def exercised(self, scope: Any) -> Iterator[str]:
        """This names the field where it has a value, and what else the value went through."""
        value = self.expression.search(scope)
        if value is not None and self.convert is not None:
            value = self.convert(value)
        if self.words is not None:
            yield from self._exercised_words(value)
        elif value is not None:
            yield self.name
        elif self.default is not None:
            yield f"{self.name}.default"

    def _exercised_words(self, value: Any) -> Iterator[str]:
        assert self.words is not None  # noqa: S101 - only called where there are words
        word = self.words.key(value)
        if word in self.words.table:
            yield self.name
            yield f"{self.name}.enum.{word}"
        else:
            yield f"{self.name}.default" if word is None and self.default is not None else f"{self.name}.else"


@dataclass(frozen=True, slots=True)
class Reference:
    """A hub id made from another record's vendor key."""

    name: str
    line: int
    entity: str
    expression: Expression

    def make(self, scope: Any, mint: Mint) -> Any:
        """This is the hub id, or None where the vendor names no other record."""
        try:
            value = self.expression.search(scope)
            key = None if value is None else to_id(value)
        except RefusalError as refusal:
            raise RefusalError(refusal.reason, refusal.what, self.name) from None
        return None if key is None else mint(self.entity, key)

    def places(self) -> Trail:
        """This is one place."""
        yield self.name, self.line

    def exercised(self, scope: Any) -> Iterator[str]:
        """This names the reference where the vendor names another record."""
        if self.expression.search(scope) is not None:
            yield self.name


@dataclass(frozen=True, slots=True)
class Group:
    """The fields of a nested model, such as a ``Party``."""

    parts: Mapping[str, Part]

    def make(self, scope: Any, mint: Mint) -> dict[str, Any]:
        """These are the fields that have a value; possibly none."""
        made = {}
        for name, part in self.parts.items():
            value = part.make(scope, mint)
            if value is not None:
                made[name] = value
        return made

    def places(self) -> Trail:
        """These are the places of its parts."""
        for part in self.parts.values():
            yield from part.places()

    def exercised(self, scope: Any) -> Iterator[str]:
        """These are the exercised places of its parts."""
        for part in self.parts.values():
            yield from part.exercised(scope)


@dataclass(frozen=True, slots=True)
class Entry:
    """One identifier of a list.

    Args:
        name: such as ``author.identifiers[0]``.
        line: line of the file.
        expression: finds the value, or a list of values.
        convert: makes each a text.
        fixed: kind and issuer.
        verified: tells whether the vendor vouches for it, or None.
        when: the entry stands only where this holds, or None.
    """

    name: str
    line: int
    expression: Expression
    convert: Conversion
    fixed: Mapping[str, Any] = field(default_factory=dict)
    verified: Part | None = None
    when: Expression | None = None

    def make(self, scope: Any, mint: Mint) -> list[dict[str, Any]]:
        """This is one identifier for each value that is not empty."""
        try:
            values = self._values(scope)
        except RefusalError as refusal:
            raise RefusalError(refusal.reason, refusal.what, self.name) from None
        if not values:
            return []
        verified = None if self.verified is None else self.verified.make(scope, mint)
        extra = {} if verified is None else {"verified": verified}
        return [{**self.fixed, "value": value, **extra} for value in values]

    def _values(self, scope: Any) -> list[str]:
        if self.when is not None and not self.when.is_true(scope):
            return []
        found = self.expression.search(scope)
        if found is None:
            return []
        values = found if isinstance(found, list) else [found]
        converted = [self.convert(value) for value in values if value is not None]
        return [value for value in converted if value and value.strip()]

    def places(self) -> Trail:
        """This is one place."""
        yield self.name, self.line

    def exercised(self, scope: Any) -> Iterator[str]:
        """This names the entry where it yields an identifier."""
        if self._values(scope):
            yield self.name


@dataclass(frozen=True, slots=True)
class Identifiers:
    """The identifiers of a party; those that are null or empty are dropped."""

    entries: tuple[Entry, ...]

    def make(self, scope: Any, mint: Mint) -> list[dict[str, Any]]:
        """These are the identifiers that have a value."""
        return [made for entry in self.entries for made in entry.make(scope, mint)]

    def places(self) -> Trail:
        """These are its entries."""
        for entry in self.entries:
            yield from entry.places()

    def exercised(self, scope: Any) -> Iterator[str]:
        """These are the entries that yield an identifier."""
        for entry in self.entries:
            yield from entry.exercised(scope)
