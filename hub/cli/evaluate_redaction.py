"""``hub evaluate redaction``: how good the deployment's rules are on a labelled file of the user's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.app import Hub
from hub.cli.filters import hub_or_defaults
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config
from hub.cli.screen import out, print_json, table
from hub.errors import ConfigError
from hub.privacy.redaction.evaluation import Case, Report, Span, evaluate

BATCH = 256
EXAMPLE = '{"text": "I am Ada", "spans": [[5, 8, "PERSON"]]}'
Labelled = Annotated[Path, typer.Argument(help="JSON lines, each with text and spans.", exists=True, dir_okay=False)]


def add_commands(app: typer.Typer) -> None:
    """This adds the command to ``hub evaluate``."""
    app.command("redaction")(redaction)


def redaction(
    file: Labelled,
    mistakes: Annotated[int, typer.Option("--mistakes", min=0, help="Name so many of the worst lines.")] = 10,
    show_text: Annotated[
        bool,
        typer.Option("--show-text", help="Show what was missed or taken for nothing: personal data on the screen."),
    ] = False,
    as_json: AsJson = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Score redaction: what leaks, what is changed without need, what is taken for what.

    A line is {"text": "I am Ada", "spans": [[5, 8, "PERSON"]]}, offsets in characters, the end not included; "language" if it
    is not English. A text with nothing personal has "spans": [].

    Example: hub evaluate redaction labelled.jsonl --mistakes 20
    """
    report = evaluate(_cases(hub_or_defaults(config), file))
    if not report.cases:
        raise ConfigError(f"{file}: no line in it.", fix=f"Expected lines like {EXAMPLE}.")
    worst = _worst(report, mistakes, show_text=show_text)
    if as_json:
        print_json({**_summary(report), "types": _types(report), "confusion": _confusion(report), "worst": worst})
    else:
        _print(report, worst)


def _cases(hub: Hub, file: Path) -> Iterator[Case]:
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        rows = ((number, *_row(line, f"{file}:{number}")) for number, line in enumerate(lines, start=1) if line.strip())
        while batch := list(islice(rows, BATCH)):
            texts = [text for _, text, _, _ in batch]
            results = hub.redactor.redact(texts, languages=[one[3] for one in batch], known=[() for _ in batch])
            for (number, text, spans, _), result in zip(batch, results, strict=True):
                yield Case(text, spans, tuple((one.start, one.end, one.type) for one in result.entities), number)


def _row(line: str, place: str) -> tuple[str, tuple[Span, ...], str | None]:
    try:
        row = json.loads(line)
        text, language = row["text"], row.get("language", "en")
        spans = tuple((start, end, kind) for start, end, kind in row["spans"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ConfigError(f"{place}: not a labelled text.", fix=f"Expected {EXAMPLE}.") from None
    if not isinstance(text, str) or not all(_fits(span, text) for span in spans):
        raise ConfigError(
            f"{place}: a span lies outside its text.", fix="Offsets count characters; the end is excluded."
        )
    return text, spans, language if isinstance(language, str) else None


def _fits(span: Any, text: str) -> bool:
    start, end, kind = span
    return type(start) is int and type(end) is int and 0 <= start < end <= len(text) and isinstance(kind, str)


def _summary(report: Report) -> dict[str, Any]:
    return {
        "texts": len(report.cases),
        "entities": sum(tally.marked for tally in report.types.values()),
        "leak_rate": round(report.leak_rate, 4),
        "clean_texts": len(report.clean),
        "clean_changed_rate": round(report.changed_rate, 4),
    }


def _types(report: Report) -> list[dict[str, Any]]:
    return [
        {
            "type": kind, "marked": tally.marked, "leaked": tally.leaked, "leak_rate": round(tally.leak_rate, 4),
            "found": tally.found, "right": tally.right, "f2": round(tally.f2, 4),
        }
        for kind, tally in sorted(report.types.items(), key=lambda pair: (-pair[1].leaked, -pair[1].marked, pair[0]))
    ]  # fmt: skip


def _confusion(report: Report) -> list[dict[str, Any]]:
    wrong = ((pair, count) for pair, count in report.confusion.items() if pair[0] != pair[1])
    return [
        {"marked": marked, "found": found, "times": count}
        for (marked, found), count in sorted(wrong, key=lambda item: (-item[1], item[0]))
    ]


def _worst(report: Report, count: int, *, show_text: bool) -> list[dict[str, Any]]:
    return [
        {
            "text": case.line,
            "leaked": [_named(case, span, show_text=show_text) for span in case.leaks()],
            "needless": [_named(case, span, show_text=show_text) for span in case.excess()],
        }
        for case in report.worst(count)
    ]


def _named(case: Case, span: Span, *, show_text: bool) -> str:
    start, end, kind = span
    return f"{kind} {case.text[start:end]!r}" if show_text else f"{kind} {start}-{end}"


def _print(report: Report, worst: list[dict[str, Any]]) -> None:
    told = _summary(report)
    out.print(f"{told['texts']} texts, {told['entities']} entities: {report.leak_rate:.1%} of them leak a character")
    out.print(f"{told['clean_texts']} texts with nothing personal: {report.changed_rate:.1%} of them were changed")
    rows = [
        [r["type"], r["marked"], r["leaked"], f"{r['leak_rate']:.1%}", r["found"], f"{r['f2']:.2f}"]
        for r in _types(report)
    ]
    out.print(table("By type", ["type", "marked", "leaked", "rate", "found", "F2"], rows, right=(1, 2, 3, 4, 5)))
    mixed = [[r["marked"], r["found"], r["times"]] for r in _confusion(report)]
    out.print(table("Taken for something else", ["marked as", "found as", "times"], mixed, right=(2,)))
    lines = [[r["text"], ", ".join(r["leaked"]), ", ".join(r["needless"])] for r in worst]
    out.print(table("Worst texts", ["text", "leaked", "needless"], lines, right=(0,)))
    if worst:
        out.print("Rules of your own go into patterns and keep of privacy/redaction.yaml; --show-text shows the words.")
