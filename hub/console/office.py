"""The office: keeps one deployment open for the pages, and opens it anew when its settings or rules have changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from hub.app import Hub, open_hub, utc_now

Stamp = tuple[tuple[str, int, int], ...]


class Office:
    """One deployment, opened when a page is first asked for.

    Whoever loses a role has lost it with the next page: each page looks whether a file has changed.

    Args:
        config: path of ``hub.yaml``.
        now: the clock.
    """

    def __init__(self, config: Path, *, now: Callable[[], datetime] = utc_now) -> None:
        self.config = config
        self._now = now
        self._lock = threading.Lock()
        self._hub: Hub | None = None
        self._stamp: Stamp = ()

    def hub(self) -> Hub:
        """This is the deployment as its files are now; raises HubError where they cannot be used."""
        with self._lock:
            stamp = tuple(self._files())
            if self._hub is None or stamp != self._stamp:
                self.close()
                self._hub = _opened(self.config, self._now)
                self._stamp = tuple(self._files())
            return self._hub

    def close(self) -> None:
        """This closes what is open; a page that is being made keeps its own connection to the end."""
        if self._hub is not None:
            self._hub.close()
        self._hub = None

    def _files(self) -> Iterator[tuple[str, int, int]]:
        rules = self._hub.deployment.path(self._hub.deployment.settings.privacy) if self._hub else None
        for path in (self.config, *(sorted(rules.glob("*.yaml")) if rules else ())):
            found = path.stat() if path.exists() else None
            yield str(path), found.st_mtime_ns if found else 0, found.st_size if found else 0


def _opened(config: Path, now: Callable[[], datetime]) -> Hub:
    """Rooms open when they are first used, which is nothing for two threads at once: so these are opened here."""
    hub = open_hub(config, now=now)
    _ = hub.access, hub.audit, hub.door, hub.epochs
    return hub
