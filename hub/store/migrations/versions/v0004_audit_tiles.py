"""The audit log rests as it is published, in tiles and bundles of 256, and what others say about it has a table."""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None

_WIDTH = 256
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ENTRIES = sa.table("audit_entries", sa.column("idx"), sa.column("leaf"), sa.column("hash"))
_NODES = sa.table("audit_nodes", sa.column("level"), sa.column("idx"), sa.column("hash"))
_BUNDLES = sa.table("audit_bundles", sa.column("idx"), sa.column("count"), sa.column("leaves"))
_TILES = sa.table("audit_tiles", sa.column("level"), sa.column("idx"), sa.column("hashes"))


def upgrade() -> None:
    """This puts entries into bundles and hashes into tiles; the tree they stand for stays the same."""
    _create_tiles()
    _create_bundles()
    _create_anchors()
    edge: list[tuple[int, list[bytes]]] = []
    for idx, leaves in enumerate(_cut(_leaves_of_rows())):
        op.bulk_insert(_BUNDLES, [{"idx": idx, "count": len(leaves), "leaves": _bundle(leaves)}])
        for leaf in leaves:
            _grow(edge, 0, hashlib.sha256(b"\x00" + leaf).digest())
    for level, (idx, tile) in enumerate(edge):
        _put_tile(level, idx, tile)
    _move_pending(bundled=True)
    op.drop_index(op.f("ix_audit_entries_hash"), table_name="audit_entries")
    op.drop_table("audit_entries")
    op.drop_table("audit_nodes")


def downgrade() -> None:
    """This makes a row of each entry and node again."""
    _create_rows()
    left: dict[int, bytes] = {}
    at = 0
    for leaves in _cut(_leaves_of_bundles()):
        entries: list[dict[str, Any]] = []
        nodes: list[dict[str, Any]] = []
        for leaf in leaves:
            digest = hashlib.sha256(b"\x00" + leaf).digest()
            entries.append({"idx": at, "leaf": leaf, "hash": digest})
            nodes += _nodes(left, at, digest)
            at += 1
        op.bulk_insert(_ENTRIES, entries)
        op.bulk_insert(_NODES, nodes)
    _move_pending(bundled=False)
    op.create_index(op.f("ix_audit_entries_hash"), "audit_entries", ["hash"], unique=False)
    op.drop_table("audit_anchors")
    op.drop_table("audit_bundles")
    op.drop_table("audit_tiles")


def _create_tiles() -> None:
    op.create_table(
        "audit_tiles",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "idx", name=op.f("pk_audit_tiles")),
        comment="Up to 256 hashes of the audit tree that stand side by side, as in C2SP tlog-tiles.",
    )


def _create_bundles() -> None:
    op.create_table(
        "audit_bundles",
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("idx", name=op.f("pk_audit_bundles")),
        comment="Up to 256 leaves of the audit tree in their place for ever, as in C2SP tlog-tiles.",
    )


def _create_anchors() -> None:
    op.create_table(
        "audit_anchors",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_anchors")),
        comment="One statement of somebody else that the log had a checkpoint at a time: a cosignature or a timestamp token.",
    )
    op.create_index(op.f("ix_audit_anchors_kind_name_size"), "audit_anchors", ["kind", "name", "size"], unique=False)


def _create_rows() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("idx", name=op.f("pk_audit_entries")),
        comment="One leaf of the audit tree, in its place for ever.",
    )
    op.create_table(
        "audit_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "idx", name=op.f("pk_audit_nodes")),
        comment="One inner node of the audit tree whose subtree is full.",
    )


def _create_pending(*, bundled: bool) -> None:
    leaves = [sa.Column("count", sa.Integer(), nullable=False), sa.Column("leaves", sa.LargeBinary(), nullable=False)]
    comment = "Some audit leaves, durable together with what they tell, waiting for their place in the tree."
    op.create_table(
        "audit_pending",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        *(leaves if bundled else [sa.Column("leaf", sa.LargeBinary(), nullable=False)]),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_pending")),
        comment=comment
        if bundled
        else "One audit leaf, durable together with what it tells, waiting for its place in the tree.",
        sqlite_autoincrement=True,
    )


def _move_pending(*, bundled: bool) -> None:
    name = "leaf" if bundled else "leaves"
    op.execute("CREATE TEMPORARY TABLE moved_pending AS SELECT * FROM audit_pending")
    op.drop_table("audit_pending")
    _create_pending(bundled=bundled)
    old = sa.table("moved_pending", sa.column("id"), sa.column(name), sa.column("at"))
    new = sa.table("audit_pending", *map(sa.column, ("count", "leaves", "at") if bundled else ("leaf", "at")))
    for page in _pages(old, "id"):
        if bundled:
            op.bulk_insert(new, [{"count": 1, "leaves": _bundle([row.leaf]), "at": row.at} for row in page])
        else:
            op.bulk_insert(new, [{"leaf": leaf, "at": row.at} for row in page for leaf in _unbundle(row.leaves)])
    op.execute("DROP TABLE moved_pending")


def _grow(edge: list[tuple[int, list[bytes]]], level: int, digest: bytes) -> None:
    """Puts a hash on the tree's edge, which has (tile index, hashes) for each level; a full tile is written, and leads up."""
    if level == len(edge):
        edge.append((0, []))
    idx, tile = edge[level]
    tile.append(digest)
    if len(tile) == _WIDTH:
        _put_tile(level, idx, tile)
        edge[level] = (idx + 1, [])
        _grow(edge, level + 1, _root(tile))


def _put_tile(level: int, idx: int, tile: Sequence[bytes]) -> None:
    if tile:
        op.bulk_insert(_TILES, [{"level": level, "idx": idx, "hashes": b"".join(tile)}])


def _nodes(left: dict[int, bytes], at: int, digest: bytes) -> Iterator[dict[str, Any]]:
    """Every node that leaf ``at`` completes; ``left`` holds the last left sibling on each level."""
    level = 0
    while True:
        yield {"level": level, "idx": at, "hash": digest}
        if at % 2 == 0:
            left[level] = digest
            return
        digest = hashlib.sha256(b"\x01" + left[level] + digest).digest()
        level, at = level + 1, at // 2


def _leaves_of_rows() -> Iterator[bytes]:
    return (row.leaf for page in _pages(_ENTRIES, "idx") for row in page)


def _leaves_of_bundles() -> Iterator[bytes]:
    return (leaf for page in _pages(_BUNDLES, "idx", 10) for row in page for leaf in _unbundle(row.leaves))


def _pages(table: Any, key: str, size: int = 1_000) -> Iterator[Sequence[Any]]:
    """A table's rows in order, some at a time: a log has more of them than memory."""
    last = -1
    column = table.c[key]
    while page := op.get_bind().execute(sa.select(table).where(column > last).order_by(column).limit(size)).all():
        yield page
        last = getattr(page[-1], key)


def _cut(leaves: Iterator[bytes]) -> Iterator[list[bytes]]:
    while some := list(islice(leaves, _WIDTH)):
        yield some


def _bundle(leaves: Sequence[bytes]) -> bytes:
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def _unbundle(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        yield data[at + 2 : end]
        at = end


def _root(row: Sequence[bytes]) -> bytes:
    while len(row) > 1:
        row = [hashlib.sha256(b"\x01" + row[at] + row[at + 1]).digest() for at in range(0, len(row), 2)]
    return row[0]
