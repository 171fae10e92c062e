"""What a change of consent does to what already rests: a tag whose permission is gone goes with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.audit.detail import detail_of
from hub.audit.entry import Entry as AuditEntry
from hub.identity.link import LINK_PURPOSES
from hub.pipeline.batch import PullBatch
from hub.pipeline.gate import Question, ask, audit_decisions, ledger_events
from hub.pipeline.item import Item
from hub.pipeline.rooms import Rooms
from hub.privacy.consent import NEGATIVE, POSITIVE, LedgerEvent, next_change
from hub.privacy.policy import operation_for
from hub.schema import ConsentEvent, ConsentEvidence, ConsentState
from hub.store.consents import ConsentEntry
from hub.store.persons import Profile
from hub.store.store import Tx


def withdraw_tags(rooms: Rooms, tx: Tx, person_ids: Sequence[str], *, run_id: str | None = None) -> list[str]:
    """This asks again, for people whose consent has changed, what may still be known; gives who lost their tags.

    It belongs into the transaction that puts the change on record, so that no tag outlives its permission.
    """
    people = sorted(set(person_ids))
    tx.persons.hold_many(people)
    if (
        rooms.policy.is_readable
    ):  # else the sweep asks under the next rules: records are not deleted for a slip in a file
        cut_links(rooms, tx, people, run_id=run_id)
    purpose, category = operation_for(rooms.policy, "infer")
    tags = tx.tags.for_person(people)
    tagged = [person for person, held in tags.items() if held]
    profiles, rows = tx.persons.profiles(tagged), tx.consents.for_persons(people)
    events = {person: ledger_events(entries) for person, entries in rows.items()}
    _review(rooms, tx, events)
    asked = [
        ask(
            rooms,
            events.get(person, []),
            profiles.get(person, Profile()),
            person_id=person,
            question=Question(purpose, category, "hub", "infer"),
            at=rooms.now(),
        )
        for person in tagged
    ]
    denied = [one for one in asked if not one.decision.allowed]
    lost = [one.person_id for one in denied]
    for person in lost:
        tx.tags.purge(tx.persons.members(person))
    tx.outbox.forget(lost)
    tx.persons.touch(lost)
    refs = tx.keys.audit_refs(lost)
    gone = [
        AuditEntry(
            type="withdrawal",
            outcome="untagged",
            subject=refs.get(person),
            run=run_id,
            detail=detail_of(person, records=sorted(tag.record_id for tag in tags[person])),
        )
        for person in lost
    ]
    rooms.audit.record(tx, [*audit_decisions(rooms, tx, denied, run_id=run_id), *gone])
    return lost


def ends_something(event: ConsentEvent) -> bool:
    """This tells whether an event may take a permission away, now or wherever it is copied to."""
    return event.state in NEGATIVE or event.state is ConsentState.EXPIRED or event.restriction


def _review(rooms: Rooms, tx: Tx, events: Mapping[str, Sequence[LedgerEvent]]) -> None:
    """Consent may also end by time alone: this notes when somebody must ask again."""
    now, policy = rooms.now(), rooms.policy
    dates = {person: next_change(policy, said, now) for person, said in events.items() if said}
    tx.reviews.put(dates, policy.version)


def revocations(batch: PullBatch, items: Sequence[Item]) -> list[tuple[str, ConsentEvent]]:
    """These events take back what consent objects granted that were deleted, reset, or cannot be read any more.

    So is a grant that a record had in a field of its own and says no longer, or in a word that nobody knows. A grant that
    nobody can show is none: who asks again may be told yes again.
    """
    owners = batch.tx.ledger.persons_of(batch.connection, batch.stream, [item.ref for item in items])
    told = batch.tx.consents.for_persons(sorted(set(owners.values())))
    found = []
    for item in items:
        person, shown = owners.get(item.ref, ""), _shown(item)
        for scope, event in _last_by_scope(batch, told.get(person, ()), item).items():
            if event.state in POSITIVE and scope not in shown:
                found.append((person, _revocation(batch, event, item)))
    return found


def _shown(item: Item) -> set[str]:
    """The scopes that a record says something about now; one that has ended says nothing."""
    events = [one.record for one in item.entries if item.state is None and isinstance(one.record, ConsentEvent)]
    return {_scope(event) for event in events if event.state is not ConsentState.UNKNOWN}


def _last_by_scope(batch: PullBatch, entries: Sequence[ConsentEntry], item: Item) -> dict[str, ConsentEvent]:
    here = (batch.connection, batch.stream, item.raw.key)
    last: dict[str, ConsentEvent] = {}
    for entry in entries:
        event = entry.event
        if event and (event.provenance.connection, event.provenance.stream, event.provenance.key) == here:
            last[_scope(event)] = event
    return last


def _scope(event: ConsentEvent) -> str:
    return event.scope.model_dump_json()


def _revocation(batch: PullBatch, event: ConsentEvent, item: Item) -> ConsentEvent:
    why = "no longer shown" if item.state is None and not item.raw.deleted else "object gone"
    evidence = ConsentEvidence(source_system=event.evidence.source_system, actor="controller", method=why)
    return ConsentEvent(
        id=batch.mint("revocation", f"{event.id}|{batch.now.isoformat()}"),
        provenance=event.provenance,
        party=event.party,
        state=ConsentState.REVOKED,
        occurred_at=batch.now,
        scope=event.scope,
        evidence=evidence,
    )


def cut_links(rooms: Rooms, tx: Tx, person_ids: Sequence[str], *, run_id: str | None = None) -> None:
    """This parts people from accounts they no longer want linked: what came from there goes, and so does the identifier.

    X allows an account to be matched with a person known elsewhere only as long as the person agrees to exactly that.
    """
    held = tx.persons.identifiers(person_ids)
    profiles, rows = tx.persons.profiles(person_ids), tx.consents.for_persons(person_ids)
    for person in person_ids:
        issuers = {one.issuer for one in held.get(person, [])}
        for issuer, purpose in LINK_PURPOSES.items():
            if issuer not in issuers or not issuers - {issuer, ""}:
                continue
            events, profile = ledger_events(rows.get(person, [])), profiles.get(person, Profile())
            question = Question(purpose, "contact", "hub", "link")
            asked = ask(rooms, events, profile, person_id=person, question=question, at=rooms.now())
            if not asked.decision.allowed:
                _cut(rooms, tx, person, issuer)
                rooms.audit.record(tx, audit_decisions(rooms, tx, [asked], run_id=run_id))


def _cut(rooms: Rooms, tx: Tx, person: str, issuer: str) -> None:
    tx.records.delete([one.id for one in tx.records.for_person(person) if one.provenance.connector == issuer])
    tx.persons.detach([one for one in tx.persons.identifiers([person]).get(person, []) if one.issuer == issuer])
    tx.persons.touch([person])
    tx.outbox.forget([person])
    rooms.audit.record(
        tx, [AuditEntry(type="withdrawal", outcome="unlinked", dest=issuer, subject=tx.persons.audit_ref(person))]
    )
