"""``hub init``: writes a new deployment."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from hub.app import defaults_folder, write_key
from hub.cli.best_tagger import BEST, best_tagger
from hub.cli.screen import out
from hub.errors import ConfigError
from hub.file import write_new

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
    written = ["hub.yaml"] if write_new(folder / "hub.yaml", _settings(source / "hub.yaml"), mode=0o666) else []
    written += [name for name in ("privacy", "mappings") if _copy(source / name, folder / name)]
    written += [f"var/{name}" for name in ("root.key", "audit.key") if write_key(folder / "var" / name)]
    for name in written:
        out.print(f"wrote {folder / name}")
    if not written:
        out.print("everything is there already; nothing was written.")
    out.print("next: put your own connections into hub.yaml, then run 'hub migrate' and 'hub check'.")


def _settings(source: Path) -> bytes:
    text = source.read_text(encoding="utf-8")
    return text.replace(f"\ntagger: {BEST}\n", f"\ntagger: {best_tagger()}\n").encode()


def _copy(source: Path, target: Path) -> bool:
    """Copies a folder, all of it or nothing; one that is there stays."""
    if target.exists():
        return False
    with TemporaryDirectory(prefix=".new-", dir=target.parent) as made:
        whole = Path(made) / target.name
        shutil.copytree(source, whole, ignore=_IGNORED)
        try:
            whole.rename(target)
        except OSError:  # another process was faster
            if not target.exists():
                raise
            return False
    return True
