"""Intake: puts on record what people said outside the systems that are read, and lets follow what follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hub.audit.entry import Entry as AuditEntry
from hub.identity.address import identifier_of
from hub.pipeline.agreement import tag_what_rests
from hub.pipeline.gate import consent_entry
from hub.pipeline.listing import asked_as
from hub.pipeline.propagation import owe
from hub.pipeline.rooms import Rooms
from hub.pipeline.withdrawal import ends_something, withdraw_tags
from hub.privacy.consent import NEGATIVE, POSITIVE
from hub.privacy.sheet import RowError, Told, read_row
from hub.schema import ConsentEvent, Identifier, Party, Provenance
from hub.store.conflict import again_after_conflict
from hub.store.quarantine import Quarantined
from hub.store.store import Tx

CONNECTION, STREAM = "hub", "consent-import"
"""Where the records of a sheet come from, as the ledger names it."""


@dataclass
class IntakeReport:
    """What became of the rows of a sheet.

    Args:
        rows: how many were read.
        events: what they said, by state, as far as it was news.
        known: what was on record already.
        created: people who were unknown until they refused something.
        unreadable: rows with a GPP string that nobody can read; it counts as a refusal, and the row is quarantined.
        refused: rows that could not be taken: their numbers, and why.
    """

    rows: int = 0
    events: Counter[str] = field(default_factory=Counter)
    known: int = 0
    created: int = 0
    unreadable: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


def put_on_record(rooms: Rooms, tx: Tx, said: Sequence[tuple[str, ConsentEvent]], *, actor: str) -> int:
    """This records what people, by id, have said, and does what follows; gives how much of it was news.

    Tags whose permission is gone go, words that may be read now are read, and the next push of each system acts on it.
    """
    people = sorted({person for person, _ in said})
    tx.persons.hold_many(people)
    new = tx.consents.append(said)
    tx.persons.touch(people)
    owe(rooms, tx, [person for person, event in said if ends_something(event)])
    withdraw_tags(rooms, tx, people)
    tag_what_rests(rooms, tx, sorted({person for person, event in said if event.state in POSITIVE}))
    refs = tx.keys.audit_refs(people)
    rooms.audit.record(tx, [consent_entry(person, event, refs.get(person), actor=actor) for person, event in new])
    return len(new)


@again_after_conflict
def take_in(
    rooms: Rooms, rows: Sequence[tuple[int, Mapping[str, str]]], *, file: str, actor: str = "hub"
) -> IntakeReport:
    """This takes in some rows of a sheet in one transaction; a row that cannot be taken keeps no other from it.

    Args:
        rooms: the opened rooms.
        rows: number in the file, and column to text, of each.
        file: its name, which goes on record with what it said.
        actor: who imports it.
    """
    report = IntakeReport(rows=len(rows))
    told: list[tuple[int, Identifier | str, Told]] = []
    for number, row in rows:
        try:
            said_here = read_row(row, rooms.policy, rooms.now())
            if not rooms.sound and any(one.state in POSITIVE for one in said_here):
                raise RowError(_UNSOUND)
            told += [(number, _who(row), one) for one in said_here]
        except RowError as error:
            report.refused.append((number, str(error)))
    with rooms.store.begin() as tx:
        people = _people(rooms, tx, told, report)
        said = [
            (people[who], _event(rooms, people[who], one, file)) for _, who, one in told if people.get(who) is not None
        ]
        new = put_on_record(rooms, tx, said, actor=actor)
        report.events.update(str(event.state) for _, event in said)
        report.known = len(said) - new
        _quarantine(rooms, tx, told, people, report)
    report.refused.sort()
    return report


def _who(row: Mapping[str, str]) -> Identifier | str:
    address = (row.get("person") or "").strip()
    if address.startswith("per_"):
        return address
    identifier = identifier_of(address)
    if identifier is None:
        raise RowError("person: neither an e-mail address, +phone, ISSUER:ID nor a customer number")
    return identifier


def _people(
    rooms: Rooms, tx: Tx, told: Sequence[tuple[int, Identifier | str, Told]], report: IntakeReport
) -> dict[Identifier | str, str]:
    """Who is meant. Somebody unknown who refuses is made known: the refusal must be there when they turn up."""
    named = {who: rooms.vault.lookup_identifier(who) for _, who, _ in told if isinstance(who, Identifier)}
    found = tx.persons.hold(named.values())
    hashes = {who: {rooms.vault.suppress_identifier(who), *asked_as(rooms.vault, [who])} for who in named}
    suppressed = tx.suppression.hits(one for mine in hashes.values() for one in mine)
    people: dict[Identifier | str, str] = {who: found[lookup] for who, lookup in named.items() if lookup in found}
    ids = tx.persons.roots([who for _, who, _ in told if isinstance(who, str)])
    people |= {who: root for who, root in ids.items() if tx.persons.status(root) != "erased"}
    for number, who, one in told:
        if who in people:
            continue
        if isinstance(who, str) or one.state not in NEGATIVE or not suppressed.isdisjoint(hashes[who]):
            if (number, _NOBODY) not in report.refused:
                report.refused.append((number, _NOBODY))
            continue
        people[who] = tx.persons.create()
        tx.persons.attach(people[who], [who])
        ref = tx.persons.audit_ref(people[who])
        rooms.audit.record(tx, [AuditEntry(type="key", outcome="created", subject=ref)])
        report.created += 1
    return people


_UNSOUND = "state: no consent is taken in while the privacy rules have an error; refusals are (see 'hub privacy lint')"
_NOBODY = "person: nobody is known by this, and only a refusal makes somebody known"


def _event(rooms: Rooms, person_id: str, told: Told, file: str) -> ConsentEvent:
    said = [told.state, told.scope.model_dump_json(), told.evidence.model_dump_json(), told.at.isoformat()]
    said += [str(told.valid_from), str(told.valid_until)]
    # The same row twice, from whatever file, is the same event.
    key = rooms.vault.ref("consent-import", person_id, *map(str, said))
    evidence = told.evidence
    if evidence.source_system is None:
        evidence = evidence.model_copy(update={"source_system": file})
    return ConsentEvent(
        id=key,
        provenance=Provenance(
            connection=CONNECTION, connector="hub", stream=STREAM, key=key, version=told.at.isoformat()
        ),
        party=Party(person_id=person_id),
        state=told.state,
        occurred_at=told.at,
        scope=told.scope,
        evidence=evidence,
        valid_from=told.valid_from,
        valid_until=told.valid_until,
    )


def _quarantine(
    rooms: Rooms, tx: Tx, told: Sequence[tuple[int, Identifier | str, Told]],
    people: Mapping[Identifier | str, str], report: IntakeReport,
) -> None:  # fmt: skip
    """A string that nobody can read is named until the person's string can be read.

    By its line only: what a file is called rests nowhere readable, because it may be called after somebody.
    """
    unread = {people[who]: number for number, who, one in told if not one.readable and who in people}
    report.unreadable = len(unread)
    notes = [
        Quarantined(CONNECTION, STREAM, person, f"line:{number}", "gpp.unreadable", "import")
        for person, number in sorted(unread.items())
    ]
    tx.quarantine.put(notes)
    read = {people[who] for _, who, one in told if one.readable and one.evidence.signal == "gpp" and who in people}
    tx.quarantine.release([rooms.vault.source_ref(CONNECTION, STREAM, person) for person in sorted(read - set(unread))])
