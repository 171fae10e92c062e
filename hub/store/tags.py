"""Emotion tags: sealed, bound to a customer's record, gone by their own date."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import ColumnElement, and_, delete, func, or_, select

from hub.errors import FatalError, PolicyError
from hub.schema import AuthorRole, EmotionTag
from hub.store import components
from hub.store.holds import held
from hub.store.sealing import opened, sealed_model
from hub.store.statements import CHUNK, Row, among, chunks, fetch, unique, upsert
from hub.store.tables import records, tags
from hub.store.tag_reviews import TagReviews
from hub.store.tallies import count_tags
from hub.store.unit import Unit


@dataclass(frozen=True, slots=True)
class DueTag:
    """A tag whose time has come.

    Args:
        id: hub id of the tag.
        person_id: whom it is about.
        record_id: what was tagged.
        expires_at: when it should have been gone, UTC.
        occurred_at: when it was said, UTC.
    """

    id: str
    person_id: str
    record_id: str
    expires_at: datetime
    occurred_at: datetime


class Tags:
    """A room of the transaction: emotion tags."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def put(self, new: Sequence[EmotionTag]) -> None:
        """This stores tags, replacing those with the same id; what people agreed on stands, as long as the words are the same.

        Raises FatalError where the tagged record is not stored or is about somebody else, PolicyError where its author
        is no customer.
        """
        last = {tag.id: tag for tag in new}
        tagged = self._records(tag.record_id for tag in last.values())
        for tag in last.values():
            _check(tag, tagged.get(tag.record_id))
        self._unit.keys.load(tag.person_id for tag in last.values())
        kept = TagReviews(self._unit).keep(list(last.values()))
        upsert(self._unit.conn, tags, [self._row(tag, tagged[tag.record_id]) for tag in kept])
        count_tags(self._unit, kept)

    def for_person(self, person_ids: Sequence[str], now: datetime | None = None) -> dict[str, list[EmotionTag]]:
        """These are the unexpired tags of each person and all merged with it, oldest first."""
        groups = components.members(self._unit.conn, person_ids)
        everybody = unique(member for group in groups.values() for member in group)
        found = self._live("person_id", everybody, now)
        of_person = {key: [tag for one in group for tag in found.get(one, ())] for key, group in groups.items()}
        return {key: sorted(group, key=_order) for key, group in of_person.items()}

    def get(self, ids: Iterable[str]) -> dict[str, EmotionTag]:
        """These are the tags by id, opened, also expired ones; unknown ones and those of erased persons are missing."""
        found: dict[str, EmotionTag] = {}
        for chunk in chunks(unique(ids)):
            rows = fetch(self._unit.conn, select(tags).where(among(tags.c.id, chunk)))
            found |= {tag.id: tag for _, tag in self._open(rows)}
        return found

    def for_case(self, case_ids: Iterable[str], now: datetime | None = None) -> dict[str, list[EmotionTag]]:
        """These are the unexpired tags of what was said in each case, oldest first."""
        wanted = unique(case_ids)
        found = self._live("case_id", wanted, now)
        return {case_id: sorted(found.get(case_id, ()), key=_order) for case_id in wanted}

    def delete(self, ids: Iterable[str]) -> int:
        """This deletes tags; gives how many there were."""
        return sum(
            self._unit.conn.execute(delete(tags).where(among(tags.c.id, chunk))).rowcount for chunk in chunks(ids)
        )

    def delete_for_records(self, record_ids: Iterable[str]) -> int:
        """This deletes the tags of records, as when one may no longer be analysed; gives how many there were."""
        return sum(
            self._unit.conn.execute(delete(tags).where(among(tags.c.record_id, chunk))).rowcount
            for chunk in chunks(record_ids)
        )

    def purge(self, person_ids: Sequence[str]) -> int:
        """This deletes all tags of persons, as after a withdrawal; gives how many there were."""
        return sum(
            self._unit.conn.execute(delete(tags).where(among(tags.c.person_id, chunk))).rowcount
            for chunk in chunks(person_ids)
        )

    def due(self, now: datetime, limit: int) -> list[DueTag]:
        """These are the next tags to delete, longest overdue first; what a legal hold keeps is left out."""
        due = and_(tags.c.expires_at <= now, ~held(tags.c.person_id, tags.c.record_id))
        query = select(*(tags.c[name] for name in DueTag.__slots__)).where(due)
        query = query.order_by(tags.c.expires_at, tags.c.id).limit(limit)
        return [DueTag(*row) for row in self._unit.conn.execute(query)]

    def last_said(self, before: datetime) -> datetime | None:
        """This is when the last thing was said before a moment that has an unexpired tag; None where nothing was."""
        query = select(func.max(tags.c.occurred_at)).where(tags.c.occurred_at < before)
        return self._unit.conn.execute(query.where(tags.c.expires_at > self._unit.now)).scalar()

    def due_count(self, now: datetime) -> int:
        """This is how many there are to delete."""
        due = and_(tags.c.expires_at <= now, ~held(tags.c.person_id, tags.c.record_id))
        return int(self._unit.conn.execute(select(func.count()).where(due)).scalar_one())

    def felt(self, start: datetime, end: datetime) -> Iterator[tuple[str, str, str]]:
        """These are person, label and channel of every unexpired tag of what was said in a time, its end excluded.

        Whoever was merged counts as one person; tags that abstained are left out, and what a legal hold keeps.
        """
        for person_id, channel, tag in self.said(start, end):
            if tag.label is not None and not tag.abstained:
                yield person_id, tag.label.value, channel or "unknown"

    def said(self, start: datetime, end: datetime) -> Iterator[tuple[str, str | None, EmotionTag]]:
        """These are person, channel and tag of what was said in a time, its end excluded; what a legal hold keeps is left out.

        Whoever was merged counts as one person.
        """
        within = and_(tags.c.occurred_at >= start, tags.c.occurred_at < end, ~held(tags.c.person_id, tags.c.record_id))
        found = self._each(self._unit.now, within)
        while batch := list(islice(found, CHUNK)):
            stands = components.roots(self._unit.conn, (person_id for person_id, _, _ in batch))
            yield from ((stands.get(person_id, person_id), channel, tag) for person_id, channel, tag in batch)

    def all(self) -> Iterator[EmotionTag]:
        """These are all unexpired tags."""
        return (tag for _, _, tag in self._each(self._unit.now))

    def _each(self, now: datetime, *which: ColumnElement[bool]) -> Iterator[tuple[str, str | None, EmotionTag]]:
        # By person, so that persons can be counted without a list of them.
        person_id, tag_id = "", ""
        while True:
            later = or_(tags.c.person_id > person_id, and_(tags.c.person_id == person_id, tags.c.id > tag_id))
            query = select(tags).where(later, tags.c.person_id >= person_id, tags.c.expires_at > now, *which)
            rows = fetch(self._unit.conn, query.order_by(tags.c.person_id, tags.c.id).limit(CHUNK))
            if not rows:
                return
            yield from ((row["person_id"], row["channel"], tag) for row, tag in self._open(rows))
            person_id, tag_id = rows[-1]["person_id"], rows[-1]["id"]

    def _live(self, name: str, values: Sequence[str], now: datetime | None) -> dict[str, list[EmotionTag]]:
        found: dict[str, list[EmotionTag]] = {}
        for chunk in chunks(values):
            query = select(tags).where(among(tags.c[name], chunk), tags.c.expires_at > (now or self._unit.now))
            for row, tag in self._open(fetch(self._unit.conn, query)):
                found.setdefault(row[name], []).append(tag)
        return found

    def _open(self, rows: Sequence[Row]) -> Iterator[tuple[Row, EmotionTag]]:
        self._unit.keys.load(row["person_id"] for row in rows)
        for row in rows:
            body = opened(self._unit, "tags", row["person_id"], row["id"], row["sealed"])
            if body is not None:
                yield row, EmotionTag.model_validate(body)

    def _records(self, ids: Iterable[str]) -> dict[str, Row]:
        wanted = [records.c[name] for name in ("id", "person_id", "case_id", "channel", "role")]
        found: dict[str, Row] = {}
        for chunk in chunks(unique(ids)):
            rows = fetch(self._unit.conn, select(*wanted).where(among(records.c.id, chunk)))
            found |= {row["id"]: row for row in rows}
        return found

    def _row(self, tag: EmotionTag, record: Row) -> Row:
        return {
            "id": tag.id,
            "record_id": tag.record_id,
            "person_id": tag.person_id,
            "case_id": record["case_id"],
            "channel": record["channel"],
            "occurred_at": tag.occurred_at,
            "expires_at": tag.expires_at,
            "sealed": sealed_model(self._unit, "tags", tag.person_id, tag.id, tag),
        }


def _order(tag: EmotionTag) -> tuple[datetime, str]:
    return tag.occurred_at, tag.id


def _check(tag: EmotionTag, record: Row | None) -> None:
    if record is None or record["person_id"] != tag.person_id:
        raise FatalError("An emotion tag does not belong to a stored record of its person.")
    if record["role"] != AuthorRole.CUSTOMER:
        raise PolicyError(
            "An emotion tag was made for somebody who is no customer.",
            reason="emotion.not_customer",
            fix="Tag customers' words only; nothing was stored.",
        )
