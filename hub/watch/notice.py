"""Notices: alerts and failures as short texts, fit for a chat that many people read: ids, counts and commands only."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.telemetry.vocabulary import ERRORS, OTHER
from hub.watch.alert import Alert

_MARK = {"critical": "[critical]", "warning": "[warning]"}
_RUN = re.compile(r"(scheduled|manual|backfill|asset_triggered)__[0-9T:.+Z-]{1,40}(_[A-Za-z0-9]{1,12})?")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,80}")


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to people.

    Args:
        title: one line.
        text: the lines below it.
    """

    title: str
    text: str


def alert_notice(tenant: str, new: Sequence[Alert], ended: Sequence[str]) -> Notice:
    """This tells of alerts that are new, or still stand, and of those that have ended since.

    Args:
        tenant: name of the deployment.
        new: what to tell of.
        ended: keys of alerts that stand no longer.
    """
    counted = [f"{len(new)} alerts" if len(new) != 1 else "1 alert"] if new else []
    counted += [f"{len(ended)} ended"] if ended else []
    lines = [line for one in new for line in _lines(one)] + [f"ended: {key.strip('/')}" for key in ended]
    return Notice(f"Attune {tenant}: {', '.join(counted)}", "\n".join(lines))


def _lines(one: Alert) -> list[str]:
    where = f"{one.sync}: " if one.sync else ""
    return [f"{_MARK[one.severity]} {one.name}: {where}{one.text}", f"    {one.fix}"]


def failure_notice(dag: str, task: str, run: str, attempt: int, error: BaseException | str | None) -> Notice:
    """This tells of a task that has failed under a scheduler: by its names, and the class of the error.

    What the error says stays in the task's own log: a stranger's exception may quote anything. A run that somebody has
    named by hand is told without its name.
    """
    kind = type(error).__name__ if isinstance(error, BaseException) else ""
    named = run if _RUN.fullmatch(run) else "named by hand"
    lines = [
        (f"task {_plain(task)}, " if task else "") + f"run {named}, attempt {attempt}",
        f"error: {kind if kind in ERRORS else OTHER}; what it says is in the task's log",
        "see 'hub runs' and 'hub alerts' for what the ledger says",
    ]
    return Notice(f"Attune: {_plain(dag)} has failed", "\n".join(lines))


def _plain(name: str) -> str:
    return name if _NAME.fullmatch(name) else OTHER


@dataclass(frozen=True, slots=True)
class Told:
    """What people have been told: keys of alerts, and when last."""

    at: Mapping[str, datetime]

    @classmethod
    def read(cls, text: str | None) -> Told:
        """This reads what ``str`` wrote."""
        return cls({key: datetime.fromisoformat(at) for key, at in json.loads(text or "{}").items()})

    def __str__(self) -> str:
        return json.dumps({key: at.isoformat() for key, at in sorted(self.at.items())})

    def news(self, alerts: Sequence[Alert], now: datetime, repeat: timedelta) -> tuple[list[Alert], list[str]]:
        """These are the alerts to tell of now - new ones, and old ones told so long ago - and keys of those that ended."""
        due = [one for one in alerts if one.key not in self.at or now - self.at[one.key] >= repeat]
        return due, sorted(set(self.at) - {one.key for one in alerts})

    def after(self, alerts: Sequence[Alert], due: Sequence[Alert], now: datetime) -> Told:
        """This is what people have been told once they have heard of ``due``."""
        heard = {one.key for one in due}
        return Told({one.key: now if one.key in heard else self.at[one.key] for one in alerts})
