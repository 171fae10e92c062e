"""The deployment that the DAG files stand for: where its ``hub.yaml`` is, and whether Airflow can work with it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from airflow.exceptions import AirflowTimetableInvalid
from airflow.timetables.trigger import CronTriggerTimetable

from hub.config import Deployment, load_settings
from hub.errors import ConfigError


def config_of(dag_file: str, environ: Mapping[str, str] = os.environ) -> Path:
    """This is the ``hub.yaml`` of a DAG file: HUB_CONFIG, or the one in the folder above the DAG file's.

    A relative HUB_CONFIG starts at that folder too: Airflow's processes do not all work in the same one.
    """
    return (Path(dag_file).resolve().parents[1] / (environ.get("HUB_CONFIG") or "hub.yaml")).resolve()


def read_deployment(config: Path) -> Deployment:
    """This reads ``hub.yaml``; raises ConfigError also for a schedule that Airflow cannot keep."""
    deployment = load_settings(config)
    settings = deployment.settings
    schedules = {f"syncs.{name}": sync.schedule for name, sync in settings.syncs.items()}
    for place, schedule in (schedules | {"sweep": settings.sweep.schedule}).items():
        if schedule is not None:
            _check_cron(schedule, f"{config}: {place}.schedule")
    return deployment


def _check_cron(cron: str, where: str) -> None:
    try:
        CronTriggerTimetable(cron, timezone="UTC").validate()
    except AirflowTimetableInvalid:
        raise ConfigError(f"{where}: {cron!r} is no cron expression.", fix='Write one like "*/15 * * * *".') from None
