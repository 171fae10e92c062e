"""Totals for the metrics have a table; they count from here on."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision: str | None = "0010"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """This makes the table."""
    op.create_table(
        "tallies",
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("metric", "place", "state", "detail", name=op.f("pk_tallies")),
        comment="One total for the metrics, of nobody: it grows in the transaction that does what it counts.",
    )


def downgrade() -> None:
    """This drops the table; the ledger, which is what counts, stays."""
    op.drop_table("tallies")
