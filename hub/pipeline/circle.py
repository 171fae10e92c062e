"""The circle: all people that one batch speaks of, looked up in one go, told apart in memory, written in one go."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.errors import PolicyError
from hub.pipeline.batch import SUPPRESSED, PullBatch
from hub.pipeline.listing import asked_as
from hub.pipeline.name import Name
from hub.schema import Identifier
from hub.store.persons import Profile, new_person_id

NOTHING = Profile()
"""What a record tells of a person that only names them."""


@dataclass
class Circle:
    """The people of a batch while its records are told apart.

    What is learnt of them rests in memory until ``settle`` writes it. Only where people turn out to be one is it written
    at once, because a merge needs the database.
    """

    batch: PullBatch
    found: dict[str, str]
    _owned: dict[str, list[Identifier]] = field(default_factory=dict)
    _new: list[str] = field(default_factory=list)
    _attached: dict[str, tuple[str, Identifier]] = field(default_factory=dict)
    _profiles: dict[str, Profile] = field(default_factory=dict)

    @classmethod
    def of(cls, batch: PullBatch, records: Sequence[Sequence[Name]]) -> Circle:
        """This looks up everybody whom some records name, with what will be asked about them."""
        circle = cls(batch, batch.tx.persons.hold(_lookups(records)))
        batch.load(sorted(set(circle.found.values())))
        # What somebody is known by matters only where a record brings something new about them.
        news = {person for names in records for person in circle._told_news(names)}
        circle._owned = batch.tx.persons.identifiers(sorted(news)) if news else {}
        return circle

    def known(self, names: Iterable[Name]) -> dict[Identifier, str]:
        """This maps those names to their people that the hub knows; only matchable ones tell."""
        return {
            name.identifier: self.found[name.lookup] for name in names if name.matchable and name.lookup in self.found
        }

    def owned(self, people: Collection[str]) -> dict[str, list[Identifier]]:
        """This is what people are known by, with what this batch has told of them."""
        if missing := [person for person in people if person not in self._owned]:
            self.settle()
            self._owned |= self.batch.tx.persons.identifiers(missing)
        return {person: self._owned.get(person, []) for person in people}

    def ages(self, people: Collection[str]) -> dict[str, datetime]:
        """This is since when people are known."""
        self.settle()
        return {person: self.batch.tx.persons.created_at(person) or self.batch.now for person in people}

    def create(self) -> str:
        """This is somebody new."""
        person = new_person_id(self.batch.now)
        self._new.append(person)
        self._owned[person] = []
        self.batch.events[person], self.batch.profiles[person] = [], Profile()
        return person

    def attach(self, person: str, names: Iterable[Name]) -> None:
        """This makes names a person's; one that is somebody's already stays with them."""
        for name in names:
            if name.lookup not in self._attached and name.lookup not in self.found and person in self._owned:
                self._owned[person].append(name.identifier)
            if self.found.get(name.lookup) != person or name.identifier.verified:
                owner, held = self._attached.get(name.lookup, (person, name.identifier))
                self._attached[name.lookup] = owner, name.identifier if name.identifier.verified else held
            if name.matchable:
                self.found[name.lookup] = person

    def remember(self, person: str, told: Profile) -> None:
        """This lays what a record tells of a person over what is known."""
        if told is NOTHING or told == NOTHING:
            return
        known = self.batch.profile_of(person)
        if (newer := told.over(known)) == known:
            return
        self._profiles[person] = told.over(self._profiles.get(person, told))
        self.batch.profiles[person] = newer
        if person in self.batch.merged:
            # Of people who are several, the store knows whose fact is the newest.
            self.settle()
            self.batch.forget([person])

    def parted(self, people: Sequence[str]) -> set[frozenset[str]]:
        """These pairs of people were one until somebody said that they are not."""
        return self.batch.tx.merges.parted(people)

    def merge(self, keep: str, absorbed: Sequence[str], reason: str) -> str:
        """This makes several people one and gives who stands for all; a refusal by any of them counts for all.

        Raises PolicyError (``suppressed``) where one of them is known by what belongs to somebody who was erased.
        """
        self.settle()
        self._refuse_the_suppressed([keep, *absorbed])
        for gone in absorbed:
            self.batch.tx.consents.append_merge(keep, gone)
            keep = self.batch.tx.persons.merge(keep, gone, reason)
            self.batch.tell_merge(keep, gone, reason)
        several = {keep, *absorbed}
        self.batch.forget(sorted(several))
        for person in several:
            self._owned.pop(person, None)
        self.found = {lookup: keep if person in several else person for lookup, person in self.found.items()}
        self.batch.merged.add(keep)
        return keep

    def _refuse_the_suppressed(self, people: Sequence[str]) -> None:
        """The record's own names were asked about; a merge brings in all others that its people are known by."""
        tx, vault = self.batch.tx, self.batch.rooms.vault
        held = (one for group in tx.persons.identifiers(people).values() for one in group)
        if tx.suppression.hits(asked_as(vault, held)):
            raise PolicyError("a merge would bring back somebody who was erased.", reason=SUPPRESSED)

    def settle(self) -> None:
        """This writes what has been learnt since the last time."""
        persons = self.batch.tx.persons
        persons.create_all(self._new)
        self.batch.tell_new(self._new)
        attached: dict[str, list[Identifier]] = {}
        for person, identifier in self._attached.values():
            attached.setdefault(person, []).append(identifier)
        persons.attach_many(attached)
        persons.set_profiles(self._profiles)
        self._new, self._attached, self._profiles = [], {}, {}

    def _told_news(self, names: Sequence[Name]) -> set[str]:
        known = [self.found.get(name.lookup) if name.matchable else None for name in names]
        people = {person for person in known if person is not None}
        return people if None in known or len(people) > 1 else set()


def _lookups(records: Sequence[Sequence[Name]]) -> list[str]:
    return sorted({name.lookup for names in records for name in names if name.matchable})
