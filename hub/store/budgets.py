"""Rate budgets: what the vendors' limits leave to all processes together."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select, update

from hub.contract import Limit
from hub.store.budget import NOTHING, Budget, Told, micros
from hub.store.statements import add_missing
from hub.store.tables import budgets
from hub.store.unit import Unit
from hub.store.window import Window

LOOK_AGAIN = timedelta(seconds=5)
"""Whoever waits asks again after this time, at the latest: somebody ahead may have given up."""

_GRACE = timedelta(seconds=5)  # a ticket that nobody asks for again lets the others pass

_SAVE = update(budgets).where(budgets.c.connection == bindparam("of"), budgets.c.name == bindparam("which"))


@dataclass(frozen=True, slots=True)
class Grant:
    """The answer to a wish to call.

    Args:
        ticket: who asked.
        limits: the limits that the call counts against, narrowest first.
        wait: how long to wait at least before asking again; zero: the call may start.
        because: the limit that makes it wait.
        slices: with ``wait`` zero: where the call counts, for ``settle``.
    """

    ticket: str
    limits: tuple[Limit, ...]
    wait: timedelta
    because: str | None = None
    slices: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """What one answer tells of the vendor's limits.

    Args:
        general: of the widest limit that the call counts against.
        endpoint: of the narrowest one.
        refused: the call was one too many.
        until: when to come back, where that was told.
    """

    general: Told = NOTHING
    endpoint: Told = NOTHING
    refused: bool = False
    until: datetime | None = None


class Budgets:
    """A room of the transaction: rate budgets."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def take(self, connection: str, limits: Sequence[Limit], *, ticket: str, patience: timedelta) -> Grant:
        """This lets a call start where every limit has room for it, else keeps its place and tells how long to wait.

        Args:
            connection: name of the connection.
            limits: the limits that the call counts against, narrowest first; at least one.
            ticket: the same for every time that the same call asks.
            patience: whoever would have to wait longer gets no place.
        """
        now, found = self._unit.now, self._open(connection, limits)
        wait, because = max((found[limit.name].wait(ticket, now), limit.name) for limit in limits)
        slices: tuple[int, ...] = ()
        if wait > patience:
            return Grant(ticket, tuple(limits), wait, because)
        if wait:
            for budget in found.values():
                budget.queue(ticket, now + min(wait, LOOK_AGAIN) + _GRACE)
        else:
            slices, because = tuple(found[limit.name].spend(ticket, now) for limit in limits), ""
        self._save(found)
        return Grant(ticket, tuple(limits), wait, because or None, slices)

    def settle(self, connection: str, grant: Grant, notice: Notice) -> timedelta:
        """This counts a call as ended, takes over what its answer told, and gives the time that nobody may call now."""
        now, found = self._unit.now, self._open(connection, grant.limits)
        for limit, late in zip(grant.limits, grant.slices, strict=True):
            if limit.per:
                found[limit.name].window.finish(late, micros(now))
        narrow, wide = found[grant.limits[0].name], found[grant.limits[-1].name]
        wide.learn(notice.general, now)
        if narrow is not wide:
            narrow.learn(notice.endpoint, now)
        if notice.refused:
            narrow.block(notice.until, now)
        self._save(found)
        return max((one.blocked_until - now for one in found.values() if one.blocked_until), default=timedelta())

    def current(self) -> list[Budget]:
        """These are all budgets as they are now."""
        rows = self._unit.conn.execute(select(budgets).order_by(budgets.c.connection, budgets.c.name))
        found = [_budget(row) for row in rows]
        for one in found:
            one.at(Limit(one.name, "", one.window.per / 1_000_000, one.calls), self._unit.now)
        return found

    def rows(self) -> list[dict[str, Any]]:
        """These are all rows as they rest, for ``restore``."""
        return [dict(row) for row in self._unit.conn.execute(select(budgets)).mappings()]

    def restore(self, rows: Sequence[dict[str, Any]]) -> None:
        """This puts rows back whose calls were really made, although the transaction that counted them was undone."""
        add_missing(self._unit.conn, budgets, rows)
        self._update(rows)

    def _open(self, connection: str, limits: Sequence[Limit]) -> dict[str, Budget]:
        found = self._locked(connection, limits)
        if missing := sorted({limit.name for limit in limits} - set(found)):
            fresh = [_row(Budget(connection, name), self._unit.now) for name in missing]
            add_missing(self._unit.conn, budgets, fresh)
            found = self._locked(connection, limits)
        for limit in limits:
            found[limit.name].at(limit, self._unit.now)
        return found

    def _locked(self, connection: str, limits: Sequence[Limit]) -> dict[str, Budget]:
        asked = {f"name{n}": limit.name for n, limit in enumerate(limits)}
        rows = self._unit.conn.execute(_locking(len(limits)), {"of": connection, **asked})
        return {row.name: _budget(row) for row in rows}

    def _save(self, found: dict[str, Budget]) -> None:
        self._update([_row(budget, self._unit.now) for budget in found.values()])

    def _update(self, rows: Sequence[dict[str, Any]]) -> None:
        keyed = [{"of": row.pop("connection"), "which": row.pop("name"), **row} for row in map(dict, rows)]
        if keyed:
            self._unit.conn.execute(_SAVE, keyed)


@cache
def _locking(names: int) -> Select[Any]:
    """Rows are locked in the order of their names, so that no two processes can wait for each other."""
    wanted = budgets.c.name.in_([bindparam(f"name{n}") for n in range(names)])
    query = select(budgets).where(budgets.c.connection == bindparam("of"), wanted)
    return query.order_by(budgets.c.name).with_for_update()


def _budget(row: Any) -> Budget:
    spent = {int(one): count for one, count in json.loads(row.spent).items()}
    return Budget(
        connection=row.connection,
        name=row.name,
        calls=row.calls,
        window=Window(row.per or 0, spent),
        waiting=json.loads(row.waiting),
        told=Told(row.told_limit, row.told_left, row.told_reset),
        blocked_until=row.blocked_until,
    )


def _row(budget: Budget, now: datetime) -> dict[str, Any]:
    return {
        "connection": budget.connection,
        "name": budget.name,
        "calls": budget.calls,
        "per": budget.window.per,
        "spent": json.dumps(budget.window.spent),
        "waiting": json.dumps(budget.waiting),
        "told_limit": budget.told.limit,
        "told_left": budget.told.left,
        "told_reset": budget.told.reset,
        "blocked_until": budget.blocked_until,
        "updated_at": now,
    }
