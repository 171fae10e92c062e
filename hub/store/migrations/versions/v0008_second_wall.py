"""Approvals of a second person have a table; on PostgreSQL emotion tags are shown to the hub's own roles only."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"
branch_labels: str | None = None
depends_on: str | None = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Whoever may write tags is the hub; a role that was only given SELECT, on everything, sees none. The table's owner is not
# asked. As a subquery it is answered once for each statement, not for each row.
_IS_THE_HUB = "(SELECT has_table_privilege(current_user, 'tags'::regclass, 'INSERT'))"


def upgrade() -> None:
    """This makes the table, and puts up the wall."""
    op.create_table(
        "access_grants",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("approved_by", sa.Text()),
        sa.Column("approved_at", sa.BigInteger()),
        sa.Column("expires_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_grants")),
        comment="One look that somebody asked for and a second person may approve for some hours.",
    )
    op.create_index(op.f("ix_access_grants_scope"), "access_grants", ["scope"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE tags ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tags_are_the_hubs ON tags USING ({_IS_THE_HUB}) WITH CHECK ({_IS_THE_HUB})")


def downgrade() -> None:
    """This takes the wall down, and drops the table."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP POLICY tags_are_the_hubs ON tags")
        op.execute("ALTER TABLE tags DISABLE ROW LEVEL SECURITY")
    op.drop_index(op.f("ix_access_grants_scope"), table_name="access_grants")
    op.drop_table("access_grants")
