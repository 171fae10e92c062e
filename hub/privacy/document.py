"""The document: one YAML file of privacy rules, in which every value knows its line."""

import difflib
import re
import typing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hub.errors import ConfigError

MAX_BYTES = 512 * 1024
"""Size of the largest file that is read."""

MAX_DEPTH = 40
"""Number of levels that it may nest, its aliases followed."""

MAX_VALUES = 50_000
"""Number of values that a file may unfold to once its aliases are followed."""

Trail = tuple[str | int, ...]
Rules = TypeVar("Rules", bound=BaseModel)

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]+")


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a file as plain data, and the line (from 1) of every value by its trail of keys and indexes."""

    file: str
    data: Any
    lines: dict[Trail, int]

    def line(self, trail: Trail) -> int:
        """This is the line of a value, or of the nearest value around it."""
        while trail and trail not in self.lines:
            trail = trail[:-1]
        return self.lines.get(trail, 1)

    def error(self, trail: Trail, what: str, word: str = "", choices: typing.Iterable[str] = ()) -> ConfigError:
        """This is an error at the line of ``trail``; the choice nearest to ``word`` is suggested."""
        return ConfigError(f"{self.file}:{self.line(trail)}: {what}{nearest(word, choices)}")


def nearest(word: str, choices: typing.Iterable[str]) -> str:
    """This is "; did you mean '...'?" for the choice most like ``word``, or nothing."""
    found = difflib.get_close_matches(word, sorted(choices), n=1, cutoff=0.5)
    return f"; did you mean '{found[0]}'?" if found else ""


def read_document(path: Path) -> Document:
    """This reads a YAML file; raises ConfigError with file and line.

    Scalars follow YAML 1.2, so ``NO`` stays the country code it is; a key that stands twice is refused.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read: {error.strerror}.", fix="Every privacy file must be there."
        ) from None
    if len(content) > MAX_BYTES:
        raise ConfigError(f"{path}:1: the file has more than {MAX_BYTES} bytes, which is all that is read")
    try:
        # Not CSafeLoader: deep nesting crashes libyaml's composer, and with it the hub.
        root = yaml.compose(content.decode("utf-8-sig"), Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}:{content[: error.start].count(10) + 1}: the file is not UTF-8 text") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ConfigError(f"{path}:{mark.line + 1 if mark else 1}: not valid YAML: {error.problem}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f"{path}:1: not valid YAML: {type(error).__name__}") from None
    if root is None:
        raise ConfigError(f"{path}:1: the file is empty")
    reading = _Reading(str(path))
    return Document(str(path), reading.value(root, ()), reading.lines)


class _Reading:
    """One pass over PyYAML's nodes: plain data out, lines kept beside it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Trail, int] = {(): 1}
        self.count = 0

    def value(self, node: yaml.Node, trail: Trail) -> Any:
        self.count += 1
        self.lines.setdefault(trail, node.start_mark.line + 1)
        if self.count > MAX_VALUES or len(trail) > MAX_DEPTH:
            most = f"{MAX_VALUES} values or {MAX_DEPTH} levels"
            raise self.refusal(node, f"the file unfolds to more than {most}; avoid aliases")
        if isinstance(node, yaml.MappingNode):
            return self.entries(node, trail)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*trail, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        raise self.refusal(node, "this cannot be read")

    def entries(self, node: yaml.MappingNode, trail: Trail) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if not isinstance(key_node, yaml.ScalarNode) or key == "<<":
                raise self.refusal(key_node, "a key must be a plain word or text")
            if key in entries:
                raise self.refusal(key_node, f"the key '{key}' stands here twice")
            self.lines[(*trail, key)] = key_node.start_mark.line + 1
            entries[key] = self.value(value_node, (*trail, key))
        return entries

    def refusal(self, node: yaml.Node, what: str) -> ConfigError:
        return ConfigError(f"{self.file}:{node.start_mark.line + 1}: {what}")


def _scalar(node: yaml.ScalarNode) -> Any:
    text = str(node.value)
    if node.style is not None:
        return text
    if text in {"", "~", "null", "Null", "NULL"}:
        return None
    if text in {"true", "True", "TRUE", "false", "False", "FALSE"}:
        return text.lower() == "true"
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def validate(document: Document, model: type[Rules]) -> Rules:
    """This makes the file's model of its data; raises ConfigError that names the line of the first fault."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        fault = min(error.errors(include_input=False, include_url=False), key=lambda f: document.line(_trail(f)))
        raise document.error(_trail(fault), *_explain(fault, model)) from None


def _trail(fault: ErrorDetails) -> Trail:
    return tuple(part for part in fault["loc"] if part != "[key]")


def _explain(fault: ErrorDetails, model: type[BaseModel]) -> tuple[str, str, tuple[str, ...]]:
    place, name = ".".join(str(part) for part in _trail(fault)), str(fault["loc"][-1]) if fault["loc"] else ""
    if fault["type"] == "extra_forbidden":
        return f"there is no key '{name}' here", name, _keys(model, tuple(fault["loc"][:-1]))
    if fault["type"] == "missing":
        return f"'{place}' is missing", "", ()
    return f"'{place}': {fault['msg'].removeprefix('Value error, ')}", "", ()


def _keys(model: Any, trail: Trail) -> tuple[str, ...]:
    """These are the keys that the model allows at ``trail``."""
    for part in trail:
        if isinstance(model, type) and issubclass(model, BaseModel):
            fields = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
            model = fields.get(str(part))
        else:
            model = next(iter(typing.get_args(model)[-1:]), None) if typing.get_origin(model) is dict else _item(model)
        model = _bare(model)
    if isinstance(model, type) and issubclass(model, BaseModel):
        return tuple(field.alias or name for name, field in model.model_fields.items())
    return ()


def _item(annotation: Any) -> Any:
    return next(iter(typing.get_args(annotation)), None)


def _bare(annotation: Any) -> Any:
    """The model inside ``Model | None``; other annotations as they are."""
    models = [arg for arg in typing.get_args(annotation) if isinstance(arg, type) and issubclass(arg, BaseModel)]
    return models[0] if len(models) == 1 and typing.get_origin(annotation) not in {dict, tuple} else annotation
