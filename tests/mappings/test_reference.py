"""The reference page and the drawer's README say what the code does."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.mappings.compiler import FIELD_KEYS, IDENTIFIER_KEYS
from hub.mappings.conversion import CONVERSIONS
from hub.mappings.coverage import coverage
from hub.mappings.example import EXAMPLE_KEYS
from hub.mappings.examples import run_examples
from hub.mappings.function import BUILT_IN
from hub.mappings.inbound import IN_KEYS, RULE_KEYS
from hub.mappings.mapping import FILE_KEYS, MappingFile
from hub.mappings.mutation import surviving_mutants
from hub.mappings.outbound import OUT_FIELD_KEYS, OUT_KEYS
from hub.mappings.view import VIEW
from hub.schema import RECORD_MODELS, IdentifierKind

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "mappings.md"
README = ROOT / "mappings" / "README.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCK = re.compile(r"```yaml\n# (?P<name>[a-z_.]+\.yaml)\n(?P<text>.*?)```", re.DOTALL)
BLOCKS = [
    (path.name, found["name"], found["text"]) for path in (PAGE, README) for found in BLOCK.finditer(path.read_text())
]

SECTIONS = {
    "## The file": FILE_KEYS,
    "## `in`": IN_KEYS | RULE_KEYS | frozenset(RECORD_MODELS),
    "### A field": FIELD_KEYS,
    "### Identifiers": IDENTIFIER_KEYS | frozenset(IdentifierKind),
    "### Conversions": frozenset(CONVERSIONS),
    "## `out`": OUT_KEYS | OUT_FIELD_KEYS | frozenset(VIEW).union(*VIEW.values()),
    "## `examples`": EXAMPLE_KEYS,
}


def section(title: str) -> str:
    start = TEXT.index(f"\n{title}\n") + len(title) + 2
    level = title.split(" ")[0]
    following = re.search(rf"^#{{1,{len(level)}}} ", TEXT[start:], re.MULTILINE)
    return TEXT[start : start + following.start()] if following else TEXT[start:]


@pytest.mark.parametrize(("title", "words"), SECTIONS.items(), ids=list(SECTIONS))
def test_every_word_of_the_format_is_explained_where_it_belongs(title: str, words: frozenset[str]) -> None:
    explained = set(re.findall(r"`([a-z_]+)`", section(title)))
    assert sorted(words - explained) == []


def test_every_function_is_explained() -> None:
    assert set(re.findall(r"^\| `([a-z_]+)\(", section("### Functions"), re.MULTILINE)) == set(BUILT_IN)


def test_every_reason_is_explained_and_no_other() -> None:
    code = "".join(path.read_text() for path in (ROOT / "hub" / "mappings").glob("*.py"))
    given = set(re.findall(r'"(mapping\.[a-z_]+)"', code))
    assert given == set(
        re.findall(r"^\| `(mapping\.[a-z_]+)`", section("## Why a record goes to quarantine"), re.MULTILINE)
    )


def test_every_yaml_block_is_a_whole_file() -> None:
    assert TEXT.count("```yaml") + README.read_text().count("```yaml") == len(BLOCKS) == 2


@pytest.mark.parametrize(("page", "name", "text"), BLOCKS, ids=[block[0] for block in BLOCKS])
def test_every_yaml_block_loads_and_its_examples_hold(
    load: Callable[..., MappingFile], page: str, name: str, text: str
) -> None:
    mapping = load(text, name)
    assert [result.message for result in run_examples(mapping) if not result.passed] == []
    assert coverage(mapping).percent > 60


def test_the_readme_s_examples_are_as_good_as_they_preach(load: Callable[..., MappingFile]) -> None:
    _, name, text = next(block for block in BLOCKS if block[0] == "README.md")
    assert surviving_mutants(load(text, name)) == []
