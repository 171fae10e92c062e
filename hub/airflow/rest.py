"""Airflow's REST API, as far as somebody who starts and watches runs needs it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import requests

from hub.errors import TransientError

ENDED = frozenset({"success", "failed"})
_PAUSE = 0.2


class Rest:
    """A caller of one Airflow.

    Args:
        url: address of its API server.
        user: whose token it asks for at the first call that needs one.
        password: of that user.
    """

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url = url
        self._login = {"username": user, "password": password}
        self._session = requests.Session()
        self._session.trust_env = False  # it is on this machine, whatever the proxy settings say

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """This is the answer of one call, read as JSON; raises ``requests.RequestException``."""
        if "Authorization" not in self._session.headers:
            token = self._send("POST", "/auth/token", self._login)["access_token"]
            self._session.headers["Authorization"] = f"Bearer {token}"
        return self._send(method, f"/api/v2/{path}", body)

    def is_healthy(self) -> bool:
        """This is True where Airflow answers and its database, scheduler and DAG processor are well."""
        try:
            health = self._send("GET", "/api/v2/monitor/health", None)
        except requests.RequestException:
            return False
        return all(health[part]["status"] == "healthy" for part in ("metadatabase", "scheduler", "dag_processor"))

    def wait_for_dags(self, wanted: set[str], seconds: float) -> None:
        """This waits until Airflow knows all these DAGs; raises TransientError with its import errors where it does not."""
        end = time.monotonic() + seconds
        while missing := wanted - {dag["dag_id"] for dag in self.call("GET", "dags?limit=1000")["dags"]}:
            if time.monotonic() > end:
                errors = [error["stack_trace"] for error in self.call("GET", "importErrors")["import_errors"]]
                raise TransientError(f"Airflow does not know {sorted(missing)}.", fix="\n".join(errors) or None)
            time.sleep(_PAUSE)

    def unpause(self, dag_id: str) -> None:
        """This switches a DAG on."""
        self.call("PATCH", f"dags/{dag_id}", {"is_paused": False})

    def run_due(self, dag_id: str, seconds: float) -> str:
        """This is a DAG's first run by its schedule where one is due, else one that is started now: the run's id."""
        due = self.call("GET", f"dags/{dag_id}")["next_dagrun_run_after"]
        if due is None or datetime.fromisoformat(due) > datetime.now(UTC):
            return self.trigger(dag_id)
        end = time.monotonic() + seconds
        while not (runs := self.call("GET", f"dags/{dag_id}/dagRuns?limit=1")["dag_runs"]):
            if time.monotonic() > end:
                raise TransientError(f"{dag_id} is due, and does not run.", fix="See the scheduler's log.")
            time.sleep(_PAUSE)
        return str(runs[0]["dag_run_id"])

    def trigger(self, dag_id: str, conf: dict[str, Any] | None = None) -> str:
        """This starts a run of a DAG and gives its id."""
        run = self.call("POST", f"dags/{dag_id}/dagRuns", {"logical_date": None, "conf": conf or {}})
        return str(run["dag_run_id"])

    def state(self, dag_id: str, run_id: str) -> str:
        """This is the state of a run."""
        return str(self.call("GET", f"dags/{dag_id}/dagRuns/{run_id}")["state"])

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """These are the task instances of a run."""
        found = self.call("GET", f"dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=1000")
        return list(found["task_instances"])

    def wait(self, dag_id: str, run_id: str, seconds: float) -> str:
        """This waits for a run to end and gives its state; the one it is in where the time is over."""
        end = time.monotonic() + seconds
        while (state := self.state(dag_id, run_id)) not in ENDED and time.monotonic() < end:
            time.sleep(_PAUSE)
        return state

    def _send(self, method: str, path: str, body: Any) -> Any:
        answer = self._session.request(method, self.url + path, json=body, timeout=60)
        answer.raise_for_status()
        return answer.json() if answer.content else None
