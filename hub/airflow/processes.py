"""Processes that live and die together: what one of them has started is stopped too, and so is what a killed one left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

import psutil

from hub.errors import LockedError, TransientError

PATIENCE = 10.0
"""Seconds that a process has to end by itself."""


class Processes:
    """A group of processes by name, each with a log of its own; a context manager, behind which all of them are gone.

    Entering ends what a killed launcher left in the folder; it raises LockedError where one is still running there.

    Args:
        home: folder where it notes which processes are its own.
        logs: folder of the logs.
    """

    def __init__(self, home: Path, logs: Path) -> None:
        self._note = home / "processes.json"
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        self._note.parent.mkdir(parents=True, exist_ok=True)
        self._logs.mkdir(parents=True, exist_ok=True)
        launcher, *left = _read(self._note) or [None]
        if launcher is not None and launcher.pid != os.getpid():
            raise LockedError(
                f"process {launcher.pid} runs an Airflow in this folder.", fix="Stop it, or name another."
            )
        _end_all([process for process in left if process is not None])
        self._write()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """This starts a process in a session of its own: a Ctrl-C meant for the launcher does not reach it first."""
        with (self._logs / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own command, made of constants and paths
                command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._write()

    def require_all(self) -> None:
        """This raises TransientError where one has ended by itself."""
        for name, process in self._running.items():
            if (code := process.poll()) is not None:
                raise TransientError(f"{name} ended by itself (code {code}).", fix=f"See {self.log_of(name)}.")

    def log_of(self, name: str) -> Path:
        """This is where a process's output goes."""
        return self._logs / f"{name}.log"

    def owner_of(self, pid: int) -> str | None:
        """This names the process that started another one, however many generations ago; None where none of them did."""
        line = {pid, *(one.pid for one in psutil.Process(pid).parents())}
        return next((name for name, process in self._running.items() if process.pid in line), None)

    def processor_seconds(self) -> dict[str, float]:
        """This is what each has used of the processor so far, with all that it started."""
        return {name: sum(map(_used, _with_children([one.pid]))) for name, one in self._running.items()}

    def kill(self, name: str) -> None:
        """This kills a process and all that it started, without a word to them."""
        process = self._running.pop(name)
        family = _with_children([process.pid])
        for one in family:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(family, timeout=PATIENCE)
        process.wait()
        self._write()

    def stop(self) -> None:
        """This ends all of them and all that they started; whoever does not end by itself is killed."""
        pids = [process.pid for process in self._running.values()]
        _end_all(found for pid in pids if (found := _alive(pid)) is not None)
        for process in self._running.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # what outlived a parent that ended by itself
            process.wait()
        self._running.clear()
        self._note.unlink(missing_ok=True)

    def _write(self) -> None:
        own = [os.getpid(), *(process.pid for process in self._running.values())]
        noted = []
        for pid in own:
            with suppress(psutil.NoSuchProcess):
                noted.append([pid, psutil.Process(pid).create_time()])
        self._note.write_text(json.dumps(noted), encoding="utf-8")


def _read(note: Path) -> list[psutil.Process | None]:
    """The processes of a note that still run, None in the place of the others: numbers are given out again."""
    try:
        noted = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [_found(pid, started) for pid, started in noted]


def _found(pid: int, started: float) -> psutil.Process | None:
    process = _alive(pid)
    return process if process is not None and process.create_time() == started else None


def _alive(pid: int) -> psutil.Process | None:
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


def _end_all(processes: Iterable[psutil.Process]) -> None:
    """Whoever was asked may have children that nobody told; they are looked up before their parents are gone."""
    chiefs = list(processes)
    everybody = _with_children([chief.pid for chief in chiefs])
    for chief in chiefs:
        with suppress(ProcessLookupError):
            os.killpg(chief.pid, signal.SIGTERM)
    _, alive = psutil.wait_procs(everybody, timeout=PATIENCE)
    for one in alive:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    psutil.wait_procs(alive, timeout=PATIENCE)


def _with_children(pids: Iterable[int]) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            found += [process, *process.children(recursive=True)]
    return found


def _used(process: psutil.Process) -> float:
    """Children that have ended are counted with their parent, those that run are not."""
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)
    return 0.0
