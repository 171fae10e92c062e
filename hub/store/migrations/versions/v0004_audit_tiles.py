"""The audit tree rests in tiles of 256 hashes, and what others say about the log has a table."""

import hashlib
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None

_WIDTH = 256


def upgrade() -> None:
    """This makes tiles of the entries' hashes; the tree they stand for stays the same."""
    op.create_table(
        "audit_tiles",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "idx", name=op.f("pk_audit_tiles")),
        comment="Up to 256 hashes of the audit tree that stand side by side, as in C2SP tlog-tiles.",
    )
    op.create_table(
        "audit_anchors",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_anchors")),
        comment="One statement of somebody else that the log had a checkpoint at a time: a cosignature or a timestamp token.",
    )
    op.create_index(op.f("ix_audit_anchors_kind_name_size"), "audit_anchors", ["kind", "name", "size"], unique=False)
    _fill_tiles()
    op.drop_index(op.f("ix_audit_entries_hash"), table_name="audit_entries")
    op.drop_column("audit_entries", "hash")
    op.drop_table("audit_nodes")


def downgrade() -> None:
    """This makes nodes and the entries' hashes again."""
    op.create_table(
        "audit_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "idx", name=op.f("pk_audit_nodes")),
        comment="One inner node of the audit tree whose subtree is full.",
    )
    op.add_column("audit_entries", sa.Column("hash", sa.LargeBinary(), nullable=False, server_default=sa.text("''")))
    _fill_nodes()
    op.create_index(op.f("ix_audit_entries_hash"), "audit_entries", ["hash"], unique=False)
    op.drop_table("audit_anchors")
    op.drop_table("audit_tiles")


def _fill_tiles() -> None:
    level, hashes = 0, list(_leaf_hashes())
    tiles = sa.table("audit_tiles", sa.column("level"), sa.column("idx"), sa.column("hashes"))
    while hashes:
        cut = [hashes[at : at + _WIDTH] for at in range(0, len(hashes), _WIDTH)]
        rows = [{"level": level, "idx": place, "hashes": b"".join(tile)} for place, tile in enumerate(cut)]
        op.bulk_insert(tiles, rows)
        level, hashes = level + 1, [_up(tile, 8)[0] for tile in cut if len(tile) == _WIDTH]


def _fill_nodes() -> None:
    row = list(_leaf_hashes())
    nodes = sa.table("audit_nodes", sa.column("level"), sa.column("idx"), sa.column("hash"))
    entries = sa.table("audit_entries", sa.column("idx"), sa.column("hash"))
    statement = sa.update(entries).where(entries.c.idx == sa.bindparam("at")).values(hash=sa.bindparam("digest"))
    if row:
        op.get_bind().execute(statement, [{"at": at, "digest": digest} for at, digest in enumerate(row)])
    level = 0
    while row:
        op.bulk_insert(nodes, [{"level": level, "idx": at, "hash": digest} for at, digest in enumerate(row)])
        level, row = level + 1, _up(row, 1)


def _leaf_hashes() -> Iterator[bytes]:
    entries = sa.table("audit_entries", sa.column("idx"), sa.column("leaf"))
    for (leaf,) in op.get_bind().execute(sa.select(entries.c.leaf).order_by(entries.c.idx)):
        yield hashlib.sha256(b"\x00" + leaf).digest()


def _up(row: list[bytes], levels: int) -> list[bytes]:
    for _ in range(levels):
        row = [hashlib.sha256(b"\x01" + row[at] + row[at + 1]).digest() for at in range(0, len(row) - 1, 2)]
    return row
