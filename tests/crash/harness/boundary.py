"""Where a process may die: it counts every write and every request, and kills itself with SIGKILL at the one it is told.

A boundary is named by what comes next. Nothing that rests changes between one event and the next, so a kill "after a
statement" and one "before the next statement" are the same kill, and are counted once:

- before each ``INSERT``, ``UPDATE`` and ``DELETE``, and before SQLite's write-ahead log is moved into the file;
- before and after each ``COMMIT``;
- before each request, and after the vendor has committed and answered, with the answer unread;
- before and after each line of the erasure journal, and with half of the line on the disk.
"""

import os
import re
import signal
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Engine, event
from sqlalchemy.engine.default import DefaultDialect

from hub.pipeline.journal import ErasureJournal
from hub.transport import PinnedAdapter

_WRITE = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM|PRAGMA wal_checkpoint)\s*(\w*)", re.IGNORECASE)
_ID = re.compile(r"[0-9A-Za-z_-]*\d[0-9A-Za-z_-]*")


class Boundaries:
    """A counter of boundaries; with a ``target`` it dies there, and ``last_words`` hears the boundary's name first."""

    def __init__(self, target: int | None = None, last_words: Callable[[str], None] = lambda _: None) -> None:
        self.names: list[str] = []
        self._target = target
        self._last_words = last_words

    def cross(self, name: str, half_done: Callable[[], None] = lambda: None) -> None:
        if len(self.names) == self._target:
            half_done()
            self._last_words(name)
            os.kill(os.getpid(), signal.SIGKILL)
        self.names.append(name)

    def watch(self) -> None:
        """This hooks into the database, the network and the journal of this process, for the rest of its life."""
        event.listen(Engine, "before_cursor_execute", self._statement)
        self._wrap(DefaultDialect, "do_commit", lambda *_: "COMMIT", after=True)
        self._wrap(PinnedAdapter, "send", lambda _, request, **__: _request(request), after=True)
        self._wrap(ErasureJournal, "append", lambda *_: "journal", half_done=_half_a_line, after=True)

    def _statement(self, conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        if found := _WRITE.match(statement):
            self.cross(f"before {found[1].split()[0].upper()} {found[2] or 'wal_checkpoint'}")

    def _wrap(self, owner: type, method: str, name: Callable[..., str], *, half_done: Any = None, after: bool) -> None:
        original = getattr(owner, method)

        def watched(*args: Any, **kwargs: Any) -> Any:
            what = name(*args, **kwargs)
            self.cross(f"before {what}")
            if half_done:
                self.cross(f"half of {what}", lambda: half_done(*args, **kwargs))
            done = original(*args, **kwargs)
            self.cross(f"after {what}")
            return done

        setattr(owner, method, watched)


def _request(request: Any) -> str:
    path = "/".join(_ID.sub("N", part) if len(part) > 3 else part for part in urlsplit(request.url).path.split("/"))
    return f"{request.method} {path}"


def _half_a_line(journal: ErasureJournal, entry: Any) -> None:
    """What a power cut may leave of a line."""
    journal.path.parent.mkdir(parents=True, exist_ok=True)
    with journal.path.open("a", encoding="ascii") as file:
        file.write('{"persons": ["per_')
