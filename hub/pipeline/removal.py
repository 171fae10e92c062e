"""Removal: records that must go, with what a push told of them."""

from __future__ import annotations

from collections.abc import Mapping

from hub.audit.detail import detail_of
from hub.audit.entry import Entry as AuditEntry
from hub.pipeline.batch import PullBatch


def remove(batch: PullBatch, owners: Mapping[str, str], reason: str) -> None:
    """This deletes records by id (owner by id); the next pushes tell whoever received something about their owners."""
    records: dict[str, list[str]] = {}
    for record_id, person_id in owners.items():
        records.setdefault(person_id, []).append(record_id)
    batch.tx.records.delete(list(owners))
    held = batch.tx.records.persons_of(owners)
    # A legal hold keeps them; whoever releases it lets the next sweep take them.
    batch.tx.ends.end_now(sorted(held))
    people = sorted(records)
    batch.tx.persons.touch(people)
    batch.tx.outbox.forget(people)
    refs = batch.tx.keys.audit_refs(people)
    for outcome, is_held in (("deleted", False), ("held", True)):
        mine = {p: sorted(one for one in ids if (one in held) is is_held) for p, ids in sorted(records.items())}
        batch.audit.extend(
            AuditEntry(
                type="delete", outcome=outcome, reasons=(reason,), subject=refs.get(person), run=batch.run_id,
                detail=detail_of(person, records=ids),
            )
            for person, ids in mine.items() if ids
        )  # fmt: skip
