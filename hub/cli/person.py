"""``hub person``: find, show and erase one person."""
from __future__ import annotations
import typer
app = typer.Typer(help="Find, show and erase one person.", no_args_is_help=True)
