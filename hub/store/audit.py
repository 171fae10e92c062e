"""The audit log's rows: leaves waiting for their place, leaves in the tree, its nodes and checkpoints."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, tuple_

from hub.errors import FatalError
from hub.store.sealing import place
from hub.store.statements import add, add_missing, chunks, pairs
from hub.store.tables import audit_checkpoints, audit_detail, audit_entries, audit_nodes, audit_pending
from hub.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Entry:
    """A leaf in the tree: its index from 0, its bytes and its hash."""

    idx: int
    leaf: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Pending:
    """A leaf that waits for its place: a number that grows, and its bytes."""

    id: int
    leaf: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement: tree size, root hash, the signed note, and when it was made (UTC; set by the store)."""

    size: int
    root: bytes
    note: str
    at: datetime | None = None


class AuditLog:
    """A room of the transaction: the audit log's rows. What they mean is the audit room's business."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def append(self, leaves: Sequence[bytes]) -> None:
        """This makes leaves durable together with what they tell; ``integrate`` gives them their place."""
        add(self._unit.conn, audit_pending, [{"leaf": leaf, "at": self._unit.now} for leaf in leaves])

    def pending(self, limit: int) -> list[Pending]:
        """These are the next leaves that wait, in the order they were appended."""
        query = select(audit_pending.c.id, audit_pending.c.leaf).order_by(audit_pending.c.id).limit(limit)
        return [Pending(number, leaf) for number, leaf in self._unit.conn.execute(query)]

    def integrate(self, rows: Sequence[tuple[int, Entry]]) -> None:
        """This moves (pending id, entry) pairs into the tree; FatalError where they leave a gap or change a leaf."""
        size = self.size()
        if [entry.idx for _, entry in rows] != list(range(size, size + len(rows))):
            raise FatalError(f"Audit entries must go on from {size} without a gap.")
        waiting: dict[int, bytes] = {}
        for chunk in chunks(number for number, _ in rows):
            query = select(audit_pending.c.id, audit_pending.c.leaf).where(audit_pending.c.id.in_(chunk))
            waiting.update(pairs(self._unit.conn, query))
            self._unit.conn.execute(delete(audit_pending).where(audit_pending.c.id.in_(chunk)))
        if waiting != {number: entry.leaf for number, entry in rows} or len(waiting) != len(rows):
            raise FatalError("An audit entry is not the leaf that was waiting.")
        entries = [{"idx": entry.idx, "leaf": entry.leaf, "hash": entry.hash} for _, entry in rows]
        add(self._unit.conn, audit_entries, entries)

    def size(self) -> int:
        """This is the number of leaves in the tree."""
        return int(self._unit.conn.execute(select(func.coalesce(func.max(audit_entries.c.idx) + 1, 0))).scalar_one())

    def entries(self, start: int, limit: int) -> list[Entry]:
        """These are the entries from index ``start`` on."""
        query = select(audit_entries).where(audit_entries.c.idx >= start).order_by(audit_entries.c.idx).limit(limit)
        return [Entry(row.idx, _as_bytes(row.leaf), row.hash) for row in self._unit.conn.execute(query)]

    def find(self, hash: bytes) -> list[int]:
        """These are the indexes of the leaves with this hash."""
        query = select(audit_entries.c.idx).where(audit_entries.c.hash == hash).order_by(audit_entries.c.idx)
        return list(self._unit.conn.execute(query).scalars())

    def put_nodes(self, nodes: Mapping[tuple[int, int], bytes]) -> None:
        """This stores hashes of full subtrees by (level, index); one that is there stays as it is."""
        rows = [{"level": level, "idx": idx, "hash": hash} for (level, idx), hash in nodes.items()]
        add_missing(self._unit.conn, audit_nodes, rows)

    def nodes(self, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
        """This maps (level, index) to the hashes that are stored."""
        found: dict[tuple[int, int], bytes] = {}
        for chunk in chunks(places):
            query = select(audit_nodes).where(tuple_(audit_nodes.c.level, audit_nodes.c.idx).in_(chunk))
            found |= {(row.level, row.idx): row.hash for row in self._unit.conn.execute(query)}
        return found

    def put_checkpoint(self, checkpoint: Checkpoint) -> None:
        """This stores a checkpoint; FatalError where another root was signed for the same size."""
        known = self.checkpoint(checkpoint.size)
        if known is not None and known.root != checkpoint.root:
            raise FatalError(f"Another root was signed for audit size {checkpoint.size}.")
        if known is None:
            row = {"size": checkpoint.size, "root": checkpoint.root, "note": checkpoint.note, "at": self._unit.now}
            add(self._unit.conn, audit_checkpoints, [row])

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
            rows = self._unit.conn.execute(select(audit_detail).where(audit_detail.c.ref.in_(chunk))).all()
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
