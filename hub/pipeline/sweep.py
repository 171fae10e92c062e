"""Sweep: find expired, delete, have downstream cleared, audit. Cost follows what expires, not what is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hub.audit.entry import Entry as AuditEntry
from hub.pipeline.rooms import Rooms
from hub.pipeline.run import Run, running
from hub.store.store import Tx

BATCH = 500


@dataclass
class SweepReport:
    """What a sweep deleted, by category; ``people`` counts those of whom nothing is left."""

    run_id: str
    deleted: Counter[str] = field(default_factory=Counter)
    people: int = 0


def sweep(rooms: Rooms, *, progress: Callable[[int], None] = lambda _: None) -> SweepReport:
    """This deletes what has outlived its retention rule and marks its people, so that the next push clears downstream."""
    with running(rooms, "sweep", "sweep") as run:
        report = SweepReport(run.id)
        while done := _sweep_batch(rooms, run, report):
            progress(done)
    return report


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
