"""The mutation check: change one thing in a mapping file, and some example must fail, or nothing guards it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from hub.errors import ConfigError
from hub.mappings.document import Node, read_document
from hub.mappings.examples import run_examples
from hub.mappings.function import Function, FunctionTable
from hub.mappings.mapping import MappingFile, compile_mapping
from hub.schema import (
    AuthorRole,
    CaseStatus,
    Channel,
    ConsentState,
    FeedbackKind,
    JourneyStage,
    LoyaltyEventKind,
    Visibility,
)

_NO_FUNCTIONS: Mapping[str, Function] = {}
_CONSTANTS = ("value", "default", "else")
_OPTIONAL = ("when", "default", "else", "on_null", "round", "verified")

_CLOSED_LISTS: tuple[type[StrEnum], ...] = (
    Channel,
    AuthorRole,
    Visibility,
    JourneyStage,
    CaseStatus,
    FeedbackKind,
    LoyaltyEventKind,
    ConsentState,
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to a mapping file.

    Args:
        line: line of the file.
        change: what was changed, such as ``in.records[0].when removed``.
        document: the changed document.
    """

    line: int
    change: str
    document: Node


def surviving_mutants(
    mapping: MappingFile, *, functions: Mapping[str, Callable[..., Any]] = _NO_FUNCTIONS
) -> list[Mutant]:
    """These changes to a mapping file are noticed by none of its examples; reads the file again.

    A change after which the file no longer loads counts as noticed.
    """
    document = read_document(mapping.path, mapping.path.read_bytes())
    table = FunctionTable(functions)
    return [mutant for mutant in mutants(document) if _survives(mutant, mapping, table)]


def _survives(mutant: Mutant, mapping: MappingFile, functions: FunctionTable) -> bool:
    try:
        changed = compile_mapping(mutant.document, mapping.source, functions)
    except ConfigError:
        return False
    return all(result.passed for result in run_examples(changed))


def mutants(document: Node) -> Iterator[Mutant]:
    """These are all changes worth trying, one at a time, in the file's order."""
    entries = document.mapping("the mapping file")
    for part in ("in", "out"):
        if part in entries:
            for line, change, changed in _changes(entries[part]):
                yield Mutant(line, change, replace(document, value={**entries, part: changed}))


def _changes(node: Node) -> Iterator[tuple[int, str, Node]]:
    """These are the changes inside one value, each with the whole value as it would then be."""
    if isinstance(node.value, dict):
        yield from _mapping_changes(node, node.value)
    elif isinstance(node.value, tuple):
        for n, item in enumerate(node.value):
            before, after = node.value[:n], node.value[n + 1 :]
            yield item.line, f"{item.trail} removed", replace(node, value=(*before, *after))
            for line, change, changed in _changes(item):
                yield line, change, replace(node, value=(*before, changed, *after))


def _mapping_changes(node: Node, entries: dict[str, Node]) -> Iterator[tuple[int, str, Node]]:
    fields = node.trail.rpartition(".")[2] in ("fields", "enum")
    for key, entry in entries.items():
        if fields or key in _OPTIONAL:
            rest = {name: other for name, other in entries.items() if name != key}
            yield entry.line, f"{entry.trail} removed", replace(node, value=rest)
        if entry.is_plain() and (key in _CONSTANTS or node.trail.endswith(".enum")):
            yield entry.line, f"{entry.trail} changed", replace(node, value={**entries, key: _changed(entry)})
        for line, change, changed in _changes(entry):
            yield line, change, replace(node, value={**entries, key: changed})


def _changed(node: Node) -> Node:
    """This is another constant: the next word of the closed list that it is in, the opposite, or something longer."""
    if isinstance(node.value, bool):
        return replace(node, value=not node.value)
    if isinstance(node.value, int | float):
        return replace(node, value=node.value + 1)
    for words in _CLOSED_LISTS:
        known = list(words)
        if node.value in known:
            return replace(node, value=str(known[(known.index(words(node.value)) + 1) % len(known)]))
    return replace(node, value=f"{node.value} changed")
