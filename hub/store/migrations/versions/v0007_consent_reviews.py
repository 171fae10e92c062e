"""Consents that end by time alone have dates on which somebody asks again."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """This makes the table; everybody with a consent on record is looked at by the next sweep."""
    op.create_table(
        "consent_reviews",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger()),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_consent_reviews_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_consent_reviews")),
        comment="When the answers about one person may next change by time alone, and under which rules that was worked out.",
    )
    op.create_index(op.f("ix_consent_reviews_at"), "consent_reviews", ["at"])
    op.create_index(op.f("ix_consent_reviews_policy"), "consent_reviews", ["policy"])
    op.execute(
        "INSERT INTO consent_reviews (person_id, at, policy) "
        "SELECT DISTINCT consent_events.person_id, 0, '' FROM consent_events "
        "JOIN persons ON persons.id = consent_events.person_id WHERE persons.erased_at IS NULL"
    )


def downgrade() -> None:
    """This drops the table: consents that end are noticed by the next push again."""
    op.drop_table("consent_reviews")
