"""The audit log rests as it is published, in tiles and bundles of 256, and what others say about it has a table."""

import hashlib
from collections.abc import Iterator, Sequence

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
    _fill_tiles()
    for idx, leaves in enumerate(_cut(list(_leaves_of_rows()))):
        op.bulk_insert(_BUNDLES, [{"idx": idx, "count": len(leaves), "leaves": _bundle(leaves)}])
    _move_pending(bundled=True)
    op.drop_index(op.f("ix_audit_entries_hash"), table_name="audit_entries")
    op.drop_table("audit_entries")
    op.drop_table("audit_nodes")


def downgrade() -> None:
    """This makes a row of each entry and node again."""
    _create_rows()
    leaves = list(_leaves_of_bundles())
    row = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    op.bulk_insert(
        _ENTRIES,
        [{"idx": at, "leaf": leaf, "hash": digest} for at, (leaf, digest) in enumerate(zip(leaves, row, strict=True))],
    )
    level = 0
    while row:
        op.bulk_insert(_NODES, [{"level": level, "idx": at, "hash": digest} for at, digest in enumerate(row)])
        level, row = level + 1, _up(row)
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
    old = sa.table("audit_pending", sa.column("id"), sa.column(name), sa.column("at"))
    rows = list(op.get_bind().execute(sa.select(old.c[name], old.c.at).order_by(old.c.id)))
    op.drop_table("audit_pending")
    _create_pending(bundled=bundled)
    if bundled:
        new = sa.table("audit_pending", sa.column("count"), sa.column("leaves"), sa.column("at"))
        op.bulk_insert(new, [{"count": 1, "leaves": _bundle([leaf]), "at": at} for leaf, at in rows])
    else:
        new = sa.table("audit_pending", sa.column("leaf"), sa.column("at"))
        op.bulk_insert(new, [{"leaf": leaf, "at": at} for leaves, at in rows for leaf in _unbundle(leaves)])


def _fill_tiles() -> None:
    level, row = 0, [hashlib.sha256(b"\x00" + leaf).digest() for leaf in _leaves_of_rows()]
    while row:
        tiles = _cut(row)
        op.bulk_insert(_TILES, [{"level": level, "idx": at, "hashes": b"".join(tile)} for at, tile in enumerate(tiles)])
        level, row = level + 1, [_root(tile) for tile in tiles if len(tile) == _WIDTH]


def _leaves_of_rows() -> Iterator[bytes]:
    yield from op.get_bind().execute(sa.select(_ENTRIES.c.leaf).order_by(_ENTRIES.c.idx)).scalars()


def _leaves_of_bundles() -> Iterator[bytes]:
    for leaves in op.get_bind().execute(sa.select(_BUNDLES.c.leaves).order_by(_BUNDLES.c.idx)).scalars():
        yield from _unbundle(leaves)


def _cut(row: Sequence[bytes]) -> list[Sequence[bytes]]:
    return [row[at : at + _WIDTH] for at in range(0, len(row), _WIDTH)]


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
        row = _up(row)
    return row[0]


def _up(row: Sequence[bytes]) -> list[bytes]:
    return [hashlib.sha256(b"\x01" + row[at] + row[at + 1]).digest() for at in range(0, len(row) - 1, 2)]
