"""The audit log's rows: leaves waiting for their place, leaves in the tree, its nodes and checkpoints."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, text, update

from hub.errors import FatalError
from hub.store.bundle import WIDTH, bundle, leaf_at, unbundle
from hub.store.raw import as_bytes, as_number, as_text
from hub.store.sealing import place
from hub.store.statements import add, among, chunks, pairs, unique, upsert, value_of
from hub.store.tables import (
    audit_anchors,
    audit_bundles,
    audit_checkpoints,
    audit_detail,
    audit_pending,
    audit_tiles,
    person_keys,
)
from hub.store.unit import Unit

PENDING_LEAVES = 1_000
"""Leaves in one row of those that wait."""

_ANCHORS = 1_000
_CHECKPOINTS = 1_000

_ONE_TILE = select(audit_tiles.c.hashes).where(
    audit_tiles.c.level == bindparam("level"), audit_tiles.c.idx == bindparam("idx")
)
_ONE_BUNDLE = select(audit_bundles.c.leaves).where(audit_bundles.c.idx == bindparam("idx"))


@dataclass(frozen=True, slots=True)
class Entry:
    """A leaf in the tree: its index from 0, and its bytes."""

    idx: int
    leaf: bytes


@dataclass(frozen=True, slots=True)
class Pending:
    """Some leaves that wait for their place: a number that grows, and the leaves in order."""

    id: int
    leaves: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement: tree size, root hash, the signed note, and when it was made (UTC; set by the store)."""

    size: int
    root: bytes
    note: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """What somebody else said about the log at one size.

    Args:
        size: entries of the checkpoint.
        kind: ``witness`` (token: its signature lines) or ``timestamp`` (token: RFC 3161, DER).
        name: who.
        token: the statement.
        at: when the hub received it, UTC; set by the store.
    """

    size: int
    kind: str
    name: str
    token: bytes
    at: datetime | None = None


class AuditLog:
    """A room of the transaction: the audit log's rows. What they mean is the audit room's business."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def append(self, leaves: Sequence[bytes]) -> None:
        """This makes leaves durable together with what they tell; ``integrate`` gives them their place."""
        rows = [
            {"count": len(some), "leaves": bundle(some), "at": self._unit.now}
            for some in chunks(leaves, PENDING_LEAVES)
        ]
        add(self._unit.conn, audit_pending, rows)

    def pending(self, limit: int) -> list[Pending]:
        """These leaves wait next, in the order they were appended: about ``limit`` of them, or all if fewer."""
        # First how many there are in each row: a driver may fetch all that is asked for before it gives the first.
        counts = select(audit_pending.c.id, audit_pending.c.count).order_by(audit_pending.c.id).limit(limit)
        wanted, taken = [], 0
        for number, count in self._unit.conn.execute(counts):
            wanted.append(number)
            taken += as_number(count, "how many audit entries wait")
            if taken >= limit:
                break
        query = select(audit_pending.c.id, audit_pending.c.leaves).where(among(audit_pending.c.id, wanted))
        rows = self._unit.conn.execute(query.order_by(audit_pending.c.id))
        return [Pending(number, tuple(_unbundled(leaves))) for number, leaves in rows]

    def lock(self) -> None:
        """This lets one sequencer at a time go on, until its transaction ends; those who append never wait for it."""
        if self._unit.conn.dialect.name == "postgresql":
            self._unit.conn.execute(text("LOCK TABLE audit_checkpoints IN EXCLUSIVE MODE"))

    def integrate(self, first: int, rows: Sequence[Pending]) -> None:
        """This moves pending leaves into the tree from index ``first`` on; FatalError where that leaves a gap."""
        gone = 0
        for chunk in chunks(row.id for row in rows):
            gone += self._unit.conn.execute(delete(audit_pending).where(among(audit_pending.c.id, chunk))).rowcount
        if gone != len(rows):
            raise FatalError("An audit entry is not the leaf that was waiting.")
        self.restore(first, [leaf for row in rows for leaf in row.leaves])

    def restore(self, first: int, leaves: Sequence[bytes]) -> None:
        """This puts leaves into the tree from index ``first`` on; FatalError where that leaves a gap."""
        if first != self.size():
            raise FatalError(f"Audit entries must go on from {self.size()} without a gap.")
        index, have = divmod(first, WIDTH)
        whole = [*self._bundle(index)[:have], *leaves]
        rows = [
            {"idx": index + at, "count": len(some), "leaves": bundle(some)}
            for at, some in enumerate(chunks(whole, WIDTH))
        ]
        upsert(self._unit.conn, audit_bundles, rows)

    def replace_pending(self, number: int, leaves: Sequence[bytes]) -> None:
        """This leaves only some of the leaves of one pending row waiting."""
        self._unit.conn.execute(delete(audit_pending).where(audit_pending.c.id == number))
        self.append(leaves)

    def waiting(self) -> int:
        """This is how many leaves wait for their place."""
        found = self._unit.conn.execute(select(func.coalesce(func.sum(audit_pending.c.count), 0))).scalar_one()
        return as_number(int(found) if isinstance(found, Decimal) else found, "how many audit entries wait")

    def size(self) -> int:
        """This is the number of leaves in the tree."""
        query = select(audit_bundles.c.idx, audit_bundles.c.count).order_by(audit_bundles.c.idx.desc()).limit(1)
        last = self._unit.conn.execute(query).one_or_none()
        if last is None:
            return 0
        return as_number(last[0], "a bundle's place in the audit log") * WIDTH + as_number(last[1], "a bundle's count")

    def entries(self, start: int, limit: int) -> list[Entry]:
        """These are the entries from index ``start`` on; a bundle that somebody damaged ends them."""
        first, end = start // WIDTH, start + limit
        query = select(audit_bundles.c.idx, audit_bundles.c.count, audit_bundles.c.leaves).order_by(audit_bundles.c.idx)
        query = query.where(audit_bundles.c.idx >= first, audit_bundles.c.idx * WIDTH < end)
        found: list[Entry] = []
        for idx, count, leaves in self._unit.conn.execute(query):
            try:
                row = list(enumerate(unbundle(as_bytes(leaves)), start=idx * WIDTH))
            except (TypeError, ValueError):  # the index, too, may be anything
                break
            if len(row) != count:
                break
            found += [Entry(at, leaf) for at, leaf in row if start <= at < end]
        return found

    def leaf(self, index: int) -> bytes:
        """This is one leaf in the tree; FatalError where it is not there, or somebody damaged it."""
        idx, at = divmod(index, WIDTH)
        try:
            return leaf_at(as_bytes(value_of(self._unit.conn, _ONE_BUNDLE, idx=idx) or b""), at)
        except ValueError:
            raise FatalError(f"Audit entry {index} is missing or damaged.", fix="Run 'hub audit verify'.") from None

    def _bundle(self, idx: int) -> list[bytes]:
        leaves = self._unit.conn.execute(select(audit_bundles.c.leaves).where(audit_bundles.c.idx == idx)).scalar()
        return _unbundled(leaves) if leaves is not None else []

    def put_tiles(self, tiles: Mapping[tuple[int, int], bytes]) -> None:
        """This stores rows of hashes by (tile level, index), each in place of the shorter one before."""
        rows = [{"level": level, "idx": idx, "hashes": hashes} for (level, idx), hashes in tiles.items()]
        upsert(self._unit.conn, audit_tiles, rows)

    def tile(self, level: int, idx: int) -> bytes:
        """These are the hashes of one tile, as many as it has; none where it is not there."""
        return as_bytes(value_of(self._unit.conn, _ONE_TILE, level=level, idx=idx) or b"")

    def put_anchors(self, anchors: Iterable[Anchor]) -> None:
        """This stores what others said about the log."""
        rows = [
            {"size": one.size, "kind": one.kind, "name": one.name, "token": one.token, "at": self._unit.now}
            for one in anchors
        ]
        add(self._unit.conn, audit_anchors, rows)

    def anchors(self, size: int | None = None) -> list[Anchor]:
        """These are the statements about one size, or the latest 1,000 about any, newest first."""
        query = select(audit_anchors).order_by(audit_anchors.c.id.desc()).limit(1_000)
        query = query if size is None else query.where(audit_anchors.c.size == size)
        rows = self._unit.conn.execute(query)
        return [_anchor(row) for row in rows]

    def all_anchors(self) -> Iterator[Anchor]:
        """This yields everything that others said, oldest first."""
        last = 0
        while rows := self._unit.conn.execute(
            select(audit_anchors).where(audit_anchors.c.id > last).order_by(audit_anchors.c.id).limit(_ANCHORS)
        ).all():
            yield from (_anchor(row) for row in rows)
            last = rows[-1].id

    def last_anchor(self, kind: str, name: str) -> Anchor | None:
        """This is what one of the others said last; None where they never spoke."""
        query = select(audit_anchors).where(audit_anchors.c.kind == kind, audit_anchors.c.name == name)
        row = self._unit.conn.execute(query.order_by(audit_anchors.c.id.desc()).limit(1)).one_or_none()
        return None if row is None else _anchor(row)

    def anchored(self, kind: str, name: str) -> int:
        """This is the largest size that one of the others has spoken about; 0: none."""
        query = select(func.coalesce(func.max(audit_anchors.c.size), 0))
        query = query.where(audit_anchors.c.kind == kind, audit_anchors.c.name == name)
        return as_number(self._unit.conn.execute(query).scalar_one(), "a size that others have seen")

    def largest_anchor(self) -> int:
        """This is the largest size that anybody else has spoken about; 0: none."""
        query = select(func.coalesce(func.max(audit_anchors.c.size), 0))
        return as_number(self._unit.conn.execute(query).scalar_one(), "a size that others have seen")

    def put_checkpoint(self, checkpoint: Checkpoint) -> None:
        """This stores a checkpoint; FatalError where another root was signed for the same size."""
        known = self.checkpoint(checkpoint.size)
        if known is not None and known.root != checkpoint.root:
            raise FatalError(f"Another root was signed for audit size {checkpoint.size}.")
        if known is None:
            row = {"size": checkpoint.size, "root": checkpoint.root, "note": checkpoint.note, "at": self._unit.now}
            add(self._unit.conn, audit_checkpoints, [row])

    def set_note(self, size: int, note: str) -> None:
        """This replaces the note of a checkpoint by the same with more signatures."""
        self._unit.conn.execute(update(audit_checkpoints).where(audit_checkpoints.c.size == size).values(note=note))

    def checkpoint(self, size: int | None = None) -> Checkpoint | None:
        """This is the checkpoint of one size, or the latest; None where there is none."""
        query = select(audit_checkpoints).order_by(audit_checkpoints.c.size.desc()).limit(1)
        query = query if size is None else query.where(audit_checkpoints.c.size == size)
        row = self._unit.conn.execute(query).one_or_none()
        return None if row is None else _checkpoint(row)

    def checkpoints(self, start: int) -> Iterator[Checkpoint]:
        """This yields the checkpoints from one size on, smallest first."""
        query = select(audit_checkpoints).order_by(audit_checkpoints.c.size).limit(_CHECKPOINTS)
        while rows := self._unit.conn.execute(query.where(audit_checkpoints.c.size >= start)).all():
            yield from (found := [_checkpoint(row) for row in rows])
            start = found[-1].size + 1

    def put_details(self, details: Sequence[tuple[str, bytes]]) -> None:
        """This seals (person id, bytes), each under its person's key; raises PolicyError for erased persons."""
        keys = self._unit.keys
        keys.load(person_id for person_id, _ in details)
        add(self._unit.conn, audit_detail, [
            {"person_id": person_id, "sealed": keys.seal(person_id, data, place("audit_detail", person_id, ""))}
            for person_id, data in details
        ])  # fmt: skip

    def details(self, person_ids: Iterable[str]) -> dict[str, list[bytes]]:
        """These are the details about persons, opened, oldest first; erased persons have none."""
        found: dict[str, list[bytes]] = {}
        self._unit.keys.load(wanted := unique(person_ids))
        for chunk in chunks(wanted):
            query = select(audit_detail.c.person_id, audit_detail.c.sealed).order_by(audit_detail.c.id)
            for person_id, sealed in self._unit.conn.execute(query.where(among(audit_detail.c.person_id, chunk))):
                data = self._unit.keys.open(person_id, sealed, place("audit_detail", person_id, ""))
                if data is not None:
                    found.setdefault(person_id, []).append(data)
        return found

    def persons_of(self, refs: Iterable[str]) -> dict[str, str]:
        """This maps audit references to the persons that they lead to; those of erased persons lead nowhere."""
        found: dict[str, str] = {}
        for chunk in chunks(unique(refs)):
            query = select(person_keys.c.audit_ref, person_keys.c.person_id)
            found.update(pairs(self._unit.conn, query.where(among(person_keys.c.audit_ref, chunk))))
        return found


def _checkpoint(row: Row[Any]) -> Checkpoint:
    return Checkpoint(as_number(row.size, "a checkpoint's size"), as_bytes(row.root), as_text(row.note), row.at)


def _anchor(row: Row[Any]) -> Anchor:
    size = as_number(row.size, "a size that others have seen")
    return Anchor(size, as_text(row.kind), as_text(row.name), as_bytes(row.token), row.at)


def _unbundled(leaves: object) -> list[bytes]:
    try:
        return list(unbundle(as_bytes(leaves)))
    except ValueError:
        raise FatalError("audit entries in the database are damaged.", fix="Run 'hub audit verify'.") from None
