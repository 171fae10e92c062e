"""``hub migrate``: brings the database to this version's tables."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import typer

from hub.app import open_hub
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config, DryRun
from hub.cli.screen import out, print_json, table
from hub.store.migration import MigrationPlan, plan_migration
from hub.store.migration import migrate as migrate_store


def add_commands(app: typer.Typer) -> None:
    """This adds the command to ``hub``."""
    app.command("migrate")(migrate)


def migrate(config: Config = DEFAULT_CONFIG, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Create the database's tables, or bring them up to date. Safe to run again, and by two at once.

    Example: hub migrate --dry-run
    """
    with open_hub(config) as hub:
        url = hub.deployment.store_url()
    plan = plan_migration(url)
    if not dry_run:
        if url.startswith("sqlite:///"):
            Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        migrate_store(url)
    _print(plan, dry_run=dry_run, as_json=as_json)


def _print(plan: MigrationPlan, *, dry_run: bool, as_json: bool) -> None:
    steps = [asdict(step) for step in plan.steps]
    if as_json:
        return print_json({"from": plan.before, "to": plan.after, "steps": steps, "done": not dry_run})
    if steps:
        title = "Would be done" if dry_run else "Done"
        out.print(table(title, ["revision", "what"], [list(step.values()) for step in steps]))
    was = f" (was {plan.before or 'empty'})" if steps and not dry_run else ""
    state = f"database is at revision {plan.after}{was}" if not (dry_run and steps) else "nothing was changed"
    out.print(state)
    return None
