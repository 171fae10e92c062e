"""Runs that have not ended have an index: every run that begins asks for them, and monitoring does."""

from alembic import op
from sqlalchemy import text

revision = "0013"
down_revision: str | None = "0012"
branch_labels: str | None = None
depends_on: str | None = None

_OPEN = text("status = 'running'")


def upgrade() -> None:
    """This makes it."""
    op.create_index("ix_runs_open", "runs", ["seq"], sqlite_where=_OPEN, postgresql_where=_OPEN)


def downgrade() -> None:
    """This drops it."""
    op.drop_index("ix_runs_open", table_name="runs")
