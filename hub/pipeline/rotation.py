"""Rotation: a new epoch key, every person's key wrapped again under it, and the old epoch key destroyed.

::

    new key in the file -> current in the database -> wrap again, batch by batch -> copy of all keys -> old key destroyed

Each step can be killed and is gone on with by the next rotation: what is left to do is read from the rows.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hub.audit.entry import Entry as AuditEntry
from hub.errors import ConfigError
from hub.file import write_lines
from hub.pipeline.rooms import Rooms
from hub.pipeline.run import Run, running
from hub.store.conflict import again_after_conflict
from hub.store.epochs import Epoch, Epochs
from hub.store.store import Store, Tx

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class RotationJob:
    """One rotation to do.

    Args:
        epochs: the file of epoch keys.
        copy: where all persons' keys are written under the new epoch, before the old one goes.
        period: how old an epoch may get; None: begin a new one in any case.
    """

    epochs: Epochs
    copy: Path
    period: timedelta | None = None


@dataclass(frozen=True, slots=True)
class RotationReport:
    """What a rotation did: the epoch that is current now, how many keys it wrapped again, and which epochs it ended."""

    epoch: int
    rewrapped: int
    ended: tuple[int, ...]


def rotate(
    rooms: Rooms, job: RotationJob, *, progress: Callable[[int], None] = lambda _: None
) -> RotationReport | None:
    """This begins a new epoch where it is time, or goes on with a rotation that was interrupted; None: nothing to do."""
    if rooms.store.dry_run or not (_is_unfinished(rooms, job) or is_due(rooms, job)):
        return None
    with running(rooms, "keys", "rotate") as run:
        if not _is_unfinished(rooms, job):
            job.epochs.begin(rooms.now(), derived=_derived(rooms))
        epoch, _ = job.epochs.keys()
        _begin(rooms, run, epoch)
        rewrapped = 0
        while done := _rewrap(rooms, run):
            rewrapped += done
            progress(done)
        copy_keys(rooms.store, job.copy)
        ended = _end_old(rooms, run, job, epoch)
    return RotationReport(epoch, rewrapped, ended)


def is_due(rooms: Rooms, job: RotationJob) -> bool:
    """This tells whether the current epoch is older than the job's period."""
    if job.period is None:
        return True
    since = epoch_since(rooms, job.epochs)
    return since is None or rooms.now() - since >= job.period


def epoch_since(rooms: Rooms, epochs: Epochs) -> datetime | None:
    """This is when the current epoch began; None where its key still hangs from the root key alone."""
    if not epochs.path.exists():
        return None
    found = epochs.read()
    return found[max(found)].since


def _is_unfinished(rooms: Rooms, job: RotationJob) -> bool:
    """A file that is ahead of the database, rows under an older epoch, or an old key that is still there."""
    if not job.epochs.path.exists():
        return False
    epoch, keys = job.epochs.keys()
    with rooms.store.read() as tx:
        told, rows = tx.keys.epoch(), tx.keys.by_epoch()
    is_ahead = epoch > 1 and told != epoch
    return is_ahead or any(one != epoch for one in rows) or any(one != epoch for one in keys)


def _derived(rooms: Rooms) -> Epoch:
    """The key in use before there was a file: it goes into the file, and from there it ends like any other."""
    return Epoch(rooms.vault.epoch, rooms.now(), rooms.vault.derived_kek(rooms.vault.epoch))


@again_after_conflict
def _begin(rooms: Rooms, run: Run, epoch: int) -> None:
    with rooms.store.begin() as tx:
        run.renew(tx)
        if tx.keys.epoch() != epoch:
            tx.keys.begin(epoch)
            _record(rooms, tx, run, "epoch.begun", f"epoch.{epoch}")


@again_after_conflict
def _rewrap(rooms: Rooms, run: Run) -> int:
    with rooms.store.begin() as tx:
        run.renew(tx)
        done = tx.keys.rewrap(BATCH)
        if done:
            _record(rooms, tx, run, "rewrapped", f"keys.{done}")
    return done


def _end_old(rooms: Rooms, run: Run, job: RotationJob, epoch: int) -> tuple[int, ...]:
    _, keys = job.epochs.keys()
    # Older ones only: a rotation that was stopped for long may begin another epoch just now, and whoever opens uses it.
    old = tuple(number for number in sorted(keys) if number < epoch)
    for number in old:
        _check_unused(rooms, run, number)
        job.epochs.end(number, rooms.now())
    return old


@again_after_conflict
def _check_unused(rooms: Rooms, run: Run, number: int) -> None:
    """From here on nobody can wrap under an old epoch: the database says which is current, and all ask it."""
    with rooms.store.begin() as tx:
        tx.keys.hold()
        run.renew(tx)
        if left := tx.keys.by_epoch().get(number):
            raise ConfigError(
                f"{left} keys are still wrapped under epoch {number}.", fix="Run 'hub keys rotate' again."
            )
        _record(rooms, tx, run, "epoch.destroyed", f"epoch.{number}")


def copy_keys(store: Store, path: Path) -> int:
    """This writes all persons' wrapped keys to a file that replaces the last; gives how many they are."""
    count = 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        with store.read() as tx:
            for person, wrapped, reference in tx.keys.rows():
                count += 1
                row = {"person": person, "wrapped": base64.b64encode(wrapped).decode(), "audit_ref": reference}
                yield json.dumps(row).encode() + b"\n"

    write_lines(path, lines())
    return count


def read_copy(path: Path) -> dict[str, tuple[bytes, str]]:
    """This is what ``copy_keys`` wrote, by person: the wrapped key and the audit reference; raises ConfigError."""
    if not path.exists():
        return {}
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]
        return {row["person"]: (base64.b64decode(row["wrapped"]), row["audit_ref"]) for row in rows}
    except (OSError, ValueError, KeyError, TypeError):
        raise ConfigError(
            f"{path}: this is no copy of persons' keys.", fix="Restore the file, or move it away."
        ) from None


def _record(rooms: Rooms, tx: Tx, run: Run, outcome: str, reason: str) -> None:
    rooms.audit.record(tx, [AuditEntry(type="key", outcome=outcome, reasons=(reason,), run=run.id)])
