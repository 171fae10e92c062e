"""The outbox: rows selected for destinations, sealed while somebody needs them, each attempt with its outcome."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, text, update

from hub.errors import FatalError
from hub.store import components
from hub.store.delivery import (
    PATIENT,
    Change,
    Closing,
    Confirmed,
    Delivery,
    DeliveryState,
    NewDelivery,
    Note,
    PushCounts,
    Retry,
    Settlement,
    check_step,
)
from hub.store.sealing import opened, sealed
from hub.store.statements import CHUNK, Row, add, among, change, chunks, fetch, pairs, unique
from hub.store.tables import IN_FLIGHT, deliveries, persons
from hub.store.tallies import count_outcomes
from hub.store.unit import Unit

_S = DeliveryState
_IN_FLIGHT = (_S.SENDING, _S.ACCEPTED, _S.UNKNOWN)
_ERASED = "erased"
_STALE = "decision.stale"
_QUEUED = (_S.UNCHANGED, "already_queued")
_PLAIN = (
    "id", "sync", "run_id", "connection", "object", "person_id", "target_ref", "payload_hash", "idempotency_key",
    "consent_seq", "policy", "job", "attempt", "created_at",
)  # fmt: skip
_TRACED = (
    "id", "sync", "connection", "object", "person_id", "target_ref", "state", "change", "open", "reason", "consent_seq",
    "created_at",
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


@dataclass(frozen=True, slots=True)
class Trace:
    """One row that was decided about, without what was in it; arguments as in Delivery, ``change`` as in NewDelivery."""

    id: int
    sync: str
    connection: str
    object: str
    person_id: str
    target_ref: str
    state: DeliveryState
    change: Change | None
    open: bool
    reason: str | None
    consent_seq: int | None
    created_at: datetime

    @property
    def is_in_flight(self) -> bool:
        """Whether the vendor may have it, or may be about to get it."""
        return self.state in _IN_FLIGHT

    @property
    def fills(self) -> bool:
        """Whether the vendor has, or may have, something of the person by this row."""
        reached = self.state is _S.CONFIRMED or self.is_in_flight
        return reached and self.change not in (Change.CLEARED, Change.WITHDRAWN)


class Outbox:
    """A room of the transaction: deliveries."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def enqueue(self, rows: Sequence[NewDelivery]) -> set[str]:
        """This queues rows and gives the idempotency keys of those that were queued.

        A key that was tried before gives a further attempt. One that is queued or in flight already is noted as
        ``unchanged`` (``already_queued``); one that is a dead letter, or was dropped as one, as ``withheld``. What waits or
        failed for the same target is superseded, so that an older payload never overtakes a newer one.
        """
        last = {row.idempotency_key: row for row in rows}
        before = self._latest(last)
        held = {key: found for key, row in before.items() if (found := _hindrance(row))}
        new = [row for key, row in last.items() if key not in held]
        self._supersede(new)
        self._unit.keys.load(row.person_id for row in new)
        attempts = {key: row["attempt"] + 1 for key, row in before.items()}
        add(self._unit.conn, deliveries, [self._row(row, attempts.get(row.idempotency_key, 1)) for row in new])
        again = [(row, held[row.idempotency_key]) for row in rows if row.idempotency_key in held]
        self._note_again(again + [(row, _QUEUED) for row in _doubles(rows) if row.idempotency_key not in held])
        return {row.idempotency_key for row in new}

    def note(self, sync: str, run_id: str, notes: Sequence[Note]) -> None:
        """This writes down rows that a run selected and does not send; FatalError where a reason is missing.

        A failed row for the same target is superseded: what it wanted to bring is no longer what would be said.
        """
        for object in sorted({one.object for one in notes}):
            self._end_failed(sync, object, [one.target_ref for one in notes if one.object == object])
        self._note(sync, run_id, notes)

    def last_confirmed(self, sync: str, object: str, target_refs: Iterable[str]) -> dict[str, Confirmed]:
        """This maps targets to what the vendor confirmed last."""
        found: dict[str, Confirmed] = {}
        columns = ("target_ref", "idempotency_key", "payload_hash", "fields", "consent_seq")
        for row in self._latest_confirmed(sync, object, target_refs, columns):
            names = tuple(json.loads(row["fields"]))
            found[row["target_ref"]] = Confirmed(
                row["idempotency_key"], row["payload_hash"], names, row["consent_seq"] or 0
            )
        return found

    def last_told(self, sync: str, object: str, target_refs: Iterable[str]) -> dict[str, dict[str, Any]]:
        """This maps targets to the fields that the vendor confirmed last, where they are still kept."""
        columns = ("target_ref", "idempotency_key", "person_id", "payload")
        rows = list(self._latest_confirmed(sync, object, target_refs, columns))
        self._unit.keys.load(row["person_id"] for row in rows)
        told = {row["target_ref"]: self._body(row) for row in rows}
        return {target: body["fields"] for target, body in told.items() if body is not None}

    def confirmed_targets(self, sync: str) -> int:
        """This is how many rows at the vendor a push has ever filled."""
        query = select(deliveries.c.object, deliveries.c.target_ref).distinct()
        query = query.where(deliveries.c.sync == sync, text("state = 'confirmed'"))
        return int(self._unit.conn.execute(select(func.count()).select_from(query.subquery())).scalar_one())

    def changes(self, sync: str) -> dict[Change, int]:
        """This counts the rows that wait to be sent by what they would do."""
        query = select(deliveries.c.change, func.count()).where(self._open_rows(sync), deliveries.c.state == _S.PENDING)
        found = pairs(self._unit.conn, query.group_by(deliveries.c.change))
        return {Change(change): count for change, count in found.items() if change}

    def take_back(self, sync: str, object: str, limit: int) -> list[str]:
        """This ends rows that are to be decided about anew, and gives their persons; none is left when there are none.

        Those that were never sent are withheld (``decision.stale``). Those that failed stay so, and are closed as retried,
        once their time to be tried again has come.
        """
        due = and_(deliveries.c.state == _S.FAILED, deliveries.c.retry_at <= self._unit.now)
        query = select(deliveries.c.id, deliveries.c.person_id).where(
            self._open_rows(sync), deliveries.c.object == object
        )
        query = query.where(or_(deliveries.c.state == _S.PENDING, due)).order_by(deliveries.c.id).limit(limit)
        rows = pairs(self._unit.conn, query)
        for chunk in chunks(rows):
            mine = among(deliveries.c.id, chunk)
            stale = self._unit.conn.execute(
                update(deliveries)
                .where(mine, deliveries.c.state == _S.PENDING)
                .values(state=_S.WITHHELD, reason=_STALE, **self._ended())
            )
            count_outcomes(self._unit, "rows", sync, [(_S.WITHHELD, _STALE)] * stale.rowcount)
            failed = update(deliveries).where(mine, deliveries.c.state == _S.FAILED)
            self._unit.conn.execute(failed.values(closed_as=Closing.RETRIED, retry_at=None, **self._ended()))
        return unique(rows.values())

    def claim(
        self, sync: str, object: str, limit: int, run_id: str, only: Change | None = None, *, after: int = 0
    ) -> list[Delivery]:
        """This marks the next waiting rows behind row ``after`` as ``sending`` and gives them, opened; nobody else gets them.

        It passes over targets with a row in flight, and persons that were erased, and with ``only`` over rows that do
        anything else. Settle each in the same transaction where consent has moved, else after the vendor's answer.
        """
        rows: list[Row] = []
        while not rows:
            page = self._waiting(sync, object, limit, only, after)
            if not page:
                return []
            rows, after = self._ready(sync, object, page), page[-1]["id"]
        for chunk in chunks(row["id"] for row in rows):
            statement = update(deliveries).where(among(deliveries.c.id, chunk))
            sending = {"state": _S.SENDING, "sent_by": run_id, "reason": None, "updated_at": self._unit.now}
            self._unit.conn.execute(statement.values(sending))
        return self._opened([{**row, "state": _S.SENDING} for row in rows])

    def settle(self, settlements: Sequence[Settlement], retry: Retry = PATIENT) -> None:
        """This writes down what became of claimed rows.

        The payload of a confirmed row stays until another one is confirmed for the same target; that of a failed one until
        it is resolved. Raises FatalError where a row is unknown, settled twice, may not go to that state, or lacks its reason.
        """
        rows = self._by_key(one.key for one in settlements)
        if len(rows) != len(settlements):
            raise FatalError("A delivery was settled that is not open, or twice.")
        for one in settlements:
            check_step(rows[one.key]["state"], one.state)
            if one.state in (_S.WITHHELD, _S.FAILED) and not one.reason:
                raise FatalError("A delivery was withheld or failed without a reason.")
        self._unit.keys.load(row["person_id"] for row in rows.values())
        self._forget_older([rows[one.key] for one in settlements if one.state is _S.CONFIRMED])
        failures = self._failures(one.key for one in settlements if one.state is _S.FAILED and one.retryable)
        alike: dict[tuple[str, ...], list[Row]] = {}
        for one in settlements:
            again = retry.after(failures[one.key] + 1, self._unit.now) if one.key in failures else None
            changed = {"id": rows[one.key]["id"], **self._settled(rows[one.key], one), "retry_at": again}
            alike.setdefault(tuple(changed), []).append(changed)
        for group in alike.values():  # each group sets the same columns
            change(self._unit.conn, deliveries, group)
        for one in settlements:
            count_outcomes(self._unit, "rows", rows[one.key]["sync"], [(one.state, one.reason)])

    def unsettled(self, sync: str, object: str | None = None, limit: int = CHUNK, after: int = 0) -> list[Delivery]:
        """These are rows in ``sending``, ``accepted`` or ``unknown``, to be reconciled; pass the last ``id`` to go on.

        Rows in ``sending`` are another run's while that run holds the sync's lease; without one they were interrupted.
        """
        return self._page(sync, object, _IN_FLIGHT, limit, after)

    def accepted(self, sync: str) -> int:
        """This is how many rows a vendor has taken into a job of its own that has not ended yet."""
        query = select(func.count()).where(self._open_rows(sync), deliveries.c.state == _S.ACCEPTED)
        return int(self._unit.conn.execute(query).scalar_one())

    def counts(self, run_id: str) -> PushCounts:
        """This tells what has become, up to now, of the rows that a run selected."""
        query = select(deliveries.c.state, func.count()).where(deliveries.c.run_id == run_id)
        found = pairs(self._unit.conn, query.group_by(deliveries.c.state))
        found[_S.PENDING] = found.get(_S.PENDING, 0) + found.pop(_S.SENDING, 0)
        # A state that nobody knows is no place for a row: it is missed in the sum.
        return PushCounts(**{name: found.get(name, 0) for name in PushCounts.__slots__})

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
            query = select(deliveries).where(among(deliveries.c.person_id, chunk), reached)
            for row in fetch(self._unit.conn, query):
                held.setdefault((row["connection"], row["object"]), []).append(row)
        return [_receipt(connection, object, rows) for (connection, object), rows in sorted(held.items())]

    def told(self, person_ids: Iterable[str]) -> dict[str, int]:
        """This is how many targets of each connection show something about these people."""
        found: dict[str, int] = {}
        for chunk in chunks(unique(person_ids)):
            query = select(deliveries.c.connection, func.count(deliveries.c.target_ref.distinct()))
            query = query.where(among(deliveries.c.person_id, chunk), deliveries.c.state == _S.CONFIRMED)
            for connection, count in self._unit.conn.execute(query.group_by(deliveries.c.connection)):
                found[connection] = found.get(connection, 0) + count
        return found

    def traces(self, person_ids: Iterable[str]) -> dict[str, list[Trace]]:
        """These are all rows about each person and all merged with it, oldest first: what recipients were told, and when."""
        groups = components.members(self._unit.conn, unique(person_ids))
        found: dict[str, list[Trace]] = {}
        wanted = [deliveries.c[name] for name in _TRACED]
        for chunk in chunks(unique(member for group in groups.values() for member in group)):
            query = select(*wanted).where(among(deliveries.c.person_id, chunk))
            for row in fetch(self._unit.conn, query):
                change = Change(row["change"]) if row["change"] else None
                trace = Trace(**{**row, "state": _S(row["state"]), "change": change})
                found.setdefault(row["person_id"], []).append(trace)
        return {
            person: sorted((one for member in group for one in found.get(member, ())), key=lambda one: one.id)
            for person, group in groups.items()
        }

    def opened(self, ids: Iterable[int]) -> list[Delivery]:
        """These are rows whose payload still rests, opened."""
        rows = [
            row
            for chunk in chunks(unique(ids))
            for row in fetch(self._unit.conn, select(deliveries).where(among(deliveries.c.id, chunk)))
        ]
        return self._opened([row for row in rows if row["payload"] is not None])

    def purge(self, person_id: str, *, spared_since: datetime | None = None) -> int:
        """This ends all open rows of one person and erases all their payloads; gives how many rows it ended.

        What was not sent is withheld (``erased``); what failed stays so; what may have been sent stays ``unknown`` and must be
        erased there. What has been under way since ``spared_since`` is left to the push that sent it.
        """
        mine = deliveries.c.person_id == person_id
        if spared_since is not None:
            mine = and_(mine, ~_under_way(spared_since))
        done = {"closed_as": case((deliveries.c.state == _S.FAILED, Closing.ERASED)), "retry_at": None, **self._ended()}
        state = case(
            (deliveries.c.state == _S.FAILED, _S.FAILED),
            (deliveries.c.state.in_(_IN_FLIGHT), _S.UNKNOWN),
            else_=_S.WITHHELD,
        )
        reason = case((deliveries.c.state == _S.FAILED, deliveries.c.reason), else_=_ERASED)
        ended = self._unit.conn.execute(
            update(deliveries).where(mine, deliveries.c.open).values(state=state, reason=reason, **done)
        )
        self.forget([person_id])
        return ended.rowcount

    def is_under_way(self, person_ids: Iterable[str], connection: str, since: datetime) -> bool:
        """Whether something about these people is being sent, or worked off by the vendor, and last moved after ``since``."""
        mine = [and_(among(deliveries.c.person_id, chunk), _under_way(since)) for chunk in chunks(unique(person_ids))]
        queries = (select(deliveries.c.id).where(one, deliveries.c.connection == connection).limit(1) for one in mine)
        return any(self._unit.conn.execute(query).scalar() is not None for query in queries)

    def left(self, person_ids: Iterable[str], since: datetime) -> bool:
        """Whether rows of these people that nobody has under way since ``since`` are open still, or hold what was sent."""
        rests = and_(or_(deliveries.c.open, deliveries.c.payload.is_not(None)), ~_under_way(since))
        mine = [and_(among(deliveries.c.person_id, chunk), rests) for chunk in chunks(unique(person_ids))]
        return any(
            self._unit.conn.execute(select(deliveries.c.id).where(one).limit(1)).scalar() is not None for one in mine
        )

    def erased(self, ids: Iterable[int]) -> set[int]:
        """These of some claimed rows were ended by an erasure meanwhile: nothing is to be settled about them any more."""
        found: set[int] = set()
        for chunk in chunks(unique(ids)):
            ended = and_(among(deliveries.c.id, chunk), ~deliveries.c.open, deliveries.c.reason == _ERASED)
            found |= set(self._unit.conn.execute(select(deliveries.c.id).where(ended)).scalars())
        return found

    def forget(self, person_ids: Iterable[str]) -> None:
        """This erases the payloads of settled rows of people and all merged with them: what a vendor was told or refused.

        It belongs wherever a tag or a permission ends: no copy of an emotion outlives it here. What waits to be said is
        withheld (``decision.stale``): touch the people, so that it is decided anew. What only empties goes on.
        """
        settled = and_(deliveries.c.payload.is_not(None), deliveries.c.state.in_((_S.CONFIRMED, _S.FAILED)))
        groups = components.members(self._unit.conn, unique(person_ids))
        for chunk in chunks(unique(member for group in groups.values() for member in group)):
            mine = update(deliveries).where(among(deliveries.c.person_id, chunk), settled)
            self._unit.conn.execute(mine.values(payload=None))
            self._call_back(chunk)

    def _call_back(self, person_ids: Sequence[str]) -> None:
        filling = deliveries.c.change.not_in((Change.CLEARED, Change.WITHDRAWN))
        query = select(deliveries.c.id, deliveries.c.sync).where(
            among(deliveries.c.person_id, person_ids), deliveries.c.open, deliveries.c.state == _S.PENDING, filling
        )
        # A row that a push is marking as sending at this moment is under way; waiting for it would be waiting in a circle.
        rows = pairs(self._unit.conn, query.with_for_update(skip_locked=True))
        for chunk in chunks(rows):
            mine = update(deliveries).where(among(deliveries.c.id, chunk))
            self._unit.conn.execute(mine.values(state=_S.WITHHELD, reason=_STALE, **self._ended()))
        for sync, count in Counter(rows.values()).items():
            count_outcomes(self._unit, "rows", sync, [(_S.WITHHELD, _STALE)] * count)

    def give(self, ids: Iterable[int], person_id: str) -> None:
        """This makes rows that have ended somebody else's, with what rests of them: they were taken for another."""
        for chunk in chunks(unique(ids)):
            for row in fetch(
                self._unit.conn, select(deliveries).where(among(deliveries.c.id, chunk), ~deliveries.c.open)
            ):
                key, owner = row["idempotency_key"], row["person_id"]
                rests = {"payload": key, "vendor_ref": f"{key}|vendor_ref"}
                told = {name: opened(self._unit, "deliveries", owner, at, row[name]) for name, at in rests.items()}
                new = {
                    name: None if one is None else sealed(self._unit, "deliveries", person_id, rests[name], one)
                    for name, one in told.items()
                }
                mine = update(deliveries).where(deliveries.c.id == row["id"])
                self._unit.conn.execute(mine.values(person_id=person_id, **new))

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

    def _waiting(self, sync: str, object: str, limit: int, only: Change | None, after: int) -> list[Row]:
        query = select(deliveries).where(
            self._open_rows(sync),
            deliveries.c.object == object,
            deliveries.c.state == _S.PENDING,
            deliveries.c.id > after,
        )
        query = query if only is None else query.where(deliveries.c.change == only)
        query = query.order_by(deliveries.c.id).limit(limit).with_for_update(skip_locked=True)
        return fetch(self._unit.conn, query)

    def _ready(self, sync: str, object: str, rows: Sequence[Row]) -> list[Row]:
        """Those of waiting rows that may go. Asked apart: a join over all that waits costs more the more there is."""
        busy, living = set[str](), set[str]()
        for chunk in chunks(row["target_ref"] for row in rows):
            flying = select(deliveries.c.target_ref).where(
                text(IN_FLIGHT), deliveries.c.sync == sync, deliveries.c.object == object,
                among(deliveries.c.target_ref, chunk),
            )  # fmt: skip
            busy.update(self._unit.conn.execute(flying).scalars())
        for chunk in chunks(unique(row["person_id"] for row in rows)):
            alive = select(persons.c.id).where(among(persons.c.id, chunk), persons.c.erased_at.is_(None))
            living.update(self._unit.conn.execute(alive).scalars())
        return [row for row in rows if row["target_ref"] not in busy and row["person_id"] in living]

    def _open_rows(self, sync: str) -> ColumnElement[bool]:
        return and_(deliveries.c.open, deliveries.c.sync == sync)

    def _latest_confirmed(
        self, sync: str, object: str, target_refs: Iterable[str], columns: Sequence[str]
    ) -> Iterator[Row]:
        wanted = [deliveries.c[name] for name in columns]
        for chunk in chunks(unique(target_refs)):
            latest = select(func.max(deliveries.c.id)).where(
                deliveries.c.sync == sync, deliveries.c.object == object, among(deliveries.c.target_ref, chunk),
                text("state = 'confirmed'"),
            ).group_by(deliveries.c.target_ref)  # fmt: skip
            yield from fetch(self._unit.conn, select(*wanted).where(deliveries.c.id.in_(latest)))

    def _latest(self, keys: Iterable[str]) -> dict[str, Row]:
        """The last attempt under each key."""
        wanted = ("idempotency_key", "attempt", "state", "open", "retry_at", "closed_as")
        found: dict[str, Row] = {}
        for chunk in chunks(unique(keys)):
            query = select(*(deliveries.c[name] for name in wanted)).where(among(deliveries.c.idempotency_key, chunk))
            query = query.where(text("idempotency_key IS NOT NULL")).order_by(deliveries.c.attempt)
            found |= {row["idempotency_key"]: row for row in fetch(self._unit.conn, query)}
        return found

    def _failures(self, keys: Iterable[str]) -> dict[str, int]:
        """How many attempts under each key have failed; 0 is told as well."""
        found: dict[str, int] = {}
        for chunk in chunks(unique(keys)):
            query = select(deliveries.c.idempotency_key, func.count()).where(
                among(deliveries.c.idempotency_key, chunk), text("idempotency_key IS NOT NULL"),
                deliveries.c.state == _S.FAILED,
            )  # fmt: skip
            told = pairs(self._unit.conn, query.group_by(deliveries.c.idempotency_key))
            found |= {key: told.get(key, 0) for key in chunk}
        return found

    def _by_key(self, keys: Iterable[str]) -> dict[str, Row]:
        names = ("id", "idempotency_key", "person_id", "sync", "object", "target_ref", "state", "job")
        wanted = [deliveries.c[name] for name in names]
        found: dict[str, Row] = {}
        for chunk in chunks(unique(keys)):
            query = select(*wanted).where(deliveries.c.open, among(deliveries.c.idempotency_key, chunk))
            found |= {row["idempotency_key"]: row for row in fetch(self._unit.conn, query)}
        return found

    def _supersede(self, rows: Sequence[NewDelivery]) -> None:
        """What waits for the same targets is withheld; what failed for them is closed."""
        for sync, object in sorted({(row.sync, row.object) for row in rows}):
            refs = [row.target_ref for row in rows if (row.sync, row.object) == (sync, object)]
            for chunk in chunks(refs):
                older = and_(
                    self._open_rows(sync), deliveries.c.object == object, among(deliveries.c.target_ref, chunk)
                )
                waiting = update(deliveries).where(older, deliveries.c.state == _S.PENDING)
                self._unit.conn.execute(waiting.values(state=_S.WITHHELD, reason="superseded", **self._ended()))
            self._end_failed(sync, object, refs)

    def _end_failed(self, sync: str, object: str, target_refs: Iterable[str]) -> None:
        for chunk in chunks(unique(target_refs)):
            older = and_(self._open_rows(sync), deliveries.c.object == object, among(deliveries.c.target_ref, chunk))
            failed = update(deliveries).where(older, deliveries.c.state == _S.FAILED)
            self._unit.conn.execute(failed.values(closed_as=Closing.SUPERSEDED, retry_at=None, **self._ended()))

    def _forget_older(self, rows: Sequence[Row]) -> None:
        """One confirmed payload is kept for each target; a newer one takes its place."""
        for sync, object in sorted({(row["sync"], row["object"]) for row in rows}):
            refs = [row["target_ref"] for row in rows if (row["sync"], row["object"]) == (sync, object)]
            for chunk in chunks(refs):
                older = update(deliveries).where(
                    deliveries.c.sync == sync, deliveries.c.object == object, among(deliveries.c.target_ref, chunk),
                    text("state = 'confirmed'"), deliveries.c.payload.is_not(None),
                )  # fmt: skip
                self._unit.conn.execute(older.values(payload=None))

    def _ended(self) -> dict[str, Any]:
        return {"open": False, "payload": None, "updated_at": self._unit.now}

    def _note(self, sync: str, run_id: str, notes: Sequence[Note]) -> None:
        if any(one.state not in (_S.UNCHANGED, _S.WITHHELD, _S.FAILED) for one in notes):
            raise FatalError("Only unchanged, withheld and failed rows can be noted without being queued.")
        if any(one.state is not _S.UNCHANGED and not one.reason for one in notes):
            raise FatalError("A row was withheld or failed without a reason.")
        told = ({name: getattr(one, name) for name in Note.__slots__} for one in notes)
        same = {"sync": sync, "run_id": run_id}
        rows = [{**_blank(self._unit.now), **one, **same, "fields": _names(one["fields"])} for one in told]
        add(self._unit.conn, deliveries, rows)
        count_outcomes(self._unit, "rows", sync, ((one.state, one.reason) for one in notes))

    def _note_again(self, rows: Sequence[tuple[NewDelivery, tuple[DeliveryState, str]]]) -> None:
        for row, (state, reason) in rows:
            note = Note(
                row.connection, row.object, row.target_ref, state, reason, row.person_id, (), row.policy, row.batch_id
            )
            self._note(row.sync, row.run_id, [note])

    def _settled(self, row: Row, one: Settlement) -> dict[str, Any]:
        changed: dict[str, Any] = {
            "state": one.state,
            "open": one.open,
            "retryable": one.retryable and one.state is _S.FAILED,
            "reason": one.reason,
            "job": one.job or row["job"],
            "updated_at": self._unit.now,
        }
        if one.state is _S.WITHHELD:
            changed["payload"] = None
        if one.vendor_ref is not None and self._unit.keys.known(row["person_id"]):
            place = f"{row['idempotency_key']}|vendor_ref"
            changed["vendor_ref"] = sealed(self._unit, "deliveries", row["person_id"], place, one.vendor_ref)
        return changed

    def _row(self, new: NewDelivery, attempt: int) -> Row:
        # Nothing in it is copied deeply: that would take ten times as long.
        plain = {name: getattr(new, name) for name in NewDelivery.__slots__}
        kept = plain.pop("kept")
        payload = {"key": plain.pop("key"), "fields": plain.pop("fields")}
        return {
            **_blank(self._unit.now),
            **plain,
            "payload": sealed(self._unit, "deliveries", new.person_id, new.idempotency_key, payload),
            "fields": _names({*new.fields, *kept}),
            "attempt": attempt,
            "state": _S.PENDING,
            "open": True,
        }

    def _opened(self, rows: Sequence[Row]) -> list[Delivery]:
        self._unit.keys.load(row["person_id"] for row in rows)
        found = []
        for row in rows:
            body = self._body(row)
            if body is not None:
                plain = {name: row[name] for name in _PLAIN}
                found.append(Delivery(**plain, state=_S(row["state"]), key=body["key"], fields=body["fields"]))
        return found

    def _body(self, row: Row) -> Any:
        return opened(self._unit, "deliveries", row["person_id"], row["idempotency_key"], row["payload"])


def _under_way(since: datetime) -> ColumnElement[bool]:
    moving = deliveries.c.state.in_((_S.SENDING, _S.ACCEPTED))
    return and_(deliveries.c.open, moving, deliveries.c.updated_at > since)


def _hindrance(row: Row) -> tuple[DeliveryState, str] | None:
    """Why no further attempt is made now, given the last one."""
    if row["open"]:
        is_dead = row["state"] == _S.FAILED and row["retry_at"] is None
        return (_S.WITHHELD, "dead_letter") if is_dead else _QUEUED
    return (_S.WITHHELD, "dropped") if row["closed_as"] == Closing.DROPPED else None


def _names(fields: Iterable[str]) -> str:
    return json.dumps(sorted(fields))


def _doubles(rows: Sequence[NewDelivery]) -> list[NewDelivery]:
    first = {row.idempotency_key: index for index, row in reversed(list(enumerate(rows)))}
    return [row for index, row in enumerate(rows) if first[row.idempotency_key] != index]


def _blank(now: datetime) -> dict[str, Any]:
    return {
        "batch_id": None,
        "sent_by": None,
        "idempotency_key": None,
        "attempt": 0,
        "payload": None,
        "payload_hash": None,
        "change": None,
        "consent_seq": None,
        "policy": None,
        "open": False,
        "retryable": False,
        "retry_at": None,
        "closed_as": None,
        "reason": None,
        "job": None,
        "vendor_ref": None,
        "created_at": now,
        "updated_at": now,
    }


def _receipt(connection: str, object: str, rows: Sequence[Row]) -> Receipt:
    names = {name for row in rows for name in json.loads(row["fields"])}
    targets = {row["target_ref"] for row in rows}
    last_at = max(row["updated_at"] for row in rows)
    return Receipt(connection, object, tuple(sorted(names)), len(targets), last_at)
