"""Reviews of emotion tags have a table, and so have the judgements of those who review; both go with their tag."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"
branch_labels: str | None = None
depends_on: str | None = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN, _SETTLED = sa.text("settled_at IS NULL"), sa.text("settled_at IS NOT NULL")


def upgrade() -> None:
    """This makes both tables."""
    op.create_table(
        "tag_reviews",
        sa.Column("tag_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("queued_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger()),
        sa.Column("sealed", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name=op.f("fk_tag_reviews_tag_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_tag_reviews_person_id")),
        sa.PrimaryKeyConstraint("tag_id", name=op.f("pk_tag_reviews")),
        comment="One emotion tag that people look at, and what they agreed on, sealed; it goes with its tag.",
    )
    op.create_index(op.f("ix_tag_reviews_person_id"), "tag_reviews", ["person_id"], unique=False)
    _index("ix_tag_reviews_open", "queued_at", where=_OPEN)
    _index("ix_tag_reviews_settled", "settled_at", where=_SETTLED)
    op.create_table(
        "tag_judgements",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("tag_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["tag_reviews.tag_id"], name=op.f("fk_tag_judgements_tag_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_tag_judgements_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag_judgements")),
        sa.UniqueConstraint("tag_id", "reviewer", name=op.f("uq_tag_judgements_tag_id_reviewer")),
        comment="One reviewer's judgement of one emotion tag, sealed.",
    )
    for column in ("person_id", "at"):
        op.create_index(op.f(f"ix_tag_judgements_{column}"), "tag_judgements", [column], unique=False)


def _index(name: str, column: str, *, where: sa.TextClause) -> None:
    op.create_index(name, "tag_reviews", [column, "tag_id"], unique=False, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """This drops both; what people agreed on stays in the tags until they are made anew."""
    op.drop_table("tag_judgements")
    op.drop_table("tag_reviews")
