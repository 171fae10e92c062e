"""A paper: headings, paragraphs, lists and tables that are written as Markdown, as HTML or as plain data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

Kind = Literal["heading", "text", "list", "table"]


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a paper.

    Args:
        kind: what it is.
        text: words of a heading or paragraph.
        level: of a heading, from 1.
        rows: lines of a list (one cell each) or of a table, whose first row is its head.
    """

    kind: Kind
    text: str = ""
    level: int = 2
    rows: tuple[tuple[str, ...], ...] = ()


def heading(text: str, level: int = 2) -> Block:
    """This is a heading."""
    return Block("heading", text, level)


def paragraph(text: str) -> Block:
    """This is a paragraph."""
    return Block("text", text)


def bullets(items: Sequence[str]) -> Block:
    """This is a list."""
    return Block("list", rows=tuple((item,) for item in items))


def grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Block:
    """This is a table."""
    return Block("table", rows=(tuple(head), *(tuple(row) for row in rows)))


def markdown(blocks: Sequence[Block]) -> str:
    """This is a paper as Markdown."""
    return "\n\n".join("\n".join(_markdown(block)) for block in blocks) + "\n"


def _markdown(block: Block) -> Iterator[str]:
    if block.kind == "heading":
        yield f"{'#' * block.level} {block.text}"
    elif block.kind == "text":
        yield block.text
    elif block.kind == "list":
        yield from (f"- {item}" for (item,) in block.rows)
    else:
        head, *rows = block.rows
        yield _cells(head)
        yield _cells(["---"] * len(head))
        yield from (_cells(row) for row in rows)


def _cells(row: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def html(blocks: Sequence[Block], *, title: str, language: str) -> str:
    """This is a paper as one HTML page that needs nothing else."""
    body = "\n".join(_html(block) for block in blocks)
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    return f'<!doctype html>\n<html lang="{escape(language)}">\n<head>{head}</head>\n<body>\n{body}\n</body>\n</html>\n'


def _html(block: Block) -> str:
    if block.kind == "heading":
        return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
    if block.kind == "text":
        return f"<p>{escape(block.text)}</p>"
    if block.kind == "list":
        return f"<ul>{''.join(f'<li>{escape(item)}</li>' for (item,) in block.rows)}</ul>"
    head, *rows = block.rows
    lines = [_line(head, "th"), *(_line(row, "td") for row in rows)]
    return f"<table>{''.join(lines)}</table>"


def _line(row: Sequence[str], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in row)}</tr>"


def data(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """This is a paper as plain data."""
    return [
        {"kind": block.kind}
        | ({"text": block.text} if block.text else {})
        | ({"level": block.level} if block.kind == "heading" else {})
        | ({"rows": [list(row) for row in block.rows]} if block.rows else {})
        for block in blocks
    ]
