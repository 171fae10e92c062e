"""Measuring: fresh processes, and what the operating system says that each of them used."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Used:
    """What a pipeline of processes used: seconds on the clock, seconds of processor (all processes), MiB of the largest."""

    wall: float
    cpu: float
    peak: float


class FailedError(RuntimeError):
    """A measured process ended with an error; the text tells which and where its words are."""


def run(commands: Sequence[Sequence[str]], folder: Path, env: Mapping[str, str] | None = None) -> Used:
    """This runs commands as one pipeline, the last one's output into ``folder/output``, and tells what they used."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "output").open("wb") as output, (folder / "errors").open("wb") as errors:
        start = time.perf_counter()
        processes: list[subprocess.Popen[bytes]] = []
        for number, command in enumerate(commands):
            last = number == len(commands) - 1
            source = processes[-1].stdout if processes else subprocess.DEVNULL
            target = output if last else subprocess.PIPE
            where = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **(env or {})}
            processes.append(subprocess.Popen(command, stdin=source, stdout=target, stderr=errors, env=where))
            if processes[:-1] and processes[-2].stdout:
                processes[-2].stdout.close()  # so that a reader's death reaches the writer
        ended = [os.wait4(process.pid, 0) for process in processes]
        wall = time.perf_counter() - start
    for command, (_, status, _) in zip(commands, ended, strict=True):
        if code := os.waitstatus_to_exitcode(status):
            tail = (folder / "errors").read_text(errors="replace")[-2000:]
            raise FailedError(f"{Path(command[0]).name} ended with {code}; {folder / 'errors'} says:\n{tail}")
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024
    usages = [usage for _, _, usage in ended]
    cpu = sum(usage.ru_utime + usage.ru_stime for usage in usages)
    return Used(wall, cpu, max(usage.ru_maxrss for usage in usages) / unit)
