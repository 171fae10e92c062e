"""Leases: one holder at a time for each sync, until a time, with a fencing token."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from hub.errors import LockedError
from hub.store.statements import add_missing
from hub.store.tables import leases
from hub.store.unit import Unit


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

        A holder that asks again for its own lease is refused as well: two runs may carry the same name.
        """
        never = {"name": sync, "holder": None, "token": 0, "expires_at": self._unit.now}
        add_missing(self._unit.conn, leases, [never])
        row = self._unit.conn.execute(select(leases).where(leases.c.name == sync).with_for_update()).one()
        if row.holder is not None and row.expires_at > self._unit.now:
            raise LockedError(
                f"Sync {sync} is being run by {row.holder} until {row.expires_at:%Y-%m-%dT%H:%M:%SZ}.",
                fix="Wait for it to end; a lease that nobody renews runs out by itself.",
            )
        self._unit.conn.execute(
            update(leases)
            .where(leases.c.name == sync)
            .values(holder=holder, token=row.token + 1, expires_at=self._unit.now + ttl)
        )
        return int(row.token) + 1

    def renew(self, sync: str, token: int, ttl: timedelta) -> None:
        """This prolongs a lease from now; LockedError where somebody took it over. Do it in each batch's transaction."""
        mine = update(leases).where(leases.c.name == sync, leases.c.token == token, leases.c.holder.is_not(None))
        if self._unit.conn.execute(mine.values(expires_at=self._unit.now + ttl)).rowcount != 1:
            raise LockedError(f"Sync {sync} was taken over by another run.", fix="Stop; the other run goes on.")

    def release(self, sync: str, token: int) -> bool:
        """This gives a lease back; False, and harmless, where somebody took it over."""
        mine = update(leases).where(leases.c.name == sync, leases.c.token == token)
        return self._unit.conn.execute(mine.values(holder=None, expires_at=self._unit.now)).rowcount == 1

    def held(self) -> list[Lease]:
        """These are the leases that are held and have not run out."""
        query = select(leases).where(leases.c.holder.is_not(None), leases.c.expires_at > self._unit.now)
        rows = self._unit.conn.execute(query.order_by(leases.c.name))
        return [Lease(row.name, row.holder, row.token, row.expires_at) for row in rows]
