"""Emotion tags: sealed, bound to a customer's record, gone by their own date."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, or_, select

from hub.errors import FatalError, PolicyError
from hub.schema import AuthorRole, EmotionTag
from hub.store import components
from hub.store.mood import Mood, MoodSum
from hub.store.sealing import opened, sealed_model
from hub.store.statements import CHUNK, Row, among, chunks, fetch, unique, upsert
from hub.store.tables import records, tags
from hub.store.unit import Unit


@dataclass(frozen=True, slots=True)
class DueTag:
    """A tag whose time has come.

    Args:
        id: hub id of the tag.
        person_id: whom it is about.
        record_id: what was tagged.
        expires_at: when it should have been gone, UTC.
    """

    id: str
    person_id: str
    record_id: str
    expires_at: datetime


class Tags:
    """A room of the transaction: emotion tags."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def put(self, new: Sequence[EmotionTag]) -> None:
        """This stores tags, replacing those with the same id.

        Raises FatalError where the tagged record is not stored or is about somebody else, PolicyError where its author
        is no customer.
        """
        last = {tag.id: tag for tag in new}
        tagged = self._records(tag.record_id for tag in last.values())
        for tag in last.values():
            _check(tag, tagged.get(tag.record_id))
        self._unit.keys.load(tag.person_id for tag in last.values())
        upsert(self._unit.conn, tags, [self._row(tag, tagged[tag.record_id]) for tag in last.values()])

    def for_person(self, person_ids: Sequence[str], now: datetime | None = None) -> dict[str, list[EmotionTag]]:
        """These are the unexpired tags of each person and all merged with it, oldest first."""
        groups = components.members(self._unit.conn, person_ids)
        everybody = unique(member for group in groups.values() for member in group)
        found = self._live("person_id", everybody, now)
        of_person = {key: [tag for one in group for tag in found.get(one, ())] for key, group in groups.items()}
        return {key: sorted(group, key=_order) for key, group in of_person.items()}

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
        """These are the next tags to delete, longest overdue first."""
        query = select(tags.c.id, tags.c.person_id, tags.c.record_id, tags.c.expires_at).where(tags.c.expires_at <= now)
        query = query.order_by(tags.c.expires_at, tags.c.id).limit(limit)
        return [DueTag(*row) for row in self._unit.conn.execute(query)]

    def summary(self, now: datetime | None = None) -> Mood:
        """This sums up all unexpired tags, with the number of persons behind each figure; shows nobody."""
        total = MoodSum()
        for person_id, channel, tag in self._each(now or self._unit.now):
            total.add(person_id, channel, tag)
        return total.result()

    def _each(self, now: datetime) -> Iterator[tuple[str, str | None, EmotionTag]]:
        # By person, so that persons can be counted without a list of them.
        person_id, tag_id = "", ""
        while True:
            later = or_(tags.c.person_id > person_id, and_(tags.c.person_id == person_id, tags.c.id > tag_id))
            query = select(tags).where(later, tags.c.person_id >= person_id, tags.c.expires_at > now)
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
