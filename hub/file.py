"""Files that several processes write: each takes the place of the last in one step, and only one is written at a time."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def rewriting(path: Path, *, mode: int = 0o600) -> Iterator[BinaryIO]:
    """This gives a file to write that takes the place of ``path`` at the end, durably; an exception leaves the old one.

    Whoever else rewrites ``path`` waits until then: what is changed must be read inside. A kill leaves the old file or the
    new one, and nothing that holds the next one up. ``mode`` holds for a file that was not there, less the umask.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    with locked(fresh, mode=mode) as file, ExitStack() as unless_done:
        unless_done.callback(fresh.unlink, missing_ok=True)
        file.truncate()  # what a kill left
        yield file
        file.flush()
        os.fsync(file.fileno())
        os.replace(fresh, path)
        unless_done.pop_all()
        _sync(path.parent)


def read_whole(path: Path) -> bytes:
    """This reads a file that others rewrite, also where the old one is overwritten once the new one has its place."""
    while True:
        with path.open("rb") as file:
            data = file.read()
            if _is_still(path, file):
                return data


def write_whole(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """This writes a file in one step, durably; by default its owner alone may read it."""
    write_lines(path, [data], mode=mode)


def write_new(path: Path, data: bytes, *, mode: int = 0o600) -> bool:
    """This writes a file as ``write_whole`` does, unless there is one: that stays (False), also one that comes meanwhile."""
    if path.exists():
        return False
    with suppress(FileExistsError), rewriting(path, mode=mode) as file:
        if path.exists():
            raise FileExistsError(path)
        file.write(data)
        return True
    return False


def write_lines(path: Path, lines: Iterable[bytes], *, mode: int = 0o600) -> None:
    """This writes many pieces as ``write_whole`` writes one."""
    with rewriting(path, mode=mode) as file:
        file.writelines(lines)


@contextmanager
def locked(path: Path, *, mode: int = 0o600) -> Iterator[BinaryIO]:
    """This makes or opens a file that one process at a time has; whoever has it may rename or remove it."""
    while True:
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, mode), "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _is_still(path, file):  # else it was renamed or removed while one waited
                yield file
                return


def _is_still(path: Path, file: BinaryIO) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
