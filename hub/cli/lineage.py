"""Lineage as it is told at the end of runs, where OpenLineage is configured; and ``hub lineage`` for any run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated

import typer

from hub.app import Hub, open_hub
from hub.cli.options import DEFAULT_CONFIG, Config
from hub.cli.screen import err, print_json
from hub.errors import ConfigError, HubError
from hub.watch.lineage import is_wanted, tell_lineage


def add_commands(app: typer.Typer) -> None:
    """This adds the command to ``hub``."""
    app.command("lineage")(lineage)


def lineage(
    run: Annotated[str, typer.Argument(help="A run, as 'hub runs' names it.")],
    send: Annotated[bool, typer.Option("--send", help="Send it to where OpenLineage's configuration says.")] = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Show which datasets a run read and wrote, and how many rows; --send tells OpenLineage once more.

    With OPENLINEAGE_URL, OPENLINEAGE_CONFIG or OPENLINEAGE__... in the environment every pull and push tells by itself.

    Example: hub lineage run_0123456789abcdef0123456789abcdef
    """
    with open_hub(config) as hub:
        found = hub.lineage_of(run)
    if found is None:
        raise ConfigError(f"there is no run {run!r}.", fix="See 'hub runs'.")
    if send:
        tell_lineage([found])
    print_json({**asdict(found), "uuid": found.uuid})


def tell_when_wanted(hub: Hub, run_ids: Iterable[str]) -> None:
    """This tells OpenLineage of runs, where it is configured; what goes wrong is told, and holds nothing up."""
    if hub.dry_run or not is_wanted():
        return
    try:
        tell_lineage([one for one in map(hub.lineage_of, filter(None, run_ids)) if one is not None])
    except HubError as error:
        err.print(
            f"hub: lineage was not told: {error} 'hub lineage RUN --send' tells it later.", style="yellow",
            soft_wrap=True, markup=False,
        )  # fmt: skip
