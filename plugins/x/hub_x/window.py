"""How far a stream has been read: the cursor."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self

from hub.contract import ConfigError

_EPOCH_MS, _ID_SHIFT = 1_288_834_974_657, 22  # X makes ids of milliseconds since this instant, and 22 bits more


@dataclass(frozen=True, slots=True)
class Window:
    """The posts between two reads, newest first, and how far down they have been read.

    X gives new posts page by page, newest first. ``since`` moves only after the last page: moved any earlier, a kill
    would lose the pages that were still to come.

    Args:
        scope: fingerprint of the stream and what it asks for; a cursor of another scope says nothing.
        since: highest post id of the last complete read; None before the first.
        newest: highest post id seen in this window.
        oldest: lowest post id seen in this window.
        until: upper end of what is left, where X forgot the paging token.
        token: X's paging token of the next page; None between windows.
        through: True where the window was a range of time, and all of it has been read.
    """

    scope: str
    since: str | None = None
    newest: str | None = None
    oldest: str | None = None
    until: str | None = None
    token: str | None = None
    through: bool | None = None

    @classmethod
    def load(cls, cursor: str | None, scope: str) -> Self:
        """This reads a cursor; it begins anew where there is none or one of another scope. Raises ConfigError."""
        if cursor is None:
            return cls(scope)
        window = cls._parse(cursor)
        return window if window.scope == scope else cls(scope)

    @classmethod
    def _parse(cls, cursor: str) -> Self:
        try:
            fields: Any = json.loads(cursor)
            window = cls(**fields)
        except (ValueError, TypeError):
            raise _unreadable() from None
        ids = (window.since, window.newest, window.oldest, window.until)
        if not isinstance(window.scope, str) or any(one is not None and not is_id(one) for one in ids):
            raise _unreadable()
        return window

    def dump(self) -> str:
        """This is the cursor's text."""
        return json.dumps({name: value for name, value in asdict(self).items() if value is not None}, sort_keys=True)

    def after(self, ids: list[str], next_token: str | None) -> "Window":
        """This is the window once a page with these post ids has been read."""
        newest = max([*ids, *filter(None, [self.newest])], key=int, default=None)
        if next_token is None:
            done = max(filter(None, [self.since, newest]), key=int, default=None)
            return Window(self.scope, since=done)
        oldest = min([*ids, *filter(None, [self.oldest])], key=int, default=None)
        return replace(self, newest=newest, oldest=oldest, token=next_token)

    def settled(self, before: str | None, at: datetime) -> "Window":
        """This is a window that has been read, begun again where posts of ``at`` and later are asked for once more.

        X's lists show a post a little after the instant that its id is made of, behind others that are there already. A
        window never begins before ``before``, where the one before it began.
        """
        if self.since is None or self.token is not None:
            return self
        lowest = str(max(1, (int(at.timestamp() * 1000) - _EPOCH_MS) << _ID_SHIFT) - 1)
        since = min(self.since, lowest, key=int)
        return replace(self, since=max(since, before or "0", key=int))

    def without(self, refused: frozenset[str]) -> "Window":
        """This is the window that asks for the same posts without what X refused; itself where that is impossible.

        A paging token may have expired: what is left lies below the oldest post seen. Search refuses a ``since_id`` and
        an ``until_id`` of more than seven days ago.
        """
        if self.token and (not refused or refused & {"pagination_token", "next_token"}):
            return replace(self, token=None, until=self.oldest)
        if self.since and "since_id" in refused:
            return replace(self, since=None, token=None, until=self.oldest)
        if self.until and "until_id" in refused:
            return replace(self, until=None, token=None)
        return self


def is_id(value: object) -> bool:
    """This tells whether a value is an id of X as text."""
    return isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 19


def _unreadable() -> ConfigError:
    return ConfigError("the cursor was not written by the X connector.", fix="Reset the sync's cursor.")
