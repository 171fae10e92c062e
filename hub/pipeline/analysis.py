"""The steps that read what people wrote: redact first, then ask, then tag."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from hub.contract import Emotion
from hub.pipeline.batch import PullBatch
from hub.pipeline.gate import Question
from hub.pipeline.item import Entry, Item
from hub.pipeline.rooms import Rooms
from hub.privacy.policy import operation_for
from hub.privacy.quotes import own_words, place_in_whole
from hub.privacy.redaction import Redacted
from hub.privacy.redaction.entity import TOO_SLOW
from hub.privacy.retention import expires_at
from hub.schema import AuthorRole, EmotionTag, Feedback, Interaction, Record, Redaction, free_text_fields


class _Place(NamedTuple):
    """Where a text stands: which item, which of its entries, which field."""

    item: int
    entry: int
    field: str


def redact(batch: PullBatch, items: Sequence[Item]) -> list[Item]:
    """This redacts all free text of the batch in one call; what cannot be redacted is withheld.

    Raises PolicyError where the engine fails: then nothing of the batch is stored.
    """
    places = [
        _Place(i, e, name)
        for i, item in enumerate(items)
        for e, entry in enumerate(item.entries)
        if entry.withheld is None
        for name in free_text_fields(type(entry.record))
        if getattr(entry.record, name)
    ]
    if not places:
        return list(items)
    entries = [items[place.item].entries[place.entry] for place in places]
    results = _redact_texts(batch, places, entries)
    found: dict[tuple[int, int], dict[str, Redacted]] = {}
    for place, result in zip(places, results, strict=True):
        found.setdefault((place.item, place.entry), {})[place.field] = result
    return [
        item.with_entries([_redacted(batch, one, found.get((i, e), {})) for e, one in enumerate(item.entries)])
        for i, item in enumerate(items)
    ]


def _redact_texts(batch: PullBatch, places: Sequence[_Place], entries: Sequence[Entry]) -> list[Redacted]:
    return batch.rooms.redactor().redact(
        [getattr(entry.record, place.field) for place, entry in zip(places, entries, strict=True)],
        languages=[getattr(entry.record, "language", None) for entry in entries],
        known=_known_words(batch, [entry.person_id for entry in entries]),
        threads=[getattr(entry.record, "thread_id", None) for entry in entries],
    )


def _known_words(batch: PullBatch, person_ids: Sequence[str | None]) -> list[list[str]]:
    """What the hub knows of each person: whatever it knows, it finds."""
    distinct = sorted({person for person in person_ids if person})
    identifiers = batch.tx.persons.identifiers(distinct)
    words: dict[str | None, list[str]] = {None: []}
    for person in distinct:
        name = batch.profile_of(person).name
        words[person] = [one.value for one in identifiers.get(person, ())] + ([name] if name else [])
    return [words[person] for person in person_ids]


def _redacted(batch: PullBatch, entry: Entry, results: dict[str, Redacted]) -> Entry:
    if entry.withheld is not None or not free_text_fields(type(entry.record)):
        return entry
    withheld = next((result for result in results.values() if result.withheld), None)
    if withheld is not None:
        return entry._replace(
            withheld="redaction.too_slow" if withheld.reason == TOO_SLOW else "redaction.not_possible"
        )
    counts = Counter(entity.type for result in results.values() for entity in result.entities)
    mark = Redaction(engine=batch.rooms.redactor().engine, entities=dict(sorted(counts.items())))
    texts = {name: result.text for name, result in results.items()}
    return entry._replace(record=entry.record.model_copy(update={**texts, "redaction": mark}))


def gate_infer(batch: PullBatch, items: Sequence[Item]) -> list[Item]:
    """This marks what may not be analysed: other authors than customers at once, customers by their consent."""
    return [item.with_entries([_infer(batch, entry) for entry in item.entries]) for item in items]


def _infer(batch: PullBatch, entry: Entry) -> Entry:
    if entry.withheld is not None or entry.person_id is None or text_to_tag(entry.record) is None:
        return entry
    if not isinstance(entry.record, Interaction | Feedback) or entry.record.author.role is not AuthorRole.CUSTOMER:
        return entry._replace(unanalysed="author.not_customer")
    question = Question(*operation_for(batch.rooms.policy, "infer"), "hub", "infer")
    decision = batch.ask(entry.person_id, question)
    return entry if decision.allowed else entry._replace(unanalysed=decision.reasons[0])


def place_evidence(record: Record, emotion: Emotion) -> tuple[int, int] | None:
    """This is where a tag's evidence stands in the whole text, quotes and all, which is what is stored."""
    whole = _text_of(record)
    return place_in_whole(whole, *emotion.evidence) if whole and emotion.evidence else None


def _text_of(record: Record) -> str | None:
    if isinstance(record, Interaction):
        return record.text
    return record.comment if isinstance(record, Feedback) else None


def text_to_tag(record: Record) -> str | None:
    """This is the text whose emotion may be asked about: only interactions and feedback comments have one.

    What they quote is left out: it may be an agent's, whose mood is never read.
    """
    text = _text_of(record)
    return own_words(text) or None if text else None


def tag(batch: PullBatch, items: Sequence[Item]) -> list[Item]:
    """This tags, in one call, every text that the gate allowed."""
    asked = [entry for item in items for entry in item.entries if _is_taggable(entry)]
    if not asked:
        return list(items)
    tagger = batch.rooms.tagger()
    texts = [text_to_tag(entry.record) or "" for entry in asked]
    emotions = tagger.tag(texts, [getattr(entry.record, "language", None) for entry in asked])
    made = {
        entry.record.id: make_tag(batch.rooms, entry.record, entry.person_id, emotion, tagger.name, collected=batch.now)
        for entry, emotion in zip(asked, emotions, strict=True)
    }
    return [
        item._replace(entries=tuple(entry._replace(tag=made.get(entry.record.id)) for entry in item.entries))
        for item in items
    ]


def _is_taggable(entry: Entry) -> bool:
    return entry.withheld is None and entry.unanalysed is None and text_to_tag(entry.record) is not None


def make_tag(
    rooms: Rooms, record: Record, person_id: str | None, emotion: Emotion, model: str, *, collected: datetime
) -> EmotionTag:
    """This is the tag of a record that the gate has allowed to be analysed, with its own, shortest, retention."""
    source, clocks = record.provenance, {"collected": collected, "occurred": record.occurred_at}
    ends = expires_at(rooms.policy, category="emotion.label", purpose=None, source=source.connector, clocks=clocks)
    return EmotionTag.model_validate(
        {
            "id": rooms.vault.ref("emotion", source.connection, record.id),
            "record_id": record.id,
            "person_id": person_id,
            "label": emotion.label,
            "intensity": emotion.intensity,
            "confidence": emotion.confidence,
            "abstained": emotion.abstained,
            "valence": emotion.valence,
            "distress": emotion.distress,
            "churn_risk": emotion.churn_risk,
            "arousal": emotion.arousal,
            "evidence": place_evidence(record, emotion),
            "model": model,
            "occurred_at": record.occurred_at,
            "expires_at": ends,
        }
    )
