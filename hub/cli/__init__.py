"""The command line: ``hub``, one command group per file."""

from __future__ import annotations

import sys

import typer
from rich.text import Text

from hub.cli import (
    audit,
    check,
    consent,
    filters,
    flow,
    init,
    mappings,
    migrate,
    outcomes,
    person,
    plugins,
    privacy,
    sandbox,
    status,
)
from hub.cli.screen import err
from hub.errors import HubError

app = typer.Typer(
    name="hub",
    help="Attune: reads what customers say, governs it, and sends it back out enriched.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (init, check, flow, status, outcomes, filters, sandbox, migrate):
    module.add_commands(app)
for name, group in {
    "plugins": plugins.app,
    "mappings": mappings.app,
    "privacy": privacy.app,
    "consent": consent.app,
    "person": person.app,
    "audit": audit.app,
}.items():
    app.add_typer(group, name=name)


def main() -> None:
    """This runs ``hub`` and ends the process with the exit code that scripts rely on.

    0 done, 1 a bug or a broken invariant, 2 usage or configuration, 3 finished but degraded, 4 refused by policy,
    75 another run holds the lock.
    """
    try:
        app()
    except HubError as error:
        err.print(Text(f"hub: {error}", style="red"), soft_wrap=True)
        sys.exit(error.exit_code)
