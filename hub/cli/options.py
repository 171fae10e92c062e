"""Options that many commands share."""

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path, typer.Option("--config", "-c", envvar="HUB_CONFIG", help="The deployment's settings file.", show_default=True)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines instead of tables.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would happen; write and send nothing.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=100_000, help="How many rows at most.")]

Purpose = Annotated[
    str | None, typer.Option("--purpose", help="What you look for: a purpose of privacy/purposes.yaml.")
]
Reason = Annotated[str | None, typer.Option("--reason", help="Why: one of the reasons of privacy/access.yaml.")]
Case = Annotated[
    str | None, typer.Option("--case", help="What you work on: an open ticket (CONNECTION:KEY) or request (request:3).")
]

DEFAULT_CONFIG = Path("hub.yaml")
