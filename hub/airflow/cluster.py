"""A whole Airflow on this machine: its database brought up to date, its processes started, watched and stopped."""

from __future__ import annotations

import socket
import subprocess
import sys
import time

from hub.airflow.place import API, LOCAL, PARSER, SCHEDULER, TRIGGERER, WORKER, Place
from hub.airflow.processes import Processes
from hub.airflow.rest import Rest
from hub.errors import ConfigError, HubError, TransientError

COMMANDS = {
    API: ("api-server",),
    SCHEDULER: ("scheduler", "--skip-serve-logs"),
    PARSER: ("dag-processor",),
    TRIGGERER: ("triggerer", "--skip-serve-logs"),
    WORKER: ("celery", "worker", "--skip-serve-logs", "--without-gossip", "--without-mingle"),
}
"""What each process runs. Logs are files of one folder, or volume, that the API server reads: nobody need serve them."""

STARTING = 180.0
"""Seconds that a slow machine may take until Airflow is healthy."""


class Cluster:
    """One running Airflow.

    Args:
        place: where it lives, and of what it is made.
        processes: what its processes are started in, and stopped by.
    """

    def __init__(self, place: Place, processes: Processes) -> None:
        self.place = place
        self.processes = processes
        self.rest = Rest(place.url, "admin", place.passwords()["admin"])

    def start(self) -> None:
        """This starts everything and waits until Airflow is well; raises HubError where it does not get there."""
        _require_free(self.place.port)
        self._migrate()
        for component in LOCAL:
            self._start(component, component, *COMMANDS[component])
        for number in range(1, self.place.workers + 1 if self.place.broker else 1):
            self.start_worker(number)
        self._wait_until_healthy()

    def start_worker(self, number: int) -> str:
        """This starts one more Celery worker and gives the name of its process."""
        name = f"{WORKER}-{number}"
        options = ("--celery-hostname", f"{name}@%h", "--concurrency", str(self.place.concurrency))
        self._start(name, WORKER, *COMMANDS[WORKER], *options, number=number)
        return name

    def _migrate(self) -> None:
        """Airflow's database must be up to date before its processes begin."""
        log = self.processes.log_of("migrate")
        with log.open("ab") as file:
            command = [sys.executable, "-m", "airflow", "db", "migrate"]
            environment = self.place.environment(SCHEDULER)
            ran = subprocess.run(command, env=environment, stdout=file, stderr=subprocess.STDOUT, check=False)  # noqa: S603 - our own command
        if ran.returncode:
            raise HubError(f"'airflow db migrate' failed (code {ran.returncode}).", fix=f"See {log}.")

    def _start(self, name: str, component: str, *arguments: str, number: int = 0) -> None:
        environment = self.place.environment(component, number)
        self.processes.start(name, [sys.executable, "-m", "airflow", *arguments], environment)

    def _wait_until_healthy(self) -> None:
        end = time.monotonic() + STARTING
        while not self.rest.is_healthy():
            self.processes.require_all()
            if time.monotonic() > end:
                raise TransientError("Airflow did not become healthy.", fix=f"See {self.place.logs / 'processes'}.")
            time.sleep(0.2)


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ConfigError(f"port {port} cannot be used: {error.strerror}.", fix="Name another.") from None
