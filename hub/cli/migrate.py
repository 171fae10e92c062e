"""``hub migrate``: brings the database to this version's tables."""

from __future__ import annotations

from pathlib import Path

import typer

from hub.app import open_hub
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config
from hub.cli.screen import out, print_json
from hub.store.migration import migrate as migrate_store


def add_commands(app: typer.Typer) -> None:
    """This adds the command to ``hub``."""
    app.command("migrate")(migrate)


def migrate(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Create the database's tables, or bring them up to date. Safe to run again.

    Example: hub migrate
    """
    with open_hub(config) as hub:
        url = hub.deployment.store_url()
        if url.startswith("sqlite:///"):
            Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        before, after = migrate_store(url)
    if as_json:
        print_json({"from": before, "to": after})
    else:
        out.print(f"database is at revision {after}" + (f" (was {before or 'empty'})" if before != after else ""))
