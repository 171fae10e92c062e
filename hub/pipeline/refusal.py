"""Refusal: whoever was erased stays erased, also under ids that a vendor has given them since.

A profile that is refused names its owner's new ids as well. Records that bring nothing but such an id must not make the
person anew, so those ids join the list; and whoever was made of one of them before the profile was read is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from hub.audit.entry import Entry as AuditEntry
from hub.identity.link import needs_link_permission
from hub.identity.matching import is_matchable
from hub.pipeline.batch import SUPPRESSED, PullBatch
from hub.pipeline.item import Entry, Item
from hub.pipeline.journal import Journalled, note
from hub.pipeline.listing import asked_of, listed_as
from hub.pipeline.name import party_of
from hub.pipeline.propagation import owe, still_held
from hub.pipeline.removal import remove
from hub.schema import AuthorRole, Identifier, IdentifierKind, Person
from hub.store.traces import unlink, wipe

NOT_SHARED = frozenset({IdentifierKind.VENDOR_ID, IdentifierKind.CUSTOMER_ID, IdentifierKind.LOYALTY_ID})
"""Kinds of which one belongs to one person; families share a mailbox, and companies a telephone."""


class _Party(NamedTuple):
    """Whom one record names, and the hashes that the list is asked for."""

    entry: Entry
    hashes: frozenset[str]


def withhold_suppressed(batch: PullBatch, items: Sequence[Item]) -> list[Item]:
    """This ends items of people who have been erased: they stay erased, whatever the vendor still holds."""
    parties = [[_party(batch, entry) for entry in item.entries] for item in items]
    everybody = list(chain.from_iterable(parties))
    listed = batch.tx.suppression.since(sorted({one for party in everybody for one in party.hashes}))
    if listed:
        _Spread(batch, everybody, listed).run()
    refused = [any(not party.hashes.isdisjoint(listed) for party in mine) for mine in parties]
    batch.tell_suppressed(sum(refused))
    return [
        item.end("withheld", SUPPRESSED) if is_refused else item
        for item, is_refused in zip(items, refused, strict=True)
    ]


def _party(batch: PullBatch, entry: Entry) -> _Party:
    country = entry.record.country if isinstance(entry.record, Person) else None
    told = party_of(entry.record).identifiers
    return _Party(entry, asked_of(batch.rooms.vault, entry.names, told, country))


class _Spread:
    """The new ids of those who are on the list, until nothing new is found; ``listed`` grows with them.

    Somebody who was known before the erasure, by an id of their own, is somebody else who shares an address with the erased
    person: their ids stay off the list.
    """

    def __init__(self, batch: PullBatch, parties: Sequence[_Party], listed: dict[str, datetime]) -> None:
        self._batch, self._parties, self._listed = batch, parties, listed
        self._added: dict[str, datetime] = {}
        self._back: set[str] = set()

    def run(self) -> None:
        """This puts new ids on the list and forgets whoever is known by one, all in the batch's transaction."""
        if not self._news():
            return
        self._batch.tx.suppression.hold()  # whoever asked before is waited for: what they stored is found below
        while news := self._news():
            self._list(news)
        self._write()

    def _news(self) -> dict[Identifier, tuple[datetime, str | None]]:
        """New ids: since when their owner must stay away, and who is known by one, if anybody."""
        named = dict(self._named())
        owners = self._batch.tx.persons.find(self._lookup(one) for one in named)
        known = {person: self._batch.tx.persons.created_at(person) for person in set(owners.values())}
        news = {}
        for identifier, since in named.items():
            owner = owners.get(self._lookup(identifier))
            if owner is None or (known[owner] or since) >= since:
                news[identifier] = (since, owner)
        return news

    def _named(self) -> Iterator[tuple[Identifier, datetime]]:
        for entry, hashes in self._parties:
            dates = [self._listed[one] for one in hashes if one in self._listed]
            if not dates or party_of(entry.record).role is not AuthorRole.CUSTOMER:
                continue
            for identifier in (name.identifier for name in entry.names):
                if self._hash(identifier) not in self._listed and self._is_own(identifier):
                    yield identifier, min(dates)

    def _is_own(self, identifier: Identifier) -> bool:
        if identifier.kind not in NOT_SHARED or not is_matchable(identifier):
            return False
        return needs_link_permission(identifier, connector=self._batch.connector) is None

    def _list(self, news: dict[Identifier, tuple[datetime, str | None]]) -> None:
        found = {one: since for one, (since, _) in news.items()}
        for since, owner in news.values():
            if owner is not None and owner not in self._back:
                self._back.add(owner)
                held = self._batch.tx.persons.identifiers([owner]).get(owner, [])
                found |= {one: since for one in held if self._is_own(one)}
        hashes = {hash_: since for one, since in found.items() for hash_ in listed_as(self._batch.rooms.vault, [one])}
        self._added |= {hash_: since for hash_, since in hashes.items() if hash_ not in self._listed}
        self._listed.update(self._added)

    def _write(self) -> None:
        batch, tx = self._batch, self._batch.tx
        for since in sorted(set(self._added.values())):
            tx.suppression.add(sorted(one for one, at in self._added.items() if at == since), "erased", since=since)
        entry = AuditEntry(type="erase", outcome="suppressed", reasons=("new_id",), run=batch.run_id)
        batch.audit.extend([entry] * len(self._added))
        gone = [member for person in sorted(self._back) for member in _forget(batch, person)]
        if not batch.rooms.store.dry_run:  # nobody else may undo it: a restored backup must know these ids, too
            note(tx, batch.rooms.journal.append(Journalled(tuple(gone), tuple(sorted(self._added)))))

    def _hash(self, identifier: Identifier) -> str:
        return self._batch.rooms.vault.suppress_identifier(identifier)

    def _lookup(self, identifier: Identifier) -> str:
        return self._batch.rooms.vault.lookup_identifier(identifier)


def _forget(batch: PullBatch, person: str) -> list[str]:
    """Whatever is stored of somebody who came back goes at once; gives whose keys were shredded.

    Where a system was told something, the identifiers stay until it was taken back: the next push clears it, and the sweep
    forgets the rest. The systems' own records stay as they are, because an id is too little to have somebody deleted by.
    """
    tx = batch.tx
    tx.persons.hold_many([person])
    members, ref = tx.persons.members(person) or [person], tx.persons.audit_ref(person)
    owe(batch.rooms, tx, [person], run_id=batch.run_id)
    remove(batch, dict.fromkeys([one.id for one in tx.records.for_person(person)], person), SUPPRESSED)
    traces = tx.outbox.traces([person]).get(person, [])
    told = bool(still_held(traces)) or any(one.open for one in traces)
    for member in members:
        tx.persons.drop_profile(member)
        tx.consents.append_erased(member)
    batch.forget(members)
    batch.audit.append(
        AuditEntry(type="erase", outcome="forgotten", reasons=(SUPPRESSED,), subject=ref, run=batch.run_id)
    )
    if told or not tx.records.without_any([person]):
        tx.reviews.put({person: batch.now}, batch.rooms.policy.version)
        return []
    batch.rooms.audit.record(tx, batch.audit)  # while there is a key to seal the details with
    batch.audit.clear()
    for member in members:
        tx.outbox.purge(member)
        tx.persons.erase(member)
    wipe(tx.unit, members)
    unlink(tx.unit, members)
    return members
