"""Tag reviews: which emotion tags people look at, what each of them says, and what they agreed on.

Rows hang from their tag and go with it. What was said and agreed is sealed under the key of the person; who judged, and when,
is not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, select, text, update

from hub.errors import ConfigError, FatalError
from hub.schema import EmotionTag
from hub.schema.record import read_record
from hub.store.sealing import opened, opened_bytes, sealed
from hub.store.statements import Row, add_missing, among, chunks, fetch, pairs, unique, upsert
from hub.store.tables import records, tag_judgements, tag_reviews, tags
from hub.store.unit import Unit
from hub.store.words import words_of

WAITING = "waiting"

_OPEN = text("tag_reviews.settled_at IS NULL")
_REVIEWS, _JUDGEMENTS = "tag_reviews", "tag_judgements"


@dataclass(frozen=True, slots=True)
class Review:
    """One tag that people look at; times are UTC.

    Args:
        tag_id: hub id of the tag.
        person_id: whom it is about.
        record_id: what was tagged.
        channel: where it was said.
        why: disputed | unsure | sampled.
        state: waiting | begun | disputed | confirmed | corrected | unclear.
        queued_at: since when.
        settled_at: None while it waits.
    """

    tag_id: str
    person_id: str
    record_id: str
    channel: str | None
    why: str
    state: str
    queued_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of one review; ``told`` is as ``settle`` was given it."""

    review: Review
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one reviewer said of one tag; ``at`` is UTC."""

    tag_id: str
    person_id: str
    reviewer: str
    at: datetime
    label: str


class TagReviews:
    """A room of the transaction: reviews of emotion tags."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def queue(self, why: Mapping[str, str], persons: Mapping[str, str]) -> int:
        """This lets people look at tags, by id; gives how many are new. One that is known stays as it is.

        Args:
            why: disputed | unsure | sampled, by tag.
            persons: whom each is about.
        """
        known = self._known(why)
        rows = [
            {
                "tag_id": tag_id, "person_id": persons[tag_id], "why": reason, "state": WAITING,
                "queued_at": self._unit.now, "settled_at": None, "sealed": None,
            }
            for tag_id, reason in why.items() if tag_id not in known
        ]  # fmt: skip
        add_missing(self._unit.conn, tag_reviews, rows)
        return len(rows)

    def dispute(self, tag_id: str, person_id: str) -> None:
        """This lets people look at a tag that somebody doubts, before all others; one that was settled is judged anew."""
        self.queue({tag_id: "disputed"}, {tag_id: person_id})
        self._begin_anew([tag_id], why="disputed")

    def waiting(self, reviewer: str, limit: int) -> list[Review]:
        """These wait for this reviewer: disputed ones first, then the oldest. Nobody judges one twice."""
        mine = exists().where(tag_judgements.c.tag_id == tag_reviews.c.tag_id, tag_judgements.c.reviewer == reviewer)
        urgent = case((tag_reviews.c.why == "disputed", 0), (tag_reviews.c.state == "disputed", 1), else_=2)
        query = self._query(_OPEN, ~mine, tags.c.expires_at > self._unit.now)
        query = query.order_by(urgent, tag_reviews.c.queued_at, tag_reviews.c.tag_id).limit(limit)
        return [Review(**row) for row in fetch(self._unit.conn, query)]

    def get(self, prefix: str) -> Review:
        """This is the review whose tag's id begins so; ConfigError where there is none, or several."""
        begins = tag_reviews.c.tag_id.startswith(prefix, autoescape=True)
        rows = fetch(self._unit.conn, self._query(begins).limit(2)) if prefix else []
        if len(rows) != 1:
            problem = "begins like several reviews" if rows else "is no review"
            raise ConfigError(f"{prefix!r} {problem}.", fix="See 'hub review next'.")
        return Review(**rows[0])

    def counts(self) -> dict[tuple[str, str], int]:
        """This is how many there are by why and state."""
        query = select(tag_reviews.c.why, tag_reviews.c.state, func.count()).group_by(
            tag_reviews.c.why, tag_reviews.c.state
        )
        return {(why, state): count for why, state, count in self._unit.conn.execute(query)}

    def judge(self, review: Review, reviewer: str, label: str) -> None:
        """This puts on record what a reviewer says; who says something else later is taken at the later word."""
        words = self._words([review.tag_id]).get(review.tag_id)
        if words is None:
            raise FatalError("A review's words cannot be read.")
        told = {"label": label, "words": words}
        where = f"{review.tag_id}|{reviewer}"
        self._unit.conn.execute(delete(tag_judgements).where(_by(review.tag_id, reviewer)))
        row = {
            "tag_id": review.tag_id,
            "person_id": review.person_id,
            "reviewer": reviewer,
            "at": self._unit.now,
            "sealed": sealed(self._unit, _JUDGEMENTS, review.person_id, where, told),
        }
        self._unit.conn.execute(tag_judgements.insert().values(row))

    def judgements(self, tag_ids: Iterable[str]) -> dict[str, list[Judgement]]:
        """These are all judgements of each tag, the first one first."""
        found: dict[str, list[Judgement]] = {}
        for chunk in chunks(unique(tag_ids)):
            for judgement, _ in self._opened(among(tag_judgements.c.tag_id, chunk)):
                found.setdefault(judgement.tag_id, []).append(judgement)
        return found

    def judged(self, start: datetime, end: datetime) -> list[Judgement]:
        """These are the judgements of a time, its end excluded, the first one first."""
        within = and_(tag_judgements.c.at >= start, tag_judgements.c.at < end)
        return [judgement for judgement, _ in self._opened(within)]

    def move(self, review: Review, state: str) -> None:
        """This says that a review waits for one more judgement."""
        self._unit.conn.execute(update(tag_reviews).where(tag_reviews.c.tag_id == review.tag_id).values(state=state))

    def settle(self, review: Review, state: str, tag: EmotionTag, told: Mapping[str, Any]) -> None:
        """This settles a review. From here on ``tag`` stands in place of whatever a tagger says of the same words.

        Args:
            review: which.
            state: confirmed | corrected | unclear.
            tag: what people agreed on.
            told: plain values for the report.
        """
        words = self._words([review.tag_id]).get(review.tag_id)
        body = {"words": words, "told": dict(told), "tag": tag.model_dump(mode="json")}
        upsert(self._unit.conn, tag_reviews, [
            {
                "tag_id": review.tag_id, "person_id": review.person_id, "why": review.why, "state": state,
                "queued_at": review.queued_at, "settled_at": self._unit.now,
                "sealed": sealed(self._unit, _REVIEWS, review.person_id, review.tag_id, body),
            }
        ])  # fmt: skip

    def settled(self, start: datetime, end: datetime) -> Iterator[Settled]:
        """These were settled in a time, its end excluded."""
        within = and_(tag_reviews.c.settled_at >= start, tag_reviews.c.settled_at < end)
        query = self._query(within).add_columns(tag_reviews.c.sealed).order_by(tag_reviews.c.tag_id)
        for row in self._loaded(fetch(self._unit.conn, query)):
            body = opened(self._unit, _REVIEWS, row["person_id"], row["tag_id"], row["sealed"])
            if body is not None:
                yield Settled(Review(**{name: row[name] for name in Review.__slots__}), body["told"])

    def keep(self, new: Sequence[EmotionTag]) -> list[EmotionTag]:
        """This is what is to be stored of tags that were made anew: what people agreed on, where the words are the same.

        Where they are not, or the record is by now about somebody else, what was judged is dropped: it was about other words.
        """
        known = self._known(tag.id for tag in new)
        if not known:
            return list(new)
        moved = [tag.id for tag in new if tag.id in known and known[tag.id]["person_id"] != tag.person_id]
        self._unit.conn.execute(delete(tag_reviews).where(among(tag_reviews.c.tag_id, moved)))
        known = {tag_id: row for tag_id, row in known.items() if tag_id not in moved}
        words = self._words(known)
        self._drop_stale(known, words)
        return [self._standing(tag, known.get(tag.id), words.get(tag.id)) for tag in new]

    def _standing(self, tag: EmotionTag, row: Row | None, words: str | None) -> EmotionTag:
        if row is None or row["sealed"] is None or tag.reviewed:
            return tag
        body = opened(self._unit, _REVIEWS, row["person_id"], tag.id, row["sealed"])
        if body is None or body["words"] != words:
            self._begin_anew([tag.id])
            return tag
        agreed = EmotionTag.model_validate(body["tag"])
        ends = {"expires_at": tag.expires_at, "occurred_at": tag.occurred_at}
        return agreed.model_copy(update=ends)

    def _drop_stale(self, known: Mapping[str, Row], words: Mapping[str, str]) -> None:
        """Drops judgements that were made about other words."""
        stale = [
            row["id"]
            for judgement, (row, told) in self._opened(among(tag_judgements.c.tag_id, list(known)))
            if told["words"] != words.get(judgement.tag_id)
        ]
        if stale:
            self._unit.conn.execute(delete(tag_judgements).where(among(tag_judgements.c.id, stale)))

    def _begin_anew(self, tag_ids: Sequence[str], **change: str) -> None:
        self._unit.conn.execute(delete(tag_judgements).where(among(tag_judgements.c.tag_id, tag_ids)))
        mine = update(tag_reviews).where(among(tag_reviews.c.tag_id, tag_ids))
        self._unit.conn.execute(mine.values(state=WAITING, settled_at=None, sealed=None, **change))

    def _known(self, tag_ids: Iterable[str]) -> dict[str, Row]:
        found: dict[str, Row] = {}
        for chunk in chunks(unique(tag_ids)):
            rows = fetch(self._unit.conn, select(tag_reviews).where(among(tag_reviews.c.tag_id, chunk)))
            found |= {row["tag_id"]: row for row in self._loaded(rows)}
        return found

    def _words(self, tag_ids: Iterable[str]) -> dict[str, str]:
        """Hashes of what the tagged records say now."""
        found: dict[str, str] = {}
        for chunk in chunks(unique(tag_ids)):
            of_record = pairs(self._unit.conn, select(tags.c.record_id, tags.c.id).where(among(tags.c.id, chunk)))
            query = select(records.c.id, records.c.person_id, records.c.sealed).where(among(records.c.id, of_record))
            for row in self._loaded(fetch(self._unit.conn, query)):
                body = opened_bytes(self._unit, "records", row["person_id"], row["id"], row["sealed"])
                if body is not None:
                    found[of_record[row["id"]]] = words_of(read_record(body))
        return found

    def _opened(self, where: ColumnElement[bool] | among) -> Iterator[tuple[Judgement, tuple[Row, Any]]]:
        query = select(tag_judgements).where(where).order_by(tag_judgements.c.id)
        for row in self._loaded(fetch(self._unit.conn, query)):
            place = f"{row['tag_id']}|{row['reviewer']}"
            told = opened(self._unit, _JUDGEMENTS, row["person_id"], place, row["sealed"])
            if told is not None:
                made = Judgement(row["tag_id"], row["person_id"], row["reviewer"], row["at"], told["label"])
                yield made, (row, told)

    def _loaded(self, rows: Sequence[Row]) -> Sequence[Row]:
        self._unit.keys.load(row["person_id"] for row in rows)
        return rows

    def _query(self, *where: Any) -> Any:
        own = [tag_reviews.c[name] for name in ("tag_id", "person_id", "why", "state", "queued_at", "settled_at")]
        joined = tag_reviews.join(tags, tags.c.id == tag_reviews.c.tag_id)
        return select(*own, tags.c.record_id, tags.c.channel).select_from(joined).where(*where)


def _by(tag_id: str, reviewer: str) -> ColumnElement[bool]:
    return and_(tag_judgements.c.tag_id == tag_id, tag_judgements.c.reviewer == reviewer)
