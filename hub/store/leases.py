"""Leases: one holder at a time for each sync, until a time, with a fencing token.

A part of a sync has a lease of its own, named ``SYNC#PART``: parts run side by side, but never beside the whole sync.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, update

from hub.errors import LockedError
from hub.store.statements import add_missing
from hub.store.tables import leases
from hub.store.unit import Unit

PART = "#"
"""What stands between the name of a sync and that of its part."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds a sync.

    Args:
        sync: name of the lock.
        holder: who holds it.
        token: fencing token; a later holder has a greater one.
        expires_at: when anybody may take it over, UTC.
    """

    sync: str
    holder: str
    token: int
    expires_at: datetime


class Leases:
    """A room of the transaction: leases."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def acquire(self, sync: str, holder: str, ttl: timedelta) -> int:
        """This takes a free or run-out lease and gives its fencing token; LockedError where another holder has it.

        A holder that asks again for its own lease is refused as well: two runs may carry the same name. A whole sync is
        refused while one of its parts is held, and a part while the whole sync is; run-out ones among them are fenced off.
        """
        whole = sync.partition(PART)[0]
        never = {"holder": None, "token": 0, "expires_at": self._unit.now}
        add_missing(self._unit.conn, leases, [{"name": name, **never} for name in sorted({whole, sync})])
        # Parts and whole meet at the row of the whole sync, so that none overlooks another that is just starting.
        rows = {row.name: row for row in self._lock({whole, sync})}
        others = _parts_of(sync) if sync == whole else leases.c.name == whole
        for row in (rows[sync], *self._unit.conn.execute(select(leases).where(others))):
            if row.holder is not None and row.expires_at > self._unit.now:
                raise LockedError(
                    f"Sync {row.name} is being run by {row.holder} until {row.expires_at:%Y-%m-%dT%H:%M:%SZ}.",
                    fix="Wait for it to end; a lease that nobody renews runs out by itself.",
                )
        self._unit.conn.execute(update(leases).where(others).values(holder=None, token=leases.c.token + 1))
        taken = {"holder": holder, "token": rows[sync].token + 1, "expires_at": self._unit.now + ttl}
        self._unit.conn.execute(update(leases).where(leases.c.name == sync).values(taken))
        return int(taken["token"])

    def _lock(self, names: set[str]) -> list[Row[Any]]:
        found = []
        for name in sorted(names):  # always in this order: the whole before its part
            found.append(self._unit.conn.execute(select(leases).where(leases.c.name == name).with_for_update()).one())
        return found

    def renew(self, sync: str, token: int, ttl: timedelta) -> None:
        """This prolongs a lease from now; LockedError where somebody took it over. Do it in each batch's transaction."""
        mine = update(leases).where(_held_under(sync, token))
        if self._unit.conn.execute(mine.values(expires_at=self._unit.now + ttl)).rowcount != 1:
            raise _taken_over(sync)

    def require(self, sync: str, token: int) -> None:
        """This only looks whether a lease is still the caller's; LockedError where somebody took it over."""
        if self._unit.conn.execute(select(leases.c.name).where(_held_under(sync, token))).first() is None:
            raise _taken_over(sync)

    def release(self, sync: str, token: int) -> bool:
        """This gives a lease back; False, and harmless, where somebody took it over."""
        mine = update(leases).where(leases.c.name == sync, leases.c.token == token)
        return self._unit.conn.execute(mine.values(holder=None, expires_at=self._unit.now)).rowcount == 1

    def held(self) -> list[Lease]:
        """These are the leases that are held and have not run out."""
        query = select(leases).where(leases.c.holder.is_not(None), leases.c.expires_at > self._unit.now)
        rows = self._unit.conn.execute(query.order_by(leases.c.name))
        return [Lease(row.name, row.holder, row.token, row.expires_at) for row in rows]


def _held_under(sync: str, token: int) -> ColumnElement[bool]:
    return (leases.c.name == sync) & (leases.c.token == token) & leases.c.holder.is_not(None)


def _taken_over(sync: str) -> LockedError:
    return LockedError(f"Sync {sync} was taken over by another run.", fix="Stop; the other run goes on.")


def _parts_of(sync: str) -> ColumnElement[bool]:
    prefix = sync + PART
    return func.substr(leases.c.name, 1, len(prefix)) == prefix
