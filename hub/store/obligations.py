"""Obligations: what people must do by hand at other systems, with an owner and a date."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, insert, or_, select, update

from hub.errors import FatalError
from hub.store.tables import obligations
from hub.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Obligation:
    """One thing to do at one system; times are UTC.

    Args:
        id: number to close it by.
        audit_ref: the person's name in the audit log.
        system: connection where it must be done.
        what: a code, or a sentence without personal data.
        owner: who must do it.
        opened_at: since when.
        due: until when.
        closed_at: None while it is open.
        outcome: how it ended.
    """

    id: int
    audit_ref: str
    system: str
    what: str
    owner: str
    opened_at: datetime
    due: datetime
    closed_at: datetime | None
    outcome: str | None


class Obligations:
    """A room of the transaction: obligations."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def open(self, audit_ref: str, system: str, what: str, owner: str, due: datetime) -> int:
        """This opens an obligation and gives its number; the same one that is open already stays one."""
        same = select(obligations.c.id).where(
            obligations.c.audit_ref == audit_ref, obligations.c.system == system, obligations.c.what == what,
            obligations.c.closed_at.is_(None),
        )  # fmt: skip
        known = self._unit.conn.execute(same).scalar()
        if known is not None:
            return int(known)
        row = {"audit_ref": audit_ref, "system": system, "what": what, "owner": owner, "due": due}
        made = self._unit.conn.execute(insert(obligations).values(**row, opened_at=self._unit.now))
        (number,) = made.inserted_primary_key or (None,)
        return int(number or 0)

    def list(
        self, limit: int = 100, *, system: str | None = None, what: str | None = None, after: Obligation | None = None
    ) -> list[Obligation]:
        """These are the open obligations, soonest due first; pass the last one as ``after`` to go on."""
        query = select(obligations).where(obligations.c.closed_at.is_(None))
        query = query if system is None else query.where(obligations.c.system == system)
        query = query if what is None else query.where(obligations.c.what == what)
        if after is not None:
            same = and_(obligations.c.due == after.due, obligations.c.id > after.id)
            query = query.where(or_(obligations.c.due > after.due, same))
        rows = self._unit.conn.execute(query.order_by(obligations.c.due, obligations.c.id).limit(limit)).mappings()
        return [Obligation(**row) for row in rows]

    def counts(self) -> tuple[int, int]:
        """This is how many are open, and how many of those should have been done by now."""
        open_ = select(func.count(), func.count(case((obligations.c.due < self._unit.now, 1))))
        total, late = self._unit.conn.execute(open_.where(obligations.c.closed_at.is_(None))).one()
        return int(total), int(late)

    def by_system(self, what: str) -> dict[str, tuple[int, int]]:
        """This is how many of one kind are open at each system, and how many of those should have been done by now."""
        late = func.count(case((obligations.c.due < self._unit.now, 1)))
        query = select(obligations.c.system, func.count(), late).where(obligations.c.closed_at.is_(None))
        rows = self._unit.conn.execute(query.where(obligations.c.what == what).group_by(obligations.c.system))
        return {system: (int(total), int(overdue)) for system, total, overdue in sorted(map(tuple, rows))}

    def get(self, number: int) -> Obligation | None:
        """This is an obligation by its number, open or closed."""
        row = self._unit.conn.execute(select(obligations).where(obligations.c.id == number)).mappings().one_or_none()
        return None if row is None else Obligation(**row)

    def of(self, audit_ref: str, system: str) -> dict[str, Obligation]:
        """These are all obligations about a person at a system, by what is to be done; of several the latest."""
        mine = select(obligations).where(obligations.c.audit_ref == audit_ref, obligations.c.system == system)
        rows = self._unit.conn.execute(mine.order_by(obligations.c.id)).mappings()
        return {row["what"]: Obligation(**row) for row in rows}

    def close(self, number: int, outcome: str) -> None:
        """This closes an obligation; FatalError where it is not open."""
        if not self.end(number, outcome):
            raise FatalError(f"Obligation {number} is not open.")

    def end(self, number: int, outcome: str) -> bool:
        """This closes an obligation unless somebody else has; tells whether it did."""
        mine = update(obligations).where(obligations.c.id == number, obligations.c.closed_at.is_(None))
        return self._unit.conn.execute(mine.values(closed_at=self._unit.now, outcome=outcome)).rowcount == 1
