"""The diff of a dry push: what the vendor was told last, and what it would be told now, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hub.contract import Object
from hub.pipeline.plan import Planned, PushJob, known_identifiers, payload
from hub.pipeline.rooms import Rooms
from hub.privacy.egress import KnownIdentifier, scan
from hub.store.persons import Profile
from hub.store.store import Tx


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a row that would be sent.

    Args:
        field: the vendor's name of it.
        before: what the vendor confirmed last; None where that was nothing, or is not shown.
        after: what it would be told; None empties the field.
        is_shown: False where the vendor holds something from the hub that is no longer kept, or may not leave any more.
    """

    field: str
    before: Any
    after: Any
    is_shown: bool = True


def with_told(rooms: Rooms, tx: Tx, job: PushJob, obj: Object, rows: Sequence[Planned]) -> list[Planned]:
    """This puts beside each row that would be sent what the vendor was told last.

    A value is shown only where the field may still be filled today and the value would pass today's last look at the
    outgoing bytes: whoever may see the new values may see these.
    """
    going = [row for row in rows if row.fields is not None]
    told = tx.outbox.last_told(job.sync, obj.name, [row.target_ref for row in going])
    people = sorted({row.subject.person_id for row in going if row.target_ref in told})
    identifiers, profiles = tx.persons.identifiers(people), tx.persons.profiles(people)
    allowed = rooms.policy.allowed_identifiers(job.connection)
    shown = []
    for row in rows:
        before = _showable(row, told.get(row.target_ref, {}))
        person = row.subject.person_id
        words: list[KnownIdentifier] = known_identifiers(identifiers.get(person, []), profiles.get(person, Profile()))
        clean = not before or not scan(payload(before), words, allowed=allowed)
        shown.append(replace(row, told=before if clean else {}))
    return shown


def _showable(row: Planned, told: Mapping[str, Any]) -> dict[str, Any]:
    filled = {name for name, value in (row.fields or {}).items() if value is not None}
    return {name: value for name, value in told.items() if name in filled or value is None}


def changes(row: Planned) -> Iterator[FieldChange]:
    """This yields the fields of a planned row that would be other than before."""
    for name, after in sorted((row.fields or {}).items()):
        is_shown = name in row.told or name not in row.holds
        before = row.told.get(name)
        if not is_shown or before != after:
            yield FieldChange(name, before, after, is_shown)
