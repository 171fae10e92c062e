"""The deployment that the DAG files stand for: where its ``hub.yaml`` is, and whether Airflow can work with it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from airflow.configuration import AIRFLOW_HOME, conf
from airflow.exceptions import AirflowTimetableInvalid
from airflow.timetables.trigger import CronTriggerTimetable

from hub.config import Deployment, Settings, load_settings
from hub.errors import ConfigError, PolicyError
from hub.mappings.document import read_document
from hub.privacy.policy import load_policy

ROLE = "privacy_officer"
"""The role under ``roles`` of ``hub.yaml`` whose holders may approve; Airflow must know them by the same names."""

USER = "airflow:"
"""How the names of Airflow's users begin, in ``roles`` of ``hub.yaml`` and in the audit log."""


def config_of(dag_file: str, environ: Mapping[str, str] = os.environ) -> Path:
    """This is the ``hub.yaml`` of a DAG file: HUB_CONFIG, or the one in the folder above the DAG file's.

    A relative HUB_CONFIG starts at that folder too: Airflow's processes do not all work in the same one.
    """
    return (Path(dag_file).resolve().parents[1] / (environ.get("HUB_CONFIG") or "hub.yaml")).resolve()


def default_config(environ: Mapping[str, str] = os.environ) -> Path:
    """This is the ``hub.yaml`` where no DAG file tells: ``[hub] config``, else HUB_CONFIG, else in Airflow's home."""
    told = conf.get("hub", "config", fallback="") or environ.get("HUB_CONFIG", "")
    return (Path(AIRFLOW_HOME) / (told or "hub.yaml")).resolve()


def read_deployment(config: Path) -> Deployment:
    """This reads ``hub.yaml``; raises ConfigError also for a schedule that Airflow cannot keep."""
    deployment = load_settings(config)
    settings = deployment.settings
    schedules = {f"syncs.{name}": sync.schedule for name, sync in settings.syncs.items()}
    for place, schedule in (schedules | {"sweep": settings.sweep.schedule}).items():
        if schedule is not None:
            _check_cron(schedule, f"{config}: {place}.schedule")
    return deployment


def check_files(config: Path) -> Deployment:
    """This reads ``hub.yaml`` and the site's mapping files; raises ConfigError with file and line."""
    deployment = read_deployment(config)
    for path in sorted(deployment.path(deployment.settings.mappings).glob("*.yaml")):
        read_document(path, path.read_bytes())
    return deployment


def check_configuration(config: Path) -> None:
    """This reads the privacy rules as well; raises ConfigError, or PolicyError where they contradict themselves."""
    deployment = check_files(config)
    for problem in load_policy(deployment.path(deployment.settings.privacy)).lint():
        if problem.severity == "error":
            raise PolicyError(
                f"{problem.where}: {problem.message}", reason="policy.lint", fix="See 'hub privacy lint'."
            )


def officers_of(settings: Settings) -> list[str]:
    """These users may approve for privacy, by the ids that Airflow's auth manager knows, in the order of the alphabet."""
    return sorted({actor.removeprefix(USER) for actor, roles in settings.roles.items() if ROLE in roles})


def actor_of(settings: Settings, user: str) -> str:
    """This is a user of Airflow who has approved something, as ``hub.yaml`` calls them: with or without ``airflow:``."""
    return f"{USER}{user}" if f"{USER}{user}" in settings.roles else user


def _check_cron(cron: str, where: str) -> None:
    try:
        CronTriggerTimetable(cron, timezone="UTC").validate()
    except AirflowTimetableInvalid:
        raise ConfigError(f"{where}: {cron!r} is no cron expression.", fix='Write one like "*/15 * * * *".') from None
