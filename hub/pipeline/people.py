"""The step that finds out whose record it is: identifiers in, person ids out; identifiers never go further."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from hub.identity.link import needs_link_permission, vouch
from hub.identity.matching import is_matchable
from hub.identity.normal_form import normalise
from hub.identity.resolution import Action, resolve
from hub.pipeline.batch import PullBatch
from hub.pipeline.gate import Question, ask
from hub.pipeline.item import Entry, Item
from hub.schema import PARTY_FIELD, AuthorRole, Identifier, Party, Person, Record
from hub.store.persons import Profile


def resolve_people(batch: PullBatch, items: Sequence[Item]) -> list[Item]:
    """This gives every record its person, and takes name and identifiers out of it."""
    found = _find(batch, items)
    return [_resolve_item(batch, item, found) if item.state is None else item for item in items]


def party_of(record: Record) -> Party:
    """This is the person-naming field of any canonical record."""
    party: Party = getattr(record, PARTY_FIELD[record.kind])
    return party


def identifiers_of(record: Record, *, connector: str, anybody: bool = False) -> tuple[Identifier, ...]:
    """These are the record's identifiers of a customer in normal form; unusable ones are left out.

    ``anybody`` includes those of people whose role is another, or not known.
    """
    party = party_of(record)
    if party.role is not AuthorRole.CUSTOMER and not anybody:
        return ()
    country = record.country if isinstance(record, Person) else None
    clean = (normalise(identifier, country=country) for identifier in party.identifiers)
    return vouch((identifier for identifier in clean if identifier is not None), connector=connector)


def _find(batch: PullBatch, items: Sequence[Item]) -> dict[str, str]:
    """One look-up for the whole batch: keyed hash to person id."""
    lookups = {
        batch.rooms.vault.lookup_identifier(identifier)
        for item in items
        for entry in item.entries
        for identifier in identifiers_of(entry.record, connector=batch.connector)
        if is_matchable(identifier)
    }
    found = batch.tx.persons.hold(sorted(lookups))
    batch.load(sorted(set(found.values())))
    return found


def _resolve_item(batch: PullBatch, item: Item, found: dict[str, str]) -> Item:
    entries = [_resolve_entry(batch, entry, found) for entry in item.entries]
    owner = next((entry.person_id for entry in entries if entry.person_id), None) or _owner_elsewhere(batch, entries)
    if owner is None:
        return item.end("withheld", "subject.unknown")
    settled = (entry if entry.person_id else replace(entry, person_id=owner) for entry in entries)
    return replace(item, entries=tuple(settled))


def _owner_elsewhere(batch: PullBatch, entries: Sequence[Entry]) -> str | None:
    """An agent's words belong to the customer whose case or post they answer."""
    ids = [
        ref for entry in entries for name in ("case_id", "reply_to_id") if (ref := getattr(entry.record, name, None))
    ]
    batch.tx.persons.hold_many(batch.tx.records.persons_of(ids).values())
    known = batch.tx.records.persons_of(ids)
    return next((known[ref] for ref in ids if ref in known), None)


def _resolve_entry(batch: PullBatch, entry: Entry, found: dict[str, str]) -> Entry:
    identifiers = identifiers_of(entry.record, connector=batch.connector)
    if not identifiers:
        return replace(entry, record=_bare(entry.record, None))
    known = _known(batch, identifiers, found)
    anchor = next((person for one, person in known.items() if not _needs_permission(batch, one)), None)
    allowed = tuple(one for one in identifiers if _may_link(batch, one, anchor))
    person_id = _settle(batch, allowed, {one: person for one, person in known.items() if one in allowed})
    batch.tx.persons.attach(person_id, allowed)
    found.update({batch.rooms.vault.lookup_identifier(one): person_id for one in allowed if is_matchable(one)})
    _remember_profile(batch, person_id, entry.record)
    return replace(entry, person_id=person_id, record=_bare(entry.record, person_id))


def _known(batch: PullBatch, identifiers: Sequence[Identifier], found: dict[str, str]) -> dict[Identifier, str]:
    lookups = {one: batch.rooms.vault.lookup_identifier(one) for one in identifiers if is_matchable(one)}
    return {one: found[lookup] for one, lookup in lookups.items() if lookup in found}


def _needs_permission(batch: PullBatch, identifier: Identifier) -> str | None:
    return needs_link_permission(identifier, connector=batch.connector)


def _may_link(batch: PullBatch, identifier: Identifier, anchor: str | None) -> bool:
    """X forbids matching an account with a person known elsewhere unless they agreed to exactly that."""
    purpose = _needs_permission(batch, identifier)
    if purpose is None:
        return True
    if anchor is None:
        return False
    question = Question(purpose, "contact", "hub", "link")
    asked = ask(
        batch.rooms,
        batch.events_of(anchor),
        batch.profile_of(anchor),
        person_id=anchor,
        question=question,
        at=batch.now,
    )
    batch.asked.append(asked)
    return asked.decision.allowed


def _settle(batch: PullBatch, identifiers: Sequence[Identifier], known: dict[Identifier, str]) -> str:
    """The person that a record speaks of: known, new, or several that turn out to be one."""
    people = sorted(set(known.values()))
    created = {person: batch.tx.persons.created_at(person) or batch.now for person in people} if len(people) > 1 else {}
    resolution = resolve(
        identifiers,
        found=known,
        oldest_first=sorted(people, key=lambda person: (created.get(person, batch.now), person)),
        # Two different ids of one system speak against one person, even where an e-mail address speaks for it.
        owned=batch.tx.persons.identifiers(people) if set(identifiers) - set(known) or len(people) > 1 else None,
    )
    if resolution.person_id is None:
        return batch.tx.persons.create()
    if resolution.action is Action.MERGE:
        return _merge(batch, resolution.person_id, resolution.absorbed, str(resolution.reasons[-1]))
    return resolution.person_id


def _merge(batch: PullBatch, keep: str, absorbed: Sequence[str], reason: str) -> str:
    for gone in absorbed:
        batch.tx.consents.append_merge(keep, gone)
        keep = batch.tx.persons.merge(keep, gone, reason)
    batch.forget([keep, *absorbed])
    # A refusal by any of them now counts for all of them.
    batch.merged.add(keep)
    return keep


def _remember_profile(batch: PullBatch, person_id: str, record: Record) -> None:
    name = party_of(record).name
    if isinstance(record, Person):
        new = Profile(name, record.language, record.country, record.region, record.birth_year)
    else:
        new = Profile(name=name)
    known = asdict(batch.profile_of(person_id))
    if any(value is not None and known[field] != value for field, value in asdict(new).items()):
        batch.tx.persons.set_profile(person_id, new)
        batch.forget([person_id])


def _bare(record: Record, person_id: str | None) -> Record:
    """The record without identifiers and names: those rest in the identity tables only."""
    bare = Party(role=party_of(record).role, person_id=person_id)
    return record.model_copy(update={PARTY_FIELD[record.kind]: bare})
