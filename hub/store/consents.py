"""Consents: the append-only, bitemporal ledger of what people allowed and refused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import and_, func, select, text, update

from hub.schema import ConsentEvent, Party
from hub.store import components
from hub.store.locks import hold_components
from hub.store.sealing import opened, sealed_model
from hub.store.statements import Row, add, among, chunks, fetch, pairs, take, unique
from hub.store.tables import consent_events, counters
from hub.store.unit import Unit

_SEQ = "consent"

EntryType = Literal["consent", "merge", "unmerge", "erased"]


@dataclass(frozen=True, slots=True)
class ConsentEntry:
    """One row of the ledger.

    Args:
        seq: place in the order in which the hub came to know.
        id: id of the event.
        type: ``consent``, ``merge``, ``unmerge`` or ``erased``.
        person_id: who it is about, before merges.
        recorded: when the hub knew, UTC.
        event: what was expressed; None for other types and once the person's key is shredded.
        other: the other person of a merge or unmerge.
    """

    seq: int
    id: str
    type: EntryType
    person_id: str
    recorded: datetime
    event: ConsentEvent | None = None
    other: str | None = None


@dataclass(frozen=True, slots=True)
class _New:
    person_id: str
    event_id: str
    digest: str
    type: EntryType
    other: str | None = None
    event: ConsentEvent | None = None


class Consents:
    """A room of the transaction: the consent ledger. No entry is ever deleted, and none changed but by ``strip``."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def append(self, events: Sequence[tuple[str, ConsentEvent]]) -> list[tuple[str, ConsentEvent]]:
        """This appends (person id, event) pairs and gives those that were new.

        An event is known already where id and content are the same; the same id with another content is news and is
        appended, because vendors change their consent objects in place. Name and identifiers of the party are dropped.
        """
        new = self._append([self._new(person_id, event) for person_id, event in events])
        return [(one.person_id, one.event) for one in new if one.event is not None]

    def append_merge(self, keep: str, gone: str) -> None:
        """This puts the merge of two persons on record, under both."""
        self._append_pair("merge", keep, gone)

    def append_unmerge(self, kept: str, gone: str) -> None:
        """This puts the split of two persons on record, under both."""
        self._append_pair("unmerge", kept, gone)

    def append_erased(self, person_id: str) -> None:
        """This leaves the tombstone of an erased person; a second one is not written."""
        self._append([_New(person_id, f"erased_{person_id}", "erased", "erased")])

    def for_persons(
        self, person_ids: Sequence[str], groups: components.Groups | None = None
    ) -> dict[str, list[ConsentEntry]]:
        """These are the entries of each person and all merged with it, in the order the hub came to know."""
        groups = components.members(self._unit.conn, person_ids) if groups is None else groups
        everybody = unique(member for group in groups.values() for member in group)
        found: dict[str, list[ConsentEntry]] = {}
        for chunk in chunks(everybody):
            query = select(consent_events).where(among(consent_events.c.person_id, chunk))
            rows = fetch(self._unit.conn, query)
            self._unit.keys.load(row["person_id"] for row in rows)
            for row in rows:
                found.setdefault(row["person_id"], []).append(self._entry(row))
        entries = {key: [entry for one in group for entry in found.get(one, ())] for key, group in groups.items()}
        return {key: sorted(group, key=lambda entry: entry.seq) for key, group in entries.items()}

    def seq(self, person_ids: Sequence[str]) -> dict[str, int]:
        """This is the seq of the latest entry of each person and all merged with it; 0 where there is none."""
        groups = components.members(self._unit.conn, person_ids)
        latest: dict[str, int] = {}
        for chunk in chunks(unique(member for group in groups.values() for member in group)):
            query = select(consent_events.c.person_id, func.max(consent_events.c.seq))
            query = query.where(among(consent_events.c.person_id, chunk)).group_by(consent_events.c.person_id)
            latest.update(pairs(self._unit.conn, query))
        return {key: max(latest.get(one, 0) for one in group) for key, group in groups.items()}

    def ageing(self, before: datetime, limit: int, after: int) -> list[ConsentEntry]:
        """These are the next consent events after ``after`` that were known before a moment and still have their evidence."""
        due = and_(consent_events.c.recorded <= before, consent_events.c.seq > after)
        still = text("swept_at IS NULL AND type = 'consent'")
        query = select(consent_events).where(due, still).order_by(consent_events.c.seq).limit(limit)
        rows = fetch(self._unit.conn, query)
        self._unit.keys.load(row["person_id"] for row in rows)
        return [self._entry(row) for row in rows]

    def strip(self, remains: Mapping[int, ConsentEvent | None], people: Mapping[int, str]) -> None:
        """This takes the evidence from events, by seq, and leaves what ``remains`` of each; the row itself stays known."""
        for seq, event in remains.items():
            body = None
            if event is not None:
                body = sealed_model(self._unit, "consent_events", people[seq], str(seq), event)
            mine = update(consent_events).where(consent_events.c.seq == seq)
            self._unit.conn.execute(mine.values(sealed=body, swept_at=self._unit.now))

    def since(self, seq: int, limit: int) -> list[ConsentEntry]:
        """These are the next entries after ``seq``, of anybody; ask again from the last one."""
        query = select(consent_events).where(consent_events.c.seq > seq).order_by(consent_events.c.seq).limit(limit)
        rows = fetch(self._unit.conn, query)
        self._unit.keys.load(row["person_id"] for row in rows)
        return [self._entry(row) for row in rows]

    def head(self) -> int:
        """This is the seq of the latest entry of all, 0 at first."""
        query = select(counters.c.value).where(counters.c.name == _SEQ)
        return int(self._unit.conn.execute(query).scalar() or 0)

    def _new(self, person_id: str, event: ConsentEvent) -> _New:
        party = Party(role=event.party.role, person_id=person_id)
        bare = event.model_copy(update={"party": party, "gpp": None})
        said = bare.model_dump_json(exclude={"provenance", "party", "gpp"})
        return _New(person_id, event.id, self._unit.vault.ref("consent", said), "consent", event=bare)

    def _append_pair(self, kind: Literal["merge", "unmerge"], keep: str, gone: str) -> None:
        # The seq taken by the first of the two makes each merge of the same persons an entry of its own.
        event_id = f"{kind}_{self._unit.vault.ref(kind, keep, gone, str(self.head()))}"
        self._append([_New(keep, event_id, kind, kind, gone), _New(gone, event_id, kind, kind, keep)])

    def _append(self, new: Sequence[_New]) -> list[_New]:
        if not new:
            return []
        hold_components(self._unit.conn, (one.person_id for one in new))
        take(self._unit.conn, counters, _SEQ, 0)  # from here on nobody else appends
        wanted = {(one.person_id, one.event_id, one.digest): one for one in new}
        known = self._known(one.event_id for one in new)
        missing = [one for key, one in wanted.items() if key not in known]
        if missing:
            self._unit.keys.load(one.person_id for one in missing)
            first = take(self._unit.conn, counters, _SEQ, len(missing)) - len(missing) + 1
            add(self._unit.conn, consent_events, [self._row(first + n, one) for n, one in enumerate(missing)])
        return missing

    def _known(self, event_ids: Iterable[str]) -> set[tuple[str, str, str]]:
        columns = (consent_events.c.person_id, consent_events.c.event_id, consent_events.c.digest)
        found: set[tuple[str, str, str]] = set()
        for chunk in chunks(unique(event_ids)):
            query = select(*columns).where(among(consent_events.c.event_id, chunk))
            found.update((row[0], row[1], row[2]) for row in self._unit.conn.execute(query))
        return found

    def _row(self, seq: int, one: _New) -> Row:
        body = None
        if one.event is not None:
            body = sealed_model(self._unit, "consent_events", one.person_id, str(seq), one.event)
        return {
            "seq": seq,
            "event_id": one.event_id,
            "digest": one.digest,
            "person_id": one.person_id,
            "type": one.type,
            "other": one.other,
            "recorded": self._unit.now,
            "sealed": body,
        }

    def _entry(self, row: Row) -> ConsentEntry:
        body = opened(self._unit, "consent_events", row["person_id"], str(row["seq"]), row["sealed"])
        return ConsentEntry(
            seq=row["seq"],
            id=row["event_id"],
            type=row["type"],
            person_id=row["person_id"],
            recorded=row["recorded"],
            event=None if body is None else ConsentEvent.model_validate(body),
            other=row["other"],
        )
