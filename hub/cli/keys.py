"""``hub keys``: the keys that wrap persons' keys."""

from __future__ import annotations

from typing import Any

import typer

from hub.app import Hub, open_hub
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config
from hub.cli.screen import out, print_json, progress, table
from hub.pipeline.rotation import epoch_since, is_due
from hub.pipeline.rotation import rotate as run_rotation

app = typer.Typer(help="The keys that wrap persons' keys: where they stand, and a new one.", no_args_is_help=True)


@app.command("status")
def status(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Show each epoch, whether its key is there, and how many persons' keys it wraps; never a key.

    Example: hub keys status
    """
    with open_hub(config) as hub:
        found = _status(hub)
    if as_json:
        return print_json(found)
    columns = ("epoch", "key", "since", "destroyed", "wraps")
    out.print(table("Epochs", columns, [[row[name] for name in columns] for row in found["epochs"]], right=[4]))
    out.print(f"epoch keys: {found['file']}", markup=False, soft_wrap=True)
    out.print(f"copy of persons' keys: {found['copy']}", markup=False, soft_wrap=True)
    out.print("a new epoch is due: hub keys rotate" if found["due"] else f"next epoch: {found['next']}", markup=False)
    return None


def _status(hub: Hub) -> dict[str, Any]:
    job = hub.rotation_job()
    with hub.store.read() as tx:
        rows = tx.keys.by_epoch()
    since = epoch_since(hub.rooms, hub.epochs)
    told = [
        {
            "epoch": one.number,
            "key": "destroyed" if one.key is None else "there",
            "since": f"{one.since:%Y-%m-%d %H:%M}Z",
            "destroyed": f"{one.ended:%Y-%m-%d %H:%M}Z" if one.ended else None,
            "wraps": rows.get(one.number, 0),
        }
        for one in (hub.epochs.read().values() if hub.epochs.path.exists() else ())
    ]
    derived = [
        {"epoch": epoch, "key": "from the root key", "since": None, "destroyed": None, "wraps": count}
        for epoch, count in rows.items()
    ]
    return {
        "epochs": told or derived,
        "file": str(hub.epochs.path),
        "copy": str(job.copy) if job.copy.exists() else "none yet: the first rotation writes it",
        "due": is_due(hub.rooms, job),
        "next": f"{since + job.period:%Y-%m-%d %H:%M}Z" if since and job.period else None,
    }


@app.command("rotate")
def rotate(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Begin a new epoch: wrap every person's key again, copy them, and destroy the old epoch's key. Resumes after a kill.

    The sweep does it every keys.rotate_days. A backup from before can then be restored with 'hub restore' only.

    Example: hub keys rotate
    """
    with open_hub(config) as hub:
        with progress("keys") as advance:
            report = run_rotation(hub.rooms, hub.rotation_job(now=True), progress=advance)
        hub.audit.sequence()
    if report is None:
        return None
    if as_json:
        return print_json({"epoch": report.epoch, "rewrapped": report.rewrapped, "destroyed": list(report.ended)})
    ended = ", ".join(map(str, report.ended)) or "none"
    out.print(f"epoch {report.epoch} wraps {report.rewrapped} keys; destroyed: {ended}", markup=False)
    out.print("next: make a new backup of the database ('hub backup'); older ones are restored by 'hub restore' only.")
    return None
