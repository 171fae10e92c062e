"""A channel: where notices go. Each hears of an alert once, again after a while, and of its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from hub.errors import HubError
from hub.store.store import Store
from hub.watch.alert import Alert
from hub.watch.notice import Notice, Told, alert_notice


class Channel(Protocol):
    """Takes notices to people."""

    @property
    def name(self) -> str:
        """What it is called in messages."""
        ...

    def send(self, notice: Notice) -> None:
        """This brings a notice to people; raises HubError where it did not get there."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of telling one channel: how many alerts, how many ends, and why it did not get there."""

    channel: str
    alerts: int = 0
    ended: int = 0
    error: HubError | None = None


def notify(store: Store, channel: Channel, tenant: str, alerts: Sequence[Alert], repeat: timedelta) -> Answer:
    """This tells a channel what is new to it, and remembers that only once it got there.

    Args:
        store: remembers what was told.
        channel: who is told.
        tenant: name of the deployment.
        alerts: all alerts that stand.
        repeat: how long an alert may stand until it is told again.
    """
    fact = f"told|{channel.name}"
    with store.read() as tx:
        told, now = Told.read(tx.facts.get(fact)), tx.now
    due, ended = told.news(alerts, now, repeat)
    if not due and not ended:
        return Answer(channel.name)
    try:
        channel.send(alert_notice(tenant, due, ended))
    except HubError as error:
        return Answer(channel.name, error=error)
    with store.begin() as tx:
        tx.facts.put(fact, str(told.after(alerts, due, now)))
    return Answer(channel.name, len(due), len(ended))
