"""The suppression list: keyed hashes of erased people's identifiers, so that no import brings them back."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select

from hub.store.locks import hold
from hub.store.statements import add_missing, among, chunks, unique
from hub.store.tables import suppression
from hub.store.unit import Unit

_LOCK = "suppression"


class Suppression:
    """A room of the transaction: the suppression list. An error while reading it must stop the import."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(self, hashes: Iterable[str], reason: str, *, since: datetime | None = None) -> None:
        """This puts hashes (``Vault.suppress``) on the list, as of now or of ``since``; one that is there stays as it is.

        Whoever has asked for them and is still at work is waited for: what is purged later includes what they stored.
        """
        self.hold()
        rows = [{"hash": one, "reason": reason, "at": since or self._unit.now} for one in unique(hashes)]
        add_missing(self._unit.conn, suppression, rows)

    def hold(self) -> None:
        """This waits for everybody who has asked the list and is still at work, and lets nobody ask until the end."""
        hold(self._unit.conn, _LOCK)

    def hits(self, hashes: Iterable[str]) -> set[str]:
        """These are the hashes that are on the list; none is put there until the transaction ends."""
        return set(self.since(hashes))

    def since(self, hashes: Iterable[str]) -> dict[str, datetime]:
        """This maps the hashes that are on the list to when their person was erased; see ``hits``."""
        hold(self._unit.conn, _LOCK, shared=True)
        found: dict[str, datetime] = {}
        for chunk in chunks(unique(hashes)):
            query = select(suppression.c.hash, suppression.c.at).where(among(suppression.c.hash, chunk))
            found.update({row.hash: row.at for row in self._unit.conn.execute(query)})
        return found

    def count(self) -> int:
        """This is how many hashes are on the list."""
        return int(self._unit.conn.execute(select(func.count()).select_from(suppression)).scalar_one())
