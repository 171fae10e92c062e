"""The example: an invented record and what should come of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.contract import RawRecord
from hub.mappings.document import Node
from hub.mappings.view import VIEW

EXAMPLE_KEYS = frozenset({"name", "given", "expect", "view", "expect_out", "expect_error"})
"""Keys of an example."""


@dataclass(frozen=True, slots=True)
class Example:
    """One example.

    Args:
        name: what it shows, in a few words.
        line: line of the file.
        given: an invented vendor record, or the canonical view.
        inbound: True where ``given`` is a vendor record.
        expect: the records or the row to come out.
        error: the reason of the expected quarantine, or None.
    """

    name: str
    line: int
    given: Mapping[str, Any]
    inbound: bool
    expect: Any = None
    error: str | None = None

    def raw(self, stream: str) -> RawRecord:
        """This is the record as a source would yield it; its key is its ``id``, ``Id`` or ``key``, else ``1``."""
        key = next((self.given[name] for name in ("id", "Id", "key") if self.given.get(name)), "1")
        return RawRecord(stream=stream, key=str(key), version="1", data=self.given)


def compile_example(node: Node, *, inbound: bool, outbound: bool) -> Example:
    """This reads one example; raises ConfigError with file and line."""
    keys = node.mapping("the example", EXAMPLE_KEYS)
    if "name" not in keys:
        raise node.error("the example lacks 'name'")
    if ("given" in keys) == ("view" in keys):
        raise node.error("the example needs 'given' (a vendor record) or 'view' (the canonical view)")
    side, answer = ("given", "expect") if "given" in keys else ("view", "expect_out")
    if not (inbound if side == "given" else outbound):
        raise keys[side].error(f"'{side}' needs an '{'in' if side == 'given' else 'out'}' part in the same file")
    if (answer in keys) == ("expect_error" in keys):
        raise node.error(f"the example needs '{answer}' or 'expect_error' beside '{side}'")
    for key, entry in keys.items():
        if key not in ("name", side, answer, "expect_error"):
            raise entry.error(f"'{key}' cannot stand beside '{side}'")
    keys[side].mapping(side)
    if side == "view":
        _check_view(keys["view"])
    elif answer in keys:
        keys[answer].items(answer)
    error = keys["expect_error"].text("expect_error") if "expect_error" in keys else None
    expect = keys[answer].plain() if answer in keys else None
    return Example(keys["name"].text("name"), node.line, keys[side].plain(), side == "given", expect, error)


def _check_view(node: Node) -> None:
    for section, entry in node.mapping("view", VIEW).items():
        if entry.value is not None:
            entry.mapping(f"view.{section}", VIEW[section])
