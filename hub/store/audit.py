"""The audit log's rows: leaves waiting for their place, leaves in the tree, its nodes and checkpoints."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, text, update

from hub.errors import FatalError
from hub.store.bundle import WIDTH, bundle, unbundle
from hub.store.sealing import place
from hub.store.statements import add, among, chunks, upsert
from hub.store.tables import (
    audit_anchors,
    audit_bundles,
    audit_checkpoints,
    audit_detail,
    audit_pending,
    audit_tiles,
)
from hub.store.unit import Unit

PENDING_LEAVES = 1_000
"""Leaves in one row of those that wait."""


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
        query = select(audit_pending.c.id, audit_pending.c.leaves).order_by(audit_pending.c.id).limit(limit)
        found: list[Pending] = []
        taken = 0
        for number, leaves in self._unit.conn.execute(query):
            found.append(Pending(number, tuple(unbundle(leaves))))
            taken += len(found[-1].leaves)
            if taken >= limit:
                break
        return found

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
        return int(self._unit.conn.execute(select(func.coalesce(func.sum(audit_pending.c.count), 0))).scalar_one())

    def size(self) -> int:
        """This is the number of leaves in the tree."""
        query = select(audit_bundles.c.idx, audit_bundles.c.count).order_by(audit_bundles.c.idx.desc()).limit(1)
        last = self._unit.conn.execute(query).one_or_none()
        return 0 if last is None else int(last[0]) * WIDTH + int(last[1])

    def entries(self, start: int, limit: int) -> list[Entry]:
        """These are the entries from index ``start`` on; a bundle that somebody damaged ends them."""
        first, end = start // WIDTH, start + limit
        query = select(audit_bundles.c.idx, audit_bundles.c.leaves).order_by(audit_bundles.c.idx)
        query = query.where(audit_bundles.c.idx >= first, audit_bundles.c.idx * WIDTH < end)
        found: list[Entry] = []
        for idx, leaves in self._unit.conn.execute(query):
            try:
                row = list(enumerate(unbundle(_as_bytes(leaves)), start=idx * WIDTH))
            except ValueError:
                break
            found += [Entry(at, leaf) for at, leaf in row if start <= at < end]
        return found

    def _bundle(self, idx: int) -> list[bytes]:
        leaves = self._unit.conn.execute(select(audit_bundles.c.leaves).where(audit_bundles.c.idx == idx)).scalar()
        return list(unbundle(leaves)) if leaves is not None else []

    def put_tiles(self, tiles: Mapping[tuple[int, int], bytes]) -> None:
        """This stores rows of hashes by (tile level, index), each in place of the shorter one before."""
        rows = [{"level": level, "idx": idx, "hashes": hashes} for (level, idx), hashes in tiles.items()]
        upsert(self._unit.conn, audit_tiles, rows)

    def tile(self, level: int, idx: int) -> bytes:
        """These are the hashes of one tile, as many as it has; none where it is not there."""
        query = select(audit_tiles.c.hashes).where(audit_tiles.c.level == level, audit_tiles.c.idx == idx)
        return _as_bytes(self._unit.conn.execute(query).scalar() or b"")

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
        return [Anchor(row.size, row.kind, row.name, row.token, row.at) for row in rows]

    def anchored(self, kind: str, name: str) -> int:
        """This is the largest size that one of the others has spoken about; 0: none."""
        query = select(func.coalesce(func.max(audit_anchors.c.size), 0))
        query = query.where(audit_anchors.c.kind == kind, audit_anchors.c.name == name)
        return int(self._unit.conn.execute(query).scalar_one())

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
        return None if row is None else Checkpoint(row.size, row.root, row.note, row.at)

    def put_details(self, details: Mapping[str, tuple[str, bytes]]) -> None:
        """This seals details, as reference to (person id, bytes), each under its person's key."""
        self._unit.keys.load(person_id for person_id, _ in details.values())
        add(self._unit.conn, audit_detail, [
            {"ref": ref, "person_id": person_id, "at": self._unit.now,
             "sealed": self._unit.keys.seal(person_id, data, place("audit_detail", person_id, ref))}
            for ref, (person_id, data) in details.items()
        ])  # fmt: skip

    def details(self, refs: Iterable[str]) -> dict[str, bytes]:
        """These are details by reference, opened; those of erased persons are missing."""
        found: dict[str, bytes] = {}
        for chunk in chunks(refs):
            rows = self._unit.conn.execute(select(audit_detail).where(among(audit_detail.c.ref, chunk))).all()
            self._unit.keys.load(row.person_id for row in rows)
            for row in rows:
                data = self._unit.keys.open(row.person_id, row.sealed, place("audit_detail", row.person_id, row.ref))
                if data is not None:
                    found[row.ref] = data
        return found

    def details_of(self, person_id: str, limit: int = 1_000, after: str = "") -> list[str]:
        """These are the next references of details about one person, ordered; pass the last one to go on."""
        query = select(audit_detail.c.ref).where(audit_detail.c.person_id == person_id, audit_detail.c.ref > after)
        return list(self._unit.conn.execute(query.order_by(audit_detail.c.ref).limit(limit)).scalars())


def _as_bytes(value: bytes | str) -> bytes:
    # SQLite keeps whatever type a client writes: an entry that somebody changed to text must be seen, not stumbled over.
    return value if isinstance(value, bytes) else value.encode()
