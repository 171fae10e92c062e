"""Portable: everything the hub holds about one person, gathered for an access request, and taken in again elsewhere."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from hub.audit.entry import Entry as AuditEntry
from hub.errors import BadRecordError, PolicyError
from hub.identity.matching import is_matchable
from hub.identity.normal_form import normalise
from hub.pipeline.listing import asked_as
from hub.pipeline.rooms import Rooms
from hub.pipeline.withdrawal import ends_something, withdraw_tags
from hub.privacy.consent import POSITIVE
from hub.privacy.redaction import Redacted
from hub.privacy.retention import clocks_of, expires_at
from hub.schema import (
    ConsentEvent,
    EmotionTag,
    Identifier,
    Party,
    Redaction,
    free_text_fields,
    json_schemas,
    parse_record,
)
from hub.schema.model import SCHEMA_VERSION
from hub.schema.record import PARTY_FIELD, Record
from hub.schema.terms import AuthorRole
from hub.store.conflict import again_after_conflict
from hub.store.persons import Profile
from hub.store.records import StoredRecord
from hub.store.store import Tx

FORMAT = "attune-export/1"
_IDENTIFIERS = TypeAdapter(tuple[Identifier, ...])
_PROFILE = TypeAdapter(Profile)


@dataclass(frozen=True, slots=True)
class Held:
    """A record at rest, with what retention knows of it."""

    category: str
    expires_at: datetime | None
    record: Record


@dataclass(frozen=True, slots=True)
class Said:
    """A consent event, and when the hub came to know of it."""

    recorded: datetime
    event: ConsentEvent


@dataclass(frozen=True, slots=True)
class Portable:
    """Everything about one person, in canonical form; records oldest first, consents in the order they became known."""

    person_id: str
    identifiers: tuple[Identifier, ...] = ()
    profile: Profile = field(default_factory=Profile)
    records: tuple[Held, ...] = ()
    tags: tuple[EmotionTag, ...] = ()
    consents: tuple[Said, ...] = ()

    def data(self) -> dict[str, Any]:
        """This is the content of ``data.json``."""
        return {
            "format": FORMAT,
            "schema_version": SCHEMA_VERSION,
            "person": {
                "id": self.person_id,
                "identifiers": [one.model_dump(mode="json") for one in self.identifiers],
                "profile": self.profile._asdict(),
            },
            "records": [
                {
                    "category": one.category,
                    "expires_at": one.expires_at and one.expires_at.isoformat(),
                    "record": one.record.model_dump(mode="json"),
                }
                for one in self.records
            ],
            "emotion_tags": [one.model_dump(mode="json") for one in self.tags],
            "consents": [
                {"recorded": one.recorded.isoformat(), "event": one.event.model_dump(mode="json")}
                for one in self.consents
            ],
        }


def gather(tx: Tx, person_id: str, now: datetime) -> Portable:
    """This gathers what is held about a person and all merged with them; others who spoke in a thread stay out of it."""
    held = tx.records.held_of(person_id)
    entries = tx.consents.for_persons([person_id]).get(person_id, [])
    return Portable(
        person_id=person_id,
        identifiers=tuple(tx.persons.identifiers([person_id]).get(person_id, [])),
        profile=tx.persons.profiles([person_id])[person_id],
        records=tuple(Held(category, expires_at, _without_others(record)) for category, expires_at, record in held),
        tags=tuple(tx.tags.for_person([person_id], now).get(person_id, [])),
        consents=tuple(Said(one.recorded, one.event) for one in entries if one.event is not None),
    )


def _without_others(record: Record) -> Record:
    """An agent or somebody unknown who wrote to the person keeps a role and nothing else."""
    name = PARTY_FIELD[record.kind]
    party: Party = getattr(record, name)
    is_own = party.role is AuthorRole.CUSTOMER or record.kind != "interaction"
    return record if is_own else record.model_copy(update={name: Party(role=party.role)})


def data_schema() -> dict[str, Any]:
    """This is the JSON Schema of ``data.json``; records and tags are the published canonical schemas."""
    kinds = json_schemas()
    bundled = {kind: {key: value for key, value in one.items() if key != "$schema"} for kind, one in kinds.items()}
    records = [{"$ref": f"{kinds[kind]['$id']}"} for kind in sorted(PARTY_FIELD) if kind != "consent"]
    text = {"type": "string"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:attune:schema:export:{SCHEMA_VERSION}",
        "type": "object",
        "additionalProperties": False,
        "required": ["format", "schema_version", "person", "records", "emotion_tags", "consents"],
        "properties": {
            "format": {"const": FORMAT},
            "schema_version": text,
            "person": {"type": "object", "required": ["id", "identifiers", "profile"]},
            "records": {"type": "array", "items": _object(
                category=text, expires_at={"type": ["string", "null"]}, record={"oneOf": records}
            )},
            "emotion_tags": {"type": "array", "items": {"$ref": kinds["emotion_tag"]["$id"]}},
            "consents": {"type": "array", "items": _object(recorded=text, event={"$ref": kinds["consent"]["$id"]})},
        },
        "$defs": bundled,
    }  # fmt: skip


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": sorted(properties), "properties": properties}


def parse_portable(text: bytes) -> Portable:
    """This reads ``data.json``; raises BadRecordError where it is none, without anything of its content."""
    try:
        data = json.loads(text)
        if data["format"] != FORMAT:
            raise ValueError("format")
        person = data["person"]
        return Portable(
            person_id=str(person["id"]),
            identifiers=tuple(map(_normal, _IDENTIFIERS.validate_python(person["identifiers"]))),
            profile=_PROFILE.validate_python(person["profile"]),
            records=tuple(_held(row) for row in data["records"]),
            tags=tuple(EmotionTag.model_validate(row) for row in data["emotion_tags"]),
            consents=tuple(
                Said(datetime.fromisoformat(row["recorded"]), ConsentEvent.model_validate(row["event"]))
                for row in data["consents"]
            ),
        )
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        kind = type(error).__name__
        raise BadRecordError(f"data.json cannot be read ({kind}).", reason="export.unreadable") from None


def _normal(identifier: Identifier) -> Identifier:
    """Whoever wrote the file: the suppression list, and everybody who looks for the person, asks for the normal form."""
    found = normalise(identifier, country=None)
    if found is None:
        raise ValueError("identifier")
    return found


def _held(row: Mapping[str, Any]) -> Held:
    expires_at = datetime.fromisoformat(row["expires_at"]) if row["expires_at"] else None
    return Held(str(row["category"]), expires_at, parse_record(row["record"]))


@again_after_conflict
def take_in(rooms: Rooms, found: Portable, *, actor: str = "hub") -> str:
    """This stores an exported person; gives the hub's id of them.

    Whoever is on the suppression list is refused (PolicyError), and whoever is known already is left alone: two files
    about one person are for somebody to compare. A consent from a file counts as an import, which never beats a refusal.
    Nor is a file trusted with the rest: texts are redacted here, and stay no longer than the rules of here allow. Raises
    PolicyError where a text cannot be redacted, a record is held already, or a refusal names what no rule knows.
    """
    _require_known(rooms, found)
    matchable = [one for one in found.identifiers if is_matchable(one)]
    with rooms.store.begin() as tx:
        if tx.suppression.hits(asked_as(rooms.vault, found.identifiers)):
            raise PolicyError(
                "this person was erased and stays erased; nothing was stored.", reason="suppressed",
                fix="Only a new relationship of their own brings somebody back.",
            )  # fmt: skip
        if tx.persons.hold([rooms.vault.lookup_identifier(one) for one in matchable]):
            raise PolicyError("somebody is known by one of these identifiers already.", reason="person.known")
        person = tx.persons.create()
        tx.persons.attach(person, found.identifiers)
        tx.persons.set_profile(person, found.profile)
        _require_new(tx, found)
        records = [_redacted(rooms, found, _own(one.record, person)) for one in found.records]
        tx.records.put([
            StoredRecord(person, record, one.category, _end(rooms, one), "import")
            for one, record in zip(found.records, records, strict=True)
        ])  # fmt: skip
        tx.tags.put([_tag(rooms, one, person) for one in found.tags])
        tx.consents.append([(person, _imported(one.event)) for one in found.consents])
        withdraw_tags(rooms, tx, [person])
        entry = AuditEntry(type="import", outcome="stored", actor=actor, subject=tx.persons.audit_ref(person))
        rooms.audit.record(tx, [entry])
    return person


def _require_known(rooms: Rooms, found: Portable) -> None:
    """A refusal in words of another hub's rules would cover nothing here: nobody may take it for one that is kept."""
    ending = (one.event.scope for one in found.consents if ends_something(one.event))
    strange = next((word for scope in ending for word in rooms.policy.unknown_in(scope)), None)
    if strange is not None:
        raise PolicyError(
            f"a refusal in this file names a {strange} that no rule here knows; nothing was stored.",
            reason=f"consent.unknown_{strange}", fix=f"Add the {strange} to the privacy rules, then import the file again.",
        )  # fmt: skip


def _require_new(tx: Tx, found: Portable) -> None:
    """A record's id is its own: one that is here already is somebody's, and must not become another's."""
    ids = {one.record.id for one in found.records}
    if tx.records.persons_of(ids):
        raise PolicyError(
            "records of this file are held already; nothing was stored.", reason="record.known",
            fix="Erase, or merge, the person who has them first.",
        )  # fmt: skip
    if any(tag.record_id not in ids for tag in found.tags):
        raise BadRecordError("data.json tags a record that it does not hold.", reason="export.unreadable")


def _redacted(rooms: Rooms, found: Portable, record: Record) -> Record:
    names = [name for name in free_text_fields(type(record)) if getattr(record, name)]
    if not names:
        return record
    known = [one.value for one in found.identifiers] + ([found.profile.name] if found.profile.name else [])
    results = rooms.redactor().redact(
        [getattr(record, name) for name in names],
        languages=[getattr(record, "language", None)] * len(names),
        known=[known] * len(names),
    )
    if any(one.withheld for one in results):
        raise PolicyError(
            "a text of this file cannot be redacted; nothing was stored.", reason="redaction.not_possible"
        )
    if not any(one.entities for one in results) and getattr(record, "redaction", None):
        return record
    mark = Redaction(engine=rooms.redactor().engine, entities=dict(sorted(_counts(record, results).items())))
    texts = {name: one.text for name, one in zip(names, results, strict=True)}
    return record.model_copy(update={**texts, "redaction": mark})


def _counts(record: Record, results: Sequence[Redacted]) -> Counter[str]:
    before: Redaction | None = getattr(record, "redaction", None)
    return Counter(before.entities if before else {}) + Counter(e.type for one in results for e in one.entities)


def _end(rooms: Rooms, one: Held) -> datetime:
    clocks, source = clocks_of(one.record, rooms.now()), one.record.provenance.connector
    ours = expires_at(rooms.policy, category=one.category, purpose=None, source=source, clocks=clocks)
    return min(one.expires_at or ours, ours)


def _tag(rooms: Rooms, tag: EmotionTag, person: str) -> EmotionTag:
    clocks = {"collected": rooms.now(), "occurred": tag.occurred_at}
    ours = expires_at(rooms.policy, category="emotion.label", purpose=None, source=None, clocks=clocks)
    return tag.model_copy(update={"person_id": person, "expires_at": min(tag.expires_at, ours)})


def _own(record: Record, new: str) -> Record:
    name = PARTY_FIELD[record.kind]
    party: Party = getattr(record, name)
    return record.model_copy(update={name: party.model_copy(update={"person_id": new})}) if party.person_id else record


def _imported(event: ConsentEvent) -> ConsentEvent:
    if event.state not in POSITIVE:
        return event
    return event.model_copy(update={"evidence": event.evidence.model_copy(update={"source_kind": "import"})})
