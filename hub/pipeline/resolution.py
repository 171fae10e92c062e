"""Resolving dead letters: decided anew through the gate, or dropped for good; nothing is ever resent as it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hub.audit.entry import Entry as AuditEntry
from hub.pipeline.plan import Planned, PushJob, known_identifiers, plan
from hub.pipeline.rooms import Rooms
from hub.store.dead_letters import DeadLetter
from hub.store.delivery import Closing
from hub.store.persons import Profile
from hub.store.statements import chunks
from hub.store.store import Tx


def retry(rooms: Rooms, letters: Sequence[DeadLetter]) -> int:
    """This has the people of dead letters decided about anew by the next push; gives how many letters it closed.

    Consent, rules, mapping and content are those of that push. The failed rows stay in the ledger.
    """
    closed = 0
    for chunk in chunks(letters):
        with rooms.store.begin() as tx:
            closed += tx.dead_letters.close([letter.id for letter in chunk], Closing.RETRIED)
            tx.persons.touch(sorted({letter.person_id for letter in chunk}))
            _audit(rooms, tx, chunk, "retried")
    return closed


def preview(rooms: Rooms, job: PushJob, letters: Iterable[DeadLetter]) -> list[Planned]:
    """This is what the next push would decide about the rows of dead letters; nothing is written."""
    found: list[Planned] = []
    of_job = [letter for letter in letters if letter.sync == job.sync]
    for obj in job.objects:
        mine = [letter for letter in of_job if letter.object == obj.name]
        for chunk in chunks(mine):
            targets = {letter.target_ref for letter in chunk}
            with rooms.store.read() as tx:
                roots = sorted(set(tx.persons.roots({letter.person_id for letter in chunk}).values()))
                planned, _ = plan(rooms, tx, job, obj, roots)
            found += [row for row in planned if row.target_ref in targets]
    return found


def drop(rooms: Rooms, letters: Sequence[DeadLetter], reason: str) -> int:
    """This gives dead letters up: the same content is not sent again; gives how many it closed.

    The reason goes into the audit log, which must not name anybody, so it is redacted first. Raises PolicyError where the
    redactor does not work.
    """
    closed = 0
    for chunk in chunks(letters):
        with rooms.store.begin() as tx:
            words = _plain(rooms, tx, chunk, reason)
            closed += tx.dead_letters.close([letter.id for letter in chunk], Closing.DROPPED)
            _audit(rooms, tx, chunk, "dropped", words)
    return closed


def _plain(rooms: Rooms, tx: Tx, letters: Sequence[DeadLetter], reason: str) -> str:
    people = sorted({letter.person_id for letter in letters})
    identifiers, profiles = tx.persons.identifiers(people), tx.persons.profiles(people)
    known = [
        one.value
        for person in people
        for one in known_identifiers(identifiers.get(person, []), profiles.get(person, Profile()))
    ]
    (redacted,) = rooms.redactor().redact([reason], languages=["en"], known=[known])
    return redacted.text


def _audit(rooms: Rooms, tx: Tx, letters: Sequence[DeadLetter], outcome: str, words: str | None = None) -> None:
    refs = tx.keys.audit_refs(sorted({letter.person_id for letter in letters}))
    entries = [
        AuditEntry(
            type="dead_letter",
            outcome=outcome,
            actor="operator",
            dest=letter.connection,
            reasons=(letter.reason, *((words,) if words else ())),
            policy=rooms.policy.version,
            subject=refs.get(letter.person_id),
        )
        for letter in letters
    ]
    rooms.audit.record(tx, entries)
