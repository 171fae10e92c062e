"""``hub audit``: show, verify, prove and export the audit log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hub.app import open_hub
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config, Limit
from hub.cli.screen import out, print_json, show
from hub.errors import FatalError

app = typer.Typer(help="The audit log: a transparency log that strangers can verify.", no_args_is_help=True)
MAX_INDEX = 2**63 - 1  # what a database can count


@app.command("show")
def show_entries(
    start: Annotated[int, typer.Option(min=0, max=MAX_INDEX, help="Index of the first entry.")] = 0,
    type: Annotated[
        str | None, typer.Option(help="Only entries of this type: collect, infer, activate, deliver …")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show audit entries; people appear by a random reference only.

    Example: hub audit show --type activate -n 20
    """
    rows: list[dict[str, Any]] = []
    with open_hub(config) as hub:
        for entry in hub.audit.show(start=start, limit=100_000 if type else limit):
            if type in {None, entry["type"]} and len(rows) < limit:
                rows.append(entry if as_json else {**entry, "reasons": ", ".join(entry["reasons"])})
    show("Audit", ["index", "at", "type", "outcome", "purpose", "dest", "reasons"], rows, as_json=as_json)


@app.command("verify")
def verify(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Recompute the whole tree from the entries and compare it with the signed checkpoint.

    Example: hub audit verify
    """
    with open_hub(config) as hub:
        found = hub.audit.verify()
    if as_json:
        print_json({"size": found.size, "root": found.root.hex(), "pending": found.pending, "problem": found.problem})
    elif found.problem is None:
        out.print(
            f"the audit log verifies: {found.size} entries, root {found.root.hex()}, {found.pending} not yet sequenced",
            soft_wrap=True,
        )
    if found.problem is not None:
        raise FatalError(f"the audit log does not verify: {found.problem}.", fix="Compare it with your last export.")


@app.command("prove")
def prove(
    index: Annotated[int, typer.Argument(min=0, max=MAX_INDEX, help="Index of the entry.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Print a self-contained proof that an entry is in the log (C2SP tlog-proof), for anybody to check offline.

    Example: hub audit prove 42 > entry-42.tlog-proof
    """
    with open_hub(config) as hub:
        proof = hub.audit.prove(index)
    typer.echo(proof, nl=False)


@app.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="Where to write tiles, entries, checkpoint and key.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Write the log as static files (C2SP tlog-tiles) that any such client can read.

    Example: hub audit export /media/auditor/2026-11
    """
    with open_hub(config) as hub:
        size = hub.audit.export(folder)
    out.print(f"wrote a log of {size} entries to {folder}", markup=False)
