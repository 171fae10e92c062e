"""The first revision: every table of the store, as it was then (``hub.store.tables`` is how it is now)."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def _create_audit_checkpoints() -> None:
    op.create_table(
        "audit_checkpoints",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_audit_checkpoints")),
        comment="One signed statement of the tree's root at one size.",
    )


def _create_audit_entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("idx", name=op.f("pk_audit_entries")),
        comment="One leaf of the audit tree, in its place for ever.",
    )


def _index_audit_entries() -> None:
    op.create_index(op.f("ix_audit_entries_hash"), "audit_entries", ["hash"], unique=False)


def _create_audit_nodes() -> None:
    op.create_table(
        "audit_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "idx", name=op.f("pk_audit_nodes")),
        comment="One inner node of the audit tree whose subtree is full.",
    )


def _create_audit_pending() -> None:
    op.create_table(
        "audit_pending",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_pending")),
        comment="One audit leaf, durable together with what it tells, waiting for its place in the tree.",
        sqlite_autoincrement=True,
    )


def _create_counters() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
        comment="One sequence whose values commit in order: its row is locked until the transaction ends.",
    )


def _create_leases() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
        comment="The lock of one sync, with its holder's fencing token.",
    )


def _create_meta() -> None:
    op.create_table(
        "meta",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_meta")),
        comment="One fact about the database itself; key_check proves that the root key is the right one.",
    )


def _create_obligations() -> None:
    op.create_table(
        "obligations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("audit_ref", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligations")),
        comment="One thing that a person must do at one system because no plugin can.",
    )


def _index_obligations() -> None:
    op.create_index(
        "ix_obligations_due",
        "obligations",
        ["due", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "uq_obligations_open",
        "obligations",
        ["audit_ref", "system", "what"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _create_persons() -> None:
    op.create_table(
        "persons",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("touched", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("erased_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
        comment="One data subject; an erased one stays as an empty tombstone.",
    )


def _index_persons() -> None:
    op.create_index(op.f("ix_persons_parent"), "persons", ["parent"], unique=False)
    op.create_index(op.f("ix_persons_root"), "persons", ["root"], unique=False)
    op.create_index(op.f("ix_persons_touched"), "persons", ["touched"], unique=False)


def _create_quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("vendor_key", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_quarantine")),
        comment="One vendor record that could not be read or mapped: where to find it again, never what was in it.",
    )


def _index_quarantine() -> None:
    op.create_index(op.f("ix_quarantine_at"), "quarantine", ["at"], unique=False)


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("sync", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_runs")),
        sa.UniqueConstraint("id", name=op.f("uq_runs_id")),
        comment="One run of a sync under one revision of the configuration.",
    )


def _index_runs() -> None:
    op.create_index(op.f("ix_runs_sync_seq"), "runs", ["sync", "seq"], unique=False)


def _create_suppression() -> None:
    op.create_table(
        "suppression",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_suppression")),
        comment="One identifier of an erased person as a keyed hash, so that no import brings them back.",
    )


def _create_audit_detail() -> None:
    op.create_table(
        "audit_detail",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_audit_detail_person_id")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_audit_detail")),
        comment="The personal detail behind one audit leaf, with the nonce of its commitment, sealed.",
    )


def _index_audit_detail() -> None:
    op.create_index(op.f("ix_audit_detail_person_id"), "audit_detail", ["person_id"], unique=False)


def _create_batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("sync", sa.Text(), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("cursor", sa.LargeBinary(), nullable=True),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("stored", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("withheld", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_batches_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        comment="One batch that was read, its counts, and the cursor behind it: the counts always add up.",
    )


def _index_batches() -> None:
    op.create_index(op.f("ix_batches_run_id"), "batches", ["run_id"], unique=False)
    op.create_index(op.f("ix_batches_sync_stream_id"), "batches", ["sync", "stream", "id"], unique=False)


def _create_consent_events() -> None:
    op.create_table(
        "consent_events",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=True),
        sa.Column("recorded", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_consent_events_person_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_consent_events")),
        sa.UniqueConstraint(
            "event_id", "person_id", "digest", name=op.f("uq_consent_events_event_id_person_id_digest")
        ),
        comment="One event of the append-only consent ledger; the seq is the order in which the hub came to know.",
    )


def _index_consent_events() -> None:
    op.create_index(op.f("ix_consent_events_person_id_seq"), "consent_events", ["person_id", "seq"], unique=False)


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("sync", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=True),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=True),
        sa.Column("target_ref", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("payload_hash", sa.Text(), nullable=True),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("consent_seq", sa.BigInteger(), nullable=True),
        sa.Column("policy", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("retryable", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("job", sa.Text(), nullable=True),
        sa.Column("vendor_ref", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_deliveries_person_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_deliveries_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        comment="One row for one destination, from its selection to its outcome.",
    )


def _index_deliveries() -> None:
    op.create_index(
        "ix_deliveries_confirmed",
        "deliveries",
        ["sync", "object", "target_ref", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'confirmed'"),
        postgresql_where=sa.text("state = 'confirmed'"),
    )
    op.create_index(
        "ix_deliveries_open",
        "deliveries",
        ["sync", "object", "id"],
        unique=False,
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open"),
    )
    op.create_index(op.f("ix_deliveries_person_id"), "deliveries", ["person_id"], unique=False)
    op.create_index(op.f("ix_deliveries_run_id_state"), "deliveries", ["run_id", "state"], unique=False)
    op.create_index(
        "ix_deliveries_target",
        "deliveries",
        ["sync", "object", "target_ref"],
        unique=False,
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open"),
    )
    op.create_index(
        "uq_deliveries_open_key",
        "deliveries",
        ["idempotency_key"],
        unique=True,
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open"),
    )


def _create_erasure_steps() -> None:
    op.create_table(
        "erasure_steps",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_erasure_steps_person_id")),
        sa.PrimaryKeyConstraint("person_id", "step", "system", name=op.f("pk_erasure_steps")),
        comment="One step of erasing one person: written before it is done, settled after.",
    )


def _index_erasure_steps() -> None:
    op.create_index(
        "ix_erasure_steps_open",
        "erasure_steps",
        ["person_id"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'failed')"),
        postgresql_where=sa.text("state IN ('pending', 'failed')"),
    )


def _create_identifiers() -> None:
    op.create_table(
        "identifiers",
        sa.Column("lookup", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("attached_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_identifiers_person_id")),
        sa.PrimaryKeyConstraint("lookup", name=op.f("pk_identifiers")),
        comment="One identifier: a keyed hash to find it, the value sealed. It belongs to one person only.",
    )


def _index_identifiers() -> None:
    op.create_index(op.f("ix_identifiers_person_id"), "identifiers", ["person_id"], unique=False)


def _create_merges() -> None:
    op.create_table(
        "merges",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("keep", sa.Text(), nullable=False),
        sa.Column("gone", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("undone_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["gone"], ["persons.id"], name=op.f("fk_merges_gone")),
        sa.ForeignKeyConstraint(["keep"], ["persons.id"], name=op.f("fk_merges_keep")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
        comment="One merge of two persons, and whether it was undone.",
    )


def _index_merges() -> None:
    op.create_index(op.f("ix_merges_gone"), "merges", ["gone"], unique=False)


def _create_person_keys() -> None:
    op.create_table(
        "person_keys",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("audit_ref", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_person_keys_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_keys")),
        sa.UniqueConstraint("audit_ref", name=op.f("uq_person_keys_audit_ref")),
        comment="One person's key, wrapped; deleting the row makes everything sealed under it unreadable.",
    )


def _index_person_keys() -> None:
    op.create_index(op.f("ix_person_keys_epoch"), "person_keys", ["epoch"], unique=False)


def _create_profiles() -> None:
    op.create_table(
        "profiles",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_profiles_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_profiles")),
        comment="One person's name, language, country, region and year of birth, sealed.",
    )


def _create_records() -> None:
    op.create_table(
        "records",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("source_ref", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("stored_at", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_records_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
        comment="One canonical record, redacted and sealed.",
    )


def _index_records() -> None:
    op.create_index(op.f("ix_records_connection_stream_id"), "records", ["connection", "stream", "id"], unique=False)
    op.create_index(
        "ix_records_due",
        "records",
        ["expires_at", "id"],
        unique=False,
        sqlite_where=sa.text("expires_at IS NOT NULL"),
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_records_person_id_kind_occurred_at"), "records", ["person_id", "kind", "occurred_at"], unique=False
    )
    op.create_index(op.f("ix_records_source_ref"), "records", ["source_ref"], unique=False)


def _create_outcomes() -> None:
    op.create_table(
        "outcomes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("sync", sa.Text(), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("person_id", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_outcomes_batch_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_outcomes_person_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_outcomes_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
        comment="What became of one vendor record that was read.",
    )


def _index_outcomes() -> None:
    op.create_index(op.f("ix_outcomes_run_id_id"), "outcomes", ["run_id", "id"], unique=False)
    op.create_index(
        "ix_outcomes_seen",
        "outcomes",
        ["connection", "stream", "ref", "id"],
        unique=False,
        sqlite_where=sa.text("state <> 'unchanged'"),
        postgresql_where=sa.text("state <> 'unchanged'"),
    )
    op.create_index(op.f("ix_outcomes_sync_id"), "outcomes", ["sync", "id"], unique=False)


def _create_tags() -> None:
    op.create_table(
        "tags",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_tags_person_id")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_tags_record_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
        comment="One emotion tag, sealed; it goes with its record, or earlier.",
    )


def _index_tags() -> None:
    op.create_index(op.f("ix_tags_case_id"), "tags", ["case_id"], unique=False)
    op.create_index("ix_tags_due", "tags", ["expires_at", "id"], unique=False)
    op.create_index(op.f("ix_tags_person_id_id"), "tags", ["person_id", "id"], unique=False)
    op.create_index(op.f("ix_tags_record_id"), "tags", ["record_id"], unique=False)


_STEPS = (
    _create_audit_checkpoints,
    _create_audit_entries,
    _index_audit_entries,
    _create_audit_nodes,
    _create_audit_pending,
    _create_counters,
    _create_leases,
    _create_meta,
    _create_obligations,
    _index_obligations,
    _create_persons,
    _index_persons,
    _create_quarantine,
    _index_quarantine,
    _create_runs,
    _index_runs,
    _create_suppression,
    _create_audit_detail,
    _index_audit_detail,
    _create_batches,
    _index_batches,
    _create_consent_events,
    _index_consent_events,
    _create_deliveries,
    _index_deliveries,
    _create_erasure_steps,
    _index_erasure_steps,
    _create_identifiers,
    _index_identifiers,
    _create_merges,
    _index_merges,
    _create_person_keys,
    _index_person_keys,
    _create_profiles,
    _create_records,
    _index_records,
    _create_outcomes,
    _index_outcomes,
    _create_tags,
    _index_tags,
)
_TABLES = (
    "tags",
    "outcomes",
    "records",
    "profiles",
    "person_keys",
    "merges",
    "identifiers",
    "erasure_steps",
    "deliveries",
    "consent_events",
    "batches",
    "audit_detail",
    "suppression",
    "runs",
    "quarantine",
    "persons",
    "obligations",
    "meta",
    "leases",
    "counters",
    "audit_pending",
    "audit_nodes",
    "audit_entries",
    "audit_checkpoints",
)


def upgrade() -> None:
    for step in _STEPS:
        step()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
