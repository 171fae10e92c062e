"""``hub evaluate``: how good the configured engines are on a labelled file of the user's own."""

from __future__ import annotations

import typer

app = typer.Typer(help="Measure redaction and emotion tags on labelled texts of your own.", no_args_is_help=True)
