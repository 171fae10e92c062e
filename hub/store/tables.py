"""Every table of the store, with the purpose of its rows and the question each index answers.

Times are microseconds since 1970 UTC (``Instant``). ``sealed`` columns hold AES-256-GCM under the key of the row's person
(in ``cursor``, ``vendor_key`` and ``meta``: under the hub's own key). Hashes of identifiers and vendor keys are keyed.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from hub.store.instant import Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_SERIAL = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER counts up by itself on SQLite


def _serial(name: str) -> Column[Any]:
    return Column(name, _SERIAL, primary_key=True, autoincrement=True)


def _person(*, nullable: bool = False, primary_key: bool = False) -> Column[Any]:
    return Column("person_id", Text, ForeignKey("persons.id"), nullable=nullable, primary_key=primary_key)


IN_FLIGHT = "state IN ('sending', 'accepted', 'unknown')"
"""Of a delivery: the vendor may have it, or be about to get it."""


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    # A query uses the index only where it repeats the condition literally; SQLite has no booleans but 0 and 1.
    on_sqlite = "open = 1" if where == "open" else where
    return Index(name, *columns, unique=unique, sqlite_where=text(on_sqlite), postgresql_where=text(where))


meta = Table(
    "meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    comment="One fact about the database itself; key_check proves that the root key is the right one.",
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
    comment="One sequence whose values commit in order: its row is locked until the transaction ends.",
)

tallies = Table(
    "tallies",
    metadata,
    Column("metric", Text, nullable=False),
    Column("place", Text, nullable=False),  # the sync or connection; empty: the hub
    Column("state", Text, nullable=False),
    Column("detail", Text, nullable=False),  # a word of the vocabulary: a reason, a type of entity, an emotion
    Column("value", BigInteger, nullable=False),
    PrimaryKeyConstraint("metric", "place", "state", "detail"),
    comment="One total for the metrics, of nobody: it grows in the transaction that does what it counts.",
)

persons = Table(
    "persons",
    metadata,
    Column("id", Text, primary_key=True),  # per_, milliseconds, and 80 random bits
    Column("parent", Text),  # the person this one was merged into, itself maybe merged further
    Column("root", Text, nullable=False),  # the person that stands for the whole merged component
    Column("status", Text, nullable=False),  # active | erased
    Column("touched", BigInteger),  # sequence value of the last change; null: nothing to push
    Column("created_at", Instant, nullable=False),
    Column("erased_at", Instant),
    Index(None, "root"),  # who belongs to this component?
    Index(None, "parent"),  # who was merged into this person?
    Index(None, "touched"),  # who changed since?
    comment="One data subject; an erased one stays as an empty tombstone.",
)

person_keys = Table(
    "person_keys",
    metadata,
    _person(primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("audit_ref", Text, nullable=False, unique=True),  # the name of the person in the audit log
    Index(None, "epoch"),  # which keys wait to be wrapped again?
    comment="One person's key, wrapped; deleting the row makes everything sealed under it unreadable.",
)

identifiers = Table(
    "identifiers",
    metadata,
    Column("lookup", Text, primary_key=True),
    _person(),
    Column("kind", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("attached_at", Instant, nullable=False),
    Index(None, "person_id"),  # what identifies this person?
    comment="One identifier: a keyed hash to find it, the value sealed. It belongs to one person only.",
)

profiles = Table(
    "profiles",
    metadata,
    _person(primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("updated_at", Instant, nullable=False),
    comment="One person's name, language, country, region and year of birth, sealed.",
)

merges = Table(
    "merges",
    metadata,
    _serial("id"),
    Column("keep", Text, ForeignKey("persons.id"), nullable=False),
    Column("gone", Text, ForeignKey("persons.id"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("undone_at", Instant),
    Column("undone_reason", Text),
    Index(None, "gone"),  # which merge is to be undone?
    comment="One merge of two persons, and whether it was undone.",
)

records = Table(
    "records",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    _person(),
    Column("category", Text, nullable=False),
    Column("channel", Text),
    Column("role", Text, nullable=False),  # of the author: tags are refused for anybody but customers
    Column("case_id", Text),
    Column("connection", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("source_ref", Text, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("run_id", Text, nullable=False),
    Column("stored_at", Instant, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "person_id", "kind"),  # what do we hold about this person?
    Index(None, "source_ref"),  # what came from this vendor record?
    Index(None, "connection", "stream"),  # which vendor records do we hold of this stream?
    _partial("ix_records_due", "expires_at", "id", where="expires_at IS NOT NULL"),  # what is due for deletion?
    comment="One canonical record, redacted and sealed.",
)

tags = Table(
    "tags",
    metadata,
    Column("id", Text, primary_key=True),
    Column("record_id", Text, ForeignKey("records.id", ondelete="CASCADE"), nullable=False),
    _person(),
    Column("case_id", Text),
    Column("channel", Text),
    Column("occurred_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "record_id"),  # which tags go with this record?
    Index(None, "person_id", "id"),  # what did this person feel?
    Index(None, "case_id"),  # what was felt in this case?
    Index("ix_tags_due", "expires_at", "id"),  # what is due for deletion?
    comment="One emotion tag, sealed; it goes with its record, or earlier.",
)

tag_reviews = Table(
    "tag_reviews",
    metadata,
    Column("tag_id", Text, ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True),
    _person(),
    Column("why", Text, nullable=False),  # disputed | unsure | sampled
    Column("state", Text, nullable=False),  # waiting | begun | disputed | confirmed | corrected | unclear
    Column("queued_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("sealed", LargeBinary),  # null until it is settled
    Index(None, "person_id"),  # what was judged about this person?
    _partial("ix_tag_reviews_open", "queued_at", "tag_id", where="settled_at IS NULL"),  # what waits for a reviewer?
    _partial("ix_tag_reviews_settled", "settled_at", "tag_id", where="settled_at IS NOT NULL"),  # settled this month?
    comment="One emotion tag that people look at, and what they agreed on, sealed; it goes with its tag.",
)

tag_judgements = Table(
    "tag_judgements",
    metadata,
    _serial("id"),
    Column("tag_id", Text, ForeignKey("tag_reviews.tag_id", ondelete="CASCADE"), nullable=False),
    _person(),
    Column("reviewer", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("tag_id", "reviewer"),  # has this reviewer judged it?
    Index(None, "person_id"),  # what was judged about this person?
    Index(None, "at"),  # what was judged this month?
    comment="One reviewer's judgement of one emotion tag, sealed.",
)

consent_events = Table(
    "consent_events",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", Text, nullable=False),
    Column("digest", Text, nullable=False),  # keyed hash of what the event says
    _person(),
    Column("type", Text, nullable=False),  # consent | merge | unmerge | erased
    Column("other", Text),  # the other person of a merge or unmerge
    Column("recorded", Instant, nullable=False),
    Column("sealed", LargeBinary),
    Column("swept_at", Instant),  # since when its evidence is gone
    UniqueConstraint("event_id", "person_id", "digest"),  # is it known already?
    Index(None, "person_id", "seq"),  # what did this person say, and when did it last change?
    _partial(
        "ix_consent_events_due", "recorded", "seq", where="swept_at IS NULL AND type = 'consent'"
    ),  # whose evidence is due?
    comment="One event of the append-only consent ledger; the seq is the order in which the hub came to know.",
)

consent_reviews = Table(
    "consent_reviews",
    metadata,
    _person(primary_key=True),
    Column("at", Instant),  # null: not by time alone
    Column("policy", Text, nullable=False),  # version of the rules; empty: never worked out
    Index(None, "at"),  # about whom is it time to ask again?
    Index(None, "policy"),  # about whom was it worked out under other rules?
    comment="When the answers about one person may next change by time alone, and under which rules that was worked out.",
)

runs = Table(
    "runs",
    metadata,
    _serial("seq"),
    Column("id", Text, nullable=False, unique=True),
    Column("sync", Text, nullable=False),
    Column("kind", Text, nullable=False),  # pull | push | sweep | erase
    Column("revision", Text, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Index(None, "sync", "seq"),  # what did this sync do last?
    _partial("ix_runs_open", "seq", where="status = 'running'"),  # which have not ended?
    comment="One run of a sync under one revision of the configuration.",
)

batches = Table(
    "batches",
    metadata,
    _serial("id"),
    Column("run_id", Text, ForeignKey("runs.id"), nullable=False),
    Column("sync", Text, nullable=False),
    Column("connection", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("cursor", LargeBinary),  # sealed: cursors are made of vendor ids; null: the source gave none
    Column("read", Integer, nullable=False),
    Column("stored", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("withheld", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    Column("selected", Integer, nullable=False, server_default="0"),  # push: rows that were decided about
    Column("at", Instant, nullable=False),
    Index(None, "sync", "stream", "id"),  # where does this sync resume?
    Index(None, "run_id"),  # what did this run do?
    comment="One batch that was read or selected, its counts, and the cursor behind it: the counts always add up.",
)

outcomes = Table(
    "outcomes",
    metadata,
    _serial("id"),
    Column("batch_id", _SERIAL, ForeignKey("batches.id"), nullable=False),
    Column("run_id", Text, ForeignKey("runs.id"), nullable=False),
    Column("sync", Text, nullable=False),
    Column("connection", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("state", Text, nullable=False),  # stored | unchanged | withheld | quarantined
    Column("reason", Text),
    Column("policy", Text),  # version of the rules that withheld it
    _person(nullable=True),
    Column("at", Instant, nullable=False),
    Index(None, "run_id", "id"),  # what became of the records of this run?
    Index(None, "sync", "id"),  # what became of the records of this sync lately?
    # A reference is keyed with connection and stream, so it needs no others beside it.
    _partial("ix_outcomes_seen", "ref", "id", where="state <> 'unchanged'"),  # seen before?
    comment="What became of one vendor record that was read.",
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("ref", Text, primary_key=True),
    Column("connection", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("vendor_key", LargeBinary, nullable=False),  # sealed under the hub's key: enough to look, not to leak
    Column("version", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("wanted_at", Instant),  # since when somebody wants it read anew
    Index(None, "at"),  # which are the oldest?
    comment="One vendor record that could not be read or mapped: where to find it again, never what was in it.",
)

deliveries = Table(
    "deliveries",
    metadata,
    _serial("id"),
    Column("sync", Text, nullable=False),
    Column("run_id", Text, ForeignKey("runs.id"), nullable=False),  # the run that selected the row
    Column("batch_id", BigInteger),  # the batch that it was selected in
    Column("sent_by", Text),  # the run that claimed it
    Column("connection", Text, nullable=False),
    Column("object", Text, nullable=False),
    _person(nullable=True),
    Column("target_ref", Text, nullable=False),
    Column("idempotency_key", Text),  # the same for every attempt; null: selected, and never meant to be sent
    Column("attempt", Integer, nullable=False),
    Column("payload", LargeBinary),  # sealed; null once nobody needs it: the latest confirmed one shows what changes
    Column("payload_hash", Text),
    Column("fields", Text, nullable=False),  # names only, as JSON
    Column("change", Text),  # new | changed | cleared | withdrawn
    Column("consent_seq", BigInteger),
    Column("policy", Text),
    Column("state", Text, nullable=False),
    Column("open", Boolean, nullable=False),  # true until nothing more is to happen about the row
    Column("retryable", Boolean, nullable=False),
    Column("retry_at", Instant),  # when it is decided anew; null in an open failed row: a dead letter
    Column("closed_as", Text),  # of a failed row: retried | superseded | dropped | erased | expired
    Column("reason", Text),
    Column("job", Text),
    Column("vendor_ref", LargeBinary),  # sealed
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    _partial("uq_deliveries_open_key", "idempotency_key", where="open", unique=True),  # is it queued already?
    _partial(
        "uq_deliveries_attempt", "idempotency_key", "attempt", where="idempotency_key IS NOT NULL", unique=True
    ),  # which attempts were there?
    _partial("ix_deliveries_open", "sync", "object", "id", where="open"),  # what is to be sent or settled?
    _partial("ix_deliveries_target", "sync", "object", "target_ref", where="open"),  # what waits for this target?
    _partial("ix_deliveries_flight", "sync", "object", "target_ref", where=IN_FLIGHT),  # is it busy?
    _partial(
        "ix_deliveries_confirmed", "sync", "object", "target_ref", "id", where="state = 'confirmed'"
    ),  # sent last?
    Index("ix_deliveries_run", "run_id", "batch_id", "state", "open"),  # do the counts of this run add up?
    Index(None, "person_id"),  # who received something about this person?
    comment="One attempt to bring one row to one destination, from its selection to its outcome.",
)

suppression = Table(
    "suppression",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    comment="One identifier of an erased person as a keyed hash, so that no import brings them back.",
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text),  # null: free
    Column("token", BigInteger, nullable=False),  # fencing token: grows with each holder
    Column("expires_at", Instant, nullable=False),
    comment="The lock of one sync, with its holder's fencing token.",
)

budgets = Table(
    "budgets",
    metadata,
    Column("connection", Text, nullable=False),
    Column("name", Text, nullable=False),  # the class of endpoints, as the manifest or hub.yaml names it
    Column("calls", Integer),  # per window; null: the vendor's headers alone rule
    Column("per", BigInteger),  # length of the window in microseconds
    Column("spent", Text, nullable=False),  # JSON: slice of time to calls that end in it
    Column("waiting", Text, nullable=False),  # JSON: tickets in the order they came, each with the time it runs out
    Column("told_limit", Integer),
    Column("told_left", Integer),
    Column("told_reset", Instant),
    Column("blocked_until", Instant),
    Column("updated_at", Instant, nullable=False),
    PrimaryKeyConstraint("connection", "name"),
    comment="One vendor limit: the calls that all processes made lately, and what the vendor told of it.",
)

obligations = Table(
    "obligations",
    metadata,
    _serial("id"),
    Column("audit_ref", Text, nullable=False),
    Column("system", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("due", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("outcome", Text),
    _partial(
        "uq_obligations_open", "audit_ref", "system", "what", where="closed_at IS NULL", unique=True
    ),  # open already?
    _partial("ix_obligations_due", "due", "id", where="closed_at IS NULL"),  # what is open, soonest first?
    comment="One thing that a person must do at one system because no plugin can.",
)

access_grants = Table(
    "access_grants",
    metadata,
    _serial("id"),
    Column("scope", Text, nullable=False),  # an audit reference, or sync:NAME
    Column("purpose", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("approved_by", Text),
    Column("approved_at", Instant),
    Column("expires_at", Instant),
    Index(None, "scope"),  # may this be looked at now?
    comment="One look that somebody asked for and a second person may approve for some hours.",
)

erasure_steps = Table(
    "erasure_steps",
    metadata,
    _person(),
    Column("step", Text, nullable=False),
    Column("system", Text, nullable=False),  # empty: the hub itself
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("attempts", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("person_id", "step", "system"),
    _partial("ix_erasure_steps_open", "person_id", where="state NOT IN ('done', 'retained')"),  # which are not done?
    comment="One step of erasing one person: written before it is done, settled after.",
)

holds = Table(
    "holds",
    metadata,
    _serial("id"),
    _person(),
    Column("record_id", Text),  # null: everything about the person
    Column("system", Text),  # only what rests at this connection
    Column("reason", Text, nullable=False),
    Column("placed_by", Text, nullable=False),
    Column("placed_at", Instant, nullable=False),
    Column("released_at", Instant),
    Column("released_by", Text),
    Column("release_reason", Text),
    _partial("ix_holds_open", "person_id", "record_id", where="released_at IS NULL"),  # is this one held?
    comment="One legal hold: what it covers may be neither deleted nor erased until it is released.",
)

requests = Table(
    "requests",
    metadata,
    _serial("id"),
    _person(),
    Column("kind", Text, nullable=False),  # access | erasure
    Column("law", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("acknowledge_by", Instant),
    Column("due_at", Instant, nullable=False),
    Column("acknowledged_at", Instant),
    Column("extended", Text),  # why more time was taken
    Column("closed_at", Instant),
    Column("outcome", Text),
    Index(None, "person_id"),  # what did this person ask for?
    _partial("ix_requests_due", "due_at", "id", where="closed_at IS NULL"),  # what is to be answered, soonest first?
    comment="One request of a person, and by when it must be answered.",
)

audit_pending = Table(
    "audit_pending",
    metadata,
    _serial("id"),
    Column("count", Integer, nullable=False),
    Column("leaves", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_autoincrement=True,  # an id is never given out twice, also after its row went into the tree
    comment="Some audit leaves, durable together with what they tell, waiting for their place in the tree.",
)

audit_bundles = Table(
    "audit_bundles",
    metadata,
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    Column("leaves", LargeBinary, nullable=False),
    comment="Up to 256 leaves of the audit tree in their place for ever, as in C2SP tlog-tiles.",
)

audit_tiles = Table(
    "audit_tiles",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
    comment="Up to 256 hashes of the audit tree that stand side by side, as in C2SP tlog-tiles.",
)

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Instant, nullable=False),
    comment="One signed statement of the tree's root at one size.",
)

audit_anchors = Table(
    "audit_anchors",
    metadata,
    _serial("id"),
    Column("size", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),  # witness | timestamp
    Column("name", Text, nullable=False),
    Column("token", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "kind", "name", "size"),  # up to where has this one seen the log?
    comment="One statement of somebody else that the log had a checkpoint at a time: a cosignature or a timestamp token.",
)

audit_detail = Table(
    "audit_detail",
    metadata,
    _serial("id"),
    _person(),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "person_id"),  # what was done with this person's data?
    comment="The personal detail behind one audit leaf, with the nonce of its commitment, sealed.",
)
