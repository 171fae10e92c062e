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
from hub.store.store import Tx

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
        while done := _sweep_batch(rooms, run, report):
            progress(done)
        while _give_up(rooms, job, run, report):
            pass
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


def _give_up(rooms: Rooms, job: SweepJob, run: Run, report: SweepReport) -> bool:
    """What nobody resolved in time is closed, and its content goes; the row in the ledger stays failed."""
    with rooms.store.begin() as tx:
        run.renew(tx)
        before = rooms.now() - job.dead_letters
        letters, noted = tx.dead_letters.expire(before, BATCH), tx.quarantine.expire(before)
        refs = tx.keys.audit_refs(sorted({letter.person_id for letter in letters}))
        entries = [_entry(rooms, run, "given_up", refs.get(letter.person_id), "dead_letter") for letter in letters]
        rooms.audit.record(tx, entries)
    report.given_up += len(letters) + noted
    return bool(letters)


def _sweep_batch(rooms: Rooms, run: Run, report: SweepReport) -> int:
    with rooms.store.begin() as tx:
        run.renew(tx)
        now = rooms.now()
        tags, records = tx.tags.due(now, BATCH), tx.records.due(now, BATCH)
        gone = [("emotion", row.person_id) for row in tags] + [(row.category, row.person_id) for row in records]
        tx.tags.delete([row.id for row in tags])
        tx.records.delete([row.id for row in records])
        people = sorted({person for _, person in gone})
        tx.persons.touch(people)
        tx.outbox.forget(people)
        report.deleted.update(category for category, _ in gone)
        refs = tx.keys.audit_refs(people)
        rooms.audit.record(tx, [_entry(rooms, run, "deleted", refs.get(person), category) for category, person in gone])
        report.people += _forget_empty(rooms, tx, run, people)
    return len(gone)


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
