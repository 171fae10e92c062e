"""Where a local Airflow lives, and the environment of each of its processes: the settings of all, the secrets of each."""

from __future__ import annotations

import base64
import json
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.app import defaults_folder

API, SCHEDULER, PARSER, TRIGGERER, WORKER = "api-server", "scheduler", "dag-processor", "triggerer", "worker"
LOCAL = (API, SCHEDULER, PARSER, TRIGGERER)

JWT, FERNET, SESSION = "AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API__SECRET_KEY"
KEYS = (JWT, FERNET, SESSION)
KEYS_OF: Mapping[str, frozenset[str]] = {
    API: frozenset(KEYS),
    SCHEDULER: frozenset({JWT, FERNET}),
    PARSER: frozenset({FERNET}),
    TRIGGERER: frozenset({FERNET}),
    WORKER: frozenset(),
}
"""Which of Airflow's keys a process has. Plugins run in the workers: those have none, and no way into Airflow's database."""

USERS = ("admin", "operator", "integrator", "viewer")


@dataclass(frozen=True)
class Place:
    """One Airflow on this machine.

    Args:
        home: absolute folder of its database, logs and keys.
        port: where its web page and API listen, on loopback.
        config: the deployment's ``hub.yaml``.
        database: SQLAlchemy URL of Airflow's own database; a SQLite file in ``home`` if None.
        broker: Redis URL; with it tasks run in Celery workers, without it beside the scheduler.
        workers: how many Celery workers; without a broker, how many tasks run at once.
        concurrency: how many tasks each Celery worker runs at once.
        settings: more of Airflow's settings, as environment variables.
    """

    home: Path
    port: int
    config: Path
    database: str | None = None
    broker: str | None = None
    workers: int = 4
    concurrency: int = 2
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def logs(self) -> Path:
        """The folder of all logs: each task's, and each process's under ``processes``."""
        return self.home / "logs"

    def passwords(self) -> dict[str, str]:
        """These are the users and their passwords; random, made once, readable by their owner only."""
        return _kept(self.home / "passwords.json", {user: secrets.token_urlsafe(12) for user in USERS})

    def keys(self) -> dict[str, str]:
        """These are Airflow's keys; random, made once, readable by their owner only."""
        return _kept(self.home / "keys.json", {name: _key() for name in KEYS})

    def environment(self, component: str, number: int = 0) -> dict[str, str]:
        """This is the environment of one process: nothing of another Airflow is inherited, and no key it does not need.

        Args:
            component: what the process is; a name of ``KEYS_OF``.
            number: which of several workers.
        """
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_")}
        keys = {name: value for name, value in self.keys().items() if name in KEYS_OF[component]}
        # A worker has a home of its own: in the common one lies a file with keys.
        home = self.home / f"{WORKER}-{number}" if component == WORKER else self.home
        database = {} if component == WORKER else self._database()
        return inherited | shared_settings() | self._settings(home) | database | keys | dict(self.settings)

    def _settings(self, home: Path) -> dict[str, str]:
        return {
            "AIRFLOW_HOME": str(home),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "HUB_CONFIG": str(self.config),
            "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([self._bundle()]),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self.home / "passwords.json"),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__BASE_URL": self.url,
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(self.logs),
        } | self._executor()

    def _bundle(self) -> dict[str, Any]:
        # Workers have homes of their own, and must find the revision that a run began with.
        told = {"config": str(self.config), "folder": str(self.home / "revisions"), "refresh_interval": 10}
        return {"name": "hub", "classpath": "hub.airflow.bundle.HubDagBundle", "kwargs": told}

    def _executor(self) -> dict[str, str]:
        if self.broker is None:
            return {
                "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
                "AIRFLOW__CORE__PARALLELISM": str(self.workers),  # it forks so many before there is any work
            }
        return {
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__CELERY__BROKER_URL": self.broker,
            "AIRFLOW__CELERY__RESULT_BACKEND": self.broker,
        }

    def _database(self) -> dict[str, str]:
        if self.database is None:
            return {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{self.home}/airflow.db"}
        return {
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self.database,
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": self.database,
        }


def shared_settings() -> dict[str, str]:
    """These are the settings that every Airflow under the hub has: ``docker/airflow.env``."""
    text = (defaults_folder() / "docker" / "airflow.env").read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines())
    return {name: value for name, _, value in (line.partition("=") for line in lines if line and line[0] != "#")}


def _kept(path: Path, new: dict[str, str]) -> dict[str, str]:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(new, file)
    kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def _key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
