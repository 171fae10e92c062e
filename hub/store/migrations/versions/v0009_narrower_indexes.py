"""Three indexes lose the columns that no query needs: each record that is stored is put into every one of them."""

from alembic import op
from sqlalchemy import text

revision = "0009"
down_revision: str | None = "0008"
branch_labels: str | None = None
depends_on: str | None = None

_SEEN = text("state <> 'unchanged'")


def upgrade() -> None:
    """This makes them anew, narrower."""
    op.drop_index("ix_records_person_id_kind_occurred_at", table_name="records")
    op.drop_index("ix_records_connection_stream_id", table_name="records")
    op.drop_index("ix_outcomes_seen", table_name="outcomes")
    op.create_index("ix_records_person_id_kind", "records", ["person_id", "kind"])
    op.create_index("ix_records_connection_stream", "records", ["connection", "stream"])
    _index_seen("ref", "id")


def downgrade() -> None:
    """This makes them as wide as they were."""
    op.drop_index("ix_records_person_id_kind", table_name="records")
    op.drop_index("ix_records_connection_stream", table_name="records")
    op.drop_index("ix_outcomes_seen", table_name="outcomes")
    op.create_index("ix_records_person_id_kind_occurred_at", "records", ["person_id", "kind", "occurred_at"])
    op.create_index("ix_records_connection_stream_id", "records", ["connection", "stream", "id"])
    _index_seen("connection", "stream", "ref", "id")


def _index_seen(*columns: str) -> None:
    op.create_index("ix_outcomes_seen", "outcomes", list(columns), sqlite_where=_SEEN, postgresql_where=_SEEN)
