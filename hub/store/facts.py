"""Facts about the deployment as the database last knew them: which rules, plugins and settings it worked with."""

from collections.abc import Mapping

from sqlalchemy import delete, select

from hub.store.raw import as_bytes
from hub.store.statements import add_missing, chunks, upsert
from hub.store.tables import meta
from hub.store.unit import Unit

_PREFIX = "fact|"
_OWN = "own|"


class Facts:
    """A room of the transaction: short texts by name."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def all(self) -> dict[str, str]:
        """These are all facts."""
        query = select(meta.c.name, meta.c.value).where(meta.c.name.startswith(_PREFIX, autoescape=True))
        return {name.removeprefix(_PREFIX): value.decode() for name, value in self._unit.conn.execute(query)}

    def get(self, name: str) -> str | None:
        """This is a fact about the database's own work; None where it was never put."""
        value = self._unit.conn.execute(select(meta.c.value).where(meta.c.name == _OWN + name)).scalar()
        return None if value is None else as_bytes(value).decode(errors="replace")

    def put(self, name: str, text: str) -> None:
        """This puts a fact about the database's own work; it is none of those that ``all`` gives."""
        upsert(self._unit.conn, meta, [{"name": _OWN + name, "value": text.encode()}])

    def keep(self, name: str, text: str) -> str:
        """This puts a fact that never changes; gives the one that stands, which is an earlier one where there was one."""
        add_missing(self._unit.conn, meta, [{"name": _OWN + name, "value": text.encode()}])
        return self.get(name) or text

    def replace(self, facts: Mapping[str, str]) -> None:
        """This makes ``facts`` all that there are."""
        for gone in chunks(_PREFIX + name for name in self.all() if name not in facts):
            self._unit.conn.execute(delete(meta).where(meta.c.name.in_(gone)))
        upsert(
            self._unit.conn,
            meta,
            [{"name": _PREFIX + name, "value": text.encode()} for name, text in sorted(facts.items())],
        )
