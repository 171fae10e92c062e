"""``hub redact`` and ``hub tag``: filters over JSON lines, in order, one line out for each line in."""

from __future__ import annotations

import io
import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from hub.app import Hub, defaults_folder
from hub.cli.best_tagger import best_tagger
from hub.cli.options import DEFAULT_CONFIG, Config
from hub.cli.screen import progress, to_json
from hub.config import Deployment, Settings, load_settings
from hub.contract import Emotion
from hub.emotion.emotionml import close_document, open_document, write_emotion
from hub.emotion.vocabulary import load_vocabulary
from hub.errors import ConfigError
from hub.pipeline.border import clean_text
from hub.privacy.redaction.entity import NO_RECOGNISER, TOO_LONG, TOO_SLOW, Redacted

BATCH = 256
BATCH_LENGTH = 2_000_000
"""So many characters at once, however few lines they are: memory must not depend on how long the lines happen to be."""

MAX_LINE = 4_000_000
_MOST_NUL = 0.2
"""Share of NULs in a line above which it is no UTF-8: nobody's address is found among letters that they keep apart."""

Line = dict[str, Any]
Input = Annotated[
    Path | None, typer.Argument(help="A file of JSON lines; standard input if absent.", exists=True, dir_okay=False)
]


_WHY = {TOO_LONG: "too long", NO_RECOGNISER: "no recogniser for its language", TOO_SLOW: "scan took too long"}


def add_commands(app: typer.Typer) -> None:
    """This adds the commands to ``hub``."""
    app.command("redact")(redact)
    app.command("tag")(tag)


def redact(
    source: Input = None,
    plain: Annotated[
        bool,
        typer.Option("--plain", help="Lines are plain text instead of JSON; the redacted text is all that comes out."),
    ] = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Replace personal data in "text" of each JSON line, and list what was found as "entities".

    Any number of lines takes the same memory. With --plain a line in is a line out.

    Example: echo '{"id": 1, "text": "I am Maria Garcia, maria@example.com"}' | hub redact
    """
    redactor = hub_or_defaults(config).redactor

    def handle(lines: list[Line]) -> Iterator[Line]:
        languages = [_language(line) for line in lines]
        results = redactor.redact([line["text"] for line in lines], languages=languages, known=[() for _ in lines])
        for line, result in zip(lines, results, strict=True):
            entities = [{"start": e.start, "end": e.end, "type": e.type, "score": e.score} for e in result.entities]
            yield {**line, "text": result.text, "entities": entities, **_withheld(result)}

    _filter(source, handle, plain=plain)


def tag(
    source: Input = None,
    scores: Annotated[bool, typer.Option("--scores", help="Add all probabilities.")] = False,
    form: Annotated[
        str, typer.Option("--format", help="json: the lines with the tag added; emotionml: one EmotionML document.")
    ] = "json",
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Add emotion, valence, arousal, distress, churn risk and evidence to each JSON line with a "text".

    As EmotionML 1.0 (W3C) a tag refers to its line by "id", or by its number; no text comes out.

    Example: echo '{"id": 1, "text": "third day without my bag, I am furious"}' | hub tag --scores
    """
    if form not in {"json", "emotionml"}:
        raise ConfigError(f"--format: there is no {form!r}.", fix="One of: json, emotionml.")
    tagger = hub_or_defaults(config).tagger

    def handle(lines: list[Line]) -> Iterator[Line]:
        emotions = tagger.tag([line["text"] for line in lines], [_language(line) for line in lines])
        for line, emotion in zip(lines, emotions, strict=True):
            yield {**line, **_tagged(emotion, scores=scores)}

    if form == "json":
        return _filter(source, handle)
    known, numbers = load_vocabulary(), count(1)

    def mark_up(lines: list[Line]) -> Iterator[Line]:
        emotions = tagger.tag([line["text"] for line in lines], [_language(line) for line in lines])
        for line, number, emotion in zip(lines, numbers, emotions, strict=False):
            about = number if line.get("id") is None else line["id"]
            yield {"text": write_emotion(emotion, known, about=clean_text(str(about)))}

    sys.stdout.write(open_document(known, tagger.name))
    _filter(source, mark_up, as_text=True)
    sys.stdout.write(close_document())
    return None


def _withheld(result: Redacted) -> Line:
    return {"withheld": _WHY[result.reason or TOO_LONG]} if result.withheld else {}


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
        "arousal": emotion.arousal,
        "evidence": list(emotion.evidence) if emotion.evidence else None,
    }
    return {**tagged, "scores": dict(emotion.scores), "native": dict(emotion.native)} if scores else tagged


def _language(line: Line) -> str | None:
    language = line.get("language")
    return language if isinstance(language, str) else None


def hub_or_defaults(config: Path) -> Hub:
    """This is the configured hub; where there is no deployment, one with the rules that ship with the hub."""
    if config.exists() or config != DEFAULT_CONFIG:
        return Hub(load_settings(config))
    settings = Settings(version=1, tagger=best_tagger())
    return Hub(Deployment(settings=settings, root=defaults_folder(), revision="defaults"))


def _filter(
    source: Path | None,
    handle: Callable[[list[Line]], Iterable[Line]],
    *,
    plain: bool = False,
    as_text: bool = False,
) -> None:
    """``plain``: lines in are text; ``as_text``: what comes out is, too."""
    newline = "\n" if plain else None  # a lone carriage return ends no line, or one line would become two
    if source is not None:
        with source.open(encoding="utf-8-sig", errors="replace", newline=newline) as file:
            return _stream(file, str(source), handle, plain=plain, as_text=plain or as_text)
    if sys.stdin is None:
        raise ConfigError("standard input is closed.", fix="Pipe lines in, or name a file.")
    if isinstance(sys.stdin, io.TextIOWrapper):
        # Whatever the terminal's language: one bad byte costs one character, not the line.
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace", newline=newline)
    return _stream(sys.stdin, "standard input", handle, plain=plain, as_text=plain or as_text)


def _stream(
    file: IO[str], name: str, handle: Callable[[list[Line]], Iterable[Line]], *, plain: bool, as_text: bool
) -> None:
    lines = ((size, line) for _, size, line in read_lines(file, name, _plain_line if plain else _parse_line))
    with progress("lines", shown=not sys.stdout.isatty()) as advance:
        for batch in _batches(lines):
            for line in handle(batch):
                sys.stdout.write((line["text"] if as_text else to_json(line)) + "\n")
            sys.stdout.flush()
            advance(len(batch))


def _batches(lines: Iterator[tuple[int, Line]]) -> Iterator[list[Line]]:
    """Each line comes with its length: it is kept whole, whatever is in it beside the text."""
    batch: list[Line] = []
    length = 0
    try:
        for size, line in lines:
            batch.append(line)
            length += size
            if len(batch) == BATCH or length >= BATCH_LENGTH:
                yield batch
                batch, length = [], 0
    except ConfigError:
        if batch:
            yield batch  # the lines before the bad one come out
        raise
    if batch:
        yield batch


def read_lines(
    file: IO[str], name: str, parse: Callable[[str, str], Line | None] | None = None
) -> Iterator[tuple[int, int, Line]]:
    """This reads JSON lines with a "text", each with number and length; raises ConfigError with the place of what is none."""
    for number in range(1, sys.maxsize):
        text = file.readline(MAX_LINE + 1)
        if not text:
            return
        if len(text) > MAX_LINE:
            raise ConfigError(
                f"{name}:{number}: the line is longer than {MAX_LINE} characters.", fix="Break it into several."
            )
        line = (parse or _parse_line)(text, f"{name}:{number}")
        if line is not None:
            yield number, len(text), line


def _plain_line(text: str, place: str) -> Line:
    """An empty line stays one, so that line n out is line n in."""
    if text.count("\0") > len(text) * _MOST_NUL:
        raise ConfigError(f"{place}: this is not UTF-8 text.", fix="Save it in UTF-8; it may be UTF-16 or UTF-32.")
    return {"text": clean_text(text.removesuffix("\n").removesuffix("\r"))}


def _parse_line(text: str, place: str) -> Line | None:
    if not text.strip():
        return None
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
