"""What a new agreement does to what already rests: words that were read before it may be tagged now."""

from __future__ import annotations

from collections.abc import Sequence

from hub.pipeline.analysis import make_tag, text_to_tag
from hub.pipeline.gate import Question, ask, audit_decisions, ledger_events
from hub.pipeline.judging import put_tags
from hub.pipeline.rooms import Rooms
from hub.privacy.policy import operation_for
from hub.schema import AuthorRole, EmotionTag, Feedback, Interaction
from hub.store.persons import Profile
from hub.store.store import Tx


def tag_what_rests(rooms: Rooms, tx: Tx, person_ids: Sequence[str], *, run_id: str | None = None) -> int:
    """This tags what people, whose consent has changed, said before, as far as the gate now allows; gives how many tags.

    Their words rest redacted, so nothing is read again; a tag that would have died by now is not made.
    """
    purpose, category = operation_for(rooms.policy, "infer")
    question = Question(purpose, category, "hub", "infer")
    untagged = {person: said for person in sorted(set(person_ids)) if (said := _untagged(tx, person))}
    profiles, rows = tx.persons.profiles(list(untagged)), tx.consents.for_persons(list(untagged))
    asked = [
        ask(
            rooms,
            ledger_events(rows.get(person, [])),
            profiles.get(person, Profile()),
            person_id=person,
            question=question,
            at=rooms.now(),
        )
        for person in untagged
    ]
    agreed = [one.person_id for one in asked if one.decision.allowed]
    tags = _tag(rooms, tx, [record for person in agreed for record in untagged[person]])
    put_tags(rooms, tx, tags)
    tx.persons.touch(sorted({tag.person_id for tag in tags}))
    rooms.audit.record(tx, audit_decisions(rooms, tx, asked, run_id=run_id))
    return len(tags)


def _untagged(tx: Tx, person_id: str) -> list[Interaction | Feedback]:
    tagged = {tag.record_id for tag in tx.tags.for_person([person_id]).get(person_id, [])}
    return [
        record
        for record in tx.records.for_person(person_id)
        if isinstance(record, Interaction | Feedback)
        and record.author.role is AuthorRole.CUSTOMER
        and record.id not in tagged
        and text_to_tag(record)
    ]


def _tag(rooms: Rooms, tx: Tx, records: Sequence[Interaction | Feedback]) -> list[EmotionTag]:
    if not records:
        return []
    tagger, owners = rooms.tagger(), tx.records.persons_of([record.id for record in records])
    emotions = tagger.tag([text_to_tag(record) or "" for record in records], [record.language for record in records])
    # Counted from when it was said, however late it was read: no agreement makes a mood last longer.
    made = [
        make_tag(rooms, record, owners[record.id], emotion, tagger.name, collected=record.occurred_at)
        for record, emotion in zip(records, emotions, strict=True)
    ]
    return [tag for tag in made if tag.expires_at > rooms.now()]
