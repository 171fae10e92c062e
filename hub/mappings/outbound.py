"""The outbound mapping: the canonical view in, the vendor's fields out."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from hub.errors import BadRecordError
from hub.mappings.compiler import FIELD_KEYS, Compiler
from hub.mappings.document import Node
from hub.mappings.expression import Expression
from hub.mappings.part import Constant, Leaf, Part, Trail
from hub.mappings.refusal import RefusalError
from hub.mappings.target import ANY_TARGET
from hub.mappings.view import VIEW_WORDS, paths_read

OUT_KEYS = frozenset({"object", "when", "fields"})
"""Keys of ``out``."""

OUT_FIELD_KEYS = frozenset({*FIELD_KEYS - {"ref"}, "on_null", "owner"})
"""Keys that may describe a vendor's field."""


@dataclass(frozen=True, slots=True)
class VendorField:
    """One field that the hub writes.

    Args:
        name: the vendor's name of the field.
        part: what fills it.
        clear: null is sent, to empty the field, rather than left out.
        reads: the paths of the view that its value depends on.
    """

    name: str
    part: Part
    clear: bool
    reads: frozenset[str]


@dataclass(frozen=True, slots=True)
class OutMapping:
    """The ``out`` part of a mapping file.

    Args:
        connector: whose rows it fills.
        object: the object that they belong to.
        name: name and content hash of the file.
        columns: the fields that the hub writes.
        vendor_owned: fields that are named in the file but belong to the vendor, and are never written.
        when: a row is written only where this holds.
        when_reads: the paths of the view that ``when`` depends on.
    """

    connector: str
    object: str
    name: str
    columns: tuple[VendorField, ...]
    vendor_owned: frozenset[str] = frozenset()
    when: Expression | None = None
    when_reads: frozenset[str] = frozenset()

    @property
    def fields(self) -> frozenset[str]:
        """These vendor fields may be written."""
        return frozenset(column.name for column in self.columns)

    @property
    def reads(self) -> frozenset[str]:
        """These paths of the canonical view may influence what is written, such as ``emotion.label``."""
        return self.when_reads.union(*(column.reads for column in self.columns))

    def apply(self, view: Mapping[str, Any]) -> dict[str, Any] | None:
        """These are the vendor's fields, where None clears one; None where ``when`` does not hold.

        Args:
            view: the canonical view, as far as the privacy rules let it through.

        Raises:
            BadRecordError: a value does not fit; names mapping and field, never the value.
        """
        scope = view if isinstance(view, dict) else dict(view)
        name = "when"
        row: dict[str, Any] = {}
        try:
            if self.when is not None and not self.when.is_true(scope):
                return None
            for column in self.columns:
                name = column.name
                value = column.part.make(scope, _no_mint)
                if value is not None or column.clear:
                    row[name] = value
        except RefusalError as refusal:
            message = f"mapping {self.name}, field {name}: {refusal.what}"
            raise BadRecordError(message, reason=refusal.reason) from None
        return row

    def tellable(self, view: Mapping[str, Any]) -> frozenset[str]:
        """These fields have a value, each looked at by itself: of a view whose row cannot be made as a whole."""
        scope = view if isinstance(view, dict) else dict(view)
        found = set()
        for column in self.columns:
            with suppress(RefusalError):
                if column.part.make(scope, _no_mint) is not None:
                    found.add(column.name)
        return frozenset(found)

    def places(self) -> Trail:
        """These places of the file should be exercised by examples."""
        for column in self.columns:
            for name, line in column.part.places():
                yield f"out {name}", line

    def exercised(self, view: Mapping[str, Any]) -> Iterator[str]:
        """These places are exercised by this view; raises RefusalError."""
        if self.when is None or self.when.is_true(view):
            for column in self.columns:
                for name in column.part.exercised(view):
                    yield f"out {name}"


def _no_mint(entity: str, key: str) -> str:
    raise AssertionError(f"outbound mappings make no ids, yet one was asked for a {entity}")


def compile_outbound(node: Node, connector: str, name: str, compiler: Compiler) -> OutMapping:
    """This compiles the ``out`` part of a file; raises ConfigError with file and line."""
    keys = node.mapping("out", OUT_KEYS)
    for needed in ("object", "fields"):
        if needed not in keys:
            raise node.error(f"out lacks '{needed}'")
    compiled = {field: _field(entry, field, compiler) for field, entry in keys["fields"].mapping("out.fields").items()}
    columns = tuple(column for column in compiled.values() if column is not None)
    if not columns:
        raise keys["fields"].error("out.fields names no field that the hub may write")
    when = compiler.expression(keys["when"], "out.when") if "when" in keys else None
    return OutMapping(
        connector=connector,
        object=keys["object"].text("out.object"),
        name=name,
        columns=columns,
        vendor_owned=frozenset(field for field, column in compiled.items() if column is None),
        when=when,
        when_reads=paths_read(when, keys["when"], "out.when") if when else frozenset(),
    )


def _field(node: Node, name: str, compiler: Compiler) -> VendorField | None:
    """This compiles a field; None where the vendor owns it."""
    if isinstance(node.value, str):
        part = compiler.field(node, ANY_TARGET, name)
        return VendorField(name, part, clear=False, reads=_reads(part, node))
    if not isinstance(node.value, dict):
        raise node.error(f"{name} must be an expression or a mapping; a constant is written {{value: ...}}")
    keys = dict(node.mapping(name, OUT_FIELD_KEYS))
    owner = keys.pop("owner").choice(f"{name}: owner", ("hub", "vendor")) if "owner" in keys else "hub"
    on_null = keys.pop("on_null", None)
    clear = on_null is not None and on_null.choice(f"{name}: on_null", ("keep", "clear")) == "clear"
    if owner == "vendor" and not keys:
        return None
    part = compiler.described(node, keys, ANY_TARGET, name)
    if owner == "vendor":
        return None
    if on_null is not None and ("default" in keys or "value" in keys):
        raise on_null.error(f"{name}: 'on_null' cannot stand beside 'value' or 'default', which leave no null")
    reads = _reads(part, node)
    _check_words(keys, reads, name)
    return VendorField(name, part, clear, reads)


def _reads(part: Part, node: Node) -> frozenset[str]:
    if isinstance(part, Leaf):
        return paths_read(part.expression, node, part.name)
    assert isinstance(part, Constant)  # noqa: S101 - a vendor's field is one or the other
    return frozenset()


def _check_words(keys: dict[str, Node], reads: frozenset[str], name: str) -> None:
    """This refuses a table that names a word the canonical list does not have."""
    if "enum" not in keys or len(reads) != 1:
        return
    words = VIEW_WORDS.get(next(iter(reads)))
    for word, entry in keys["enum"].mapping(f"{name}: enum").items():
        if words is not None and word not in words and word != "null":
            raise entry.error(f"{name}: enum has '{word}', which {next(iter(reads))} cannot be", word, words)
