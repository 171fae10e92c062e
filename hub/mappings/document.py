"""The document: a YAML file read safely, in which every value knows its line.

Scalars follow YAML 1.2 (``on``, ``yes`` and ``no`` are text), keys may not repeat, and a file is refused before it can
cost memory: by its size, its depth and the number of values it unfolds to.
"""

import difflib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from hub.errors import ConfigError

MAX_BYTES = 512 * 1024
"""Size of the largest mapping file that is read."""

MAX_DEPTH = 40
"""Deepest nesting of lists and mappings."""

MAX_VALUES = 50_000
"""Number of values that a file may unfold to once its aliases are followed."""

Scalar = str | int | float | bool | None

_CORE = "tag:yaml.org,2002:"
_SCALARS: tuple[tuple[str, str, str], ...] = (
    ("null", r"^(?:~|null|Null|NULL|)$", "~nN"),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("float", r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
)


class _Loader(yaml.SafeLoader):
    """A loader with the scalars of YAML 1.2, numbers without leading zeros, and a bound on depth."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own attribute
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """This composes one value, unless it is nested too deeply."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.MarkedYAMLError(
                problem=f"nested deeper than {MAX_DEPTH} levels",
                problem_mark=self.peek_event().start_mark,  # type: ignore[no-untyped-call]  # the stub has no type
            )
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


for _name, _pattern, _first in _SCALARS:
    # "" is how PyYAML names an empty scalar's first character.
    _Loader.add_implicit_resolver(_CORE + _name, re.compile(_pattern), [*_first, *([""] if _name == "null" else [])])


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a document.

    Args:
        value: a scalar, a tuple of nodes (a list) or a dict of nodes by key text (a mapping).
        file: the file, as it was named to the hub.
        line: line of the value, or of its key where it has one; the first is 1.
        trail: where it stands, such as ``in.records[0].key``.
    """

    value: "Scalar | tuple[Node, ...] | dict[str, Node]"
    file: str
    line: int
    trail: str = ""

    def error(self, what: str, word: str | None = None, choices: Iterable[str] = ()) -> ConfigError:
        """This is an error at this line; the choice nearest to ``word`` is suggested."""
        return ConfigError(f"{self.file}:{self.line}: {what}{_suggestion(word, choices)}")

    def mapping(self, what: str, keys: Collection[str] | None = None) -> "dict[str, Node]":
        """These are the entries of a mapping; raises ConfigError for anything else, or for a key not in ``keys``."""
        if not isinstance(self.value, dict):
            raise self.error(f"{what} must be a mapping of keys and values")
        for key, entry in self.value.items():
            if keys is not None and key not in keys:
                raise entry.error(f"{what} has no key '{key}'", key, keys)
        return self.value

    def items(self, what: str) -> "tuple[Node, ...]":
        """These are the items of a list; raises ConfigError for anything else."""
        if not isinstance(self.value, tuple):
            raise self.error(f"{what} must be a list")
        return self.value

    def text(self, what: str) -> str:
        """This is a non-empty text; raises ConfigError for anything else."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.error(f"{what} must be a text (in quotes where it looks like a number, true, false or null)")
        return self.value

    def choice(self, what: str, choices: Iterable[str]) -> str:
        """This is one of ``choices``; raises ConfigError for anything else."""
        word, known = self.text(what), sorted(choices)
        if word not in known:
            raise self.error(f"{what} '{word}' is not known; it is one of {', '.join(known)}", word, known)
        return word

    def plain(self) -> Any:
        """This is the value as Python data: str, int, float, bool, None, list and dict."""
        if isinstance(self.value, tuple):
            return [item.plain() for item in self.value]
        if isinstance(self.value, dict):
            return {key: item.plain() for key, item in self.value.items()}
        return self.value

    def is_plain(self) -> bool:
        """This tells whether it is a scalar, not a list or mapping."""
        return not isinstance(self.value, tuple | dict)


def _suggestion(word: str | None, choices: Iterable[str]) -> str:
    near = difflib.get_close_matches(word or "", list(choices), n=1, cutoff=0.5)
    return f"; did you mean '{near[0]}'?" if near else ""


def read_document(path: Path, content: bytes) -> Node:
    """This reads the one YAML document in ``content``; raises ConfigError with file and line.

    Args:
        path: where the content came from; errors name it.
        content: the file's bytes, UTF-8.
    """
    file = str(path)
    top = Node(None, file, 1)
    if len(content) > MAX_BYTES:
        raise top.error(f"the file has {len(content)} bytes; at most {MAX_BYTES} are read")
    try:
        root = _compose(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}:{content[: error.start].count(10) + 1}: the file is not UTF-8 text") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ConfigError(f"{file}:{mark.line + 1 if mark else 1}: not valid YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise top.error(f"not valid YAML: {type(error).__name__}") from None
    if root is None:
        raise top.error("the file is empty")
    return _Unfolding(file).unfold(root, root.start_mark.line + 1, "", 0)


@lru_cache(maxsize=64)
def _compose(text: str) -> yaml.Node | None:
    """The graph of a text; nobody changes it. What opens a hub again and again (console, Airflow) reads the same files."""
    loader = _Loader(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
        return node
    finally:
        loader.dispose()


class _Unfolding:
    """This turns PyYAML's graph into a tree of nodes, counting as it goes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.count = 0

    def unfold(self, node: yaml.Node, line: int, trail: str, depth: int) -> Node:
        """This copies one value; ``line`` is where a reader would look for it."""
        self.count += 1
        here = Node(None, self.file, line, trail)
        if self.count > MAX_VALUES or depth > MAX_DEPTH:
            raise here.error(f"the file unfolds to more than {MAX_VALUES} values or {MAX_DEPTH} levels; avoid aliases")
        if isinstance(node, yaml.ScalarNode):
            return Node(self._scalar(node, here), self.file, line, trail)
        if isinstance(node, yaml.SequenceNode) and node.tag == _CORE + "seq":
            items = enumerate(node.value)
            list_ = tuple(self.unfold(item, _line(item), f"{trail}[{n}]", depth + 1) for n, item in items)
            return Node(list_, self.file, line, trail)
        if isinstance(node, yaml.MappingNode) and node.tag == _CORE + "map":
            return Node(self._entries(node, trail, depth), self.file, line, trail)
        raise here.error(f"the YAML tag {node.tag} is not allowed")

    def _entries(self, node: yaml.MappingNode, trail: str, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        merged: list[tuple[Node, yaml.Node]] = []
        for key_node, value_node in node.value:
            line = _line(key_node)
            here = Node(None, self.file, line, trail)
            if not isinstance(key_node, yaml.ScalarNode):
                raise here.error("a key must be a single word or text")
            key = scalar_text(self._scalar(key_node, here))
            if key == "<<" and key_node.style is None:
                merged.append((here, value_node))
                continue
            if key in entries:
                raise here.error(f"the key '{key}' stands here twice; it is first on line {entries[key].line}")
            entries[key] = self.unfold(value_node, line, f"{trail}.{key}" if trail else key, depth + 1)
        for here, value_node in merged:
            self._merge(value_node, entries, here, depth)
        return entries

    def _merge(self, node: yaml.Node, entries: dict[str, Node], here: Node, depth: int) -> None:
        """This adds the entries of ``<<``: what the mapping says itself wins, then the earlier of several."""
        for source in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            added = self.unfold(source, here.line, here.trail, depth + 1).value
            if not isinstance(added, dict):
                raise here.error("<< needs a mapping, or a list of mappings")
            for key, entry in added.items():
                entries.setdefault(key, entry)

    def _scalar(self, node: yaml.ScalarNode, here: Node) -> Scalar:
        value: str = node.value
        try:
            match node.tag.removeprefix(_CORE):
                case "str":
                    return value
                case "null":
                    return None
                case "bool":
                    return value.lower() == "true"
                case "int":
                    return int(value)
                case "float":
                    return float(value)
        except ValueError:
            raise here.error(f"'{value[:40]}' is not a number") from None
        raise here.error(f"the YAML tag {node.tag} is not allowed")


def _line(node: yaml.Node) -> int:
    line: int = node.start_mark.line
    return line + 1


def scalar_text(value: Scalar) -> str:
    """This is a scalar as it would be written in YAML: ``true``, ``null``, digits, or the text itself."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
