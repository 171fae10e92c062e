"""Rate budgets: the calls that all processes make count against one row per vendor limit."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "budgets",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=True),
        sa.Column("per", sa.BigInteger(), nullable=True),
        sa.Column("spent", sa.Text(), nullable=False),
        sa.Column("waiting", sa.Text(), nullable=False),
        sa.Column("told_limit", sa.Integer(), nullable=True),
        sa.Column("told_left", sa.Integer(), nullable=True),
        sa.Column("told_reset", sa.BigInteger(), nullable=True),
        sa.Column("blocked_until", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "name", name=op.f("pk_budgets")),
        comment="One vendor limit: the calls that all processes made lately, and what the vendor told of it.",
    )


def downgrade() -> None:
    op.drop_table("budgets")
