"""A log as a folder of files that any C2SP client can read (https://c2sp.org/tlog-tiles): written, grown, read, verified."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hub.audit.checkpoint import Checkpoint
from hub.audit.key import NoteError
from hub.audit.merkle import HASH_BYTES
from hub.audit.recount import LeafReader, Recount, recount
from hub.audit.tiles import WIDTH, bundle, entries_path, tile_path, tiles_of, unbundle
from hub.audit.tree import TileReader
from hub.audit.trust import Trust
from hub.errors import ConfigError
from hub.file import locked
from hub.store.bundle import LONGEST

MAX_TILE_BYTES = WIDTH * HASH_BYTES
MAX_BUNDLE_BYTES = WIDTH * (LONGEST + 2)
CHECKPOINT = "checkpoint"
_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class LogFolder:
    """A folder with a log in it: an export for an auditor, or the mirror that the hub keeps beside its database."""

    path: Path

    def note(self) -> str | None:
        """This is the signed checkpoint, None in a folder without one; raises ConfigError where it cannot be read."""
        try:
            return (self.path / CHECKPOINT).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            raise ConfigError(f"{self.path / CHECKPOINT}: cannot be read.") from None

    @contextmanager
    def held(self, *, tidy: bool = False) -> Iterator[None]:
        """This keeps the other processes of this machine from growing the folder; they wait until it ends.

        With ``tidy`` nothing of that is left in a folder that is handed out. Raises ConfigError where the folder cannot be
        written.
        """
        path = self.path / _LOCK
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            path.touch()
        except OSError as error:
            raise _unwritable(path, error) from None
        with locked(path):
            yield
            if tidy:
                path.unlink()

    def write(self, name: str, data: bytes) -> None:
        """This writes one file in one step, durably; raises ConfigError where the folder cannot be written."""
        path = self.path / name
        # Its own: a process of another machine may be writing the same file, and would find this one's gone.
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with fresh.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(fresh, path)
        except OSError as error:
            raise _unwritable(path, error) from None

    def grow(self, old: int, new: int, leaves: LeafReader, tile: TileReader) -> None:
        """This writes the tiles and bundles that a log of ``new`` entries has and one of ``old`` had not.

        The checkpoint is not among them: write it last, so that a reader never sees one that runs ahead of its tiles.
        """
        for level, index, width in tiles_of(new, old):
            self.write(tile_path(level, index, width), tile(level, index)[: width * HASH_BYTES])
            if level == 0:
                rows = leaves(index * WIDTH, width)
                self.write(entries_path(index, width), bundle(leaf for _, leaf in rows))
            if width == WIDTH:
                self._tidy(level, index)

    def _tidy(self, level: int, index: int) -> None:
        # The standard allows dropping partial tiles once the full one is there.
        for name in (tile_path(level, index, 1), entries_path(index, 1) if level == 0 else None):
            folder = (self.path / name).parent if name else None
            for path in sorted(folder.iterdir()) if folder is not None and folder.is_dir() else ():
                path.unlink(missing_ok=True)
            if folder is not None and folder.is_dir():
                with suppress(OSError):  # somebody else has tidied as well, or writes there
                    folder.rmdir()

    def leaves(self, size: int) -> LeafReader:
        """This reads entries of a log that has ``size`` of them; raises ConfigError where a bundle is damaged."""

        def read(start: int, limit: int) -> Sequence[tuple[int, bytes]]:
            end = min(start + limit, size)
            rows = [row for first in _firsts(start, end) for row in self._bundle(first, size)]
            return [row for row in rows if start <= row[0] < end]

        return read

    def tiles(self, size: int) -> TileReader:
        """This reads hashes of a log that has ``size`` entries; a tile that is missing has none."""

        def read(level: int, index: int) -> bytes:
            width = max(0, min(WIDTH, (size >> 8 * level) - index * WIDTH))
            return self._read(tile_path(level, index, width), MAX_TILE_BYTES)

        return read

    def _bundle(self, first: int, size: int) -> list[tuple[int, bytes]]:
        width = min(WIDTH, size - first)
        data = self._read(entries_path(first // WIDTH, width), MAX_BUNDLE_BYTES)
        try:
            found = list(enumerate(unbundle(data), start=first))
        except ValueError:
            return []
        return found if len(found) == width else []

    def _read(self, name: str, most: int) -> bytes:
        try:
            with (self.path / name).open("rb") as file:
                return file.read(most + 1)
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise ConfigError(f"{self.path / name}: cannot be read ({error.strerror}).") from None


def _unwritable(path: Path, error: OSError) -> ConfigError:
    return ConfigError(f"{path}: cannot be written ({error.strerror}).", fix="Check the folder and its space.")


def verify_folder(folder: LogFolder, trust: Trust, *, at: Sequence[int] = ()) -> tuple[Checkpoint, Recount]:
    """This checks an exported log with nothing but the folder and a trust policy; raises NoteError where it does not hold."""
    note = folder.note()
    if note is None:
        raise ConfigError(
            f"{folder.path}: there is no checkpoint here.", fix="Name a folder made by 'hub audit export'."
        )
    checkpoint = trust.open(note)
    found = recount(folder.leaves(checkpoint.size), folder.tiles(checkpoint.size), at=at)
    if found.size != checkpoint.size:
        raise NoteError(f"the checkpoint promises {checkpoint.size} entries, the folder has {found.size}.")
    if found.root != checkpoint.root:
        raise NoteError("an entry was changed: the root differs from the signed one.")
    if found.problem:
        raise NoteError(f"{found.problem}.")
    return checkpoint, found


def _firsts(start: int, end: int) -> Iterator[int]:
    yield from range(start - start % WIDTH, end, WIDTH)
