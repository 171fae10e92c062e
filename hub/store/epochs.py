"""Epochs: the keys that wrap persons' keys, in a file of their own, so that destroying one makes old backups unreadable.

Each key is random and rests wrapped (AES-KW) under a key derived from the root key: neither the file nor the root key alone
opens anything. The file belongs in no backup of the database; its own copy is replaced, never kept beside older ones.
"""

import base64
import json
import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from hub.errors import ConfigError
from hub.file import read_whole, rewriting, write_new
from hub.store.vault import KEY_BYTES, derive

_LABEL = "epochs"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Epoch:
    """One epoch, as the file tells it; a destroyed one keeps its place, so that an error can say when it ended.

    Args:
        number: 1, 2, 3 and so on.
        since: from when it wrapped keys.
        key: the key; None where it was destroyed.
        ended: when it was destroyed.
    """

    number: int
    since: datetime
    key: bytes | None = field(default=None, repr=False)
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class Epochs:
    """The file of epoch keys.

    Args:
        path: where it is.
        root_key: what it is wrapped under.
        source: which setting the root key came from, for errors.
    """

    path: Path
    root_key: bytes = field(repr=False)
    source: str = "root_key"

    def read(self) -> dict[int, Epoch]:
        """These are all epochs by number; raises ConfigError where the file cannot be read or is of another root key."""
        try:
            told = json.loads(read_whole(self.path))
            found = [self._parse(row) for row in told["epochs"]] if told["version"] == _VERSION else []
        except InvalidUnwrap:
            raise ConfigError(
                f"{self.source}: the root key does not open the epoch keys in {self.path}; nothing was changed.",
                fix="Give the root key that this deployment was made with, or the file that belongs to this root key.",
            ) from None
        except (OSError, ValueError, KeyError, TypeError):
            found = []
        if not found:
            raise ConfigError(
                f"keys.epochs: {self.path} cannot be read or is no file of epoch keys; nothing was changed.",
                fix="Restore the file from its own copy. Without it nothing in the database can be opened.",
            )
        return {epoch.number: epoch for epoch in found}

    def keys(self) -> tuple[int, Mapping[int, bytes]]:
        """This is the number of the current epoch, and every key that is left."""
        found = self.read()
        return max(found), {number: epoch.key for number, epoch in found.items() if epoch.key is not None}

    def create(self, now: datetime) -> None:
        """This writes the file with a first, random key; one that is there stays, also one that another process makes now."""
        write_new(self.path, self._content({1: Epoch(1, now, os.urandom(KEY_BYTES))}))

    def begin(self, now: datetime, *, derived: Epoch | None = None) -> int:
        """This adds a random key and gives its number; ``derived`` is the key in use where there was no file yet."""
        with rewriting(self.path) as file:
            found = {derived.number: derived} if derived is not None and not self.path.exists() else self.read()
            number = max(found) + 1
            file.write(self._content({**found, number: Epoch(number, now, os.urandom(KEY_BYTES))}))
        return number

    def end(self, number: int, now: datetime) -> None:
        """This destroys a key, also in the bytes of the file that it stood in; again is harmless."""
        if self.read()[number].key is None:
            return
        with ExitStack() as files:
            with rewriting(self.path) as file:
                found = self.read()
                old = files.enter_context(self.path.open("r+b"))
                file.write(self._content({**found, number: Epoch(number, found[number].since, None, now)}))
            length = old.seek(0, os.SEEK_END)
            old.seek(0)
            old.write(b"\0" * length)
            old.flush()
            os.fsync(old.fileno())

    def _parse(self, row: Mapping[str, Any]) -> Epoch:
        wrapped, ended = row.get("wrapped"), row.get("ended")
        key = aes_key_unwrap(self._wrapping, base64.b64decode(wrapped)) if wrapped else None
        since = datetime.fromisoformat(row["since"])
        return Epoch(int(row["epoch"]), since, key, datetime.fromisoformat(ended) if ended else None)

    def _row(self, epoch: Epoch) -> dict[str, Any]:
        row: dict[str, Any] = {"epoch": epoch.number, "since": epoch.since.isoformat()}
        if epoch.key is not None:
            row["wrapped"] = base64.b64encode(aes_key_wrap(self._wrapping, epoch.key)).decode()
        if epoch.ended is not None:
            row["ended"] = epoch.ended.isoformat()
        return row

    def _content(self, epochs: Mapping[int, Epoch]) -> bytes:
        rows = [self._row(epoch) for _, epoch in sorted(epochs.items())]
        return json.dumps({"version": _VERSION, "epochs": rows}, indent=1).encode() + b"\n"

    @property
    def _wrapping(self) -> bytes:
        return derive(self.root_key, _LABEL)
