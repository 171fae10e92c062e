"""``hub privacy figures``: how many people felt what in one week, in numbers that tell of nobody."""

from __future__ import annotations

import csv
import sys
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from hub.app import open_hub
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config
from hub.cli.screen import out, print_json, table
from hub.errors import ConfigError
from hub.pipeline.door import Look
from hub.pipeline.figures import Figures, monday_of, week_figures
from hub.privacy.aggregate import TOTAL

_HIDDEN = "hidden"
_COLUMNS = ("week", "label", "channel", "people", "hidden")


def add_commands(parent: typer.Typer) -> None:
    """This adds the command to ``hub privacy``."""
    parent.command("figures")(figures)


def figures(
    purpose: Annotated[str, typer.Option(help="What you look for: a purpose of privacy/purposes.yaml.")],
    week: Annotated[str | None, typer.Option(help="ISO week, such as 2026-W18; the last closed one if absent.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV for machines instead of a table.")] = False,
) -> None:
    """Show how many people felt what in one closed week, by channel. Small groups, and what would tell of them, stay hidden.

    A week is counted once, at the first look, in UTC from Monday on; later looks show the same numbers. The look goes on the
    audit record. What one person or one employee felt is in no number.

    Example: hub privacy figures --purpose ServiceOptimisation --week 2026-W18
    """
    if as_json and as_csv:
        raise ConfigError("--json and --csv: give one of them.")
    with open_hub(config) as hub:
        at = _monday(week) if week else hub.now() - timedelta(days=7)
        look = Look("report", "emotion", "aggregate_k", purpose)
        answer = hub.door.require(look)
        found = week_figures(hub.store, hub.now(), at, answer.k or hub.access.k)
        stamp = hub.door.stamp(look, [answer])
        hub.audit.sequence()
    if as_json:
        return print_json({**found.told(), "stamp": stamp})
    if as_csv:
        writer = csv.DictWriter(sys.stdout, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        return writer.writerows({"week": found.week} | row for row in found.cells())
    return _print(found, stamp)


def _monday(week: str) -> datetime:
    found = monday_of(week)
    if found is None:
        raise ConfigError(f"--week: {week!r} is no ISO week.", fix="Example: 2026-W18")
    return found


def _print(found: Figures, stamp: str | None) -> None:
    out.print(render_week(found))
    if stamp:
        out.print(stamp, markup=False, soft_wrap=True)


def render_week(found: Figures) -> RenderableType:
    """This is one week for people to read: who felt what by channel, and what is not shown."""
    k, shown = found.closure.k, found.table
    hidden = Text(
        f"Hidden: fewer than {k} people, all of a channel, mostly one person, or what would tell such a number by "
        f"subtraction. Labels and channels of fewer than {k} are left out, of the totals too; "
        f"numbers are rounded to {found.closure.round_to}."
    )
    if not shown.rows:
        nothing = f"{found.week}: no label has {k} people who may be counted, so there is nothing to show."
        return Group(Text(nothing), hidden)
    columns = (*shown.columns, TOTAL)
    rows = [
        [label, *(_HIDDEN if shown.cells[label, column] is None else shown.cells[label, column] for column in columns)]
        for label in (*shown.rows, TOTAL)
    ]
    last = found.end - timedelta(days=1)
    title = Text(f"People by what they felt, {found.week} ({found.start:%Y-%m-%d} to {last:%Y-%m-%d})", style="bold")
    return Group(title, table("", ["", *columns], rows, right=range(1, len(columns) + 1)), hidden)
