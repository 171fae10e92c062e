"""What failed and waits for somebody, rows of pushes and records of pulls alike, as people choose and read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.app import Hub
from hub.errors import ConfigError
from hub.store.dead_letters import DeadLetter
from hub.store.quarantine import Quarantined
from hub.store.store import Tx

_PAGE = 100_000


@dataclass(frozen=True, slots=True)
class Failure:
    """One line of ``hub outcomes dead``; for a record, ``object`` is the stream and ``id`` where it is at the vendor."""

    id: str
    kind: str
    sync: str
    object: str
    target: str
    reason: str
    attempts: int
    since: datetime | None
    next_step: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which failures somebody means: those named, or all that fit.

    Args:
        numbers: ids of rows.
        keys: (connection, stream, vendor key) of records.
        sync: only of this sync.
        reason: only with this code.
    """

    numbers: tuple[int, ...]
    keys: tuple[tuple[str, str, str], ...]
    sync: str | None
    reason: str | None

    def letters(self, hub: Hub, limit: int = _PAGE) -> list[DeadLetter]:
        """These are the rows that are meant."""
        if self.keys and not self.numbers:
            return []
        with hub.store.read() as tx:
            return tx.dead_letters.find(sync=self.sync, reason=self.reason, ids=self.numbers, limit=limit)

    def unread(self, hub: Hub, limit: int = _PAGE) -> list[Quarantined]:
        """These are the records that are meant."""
        if self.numbers and not self.keys:
            return []
        streams = _streams(hub, self.sync)
        with hub.store.read() as tx:
            found = tx.quarantine.list(limit, connections=sorted({one for one, _ in streams}), reason=self.reason)
        wanted = set(self.keys)
        return [
            one
            for one in found
            if (one.connection, one.stream) in streams
            and (not wanted or (one.connection, one.stream, one.key) in wanted)
        ]


def choose(ids: Sequence[str], sync: str | None, reason: str | None) -> Chosen:
    """This reads what somebody typed: numbers name rows, ``connection/stream/key`` names a record."""
    keys = []
    for one in ids:
        if one.isdecimal():
            continue
        parts = tuple(one.split("/", 2))
        if len(parts) != 3:
            raise ConfigError("An id is a number, or CONNECTION/STREAM/KEY.", fix="See 'hub outcomes dead'.")
        keys.append((parts[0], parts[1], parts[2]))
    return Chosen(tuple(int(one) for one in ids if one.isdecimal()), tuple(keys), sync, reason)


def require_sync(hub: Hub, sync: str | None) -> None:
    """This refuses a sync that neither the settings nor the ledger know: nothing would be found, as if all were well."""
    if sync is not None and sync not in hub.deployment.settings.syncs:
        with hub.store.read() as tx:
            ran = tx.ledger.runs(1, sync)
        if not ran:
            hub.sync(sync)  # tells which ones there are


def failures(hub: Hub, chosen: Chosen, limit: int) -> list[Failure]:
    """These are the chosen failures, oldest first."""
    letters, unread = chosen.letters(hub, limit), chosen.unread(hub, limit)
    names = _streams(hub, chosen.sync)
    with hub.store.read() as tx:
        rows = [_of_letter(letter) for letter in letters]
        rows += [_of_record(tx, one, names[one.connection, one.stream]) for one in unread]
    return sorted(rows, key=lambda row: (row.since is None, row.since))[:limit]


def _streams(hub: Hub, sync: str | None) -> dict[tuple[str, str], str]:
    """The pulls that read each stream; a stream that no pull reads any more is still somebody's."""
    names: dict[tuple[str, str], list[str]] = {}
    for name, settings in sorted(hub.deployment.settings.syncs.items()):
        if sync in (None, name):
            for stream in settings.streams:
                names.setdefault((settings.connection, stream), []).append(name)
    if sync is None:
        with hub.store.read() as tx:
            for place in tx.quarantine.places():
                names.setdefault(place, [])
    return {place: ", ".join(many) for place, many in names.items()}


def _of_letter(letter: DeadLetter) -> Failure:
    step = (
        "see whether the system is well again, then: hub outcomes retry"
        if letter.retryable
        else "mend the row, its mapping or the hub's rights there, then: hub outcomes retry"
    )
    return Failure(
        id=str(letter.id),
        kind="push",
        sync=letter.sync,
        object=letter.object,
        target=letter.target_ref,
        reason=letter.reason,
        attempts=letter.attempts,
        since=letter.since,
        next_step=f"{step} {letter.id}",
    )


def _of_record(tx: Tx, one: Quarantined, sync: str) -> Failure:
    attempts, since = tx.quarantine.tries(one)
    place = f"{one.connection}/{one.stream}/{one.key}"
    waiting = "marked; the next pull that can reads it anew" if one.wanted_at else None
    return Failure(
        id=place,
        kind="pull",
        sync=sync,
        object=one.stream,
        target=one.key,
        reason=one.reason,
        attempts=attempts,
        since=since or one.at,
        next_step=waiting or f"mend the mapping or the record there, then: hub outcomes retry {place}",
    )
