"""What people see: tables, bars and JSON, written to standard output; progress and errors to standard error."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from hub.pipeline.border import clean_text

# A pipe or a file has no width to fit into; lines are cut for people only.
# sys.stdout is None where whoever called the hub has closed it.
_FITS = "COLUMNS" in os.environ or (sys.stdout is not None and sys.stdout.isatty())
out = Console(highlight=False, width=None if _FITS else 160)
err = Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """This prints one JSON document."""
    sys.stdout.write(to_json(value, indent=2) + "\n")


def to_json(value: Any, *, indent: int | None = None) -> str:
    """This is a value as JSON that every reader takes: NaN and infinities, which JSON does not have, are null."""
    try:
        text = json.dumps(value, indent=indent, ensure_ascii=False, default=str, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(value), indent=indent, ensure_ascii=False, default=str, allow_nan=False)
    return clean_text(text)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(one) for key, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, list | tuple) else value


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, right: Sequence[int] = ()) -> Table:
    """This is a table; ``right`` names the columns with numbers in them. Cells are shown as they are, never as markup."""
    made = Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False)
    for index, column in enumerate(columns):
        # A number in two lines is two numbers; a name in two lines can still be copied.
        is_number = index in right
        made.add_column(column, justify="right" if is_number else "left", overflow="fold", no_wrap=is_number)
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else Text("" if cell is None else str(cell)) for cell in row))
    return made


def show(title: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """This prints rows as a table for people or as a JSON list for machines; ``columns`` are the rows' keys."""
    if as_json:
        print_json(list(rows))
    elif rows:
        out.print(table(title, columns, [[row.get(column) for column in columns] for row in rows]))
    else:
        out.print(Text(f"{title}: none"))


SAY_EVERY = 10.0
"""Seconds between two lines of progress where standard error is a file or a pipe: what is quick says nothing."""


@contextmanager
def progress(label: str, *, shown: bool = True) -> Iterator[Callable[[int], None]]:
    """This shows a running count on standard error: a moving line on a terminal, else a line now and then."""
    if shown and not err.is_terminal:
        yield _say(label)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not shown) as live:
        task = live.add_task(label, total=None)
        yield lambda count: live.update(task, advance=count)


def _say(label: str) -> Callable[[int], None]:
    done, said = 0, monotonic()

    def add(count: int) -> None:
        nonlocal done, said
        done += count
        if monotonic() - said >= SAY_EVERY:
            said = monotonic()
            err.print(f"{label}: {done}")

    return add
