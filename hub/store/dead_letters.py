"""The dead letters: rows that failed and are not tried again by themselves, until somebody resolves them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select, update

from hub.store.delivery import Change, Closing, DeliveryState
from hub.store.statements import CHUNK, chunks, fetch
from hub.store.tables import deliveries
from hub.store.unit import Unit

_S = DeliveryState


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A row that a destination refused for good, or so often that trying on is no use; its content is sealed.

    Args:
        id: names it at the command line.
        sync: the push.
        connection: the destination.
        object: the destination's object.
        target_ref: keyed hash of the row at the vendor.
        person_id: whom it is about.
        reason: the vendor's code.
        retryable: the vendor's last word was that it may succeed later.
        attempts: how many attempts failed.
        since: when the first of them was selected, UTC.
        at: when the last of them failed, UTC.
        policy: version of the rules that had let it go.
        change: what it would have done to what the vendor was told before.
    """

    id: int
    sync: str
    connection: str
    object: str
    target_ref: str
    person_id: str
    reason: str
    retryable: bool
    attempts: int
    since: datetime
    at: datetime
    policy: str
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """Rows of one push that are not settled: dead letters, waiting to be tried again, sent without an answer, queued."""

    dead: int = 0
    waiting: int = 0
    unanswered: int = 0
    queued: int = 0

    @property
    def stuck(self) -> int:
        """This is how many of them do not get through."""
        return self.dead + self.waiting + self.unanswered


class DeadLetters:
    """A room of the transaction: a view of the deliveries that failed for good."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def find(
        self,
        *,
        sync: str | None = None,
        reason: str | None = None,
        ids: Sequence[int] = (),
        limit: int = CHUNK,
        after: int = 0,
    ) -> list[DeadLetter]:
        """These are the oldest dead letters that fit; pass the last ``id`` as ``after`` to go on."""
        found: list[DeadLetter] = []
        for chunk in chunks(sorted(set(ids))) if ids else [[]]:
            query = select(deliveries).where(_DEAD, deliveries.c.id > after).order_by(deliveries.c.id).limit(limit)
            found += self._letters(_narrowed(query, sync, reason, chunk))
        return found[:limit]

    def count(self, sync: str | None = None) -> int:
        """This is how many dead letters there are, of one push or of all."""
        query = _narrowed(select(func.count()).select_from(deliveries).where(_DEAD), sync, None, ())
        return int(self._unit.conn.execute(query).scalar_one())

    def close(self, ids: Sequence[int], how: Closing) -> list[int]:
        """This resolves dead letters: the rows stay failed and their payloads go; gives those that were open."""
        found: list[int] = []
        for chunk in chunks(ids):
            mine = update(deliveries).where(_DEAD, deliveries.c.id.in_(chunk)).returning(deliveries.c.id)
            found += self._unit.conn.execute(mine.values(**self._closed(how))).scalars()
        return found

    def expire(self, before: datetime, limit: int = CHUNK) -> list[DeadLetter]:
        """This resolves the dead letters that failed before then, some at a time, and gives them."""
        query = select(deliveries).where(_DEAD, deliveries.c.updated_at < before).order_by(deliveries.c.id).limit(limit)
        found = self._letters(query)
        self.close([letter.id for letter in found], Closing.EXPIRED)
        return found

    def backlogs(self) -> dict[str, Backlog]:
        """This tells for each push with unsettled rows how many there are."""
        kind = case(
            (_DEAD, "dead"),
            (deliveries.c.state == _S.FAILED, "waiting"),
            (deliveries.c.state == _S.PENDING, "queued"),
            else_="unanswered",
        )
        query = select(deliveries.c.sync, kind, func.count()).where(deliveries.c.open).group_by(deliveries.c.sync, kind)
        told: dict[str, dict[str, int]] = {}
        for sync, name, count in self._unit.conn.execute(query):
            told.setdefault(sync, {})[name] = count
        return {sync: Backlog(**counts) for sync, counts in sorted(told.items())}

    def backlog(self, sync: str) -> Backlog:
        """This is the backlog of one push."""
        return self.backlogs().get(sync, Backlog())

    def _letters(self, query: Select[Any]) -> list[DeadLetter]:
        rows = fetch(self._unit.conn, query)
        tries = self._tries([row["idempotency_key"] for row in rows])
        found = []
        for row in rows:
            plain = {name: row[name] for name in _PLAIN}
            attempts, since = tries[row["idempotency_key"]]
            change = Change(row["change"]) if row["change"] else None
            found.append(DeadLetter(**plain, attempts=attempts, since=since, at=row["updated_at"], change=change))
        return found

    def _tries(self, keys: Sequence[str]) -> dict[str, tuple[int, datetime]]:
        found: dict[str, tuple[int, datetime]] = {}
        for chunk in chunks(keys):
            query = select(deliveries.c.idempotency_key, func.count(), func.min(deliveries.c.created_at)).where(
                deliveries.c.idempotency_key.in_(chunk), deliveries.c.state == _S.FAILED
            )
            rows = self._unit.conn.execute(query.group_by(deliveries.c.idempotency_key))
            found |= {key: (count, since) for key, count, since in rows}
        return found

    def _closed(self, how: Closing) -> dict[str, Any]:
        return {"closed_as": how, "open": False, "payload": None, "updated_at": self._unit.now}


_DEAD: ColumnElement[bool] = and_(deliveries.c.open, deliveries.c.state == _S.FAILED, deliveries.c.retry_at.is_(None))
_PLAIN = ("id", "sync", "connection", "object", "target_ref", "person_id", "reason", "retryable", "policy")


def _narrowed(query: Select[Any], sync: str | None, reason: str | None, ids: Sequence[int]) -> Select[Any]:
    for column, value in ((deliveries.c.sync, sync), (deliveries.c.reason, reason)):
        query = query if value is None else query.where(column == value)
    return query.where(deliveries.c.id.in_(ids)) if ids else query
