"""``hub taxonomy``: the labels, what W3C and the departments call them, and counts of earlier versions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.filters import hub_or_defaults
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config
from hub.cli.screen import print_json, show
from hub.emotion.vocabulary import load_vocabulary
from hub.errors import ConfigError

app = typer.Typer(help="The labels of emotion: what W3C and your departments call them.", no_args_is_help=True)


@app.command("show")
def show_labels(as_json: AsJson = False) -> None:
    """List the labels with their term in W3C's vocabularies for EmotionML.

    Example: hub taxonomy show
    """
    known = load_vocabulary()
    rows = [
        {"version": known.version, "label": label, "W3C": term.uri if term else None}
        for label, term in known.terms.items()
    ]
    show("Labels", ["version", "label", "W3C"], rows, as_json=as_json)


@app.command("words")
def words(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """List your departments' own words (privacy/emotions.yaml) with the label that each means.

    Example: hub taxonomy words
    """
    book = hub_or_defaults(config).wordbook
    rows = [
        {"department": department, "word": word, "label": label.value}
        for department, own in sorted(book.words.items())
        for word, label in sorted(own.items())
    ]
    show("Words", ["department", "word", "label"], rows, as_json=as_json)


@app.command("migrate")
def migrate(
    counts: Annotated[
        Path, typer.Argument(help='A JSON object of counts by label: {"annoyance": 12}.', exists=True, dir_okay=False)
    ],
    version: Annotated[
        int, typer.Option("--from", help="The version that they were counted in; 0: GoEmotions.", min=0)
    ],
) -> None:
    """Bring counts of an earlier version of the taxonomy to the current one, as JSON; their sum stays.

    Example: hub taxonomy migrate 2025.json --from 0
    """
    try:
        told = json.loads(counts.read_text(encoding="utf-8-sig"), object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or not all(type(count) is int and count >= 0 for count in told.values()):
        raise ConfigError(
            f"{counts}: expected whole numbers by label, each label once.", fix='Example: {"annoyance": 12, "joy": 3}'
        )
    print_json(load_vocabulary().migrate_counts(told, version))


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError  # the last one would silently count alone
    return found
