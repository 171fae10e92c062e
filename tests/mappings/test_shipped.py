"""Every mapping file that the repository ships loads, and every example in it holds."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.mappings.examples import run_examples
from hub.mappings.load import load_mapping

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(path.parent.name for path in ROOT.glob("plugins/*/hub_*/__init__.py"))
SHIPPED = sorted([*ROOT.glob("plugins/*/hub_*/mappings/*.yaml"), *ROOT.glob("mappings/*.yaml")])


class Collecting:
    """A register that keeps mapping functions and lets everything else pass."""

    def __init__(self) -> None:
        self.functions: dict[str, Callable[..., Any]] = {}

    def mapping_function(self, name: str, function: Callable[..., Any]) -> None:
        self.functions[name] = function

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *given, **named: None


@pytest.fixture(scope="module")
def functions() -> dict[str, Callable[..., Any]]:
    collecting = Collecting()
    for name in PLUGINS:
        register = getattr(importlib.import_module(name), "register", None)
        if register is not None:
            register(collecting)
    return collecting.functions


def test_there_is_something_to_test() -> None:
    assert SHIPPED


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_all_examples_hold(path: Path, functions: dict[str, Callable[..., Any]]) -> None:
    mapping = load_mapping(path, functions=functions)
    results = run_examples(mapping)
    assert [result.message for result in results if not result.passed] == []
    for part, tested in ((mapping.inbound, True), (mapping.outbound, False)):
        assert part is None or any(example.inbound is tested for example in mapping.examples), (
            "no example for this part"
        )
