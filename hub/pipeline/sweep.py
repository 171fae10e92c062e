"""Sweep: ask again about consent -> stricter rules? -> find expired, within the cap? -> delete, have downstream cleared, audit.

Cost follows what expires, not what is stored; only a change of the retention rules has it look through everything, once.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.audit.detail import Detail, detail_of
from hub.audit.entry import Entry as AuditEntry
from hub.errors import HubError, PolicyError
from hub.pipeline.evidence import CATEGORY, sweep_evidence
from hub.pipeline.journal import Journalled, note
from hub.pipeline.periods import bring_forward, due_by_new_rules, has_changed
from hub.pipeline.propagation import hand_over, owe, still_held
from hub.pipeline.rooms import Rooms
from hub.pipeline.run import Run, running
from hub.pipeline.withdrawal import withdraw_tags
from hub.privacy.retention import ruling
from hub.store.conflict import again_after_conflict
from hub.store.consents import ConsentEntry
from hub.store.records import DueRecord
from hub.store.store import Tx
from hub.store.tags import DueTag
from hub.store.traces import unlink, wipe
from hub.telemetry.span import traced

LOOK_AGAIN = timedelta(hours=1)
"""When somebody of whom only a system still holds something is looked at again: the next push takes it back."""

BATCH = 500


@dataclass(frozen=True, slots=True, order=True)
class Why:
    """Why something went: its category, the rule (period and clock), and the rule's own reason."""

    category: str
    rule: str
    reason: str = ""


@dataclass
class SweepReport:
    """What a sweep deleted, by category; ``people`` counts those of whom nothing is left.

    ``given_up`` counts dead letters and quarantined records that nobody resolved in time. ``why`` tells by which rule
    what went, ``held`` how much a legal hold keeps, ``downstream`` how many targets of each connection the next push
    clears. ``brought_forward`` counts what ends earlier than it did, by rules that have become stricter. ``ended`` counts
    people whose consent has ended by itself and who lost their tags with it.
    """

    run_id: str
    deleted: Counter[str] = field(default_factory=Counter)
    why: Counter[Why] = field(default_factory=Counter)
    held: int = 0
    downstream: Counter[str] = field(default_factory=Counter)
    people: int = 0
    given_up: int = 0
    brought_forward: int = 0
    ended: int = 0
    error: HubError | None = None


@dataclass(frozen=True, slots=True)
class SweepJob:
    """One sweep to do.

    Args:
        cap: more records and tags than this are not deleted; None: no cap.
        dead_letters: how long unresolved dead letters and quarantined records are kept.
        connectors: the connector of each connection: retention rules name connectors.
        lasting: (connection, object) pairs whose rows nobody can empty, and nobody waits for: points that were booked.
    """

    cap: int | None = None
    dead_letters: timedelta = timedelta(days=90)
    connectors: Mapping[str, str] = field(default_factory=dict)
    lasting: Collection[tuple[str, str]] = frozenset()

    def source(self, connection: str) -> str:
        """This is a connection's connector; one that is no longer in the settings stands for itself."""
        return self.connectors.get(connection, connection)


def sweep(
    rooms: Rooms, job: SweepJob | None = None, *, progress: Callable[[int], None] = lambda _: None
) -> SweepReport:
    """This deletes what has outlived its retention rule and marks its people, so that the next push clears downstream.

    Raises PolicyError, with nothing deleted but the tags of those whose consent has ended, where more is due than the job's
    cap.
    """
    job = job or SweepJob()
    with running(rooms, "sweep", "sweep") as run:
        report = SweepReport(run.id)
        while True:  # an end of consent waits for nobody's approval
            asked, ended, forgotten = _ask_again(rooms, job, run)
            report.ended += ended
            report.people += forgotten
            if not asked:
                break
        is_new = has_changed(rooms)
        _require_approval(rooms, job, is_new=is_new)
        report.brought_forward = bring_forward(rooms, run, job.source) if is_new else 0
        while deleted := _sweep_batch(rooms, job, run, report):
            progress(deleted)
        _sweep_evidence(rooms, run, report, progress)
        with rooms.store.read() as tx:
            report.held = tx.records.kept(rooms.now())
        while True:
            letters, noted = _give_up(rooms, job, run)
            report.given_up += letters + noted
            if not letters:
                break
    return report


def count_due(rooms: Rooms, job: SweepJob, *, is_new: bool) -> int:
    """This counts the records and tags that a sweep would delete now; ``is_new``: also by rules that have just changed."""
    with rooms.store.read() as tx:
        due = tx.tags.due_count(rooms.now()) + tx.records.due_count(rooms.now())
    return due + (due_by_new_rules(rooms, job.source, sys.maxsize) if is_new else 0)


def _require_approval(rooms: Rooms, job: SweepJob, *, is_new: bool) -> None:
    if job.cap is None or rooms.store.dry_run:
        return
    due = count_due(rooms, job, is_new=is_new)
    if due > job.cap:
        raise PolicyError(
            f"sweep: {due} records and tags are due (the cap is {job.cap}); nothing was deleted.",
            reason="cap",
            fix="See 'hub sweep --dry-run' for the numbers. Where they are right: 'hub sweep --approve NUMBER', or raise "
            "sweep.cap.",
        )


@again_after_conflict
def _ask_again(rooms: Rooms, job: SweepJob, run: Run) -> tuple[int, int, int]:
    """Consent that ends by time alone says so to nobody: the gate is asked again about those whose date has come.

    Whose answer is no loses the tags, as by a withdrawal, and every system that was told something owes to forget it. All of
    them are decided about anew by the next push. Of whom nothing is left by now, and no system holds anything, is forgotten.
    Gives how many were asked about, how many lost their tags, and how many were forgotten.
    """
    with rooms.store.begin() as tx:
        run.renew(tx)
        due = dict(tx.reviews.due(rooms.now(), rooms.policy.version, BATCH))
        roots = tx.persons.roots(due)
        tx.reviews.drop(due)  # whoever has said anything gets a new date below; nobody is asked about twice
        people = sorted({roots[person] for person in due if person in roots})
        lost = withdraw_tags(rooms, tx, people, run_id=run.id)
        owe(rooms, tx, lost, run_id=run.id)
        tx.persons.touch(sorted({roots[person] for person, is_time in due.items() if is_time and person in roots}))
        forgotten = _forget_empty(rooms, tx, job, run, people) if people else 0
    return len(due), len(lost), forgotten


@again_after_conflict
def _give_up(rooms: Rooms, job: SweepJob, run: Run) -> tuple[int, int]:
    """What nobody resolved in time is closed, and its content goes; the row in the ledger stays failed.

    What a vendor holds on because of it is from then on the business of the system's owner.
    """
    with rooms.store.begin() as tx:
        run.renew(tx)
        before = rooms.now() - job.dead_letters
        letters, noted = tx.dead_letters.expire(before, BATCH), tx.quarantine.expire(before)
        hand_over(rooms, tx, letters, run_id=run.id)
        refs = tx.keys.audit_refs(sorted({letter.person_id for letter in letters}))
        entries = [_entry(rooms, run, "given_up", refs.get(letter.person_id), "dead_letter") for letter in letters]
        rooms.audit.record(tx, entries)
    return len(letters), noted


def _sweep_evidence(rooms: Rooms, run: Run, report: SweepReport, progress: Callable[[int], None]) -> None:
    after = 0
    while True:
        stripped, after = sweep_evidence(rooms, run, after, BATCH)
        if stripped:
            report.deleted[CATEGORY] += stripped
            progress(stripped)
        if not after:
            return


def _sweep_batch(rooms: Rooms, job: SweepJob, run: Run, report: SweepReport) -> int:
    done = _delete_batch(rooms, job, run)
    report.deleted.update(done.deleted)
    report.why.update(done.why)
    report.downstream.update(done.downstream)
    report.people += done.people
    return done.deleted.total()


@traced("attune.sweep.delete")
@again_after_conflict
def _delete_batch(rooms: Rooms, job: SweepJob, run: Run) -> SweepReport:
    done = SweepReport(run.id)
    with rooms.store.begin() as tx:
        run.renew(tx)
        tags, records = _due(rooms, tx)
        done.why.update(_why(rooms, "emotion", None, tag.occurred_at, None, tag.expires_at) for tag in tags)
        done.why.update(
            _why(
                rooms, one.category, job.connectors.get(one.connection), one.occurred_at, one.stored_at, one.expires_at
            )
            for one in records
        )
        gone = [_Gone("emotion", row.person_id, row.record_id) for row in tags]
        gone += [_Gone(row.category, row.person_id, row.id) for row in records]
        tx.tags.delete([row.id for row in tags])
        tx.records.delete([row.id for row in records])
        done.deleted.update(one.category for one in gone)
        people = sorted({one.person_id for one in gone})
        done.downstream.update(tx.outbox.told(people))
        tx.persons.touch(people)
        tx.outbox.forget(people)
        refs = tx.keys.audit_refs(people)
        rooms.audit.record(tx, [
            _entry(rooms, run, "deleted", refs.get(one.person_id), one.category,
                   detail_of(one.person_id, record=one.record_id))
            for one in gone
        ])  # fmt: skip
        done.people = _forget_empty(rooms, tx, job, run, people)
    return done


class _Gone(NamedTuple):
    """What was deleted: a record, or the tag of one."""

    category: str
    person_id: str
    record_id: str


def _why(
    rooms: Rooms, category: str, source: str | None, said: datetime, stored: datetime | None, ends: datetime
) -> Why:
    clocks = {"occurred": said, **({"collected": stored, "last_contact": said} if stored is not None else {})}
    rule = ruling(rooms.policy, category=category, source=source, clocks=clocks, ends=ends)
    if rule is None:
        return Why(category, "an earlier version of the rules")
    of = f" of {rule.source}" if rule.source else ""
    return Why(category, f"{rule.category}{of}: {rule.keep.days} days from {rule.start}", rule.why or "")


def _due(rooms: Rooms, tx: Tx) -> tuple[list[DueTag], list[DueRecord]]:
    """What is due of people whom nobody else is writing about: a pull may be giving them something new."""
    now = rooms.now()
    people = {row.person_id for row in tx.tags.due(now, BATCH)} | {row.person_id for row in tx.records.due(now, BATCH)}
    tx.persons.hold_many(sorted(people))
    tags = [row for row in tx.tags.due(now, BATCH) if row.person_id in people]
    return tags, [row for row in tx.records.due(now, BATCH) if row.person_id in people]


def _forget_empty(rooms: Rooms, tx: Tx, job: SweepJob, run: Run, people: Sequence[str]) -> int:
    """A person of whom nothing is left has no business in the identity tables; a refusal on record keeps them there.

    So does what a system still holds of them: without their identifiers nobody could take it back. They are looked at again.
    """
    rows = tx.consents.for_persons(people)
    bare = [person for person in tx.records.without_any(people) if not rows.get(person) or _came_back(tx, rows[person])]
    waiting = _told_elsewhere(tx, job, bare)
    tx.reviews.put(dict.fromkeys(sorted(waiting), rooms.now() + LOOK_AGAIN), rooms.policy.version)
    empty = [person for person in bare if person not in waiting]
    refs = tx.keys.audit_refs(empty)
    rooms.audit.record(tx, [_entry(rooms, run, "forgotten", refs.get(person), "contact") for person in empty])
    members = [member for person in empty for member in tx.persons.members(person)]
    back = [member for person in empty if rows.get(person) for member in tx.persons.members(person)]
    if members:
        # On file, so that a backup does not bring them back; without hashes, because they may come back by themselves.
        note(tx, rooms.journal.append(Journalled(tuple(members), (), forgotten=True)))
    for member in members:
        tx.persons.erase(member)
    wipe(tx.unit, members)
    unlink(tx.unit, back)
    return len(empty)


def _came_back(tx: Tx, said: Sequence[ConsentEntry]) -> bool:
    """Of somebody who was erased and came back under a new id, what they said then is no reason to keep them.

    Somebody whose own erasure is under way is kept for it: the systems are asked by their identifiers.
    """
    erased = {entry.person_id for entry in said if entry.type == "erased"}
    return bool(erased) and not any(tx.erasures.steps(person) for person in erased)


def _told_elsewhere(tx: Tx, job: SweepJob, people: Sequence[str]) -> set[str]:
    """Of whom a system holds something that a push can empty, or is about to get something."""
    return {
        person
        for person, traces in tx.outbox.traces(people).items()
        for one in (*still_held(traces), *(trace for trace in traces if trace.open))
        if (one.connection, one.object) not in job.lasting
    }


def _entry(
    rooms: Rooms, run: Run, outcome: str, subject: str | None, category: str, detail: Detail | None = None
) -> AuditEntry:
    return AuditEntry(
        type="retention",
        outcome=outcome,
        reasons=(category,),
        subject=subject,
        policy=rooms.policy.version,
        run=run.id,
        detail=detail,
    )
