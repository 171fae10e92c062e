"""The budget of one connection, shared through the store by all processes that work with it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta

from hub.budget.classes import matching
from hub.budget.headers import read_headers
from hub.contract import Limit
from hub.errors import ConfigError, ThrottledError, TransientError
from hub.store.budgets import LOOK_AGAIN, Grant, Notice
from hub.store.store import Store

PATIENCE = timedelta(minutes=2)
"""Longest wait for one call. Limits of a minute are waited out in the run, also with somebody ahead; behind anything longer
stands a quota of a quarter of an hour or a day, and then the scheduler is the better place to wait. It also has to stay far
below the ten minutes after which a silent run loses its lease."""


class SharedBudget:
    """What the prepared session asks before each attempt, and tells after it.

    Args:
        store: gives the store; asked for when the first call is made.
        connection: name of the connection.
        limits: narrowest first.
        sleep: waits that many seconds.
        patience: longest wait for one call.
    """

    def __init__(
        self,
        store: Callable[[], Store],
        connection: str,
        limits: tuple[Limit, ...],
        *,
        sleep: Callable[[float], None],
        patience: timedelta = PATIENCE,
    ) -> None:
        self._store, self._connection, self._limits = store, connection, limits
        self._sleep, self._patience = sleep, patience

    def take(self, call: str) -> Grant:
        """This waits until the call ("METHOD /path") may start.

        Raises ThrottledError at once where that would take too long, TransientError where the store does not answer.
        """
        limits, ticket, left = matching(self._limits, call), secrets.token_hex(8), self._patience
        while True:
            with self._store().brief() as tx:
                grant = tx.budgets.take(self._connection, limits, ticket=ticket, patience=left)
            if not grant.wait:
                return grant
            if grant.wait > left:
                raise self._throttled(grant)
            pause = min(grant.wait, LOOK_AGAIN)
            self._sleep(pause.total_seconds())
            left -= pause

    def settle(self, grant: Grant, status: int | None, headers: Mapping[str, str]) -> float:
        """This tells how a call ended (status None: no answer) and gives the seconds that nobody may call now.

        A store that does not answer, or has just been closed to us, must not make a good answer bad: then the call counts a
        little longer.
        """
        blocked = timedelta()
        with suppress(TransientError, ConfigError), self._store().brief() as tx:
            notice = Notice() if status is None else read_headers(status, headers, tx.now)
            blocked = tx.budgets.settle(self._connection, grant, notice)
        return blocked.total_seconds()

    def _throttled(self, grant: Grant) -> ThrottledError:
        limit = next(one for one in grant.limits if one.name == grant.because)
        number = f" of {limit.calls} calls per {limit.per:g} s" if limit.calls else ""
        seconds = grant.wait.total_seconds()
        return ThrottledError(
            f"{self._connection}: the call limit {limit.name!r}{number} is used up for {seconds:.0f} s.",
            retry_after=seconds,
            fix="Run again then; 'hub status' shows the limits, and connections can lower them in hub.yaml.",
        )
