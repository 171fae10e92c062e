"""The target: what a canonical field takes, read off the pydantic models when a mapping is loaded."""

import types
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime

from hub.mappings.conversion import CONVERSIONS, Conversion
from hub.mappings.document import Node
from hub.mappings.refusal import RefusalError
from hub.schema import RECORD_MODELS, Identifier, Model, Party

REFERENCES = frozenset({*RECORD_MODELS, "thread", "agent"})
"""What ``ref`` may name: every canonical kind, the thread that interactions share, and the agent who works on a case."""


class Sort(StrEnum):
    """What kind of value a field takes."""

    TEXT = "text"
    INT = "int"
    NUMBER = "number"
    BOOL = "bool"
    TIME = "time"
    WORD = "word"
    TEXTS = "texts"
    GROUP = "group"
    IDENTIFIERS = "identifiers"
    REFERENCE = "reference"
    ANY = "any"


_CASTS: dict[Sort, tuple[str, ...]] = {
    Sort.TEXT: ("text", "id", "date"),
    Sort.INT: ("int", "number"),
    Sort.NUMBER: ("number", "int"),
    Sort.BOOL: ("bool",),
    Sort.TIME: ("time", "epoch", "date"),
    Sort.WORD: ("text", "id", "int", "bool"),
    Sort.TEXTS: ("text", "id"),
    Sort.ANY: tuple(CONVERSIONS),
}


@dataclass(frozen=True, slots=True)
class Target:
    """What one field takes.

    Args:
        sort: kind of value.
        words: the closed list of words, where there is one.
        model: the nested model, where there is one.
        required: the record cannot be without it.
    """

    sort: Sort
    words: frozenset[str] = frozenset()
    model: type[Model] | None = None
    required: bool = False

    @property
    def casts(self) -> tuple[str, ...]:
        """These are what ``as`` may name for this field; the first is what happens without it."""
        return _CASTS.get(self.sort, ())

    def constant(self, node: Node, what: str) -> Any:
        """This is a constant that the field takes; raises ConfigError where it does not."""
        if self.sort is Sort.WORD:
            return node.choice(what, self.words)
        check = _CONSTANTS.get(self.sort)
        value = node.plain()
        if check is None or (self.sort is Sort.ANY and value is not None):
            return value
        return check(node, what, value)


def set_by_hub(model: type[Model]) -> frozenset[str]:
    """These are the fields of a model that only the hub sets, so that a mapping may not."""
    if model is Party:
        return frozenset({"person_id"})
    return frozenset({"kind", "id", "provenance", "redaction"} if model in RECORD_MODELS.values() else ())


ANY_TARGET = Target(Sort.ANY)
"""A vendor's field, about which the hub knows nothing."""


@cache
def targets(model: type[Model]) -> dict[str, Target]:
    """These are the fields of a model that a mapping may set."""
    record = model in RECORD_MODELS.values()
    hidden = set_by_hub(model)
    return {
        name: _target(field.annotation, field.is_required(), reference=record and name.endswith("_id"))
        for name, field in model.model_fields.items()
        if name not in hidden
    }


def _target(annotation: Any, required: bool, *, reference: bool) -> Target:
    annotation = _bare(annotation)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is tuple:
        return Target(Sort.IDENTIFIERS if args[0] is Identifier else Sort.TEXTS, model=None, required=required)
    if origin is Literal:
        return Target(Sort.WORD, words=frozenset(args), required=required)
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return Target(Sort.WORD, words=frozenset(annotation), required=required)
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return Target(Sort.GROUP, model=annotation, required=required)
    if reference:
        return Target(Sort.REFERENCE, required=required)
    simple = {str: Sort.TEXT, int: Sort.INT, float: Sort.NUMBER, bool: Sort.BOOL, datetime: Sort.TIME}
    return Target(simple[annotation], required=required)


def _bare(annotation: Any) -> Any:
    """This drops ``Annotated`` and ``| None`` around a type."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _bare(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        kept = [arg for arg in get_args(annotation) if arg is not types.NoneType]
        return _bare(kept[0])
    return datetime if annotation is AwareDatetime else annotation


def _of_type(*kinds: type) -> Callable[[Node, str, Any], Any]:
    def check(node: Node, what: str, value: Any) -> Any:
        if type(value) not in kinds:
            names = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
            raise node.error(f"{what} must be {names[kinds[-1]]}")
        return value

    return check


def _texts(node: Node, what: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise node.error(f"{what} must be a list of texts")
    return value


def _moment(node: Node, what: str, value: Any) -> datetime:
    convert: Conversion = CONVERSIONS["time"]
    try:
        moment = convert(value)
    except RefusalError as refusal:
        raise node.error(f"{what} must be a time: {refusal.what}") from None
    if not isinstance(moment, datetime):
        raise node.error(f"{what} must be a time")
    return moment


def _anything(node: Node, what: str, value: Any) -> Any:
    raise node.error(f"{what} must not be null")


_CONSTANTS: dict[Sort, Callable[[Node, str, Any], Any]] = {
    Sort.TEXT: _of_type(str),
    Sort.INT: _of_type(int),
    Sort.NUMBER: _of_type(int, float),
    Sort.BOOL: _of_type(bool),
    Sort.TIME: _moment,
    Sort.TEXTS: _texts,
    Sort.ANY: _anything,
}
