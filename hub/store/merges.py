"""Merges: which persons turned out to be one, and which of them somebody has parted again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from hub.store import components
from hub.store.statements import among, chunks, unique
from hub.store.tables import identifiers, merges, persons
from hub.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Merge:
    """One merge that stands.

    Args:
        gone: the person who became part of another.
        keep: that other.
        reason: why, as a code.
        at: when, UTC.
    """

    gone: str
    keep: str
    reason: str
    at: datetime


class Merges:
    """A room of the transaction: merges of persons; ``Persons`` makes and undoes them."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def of(self, person_id: str) -> list[Merge]:
        """These merges made a person of several, in the order in which they happened."""
        everybody = components.members(self._unit.conn, [person_id]).get(person_id, [])
        wanted = [merges.c[name] for name in Merge.__slots__]
        found: list[Merge] = []
        for chunk in chunks(everybody):
            query = select(*wanted).where(among(merges.c.gone, chunk), merges.c.undone_at.is_(None))
            found += [Merge(*row) for row in self._unit.conn.execute(query)]
        return sorted(found, key=lambda one: (one.at, one.gone))

    def known_by(self, person_id: str) -> list[str]:
        """These are the kinds of identifier that a person brought, before merges, with issuers where they have one."""
        mine = identifiers.c.person_id == person_id
        rows = self._unit.conn.execute(select(identifiers.c.kind, identifiers.c.issuer).where(mine).distinct())
        return sorted(f"{kind} of {issuer}" if issuer else str(kind) for kind, issuer in rows)

    def parted(self, person_ids: Collection[str]) -> set[frozenset[str]]:
        """These pairs of persons, who stand for all merged with them, were one and were parted: not to be merged again."""
        keep, gone = persons.alias("keep"), persons.alias("gone")
        joined = merges.join(keep, keep.c.id == merges.c.keep).join(gone, gone.c.id == merges.c.gone)
        query = select(keep.c.root, gone.c.root).select_from(joined).where(merges.c.undone_at.is_not(None))
        found: set[frozenset[str]] = set()
        for chunk in chunks(unique(person_ids)):
            rows = self._unit.conn.execute(query.where(among(gone.c.root, chunk)))
            found |= {frozenset(row) for row in rows if row[0] in person_ids}
        return {pair for pair in found if len(pair) > 1}


__all__ = ["Merge", "Merges"]
