"""What a change of consent does to what already rests: a tag whose permission is gone goes with it."""

from __future__ import annotations

from collections.abc import Sequence

from hub.audit.entry import Entry as AuditEntry
from hub.pipeline.gate import Question, ask, audit_decisions, ledger_events
from hub.pipeline.rooms import Rooms
from hub.privacy.policy import operation_for
from hub.store.persons import Profile
from hub.store.store import Tx


def withdraw_tags(rooms: Rooms, tx: Tx, person_ids: Sequence[str], *, run_id: str | None = None) -> list[str]:
    """This asks again, for people whose consent has changed, whether their emotion may be known; gives who lost tags.

    It belongs into the transaction that puts the change on record, so that no tag outlives its permission.
    """
    purpose, category = operation_for(rooms.policy, "infer")
    tags = tx.tags.for_person(sorted(set(person_ids)))
    tagged = [person for person, held in tags.items() if held]
    profiles, rows = tx.persons.profiles(tagged), tx.consents.for_persons(tagged)
    asked = [
        ask(
            rooms,
            ledger_events(rows.get(person, [])),
            profiles.get(person, Profile()),
            person_id=person,
            question=Question(purpose, category, "hub", "infer"),
            at=rooms.now(),
        )
        for person in tagged
    ]
    denied = [one for one in asked if not one.decision.allowed]
    lost = [one.query.subject for one in denied]
    for person in lost:
        tx.tags.purge(tx.persons.members(person))
    tx.persons.touch(lost)
    refs = tx.keys.audit_refs(lost)
    gone = [AuditEntry(type="withdrawal", outcome="untagged", subject=refs.get(person), run=run_id) for person in lost]
    rooms.audit.record(tx, [*audit_decisions(rooms, tx, denied, run_id=run_id), *gone])
    return lost
