"""``hub mappings``: check the mapping files and run their examples."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hub.app import open_hub
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config
from hub.cli.screen import out, show
from hub.errors import ConfigError
from hub.mappings.examples import run_examples
from hub.mappings.load import load_mapping

app = typer.Typer(help="Vendor fields to canonical fields and back.", no_args_is_help=True)


@app.command("list")
def list_mappings(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """List the mapping files in use; a site's own file beats the plugin's.

    Example: hub mappings list
    """
    with open_hub(config) as hub:
        rows: list[dict[str, Any]] = [
            {"name": one.name, "version": one.hash[:12], "file": str(one.path)} for one in hub.mappings.files
        ]
    show("Mappings", ["name", "version", "file"], rows, as_json=as_json)


@app.command("test")
def test_mappings(
    files: Annotated[list[Path] | None, typer.Argument(help="Mapping files; all that are in use if absent.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Run the examples that the mapping files hold.

    Example: hub mappings test mappings/zendesk.tickets.yaml
    """
    paths = files or []
    if not paths:
        with open_hub(config) as hub:
            paths = [one.path for one in hub.mappings.files]
    rows: list[dict[str, Any]] = []
    for path in paths:
        results = run_examples(load_mapping(path))
        rows += [
            {"file": path.name, "example": r.name, "result": "passed" if r.passed else "failed", "why": r.message}
            for r in results
        ]
    failed = [row for row in rows if row["result"] == "failed"]
    show("Examples", ["file", "example", "result", "why"], rows if as_json else failed, as_json=as_json)
    if not as_json:
        out.print(f"{len(rows) - len(failed)} examples passed, {len(failed)} failed")
    if failed:
        raise ConfigError(f"{len(failed)} mapping examples failed.", fix="Correct the mapping, or the example.")
