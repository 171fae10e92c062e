"""``hub consent``: what is on record, and why something may be used or may not."""
from __future__ import annotations
import typer
app = typer.Typer(help="What people allowed and refused.", no_args_is_help=True)
