"""Rows in flight have an index: whoever claims the next ones asks for them, however many wait."""

from alembic import op
from sqlalchemy import text

revision = "0015"
down_revision: str | None = "0014"
branch_labels: str | None = None
depends_on: str | None = None

_IN_FLIGHT = text("state IN ('sending', 'accepted', 'unknown')")


def upgrade() -> None:
    """This makes it."""
    op.create_index(
        "ix_deliveries_flight",
        "deliveries",
        ["sync", "object", "target_ref"],
        sqlite_where=_IN_FLIGHT,
        postgresql_where=_IN_FLIGHT,
    )


def downgrade() -> None:
    """This drops it."""
    op.drop_index("ix_deliveries_flight", table_name="deliveries")
