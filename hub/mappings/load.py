"""Loading: mapping files from drawers and plugins, compiled and checked once, before anything starts."""

import difflib
import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hub.errors import ConfigError
from hub.mappings.document import read_document
from hub.mappings.function import Function, FunctionTable
from hub.mappings.inbound import InMapping
from hub.mappings.mapping import MappingFile, MappingSource, compile_mapping
from hub.mappings.outbound import OutMapping

_NO_FUNCTIONS: Mapping[str, Function] = {}


class MappingSet:
    """All mappings of a hub.

    Args:
        mappings: the compiled files, no two of the same name.
    """

    def __init__(self, mappings: Sequence[MappingFile]) -> None:
        self.mappings = tuple(sorted(mappings, key=lambda mapping: mapping.source.name))
        self._inbound = {(m.connector, m.inbound.stream): m.inbound for m in self.mappings if m.inbound}
        self._outbound = {(m.connector, m.outbound.object): m.outbound for m in self.mappings if m.outbound}

    @property
    def files(self) -> tuple[MappingSource, ...]:
        """These are the files, by name."""
        return tuple(mapping.source for mapping in self.mappings)

    @property
    def revision(self) -> str:
        """This hash over all names and contents changes whenever any mapping does."""
        lines = "".join(f"{source.name} {source.hash}\n" for source in self.files)
        return hashlib.sha256(lines.encode()).hexdigest()

    def inbound(self, connector: str, stream: str) -> InMapping:
        """This maps the records of a stream; raises ConfigError, with the nearest name, where there is none."""
        found = self._inbound.get((connector, stream))
        return found or _missing(f"{connector}.{stream}", "in", self._inbound)

    def outbound(self, connector: str, object: str) -> OutMapping:
        """This maps to the rows of an object; raises ConfigError, with the nearest name, where there is none."""
        found = self._outbound.get((connector, object))
        return found or _missing(f"{connector}.{object}", "out", self._outbound)


def _missing(name: str, part: str, known: Mapping[tuple[str, str], Any]) -> Any:
    names = [".".join(key) for key in known]
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    raise ConfigError(
        f"no mapping has an '{part}' part for {name}{hint}",
        fix=f"Add '{part}' to mappings/{name}.yaml, or correct the name in hub.yaml.",
    )


def load_mapping(path: Path, *, functions: Mapping[str, Callable[..., Any]] = _NO_FUNCTIONS) -> MappingFile:
    """This reads, checks and compiles one mapping file.

    Args:
        path: the file, named ``<connector>.<stream or object>.yaml``.
        functions: mapping functions that plugins registered, by name.

    Raises:
        ConfigError: ``path:line: what; did you mean ...?``.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from None
    document = read_document(path, content)
    source = MappingSource(path, path.name.removesuffix(".yaml"), hashlib.sha256(content).hexdigest())
    return compile_mapping(document, source, FunctionTable(functions))


def load_mappings(
    folders: Sequence[Path], *, functions: Mapping[str, Callable[..., Any]] = _NO_FUNCTIONS
) -> MappingSet:
    """This loads every ``*.yaml`` of the folders; of two files with one name, the earlier folder's counts.

    Args:
        folders: the site's drawer first, then those of the plugins.
        functions: mapping functions that plugins registered, by name.

    Raises:
        ConfigError: a file is wrong, or a folder is missing.
    """
    found: dict[str, Path] = {}
    for folder in folders:
        if not folder.is_dir():
            raise ConfigError(f"{folder}: there is no such folder of mapping files")
        for path in sorted(folder.iterdir()):
            if path.suffix == ".yml":
                raise ConfigError(f"{path}: mapping files end in .yaml", fix="Rename the file.")
            if path.suffix == ".yaml":
                found.setdefault(path.name, path)
    return MappingSet([load_mapping(path, functions=functions) for path in found.values()])
