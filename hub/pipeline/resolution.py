"""Resolving what the hub cannot do by itself: dead letters are decided anew or dropped, obligations closed with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hub.audit.detail import detail_of
from hub.audit.entry import Entry as AuditEntry
from hub.pipeline.plan import Planned, PushJob, known_identifiers, plan
from hub.pipeline.propagation import hand_over
from hub.pipeline.rooms import Rooms
from hub.store.conflict import again_after_conflict
from hub.store.dead_letters import DeadLetter
from hub.store.delivery import Closing
from hub.store.persons import Profile
from hub.store.statements import chunks
from hub.store.store import Tx


def retry(rooms: Rooms, letters: Sequence[DeadLetter]) -> int:
    """This has the people of dead letters decided about anew by the next push; gives how many letters it closed.

    Consent, rules, mapping and content are those of that push. The failed rows stay in the ledger.
    """
    return sum(_retry(rooms, chunk) for chunk in chunks(letters))


@again_after_conflict
def _retry(rooms: Rooms, letters: Sequence[DeadLetter]) -> int:
    with rooms.store.begin() as tx:
        mine = _close(tx, letters, Closing.RETRIED)
        tx.persons.touch(sorted({letter.person_id for letter in mine}))
        _audit(rooms, tx, mine, "retried")
    return len(mine)


def _close(tx: Tx, letters: Sequence[DeadLetter], how: Closing) -> list[DeadLetter]:
    """Those that nobody else has resolved since they were looked up: a push, an erasure, or another operator."""
    closed = set(tx.dead_letters.close([letter.id for letter in letters], how))
    return [letter for letter in letters if letter.id in closed]


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

    What one of them should have emptied at a vendor becomes an obligation of the system's owner.

    The reason goes into the audit log, which must not name anybody, so it is redacted first. Raises PolicyError where the
    redactor does not work.
    """
    return sum(_drop(rooms, chunk, reason) for chunk in chunks(letters))


@again_after_conflict
def _drop(rooms: Rooms, letters: Sequence[DeadLetter], reason: str) -> int:
    with rooms.store.begin() as tx:
        words = _plain(rooms, tx, sorted({letter.person_id for letter in letters}), reason)
        mine = _close(tx, letters, Closing.DROPPED)
        hand_over(rooms, tx, mine)
        _audit(rooms, tx, mine, "dropped", words)
    return len(mine)


@again_after_conflict
def close_obligation(rooms: Rooms, number: int, reason: str, *, actor: str) -> bool:
    """This closes an obligation that somebody has met by hand; False where it is not open.

    The reason is redacted before it is kept, in the obligation and in the audit log. Raises PolicyError where the redactor
    does not work.
    """
    with rooms.store.begin() as tx:
        one = tx.obligations.get(number)
        if one is None or one.closed_at is not None:
            return False
        person = tx.keys.person_of(one.audit_ref)
        words = _plain(rooms, tx, [person] if person else [], reason)
        tx.obligations.close(number, words)
        entry = AuditEntry(
            type="obligation", outcome="closed", actor=actor, dest=one.system, reasons=(one.what, words),
            policy=rooms.policy.version, subject=one.audit_ref,
        )  # fmt: skip
        rooms.audit.record(tx, [entry])
    return True


def _plain(rooms: Rooms, tx: Tx, people: Sequence[str], reason: str) -> str:
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
            detail=detail_of(letter.person_id, object=letter.object, target=letter.target_ref),
        )
        for letter in letters
    ]
    rooms.audit.record(tx, entries)
