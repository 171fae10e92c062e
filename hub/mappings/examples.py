"""The examples of a mapping file, which are its tests."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.errors import BadRecordError
from hub.mappings.example import Example
from hub.mappings.inbound import InMapping
from hub.mappings.mapping import MappingFile
from hub.mappings.outbound import OutMapping


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """How an example went.

    Args:
        name: the example's name.
        passed: whether all came out as expected.
        message: what differs, with the line of the example; empty where it passed.
    """

    name: str
    passed: bool
    message: str = ""


def example_mint(entity: str, key: str) -> str:
    """This is the hub id in examples, readable and predictable: ``case:35436``."""
    return f"{entity}:{key}"


def run_examples(mapping: MappingFile) -> list[ExampleResult]:
    """This runs the examples of a mapping file; a result for each, in order."""
    return [_run(example, mapping) for example in mapping.examples]


def _run(example: Example, mapping: MappingFile) -> ExampleResult:
    try:
        made = _made(example, mapping)
    except BadRecordError as error:
        differs = [] if error.reason == example.error else [f"{error.reason}: {error.message}"]
    else:
        if example.error is not None:
            differs = [f"expected the error {example.error}, but it was mapped"]
        else:
            differs = list(_differences(made, example))
    message = f"{mapping.path}:{example.line}: {'; '.join(differs[:5])}" if differs else ""
    return ExampleResult(example.name, not differs, message)


def _made(example: Example, mapping: MappingFile) -> Any:
    if example.inbound:
        assert mapping.inbound is not None  # noqa: S101 - checked when the example was read
        return _records(example, mapping.inbound)
    assert mapping.outbound is not None  # noqa: S101 - checked when the example was read
    return _row(example, mapping.outbound)


def _records(example: Example, inbound: InMapping) -> list[dict[str, Any]]:
    records = inbound.apply(example.raw(inbound.stream), connection="example", mint=example_mint)
    return [record.model_dump(mode="json") for record in records]


def _row(example: Example, outbound: OutMapping) -> dict[str, Any] | None:
    return outbound.apply(example.given)


def _differences(made: Any, example: Example) -> Iterator[str]:
    if example.inbound:
        yield from _compare(made, example.expect, "records")
    elif made is None or example.expect is None:
        if made is not example.expect:
            yield "the row is not written" if made is None else "the row is written, but none was expected"
    elif not isinstance(example.expect, dict):
        yield "expect_out must be a mapping or null"
    else:
        for name in sorted(made.keys() - example.expect.keys()):
            yield f"{name} is written, but was not expected"
        for name, expected in example.expect.items():
            if name not in made:
                yield f"{name} is not written{_near(name, made)}"
            else:
                yield from _compare(made[name], expected, name)


def _compare(made: Any, expected: Any, where: str) -> Iterator[str]:
    """These are the differences; a mapping may have more than was expected, a list may not."""
    if isinstance(expected, dict) and isinstance(made, dict):
        for name, value in expected.items():
            if name not in made:
                yield f"{where} has no field '{name}'{_near(name, made)}"
            else:
                yield from _compare(made[name], value, f"{where}.{name}")
    elif isinstance(expected, list) and isinstance(made, list):
        if len(expected) != len(made):
            yield f"{where}: {len(made)} came out, {len(expected)} were expected"
        for n, (one, other) in enumerate(zip(made, expected, strict=False)):
            yield from _compare(one, other, f"{where}[{n}]")
    elif not _same(made, expected):
        yield f"{where} is {made!r}, not {expected!r}"


def _same(made: Any, expected: Any) -> bool:
    if isinstance(made, str) and isinstance(expected, str) and made != expected:
        return _moment(made) is not None and _moment(made) == _moment(expected)
    number = isinstance(made, int | float) and isinstance(expected, int | float)
    return bool(made == expected) and (
        type(made) is type(expected) or (number and bool not in (type(made), type(expected)))
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _near(name: str, names: Mapping[str, Any] | Sequence[str]) -> str:
    near = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f"; did you mean '{near[0]}'?" if near else ""
