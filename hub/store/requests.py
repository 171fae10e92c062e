"""Requests: what people asked for, and by when they must have an answer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, func, insert, literal, select, text, update

from hub.errors import FatalError
from hub.store.tables import requests
from hub.store.unit import Unit


class RequestKind(StrEnum):
    """What somebody asks for."""

    ACCESS = "access"
    ERASURE = "erasure"


@dataclass(frozen=True, slots=True)
class Request:
    """One request; times are UTC.

    Args:
        id: its number.
        person_id: who asked.
        kind: for what.
        law: whose deadlines count, such as GDPR.
        received_at: when it came.
        acknowledge_by: when the person must have heard that it came; None: no such rule.
        due_at: when it must be answered.
        acknowledged_at: when the person heard that it came.
        extended: why more time was taken.
        closed_at: None while it is open.
        outcome: how it ended.
    """

    id: int
    person_id: str
    kind: str
    law: str
    received_at: datetime
    acknowledge_by: datetime | None
    due_at: datetime
    acknowledged_at: datetime | None = None
    extended: str | None = None
    closed_at: datetime | None = None
    outcome: str | None = None

    def overdue(self, now: datetime) -> bool:
        """Whether an answer, or the word that it came, is late."""
        if self.closed_at is not None:
            return False
        unheard = self.acknowledge_by is not None and self.acknowledged_at is None and now > self.acknowledge_by
        return unheard or now > self.due_at


class Requests:
    """A room of the transaction: the register of requests."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def open(
        self,
        person_id: str,
        kind: RequestKind,
        law: str,
        *,
        received_at: datetime,
        due_at: datetime,
        acknowledge_by: datetime | None = None,
    ) -> Request:
        """This puts a request on record; one of the same kind that is open already stays the one."""
        if (known := self.find(person_id, kind)) is not None:
            return known
        self._unit.conn.execute(insert(requests).values(
            person_id=person_id, kind=str(kind), law=law, received_at=received_at, due_at=due_at,
            acknowledge_by=acknowledge_by,
        ))  # fmt: skip
        made = self.find(person_id, kind)
        assert made is not None  # noqa: S101 - written one line above
        return made

    def find(self, person_id: str, kind: RequestKind) -> Request | None:
        """This is the person's open request of a kind."""
        query = select(requests).where(requests.c.person_id == person_id, requests.c.kind == str(kind))
        rows = self._unit.conn.execute(query.where(text("closed_at IS NULL"))).mappings()
        return next((Request(**row) for row in rows), None)

    def get(self, number: int) -> Request:
        """This is one request; FatalError where there is none."""
        row = self._unit.conn.execute(select(requests).where(requests.c.id == number)).mappings().one_or_none()
        if row is None:
            raise FatalError(f"There is no request {number}.", fix="See 'hub requests list'.")
        return Request(**row)

    def list(self, limit: int = 100, *, closed: bool = False) -> list[Request]:
        """These are the requests, soonest due first: the open ones, or all."""
        query = select(requests).order_by(requests.c.due_at, requests.c.id).limit(limit)
        query = query if closed else query.where(text("closed_at IS NULL"))
        return [Request(**row) for row in self._unit.conn.execute(query).mappings()]

    def counts(self, now: datetime) -> tuple[int, int]:
        """This is how many are open, and how many of those are late."""
        open_ = text("closed_at IS NULL")
        unheard = and_(requests.c.acknowledged_at.is_(None), requests.c.acknowledge_by < now)
        count = select(func.count()).select_from(requests).where(open_)
        run = self._unit.conn.execute
        return int(run(count).scalar_one()), int(run(count.where((requests.c.due_at < now) | unheard)).scalar_one())

    def acknowledge(self, number: int) -> None:
        """This puts on record that the person has heard; again is harmless."""
        now = literal(self._unit.now, requests.c.acknowledged_at.type)
        self._change(number, {"acknowledged_at": func.coalesce(requests.c.acknowledged_at, now)})

    def extend(self, number: int, due_at: datetime, reason: str) -> None:
        """This moves the date of an answer, with the reason that the person was told."""
        self._change(number, {"due_at": due_at, "extended": reason})

    def close(self, number: int, outcome: str) -> None:
        """This closes a request."""
        self._change(number, {"closed_at": self._unit.now, "outcome": outcome})

    def _change(self, number: int, values: dict[str, Any]) -> None:
        mine = and_(requests.c.id == number, requests.c.closed_at.is_(None))
        if self._unit.conn.execute(update(requests).where(mine).values(values)).rowcount != 1:
            raise FatalError(f"Request {number} is not open.", fix="See 'hub requests list'.")
