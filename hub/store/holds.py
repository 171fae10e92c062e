"""Legal holds: what must stay, whatever retention or an erasure says, until somebody releases it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, insert, or_, select, text, update

from hub.errors import FatalError
from hub.store import components
from hub.store.statements import among, chunks, unique
from hub.store.tables import holds
from hub.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Hold:
    """One legal hold; times are UTC.

    Args:
        id: number to release it by.
        person_id: whom it concerns.
        record_id: the one record that it keeps; None: everything about the person.
        system: the one connection where it keeps things; None: here.
        reason: why, as a case number or code; never a name.
        placed_by: who placed it.
        placed_at: since when.
        released_at: None while it stands.
        released_by: who released it.
        release_reason: why.
    """

    id: int
    person_id: str
    record_id: str | None
    system: str | None
    reason: str
    placed_by: str
    placed_at: datetime
    released_at: datetime | None = None
    released_by: str | None = None
    release_reason: str | None = None

    @property
    def is_total(self) -> bool:
        """Whether it keeps everything about the person."""
        return self.record_id is None and self.system is None


class Holds:
    """A room of the transaction: legal holds."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def place(
        self, person_id: str, *, reason: str, actor: str, record_id: str | None = None, system: str | None = None
    ) -> int:
        """This places a hold and gives its number."""
        made = self._unit.conn.execute(insert(holds).values(
            person_id=person_id, record_id=record_id, system=system, reason=reason, placed_by=actor,
            placed_at=self._unit.now,
        ))  # fmt: skip
        (number,) = made.inserted_primary_key or (None,)
        return int(number or 0)

    def release(self, number: int, *, reason: str, actor: str) -> Hold:
        """This releases a hold and gives it; FatalError where it does not stand."""
        standing = and_(holds.c.id == number, holds.c.released_at.is_(None))
        ended = {"released_at": self._unit.now, "released_by": actor, "release_reason": reason}
        if self._unit.conn.execute(update(holds).where(standing).values(ended)).rowcount != 1:
            raise FatalError(f"Hold {number} does not stand.", fix="See 'hub person holds'.")
        row = self._unit.conn.execute(select(holds).where(holds.c.id == number)).mappings().one()
        return Hold(**row)

    def standing(self, person_ids: Iterable[str]) -> list[Hold]:
        """These are the holds on people and all merged with them, oldest first."""
        groups = components.members(self._unit.conn, unique(person_ids))
        found: list[Hold] = []
        for chunk in chunks(unique(member for group in groups.values() for member in group)):
            query = select(holds).where(among(holds.c.person_id, chunk), text("released_at IS NULL"))
            found.extend(Hold(**row) for row in self._unit.conn.execute(query.order_by(holds.c.id)).mappings())
        return found

    def list(self, limit: int = 100) -> Sequence[Hold]:
        """These are all standing holds, oldest first."""
        query = select(holds).where(text("released_at IS NULL")).order_by(holds.c.id).limit(limit)
        return [Hold(**row) for row in self._unit.conn.execute(query).mappings()]


def held(person_id: ColumnElement[str], record_id: ColumnElement[str]) -> ColumnElement[bool]:
    """This holds for rows of other tables that a standing hold keeps here."""
    covers = or_(holds.c.record_id.is_(None), holds.c.record_id == record_id)
    return exists().where(
        holds.c.person_id == person_id, text("holds.released_at IS NULL"), holds.c.system.is_(None), covers
    )
