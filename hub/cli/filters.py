"""``hub redact`` and ``hub tag``: filters over JSON lines, in order, one line out for each line in."""

from __future__ import annotations

import io
import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from hub.app import Hub, defaults_folder
from hub.cli.options import DEFAULT_CONFIG, Config
from hub.cli.screen import to_json
from hub.config import Deployment, Settings, load_settings
from hub.contract import Emotion
from hub.errors import ConfigError
from hub.pipeline.border import clean_text

BATCH = 256
MAX_LINE = 1_000_000
Line = dict[str, Any]
Input = Annotated[
    Path | None, typer.Argument(help="A file of JSON lines; standard input if absent.", exists=True, dir_okay=False)
]


def add_commands(app: typer.Typer) -> None:
    """This adds the commands to ``hub``."""
    app.command("redact")(redact)
    app.command("tag")(tag)


def redact(source: Input = None, config: Config = DEFAULT_CONFIG) -> None:
    """Replace personal data in "text" of each JSON line, and list what was found as "entities".

    Example: echo '{"id": 1, "text": "I am Maria Garcia, maria@example.com"}' | hub redact
    """
    redactor = _hub(config).redactor

    def handle(lines: list[Line]) -> Iterator[Line]:
        languages = [_language(line) for line in lines]
        results = redactor.redact([line["text"] for line in lines], languages=languages, known=[() for _ in lines])
        for line, result in zip(lines, results, strict=True):
            entities = [{"start": e.start, "end": e.end, "type": e.type, "score": e.score} for e in result.entities]
            yield {**line, "text": result.text, "entities": entities}

    _filter(source, handle)


def tag(
    source: Input = None,
    scores: Annotated[bool, typer.Option("--scores", help="Add all probabilities.")] = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Add emotion, valence, distress and churn risk to each JSON line with a "text".

    Example: echo '{"id": 1, "text": "third day without my bag, I am furious"}' | hub tag --scores
    """
    tagger = _hub(config).tagger

    def handle(lines: list[Line]) -> Iterator[Line]:
        emotions = tagger.tag([line["text"] for line in lines], [_language(line) for line in lines])
        for line, emotion in zip(lines, emotions, strict=True):
            yield {**line, **_tagged(emotion, scores=scores)}

    _filter(source, handle)


def _tagged(emotion: Emotion, *, scores: bool) -> Line:
    tagged: Line = {
        "emotion": {
            "label": emotion.label,
            "intensity": emotion.intensity,
            "confidence": emotion.confidence,
            "abstained": emotion.abstained,
        },
        "valence": emotion.valence,
        "distress": emotion.distress,
        "churn_risk": emotion.churn_risk,
    }
    return {**tagged, "scores": dict(emotion.scores), "native": dict(emotion.native)} if scores else tagged


def _language(line: Line) -> str | None:
    language = line.get("language")
    return language if isinstance(language, str) else None


def _hub(config: Path) -> Hub:
    """Filters work without a deployment too, with the shipped rules."""
    if config.exists() or config != DEFAULT_CONFIG:
        return Hub(load_settings(config))
    return Hub(Deployment(settings=Settings(version=1), root=defaults_folder(), revision="defaults"))


def _filter(source: Path | None, handle: Callable[[list[Line]], Iterable[Line]]) -> None:
    if source is not None:
        with source.open(encoding="utf-8-sig", errors="replace") as file:
            return _stream(file, str(source), handle)
    if sys.stdin is None:
        raise ConfigError("standard input is closed.", fix="Pipe JSON lines in, or name a file.")
    if isinstance(sys.stdin, io.TextIOWrapper):
        # Whatever the terminal's language: one bad byte costs one character, not the line.
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")
    return _stream(sys.stdin, "standard input", handle)


def _stream(file: IO[str], name: str, handle: Callable[[list[Line]], Iterable[Line]]) -> None:
    lines = _parse(file, name)
    while batch := list(islice(lines, BATCH)):
        for line in handle(batch):
            sys.stdout.write(to_json(line) + "\n")
        sys.stdout.flush()


def _parse(file: IO[str], name: str) -> Iterator[Line]:
    for number in range(1, sys.maxsize):
        text = file.readline(MAX_LINE + 1)
        if not text:
            return
        if len(text) > MAX_LINE:
            raise ConfigError(f"{name}:{number}: the line is longer than {MAX_LINE} characters.")
        if text.strip():
            yield _parse_line(text, f"{name}:{number}")


def _parse_line(text: str, place: str) -> Line:
    try:
        line = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise ConfigError(
            f"{place}: this is not JSON.", fix='Expected one object a line: {"id": 1, "text": "…"}'
        ) from None
    if not isinstance(line, dict) or not isinstance(line.get("text"), str):
        raise ConfigError(f'{place}: expected an object with "text".', fix='Example: {"id": 1, "text": "…"}')
    return {**line, "text": clean_text(line["text"])}


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)  # NaN and Infinity are Python's, not JSON's


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(text)  # written back it would be Infinity
    return number
