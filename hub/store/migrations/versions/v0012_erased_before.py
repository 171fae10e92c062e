"""People who were erased under an earlier version lose what still led to them: ledger rows and the ids of their consents."""

from alembic import op

revision = "0012"
down_revision: str | None = "0011"
branch_labels: str | None = None
depends_on: str | None = None

_THEIRS = "person_id IN (SELECT id FROM persons WHERE erased_at IS NOT NULL)"


def upgrade() -> None:
    """This does what an erasure does since then; all outcomes are looked through once."""
    op.execute(f"UPDATE outcomes SET person_id = NULL, version = '~erased' WHERE {_THEIRS}")  # noqa: S608 - our own names
    op.execute(f"UPDATE deliveries SET person_id = NULL WHERE {_THEIRS} AND NOT open")  # noqa: S608 - our own names
    op.execute(f"DELETE FROM consent_reviews WHERE {_THEIRS}")  # noqa: S608 - our own names
    op.execute(
        f"UPDATE consent_events SET event_id = CAST(seq AS TEXT), digest = '' WHERE type = 'consent' AND {_THEIRS}"  # noqa: S608 - our own names
    )


def downgrade() -> None:
    """What was taken out is nowhere any more, and nothing needs it."""
