"""Ends: when what rests must be gone, for rules that have become stricter since it was stored."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from hub.store.statements import among, change, chunks, unique
from hub.store.tables import records, tags
from hub.store.unit import Unit


@dataclass(frozen=True, slots=True)
class End:
    """When something must be gone, and what that was counted from.

    Args:
        id: of the record or tag.
        kind: kind of the record; None for a tag.
        category: personal data category; None for a tag.
        connection: where the record came from.
        occurred_at: when it was said or done, UTC.
        stored_at: when the hub stored the record, UTC.
        expires_at: when it must be gone, UTC; None: no rule set an end.
    """

    id: str
    kind: str | None
    category: str | None
    connection: str
    occurred_at: datetime
    stored_at: datetime
    expires_at: datetime | None


class Ends:
    """A room of the transaction: the ends of records and tags."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def of_records(self, after: str, limit: int) -> list[End]:
        """These are the ends of the next records by id; ask again from the last one."""
        wanted = [records.c[name] for name in End.__slots__]
        query = select(*wanted).where(records.c.id > after).order_by(records.c.id).limit(limit)
        return [End(*row) for row in self._unit.conn.execute(query)]

    def of_tags(self, after: str, limit: int) -> list[End]:
        """The same for tags; where and when is that of the record."""
        wanted = (tags.c.id, records.c.connection, tags.c.occurred_at, records.c.stored_at, tags.c.expires_at)
        query = select(*wanted).join(records, records.c.id == tags.c.record_id)
        query = query.where(tags.c.id > after).order_by(tags.c.id).limit(limit)
        return [End(row[0], None, None, *row[1:]) for row in self._unit.conn.execute(query)]

    def of_sources(self, source_refs: Iterable[str], kinds: Collection[str]) -> list[End]:
        """These are the ends of the records of some kinds that came from vendor records (``Vault.source_ref``)."""
        query = select(*(records.c[name] for name in End.__slots__)).where(records.c.kind.in_(kinds))
        return [
            End(*row)
            for chunk in chunks(unique(source_refs))
            for row in self._unit.conn.execute(query.where(among(records.c.source_ref, chunk)).order_by(records.c.id))
        ]

    def renew(self, ids: Iterable[str], end: datetime) -> None:
        """This counts records as stored now, with an end that goes with it: they were read once more."""
        self._set(ids, stored_at=self._unit.now, expires_at=end)

    def end_now(self, ids: Iterable[str]) -> None:
        """This makes records due at once; what a legal hold keeps goes with the hold."""
        self._set(ids, expires_at=self._unit.now)

    def _set(self, ids: Iterable[str], **values: datetime) -> None:
        for chunk in chunks(ids):
            self._unit.conn.execute(update(records).where(among(records.c.id, chunk)).values(values))

    def bring_forward(self, earlier: Mapping[End, datetime]) -> None:
        """This gives things an earlier end."""
        for table, are_tags in ((records, False), (tags, True)):
            rows = [{"id": end.id, "expires_at": at} for end, at in earlier.items() if (end.kind is None) == are_tags]
            change(self._unit.conn, table, rows)


__all__ = ["End", "Ends"]
