"""The quarantine: where to find the vendor records that could not be read or mapped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, text, update

from hub.store.statements import CHUNK, Row, among, chunks, fetch, upsert
from hub.store.tables import outcomes, quarantine
from hub.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A vendor record that could not be read or mapped. What was in it is not kept: it may hold raw text.

    Args:
        connection: connection it was read from.
        stream: stream it was read from.
        key: the vendor's id.
        version: a keyed hash of the vendor's version of it.
        reason: a code.
        run_id: the run that read it.
        at: when that was, UTC; set by the store.
        wanted_at: since when somebody wants it read anew, UTC.
    """

    connection: str
    stream: str
    key: str
    version: str
    reason: str
    run_id: str
    at: datetime | None = None
    wanted_at: datetime | None = None


class Quarantine:
    """A room of the transaction: quarantined vendor records, the latest failure of each."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def put(self, failed: Sequence[Quarantined]) -> None:
        """This notes failed records; a record that fails again replaces its own note."""
        rows = {row["ref"]: row for row in map(self._row, failed)}
        upsert(self._unit.conn, quarantine, list(rows.values()))

    def want(self, keys: Sequence[tuple[str, str, str]]) -> int:
        """This marks records, as (connection, stream, vendor key), to be read anew; gives how many there are."""
        refs = [self._unit.vault.source_ref(*key) for key in keys]
        return sum(
            self._unit.conn.execute(
                update(quarantine).where(among(quarantine.c.ref, chunk)).values(wanted_at=self._unit.now)
            ).rowcount
            for chunk in chunks(refs)
        )

    def wanted(self, connection: str, stream: str, limit: int = CHUNK) -> list[Quarantined]:
        """These are records of one stream that somebody wants read anew, the longest wanted first.

        A source that can fetch by key reads these. Whatever comes of it ends the wish: what is read well is released, what
        fails again replaces its note.
        """
        query = select(quarantine).where(quarantine.c.connection == connection, quarantine.c.stream == stream)
        query = query.where(quarantine.c.wanted_at.is_not(None)).order_by(quarantine.c.wanted_at, quarantine.c.ref)
        return [self._open(row) for row in fetch(self._unit.conn, query.limit(limit))]

    def tries(self, one: Quarantined) -> tuple[int, datetime | None]:
        """This is how often a record was quarantined by now, and when it was first, as the ledger tells."""
        ref = self._unit.vault.source_ref(one.connection, one.stream, one.key)
        query = select(func.count(), func.min(outcomes.c.at)).where(
            outcomes.c.connection == one.connection, outcomes.c.stream == one.stream, outcomes.c.ref == ref,
            text("state <> 'unchanged'"), outcomes.c.state == "quarantined",
        )  # fmt: skip
        count, since = self._unit.conn.execute(query).one()
        return int(count), since

    def expire(self, before: datetime) -> int:
        """This forgets where the records are that were quarantined before then; gives how many it was."""
        return self._unit.conn.execute(delete(quarantine).where(quarantine.c.at < before)).rowcount

    def places(self) -> set[tuple[str, str]]:
        """These are the (connection, stream) pairs that quarantined records come from."""
        query = select(quarantine.c.connection, quarantine.c.stream).distinct()
        return {(connection, stream) for connection, stream in self._unit.conn.execute(query)}

    def list(
        self, limit: int, *, connections: Sequence[str] | None = None, reason: str | None = None
    ) -> list[Quarantined]:
        """These are the oldest quarantined records, of some connections or of all."""
        query = (
            select(quarantine)
            if connections is None
            else select(quarantine).where(quarantine.c.connection.in_(connections))
        )
        query = query if reason is None else query.where(quarantine.c.reason == reason)
        query = query.order_by(quarantine.c.at, quarantine.c.ref).limit(limit)
        return [self._open(row) for row in fetch(self._unit.conn, query)]

    def of(self, connection: str, streams: Iterable[str]) -> dict[str, Quarantined]:
        """These are all quarantined records of some streams, by ``Vault.source_ref``, oldest first."""
        query = select(quarantine).order_by(quarantine.c.at, quarantine.c.ref)
        query = query.where(quarantine.c.connection == connection, quarantine.c.stream.in_(list(streams)))
        return {row["ref"]: self._open(row) for row in fetch(self._unit.conn, query)}

    def release(self, refs: Iterable[str]) -> int:
        """This forgets records (``Vault.source_ref``) that were read well since; gives how many there were."""
        return sum(
            self._unit.conn.execute(delete(quarantine).where(among(quarantine.c.ref, chunk))).rowcount
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
            "wanted_at": None,
        }

    def _open(self, row: Row) -> Quarantined:
        key = self._unit.vault.open_tenant(row["vendor_key"], f"quarantine|{row['ref']}").decode()
        names = ("connection", "stream", "version", "reason", "run_id", "at", "wanted_at")
        return Quarantined(key=key, **{name: row[name] for name in names})
