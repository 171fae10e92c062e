"""The quality report as a page: Markdown or HTML, with nothing loaded from anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

_UNTOLD = "too few"
_BAR = 20
_STYLE = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
_TABLE = "table{border-collapse:collapse}th,td{text-align:left;padding:.3rem 1rem .3rem 0;border-bottom:1px solid #ddd}"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


class _Part(NamedTuple):
    title: str
    note: str
    rows: Sequence[Mapping[str, Any]]


def write_markdown(report: Mapping[str, Any], stamp: str | None) -> str:
    """This is the page as Markdown."""
    lines = [f"# {_title(report)}", "", _lead(report), ""]
    for part in _parts(report):
        lines += [f"## {part.title}", "", part.note, ""]
        if part.rows:
            columns = list(part.rows[0])
            lines += [_row(columns), _row(["---"] * len(columns))]
            lines += [_row([_cell(row[name]) for name in columns]) for row in part.rows]
        else:
            lines.append("Nothing.")
        lines.append("")
    return "\n".join([*lines, *([stamp] if stamp else [])]).rstrip() + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def write_html(report: Mapping[str, Any], stamp: str | None) -> str:
    """This is the page as HTML; whatever came from outside is shown as text."""
    body = [f"<h1>{escape(_title(report))}</h1><p>{escape(_lead(report))}</p>"]
    for part in _parts(report):
        body.append(f"<h2>{escape(part.title)}</h2><p>{escape(part.note)}</p>")
        if part.rows:
            heads = "".join(f"<th>{escape(name)}</th>" for name in part.rows[0])
            rows = "".join(
                "<tr>" + "".join(f"<td>{escape(_cell(value))}</td>" for value in row.values()) + "</tr>"
                for row in part.rows
            )
            body.append(f"<table><tr>{heads}</tr>{rows}</table>")
        else:
            body.append("<p>Nothing.</p>")
    if stamp:
        body.append(f"<p>{escape(stamp)}</p>")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><title>{escape(_title(report))}</title>'
        f"<style>{_STYLE}{_TABLE}</style></head><body>" + "\n".join(body) + "</body></html>\n"
    )


def _title(report: Mapping[str, Any]) -> str:
    return f"Emotion tags: quality in {report['month']}"


def _lead(report: Mapping[str, Any]) -> str:
    models = ", ".join(report["models"]) or "no tagger"
    return (
        f"Tags by {models}. Made {report['made_at']}, once: later looks show the same. "
        f"A line with fewer than {report['k']} people behind it is not told."
    )


def _parts(report: Mapping[str, Any]) -> Iterator[_Part]:
    yield _Part(
        "What people looked at", "Tags that were settled in this month, by why they were drawn.", report["reviews"]
    )
    yield _Part(
        "Agreement",
        "The first two judgements of each message. Cohen's kappa: 1 always the same, 0 what chance gives.",
        [report["agreement"]],
    )
    sampled = "Of the tags that were drawn by chance alone, with the 95 % interval (Wilson)."
    yield _Part("Precision by label", sampled, _barred(report["precision"]["label"], "precision", 1))
    yield _Part("Precision by language", sampled, _barred(report["precision"]["language"], "precision", 1))
    yield _Part("Corrections", "What the tagger said, and what people agreed on instead.", report["corrections"])
    yield _Part(
        "Drift",
        "Against the month before: population stability index, up to 0.1 stable, from 0.25 on shifted.",
        report["drift"],
    )
    steps = "Shares in per cent, in steps of five; 5 also stands for none and 95 for all."
    for by, rows in report["groups"].items():
        yield _Part(f"By {by}", steps, _barred(rows, "unpleasant", 100))


def _barred(rows: Sequence[Mapping[str, Any]], name: str, whole: float) -> list[dict[str, Any]]:
    return [dict(row) | {"": "█" * round(row[name] / whole * _BAR)} for row in rows]


def _cell(value: Any) -> str:
    return _UNTOLD if value is None else str(value)
