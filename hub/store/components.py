"""Components: who stands for whom after persons were merged."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select

from hub.store.statements import among, chunks, pairs, unique
from hub.store.tables import persons

Groups = Mapping[str, list[str]]
"""Each person with everybody in its merged component, itself included."""


def roots(conn: Connection, person_ids: Iterable[str]) -> dict[str, str]:
    """This maps each person to the one that stands for it; unknown ids are missing, the order stays."""
    wanted = unique(person_ids)
    found: dict[str, str] = {}
    for chunk in chunks(wanted):
        found.update(pairs(conn, select(persons.c.id, persons.c.root).where(among(persons.c.id, chunk))))
    return {person_id: found[person_id] for person_id in wanted if person_id in found}


def members(conn: Connection, person_ids: Sequence[str]) -> dict[str, list[str]]:
    """This maps each person to everybody in its merged component, itself included, ordered by id."""
    wanted = unique(person_ids)
    found: dict[str, list[str]] = {}
    other = persons.alias("other")
    joined = persons.join(other, other.c.root == persons.c.root)
    for chunk in chunks(wanted):
        query = select(persons.c.id, other.c.id).select_from(joined).where(among(persons.c.id, chunk))
        for person_id, member in conn.execute(query).all():
            found.setdefault(person_id, []).append(member)
    return {person_id: sorted(found[person_id]) for person_id in wanted if person_id in found}


def subtree(conn: Connection, person_id: str) -> list[str]:
    """These are the person and all that were merged into it, directly or not."""
    found = [person_id]
    level = [person_id]
    while level:
        level = [
            child
            for chunk in chunks(level)
            for child in conn.execute(select(persons.c.id).where(among(persons.c.parent, chunk))).scalars()
        ]
        found.extend(level)
    return found
