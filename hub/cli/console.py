"""``hub console``: the web console, on this machine only."""

from __future__ import annotations

import secrets
from typing import Annotated

import typer

from hub.cli.options import DEFAULT_CONFIG, Config
from hub.cli.screen import out
from hub.errors import ConfigError

PORT = 8321


def add_commands(app: typer.Typer) -> None:
    """This adds the command to ``hub``."""
    app.command("console")(console)


def console(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 is any free one.")] = PORT,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Show in a browser how each sync goes, what was withheld and why, what failed, what is owed. It changes nothing.

    It prints an address with a token that can be used once. Whoever opens it sees what the actor of hub.yaml may see.

    Example: hub console --port 8321
    """
    try:
        from hub.console.entrance import make_standalone
        from hub.console.office import Office
        from hub.console.server import serve
    except ModuleNotFoundError as error:
        raise ConfigError(f"the console needs {error.name}.", fix="Install attune-hub[console].") from None
    office = Office(config)
    office.hub()  # what is wrong with the deployment is told here, not in the browser
    token = secrets.token_urlsafe(24)
    try:
        serve(make_standalone(office, token), port, lambda bound: _tell(bound, token))
    finally:
        office.close()


def _tell(port: int, token: str) -> None:
    out.print(f"http://127.0.0.1:{port}/enter?token={token}", soft_wrap=True, markup=False)
    out.print("Open this address; the token works once. Ctrl-C here ends the console.", soft_wrap=True, markup=False)
