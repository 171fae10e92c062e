"""``hub evaluate emotion``: how good the configured tagger is on a labelled file of the user's own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from hub.cli.filters import BATCH, hub_or_defaults, read_lines
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config
from hub.cli.screen import to_json
from hub.emotion.evaluation import Evaluation
from hub.errors import ConfigError
from hub.privacy.wordbook import Wordbook
from hub.schema import EmotionLabel

Labelled = Annotated[Path, typer.Argument(help="A labelled file of JSON lines.", exists=True, dir_okay=False)]
Worst = Annotated[int, typer.Option("--worst", help="How many of the surest mistakes to list.", min=0, max=1000)]
_LABELS = [label.value for label in EmotionLabel]


def add_commands(app: typer.Typer) -> None:
    """This adds the command to ``hub evaluate``."""
    app.command("emotion")(emotion)


def emotion(source: Labelled, worst: Worst = 10, as_json: AsJson = False, config: Config = DEFAULT_CONFIG) -> None:
    """Compare the configured tagger with labels of your own: {"text": "…", "label": "frustration"} on each line.

    A label may be a word of one of your departments (privacy/emotions.yaml). Texts are not shown, only their lines. What the
    tagger abstained on is compared by its best guess, and told apart.

    Example: hub evaluate emotion reviewed.jsonl --worst 20
    """
    hub = hub_or_defaults(config)
    tagger = hub.tagger
    found, lines = Evaluation(worst), _labelled(source, hub.wordbook)
    while batch := list(islice(lines, BATCH)):
        emotions = tagger.tag([line["text"] for _, line in batch], [_language(line) for _, line in batch])
        for (number, line), answer in zip(batch, emotions, strict=True):
            found.add(number, line["label"], answer)
    if not found.texts:
        raise ConfigError(f"{source}: there is no labelled text in it.", fix='Example: {"text": "…", "label": "anger"}')
    if as_json:
        typer.echo(to_json(_as_json(found, tagger.name)))
    else:
        _show(found, tagger.name)


def _labelled(source: Path, words: Wordbook) -> Iterator[tuple[int, dict[str, Any]]]:
    with source.open(encoding="utf-8-sig", errors="replace") as file:
        for number, _, line in read_lines(file, str(source)):
            told = str(line.get("label"))
            label = words.label_of(told)
            if label is None:  # what is no single word may be the message, in the wrong place
                raise ConfigError(
                    f"{source}:{number}: unknown label{f' {told!r}' if told.isidentifier() else ''}.",
                    fix=f"The labels are {', '.join(_LABELS)}.",
                )
            yield number, line | {"label": label}


def _language(line: dict[str, Any]) -> str | None:
    language = line.get("language")
    return language if isinstance(language, str) else None


def _as_json(found: Evaluation, tagger: str) -> dict[str, Any]:
    return {
        "tagger": tagger,
        "texts": found.texts,
        "macro_f1": round(found.macro_f1, 4),
        "accuracy": round(found.accuracy, 4),
        "coverage": round(found.coverage, 4),
        "accuracy_answered": round(found.accuracy_answered, 4),
        "calibration_error": round(found.calibration_error, 4),
        "labels": {
            score.label: {
                "texts": score.texts, "precision": round(score.precision, 4), "recall": round(score.recall, 4),
                "f1": round(score.f1, 4),
            }
            for score in found.labels()
        },
        "confusion": [
            {"expected": expected, "found": called, "texts": count}
            for (expected, called), count in sorted(found.confusion.items())
        ],
        "mistakes": [
            {"line": one.line, "expected": one.expected, "found": one.found, "confidence": round(one.confidence, 4)}
            for one in found.mistakes()
        ],
    }  # fmt: skip


def _show(found: Evaluation, tagger: str) -> None:
    console = Console()
    console.print(_scores(found, tagger), _confusion(found))
    if found.mistakes():
        console.print(_mistakes(found))
    console.print(
        f"{found.texts} texts: macro-F1 {found.macro_f1:.2f}, {found.accuracy:.0%} right. "
        f"{found.coverage:.0%} answered, {found.accuracy_answered:.0%} of these right. "
        f"Calibration error {found.calibration_error:.2f}."
    )


def _scores(found: Evaluation, tagger: str) -> Table:
    table = Table(title=f"{tagger}, by label")
    for name in ("label", "texts", "precision", "recall", "F1"):
        table.add_column(name, justify="left" if name == "label" else "right")
    for one in found.labels():
        table.add_row(one.label, str(one.texts), f"{one.precision:.2f}", f"{one.recall:.2f}", f"{one.f1:.2f}")
    return table


def _confusion(found: Evaluation) -> Table:
    # Twelve narrow columns, so that it fits a terminal of eighty.
    table = Table(title="What texts of each label (rows) were called (columns)", box=None, padding=(0, 0, 0, 1))
    table.add_column("", no_wrap=True)
    for name in _LABELS:
        table.add_column(name[:4], justify="right", no_wrap=True)
    for one in found.labels():
        counts = [found.confusion[one.label, name] for name in _LABELS]
        table.add_row(one.label, *[str(count) if count else "·" for count in counts])
    return table


def _mistakes(found: Evaluation) -> Table:
    table = Table(title="The surest mistakes")
    for name in ("line", "expected", "found", "confidence"):
        table.add_column(name)
    for one in found.mistakes():
        table.add_row(str(one.line), one.expected, one.found, f"{one.confidence:.2f}")
    return table
