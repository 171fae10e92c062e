"""``hub alerts``: what somebody should look at."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from hub.app import Hub, open_hub
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config
from hub.cli.screen import err, show
from hub.errors import ConfigError
from hub.watch.alert import Alert

DEGRADED = 3


def add_commands(app: typer.Typer) -> None:
    """This adds the command to ``hub``."""
    app.command("alerts")(alerts)


def alerts(
    notify: Annotated[
        bool, typer.Option("--notify", help="Tell the channels of alerts.slack and alerts.email what is new to them.")
    ] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Show what somebody should look at, and what to do about it; the exit code is 3 while there is anything, else 0.

    It looks for syncs that fail, are stale, end as partial, read nothing where they usually do, or withhold much more than
    they used to; for old dead letters, lost runs, late requests, obligations and erasures, for what rests past its date, and
    for witnesses that have not spoken. The bounds are under `alerts` in hub.yaml.

    With --notify each channel hears of an alert once, again after alerts.repeat_hours, and of its end; run it from cron.
    The exit code is then 0 unless a channel could not be told.

    Example: hub alerts --json
    """
    with open_hub(config) as hub:
        found = hub.find_alerts(hub.snapshot())
        codes = _notify(hub, found) if notify else [DEGRADED] * bool(found)
    columns = ["severity", "alert", "sync", "what", "next"]
    show("Alerts", columns, [_row(one) for one in found], as_json=as_json)
    if codes:
        raise typer.Exit(max(codes))


def _notify(hub: Hub, found: list[Alert]) -> list[int]:
    answers = hub.notify(found)
    if not answers:
        raise ConfigError("nobody is to be notified.", fix="Write alerts.slack or alerts.email into hub.yaml.")
    for one in answers:
        text = str(one.error) if one.error else f"{one.channel} was told of {one.alerts} alerts and {one.ended} ends"
        err.print(f"hub: {text}", style="red" if one.error else None, soft_wrap=True, markup=False)
    return [one.error.exit_code for one in answers if one.error]


def _row(one: Alert) -> dict[str, str]:
    told = asdict(one)
    return {
        "severity": told["severity"],
        "alert": told["name"],
        "sync": told["sync"],
        "what": told["text"],
        "next": told["fix"],
    }
