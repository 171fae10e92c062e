"""Evidence of consent: what is left of it when its own retention ends. A refusal never expires into a yes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hub.audit.entry import Entry as AuditEntry
from hub.errors import PolicyError
from hub.pipeline.rooms import Rooms
from hub.pipeline.run import Run
from hub.pipeline.withdrawal import withdraw_tags
from hub.privacy.consent import POSITIVE
from hub.privacy.policy import Policy
from hub.privacy.retention import expires_at, shortest
from hub.schema import ConsentEvent, ConsentEvidence
from hub.store.conflict import again_after_conflict
from hub.store.consents import ConsentEntry
from hub.store.store import Tx

CATEGORY = "consent"
"""The data category of consent evidence in ``retention.yaml``."""


@again_after_conflict
def sweep_evidence(rooms: Rooms, run: Run, after: int, limit: int) -> tuple[int, int]:
    """This takes the evidence from consent events whose time is over, page by page; gives how many, and where to go on.

    Of a refusal stays what it refuses; a consent goes as a whole, with the tags that hung from it, and must be asked anew.
    The place to go on from is 0 at the end.
    """
    oldest = shortest(rooms.policy, CATEGORY)
    with rooms.store.begin() as tx:
        run.renew(tx)
        rows = tx.consents.ageing(rooms.now() - oldest, limit, after) if oldest is not None else []
        held = {hold.person_id for hold in tx.holds.standing({row.person_id for row in rows}) if hold.is_total}
        due = [row for row in rows if row.person_id not in held and _is_due(rooms.policy, row, rooms.now())]
        people = sorted({row.person_id for row in due})
        tx.persons.hold_many(people)
        tx.consents.strip({row.seq: _remains(row) for row in due}, {row.seq: row.person_id for row in due})
        _audit(rooms, tx, run, due)
        withdraw_tags(rooms, tx, people, run_id=run.id)
        tx.persons.touch(people)
    return len(due), rows[-1].seq if len(rows) == limit else 0


def _is_due(policy: Policy, row: ConsentEntry, now: datetime) -> bool:
    if row.event is None:
        return True
    clocks = {"collected": row.recorded, "occurred": row.event.occurred_at, "last_contact": row.recorded}
    source = row.event.provenance.connector
    try:
        return expires_at(policy, category=CATEGORY, purpose=None, source=source, clocks=clocks) <= now
    except PolicyError:
        return False  # no rule ends for this source


def _remains(row: ConsentEntry) -> ConsentEvent | None:
    """A refusal, or whatever else ended a consent, without how and where from; of a consent nothing."""
    event = row.event
    if event is None or (event.state in POSITIVE and not event.restriction):
        return None
    told = event.evidence
    kept = ConsentEvidence(
        source_kind=told.source_kind, signal=told.signal, actor=told.actor, guardian_verified=told.guardian_verified,
        explicit=told.explicit,
    )  # fmt: skip
    # The refusal of an object is lifted by that object alone, so it has to be known by then.
    key = event.provenance.key if told.source_kind == "object" else "swept"
    source = event.provenance.model_copy(update={"key": key, "version": "", "mapping": ""})
    return event.model_copy(update={"evidence": kept, "provenance": source})


def _audit(rooms: Rooms, tx: Tx, run: Run, due: Sequence[ConsentEntry]) -> None:
    refs = tx.keys.audit_refs(sorted({row.person_id for row in due}))
    entries = [
        AuditEntry(
            type="retention", outcome="evidence_deleted", reasons=(CATEGORY,), subject=refs.get(row.person_id),
            policy=rooms.policy.version, run=run.id,
        )
        for row in due
    ]  # fmt: skip
    rooms.audit.record(tx, entries)
