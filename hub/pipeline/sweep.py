"""Sweep: find expired, within the cap? -> delete, have downstream cleared, audit.

Cost follows what expires, not what is stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from hub.audit.entry import Entry as AuditEntry
from hub.errors import HubError, PolicyError
from hub.pipeline.rooms import Rooms
from hub.pipeline.run import Run, running
from hub.store.conflict import again_after_conflict
from hub.store.records import DueRecord
from hub.store.store import Tx
from hub.store.tags import DueTag

BATCH = 500


@dataclass
class SweepReport:
    """What a sweep deleted, by category; ``people`` counts those of whom nothing is left.

    ``given_up`` counts dead letters and quarantined records that nobody resolved in time.
    """

    run_id: str
    deleted: Counter[str] = field(default_factory=Counter)
    people: int = 0
    given_up: int = 0
    error: HubError | None = None


@dataclass(frozen=True, slots=True)
class SweepJob:
    """One sweep to do.

    Args:
        cap: more records and tags than this are not deleted; None: no cap.
        dead_letters: how long unresolved dead letters and quarantined records are kept.
    """

    cap: int | None = None
    dead_letters: timedelta = timedelta(days=90)


def sweep(
    rooms: Rooms, job: SweepJob | None = None, *, progress: Callable[[int], None] = lambda _: None
) -> SweepReport:
    """This deletes what has outlived its retention rule and marks its people, so that the next push clears downstream.

    Raises PolicyError, with nothing deleted, where more is due than the job's cap.
    """
    job = job or SweepJob()
    with running(rooms, "sweep", "sweep") as run:
        report = SweepReport(run.id)
        _require_approval(rooms, job)
        while True:
            deleted, people = _sweep_batch(rooms, run)
            if not deleted:
                break
            report.deleted.update(deleted)
            report.people += people
            progress(deleted.total())
        while True:
            letters, noted = _give_up(rooms, job, run)
            report.given_up += letters + noted
            if not letters:
                break
    return report


def _require_approval(rooms: Rooms, job: SweepJob) -> None:
    if job.cap is None or rooms.store.dry_run:
        return
    with rooms.store.read() as tx:
        due = sum(len(room.due(rooms.now(), job.cap + 1)) for room in (tx.tags, tx.records))
    if due > job.cap:
        raise PolicyError(
            f"sweep: more than {job.cap} records and tags are due; nothing was deleted.",
            reason="cap",
            fix="See 'hub sweep --dry-run' for the numbers. Where they are right: 'hub sweep --approve NUMBER', or raise "
            "sweep.cap.",
        )


@again_after_conflict
def _give_up(rooms: Rooms, job: SweepJob, run: Run) -> tuple[int, int]:
    """What nobody resolved in time is closed, and its content goes; the row in the ledger stays failed."""
    with rooms.store.begin() as tx:
        run.renew(tx)
        before = rooms.now() - job.dead_letters
        letters, noted = tx.dead_letters.expire(before, BATCH), tx.quarantine.expire(before)
        refs = tx.keys.audit_refs(sorted({letter.person_id for letter in letters}))
        entries = [_entry(rooms, run, "given_up", refs.get(letter.person_id), "dead_letter") for letter in letters]
        rooms.audit.record(tx, entries)
    return len(letters), noted


@again_after_conflict
def _sweep_batch(rooms: Rooms, run: Run) -> tuple[Counter[str], int]:
    with rooms.store.begin() as tx:
        run.renew(tx)
        tags, records = _due(rooms, tx)
        gone = [("emotion", row.person_id) for row in tags] + [(row.category, row.person_id) for row in records]
        tx.tags.delete([row.id for row in tags])
        tx.records.delete([row.id for row in records])
        people = sorted({person for _, person in gone})
        tx.persons.touch(people)
        tx.outbox.forget(people)
        refs = tx.keys.audit_refs(people)
        rooms.audit.record(tx, [_entry(rooms, run, "deleted", refs.get(person), category) for category, person in gone])
        forgotten = _forget_empty(rooms, tx, run, people)
    return Counter(category for category, _ in gone), forgotten


def _due(rooms: Rooms, tx: Tx) -> tuple[list[DueTag], list[DueRecord]]:
    """What is due of people whom nobody else is writing about: a pull may be giving them something new."""
    now = rooms.now()
    people = {row.person_id for row in tx.tags.due(now, BATCH)} | {row.person_id for row in tx.records.due(now, BATCH)}
    tx.persons.hold_many(sorted(people))
    tags = [row for row in tx.tags.due(now, BATCH) if row.person_id in people]
    return tags, [row for row in tx.records.due(now, BATCH) if row.person_id in people]


def _forget_empty(rooms: Rooms, tx: Tx, run: Run, people: Sequence[str]) -> int:
    """A person of whom nothing is left has no business in the identity tables; a refusal on record keeps them there."""
    rows = tx.consents.for_persons(people)
    empty = [person for person in tx.records.without_any(people) if not rows.get(person)]
    refs = tx.keys.audit_refs(empty)
    rooms.audit.record(tx, [_entry(rooms, run, "forgotten", refs.get(person), "contact") for person in empty])
    for person in empty:
        for member in tx.persons.members(person):
            tx.persons.erase(member)
    return len(empty)


def _entry(rooms: Rooms, run: Run, outcome: str, subject: str | None, category: str) -> AuditEntry:
    return AuditEntry(
        type="retention",
        outcome=outcome,
        reasons=(category,),
        subject=subject,
        policy=rooms.policy.version,
        run=run.id,
    )
