"""Pull: vendor records in, governed canonical records out. Read ``STEPS`` to understand the hub.

::

    read -> skip what is unchanged -> map in -> read signals -> suppressed? -> resolve person -> record consent
         -> gate(collect) -> heed children -> redact -> gate(infer) -> tag -> store -> tag what rests of those who agreed
         + cursor + audit, in one transaction per batch
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain

from hub.code import code
from hub.contract import Batch, Fetcher, RawRecord, Rechecker, Source, Stream
from hub.errors import BadRecordError, HubError
from hub.mappings.inbound import InMapping
from hub.pipeline.agreement import tag_what_rests
from hub.pipeline.analysis import gate_infer, redact, tag
from hub.pipeline.batch import PullBatch
from hub.pipeline.border import clean
from hub.pipeline.childhood import heed_children
from hub.pipeline.gate import Question
from hub.pipeline.gathering import gathered, most_at_once
from hub.pipeline.headway import Headway
from hub.pipeline.item import Entry, Item
from hub.pipeline.judging import put_tags
from hub.pipeline.name import names_of
from hub.pipeline.people import resolve_people
from hub.pipeline.propagation import owe
from hub.pipeline.refusal import withhold_suppressed
from hub.pipeline.removal import remove
from hub.pipeline.rooms import Rooms
from hub.pipeline.run import Run, running
from hub.pipeline.signals import UNREADABLE, is_unreadable, read_signals
from hub.pipeline.withdrawal import ends_something, revocations, withdraw_tags
from hub.privacy.consent import POSITIVE
from hub.privacy.policy import Policy
from hub.privacy.retention import clocks_of, expires_at, renewed
from hub.schema import ConsentEvent
from hub.store.conflict import again_after_conflict
from hub.store.ends import End
from hub.store.ledger import PullCounts, PullOutcome, PullState
from hub.store.quarantine import Quarantined
from hub.store.records import StoredRecord
from hub.telemetry.span import each_traced, traced

Step = Callable[[PullBatch, Sequence[Item]], list[Item]]

LIVING = ("person", "loyalty_account")
"""Kinds that tell how something is, not what was said or done."""

_VERSION_CHARS = 16  # 64 bits tell the versions of one record apart
_A_DAY = timedelta(days=1)  # so that a full read writes each end once a day at most

RECHECK_EVERY = timedelta(hours=12)
"""X wants posts that were deleted or protected gone within a day."""

RECHECK_KEYS = 10_000
"""Keys handed to a source in one question."""


FETCHED_AT_ONCE = 100
"""Keys of single records handed to a source in one question."""


@dataclass(frozen=True, slots=True)
class PullJob:
    """One pull to do: the sync's name, its opened source, and the streams in the order to read them.

    ``full`` reads from the beginning again; what is unchanged stays as it is. ``known`` is what the manifest says of the
    streams, ``reopen`` opens the source once more, for readers that work side by side.
    """

    sync: str
    connection: str
    connector: str
    source: Source
    streams: tuple[str, ...]
    full: bool = False
    known: Mapping[str, Stream] = field(default_factory=dict)
    reopen: Callable[[], Source] | None = None


@dataclass
class PullReport:
    """What a pull did; read = stored + unchanged + withheld + quarantined, always.

    ``reasons`` counts records by "state: reason", ``entities`` redacted entities by type.
    """

    run_id: str
    sync: str
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    entities: Counter[str] = field(default_factory=Counter)
    error: HubError | None = None

    def add(self, other: PullReport) -> None:
        """This adds what another report counted."""
        self.counts.update(other.counts)
        self.reasons.update(other.reasons)
        self.entities.update(other.entities)


def pull(rooms: Rooms, job: PullJob, *, progress: Callable[[int], None] = lambda _: None) -> PullReport:
    """This reads every stream from its cursor to its head, batch by batch; whatever was stored stays stored.

    A vendor's failure ends the run with ``report.error``; the next run resumes behind the last stored batch.
    Raises LockedError where another run holds the sync's lease.
    """
    with running(rooms, job.sync, "pull") as run:
        report = PullReport(run.id, job.sync)
        try:
            # What must go is asked for last, so that trouble with that question keeps nothing from being read.
            read = (pull_stream(rooms, job, stream, run) for stream in job.streams)
            wanted = (fetch_wanted(rooms, job, stream, run) for stream in job.streams)
            checked = (recheck_stream(rooms, job, stream, run) for stream in job.streams)
            for done in chain.from_iterable(chain(read, wanted, checked)):
                report.add(done)
                progress(done.counts["read"])
        except HubError as error:
            report.error = run.error = error
        run.is_partial = report.counts["quarantined"] > 0
    return report


def pull_stream(rooms: Rooms, job: PullJob, stream: str, run: Run) -> Iterator[PullReport]:
    """This yields one small report per stored batch of one stream."""
    with rooms.store.read() as tx:
        cursor = None if job.full else tx.ledger.cursor(job.sync, stream, job.connection)
    headway = Headway(stream)
    pages = in_transactions(rooms, job, stream, map(headway.checked, job.source.read(stream, cursor)))
    for batch in each_traced("attune.pull.page", pages, stream=stream, connection=job.connection):
        yield store_batch(rooms, job, stream, run, batch)


def in_transactions(rooms: Rooms, job: PullJob, stream: str, batches: Iterable[Batch]) -> Iterator[Batch]:
    """These are a stream's batches as they are stored: small ones go together where that keeps nobody waiting."""
    return gathered(batches, most_at_once(rooms.mappings.inbound(job.connector, stream)), rooms.now)


def fetch_wanted(rooms: Rooms, job: PullJob, stream: str, run: Run) -> Iterator[PullReport]:
    """This reads quarantined records that somebody wants read anew, where the source can fetch them."""
    if stream in job.known and job.known[stream].fetch:
        with rooms.store.read() as tx:
            keys = [one.key for one in tx.quarantine.wanted(job.connection, stream)]
        yield from fetch_keys(rooms, job, stream, run, keys)


def fetch_keys(rooms: Rooms, job: PullJob, stream: str, run: Run, keys: Sequence[str]) -> Iterator[PullReport]:
    """This reads single records by their vendor keys; the stream's cursor stays where it is."""
    if not isinstance(job.source, Fetcher):
        return
    for start in range(0, len(keys), FETCHED_AT_ONCE):
        some = keys[start : start + FETCHED_AT_ONCE]
        for batch in job.source.fetch(stream, some):
            asked = tuple(record for record in batch.records if record.key in some)
            yield store_batch(rooms, job, stream, run, replace(batch, records=asked, cursor=None))


def recheck_stream(rooms: Rooms, job: PullJob, stream: str, run: Run) -> Iterator[PullReport]:
    """This asks, twice a day, which of the stored records must go by the vendor's rules, and removes those."""
    if not isinstance(job.source, Rechecker):
        return
    with rooms.store.read() as tx:
        last = tx.ledger.cursor(job.sync, f"recheck:{stream}", job.connection)
        if last is not None and rooms.now() - datetime.fromisoformat(last) < RECHECK_EVERY:
            return
        keys = list(tx.records.source_keys(job.connection, stream))
    for start in range(0, len(keys), RECHECK_KEYS):
        for batch in job.source.recheck(stream, keys[start : start + RECHECK_KEYS]):
            yield store_batch(rooms, job, stream, run, replace(batch, cursor=None))
    with rooms.store.begin() as tx:
        run.renew(tx)
        done = rooms.now().isoformat()
        tx.ledger.batch(run.id, job.sync, job.connection, f"recheck:{stream}", done, PullCounts(), [])


@traced("attune.pull.store")
@again_after_conflict
def store_batch(
    rooms: Rooms, job: PullJob, stream: str, run: Run, batch: Batch, *, place: str | None = None
) -> PullReport:
    """This takes one batch through the steps and stores it with outcomes, cursor and audit, all or nothing.

    ``place`` is what the cursor belongs to, where that is not the whole stream.
    """
    with rooms.store.begin() as tx:
        run.renew(tx)
        shared = PullBatch(rooms, tx, run.id, job.sync, job.connection, job.connector, stream, rooms.now())
        items = [_item(rooms, job, stream, raw) for raw in _latest(batch.records)]
        for step in STEPS:
            items = step(shared, items)
        report = _tally(run.id, job.sync, items)
        report.counts["tagged"] += shared.caught_up
        counts = PullCounts(**{name: report.counts[name] for name in PullCounts.__slots__})
        outcomes = [_outcome(item, rooms.policy.version) for item in items]
        tx.ledger.batch(run.id, job.sync, job.connection, stream, batch.cursor, counts, outcomes, place=place)
        _keep_quarantine(shared, items)
        rooms.audit.record(tx, shared.audit_entries())
    rooms.audit.catch_up()
    return report


def _latest(records: Sequence[RawRecord]) -> list[RawRecord]:
    """A page may name a record twice; the last word counts."""
    return list({record.key: record for record in map(clean, records)}.values())


def _item(rooms: Rooms, job: PullJob, stream: str, raw: RawRecord) -> Item:
    """A version is hashed like a key: what a vendor changes its versions by may be anything, an id or an address too."""
    ref = rooms.vault.source_ref(job.connection, stream, raw.key)
    return Item(raw, ref, rooms.vault.ref("version", ref, raw.version)[:_VERSION_CHARS])


def skip_unchanged(batch: PullBatch, items: Sequence[Item]) -> list[Item]:
    """This ends items whose very version has been stored before; what was withheld is looked at again."""
    seen = batch.tx.ledger.seen(batch.connection, batch.stream, [item.ref for item in items])
    known = {item.ref for item in items if _is_known(item, seen.get(item.ref))}
    _renew(batch, known)
    return [item.end("unchanged") if item.ref in known else item for item in items]


def _is_known(item: Item, seen: tuple[str, PullState] | None) -> bool:
    # A deletion is never taken for known: the record may have come back since. Older rows have the vendor's own version.
    return not item.raw.deleted and seen in {(one, PullState.STORED) for one in (item.version, item.raw.version)}


def _renew(batch: PullBatch, refs: Collection[str]) -> None:
    """A profile that is still there lives, however long it has not changed; what was once said only grows older."""
    kinds = batch.rooms.mappings.inbound(batch.connector, batch.stream).kinds.intersection(LIVING)
    if not kinds:
        return
    living: dict[str, list[End]] = {}
    for end in batch.tx.ends.of_sources(sorted(refs), kinds):
        living.setdefault(end.category or "", []).append(end)
    for category, ends in living.items():
        until = renewed(batch.rooms.policy, category=category, source=batch.connector, now=batch.now)
        if until is not None:
            moved = [one.id for one in ends if one.expires_at is None or until - one.expires_at >= _A_DAY]
            batch.tx.ends.renew(moved, until)


def remove_deleted(batch: PullBatch, items: Sequence[Item]) -> list[Item]:
    """This removes everything that came from records which the vendor has deleted."""
    return [_remove(batch, item) if item.state is None and item.raw.deleted else item for item in items]


def _remove(batch: PullBatch, item: Item) -> Item:
    ids = _held(batch, item)
    if not ids:
        return item.end("unchanged", "source.deleted")
    remove(batch, batch.tx.records.persons_of(ids), "source.deleted")
    return item.end("stored", "source.deleted")


def _held(batch: PullBatch, item: Item) -> list[str]:
    """What rests of a vendor record, also where another stream of the same system has told of it since."""
    kinds = batch.rooms.mappings.inbound(batch.connector, batch.stream).kinds
    same = batch.tx.records.get([batch.mint(kind, item.raw.key) for kind in sorted(kinds)])
    elsewhere = {one.id for one in same.values() if one.provenance.key == item.raw.key}
    return sorted({*batch.tx.records.of_source(item.ref), *elsewhere})


def map_in(batch: PullBatch, items: Sequence[Item]) -> list[Item]:
    """This makes canonical records; what the source could not read, or the mapping not map, is quarantined with the reason."""
    mapping = batch.rooms.mappings.inbound(batch.connector, batch.stream)
    return _once([_map_one(batch, mapping, item) if item.state is None else item for item in items])


def _once(items: Sequence[Item]) -> list[Item]:
    """Two vendor records may tell of the same thing, and name different people: the later word counts, as between batches.

    Redaction and tags go by the record's id, and one person's permission must not tag what is another's. Consents all rest,
    as evidence.
    """
    last = {entry.record.id: number for number, item in enumerate(items) for entry in item.entries}
    if len(last) == sum(len(item.entries) for item in items):
        return list(items)
    return [_without_earlier(item, number, last) for number, item in enumerate(items)]


def _without_earlier(item: Item, number: int, last: Mapping[str, int]) -> Item:
    if item.state is not None:
        return item
    known = {entry.record.id: entry for entry in item.entries}
    kept = [
        entry
        for entry in item.entries
        if isinstance(entry.record, ConsentEvent)
        or (last[entry.record.id] == number and known[entry.record.id] is entry)
    ]
    return item.with_entries(kept) if kept else item.end("withheld", "superseded")


def _map_one(batch: PullBatch, mapping: InMapping, item: Item) -> Item:
    if item.raw.flaw is not None:
        return item.end("quarantined", code(item.raw.flaw))
    try:
        records = mapping.apply(item.raw, connection=batch.connection, mint=batch.mint)
    except BadRecordError as error:
        return item.end("quarantined", error.reason)
    if not records:
        return item.end("withheld", "mapping.not_wanted")
    vault = batch.rooms.vault
    return item.with_entries([
        Entry(record, names=names_of(record, connector=batch.connector, vault=vault)) for record in records
    ])  # fmt: skip


def record_consents(batch: PullBatch, items: Sequence[Item]) -> list[Item]:
    """This puts consent events on record before anything is judged, and takes tags whose permission they end."""
    checked = [_quarantine_unknown(item, batch.rooms.policy) for item in items]
    events = [
        (entry.person_id, entry.record)
        for item in checked
        for entry in item.entries
        if entry.person_id and isinstance(entry.record, ConsentEvent)
    ]
    may_grant = "consent" in batch.rooms.mappings.inbound(batch.connector, batch.stream).kinds
    revoked = revocations(batch, [one for one in checked if _has_ended(one) or (may_grant and one.state is None)])
    batch.tell_consents(batch.tx.consents.append([*events, *revoked]))
    changed = sorted({person for person, _ in (*events, *revoked)} | batch.merged)
    batch.forget(changed)
    ended = {person for person, event in (*events, *revoked) if ends_something(event)}
    owe(batch.rooms, batch.tx, ended | _refusing(batch, batch.merged), run_id=batch.run_id)
    withdraw_tags(batch.rooms, batch.tx, changed, run_id=batch.run_id)
    # What one identity agreed to holds for the whole person: what the other one said may be read from here on.
    batch.agreed.update({person for person, event in events if event.state in POSITIVE} | batch.merged)
    return checked


def _refusing(batch: PullBatch, people: Collection[str]) -> set[str]:
    """Who of some people has ever refused something: after a merge that counts for more than it did before."""
    said = batch.tx.consents.for_persons(sorted(people)) if people else {}
    return {
        person
        for person, rows in said.items()
        if any(row.event is not None and ends_something(row.event) for row in rows)
    }


def _has_ended(item: Item) -> bool:
    return item.raw.deleted or item.state == "quarantined" or item.reason == "mapping.not_wanted"


def _quarantine_unknown(item: Item, policy: Policy) -> Item:
    # A refusal for a purpose, category or recipient that no rule knows would cover nothing: somebody has to look at it.
    scopes = [entry.record.scope for entry in item.entries if isinstance(entry.record, ConsentEvent)]
    strange = next((word for scope in scopes for word in policy.unknown_in(scope)), None)
    return item if strange is None else item.end("quarantined", f"consent.unknown_{strange}")


def gate_collect(batch: PullBatch, items: Sequence[Item]) -> list[Item]:
    """This withholds every record that the hub may not hold; a consent event itself always rests, as evidence."""
    batch.load(sorted({entry.person_id for item in items for entry in item.entries if entry.person_id}))
    return [item.with_entries([_collect(batch, entry) for entry in item.entries]) for item in items]


def _collect(batch: PullBatch, entry: Entry) -> Entry:
    if isinstance(entry.record, ConsentEvent) or entry.person_id is None:
        return entry
    decision = batch.ask(entry.person_id, Question(*batch.operation_for(entry.record), "hub", "collect"))
    return entry if decision.allowed else entry._replace(withheld=decision.reasons[0])


def store(batch: PullBatch, items: Sequence[Item]) -> list[Item]:
    """This writes what is left of each item and gives the item its state."""
    live = [(item, entry) for item in items for entry in item.live() if entry.person_id]
    rest = [(item, entry) for item, entry in live if not isinstance(entry.record, ConsentEvent)]
    kept = [entry for _, entry in rest]
    _drop_what_is_gone(batch, items, {entry.record.id for entry in kept})
    # A record that may no longer carry a tag loses the one it has from earlier.
    batch.tx.tags.delete_for_records([entry.record.id for entry in kept if entry.tag is None])
    batch.tx.records.put([_stored(batch, item, entry) for item, entry in rest])
    put_tags(batch.rooms, batch.tx, [entry.tag for entry in kept if entry.tag is not None])
    batch.tx.persons.touch(sorted({entry.person_id for _, entry in live if entry.person_id}))
    return [_settle(item) if item.state is None else item for item in items]


def _drop_what_is_gone(batch: PullBatch, items: Sequence[Item], kept: Collection[str]) -> None:
    """What an earlier version of a vendor record held, and this one holds no longer or may not, goes."""
    refs = [item.ref for item in items if item.state is None or item.reason == "mapping.not_wanted"]
    gone = [one for ids in batch.tx.records.of_sources(refs).values() for one in ids if one not in kept]
    remove(batch, batch.tx.records.persons_of(gone), "source.changed")


def _stored(batch: PullBatch, item: Item, entry: Entry) -> StoredRecord:
    record = entry.record
    category = batch.operation_for(record)[1]
    clocks = clocks_of(record, batch.now)
    expiry = expires_at(batch.rooms.policy, category=category, purpose=None, source=batch.connector, clocks=clocks)
    return StoredRecord(entry.person_id or "", record, category, expiry, batch.run_id, item.ref)


def _settle(item: Item) -> Item:
    live = item.live()
    if not live:
        return item._replace(state="withheld", reason=item.entries[0].withheld)
    partly = [f"partly.{entry.withheld}" for entry in item.entries if entry.withheld]
    unanalysed = [entry.unanalysed for entry in live if entry.unanalysed]
    return Item(item.raw, item.ref, item.version, item.entries, "stored", next(iter(partly + unanalysed), None))


def catch_up(batch: PullBatch, items: Sequence[Item]) -> list[Item]:
    """This tags what people said before they agreed to it in this batch; the items themselves are done."""
    batch.caught_up = tag_what_rests(batch.rooms, batch.tx, sorted(batch.agreed), run_id=batch.run_id)
    return list(items)


STEPS: tuple[Step, ...] = (
    skip_unchanged,
    remove_deleted,
    map_in,
    read_signals,
    withhold_suppressed,
    resolve_people,
    record_consents,
    gate_collect,
    heed_children,
    redact,
    gate_infer,
    tag,
    store,
    catch_up,
)
"""The steps of a pull, in order; each takes and returns the items of one batch."""


def _outcome(item: Item, policy: str) -> PullOutcome:
    person = next((entry.person_id for entry in item.entries if entry.person_id), None)
    # A record of which a part was held back is not known yet: the next read looks at it again.
    mark = "~partly" if (item.reason or "").startswith("partly.") else ""
    # Nor is one that was deleted: it may come back with the very version that it had.
    mark = "~deleted" if item.raw.deleted else mark
    state = PullState(item.state or "quarantined")
    rules = policy if state is PullState.WITHHELD else None
    return PullOutcome(item.ref, item.version + mark, state, item.reason, person, rules)


def _keep_quarantine(batch: PullBatch, items: Sequence[Item]) -> None:
    """What could not be read is named, never kept; what has another outcome since is no longer named."""
    failed = {item.ref: item.reason or "unknown" for item in items if item.state == "quarantined"}
    # The rest of it is stored; the string is named until one can be read.
    failed |= {item.ref: UNREADABLE for item in items if item.state == "stored" and is_unreadable(item)}
    batch.tx.quarantine.put([
        Quarantined(batch.connection, batch.stream, item.raw.key, item.version, failed[item.ref], batch.run_id)
        for item in items
        if item.ref in failed
    ])  # fmt: skip
    batch.tx.quarantine.release([item.ref for item in items if item.ref not in failed])


def _tally(run_id: str, sync: str, items: Sequence[Item]) -> PullReport:
    report = PullReport(run_id, sync)
    report.counts = Counter(str(item.state) for item in items)
    report.counts["read"] = len(items)
    for item in items:
        report.counts["tagged"] += sum(entry.tag is not None for entry in item.entries)
        if item.reason:
            report.reasons[f"{item.state}: {item.reason}"] += 1
        for entry in item.live():
            if redaction := entry.record.__dict__.get("redaction"):
                report.entities.update(redaction.entities)
    return report
