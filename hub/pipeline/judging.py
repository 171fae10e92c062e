"""Judging: people look at some emotion tags, and what they agree on stands from then on, everywhere downstream.

Whoever judges sees the redacted text alone: not whose it is, not what the tagger said, not what the other one said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from hub.audit.detail import detail_of
from hub.audit.entry import Entry as AuditEntry
from hub.emotion.selection import select_for_review
from hub.emotion.verdict import CHOICES, UNTOLD, Verdict, correct_tag, decide_verdict
from hub.errors import ConfigError
from hub.pipeline.analysis import text_to_tag
from hub.pipeline.door import Door, Look
from hub.pipeline.rooms import Rooms
from hub.schema import EmotionTag, Record
from hub.store.store import Tx
from hub.store.tag_reviews import Review

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reviewer sees of one message; ``review`` is what to name it by."""

    review: str
    text: str
    channel: str | None
    language: str | None
    why: str


def put_tags(rooms: Rooms, tx: Tx, new: Sequence[EmotionTag]) -> None:
    """This stores tags, and draws those that people look at."""
    tx.tags.put(new)
    _queue(rooms, tx, new)


def queue_resting(rooms: Rooms) -> int:
    """This draws from all tags that rest, as when the shares have changed; gives how many are new in the queue."""
    with rooms.store.read() as tx:
        wanted = [tag for tag in tx.tags.all() if select_for_review(tag, rooms.review) is not None]
    queued, rest = 0, iter(wanted)
    while page := list(islice(rest, _PAGE)):
        with rooms.store.begin() as tx:
            there = tx.tags.get([tag.id for tag in page])  # one may have gone since
            added = _queue(rooms, tx, list(there.values()))
            if added:
                rooms.audit.record(tx, [AuditEntry(type="review", outcome="queued", reasons=(f"tags {added}",))])
        queued += added
    return queued


def _queue(rooms: Rooms, tx: Tx, tags: Sequence[EmotionTag]) -> int:
    why = {tag.id: chosen for tag in tags if (chosen := select_for_review(tag, rooms.review)) is not None}
    return tx.tag_reviews.queue(why, {tag.id: tag.person_id for tag in tags}) if why else 0


def looks(purpose: str) -> list[Look]:
    """These are what a reviewer must be allowed: to judge a feeling, by the words."""
    return [Look("review", "emotion", "individual", purpose), Look("review", "content", "raw_text", purpose)]


def next_messages(rooms: Rooms, door: Door, purpose: str, limit: int) -> Iterator[Shown]:
    """These wait for whoever looks; each look goes on the audit record before the text is shown.

    Raises PolicyError where they may review nobody's. What they may not see of single people is left out.
    """
    door.require_chance(looks(purpose))
    with rooms.store.read() as tx:
        waiting = tx.tag_reviews.waiting(door.viewer.actor, limit)
        found = tx.records.get([one.record_id for one in waiting])
    for one in waiting:
        record = found.get(one.record_id)
        text = text_to_tag(record) if record is not None else None
        if record is not None and text and door.may_all(looks(purpose), one.person_id):
            yield Shown(one.tag_id, text, one.channel, getattr(record, "language", None), one.why)


def judge(rooms: Rooms, door: Door, purpose: str, prefix: str, label: str, *, needed: int) -> Verdict:
    """This puts on record what a reviewer says of one message, and settles it where enough of them say the same.

    Args:
        rooms: the opened rooms.
        door: who judges.
        purpose: what for.
        prefix: the review, or the beginning of its name.
        label: one of ``CHOICES``.
        needed: how many must say the same.

    Raises ConfigError for an unknown review or label, and for one that is settled; PolicyError where they may not.
    """
    if label not in CHOICES:
        raise ConfigError(f"there is no label {label!r}.", fix=f"One of: {', '.join(CHOICES)}.")
    door.require_chance(looks(purpose))
    with rooms.store.read() as tx:
        person_id = tx.tag_reviews.get(prefix).person_id
    for look in looks(purpose):  # one that is held for a claim, or was erased, is judged by nobody
        door.require(look, person_id)
    with rooms.store.begin() as tx:
        tx.persons.hold_many([person_id])
        review = tx.tag_reviews.get(prefix)
        if review.settled_at is not None:
            raise ConfigError(f"review {review.tag_id} is settled.", fix="Doubt it: 'hub review dispute'.")
        tx.tag_reviews.judge(review, door.viewer.actor, label)
        verdict = _settle(rooms, tx, review, needed)
        rooms.audit.record(tx, _entries(tx, door, review, purpose, verdict))
    return verdict


def _settle(rooms: Rooms, tx: Tx, review: Review, needed: int) -> Verdict:
    tag = tx.tags.get([review.tag_id])[review.tag_id]
    said = [one.label for one in tx.tag_reviews.judgements([review.tag_id])[review.tag_id]]
    verdict = decide_verdict(said, tag.label, needed=needed)
    if not verdict.is_final:
        tx.tag_reviews.move(review, verdict.state)
        return verdict
    record = tx.records.get([review.record_id])[review.record_id]
    corrected = correct_tag(tag, verdict.agreed)
    tx.tag_reviews.settle(review, verdict.state, corrected, _told(tag, record, verdict))
    tx.tags.put([corrected])
    tx.persons.touch([review.person_id])  # the next pushes send what people agreed on
    return verdict


def _told(tag: EmotionTag, record: Record, verdict: Verdict) -> dict[str, str | None]:
    """What the report counts."""
    return {
        "tagged": UNTOLD if tag.label is None else tag.label.value,
        "agreed": verdict.agreed,
        "language": getattr(record, "language", None),
        "model": tag.model,
    }


def _entries(tx: Tx, door: Door, review: Review, purpose: str, verdict: Verdict) -> list[AuditEntry]:
    """A feeling is in no entry: which record it was, and that the label is another one now, is all that is told."""
    subject = tx.persons.audit_ref(review.person_id)
    detail = detail_of(review.person_id, records=[review.record_id])
    outcomes = ["judged", verdict.state] if verdict.is_final else ["judged"]
    return [
        AuditEntry(
            type="review", outcome=outcome, actor=door.viewer.actor, purpose=purpose, reasons=(review.why,),
            policy=door.access.version, subject=subject, detail=detail,
        )
        for outcome in outcomes
    ]  # fmt: skip


def dispute(rooms: Rooms, door: Door, look: Look, tag: EmotionTag) -> None:
    """This lets people look at a tag that somebody doubts, before all others; the look itself was asked for at the door."""
    with rooms.store.begin() as tx:
        tx.persons.hold_many([tag.person_id])
        tx.tag_reviews.dispute(tag.id, tag.person_id)
        rooms.audit.record(tx, [
            AuditEntry(
                type="review", outcome="disputed", actor=door.viewer.actor, purpose=look.purpose,
                policy=door.access.version, subject=tx.persons.audit_ref(tag.person_id),
                detail=detail_of(tag.person_id, records=[tag.record_id]),
            )
        ])  # fmt: skip
