"""Grants: looks at one person's emotion that somebody asked for, and that a second person approved for some hours."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from hub.errors import ConfigError
from hub.store.tables import access_grants
from hub.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Grant:
    """One look that was asked for; times are UTC.

    Args:
        id: number to approve it by.
        scope: whom it is about: an audit reference, or ``sync:NAME``.
        purpose: what for.
        reason: why, as a code.
        asked_by: who would look.
        asked_at: since when it waits.
        approved_by: the second person; None while nobody has approved it.
        approved_at: when they did.
        expires_at: when the approval ends.
    """

    id: int
    scope: str
    purpose: str
    reason: str
    asked_by: str
    asked_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None
    expires_at: datetime | None = None


class Grants:
    """A room of the transaction: grants."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def ask(self, scope: str, purpose: str, reason: str, asked_by: str) -> int:
        """This puts on record that somebody wants to look, and gives the number."""
        row = {"scope": scope, "purpose": purpose, "reason": reason, "asked_by": asked_by, "asked_at": self._unit.now}
        made = self._unit.conn.execute(insert(access_grants).values(**row))
        (number,) = made.inserted_primary_key or (None,)
        return int(number or 0)

    def get(self, number: int) -> Grant:
        """This is one grant; ConfigError where there is none."""
        query = select(access_grants).where(access_grants.c.id == number)
        row = self._unit.conn.execute(query).mappings().one_or_none()
        if row is None:
            raise ConfigError(f"nobody asked for look {number}.", fix="See 'hub access list'.")
        return Grant(**row)

    def approve(self, number: int, approved_by: str, hours: int) -> Grant:
        """This approves a look from now on; a second approval changes nothing. ConfigError where it was approved already."""
        values = {
            "approved_by": approved_by,
            "approved_at": self._unit.now,
            "expires_at": self._unit.now + timedelta(hours=hours),
        }
        waiting = (access_grants.c.id == number) & access_grants.c.approved_by.is_(None)
        if self._unit.conn.execute(update(access_grants).where(waiting).values(values)).rowcount != 1:
            raise ConfigError(f"look {number} was approved before.", fix="Ask anew: 'hub access request'.")
        return self.get(number)

    def stands(self, scope: str, purpose: str, reason: str, asked_by: str) -> bool:
        """This tells whether a second person's approval of exactly this look stands now."""
        query = select(access_grants.c.approved_by).where(
            access_grants.c.scope == scope, access_grants.c.purpose == purpose, access_grants.c.reason == reason,
            access_grants.c.asked_by == asked_by, access_grants.c.approved_by.is_not(None),
            access_grants.c.approved_by != asked_by, access_grants.c.expires_at > self._unit.now,
        )  # fmt: skip
        return self._unit.conn.execute(query.limit(1)).first() is not None

    def list(self, limit: int = 100) -> list[Grant]:
        """These are the latest, newest first."""
        query = select(access_grants).order_by(access_grants.c.id.desc()).limit(limit)
        return [Grant(**row) for row in self._unit.conn.execute(query).mappings()]
