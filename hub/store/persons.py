"""Persons: who we know, by which identifiers, and who was merged into whom."""

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Column, Table, and_, delete, func, select, update

from hub.errors import FatalError, PolicyError
from hub.schema import Identifier
from hub.schema.terms import IdentifierKind
from hub.store import components, touches
from hub.store.conflict import Conflict
from hub.store.locks import hold_components, lets_others_write
from hub.store.sealing import opened, sealed
from hub.store.statements import add, among, chunks, fetch, pairs, unique, upsert
from hub.store.tables import audit_detail, counters, identifiers, merges, persons, profiles
from hub.store.unit import Unit

ACTIVE = "active"
"""Status of a living person."""
ERASED = "erased"
"""Status of a tombstone."""


class Profile(NamedTuple):
    """What is known about a person besides identifiers; None: unknown.

    Args:
        name: as a system wrote it.
        language: BCP 47.
        country: ISO 3166-1 alpha-2.
        region: ISO 3166-2, such as US-CA.
        birth_year: four digits.
    """

    name: str | None = None
    language: str | None = None
    country: str | None = None
    region: str | None = None
    birth_year: int | None = None

    def over(self, older: "Profile") -> "Profile":
        """This is the profile in which what is unknown here comes from ``older``."""
        return Profile(
            older.name if self.name is None else self.name,
            older.language if self.language is None else self.language,
            older.country if self.country is None else self.country,
            older.region if self.region is None else self.region,
            older.birth_year if self.birth_year is None else self.birth_year,
        )


def _laid_over(older: Profile, newer: Profile) -> Profile:
    return newer.over(older)


def new_person_id(at: datetime) -> str:
    """This is an id for somebody new: the milliseconds of ``at``, then random, so that it says nothing but since when.

    Who is met together stands together in every index, so the cost of one more person does not grow with their number.
    """
    return f"per_{int(at.timestamp() * 1_000):012x}{os.urandom(10).hex()}"


class Persons:
    """A room of the transaction: data subjects, their identifiers and profiles."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._nobody: set[str] = set()  # lookups that ``hold`` found to be nobody's

    def find(self, lookups: Iterable[str]) -> dict[str, str]:
        """This maps lookups to the persons that stand for them after merges; unknown and erased ones are missing."""
        found: dict[str, str] = {}
        for chunk in chunks(unique(lookups)):
            joined = identifiers.join(persons, persons.c.id == identifiers.c.person_id)
            query = select(identifiers.c.lookup, persons.c.root).select_from(joined)
            found.update(pairs(self._unit.conn, query.where(among(identifiers.c.lookup, chunk))))
        return found

    def hold(self, lookups: Iterable[str]) -> dict[str, str]:
        """This finds persons as ``find`` does, and keeps other writers away from them to the end of the transaction.

        Ask for consents and profiles afterwards only: another writer may have changed them until then. Where another
        writer gives one of the lookups to somebody meanwhile, ``attach`` raises Conflict.
        """
        wanted = unique(lookups)
        found = self.find(wanted)
        while found and lets_others_write(self._unit.conn):
            hold_components(self._unit.conn, found.values())
            before, found = found, self.find(wanted)
            if found == before:
                break
        self._nobody.update(lookup for lookup in wanted if lookup not in found)
        return found

    def hold_many(self, person_ids: Iterable[str]) -> None:
        """This keeps other writers away from persons, and all merged with them, to the end of the transaction."""
        hold_components(self._unit.conn, unique(person_ids))

    def create(self) -> str:
        """This makes a person with a key and an audit reference of its own, and gives its id."""
        return self.create_many(1)[0]

    def create_many(self, count: int) -> list[str]:
        """This makes ``count`` persons and gives their ids, which say nothing but since when they are known."""
        ids = [new_person_id(self._unit.now) for _ in range(count)]
        self.create_all(ids)
        return ids

    def create_all(self, ids: Sequence[str]) -> None:
        """This makes persons under ids that ``new_person_id`` gave."""
        add(self._unit.conn, persons, [
            {"id": person_id, "parent": None, "root": person_id, "status": ACTIVE, "touched": None,
             "created_at": self._unit.now, "erased_at": None}
            for person_id in ids
        ])  # fmt: skip
        self._unit.keys.create(ids)
        touches.mark(self._unit, ids)

    def attach(self, person_id: str, identifiers: Sequence[Identifier]) -> tuple[str, ...]:
        """This attaches normalised identifiers: see ``attach_many``."""
        return self.attach_many({person_id: identifiers})

    def attach_many(self, found: Mapping[str, Sequence[Identifier]]) -> tuple[str, ...]:
        """This attaches normalised identifiers to persons; a repeated one is harmless, a verified one stays so.

        Gives the lookups that were left where they are because they belong to somebody outside the person's component:
        resolution must merge or decide, the store never moves an identifier. Raises PolicyError for erased persons.
        """
        if not found:
            return ()
        wanted = {
            self._unit.vault.lookup_identifier(identifier): (person_id, identifier)
            for person_id, group in found.items()
            for identifier in group
        }
        owners = self._owners(wanted)
        roots = components.roots(self._unit.conn, found)
        new = {lookup: pair for lookup, pair in wanted.items() if lookup not in owners}
        self._unit.keys.load(person_id for person_id, _ in new.values())
        add(self._unit.conn, identifiers, [self._row(lookup, *pair) for lookup, pair in new.items()])
        self._nobody.difference_update(new)
        self._verify([lookup for lookup, (_, one) in wanted.items() if one.verified and lookup in owners])
        return tuple(lookup for lookup, owner in owners.items() if owner != roots.get(wanted[lookup][0]))

    def detach(self, gone: Sequence[Identifier]) -> None:
        """This forgets identifiers: whoever brings them next is somebody new."""
        for chunk in chunks(unique(self._unit.vault.lookup_identifier(one) for one in gone)):
            self._unit.conn.execute(delete(identifiers).where(among(identifiers.c.lookup, chunk)))

    def identifiers(self, person_ids: Sequence[str]) -> dict[str, list[Identifier]]:
        """These are the identifiers of each person and all merged with it, opened; oldest first."""
        rows = self._of_components(identifiers, person_ids, identifiers.c.attached_at)
        return {person_id: [self._identifier(row) for row in group] for person_id, group in rows.items()}

    def set_profile(self, person_id: str, profile: Profile) -> None:
        """This lays a profile over what is known: what it does not know stays."""
        self.set_profiles({person_id: profile})

    def set_profiles(self, found: Mapping[str, Profile]) -> None:
        """This lays a profile over what is known of each person; raises PolicyError for erased persons."""
        if not found:
            return
        known: dict[str, Profile] = {}
        for chunk in chunks(found):
            rows = fetch(self._unit.conn, select(profiles).where(among(profiles.c.person_id, chunk)))
            known |= {row["person_id"]: self._profile(row) for row in rows}
        rows_new = [
            {"person_id": person_id, "updated_at": self._unit.now,
             "sealed": sealed(self._unit, "profiles", person_id, person_id, new.over(known.get(person_id, new))._asdict())}
            for person_id, new in found.items()
        ]  # fmt: skip
        upsert(self._unit.conn, profiles, rows_new)

    def groups(self, person_ids: Sequence[str]) -> components.Groups:
        """This maps each person to everybody merged with it, itself included: what several questions can share."""
        return components.members(self._unit.conn, person_ids)

    def profiles(self, person_ids: Sequence[str], groups: components.Groups | None = None) -> dict[str, Profile]:
        """These are the profiles of persons and all merged with them, newer facts over older; unknown ones are empty."""
        rows = self._of_components(profiles, person_ids, profiles.c.updated_at, groups)
        told = {person_id: [self._profile(row) for row in group] for person_id, group in rows.items()}
        return {person_id: reduce(_laid_over, group) if group else Profile() for person_id, group in told.items()}

    def merge(self, keep: str, gone: str, reason: str) -> str:
        """This lets ``keep``'s component stand for ``gone``'s too, and gives the person that now stands for both.

        Records and identifiers stay under their own persons' keys. Raises PolicyError where one of them is erased.
        """
        hold_components(self._unit.conn, [keep, gone])
        roots = self._living([keep, gone])
        root, merged = roots[keep], roots[gone]
        if root == merged:
            return root
        run = self._unit.conn.execute
        run(update(persons).where(persons.c.id == merged).values(parent=root, touched=None))
        run(update(persons).where(persons.c.root == merged).values(root=root))
        row = {"keep": root, "gone": merged, "reason": reason, "at": self._unit.now}
        add(self._unit.conn, merges, [row])
        self.touch([root])
        return root

    def unmerge(self, gone: str, reason: str) -> None:
        """This undoes the merge of ``gone``, with all that had been merged into it; FatalError where there was none."""
        hold_components(self._unit.conn, [gone])
        run = self._unit.conn.execute
        row = run(select(persons.c.parent, persons.c.root).where(persons.c.id == gone)).one_or_none()
        if row is None or row.parent is None:
            raise FatalError("The person to split off was never merged into another one.")
        run(update(persons).where(persons.c.id == gone).values(parent=None))
        for chunk in chunks(components.subtree(self._unit.conn, gone)):
            run(update(persons).where(among(persons.c.id, chunk)).values(root=gone))
        undone = and_(merges.c.gone == gone, merges.c.undone_at.is_(None))
        run(update(merges).where(undone).values(undone_at=self._unit.now, undone_reason=reason))
        self.touch([row.root, gone])

    def members(self, person_id: str) -> list[str]:
        """These are all persons merged with this one, itself included."""
        return components.members(self._unit.conn, [person_id]).get(person_id, [])

    def roots(self, person_ids: Iterable[str]) -> dict[str, str]:
        """This maps each person to the one that stands for it; unknown ids are missing."""
        return components.roots(self._unit.conn, person_ids)

    def touch(self, person_ids: Iterable[str]) -> None:
        """This marks the persons that stand for these as changed, each with the next value of the sequence."""
        touches.mark(self._unit, person_ids)

    def touched_since(self, seq: int, limit: int) -> list[tuple[str, int]]:
        """These are the next persons that changed after ``seq``, with their own; ask again from the last one."""
        touches.settle(self._unit)
        query = select(persons.c.id, persons.c.touched).where(persons.c.touched > seq).order_by(persons.c.touched)
        return [(person_id, touched) for person_id, touched in self._unit.conn.execute(query.limit(limit))]

    def touched(self, person_ids: Iterable[str]) -> dict[str, int]:
        """This maps each person to the sequence value of the last change of whoever stands for it; 0 for none."""
        roots = components.roots(self._unit.conn, unique(person_ids))
        found: dict[str, int] = {}
        for chunk in chunks(unique(roots.values())):
            query = select(persons.c.id, persons.c.touched).where(among(persons.c.id, chunk))
            found.update({row.id: row.touched or 0 for row in self._unit.conn.execute(query)})
        return {person_id: found.get(root, 0) for person_id, root in roots.items()}

    def head(self) -> int:
        """This is the latest value of the sequence of changes, 0 at first."""
        touches.settle(self._unit)
        query = select(counters.c.value).where(counters.c.name == touches.COUNTER)
        return int(self._unit.conn.execute(query).scalar() or 0)

    def audit_ref(self, person_id: str) -> str | None:
        """This is the person's name in the audit log; None once erased."""
        return self._unit.keys.audit_refs([person_id]).get(person_id)

    def status(self, person_id: str) -> str | None:
        """This is ``active``, ``merged`` or ``erased``; None where the person is unknown."""
        query = select(persons.c.status, persons.c.parent).where(persons.c.id == person_id)
        row = self._unit.conn.execute(query).one_or_none()
        if row is None:
            return None
        return "merged" if row.status == ACTIVE and row.parent is not None else str(row.status)

    def created_at(self, person_id: str) -> datetime | None:
        """This is when the hub first knew the person."""
        return self._unit.conn.execute(select(persons.c.created_at).where(persons.c.id == person_id)).scalar()

    def count(self) -> int:
        """This is how many living persons there are; merged ones count once."""
        living = and_(persons.c.status == ACTIVE, persons.c.parent.is_(None))
        return int(self._unit.conn.execute(select(func.count()).select_from(persons).where(living)).scalar_one())

    def erase(self, person_id: str) -> None:
        """This shreds the person's key, deletes identifiers, profile and audit details, and leaves a tombstone.

        Again is harmless.

        It erases this one person: go through ``members``. Sealed rows that remain are unreadable from here on.
        """
        hold_components(self._unit.conn, [person_id])
        run = self._unit.conn.execute
        run(delete(identifiers).where(identifiers.c.person_id == person_id))
        run(delete(profiles).where(profiles.c.person_id == person_id))
        run(delete(audit_detail).where(audit_detail.c.person_id == person_id))
        living = and_(persons.c.id == person_id, persons.c.status == ACTIVE)
        run(update(persons).where(living).values(status=ERASED, touched=None, erased_at=self._unit.now))
        self._unit.keys.shred(person_id)

    def drop_profile(self, person_id: str) -> None:
        """This forgets the name and whatever else is known besides identifiers."""
        self._unit.conn.execute(delete(profiles).where(profiles.c.person_id == person_id))

    def _owners(self, lookups: Iterable[str]) -> dict[str, str]:
        """Whose lookups are; those that ``hold`` found to be nobody's must still be so."""
        if not lets_others_write(self._unit.conn):
            return self.find(lookup for lookup in lookups if lookup not in self._nobody)
        owners = self.find(lookups)
        if not self._nobody.isdisjoint(owners):
            raise Conflict("Another run has just met the same person; nothing of this step was kept.", fix="Try again.")
        return owners

    def _living(self, person_ids: Sequence[str]) -> dict[str, str]:
        roots = components.roots(self._unit.conn, person_ids)
        in_question = persons.c.root.in_(list(roots.values()))
        erased = select(func.count()).select_from(persons).where(in_question, persons.c.status == ERASED)
        if set(roots) != set(person_ids) or self._unit.conn.execute(erased).scalar_one():
            raise PolicyError("An erased or unknown person cannot be merged.", reason="person.erased")
        return roots

    def _of_components(
        self, table: Table, person_ids: Sequence[str], order: Column[Any], groups: components.Groups | None = None
    ) -> dict[str, list[Mapping[str, Any]]]:
        groups = self.groups(person_ids) if groups is None else groups
        everybody = unique(member for group in groups.values() for member in group)
        self._unit.keys.load(everybody)
        of_member: dict[str, list[Mapping[str, Any]]] = {}
        for chunk in chunks(everybody):
            query = select(table).where(among(table.c.person_id, chunk))
            for row in fetch(self._unit.conn, query):
                of_member.setdefault(row["person_id"], []).append(row)
        return {
            person_id: sorted((row for one in group for row in of_member.get(one, ())), key=itemgetter(order.name))
            for person_id, group in groups.items()
        }

    def _row(self, lookup: str, person_id: str, identifier: Identifier) -> dict[str, Any]:
        return {
            "lookup": lookup,
            "person_id": person_id,
            "kind": identifier.kind.value,
            "issuer": identifier.issuer,
            "verified": identifier.verified,
            "sealed": sealed(self._unit, "identifiers", person_id, lookup, identifier.value),
            "attached_at": self._unit.now,
        }

    def _identifier(self, row: Mapping[str, Any]) -> Identifier:
        value = opened(self._unit, "identifiers", str(row["person_id"]), str(row["lookup"]), row["sealed"])
        return Identifier(
            kind=IdentifierKind(str(row["kind"])),
            issuer=str(row["issuer"]),
            verified=bool(row["verified"]),
            value=value,
        )

    def _profile(self, row: Mapping[str, Any]) -> Profile:
        person_id = str(row["person_id"])
        return Profile(**(opened(self._unit, "profiles", person_id, person_id, row["sealed"]) or {}))

    def _verify(self, lookups: Sequence[str]) -> None:
        for chunk in chunks(lookups):
            known = and_(among(identifiers.c.lookup, chunk), identifiers.c.verified.is_(False))
            self._unit.conn.execute(update(identifiers).where(known).values(verified=True))
