"""``hub privacy diff``: what a change of the rules lets out or holds back, before it goes live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.app import Hub, open_hub
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config
from hub.cli.screen import err, out, print_json, progress, show
from hub.errors import ConfigError, HubError, PolicyError
from hub.pipeline.forecast import Forecast, forecast
from hub.privacy.changes import PolicyChange, compare
from hub.privacy.policy import Policy, load_policy


def add_commands(parent: typer.Typer) -> None:
    """This adds the command to ``hub privacy``."""
    parent.command("diff")(diff)


def diff(
    old: Annotated[Path, typer.Argument(help="Folder with the rules as they are.")],
    new: Annotated[
        Path | None, typer.Argument(help="Folder with the rules as they are to be; privacy/ if absent.")
    ] = None,
    people: Annotated[bool, typer.Option(help="Also decide about everybody in the database under both.")] = True,
    accept: Annotated[
        bool, typer.Option("--accept", help="End with 0 also where more may be done than before.")
    ] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Show which fields, purposes and people change between two folders of rules, before they go live.

    Exit code 0: nothing changes, or only for the stricter. 4: more may be done with somebody's data than before.
    Comments and layout are no change; redaction.yaml, access.yaml and deadlines.yaml are not compared.

    Example: hub privacy diff privacy proposed
    """
    hub = open_hub(config) if config.exists() else None
    if new is None and hub is None:
        raise ConfigError("there is no hub.yaml here, so NEW must be named.", fix="Give two folders of rules.")
    before, after = _read(old), _read(new or _own(hub))
    changes = compare(before, after)
    # Not only where a change was found: the people tell what no comparison of two texts thought of.
    is_other = before.version != after.version
    told = _forecast(hub, before, after) if people and hub is not None and is_other else None
    if as_json:
        print_json(_as_data(before, after, changes, told))
    else:
        _print(changes, told)
    more = [one for one in changes if one.effect == "more"]
    if more and not accept:
        raise PolicyError(
            f"{more[0].where}: {more[0].what} ({len(more)} changes let out or allow more than before).",
            reason="policy.loosened", fix="Have them approved, then run again with --accept.",
        )  # fmt: skip
    if any(one.more for one in told or ()) and not accept:
        raise PolicyError(
            "more would leave about people than before, though no line tells why.", reason="policy.loosened",
            fix="Compare the files, have them approved, then run again with --accept.",
        )  # fmt: skip


def _own(hub: Hub | None) -> Path:
    return hub.deployment.path(hub.deployment.settings.privacy) if hub else Path("privacy")


def _read(folder: Path) -> Policy:
    if not folder.is_dir():
        raise ConfigError(
            f"{folder}: there is no such folder.", fix="Name a folder with purposes.yaml and the other files."
        )
    return load_policy(folder)


def _forecast(hub: Hub, before: Policy, after: Policy) -> list[Forecast] | None:
    """What changes for people; None, with a word on standard error, where there is no database to count them in."""
    try:
        with hub, progress("people") as count:
            pushes = [name for name, sync in sorted(hub.deployment.settings.syncs.items()) if sync.kind == "push"]
            return forecast(hub.rooms, before, after, [hub.push_job(name) for name in pushes], count)
    except HubError as error:
        err.print(f"people are not counted: {error}", markup=False, soft_wrap=True)
        return None


def _as_data(
    before: Policy, after: Policy, changes: Sequence[PolicyChange], told: Sequence[Forecast] | None
) -> dict[str, Any]:
    return {
        "old": before.version,
        "new": after.version,
        "changes": [asdict(one) for one in changes],
        "people": None if told is None else [asdict(one) for one in told],
    }


def _print(changes: Sequence[PolicyChange], told: Sequence[Forecast] | None) -> None:
    rows: list[dict[str, Any]] = [{"effect": one.effect, "where": one.where, "what": one.what} for one in changes]
    show("Changes", ["effect", "where", "what"], rows, as_json=False)
    if told is None:
        return
    for one in told:
        out.print(
            f"{one.connection} ({one.purpose}): of {one.people} people, more leaves about {one.more}, less about {one.less}, "
            f"something else about {one.other}",
            markup=False, soft_wrap=True,
        )  # fmt: skip
        rows = [
            {"field": path, "starts": starts, "stops": stops} for path, (starts, stops) in sorted(one.fields.items())
        ]
        if rows:
            show(f"Fields to {one.connection}, by people", ["field", "starts", "stops"], rows, as_json=False)
