"""Records: what was said and done, redacted and sealed under the key of the person it is about."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import and_, delete, func, or_, select, text

from hub.errors import FatalError, PolicyError
from hub.schema import PARTY_FIELD, ConsentEvent, EmotionTag, Party, Record, free_text_fields, read_record
from hub.store import components
from hub.store.holds import held
from hub.store.sealing import opened_bytes, sealed_model
from hub.store.statements import Row, among, chunks, fetch, fetch_pages, pairs, unique, upsert
from hub.store.tables import holds, records
from hub.store.tags import Tags
from hub.store.tallies import count_redactions
from hub.store.unit import Unit


class StoredRecord(NamedTuple):
    """A record on its way to rest.

    Args:
        person_id: whose key seals it; for an agent's words, the customer they were said to.
        record: canonical record (its party without name and identifiers), or an emotion tag.
        category: personal data category, for retention.
        expires_at: when it must be gone, UTC; None: no rule sets an end.
        run_id: the run that stores it.
        source_ref: ``Vault.source_ref`` of the vendor record, where it is at hand; else it is made of the provenance.
    """

    person_id: str
    record: Record | EmotionTag
    category: str
    expires_at: datetime | None
    run_id: str
    source_ref: str | None = None


@dataclass(frozen=True, slots=True)
class DueRecord:
    """A record whose time has come.

    Args:
        id: hub id.
        person_id: whom it is about.
        kind: canonical kind.
        category: personal data category.
        expires_at: when it should have been gone, UTC.
        connection: where it came from.
        occurred_at: when it was said or done, UTC.
        stored_at: when the hub stored it, UTC.
    """

    id: str
    person_id: str
    kind: str
    category: str
    expires_at: datetime
    connection: str
    occurred_at: datetime
    stored_at: datetime


class Records:
    """A room of the transaction: canonical records."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def put(self, stored: Sequence[StoredRecord]) -> None:
        """This stores records, replacing those with the same id; emotion tags go to their own table.

        Raises PolicyError for free text without redaction, for a party that still carries name or identifiers, and for
        an erased person; FatalError for consent events, which rest in the consent ledger.
        """
        tags = [one.record for one in stored if isinstance(one.record, EmotionTag)]
        last = {one.record.id: (one, one.record) for one in stored if not isinstance(one.record, EmotionTag)}
        for _, record in last.values():
            _check(record)
        self._unit.keys.load(one.person_id for one, _ in last.values())
        upsert(self._unit.conn, records, [self._row(*pair) for pair in last.values()])
        count_redactions(self._unit, (_taken_out(record) for _, record in last.values()))
        Tags(self._unit).put(tags)

    def get(self, ids: Iterable[str]) -> dict[str, Record]:
        """These are the records by id, opened; unknown ones and those of erased persons are missing."""
        found: dict[str, Record] = {}
        for chunk in chunks(unique(ids)):
            rows = fetch(self._unit.conn, select(records).where(among(records.c.id, chunk)))
            found |= {record.id: record for record in self._open(rows)}
        return found

    def for_person(self, person_id: str, kind: str | None = None) -> list[Record]:
        """These are the records about a person and all merged with it, oldest first."""
        return self.for_persons([person_id], kind).get(person_id, [])

    def for_persons(self, person_ids: Sequence[str], kind: str | None = None) -> dict[str, list[Record]]:
        """These are the records about each person and all merged with it, oldest first; unknown persons are missing."""
        groups = components.members(self._unit.conn, person_ids)
        of_member: dict[str, list[Record]] = {}
        for chunk in chunks(unique(member for group in groups.values() for member in group)):
            query = select(records).where(among(records.c.person_id, chunk))
            query = query if kind is None else query.where(records.c.kind == kind)
            for row, record in self._opened(fetch(self._unit.conn, query)):
                of_member.setdefault(row["person_id"], []).append(record)
        return {
            person_id: sorted((one for member in group for one in of_member.get(member, ())), key=_order)
            for person_id, group in groups.items()
        }

    def held_of(self, person_id: str) -> list[tuple[str, datetime | None, Record]]:
        """These are the records about a person and all merged with it: category, end and the record, oldest first."""
        group = components.members(self._unit.conn, [person_id]).get(person_id, [])
        rows = [
            row for chunk in chunks(group)
            for row in fetch(self._unit.conn, select(records).where(among(records.c.person_id, chunk)))
        ]  # fmt: skip
        found = [(str(row["category"]), row["expires_at"], record) for row, record in self._opened(rows)]
        return sorted(found, key=lambda one: _order(one[2]))

    def of_source(self, source_ref: str) -> list[str]:
        """These are the ids of the records that came from one vendor record (``Vault.source_ref``)."""
        return self.of_sources([source_ref]).get(source_ref, [])

    def of_sources(self, source_refs: Iterable[str]) -> dict[str, list[str]]:
        """This maps vendor records to the ids of the records that came from them."""
        found: dict[str, list[str]] = {}
        for chunk in chunks(unique(source_refs)):
            query = select(records.c.source_ref, records.c.id).where(among(records.c.source_ref, chunk))
            for source_ref, record_id in self._unit.conn.execute(query.order_by(records.c.id)):
                found.setdefault(source_ref, []).append(record_id)
        return found

    def persons_of(self, ids: Iterable[str]) -> dict[str, str]:
        """This maps records to the persons they are about."""
        found: dict[str, str] = {}
        for chunk in chunks(unique(ids)):
            query = select(records.c.id, records.c.person_id).where(among(records.c.id, chunk))
            found.update(pairs(self._unit.conn, query))
        return found

    def delete(self, ids: Iterable[str]) -> int:
        """This deletes records and their tags but what a legal hold keeps; gives how many records it deleted."""
        free = delete(records).where(~held(records.c.person_id, records.c.id))
        return sum(self._unit.conn.execute(free.where(among(records.c.id, chunk))).rowcount for chunk in chunks(ids))

    def purge(self, person_id: str, *, held_too: bool = False) -> int:
        """This deletes all records and tags under one person's key but what a legal hold keeps; gives how many those were."""
        mine = delete(records).where(records.c.person_id == person_id)
        free = mine if held_too else mine.where(~held(records.c.person_id, records.c.id))
        return self._unit.conn.execute(free).rowcount

    def without_any(self, person_ids: Iterable[str]) -> list[str]:
        """These of the persons have no record left, nor has anybody merged with them."""
        groups = components.members(self._unit.conn, unique(person_ids))
        holders: set[str] = set()
        for chunk in chunks(unique(member for group in groups.values() for member in group)):
            query = select(records.c.person_id).distinct().where(among(records.c.person_id, chunk))
            holders.update(self._unit.conn.execute(query).scalars())
        return [person_id for person_id, group in groups.items() if holders.isdisjoint(group)]

    def has_more(self, person_id: str, now: datetime) -> bool:
        """This tells whether something of a person, or of anybody merged with them, is not due yet."""
        group = components.members(self._unit.conn, [person_id]).get(person_id, [person_id])
        stays = or_(records.c.expires_at > now, records.c.expires_at.is_(None))
        query = select(records.c.id).where(among(records.c.person_id, group), stays).limit(1)
        return self._unit.conn.execute(query).first() is not None

    def due(self, now: datetime, limit: int) -> list[DueRecord]:
        """These are the next records to delete, longest overdue first; what a legal hold keeps is left out."""
        wanted = [records.c[name] for name in DueRecord.__slots__]
        query = select(*wanted).where(records.c.expires_at <= now, ~held(records.c.person_id, records.c.id))
        query = query.order_by(records.c.expires_at, records.c.id)
        return [DueRecord(*row) for row in self._unit.conn.execute(query.limit(limit))]

    def due_count(self, now: datetime) -> int:
        """This is how many there are to delete."""
        due = and_(records.c.expires_at <= now, ~held(records.c.person_id, records.c.id))
        return int(self._unit.conn.execute(select(func.count()).where(due)).scalar_one())

    def kept(self, now: datetime) -> int:
        """This is how many records would be due, were it not for a legal hold."""
        covers = or_(holds.c.record_id.is_(None), holds.c.record_id == records.c.id)
        mine = and_(holds.c.person_id == records.c.person_id, covers)
        query = select(func.count(records.c.id.distinct())).select_from(holds.join(records, mine))
        standing = and_(text("released_at IS NULL"), holds.c.system.is_(None), records.c.expires_at <= now)
        return int(self._unit.conn.execute(query.where(standing)).scalar_one())

    def counts(self) -> dict[str, int]:
        """This is how many records there are of each kind."""
        query = select(records.c.kind, func.count()).group_by(records.c.kind).order_by(records.c.kind)
        return pairs(self._unit.conn, query)

    def source_keys(self, connection: str, stream: str) -> Iterator[str]:
        """This yields the vendor keys of all records of a stream, page by page, to ask the vendor whether they live on."""
        query = select(records).where(records.c.connection == connection, records.c.stream == stream)
        for rows in fetch_pages(self._unit.conn, query):
            yield from (record.provenance.key for record in self._open(rows))

    def _open(self, rows: Sequence[Row]) -> Iterator[Record]:
        return (record for _, record in self._opened(rows))

    def _opened(self, rows: Sequence[Row]) -> Iterator[tuple[Row, Record]]:
        self._unit.keys.load(row["person_id"] for row in rows)
        for row in rows:
            body = opened_bytes(self._unit, "records", row["person_id"], row["id"], row["sealed"])
            if body is not None:
                yield row, read_record(body)

    def _row(self, one: StoredRecord, record: Record) -> Row:
        source = record.provenance
        channel = record.__dict__.get("channel")
        return {
            "id": record.id,
            "kind": record.kind,
            "person_id": one.person_id,
            "category": str(one.category),
            "channel": None if channel is None else str(channel),
            "role": str(_party(record).role),
            "case_id": record.__dict__.get("case_id"),
            "connection": source.connection,
            "stream": source.stream,
            "source_ref": one.source_ref or self._unit.vault.source_ref(source.connection, source.stream, source.key),
            "occurred_at": record.occurred_at,
            "expires_at": one.expires_at,
            "run_id": one.run_id,
            "stored_at": self._unit.now,
            "sealed": sealed_model(self._unit, "records", one.person_id, record.id, record),
        }


def _taken_out(record: Record) -> tuple[str, dict[str, int]]:
    redaction = record.__dict__.get("redaction")
    return record.provenance.connection, dict(redaction.entities) if redaction else {}


def _order(record: Record) -> tuple[datetime, str]:
    return record.occurred_at, record.id


def _party(record: Record) -> Party:
    party = getattr(record, PARTY_FIELD[record.kind])
    assert isinstance(party, Party)  # noqa: S101 - true by PARTY_FIELD
    return party


@cache
def _texts(model: type[Record]) -> tuple[str, ...]:
    return free_text_fields(model)


def _check(record: Record) -> None:
    if isinstance(record, ConsentEvent):
        raise FatalError("A consent event was put among the records.", fix="Append it to the consent ledger.")
    texts = [name for name in _texts(type(record)) if getattr(record, name)]
    if texts and record.__dict__.get("redaction") is None:
        raise PolicyError(
            f"A record of kind {record.kind} holds free text ({', '.join(texts)}) that was not redacted.",
            reason="store.unredacted",
            fix="Redact it before it rests; nothing was stored.",
        )
    party = _party(record)
    if party.identifiers or party.name:
        raise PolicyError(
            f"The party of a record of kind {record.kind} still carries a name or identifiers.",
            reason="store.identified",
            fix="Resolve it to a person first; nothing was stored.",
        )
