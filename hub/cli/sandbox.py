"""``hub sandbox``: all installed simulators, to try things against."""

from __future__ import annotations

import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from hub import plugins as loader
from hub.app import defaults_folder, write_key
from hub.cli.best_tagger import best_tagger
from hub.cli.screen import out, table
from hub.privacy.aggregate import Closure, closed_window
from hub.testing.sandbox import Sandbox


def add_commands(app: typer.Typer) -> None:
    """This adds the command to ``hub``."""
    app.command("sandbox")(sandbox)


def sandbox(
    folder: Annotated[Path, typer.Option("--folder", help="Where to write a deployment that uses it.")] = Path(
        "var/sandbox"
    ),
    people: Annotated[int, typer.Option(min=1, max=100_000, help="How many invented customers.")] = 24,
) -> None:
    """Start a simulator of every installed connector, and write a deployment that talks to them.

    Example: hub sandbox    (then, in another terminal: hub --help, hub run -c var/sandbox/hub.yaml)
    """
    with open_sandbox(people) as running:
        config = write_deployment(folder, running)
        rows = [[name, simulator.url] for name, simulator in running.simulators.items()]
        out.print(table("Simulators", ["connector", "address"], rows))
        out.print(
            f"next: hub migrate -c {config} && hub run -c {config}     (Ctrl-C here stops the simulators)",
            soft_wrap=True,
        )
        threading.Event().wait()


def open_sandbox(people: int = 24) -> Sandbox:
    """This is the sandbox of all usable connectors, not yet started; its story is told in a week that is over."""
    now = datetime.now(UTC)
    monday, _ = closed_window(now, now - Closure().window, Closure())
    return Sandbox(loader.load().offered.connectors.values(), size=people, start=monday)


def write_deployment(folder: Path, running: Sandbox) -> Path:
    """This writes a deployment whose connections are the running simulators; gives its hub.yaml.

    Secrets go into files of their own and are named by reference, as in any other deployment.
    """
    source = defaults_folder()
    settings = yaml.safe_load((source / "hub.yaml").read_text(encoding="utf-8"))
    settings["tagger"] = best_tagger()
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("privacy", "mappings"):
        shutil.copytree(source / name, folder / name, dirs_exist_ok=True)
    for key in ("root.key", "audit.key"):
        write_key(folder / "var" / key)
    for name, connection in settings["connections"].items():
        if connection["connector"] in running.simulators:
            settings["connections"][name] = _with_secret_files(
                folder, name, running.connection(connection["connector"])
            )
    config = folder / "hub.yaml"
    config.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    return config


def _with_secret_files(folder: Path, name: str, connection: dict[str, Any]) -> dict[str, Any]:
    model = loader.load().connector(connection["connector"]).config_model
    secrets = [field for field, info in model.model_fields.items() if "SecretStr" in str(info.annotation)]
    for field in secrets:
        if (value := connection["config"].get(field)) is not None:
            path = folder / "var" / "secrets" / f"{name}.{field}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(str(value) + "\n", encoding="utf-8")
            path.chmod(0o600)
            connection["config"][field] = f"file:{path.relative_to(folder)}"
    return connection
