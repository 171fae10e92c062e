"""The step that finds out whose record it is: identifiers in, person ids out; identifiers never go further."""

from __future__ import annotations

from collections.abc import Sequence

from hub.errors import PolicyError
from hub.identity.link import needs_link_permission
from hub.identity.resolution import Action, resolve
from hub.pipeline.batch import SUPPRESSED, PullBatch
from hub.pipeline.circle import NOTHING, Circle
from hub.pipeline.gate import Question
from hub.pipeline.item import Entry, Item
from hub.pipeline.name import Name, party_of
from hub.schema import PARTY_FIELD, AuthorRole, Identifier, Party, Person, Record
from hub.store.persons import Profile


def resolve_people(batch: PullBatch, items: Sequence[Item]) -> list[Item]:
    """This gives every record its person, and takes name and identifiers out of it."""
    live = [entry for item in items if item.state is None for entry in item.entries]
    circle = Circle.of(batch, [_customers_names(entry) for entry in live])
    answered = _answered(batch, live)
    resolved = [_resolve_item(circle, item, answered) if item.state is None else item for item in items]
    circle.settle()
    return resolved


def _customers_names(entry: Entry) -> tuple[Name, ...]:
    """Only customers are people whom the hub knows: an agent's or a stranger's names tell nothing."""
    return entry.names if party_of(entry.record).role is AuthorRole.CUSTOMER else ()


def _answered(batch: PullBatch, entries: Sequence[Entry]) -> dict[str, str]:
    """Whose the cases and posts are that records without a customer of their own belong to."""
    ids = [ref for entry in entries if not _customers_names(entry) for ref in _refs(entry)]
    if not ids:
        return {}
    batch.tx.persons.hold_many(batch.tx.records.persons_of(ids).values())
    return batch.tx.records.persons_of(ids)


def _refs(entry: Entry) -> list[str]:
    return [ref for name in ("case_id", "reply_to_id") if (ref := entry.record.__dict__.get(name))]


def _resolve_item(circle: Circle, item: Item, answered: dict[str, str]) -> Item:
    try:
        entries = [_resolve_entry(circle, entry) for entry in item.entries]
    except PolicyError as refusal:
        if refusal.reason != SUPPRESSED:
            raise
        circle.batch.tell_suppressed()
        return item.end("withheld", SUPPRESSED)
    owner = next((entry.person_id for entry in entries if entry.person_id), None)
    # An agent's words belong to the customer whose case or post they answer.
    if owner is None:
        owner = next((answered[ref] for entry in entries for ref in _refs(entry) if ref in answered), None)
    if owner is None:
        return item.end("withheld", "subject.unknown")
    return item.with_entries([entry if entry.person_id else entry._replace(person_id=owner) for entry in entries])


def _resolve_entry(circle: Circle, entry: Entry) -> Entry:
    names = _customers_names(entry)
    if not names:
        return entry._replace(record=_bare(entry.record, None), names=())
    person_id = _only_one(circle, names) or _weighed(circle, names)
    circle.remember(person_id, _told(entry.record))
    return entry._replace(person_id=person_id, record=_bare(entry.record, person_id), names=())


def _only_one(circle: Circle, names: Sequence[Name]) -> str | None:
    """The person whom all these names are known of, where none of them needs permission: there is nothing to weigh."""
    people = {circle.found.get(name.lookup) if name.matchable else None for name in names}
    if len(people) > 1 or any(_needs_permission(circle.batch, name.identifier) for name in names):
        return None
    (person,) = people
    if person is not None:
        circle.attach(person, names)
    return person


def _weighed(circle: Circle, names: Sequence[Name]) -> str:
    """The person that names speak of, where some of them are news or speak of several people."""
    known = circle.known(names)
    anchor = next((person for one, person in known.items() if not _needs_permission(circle.batch, one)), None)
    allowed = tuple(name for name in names if _may_link(circle.batch, name.identifier, anchor))
    linked = {name.identifier for name in allowed}
    person_id = _settle(circle, allowed, {one: person for one, person in known.items() if one in linked})
    circle.attach(person_id, allowed)
    return person_id


def _needs_permission(batch: PullBatch, identifier: Identifier) -> str | None:
    return needs_link_permission(identifier, connector=batch.connector)


def _may_link(batch: PullBatch, identifier: Identifier, anchor: str | None) -> bool:
    """X forbids matching an account with a person known elsewhere unless they agreed to exactly that."""
    purpose = _needs_permission(batch, identifier)
    if purpose is None:
        return True
    if anchor is None:
        return False
    return batch.ask(anchor, Question(purpose, "contact", "hub", "link")).allowed


def _settle(circle: Circle, names: Sequence[Name], known: dict[Identifier, str]) -> str:
    """The person that a record speaks of: known, new, or several that turn out to be one."""
    people = sorted(set(known.values()))
    created = circle.ages(people) if len(people) > 1 else {}
    resolution = resolve(
        [name.identifier for name in names],
        found=known,
        oldest_first=sorted(people, key=lambda person: (created.get(person, circle.batch.now), person)),
        # Two different ids of one system speak against one person, even where an e-mail address speaks for it.
        owned=circle.owned(people) if len(people) > 1 or len(known) < len(names) else None,
        parted=circle.parted(people) if len(people) > 1 else (),
    )
    if resolution.person_id is None:
        return circle.create()
    if resolution.action is Action.MERGE:
        return circle.merge(resolution.person_id, resolution.absorbed, str(resolution.reasons[-1]))
    return resolution.person_id


def _told(record: Record) -> Profile:
    name = party_of(record).name
    if isinstance(record, Person):
        return Profile(name, record.language, record.country, record.region, record.birth_year)
    return NOTHING if name is None else Profile(name=name)


def _bare(record: Record, person_id: str | None) -> Record:
    """The record without identifiers and names: those rest in the identity tables only."""
    bare = Party(role=party_of(record).role, person_id=person_id)
    return record.model_copy(update={PARTY_FIELD[record.kind]: bare})
