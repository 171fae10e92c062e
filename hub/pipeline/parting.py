"""Parting: two people who were taken for one are two again, with what each of them said and allowed.

Records, identifiers and consents rest under the person whom they came for, also while that person is part of another; so what
was one at the merge is as it was before it. What came while they were one stays with the person who stood for both.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.audit.detail import detail_of
from hub.audit.entry import Entry as AuditEntry
from hub.errors import ConfigError
from hub.pipeline.propagation import owe
from hub.pipeline.rooms import Rooms
from hub.pipeline.withdrawal import withdraw_tags
from hub.store.conflict import again_after_conflict
from hub.store.merges import Merge
from hub.store.outbox import Trace
from hub.store.store import Tx


@again_after_conflict
def part(rooms: Rooms, gone: str, reason: str, *, actor: str) -> tuple[Merge, list[str]]:
    """This parts somebody, and all who had been merged into them, from the person whom they became part of.

    What one of them allowed no longer serves the other, and what one of them refused no longer binds the other. Both are
    asked about again: whose permission is gone loses the tags, and whatever was told because they were one is owed to be
    forgotten. No pull merges the two again. Gives the merge that was undone, and who lost their tags.

    Raises ConfigError where the person is no part of another.
    """
    with rooms.store.begin() as tx:
        tx.persons.hold_many([gone])
        merge = next((one for one in tx.merges.of(gone) if one.gone == gone), None)
        if merge is None:
            raise ConfigError("this person is no part of another.", fix="See 'hub person merges'.")
        refs = tx.keys.audit_refs([merge.keep, gone])
        owe(rooms, tx, [gone])  # while all that was told about the two is still found with either
        told = tx.outbox.traces([gone])[gone]
        tx.consents.append_unmerge(merge.keep, gone)
        tx.persons.unmerge(gone, reason)
        tx.outbox.give(_about(rooms, tx, gone, told), gone)
        lost = withdraw_tags(rooms, tx, [merge.keep, gone])
        owe(rooms, tx, [merge.keep] if merge.keep in lost else [])
        tx.persons.touch([merge.keep, gone])
        entries = [
            AuditEntry(
                type="identity", outcome="parted", actor=actor, subject=refs.get(mine), reasons=(reason,),
                detail=detail_of(mine, parted=other),
            )
            for mine, other in ((merge.keep, gone), (gone, merge.keep))
        ]  # fmt: skip
        rooms.audit.record(tx, entries)
    return merge, lost


def _about(rooms: Rooms, tx: Tx, person: str, told: Sequence[Trace]) -> list[int]:
    """These rows were written to what finds this person at the systems, under the name of whoever stood for both.

    Whoever asks who was told about them, and whoever has it taken back, looks for them under their own name.
    """
    known = [one.value for one in tx.persons.identifiers([person]).get(person, [])]
    known += [case.provenance.key for case in tx.records.for_persons([person], kind="case").get(person, [])]
    places = {(one.connection, one.object) for one in told}
    refs = {place: {rooms.vault.ref("target", *place, key) for key in known} for place in places}
    return [one.id for one in told if one.target_ref in refs[one.connection, one.object]]


__all__ = ["part"]
