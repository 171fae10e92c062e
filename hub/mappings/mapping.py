"""The mapping file, compiled: both directions, and the examples that test them."""

import re
from dataclasses import dataclass
from pathlib import Path

from hub.mappings.compiler import Compiler
from hub.mappings.document import Node
from hub.mappings.example import Example, compile_example
from hub.mappings.function import FunctionTable
from hub.mappings.inbound import InMapping, compile_inbound
from hub.mappings.outbound import OutMapping, compile_outbound

FILE_KEYS = frozenset({"version", "connector", "in", "out", "examples"})
"""Keys of a mapping file."""

FORMAT = 1
"""Version of the format; a file that names another one is refused."""

_CONNECTOR = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class MappingSource:
    """Where a mapping came from.

    Args:
        path: the file.
        name: its name without ``.yaml``, such as ``zendesk.tickets``.
        hash: SHA-256 of its content, hexadecimal.
    """

    path: Path
    name: str
    hash: str


@dataclass(frozen=True, slots=True)
class MappingFile:
    """One mapping file, compiled.

    Args:
        source: where it came from.
        connector: the connector it is for.
        inbound: its ``in`` part, or None.
        outbound: its ``out`` part, or None.
        examples: its tests.
    """

    source: MappingSource
    connector: str
    inbound: InMapping | None
    outbound: OutMapping | None
    examples: tuple[Example, ...]

    @property
    def path(self) -> Path:
        """This is the file."""
        return self.source.path


def compile_mapping(document: Node, source: MappingSource, functions: FunctionTable) -> MappingFile:
    """This checks and compiles a document; raises ConfigError with file and line."""
    keys = document.mapping("the mapping file", FILE_KEYS)
    for needed in ("version", "connector"):
        if needed not in keys:
            raise document.error(f"the mapping file lacks '{needed}'")
    if keys["version"].value != FORMAT or isinstance(keys["version"].value, bool):
        raise keys["version"].error(f"version must be {FORMAT}, the format that this hub reads")
    connector = keys["connector"].text("connector")
    if not _CONNECTOR.fullmatch(connector):
        raise keys["connector"].error("connector must be lower-case letters, digits and _")
    if "in" not in keys and "out" not in keys:
        raise document.error("the mapping file has neither 'in' nor 'out'")
    name = f"{source.name}@{source.hash[:8]}"
    compiler = Compiler(functions)
    inbound = compile_inbound(keys["in"], connector, name, compiler) if "in" in keys else None
    outbound = compile_outbound(keys["out"], connector, name, compiler) if "out" in keys else None
    _check_name(keys, source, inbound, outbound)
    examples = _examples(keys, inbound=inbound is not None, outbound=outbound is not None)
    return MappingFile(source, connector, inbound, outbound, examples)


def _check_name(
    keys: dict[str, Node], source: MappingSource, inbound: InMapping | None, outbound: OutMapping | None
) -> None:
    """This keeps one file to one name, which is how a site's file finds the plugin's that it replaces."""
    for part, mapped in (("in", inbound and inbound.stream), ("out", outbound and outbound.object)):
        wanted = f"{keys['connector'].value}.{mapped}"
        if mapped is not None and wanted != source.name:
            raise keys[part].error(f"this '{part}' part belongs in a file named {wanted}.yaml")


def _examples(keys: dict[str, Node], *, inbound: bool, outbound: bool) -> tuple[Example, ...]:
    if "examples" not in keys:
        return ()
    examples: dict[str, Example] = {}
    for node in keys["examples"].items("examples"):
        example = compile_example(node, inbound=inbound, outbound=outbound)
        if example.name in examples:
            raise node.error(f"an example of this name is already on line {examples[example.name].line}")
        examples[example.name] = example
    return tuple(examples.values())
