"""What the hub holds about one person, as far as whoever asks may see it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hub.app import Hub
from hub.cli.screen import out, table
from hub.pipeline.door import Look
from hub.schema import EmotionTag
from hub.store.store import Tx

FILE_PURPOSE = "LegalCompliance"
"""What a file is looked at for where nobody says anything else: to answer what is held."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What may be shown of one person: their file or not, and their emotion in full, in a word or not at all."""

    file: bool
    mood: str | None = None
    stamp: str | None = None
    case: str | None = None


@dataclass(frozen=True)
class Sight:
    """What somebody asks to see of one person, from the closest look to the least."""

    hub: Hub
    file: Look
    moods: tuple[Look, ...] = ()

    @classmethod
    def of(cls, hub: Hub, purpose: str | None, reason: str | None, case: str | None) -> Sight:
        """This is what the options of a command ask for; without a purpose nobody's emotion is asked for."""
        look = Look("view", "contact", "summary", purpose or FILE_PURPOSE, reason, case)
        if purpose is None:
            return cls(hub, look)
        mood = replace(look, data="emotion")
        return cls(hub, look, (replace(mood, level="individual"), mood))

    def least(self) -> list[Look]:
        """These looks must at least be possible for somebody, or there is no point in finding out who it is."""
        return [self.moods[-1] if self.moods else self.file]

    def ask(self, person_id: str) -> Seen:
        """This asks at the door; raises PolicyError where not even the least may be shown."""
        door = self.hub.door
        if not self.moods:
            return Seen(True, stamp=door.stamp(self.file, [door.require(self.file, person_id)]))
        look = self.moods[0] if door.foresee(self.moods[0], person_id).allowed else self.moods[1]
        answer = door.require(look, person_id)
        # The file is no part of what was asked for; it is shown where the same purpose opens it.
        file = door.foresee(self.file, person_id).allowed and door.may(self.file, person_id).allowed
        return Seen(file, look.level, door.stamp(look, [answer]), look.case)


def describe(hub: Hub, person_id: str, seen: Seen) -> dict[str, Any]:
    """This is what may be shown: counts and systems, and of the emotion what was seen at the door."""
    with hub.store.read() as tx:
        return {
            "person": person_id,
            "status": tx.persons.status(person_id),
            "audit_ref": tx.persons.audit_ref(person_id),
            **(_file(tx, person_id) if seen.file else {}),
            **_emotion(tx, hub, person_id, seen),
            "shown": seen.stamp,
        }


def _file(tx: Tx, person_id: str) -> dict[str, Any]:
    kinds: dict[tuple[str, str], int] = {}
    for one in tx.persons.identifiers([person_id]).get(person_id, []):
        kinds[str(one.kind), one.issuer] = kinds.get((str(one.kind), one.issuer), 0) + 1
    return {
        "identifiers": sorted(kinds.items()),
        "records": records_of(tx, person_id),
        "sent": [
            {
                "connection": r.connection,
                "object": r.object,
                "fields": list(r.fields),
                "last": f"{r.last_at:%Y-%m-%d %H:%M}",
            }
            for r in tx.outbox.receipts(person_id)
        ],
    }


def records_of(tx: Tx, person_id: str) -> dict[str, int]:
    """This is how many records of each kind there are about a person."""
    records: dict[str, int] = {}
    for record in tx.records.for_person(person_id):
        records[record.kind] = records.get(record.kind, 0) + 1
    return records


def _emotion(tx: Tx, hub: Hub, person_id: str, seen: Seen) -> dict[str, Any]:
    """Nothing, the latest word of the ticket in hand (or of all), or every tag."""
    if seen.mood is None:
        return {"emotion": None}
    tags = tags_seen(tx, hub, person_id, seen)
    if seen.mood == "individual":
        return {"emotion": [_row(tag) for tag in tags]}
    sure = [tag for tag in tags if tag.label is not None][-1:]
    return {"emotion": [{"said": f"{tag.occurred_at:%Y-%m-%d}", "label": str(tag.label)} for tag in sure]}


def tags_seen(tx: Tx, hub: Hub, person_id: str, seen: Seen) -> list[EmotionTag]:
    """These are the tags that a look is about, oldest first: all of a person's, or those of the ticket in hand."""
    return sorted(_tags(tx, hub, person_id, seen), key=lambda tag: (tag.occurred_at, tag.id))


def _tags(tx: Tx, hub: Hub, person_id: str, seen: Seen) -> list[EmotionTag]:
    if seen.case is None or seen.mood == "individual":
        return tx.tags.for_person([person_id], hub.now()).get(person_id, [])
    cases = [one.id for one in tx.records.for_person(person_id, "case") if _is(one, seen.case)]
    mine = set(tx.persons.members(person_id))
    said = tx.tags.for_case(cases, hub.now())
    return [tag for group in said.values() for tag in group if tag.person_id in mine]


def _is(case: Any, wanted: str) -> bool:
    return bool(f"{case.provenance.connection}:{case.provenance.key}" == wanted)


def _row(tag: EmotionTag) -> dict[str, Any]:
    return {
        "said": f"{tag.occurred_at:%Y-%m-%d %H:%M}",
        "label": tag.label,
        "confidence": f"{tag.confidence:.2f}",
        "expires": f"{tag.expires_at:%Y-%m-%d}",
        "model": tag.model,
        "reviewed": tag.reviewed,
    }


def print_person(found: dict[str, Any]) -> None:
    """This prints what was found."""
    out.print(f"{found['person']} (audit reference {found['audit_ref']})", markup=False)
    if "records" in found:
        known = [[*pair, n] for pair, n in found["identifiers"]]
        out.print(table("Known by", ["kind", "issuer", "count"], known, right=[2]))
        out.print(table("Records", ["kind", "count"], found["records"].items(), right=[1]))
    _print_emotion(found["emotion"])
    if "sent" in found:
        sent = [[r["connection"], r["object"], ", ".join(r["fields"]), r["last"]] for r in found["sent"]]
        out.print(table("Sent to", ["connection", "object", "fields", "last"], sent))
    if found["shown"]:
        out.print(found["shown"], markup=False)


def _print_emotion(tags: list[dict[str, Any]] | None) -> None:
    if tags is None:
        out.print("Emotion: not shown; say what for with --purpose, and why with --reason or --case.", markup=False)
        return
    columns = ["said", "label", "confidence", "expires"] if tags and "model" in tags[0] else ["said", "label"]
    rows = [[tag["label"] or "not sure" if name == "label" else tag[name] for name in columns] for tag in tags]
    out.print(table("Emotion", columns, rows, right=[2]))
