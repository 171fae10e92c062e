"""The outbox: rows selected for destinations, sealed until they are final, each with its outcome."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select, text, update

from hub.errors import FatalError
from hub.store import components
from hub.store.delivery import Delivery, DeliveryState, NewDelivery, Note, PushCounts, Settlement, check_step
from hub.store.sealing import opened, sealed
from hub.store.statements import CHUNK, Row, add, chunks, fetch, pairs, unique
from hub.store.tables import deliveries, persons
from hub.store.unit import Unit

_S = DeliveryState
_IN_FLIGHT = (_S.SENDING, _S.ACCEPTED, _S.UNKNOWN)
_PLAIN = (
    "id", "sync", "run_id", "connection", "object", "person_id", "target_ref", "payload_hash", "idempotency_key",
    "consent_seq", "policy", "job", "attempts",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one destination holds of a person.

    Args:
        connection: the destination.
        object: the destination's object.
        fields: names of the fields that were ever confirmed.
        rows: distinct rows at the vendor.
        last_at: when something was last sent, UTC.
    """

    connection: str
    object: str
    fields: tuple[str, ...]
    rows: int
    last_at: datetime


class Outbox:
    """A room of the transaction: deliveries."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def enqueue(self, rows: Sequence[NewDelivery]) -> set[str]:
        """This queues rows and gives the idempotency keys of those that are new.

        A row whose key is queued or in flight already is noted as ``unchanged`` (``already_queued``) instead. A waiting
        row for the same target is withheld (``superseded``), so that an older payload never overtakes a newer one.
        """
        last = {row.idempotency_key: row for row in rows}
        queued = self._queued(last)
        new = [row for key, row in last.items() if key not in queued]
        self._supersede(new)
        self._unit.keys.load(row.person_id for row in new)
        add(self._unit.conn, deliveries, [self._row(row) for row in new])
        again = [row for row in rows if row.idempotency_key in queued] + _doubles(rows)
        for row in again:
            note = Note(row.connection, row.object, row.target_ref, _S.UNCHANGED, "already_queued", row.person_id)
            self.note(row.sync, row.run_id, [note])
        return {row.idempotency_key for row in new}

    def note(self, sync: str, run_id: str, notes: Sequence[Note]) -> None:
        """This writes down rows that a run selected and does not send; FatalError where a reason is missing."""
        if any(one.state not in (_S.UNCHANGED, _S.WITHHELD, _S.FAILED) for one in notes):
            raise FatalError("Only unchanged, withheld and failed rows can be noted without being queued.")
        if any(one.state is not _S.UNCHANGED and not one.reason for one in notes):
            raise FatalError("A row was withheld or failed without a reason.")
        add(self._unit.conn, deliveries, [
            {**_blank(self._unit.now), **asdict(one), "sync": sync, "run_id": run_id, "fields": _names(one.fields)}
            for one in notes
        ])  # fmt: skip

    def last_confirmed(
        self, sync: str, object: str, target_refs: Iterable[str]
    ) -> dict[str, tuple[str, tuple[str, ...]]]:
        """This maps targets to the payload hash and field names that the vendor confirmed last."""
        found: dict[str, tuple[str, tuple[str, ...]]] = {}
        for chunk in chunks(unique(target_refs)):
            latest = select(func.max(deliveries.c.id)).where(
                deliveries.c.sync == sync, deliveries.c.object == object, deliveries.c.target_ref.in_(chunk),
                text("state = 'confirmed'"),
            ).group_by(deliveries.c.target_ref)  # fmt: skip
            wanted = (deliveries.c.target_ref, deliveries.c.payload_hash, deliveries.c.fields)
            for target, digest, names in self._unit.conn.execute(select(*wanted).where(deliveries.c.id.in_(latest))):
                found[target] = (digest, tuple(json.loads(names)))
        return found

    def claim(self, sync: str, object: str, limit: int, run_id: str) -> list[Delivery]:
        """This marks the next waiting rows as ``sending`` and gives them, opened; nobody else gets them.

        It passes over targets with a row in flight, persons that were erased, and rows that this very run has tried
        already. Settle each in the same transaction where consent has moved, else after the vendor's answer.
        """
        other = deliveries.alias("other")
        in_flight = exists().where(
            text("other.open" if self._postgres else "other.open = 1"),
            other.c.sync == sync, other.c.object == object, other.c.target_ref == deliveries.c.target_ref,
            other.c.state.in_(_IN_FLIGHT),
        )  # fmt: skip
        retry = and_(deliveries.c.state == _S.FAILED, deliveries.c.sent_by.is_distinct_from(run_id))
        waiting = or_(deliveries.c.state == _S.PENDING, retry)
        alive = exists().where(persons.c.id == deliveries.c.person_id, persons.c.erased_at.is_(None))
        query = select(deliveries).where(
            self._open_rows(sync), deliveries.c.object == object, waiting, alive, ~in_flight
        )
        query = query.order_by(deliveries.c.id).limit(limit).with_for_update(skip_locked=True, of=deliveries)
        rows = fetch(self._unit.conn, query)
        for chunk in chunks(row["id"] for row in rows):
            sending = {"state": _S.SENDING, "sent_by": run_id, "attempts": deliveries.c.attempts + 1}
            statement = update(deliveries).where(deliveries.c.id.in_(chunk))
            self._unit.conn.execute(statement.values(**sending, reason=None, updated_at=self._unit.now))
        claimed = [{**row, "state": _S.SENDING, "attempts": row["attempts"] + 1} for row in rows]
        return self._opened(claimed)

    def settle(self, settlements: Sequence[Settlement]) -> None:
        """This writes down what became of claimed rows and erases the payload of those that are final.

        Raises FatalError where a row is unknown, settled twice, may not go to that state, or lacks its reason.
        """
        rows = self._by_key(one.key for one in settlements)
        if len(rows) != len(settlements):
            raise FatalError("A delivery was settled that is not open, or twice.")
        for one in settlements:
            check_step(rows[one.key]["state"], one.state)
            if one.state in (_S.WITHHELD, _S.FAILED) and not one.reason:
                raise FatalError("A delivery was withheld or failed without a reason.")
        self._unit.keys.load(row["person_id"] for row in rows.values())
        alike: dict[tuple[str, ...], list[Row]] = {}
        for one in settlements:
            changed = {"row": rows[one.key]["id"], **self._settled(rows[one.key], one)}
            alike.setdefault(tuple(changed), []).append(changed)
        for group in alike.values():  # each group sets the same columns
            self._unit.conn.execute(update(deliveries).where(deliveries.c.id == bindparam("row")), group)

    def waiting(self, sync: str, object: str | None = None, limit: int = CHUNK, after: int = 0) -> list[Delivery]:
        """These are rows to be sent (``pending``, or ``failed`` and retryable); pass the last ``id`` to go on."""
        return self._page(sync, object, (_S.PENDING, _S.FAILED), limit, after)

    def unsettled(self, sync: str, object: str | None = None, limit: int = CHUNK, after: int = 0) -> list[Delivery]:
        """These are rows in ``sending``, ``accepted`` or ``unknown``, to be reconciled; pass the last ``id`` to go on.

        Rows in ``sending`` are another run's while that run holds the sync's lease; without one they were interrupted.
        """
        return self._page(sync, object, _IN_FLIGHT, limit, after)

    def counts(self, run_id: str) -> PushCounts:
        """This tells what has become, up to now, of the rows that a run selected."""
        query = select(deliveries.c.state, func.count()).where(deliveries.c.run_id == run_id)
        found = pairs(self._unit.conn, query.group_by(deliveries.c.state))
        found[_S.PENDING] = found.get(_S.PENDING, 0) + found.pop(_S.SENDING, 0)
        return PushCounts(**found)

    def check(self, run_id: str, selected: int) -> PushCounts:
        """This gives a run's counts; FatalError unless they add up to what it selected."""
        counts = self.counts(run_id)
        if counts.selected != selected:
            raise FatalError(f"A push does not add up: selected {selected}, outcomes say {asdict(counts)}.")
        return counts

    def receipts(self, person_id: str) -> list[Receipt]:
        """This tells what each destination was sent about a person and all merged with it."""
        group = components.members(self._unit.conn, [person_id]).get(person_id, [])
        held: dict[tuple[str, str], list[Row]] = {}
        reached = or_(deliveries.c.state == _S.CONFIRMED, deliveries.c.state.in_(_IN_FLIGHT))
        for chunk in chunks(group):
            query = select(deliveries).where(deliveries.c.person_id.in_(chunk), reached)
            for row in fetch(self._unit.conn, query):
                held.setdefault((row["connection"], row["object"]), []).append(row)
        return [_receipt(connection, object, rows) for (connection, object), rows in sorted(held.items())]

    def purge(self, person_id: str) -> int:
        """This ends all open rows of one person and erases their payloads; gives how many rows it ended.

        What was not sent is withheld (``erased``); what may have been sent stays ``unknown`` and must be erased there.
        """
        mine = and_(deliveries.c.person_id == person_id, deliveries.c.open)
        final = {"open": False, "retryable": False, "payload": None, "reason": "erased", "updated_at": self._unit.now}
        sent = deliveries.c.state.in_(_IN_FLIGHT)
        ended = self._unit.conn.execute(update(deliveries).where(mine, ~sent).values(state=_S.WITHHELD, **final))
        unknown = self._unit.conn.execute(update(deliveries).where(mine, sent).values(state=_S.UNKNOWN, **final))
        return ended.rowcount + unknown.rowcount

    @property
    def _postgres(self) -> bool:
        return self._unit.conn.dialect.name == "postgresql"

    def _page(
        self, sync: str, object: str | None, states: Sequence[DeliveryState], limit: int, after: int
    ) -> list[Delivery]:
        query = select(deliveries).where(self._open_rows(sync), deliveries.c.state.in_(states))
        query = query if object is None else query.where(deliveries.c.object == object)
        query = query.where(deliveries.c.id > after).order_by(deliveries.c.id).limit(limit)
        return self._opened(fetch(self._unit.conn, query))

    def _open_rows(self, sync: str) -> ColumnElement[bool]:
        return and_(deliveries.c.open, deliveries.c.sync == sync)

    def _queued(self, keys: Iterable[str]) -> set[str]:
        return set(self._by_key(keys))

    def _by_key(self, keys: Iterable[str]) -> dict[str, Row]:
        wanted = [deliveries.c[name] for name in ("id", "idempotency_key", "person_id", "state", "job")]
        found: dict[str, Row] = {}
        for chunk in chunks(unique(keys)):
            query = select(*wanted).where(deliveries.c.open, deliveries.c.idempotency_key.in_(chunk))
            found |= {row["idempotency_key"]: row for row in fetch(self._unit.conn, query)}
        return found

    def _supersede(self, rows: Sequence[NewDelivery]) -> None:
        final = {"state": _S.WITHHELD, "open": False, "retryable": False, "payload": None, "reason": "superseded"}
        targets = {(row.sync, row.object) for row in rows}
        for sync, object in sorted(targets):
            refs = [row.target_ref for row in rows if (row.sync, row.object) == (sync, object)]
            for chunk in chunks(refs):
                older = and_(self._open_rows(sync), deliveries.c.object == object, deliveries.c.target_ref.in_(chunk))
                waiting = deliveries.c.state.in_((_S.PENDING, _S.FAILED))
                statement = update(deliveries).where(older, waiting)
                self._unit.conn.execute(statement.values(**final, updated_at=self._unit.now))

    def _settled(self, row: Row, one: Settlement) -> dict[str, Any]:
        changed: dict[str, Any] = {
            "state": one.state,
            "open": one.open,
            "retryable": one.open and one.state is _S.FAILED,
            "reason": one.reason,
            "job": one.job or row["job"],
            "updated_at": self._unit.now,
        }
        if not one.open:
            changed["payload"] = None
        if one.vendor_ref is not None and self._unit.keys.known(row["person_id"]):
            place = f"{row['idempotency_key']}|vendor_ref"
            changed["vendor_ref"] = sealed(self._unit, "deliveries", row["person_id"], place, one.vendor_ref)
        return changed

    def _row(self, new: NewDelivery) -> Row:
        plain = asdict(new)
        payload = {"key": plain.pop("key"), "fields": plain.pop("fields")}
        return {
            **_blank(self._unit.now),
            **plain,
            "payload": sealed(self._unit, "deliveries", new.person_id, new.idempotency_key, payload),
            "fields": _names(new.fields),
            "state": _S.PENDING,
            "open": True,
        }

    def _opened(self, rows: Sequence[Row]) -> list[Delivery]:
        self._unit.keys.load(row["person_id"] for row in rows)
        found = []
        for row in rows:
            body = opened(self._unit, "deliveries", row["person_id"], row["idempotency_key"], row["payload"])
            if body is not None:
                plain = {name: row[name] for name in _PLAIN}
                found.append(Delivery(**plain, state=_S(row["state"]), key=body["key"], fields=body["fields"]))
        return found


def _names(fields: Iterable[str]) -> str:
    return json.dumps(sorted(fields))


def _doubles(rows: Sequence[NewDelivery]) -> list[NewDelivery]:
    first = {row.idempotency_key: index for index, row in reversed(list(enumerate(rows)))}
    return [row for index, row in enumerate(rows) if first[row.idempotency_key] != index]


def _blank(now: datetime) -> dict[str, Any]:
    return {
        "sent_by": None,
        "idempotency_key": None,
        "payload": None,
        "payload_hash": None,
        "consent_seq": None,
        "policy": None,
        "open": False,
        "retryable": False,
        "reason": None,
        "job": None,
        "vendor_ref": None,
        "attempts": 0,
        "created_at": now,
        "updated_at": now,
    }


def _receipt(connection: str, object: str, rows: Sequence[Row]) -> Receipt:
    names = {name for row in rows for name in json.loads(row["fields"])}
    targets = {row["target_ref"] for row in rows}
    last_at = max(row["updated_at"] for row in rows)
    return Receipt(connection, object, tuple(sorted(names)), len(targets), last_at)
