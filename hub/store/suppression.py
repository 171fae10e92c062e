"""The suppression list: keyed hashes of erased people's identifiers, so that no import brings them back."""

from collections.abc import Iterable

from sqlalchemy import func, select

from hub.store.statements import add_missing, chunks, unique
from hub.store.tables import suppression
from hub.store.unit import Unit


class Suppression:
    """A room of the transaction: the suppression list. An error while reading it must stop the import."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(self, hashes: Iterable[str], reason: str) -> None:
        """This puts hashes (``Vault.suppress``) on the list; one that is there stays as it is."""
        rows = [{"hash": one, "reason": reason, "at": self._unit.now} for one in unique(hashes)]
        add_missing(self._unit.conn, suppression, rows)

    def hits(self, hashes: Iterable[str]) -> set[str]:
        """These are the hashes that are on the list."""
        found: set[str] = set()
        for chunk in chunks(unique(hashes)):
            query = select(suppression.c.hash).where(suppression.c.hash.in_(chunk))
            found.update(self._unit.conn.execute(query).scalars())
        return found

    def count(self) -> int:
        """This is how many hashes are on the list."""
        return int(self._unit.conn.execute(select(func.count()).select_from(suppression)).scalar_one())
