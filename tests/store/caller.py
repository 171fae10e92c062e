"""What one process does that calls a vendor many times, as a connector would."""

import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from hub.budget import SharedBudget
from hub.contract import Limit
from hub.store.store import open_store
from hub.store.vault import Vault
from hub.transport import Route, TransportLimits, prepare_session


def call(url: str, vendor: str, calls: int, limits: tuple[Limit, ...] | None, start: Any, done: Any) -> None:
    """Puts its longest wait for one call, in seconds, and the answers by status into ``done``; no limits: no budget."""
    with open_store(url, Vault(b"r" * 32), now=lambda: datetime.now(UTC)) as store:
        budget = None if limits is None else SharedBudget(lambda: store, "desk", limits, sleep=time.sleep)
        route = Route("https://api.vendor.example", vendor)
        session = prepare_session(route, limits=TransportLimits(retries=0), budget=budget).session
        start.wait(60)
        statuses: Counter[int] = Counter()
        longest = 0.0
        for n in range(calls):
            began = time.monotonic()
            statuses[session.get(f"https://api.vendor.example/items/{n}").status_code] += 1
            longest = max(longest, time.monotonic() - began)
    done.put((longest, dict(statuses)))
