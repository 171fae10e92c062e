from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from hub.contract import RawRecord
from hub.mappings.load import load_mapping
from hub.mappings.mapping import MappingFile

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(text: str, name: str = "acme.tickets.yaml", folder: str = "site") -> Path:
        path = tmp_path / folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return make


@pytest.fixture
def load(write: Write) -> Callable[..., MappingFile]:
    def make(text: str, name: str = "acme.tickets.yaml", **options: Any) -> MappingFile:
        return load_mapping(write(text, name), **options)

    return make


@pytest.fixture
def interaction(load: Callable[..., MappingFile]) -> Callable[..., MappingFile]:
    """A mapping to one interaction; ``fields`` adds lines to (or replaces lines of) its smallest form."""

    def make(fields: str = "", rule: str = "", **options: Any) -> MappingFile:
        smallest = {
            "channel": "{value: ticket}",
            "visibility": "{value: private}",
            "occurred_at": "{value: 2026-01-02T03:04:05Z}",
            "author": "{}",
        }
        kept = [f"{name}: {rest}" for name, rest in smallest.items() if f"{name}:" not in fields.split()]
        lines = [*kept, *dedent(fields).strip().splitlines()]
        key = "" if "key:" in rule.split() else "key: id"
        text = "\n".join(
            ["version: 1", "connector: acme", "in:", "  stream: tickets", "  records:", "    - to: interaction"]
            + [f"      {line}" for line in [key, *dedent(rule).strip().splitlines()] if line]
            + ["      fields:"]
            + [f"        {line}" for line in lines]
        )
        return load(text + "\n", **options)

    return make


@pytest.fixture
def apply() -> Callable[..., list[dict[str, Any]]]:
    """Applies the ``in`` part and dumps the records as JSON data."""

    def run(mapping: MappingFile, data: Mapping[str, Any], **raw: Any) -> list[dict[str, Any]]:
        assert mapping.inbound is not None
        record = RawRecord(**{"stream": "tickets", "key": "7", "version": "v1", "data": data, **raw})
        made = mapping.inbound.apply(record, connection="main", mint=lambda entity, key: f"{entity}:{key}")
        return [one.model_dump(mode="json") for one in made]

    return run
