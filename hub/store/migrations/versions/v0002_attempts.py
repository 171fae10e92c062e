"""Attempts: a retry is a row of its own, a failed row stays, and every selected row names its batch."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None

_NUMBERS = ("batch_id", "retry_at")
_WORDS = ("change", "closed_as")
_COMMENTS = {
    "batches": (
        "One batch that was read, its counts, and the cursor behind it: the counts always add up.",
        "One batch that was read or selected, its counts, and the cursor behind it: the counts always add up.",
    ),
    "deliveries": (
        "One row for one destination, from its selection to its outcome.",
        "One attempt to bring one row to one destination, from its selection to its outcome.",
    ),
}
# Rows of before are counted in the order in which they were written.
_NUMBER = """
    UPDATE deliveries SET attempt = numbered.n
    FROM (
        SELECT id, row_number() OVER (PARTITION BY idempotency_key ORDER BY id) AS n
        FROM deliveries WHERE idempotency_key IS NOT NULL
    ) AS numbered
    WHERE deliveries.id = numbered.id
"""


def upgrade() -> None:
    op.add_column("batches", sa.Column("selected", sa.Integer(), server_default="0", nullable=False))
    op.add_column("outcomes", sa.Column("policy", sa.Text(), nullable=True))
    op.add_column("quarantine", sa.Column("wanted_at", sa.BigInteger(), nullable=True))
    for name in _NUMBERS:
        op.add_column("deliveries", sa.Column(name, sa.BigInteger(), nullable=True))
    for name in _WORDS:
        op.add_column("deliveries", sa.Column(name, sa.Text(), nullable=True))
    op.execute("ALTER TABLE deliveries RENAME COLUMN attempts TO attempt")
    op.execute(_NUMBER)
    op.execute("UPDATE deliveries SET retry_at = updated_at WHERE state = 'failed' AND open")
    op.drop_index("ix_deliveries_run_id_state", table_name="deliveries")
    op.create_index("ix_deliveries_run", "deliveries", ["run_id", "batch_id", "state", "open"])
    keyed = sa.text("idempotency_key IS NOT NULL")
    op.create_index(
        "uq_deliveries_attempt",
        "deliveries",
        ["idempotency_key", "attempt"],
        unique=True,
        sqlite_where=keyed,
        postgresql_where=keyed,
    )
    _comment(new=True)


def downgrade() -> None:
    # What the revision before knows no way to keep: a dead letter, which it left closed.
    deliveries = sa.table("deliveries", sa.column("state"), sa.column("open", sa.Boolean()), sa.column("retry_at"))
    dead = sa.and_(deliveries.c.state == "failed", deliveries.c.open, deliveries.c.retry_at.is_(None))
    op.execute(sa.update(deliveries).where(dead).values(open=False))
    op.execute("UPDATE deliveries SET payload = NULL WHERE state = 'failed' AND NOT open")
    op.execute("UPDATE deliveries SET payload = NULL WHERE state = 'confirmed'")
    op.drop_index("uq_deliveries_attempt", table_name="deliveries")
    op.drop_index("ix_deliveries_run", table_name="deliveries")
    op.create_index("ix_deliveries_run_id_state", "deliveries", ["run_id", "state"])
    op.execute("ALTER TABLE deliveries RENAME COLUMN attempt TO attempts")
    for name in (*_NUMBERS, *_WORDS):
        op.drop_column("deliveries", name)
    op.drop_column("quarantine", "wanted_at")
    op.drop_column("outcomes", "policy")
    op.drop_column("batches", "selected")
    _comment(new=False)


def _comment(*, new: bool) -> None:
    if _on_postgresql():
        for table, words in _COMMENTS.items():
            op.create_table_comment(table, words[new])


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
