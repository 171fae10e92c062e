"""The details behind audit entries rest in the order they come, found by their person: nothing else is asked of them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"
branch_labels: str | None = None
depends_on: str | None = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """This makes the table anew; what is in it stays."""
    _set_aside("ref")
    op.create_table(
        "audit_detail",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_audit_detail_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_detail")),
        comment="The personal detail behind one audit leaf, with the nonce of its commitment, sealed.",
    )
    _put_back("person_id, sealed", "person_id, sealed")


def downgrade() -> None:
    """This makes the table as it was; what is in it stays."""
    _set_aside("id")
    op.create_table(
        "audit_detail",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_audit_detail_person_id_persons")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_audit_detail")),
        comment="The personal detail behind one audit leaf, with the nonce of its commitment, sealed.",
    )
    _put_back("ref, person_id, sealed, at", "'d' || id, person_id, sealed, 0")


def _set_aside(key: str) -> None:
    op.execute(f"CREATE TEMPORARY TABLE moved_detail AS SELECT * FROM audit_detail ORDER BY {key}")  # noqa: S608 - our own names
    op.drop_index(op.f("ix_audit_detail_person_id"), table_name="audit_detail")
    op.drop_table("audit_detail")


def _put_back(columns: str, values: str) -> None:
    op.execute(f"INSERT INTO audit_detail ({columns}) SELECT {values} FROM moved_detail")  # noqa: S608 - our own names
    op.execute("DROP TABLE moved_detail")
    op.create_index(op.f("ix_audit_detail_person_id"), "audit_detail", ["person_id"], unique=False)
