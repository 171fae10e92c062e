"""``hub backup`` and ``hub restore``: a copy of the database, and back again with nobody in it who was erased since."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from hub.app import open_hub
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config
from hub.cli.screen import err, out, print_json
from hub.errors import ConfigError, HubError
from hub.pipeline.restore import restore as run_restore
from hub.store.backup import copy_sqlite

_PREFIX = "sqlite:///"


def add_commands(app: typer.Typer) -> None:
    """This adds the commands to ``hub``."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    target: Annotated[Path, typer.Argument(help="The file to write; one that is there is not replaced.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Copy a SQLite database while it is in use. Keys and the erasure journal are not in it: keep those elsewhere.

    Example: hub backup /backups/hub-2026-05-01.db
    """
    with open_hub(config) as hub:
        url = hub.deployment.store_url()
        if not url.startswith(_PREFIX):
            raise ConfigError("PostgreSQL is backed up by its own programs.", fix="Run pg_dump --format=custom.")
        hub.store.checkpoint()
        _copy(Path(url.removeprefix(_PREFIX)), target)
        kept = [hub.deployment.path(hub.deployment.settings.erasure_journal), hub.epochs.path, hub.rotation_job().copy]
    if as_json:
        return print_json({"backup": str(target), "apart": [str(path) for path in kept]})
    out.print(f"wrote {target}", markup=False)
    out.print("keep apart from it, always the newest only: " + ", ".join(map(str, kept)), markup=False, soft_wrap=True)
    return None


def _copy(database: Path, target: Path) -> None:
    """Whoever takes the name first has it; under it stands nothing, or a whole backup."""
    try:
        target.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise ConfigError(f"{target}: there is a file already.", fix="Name another one.") from None
    with ExitStack() as unless_done:
        unless_done.callback(target.unlink)
        with TemporaryDirectory(prefix=".new-", dir=target.parent) as made:
            whole = Path(made) / target.name
            copy_sqlite(database, whole)
            whole.replace(target)
        unless_done.pop_all()


def restore(
    source: Annotated[
        Path | None,
        typer.Argument(help="A SQLite backup; nothing where you have loaded the backup into the database already."),
    ] = None,
    give_up: Annotated[
        int, typer.Option("--give-up", min=0, help="Go on without so many people whose keys nobody has any more.")
    ] = 0,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Put a backup in place of the database, erase again whoever was erased since, and only then let anybody read it.

    Example: hub restore /backups/hub-2026-05-01.db
    """
    with open_hub(config) as hub:
        url = hub.deployment.store_url()
        if source is not None and not url.startswith(_PREFIX):
            raise ConfigError("PostgreSQL is restored by pg_restore.", fix="Then run 'hub restore' without a file.")
        if source is not None and not source.is_file():
            raise ConfigError(f"{source}: no such file.", fix="Name a file made by 'hub backup'.")
        if not yes:
            typer.confirm(f"Replace the database by {source or 'what was loaded into it'}?", abort=True)
        if source is not None:
            _bring_audit_home(config)
        report = run_restore(hub.restore_job(source, lost=give_up))
    told = {
        "people": report.people, "erased_again": report.erased_again, "given_up": report.given_up,
        "audit_entries": report.audit_entries, "replaced": None if report.replaced is None else str(report.replaced),
    }  # fmt: skip
    if as_json:
        return print_json(told)
    out.print(f"restored: {report.people} people; {report.erased_again} were erased again before anybody could read.")
    if report.given_up:
        out.print(f"{report.given_up} people were given up: nobody has their keys any more.")
    out.print(f"{report.audit_entries} audit entries came back from the mirror; next: hub audit verify, hub status")
    if report.replaced is not None:
        out.print(f"the database that was there: {report.replaced.name}; delete it once all is well.", markup=False)
    return None


def _bring_audit_home(config: Path) -> None:
    """What the present database has to tell goes to the mirror first, where the restored one finds it."""
    try:
        with open_hub(config) as hub:
            hub.audit.sequence()
    except HubError as error:
        err.print(f"the present database cannot be read ({error}); audit entries after its last checkpoint are lost.")
