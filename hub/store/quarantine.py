"""The quarantine: where to find the vendor records that could not be read or mapped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from hub.store.statements import Row, chunks, fetch, upsert
from hub.store.tables import quarantine
from hub.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A vendor record that could not be read or mapped. What was in it is not kept: it may hold raw text.

    Args:
        connection: connection it was read from.
        stream: stream it was read from.
        key: the vendor's id.
        version: the vendor's version of it.
        reason: a code.
        run_id: the run that read it.
        at: when that was, UTC; set by the store.
    """

    connection: str
    stream: str
    key: str
    version: str
    reason: str
    run_id: str
    at: datetime | None = None


class Quarantine:
    """A room of the transaction: quarantined vendor records, the latest failure of each."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def put(self, failed: Sequence[Quarantined]) -> None:
        """This notes failed records; a record that fails again replaces its own note."""
        rows = {row["ref"]: row for row in map(self._row, failed)}
        upsert(self._unit.conn, quarantine, list(rows.values()))

    def list(self, limit: int) -> list[Quarantined]:
        """These are the oldest quarantined records."""
        query = select(quarantine).order_by(quarantine.c.at, quarantine.c.ref).limit(limit)
        return [self._open(row) for row in fetch(self._unit.conn, query)]

    def release(self, refs: Iterable[str]) -> int:
        """This forgets records (``Vault.source_ref``) that were read well since; gives how many there were."""
        return sum(
            self._unit.conn.execute(delete(quarantine).where(quarantine.c.ref.in_(chunk))).rowcount
            for chunk in chunks(refs)
        )

    def count(self) -> int:
        """This is how many records are quarantined."""
        return int(self._unit.conn.execute(select(func.count()).select_from(quarantine)).scalar_one())

    def _row(self, one: Quarantined) -> Row:
        ref = self._unit.vault.source_ref(one.connection, one.stream, one.key)
        return {
            "ref": ref,
            "connection": one.connection,
            "stream": one.stream,
            "vendor_key": self._unit.vault.seal_tenant(one.key.encode(), f"quarantine|{ref}"),
            "version": one.version,
            "reason": one.reason,
            "run_id": one.run_id,
            "at": self._unit.now,
        }

    def _open(self, row: Row) -> Quarantined:
        key = self._unit.vault.open_tenant(row["vendor_key"], f"quarantine|{row['ref']}").decode()
        names = ("connection", "stream", "version", "reason", "run_id", "at")
        return Quarantined(key=key, **{name: row[name] for name in names})
