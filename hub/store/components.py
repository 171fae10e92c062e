"""Components: who stands for whom after persons were merged."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from hub.store.statements import chunks, pairs, unique
from hub.store.tables import persons


def roots(conn: Connection, person_ids: Iterable[str]) -> dict[str, str]:
    """This maps each person to the one that stands for it; unknown ids are missing, the order stays."""
    wanted = unique(person_ids)
    found: dict[str, str] = {}
    for chunk in chunks(wanted):
        found.update(pairs(conn, select(persons.c.id, persons.c.root).where(persons.c.id.in_(chunk))))
    return {person_id: found[person_id] for person_id in wanted if person_id in found}


def members(conn: Connection, person_ids: Sequence[str]) -> dict[str, list[str]]:
    """This maps each person to everybody in its merged component, itself included, ordered by id."""
    root_of = roots(conn, person_ids)
    of_root: dict[str, list[str]] = {}
    for chunk in chunks(unique(root_of.values())):
        rows = conn.execute(
            select(persons.c.root, persons.c.id).where(persons.c.root.in_(chunk)).order_by(persons.c.id)
        )
        for root, person_id in rows:
            of_root.setdefault(root, []).append(person_id)
    return {person_id: of_root[root] for person_id, root in root_of.items()}


def subtree(conn: Connection, person_id: str) -> list[str]:
    """These are the person and all that were merged into it, directly or not."""
    found = [person_id]
    level = [person_id]
    while level:
        level = [
            child
            for chunk in chunks(level)
            for child in conn.execute(select(persons.c.id).where(persons.c.parent.in_(chunk))).scalars()
        ]
        found.extend(level)
    return found
