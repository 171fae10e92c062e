"""What owners wrote about why they keep somebody leaves the steps of erasures: a person's own words may name anybody.

The words, redacted, stay with the obligation that they closed.
"""

from alembic import op

revision = "0014"
down_revision: str | None = "0013"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """This puts a code in their place."""
    op.execute(
        "UPDATE erasure_steps SET reason = 'other'"
        " WHERE step = 'system' AND state = 'retained' AND lower(reason) LIKE 'retained%'"
    )


def downgrade() -> None:
    """A code is a reason for the version before, too."""
