"""Legal holds and people's requests have tables, and the evidence of old consents can be found by its age."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, Text, text

revision = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None

_SERIAL = BigInteger().with_variant(Integer, "sqlite")


def upgrade() -> None:
    """This makes the tables; steps that wait for somebody count as open from here on."""
    _create_holds()
    _create_requests()
    op.add_column("consent_events", Column("swept_at", BigInteger()))
    due = text("swept_at IS NULL AND type = 'consent'")
    op.create_index(
        "ix_consent_events_due", "consent_events", ["recorded", "seq"], sqlite_where=due, postgresql_where=due
    )
    _index_steps("state NOT IN ('done', 'retained')")


def downgrade() -> None:
    """This drops what ``upgrade`` made; steps that wait for a hold or a person count as retained, as they did before."""
    op.execute("UPDATE erasure_steps SET state = 'retained' WHERE state IN ('held', 'unsupported')")
    _index_steps("state IN ('pending', 'failed')")
    op.drop_index("ix_consent_events_due", table_name="consent_events")
    op.drop_column("consent_events", "swept_at")
    op.drop_table("requests")
    op.drop_table("holds")


def _index_steps(condition: str) -> None:
    op.drop_index("ix_erasure_steps_open", table_name="erasure_steps")
    where = text(condition)
    op.create_index("ix_erasure_steps_open", "erasure_steps", ["person_id"], sqlite_where=where, postgresql_where=where)


def _create_holds() -> None:
    op.create_table(
        "holds",
        Column("id", _SERIAL, autoincrement=True, nullable=False),
        Column("person_id", Text(), nullable=False),
        Column("record_id", Text()),
        Column("system", Text()),
        Column("reason", Text(), nullable=False),
        Column("placed_by", Text(), nullable=False),
        Column("placed_at", BigInteger(), nullable=False),
        Column("released_at", BigInteger()),
        Column("released_by", Text()),
        Column("release_reason", Text()),
        ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_holds_person_id")),
        PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        comment="One legal hold: what it covers may be neither deleted nor erased until it is released.",
    )
    still = text("released_at IS NULL")
    op.create_index("ix_holds_open", "holds", ["person_id", "record_id"], sqlite_where=still, postgresql_where=still)


def _create_requests() -> None:
    op.create_table(
        "requests",
        Column("id", _SERIAL, autoincrement=True, nullable=False),
        Column("person_id", Text(), nullable=False),
        Column("kind", Text(), nullable=False),
        Column("law", Text(), nullable=False),
        Column("received_at", BigInteger(), nullable=False),
        Column("acknowledge_by", BigInteger()),
        Column("due_at", BigInteger(), nullable=False),
        Column("acknowledged_at", BigInteger()),
        Column("extended", Text()),
        Column("closed_at", BigInteger()),
        Column("outcome", Text()),
        ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_requests_person_id")),
        PrimaryKeyConstraint("id", name=op.f("pk_requests")),
        comment="One request of a person, and by when it must be answered.",
    )
    op.create_index(op.f("ix_requests_person_id"), "requests", ["person_id"])
    waiting = text("closed_at IS NULL")
    op.create_index("ix_requests_due", "requests", ["due_at", "id"], sqlite_where=waiting, postgresql_where=waiting)
