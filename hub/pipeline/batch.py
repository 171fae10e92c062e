"""What the steps of a pull share while they work on one batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from hub.audit.detail import detail_of
from hub.audit.entry import Entry as AuditEntry
from hub.pipeline.gate import Asked, Desk, Question, audit_decisions, consent_entry, ledger_events
from hub.pipeline.rooms import Rooms
from hub.privacy.consent import Decision, LedgerEvent
from hub.privacy.policy import operation_for
from hub.schema import ConsentEvent, Record
from hub.store.persons import Profile
from hub.store.store import Tx

SUPPRESSED = "suppressed"
"""Why what belongs to somebody who was erased is not stored."""


@dataclass
class PullBatch:
    """One batch: the open transaction, the run's names, and a memory of what was looked up.

    The memory lives as long as the batch, so a consent can never be older than the transaction.
    """

    rooms: Rooms
    tx: Tx
    run_id: str
    sync: str
    connection: str
    connector: str
    stream: str
    now: datetime
    events: dict[str, list[LedgerEvent]] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    merged: set[str] = field(default_factory=set)
    audit: list[AuditEntry] = field(default_factory=list)
    agreed: set[str] = field(default_factory=set)
    caught_up: int = 0
    operations: dict[tuple[str, Any, Any], tuple[str, str]] = field(default_factory=dict)

    def mint(self, entity: str, key: str) -> str:
        """This is the hub's id for a vendor's: keyed, so that nobody can guess one from the other."""
        return self.rooms.vault.record_id(entity, self.connection, key)

    def events_of(self, person_id: str) -> list[LedgerEvent]:
        """These consent events count for a person, merged identities included."""
        if person_id not in self.events:
            self.load([person_id])
        return self.events[person_id]

    def profile_of(self, person_id: str) -> Profile:
        """This is what is known about a person: name, language, country, region, birth year."""
        if person_id not in self.profiles:
            self.load([person_id])
        return self.profiles[person_id]

    def ask(self, person_id: str, question: Question) -> Decision:
        """This asks the gate about a customer, and puts question and answer on the audit record."""
        asked = self.desk.ask(
            self.events_of(person_id), self.profile_of(person_id), person_id=person_id, question=question
        )
        self.asked.append(asked)
        return asked.decision

    @cached_property
    def desk(self) -> Desk:
        """The gate, as it stands for the whole batch: at one moment, under one policy."""
        return Desk(self.rooms, self.now)

    def operation_for(self, record: Record) -> tuple[str, str]:
        """This is what the gate is asked before a record is kept: purpose and category."""
        about = record.__dict__
        key = (record.kind, about.get("visibility"), about.get("channel"))
        if key not in self.operations:
            kind, visibility, channel = key
            self.operations[key] = operation_for(self.rooms.policy, kind, visibility=visibility, channel=channel)
        return self.operations[key]

    def load(self, person_ids: Sequence[str]) -> None:
        """This looks up consents and profiles of people in one go."""
        wanted = [person for person in person_ids if person not in self.events or person not in self.profiles]
        if not wanted:
            return
        groups = self.tx.persons.groups(wanted)
        rows = self.tx.consents.for_persons(wanted, groups)
        # What the batch has already learnt of somebody is newer than what rests.
        self.events = {person: ledger_events(found) for person, found in rows.items()} | self.events
        self.profiles = self.tx.persons.profiles(wanted, groups) | self.profiles

    def forget(self, person_ids: Sequence[str]) -> None:
        """This drops the memory of people whose identities or profiles have just changed."""
        for person in person_ids:
            self.events.pop(person, None)
            self.profiles.pop(person, None)

    def tell_consents(self, new: Sequence[tuple[str, ConsentEvent]]) -> None:
        """This puts consents that are on record from now on on the audit record, too."""
        refs = self.tx.keys.audit_refs(sorted({person for person, _ in new}))
        self.audit.extend(consent_entry(person, event, refs.get(person), run_id=self.run_id) for person, event in new)

    def tell_new(self, person_ids: Sequence[str]) -> None:
        """This puts the keys of new people on the audit record."""
        refs = self.tx.keys.audit_refs(person_ids)
        self.audit.extend(
            AuditEntry(type="key", outcome="created", subject=refs[person], run=self.run_id) for person in person_ids
        )

    def tell_merge(self, keep: str, gone: str, reason: str) -> None:
        """This puts it on the audit record that two people turned out to be one."""
        ref = self.tx.persons.audit_ref(keep)
        told = detail_of(keep, merged=gone)
        self.audit.append(
            AuditEntry(type="identity", outcome="merged", reasons=(reason,), subject=ref, run=self.run_id, detail=told)
        )

    def tell_suppressed(self, count: int = 1) -> None:
        """This puts refused records on the audit record; of nobody: whoever was erased has no name there any more."""
        entry = AuditEntry(type="collect", outcome="denied", reasons=(SUPPRESSED,), dest="hub", run=self.run_id)
        self.audit.extend([entry] * count)

    def audit_entries(self) -> list[AuditEntry]:
        """These entries tell all that was decided and done in this batch."""
        return self.audit + audit_decisions(self.rooms, self.tx, self.asked, run_id=self.run_id)
