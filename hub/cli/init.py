"""``hub init``: writes a new deployment."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from hub.app import defaults_folder, write_key
from hub.cli.best_tagger import BEST, best_tagger
from hub.cli.screen import out
from hub.errors import ConfigError

_IGNORED = shutil.ignore_patterns("__pycache__", ".keep")


def add_commands(app: typer.Typer) -> None:
    """This adds the command to ``hub``."""
    app.command("init")(init)


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write the deployment.")] = Path("."),
) -> None:
    """Write hub.yaml, the privacy rules, the mappings drawer and new keys; existing files are left alone.

    Example: hub init my-hub && cd my-hub && hub check
    """
    source = defaults_folder()
    if folder.resolve() == source.resolve():
        raise ConfigError("this is the reference deployment itself.", fix="Name another folder: hub init my-hub")
    folder.mkdir(parents=True, exist_ok=True)
    written = [name for name in ("hub.yaml", "privacy", "mappings") if _copy(source / name, folder / name)]
    if "hub.yaml" in written:
        _name_tagger(folder / "hub.yaml")
    written += [f"var/{name}" for name in ("root.key", "audit.key") if write_key(folder / "var" / name)]
    for name in written:
        out.print(f"wrote {folder / name}")
    if not written:
        out.print("everything is there already; nothing was written.")
    out.print("next: put your own connections into hub.yaml, then run 'hub migrate' and 'hub check'.")


def _name_tagger(config: Path) -> None:
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace(f"\ntagger: {BEST}\n", f"\ntagger: {best_tagger()}\n"), encoding="utf-8")


def _copy(source: Path, target: Path) -> bool:
    if target.exists():
        return False
    if source.is_dir():
        shutil.copytree(source, target, ignore=_IGNORED)
    else:
        shutil.copyfile(source, target)
    return True
