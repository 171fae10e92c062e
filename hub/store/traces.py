"""Traces: whatever is left of people in any table, counted once more after an erasure."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Text, and_, cast, func, or_, select, update

from hub.store.ledger import UNLINKED
from hub.store.statements import among, chunks
from hub.store.tables import (
    audit_detail,
    consent_events,
    consent_reviews,
    deliveries,
    identifiers,
    outcomes,
    person_keys,
    profiles,
    records,
    tag_judgements,
    tag_reviews,
    tags,
)
from hub.store.unit import Unit

_ROWS = (
    records, tags, tag_reviews, tag_judgements, identifiers, profiles, person_keys, audit_detail, consent_reviews,
)  # fmt: skip
_SEALED = (consent_events.c.sealed, deliveries.c.payload, deliveries.c.vendor_ref)


def traces(unit: Unit, person_ids: Sequence[str]) -> dict[str, int]:
    """This counts the rows that hold anything of these people, by table; an empty answer is what an erasure wants."""
    found: dict[str, int] = {}
    for chunk in chunks(person_ids):
        for table in _ROWS:
            found[table.name] = found.get(table.name, 0) + _count(unit, table, among(table.c.person_id, chunk))
        for column in _SEALED:
            mine = and_(among(column.table.c.person_id, chunk), column.is_not(None))
            found[column.table.name] = found.get(column.table.name, 0) + _count(unit, column.table, mine)
    return {name: count for name, count in sorted(found.items()) if count}


def wipe(unit: Unit, person_ids: Sequence[str]) -> None:
    """This empties what stays as a tombstone: the rows tell that something was, and no longer what.

    A consent's id and hash go, too: whoever has the root key could make them again of a vendor's id.
    """
    nothing = {"sealed": None, "swept_at": unit.now, "event_id": cast(consent_events.c.seq, Text), "digest": ""}
    for chunk in chunks(person_ids):
        said = and_(among(consent_events.c.person_id, chunk), consent_events.c.type == "consent")
        unit.conn.execute(update(consent_events).where(said).values(nothing))
        # Judgements go with their tag; those of a tag that is by now somebody else's are sealed for nobody.
        for table in (audit_detail, tag_judgements, tag_reviews, consent_reviews):
            unit.conn.execute(table.delete().where(among(table.c.person_id, chunk)))
        sealed = or_(deliveries.c.payload.is_not(None), deliveries.c.vendor_ref.is_not(None))
        rows = update(deliveries).where(among(deliveries.c.person_id, chunk), sealed)
        unit.conn.execute(rows.values(payload=None, vendor_ref=None))


def unlink(unit: Unit, person_ids: Sequence[str]) -> None:
    """This takes the names of erased people out of the ledger, where the rows stay: their sums must hold for ever.

    A vendor's version may be an id of theirs. Nothing finds these rows by person, so that it looks through all outcomes: it
    is for single erasures.
    """
    for chunk in chunks(person_ids):
        rows = update(outcomes).where(among(outcomes.c.person_id, chunk))
        unit.conn.execute(rows.values(person_id=None, version=UNLINKED))
        closed = update(deliveries).where(among(deliveries.c.person_id, chunk), ~deliveries.c.open)
        unit.conn.execute(closed.values(person_id=None))


def _count(unit: Unit, table: FromClause, where: ColumnElement[Any]) -> int:
    return int(unit.conn.execute(select(func.count()).select_from(table).where(where)).scalar_one())
