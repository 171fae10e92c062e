"""``hub check``: is this deployment sound?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import typer

from hub.app import Hub, open_hub
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config
from hub.cli.screen import show
from hub.contract import Checkable
from hub.errors import ConfigError, HubError, PolicyError
from hub.plugins import shielded


def add_commands(app: typer.Typer) -> None:
    """This adds the command to ``hub``."""
    app.command("check")(check)


def check(
    online: Annotated[bool, typer.Option("--online/--offline", help="Also log in to each system.")] = True,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Check settings, plugins, mappings, privacy rules, database and the credentials of every connection.

    Example: hub check --offline
    """
    rows: list[dict[str, Any]] = []
    errors: list[HubError] = []
    with open_hub(config) as hub:
        for what, test in _tests(hub, online):
            try:
                rows.append({"what": what, "result": "ok", "detail": test()})
            except HubError as error:
                errors.append(error)
                rows.append({"what": what, "result": "FAILED", "detail": str(error)})
    show("Check", ["what", "result", "detail"], rows, as_json=as_json)
    if errors:
        raise typer.Exit(errors[0].exit_code)


def _tests(hub: Hub, online: bool) -> list[tuple[str, Callable[[], str]]]:
    settings = hub.deployment.settings
    tests: list[tuple[str, Callable[[], str]]] = [
        ("plugins", lambda: _plugins(hub)),
        ("mappings", lambda: f"{len(hub.mappings.files)} files, revision {hub.mappings.revision[:12]}"),
        ("privacy rules", lambda: f"version {hub.policy.version}, {len(hub.policy.lint())} remarks"),
        (
            "redaction rules",
            lambda: f"{len(hub.redaction.entities)} kinds of entities, rules {hub.redaction.fingerprint}",
        ),
        ("tagger", lambda: _tagger(hub)),
        ("jurisdiction", hub.check_jurisdiction),
        ("schedules", lambda: _schedules(hub)),
        ("notice and assessment", lambda: _approved(hub)),
        ("keys and database", lambda: _database(hub)),
    ]
    tests += [(f"sync {name}", partial(_sync, hub, name)) for name in settings.syncs]
    if online:
        tests += [(f"connection {name}", partial(_connection, hub, name)) for name in settings.connections]
    return tests


def _plugins(hub: Hub) -> str:
    bad = [f"{plugin.name}: {plugin.reason}" for plugin in hub.plugins.found if plugin.status == "quarantined"]
    usable = ", ".join(sorted(hub.plugins.offered.connectors))
    return f"usable: {usable}" + (f"; quarantined: {'; '.join(bad)}" if bad else "")


def _tagger(hub: Hub) -> str:
    _ = hub.make_tagger
    return hub.deployment.settings.tagger


def _approved(hub: Hub) -> str:
    known = hub.approvals
    if known.notice is None or known.assessment is None:
        return "never approved ('hub privacy approve'); nothing is held back for it"
    if stale := hub.stale_flows:
        raise PolicyError(
            f"changed since the impact assessment was approved: {', '.join(stale)}. Nothing new is sent there.",
            reason="assessment.stale",
            fix="Read 'hub privacy dpia', then run 'hub privacy approve'.",
        )
    edition = known.edition(hub.dossier)
    return f"notice {edition.version} says what is so" if edition else "the notice says something else than is so"


def _schedules(hub: Hub) -> str:
    from croniter import croniter  # takes its time to load, and only this command needs it

    settings = hub.deployment.settings
    given = {f"syncs.{name}": sync.schedule for name, sync in settings.syncs.items()}
    given["sweep"] = settings.sweep.schedule
    for place, schedule in given.items():
        if schedule is not None and not croniter.is_valid(schedule):
            raise ConfigError(
                f"{place}.schedule: {schedule!r} is no cron expression.", fix='Write one like "*/15 * * * *".'
            )
    return f"{sum(schedule is not None for schedule in given.values())} cron expressions, in UTC"


def _database(hub: Hub) -> str:
    with hub.store.read() as tx:
        people = tx.persons.count()
    hub.audit.check_key()
    return f"{people} people"


def _sync(hub: Hub, name: str) -> str:
    sync = hub.sync(name)
    if sync.kind == "pull":
        return f"reads {', '.join(hub.pull_job(name).streams)}"
    allowed = hub.policy.destination(sync.connection).purposes
    job = hub.push_job(name)
    if hub.policy.purpose_lineages[job.purpose].isdisjoint(allowed):
        raise ConfigError(
            f"syncs.{name}.purpose: {sync.connection} receives nothing for {job.purpose!r}, so nothing would be sent.",
            fix=f"It receives for: {', '.join(allowed)} (privacy/destinations.yaml).",
        )
    return f"writes {', '.join(obj.name for obj in job.objects)}"


def _connection(hub: Hub, name: str) -> str:
    opened = hub.connect(name)
    if not isinstance(opened, Checkable):
        return "the connector cannot check its credentials"
    with shielded(f"connection {name}"):
        opened.check()
    return "logged in"
