"""The step that heeds what people say about their own age: a child's mood is not read, and nothing is advertised to them."""

from __future__ import annotations

from collections.abc import Sequence

from hub.pipeline.analysis import text_to_tag
from hub.pipeline.batch import PullBatch
from hub.pipeline.gate import jurisdictions_of
from hub.pipeline.item import Entry, Item
from hub.pipeline.propagation import owe
from hub.pipeline.withdrawal import withdraw_tags
from hub.privacy.childhood import said_by_a_child
from hub.schema import AuthorRole, ConsentEvent, Feedback, Interaction, Party


def heed_children(batch: PullBatch, items: Sequence[Item]) -> list[Item]:
    """This puts refusals on record for customers who say that they are too young to consent, where no age is known of them.

    It reads the words as they were written, in memory; what stays of them is that a refusal followed, and from which record.
    """
    said = [one for item in items for entry in item.entries for one in _said(batch, entry)]
    new = batch.tx.consents.append(said) if said else []
    if new:
        people = sorted({person for person, _ in new})
        batch.tell_consents(new)
        batch.forget(people)
        owe(batch.rooms, batch.tx, people, run_id=batch.run_id)
        withdraw_tags(batch.rooms, batch.tx, people, run_id=batch.run_id)
    return list(items)


def _said(batch: PullBatch, entry: Entry) -> list[tuple[str, ConsentEvent]]:
    record, person = entry.record, entry.person_id
    if entry.withheld is not None or person is None or not isinstance(record, Interaction | Feedback):
        return []
    text = text_to_tag(record)
    if text is None or record.author.role is not AuthorRole.CUSTOMER:
        return []
    profile = batch.profile_of(person)
    if profile.birth_year is not None:
        return []
    places = jurisdictions_of(profile, batch.rooms.jurisdiction)
    return [
        (
            person,
            ConsentEvent(
                id=batch.mint("consent", f"child|{record.id}|{one.scope.purpose}|{one.scope.category}"),
                provenance=record.provenance, party=Party(person_id=person), state=one.state,
                occurred_at=record.occurred_at, scope=one.scope,
                evidence=one.evidence.model_copy(update={"source_system": record.provenance.connection}),
            ),
        )
        for one in said_by_a_child(batch.rooms.policy, [text], places)
    ]  # fmt: skip
