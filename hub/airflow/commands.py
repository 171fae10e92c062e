"""``airflow hub``: the hub's own commands for the deployment that Airflow works on."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from airflow.cli.cli_config import ActionCommand, Arg, GroupCommand

COMMANDS = {
    "status": "Show how fresh each sync is, what waits, and what failed for good",
    "runs": "List the latest runs",
    "check": "Check settings, plugins, rules, database and credentials",
    "outcomes": "What became of each record, and why; dead letters and obligations",
    "requests": "What people asked for, and by when they must have an answer",
    "audit": "Verify the audit log, prove an entry, rotate its key",
}
"""Commands of ``hub`` that people look for first; all others are told as ``hub NAME``."""


class Rest(Arg):
    """All that follows a command, options and ``--help`` included: the hub reads it."""

    def __init__(self) -> None:
        super().__init__(flags=("arguments",), nargs="*", help="As for 'hub'; --help tells.")  # type: ignore[no-untyped-call]  # Airflow's own, without types

    def add_to_parser(self, parser: argparse.ArgumentParser) -> None:
        """This makes the parser take options as they are: argparse's own REMAINDER stumbles over one that comes first."""
        parser.prefix_chars = "\0"
        super().add_to_parser(parser)


def get_commands() -> list[Any]:
    """This is the group that Airflow adds to its command line."""
    made = [ActionCommand(name=name, help=told, func=run_hub, args=(Rest(),)) for name, told in COMMANDS.items()]
    pools = "Make the pools that hub.yaml names, or bring them up to date; others are left alone"
    made.append(ActionCommand(name="pools", help=pools, func=run_pools, args=()))
    return [GroupCommand(name="hub", help="Attune, the hub for customer emotion data", subcommands=made)]


def run_pools(arguments: argparse.Namespace) -> None:
    """This makes the pools of the deployment's ``hub.yaml``, and prints what became of each."""
    from hub.airflow.deployment import default_config
    from hub.airflow.pools import make_pools
    from hub.errors import HubError

    try:
        made = make_pools(default_config())
    except HubError as error:
        print(f"airflow hub pools: {error}", file=sys.stderr)  # noqa: T201 - a command's own words
        sys.exit(error.exit_code)
    for pool, what in made.items():
        print(f"{pool}: {what}")  # noqa: T201 - a command's own words


def run_hub(arguments: argparse.Namespace) -> None:
    """This hands a command over to ``hub``, with the deployment's ``hub.yaml``: its output and its exit code are the answer."""
    from hub.airflow.deployment import default_config

    environment = {**os.environ, "HUB_CONFIG": str(default_config())}
    command = [sys.executable, "-m", "hub", arguments.subcommand, *arguments.arguments]
    os.execve(sys.executable, command, environment)  # noqa: S606 - our own command; what follows is for it to judge
