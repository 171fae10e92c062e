"""Who holds a lease: one process, told from every other one, also of a container with the same name and process number."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hub.store.leases import Lease

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NAMESPACE = Path("/proc/self/ns/pid")
_PARTS = 4
_STARTED = 19  # field 22 of /proc/PID/stat, counted from behind the command's closing bracket


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that runs a sync.

    Args:
        host: name of its machine or container, for people.
        pid: its number, which means something only where it runs.
        place: the boot of the machine and the space of process numbers in it; two containers never share both.
        started: when it started, in the machine's own ticks: numbers are given out again.
    """

    host: str
    pid: int
    place: str
    started: str

    def __str__(self) -> str:
        return f"{self.host}/{self.pid}/{self.place}/{self.started}"

    def is_gone(self) -> bool:
        """This is True only where the process certainly ran here and runs no longer; in doubt it lives."""
        if (self.host, self.place) != (socket.gethostname(), _place()):
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return _started(self.pid) not in {self.started, None}


def this_process() -> Holder:
    """This is the running process."""
    pid = os.getpid()
    return Holder(socket.gethostname(), pid, _place(), _started(pid) or "")


def read_holder(text: str) -> Holder | None:
    """This reads what ``str`` wrote, None where it was written otherwise."""
    parts = text.rsplit("/", _PARTS - 1)
    if len(parts) != _PARTS or not parts[1].isdecimal():
        return None
    return Holder(parts[0], int(parts[1]), parts[2], parts[3])


def underway(leases: Iterable[Lease]) -> list[str]:
    """These are the syncs, and parts of syncs, whose holder is not known to be gone: the others were killed."""
    return [one.sync for one in leases if (holder := read_holder(one.holder)) is None or not holder.is_gone()]


@cache
def _place() -> str:
    try:
        return f"{_BOOT.read_text(encoding='ascii').strip()}-{_NAMESPACE.stat().st_ino}"
    except OSError:
        return uuid.uuid4().hex  # no such files here: a lease of another process is never freed before its time


def _started(pid: int) -> str | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return stat.rpartition(")")[2].split()[_STARTED]
