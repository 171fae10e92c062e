"""The compiler: from the YAML of one field to the part that fills it; every mistake is found here, with its line."""

from collections.abc import Callable
from typing import Any

from hub.mappings.conversion import CONVERSIONS, RENDERED, Conversion, to_number, to_time, to_utc_time
from hub.mappings.document import Node
from hub.mappings.expression import Expression, compile_expression
from hub.mappings.function import FunctionTable
from hub.mappings.part import Constant, Entry, Group, Identifiers, Leaf, Part, Reference, Words
from hub.mappings.refusal import RefusalError
from hub.mappings.target import REFERENCES, Sort, Target, set_by_hub, targets
from hub.schema import IdentifierKind, Model

FIELD_KEYS = frozenset({"value", "from", "ref", "as", "zone", "round", "enum", "else", "default"})
"""Keys that may describe a field of a canonical record."""

IDENTIFIER_KEYS = frozenset({"kind", "issuer", "from", "value", "as", "verified", "when"})
"""Keys that may describe an identifier."""

_ISSUED_KINDS = frozenset({IdentifierKind.VENDOR_ID, IdentifierKind.HANDLE, IdentifierKind.LOYALTY_ID})

_NONE = Node("", "", 0)


class Compiler:
    """This compiles the fields of one file.

    Args:
        functions: what expressions may call.
    """

    def __init__(self, functions: FunctionTable) -> None:
        self.functions = functions

    def expression(self, node: Node, what: str) -> Expression:
        """This compiles one expression; raises ConfigError."""
        return compile_expression(node, what, self.functions)

    def fields(self, node: Node, model: type[Model], what: str, prefix: str = "") -> dict[str, Part]:
        """This compiles the fields of a canonical model; raises ConfigError for one that the model does not have."""
        known = targets(model)
        parts: dict[str, Part] = {}
        for name, entry in node.mapping(what).items():
            if name in set_by_hub(model):
                raise entry.error(f"{prefix}{name} is set by the hub, not by mappings")
            if name not in known:
                raise entry.error(f"{what} has no field '{name}'", name, known)
            parts[name] = self.field(entry, known[name], prefix + name)
        for name, target in known.items():
            if target.required and name not in parts:
                raise node.error(f"{what} lacks the field '{prefix}{name}', which the record cannot be without")
        return parts

    def field(self, node: Node, target: Target, name: str) -> Part:
        """This compiles one field; raises ConfigError."""
        if target.sort is Sort.IDENTIFIERS:
            entries = enumerate(node.items(name))
            return Identifiers(tuple(self._identifier(entry, f"{name}[{n}]") for n, entry in entries))
        if target.model is not None:
            return Group(self.fields(node, target.model, name, f"{name}."))
        if isinstance(node.value, str):
            return self._leaf(node, {"from": node}, target, name)
        if not isinstance(node.value, dict):
            raise node.error(f"{name} must be an expression or a mapping; a constant is written {{value: ...}}")
        return self.described(node, node.mapping(name, FIELD_KEYS), target, name)

    def described(self, node: Node, keys: dict[str, Node], target: Target, name: str) -> Part:
        """This compiles a field that is written as a mapping; raises ConfigError."""
        if "value" in keys:
            _alone(keys, "value", {"value"}, name)
            return Constant(name, node.line, target.constant(keys["value"], f"{name}: value"))
        if "from" not in keys:
            raise node.error(f"{name} needs 'from' (an expression) or 'value' (a constant)")
        if "ref" in keys:
            return self._reference(keys, target, name)
        return self._leaf(node, keys, target, name)

    def _reference(self, keys: dict[str, Node], target: Target, name: str) -> Reference:
        _alone(keys, "ref", {"ref", "from"}, name)
        if target.sort is not Sort.REFERENCE:
            raise keys["ref"].error(f"{name} is not a reference to another record; leave out 'ref'")
        entity = keys["ref"].choice(f"{name}: ref", REFERENCES)
        return Reference(name, keys["ref"].line, entity, self.expression(keys["from"], f"{name}: from"))

    def _leaf(self, node: Node, keys: dict[str, Node], target: Target, name: str) -> Leaf:
        if target.sort is Sort.REFERENCE:
            raise node.error(f"{name} holds a hub id; write {{ref: KIND, from: EXPRESSION}}")
        default = target.constant(keys["default"], f"{name}: default") if "default" in keys else None
        return Leaf(
            name=name,
            line=node.line,
            expression=self.expression(keys["from"], f"{name}: from"),
            convert=_conversion(node, keys, target, name),
            words=_words(node, keys, target, name),
            default=default,
            required=target.required,
        )

    def _identifier(self, node: Node, name: str) -> Entry:
        keys = node.mapping(name, IDENTIFIER_KEYS)
        if "kind" not in keys or ("from" in keys) == ("value" in keys):
            raise node.error(f"{name} needs 'kind' and 'from'")
        kind = IdentifierKind(keys["kind"].choice(f"{name}: kind", list(IdentifierKind)))
        issuer = "" if keys.get("issuer", _NONE).value == "" else keys["issuer"].text(f"{name}: issuer")
        if kind in _ISSUED_KINDS and not issuer:
            raise node.error(f"{name} needs 'issuer': a {kind} is unique only within the system that gave it out")
        return Entry(
            name=name,
            line=node.line,
            expression=self._source(keys, name),
            convert=CONVERSIONS[keys["as"].choice(f"{name}: as", ("text", "id")) if "as" in keys else "id"],
            fixed={"kind": kind, "issuer": issuer},
            verified=self._verified(keys, name),
            when=self.expression(keys["when"], f"{name}: when") if "when" in keys else None,
        )

    def _source(self, keys: dict[str, Node], name: str) -> Expression:
        if "value" in keys:
            constant = keys["value"].text(f"{name}: value")
            return Expression(constant, {"type": "literal", "value": constant, "children": []}, self.functions)
        return self.expression(keys["from"], f"{name}: from")

    def _verified(self, keys: dict[str, Node], name: str) -> Part | None:
        if "verified" not in keys:
            return None
        node = keys["verified"]
        if isinstance(node.value, bool):
            return Constant(f"{name}.verified", node.line, node.value)
        return self.field(node, Target(Sort.BOOL), f"{name}.verified")


def _alone(keys: dict[str, Node], key: str, allowed: set[str], name: str) -> None:
    for other, node in keys.items():
        if other not in allowed:
            raise node.error(f"{name}: '{other}' cannot stand beside '{key}'")


def _conversion(node: Node, keys: dict[str, Node], target: Target, name: str) -> Conversion | None:
    """This is what makes the vendor's value canonical before its words are translated; None: nothing to do."""
    cast = _cast(node, keys, target, name)
    if cast is None:
        return None
    # The view holds times as ISO 8601; on the way out, "epoch" says what they become.
    convert = to_time if cast == "epoch" and target.sort is Sort.ANY else CONVERSIONS[cast]
    if "zone" in keys:
        if cast != "time":
            raise keys["zone"].error(f"{name}: 'zone' goes with 'as: time'")
        keys["zone"].choice(f"{name}: zone", ("UTC",))
        convert = to_utc_time
    if "round" in keys:
        convert = _then(_rounding(keys["round"], cast, name), convert)
    if cast in RENDERED and target.sort is not Sort.TIME:
        convert = _then(convert, RENDERED[cast])
    return _each(convert) if target.sort is Sort.TEXTS else convert


def _cast(node: Node, keys: dict[str, Node], target: Target, name: str) -> str | None:
    translated = "enum" in keys
    allowed = tuple(CONVERSIONS) if translated else target.casts
    if "as" in keys:
        cast = keys["as"].choice(f"{name}: as", CONVERSIONS)
        if cast not in allowed:
            raise keys["as"].error(f"{name} takes {' or '.join(allowed)}, not '{cast}'")
        return cast
    if translated or target.sort is Sort.ANY:
        # Words are compared as text; a vendor's field takes what the view holds.
        return "number" if "round" in keys else None
    return target.casts[0]


def _rounding(node: Node, cast: str, name: str) -> Conversion:
    digits = node.value
    if type(digits) is not int or not 0 <= digits <= 10:
        raise node.error(f"{name}: round must be a number of decimals, 0 to 10")
    if cast not in ("number", "int") or (cast == "int" and digits):
        raise node.error(f"{name}: 'round' goes with 'as: number'")

    def convert(value: Any) -> Any:
        number = to_number(value)
        return None if number is None else round(number) if digits == 0 else round(number, digits)

    return convert


def _words(node: Node, keys: dict[str, Node], target: Target, name: str) -> Words | None:
    other = target.constant(keys["else"], f"{name}: else") if "else" in keys else None
    if "enum" in keys:
        listed = keys["enum"].mapping(f"{name}: enum")
        if not listed:
            raise keys["enum"].error(f"{name}: enum is empty")
        return Words({word: target.constant(entry, f"{name}: enum") for word, entry in listed.items()}, other)
    if target.sort is Sort.WORD:
        return Words({word: word for word in target.words}, other, listed=False)
    if "else" in keys:
        raise keys["else"].error(f"{name}: 'else' goes with 'enum'; for null say 'default'")
    return None


def _then(first: Conversion, second: Callable[[Any], Any]) -> Conversion:
    def convert(value: Any) -> Any:
        made = first(value)
        return None if made is None else second(made)

    return convert


def _each(convert: Conversion) -> Conversion:
    def convert_all(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise RefusalError("mapping.type", "it should be a list")
        return [item for item in (convert(element) for element in value if element is not None) if item is not None]

    return convert_all
