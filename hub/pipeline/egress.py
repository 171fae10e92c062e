"""The watch over what a push really sends: address, headers and body of each request, just before its first byte leaves.

What was scanned when a row was decided about is its fields; the connector makes requests of them, and may put
anything beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.audit.entry import Entry as AuditEntry
from hub.errors import PolicyError
from hub.pipeline.plan import Planned, PushJob, known_identifiers
from hub.pipeline.recall import MOVED, Recall
from hub.pipeline.rooms import Rooms
from hub.pipeline.run import Run
from hub.privacy.egress import Hit, KnownIdentifier, Lookout
from hub.store.delivery import Delivery
from hub.store.persons import Profile
from hub.store.quarantine import Quarantined
from hub.store.store import Tx

BROKEN = 500
"""From this status on an answer says nothing of what was done; from 400 on it says that nothing was."""

_REFUSED = 400


@dataclass
class Watch:
    """What must not be in the requests that one batch of rows leads to, and what was found there nevertheless.

    Args:
        lookout: identifiers that may not go there.
        recall: rows that were to be sent and are not any more; None where nothing is sent.
        hits: what was found.
        answered: the requests with a body that were not refused: status, address and body.
    """

    lookout: Lookout
    recall: Recall | None = None
    hits: list[Hit] = field(default_factory=list)
    answered: list[tuple[int, bytes, bytes]] = field(default_factory=list)

    def __call__(self, *parts: bytes) -> None:
        """This raises PolicyError, and remembers the hits, where a request holds what it may not or is no longer allowed."""
        if self.recall is not None and (late := self.recall.find(*parts)):
            self.hits += late
            raise PolicyError(
                "a request was stopped: the consent of somebody it is about has moved since it was decided.",
                reason=MOVED, fix="Nothing to do: the next push decides anew.",
            )  # fmt: skip
        if found := self.lookout.find(*parts):
            self.hits += found
            raise PolicyError(
                f"a request was stopped: it held somebody's {found[0].kind}, which may not go there.",
                reason=f"egress.{found[0].kind}",
                fix="Check the connector, the mapping, and 'identifiers' in destinations.yaml.",
            )

    def tell(self, status: int, address: bytes, body: bytes) -> None:
        """This remembers a request that had its effect, or may have had it: a gateway that gives up knows of none."""
        if body and (status < _REFUSED or status >= BROKEN):
            self.answered.append((status, address, body))

    def reached(self, rows: Sequence[Delivery], *, at_least: int = 0) -> set[str]:
        """The idempotency keys of those rows that stood in such a request, of that status or above."""
        sent = [parts for status, *parts in self.answered if status >= at_least]
        if not sent or not rows:
            return set()
        keys = {row.idempotency_key for row in rows}
        lookout = Lookout([KnownIdentifier("key", row.key, row.idempotency_key) for row in rows], allowed=())
        found = {hit.owner for parts in sent for hit in lookout.find(*parts)}
        return keys if "" in found else found  # one that cannot be looked through may hold any of them

    def reason(self, row: Delivery) -> str | None:
        """This is why a row was stopped, or None where it was not: it was another one's identifier."""
        # Nobody's hit is a request that cannot be looked through: it may hold anybody's.
        mine = [hit for hit in self.hits if hit.owner in {row.person_id, ""}]
        if any(hit.kind == MOVED for hit in mine):
            return MOVED
        return f"egress.{mine[0].kind}" if mine else None


def watch(rooms: Rooms, tx: Tx, job: PushJob, rows: Sequence[Delivery], *, recall: Recall | None = None) -> Watch:
    """This is the watch over the requests of some rows; where they are sent, ``recall`` takes back those that may not go now.

    The vendor may see what the policy allows, the keys by which it is asked for the rows, and the ids that it gave out itself.
    """
    people = sorted({row.person_id for row in rows})
    identifiers, profiles = tx.persons.identifiers(people), tx.persons.profiles(people)
    known = [
        KnownIdentifier(one.kind, one.value, person)
        for person in people
        for one in known_identifiers(
            [each for each in identifiers.get(person, []) if each.issuer != job.connector],
            profiles.get(person, Profile()),
        )
    ]
    allowed = rooms.policy.allowed_identifiers(job.connection)
    return Watch(Lookout(known, allowed=allowed, permitted={row.key for row in rows}), recall)


def quarantine_planned(rooms: Rooms, tx: Tx, job: PushJob, planned: Sequence[Planned], run: Run) -> None:
    """This quarantines rows that were stopped when they were decided about, and lets go those that are in order now."""
    stopped = [row for row in planned if (row.reason or "").startswith("egress.")]
    refs = [_ref(rooms, job, row.object, row.target_ref) for row in planned if row not in stopped]
    tx.quarantine.release(refs)
    _put(
        rooms, tx, job, [(row.object, row.target_ref, row.reason or "", row.subject.person_id) for row in stopped], run
    )


def quarantine_stopped(rooms: Rooms, tx: Tx, job: PushJob, rows: Sequence[tuple[Delivery, str]], run: Run) -> None:
    """This quarantines rows whose request was stopped at the wire, each with its reason."""
    _put(rooms, tx, job, [(row.object, row.target_ref, reason, row.person_id) for row, reason in rows], run)


def _put(rooms: Rooms, tx: Tx, job: PushJob, rows: Sequence[tuple[str, str, str, str]], run: Run) -> None:
    # By the hub's own reference: a row's key at the vendor may be an address, which no quarantine may keep.
    tx.quarantine.put([Quarantined(job.connection, f"push:{o}", ref, "", reason, run.id) for o, ref, reason, _ in rows])
    refs = tx.keys.audit_refs(sorted({person for *_, person in rows}))
    rooms.audit.record(
        tx,
        [
            AuditEntry(
                type="egress", outcome="blocked", reasons=(reason,), purpose=job.purpose, dest=job.connection,
                policy=rooms.policy.version, subject=refs.get(person), run=run.id,
            )
            for _, _, reason, person in rows
        ],
    )  # fmt: skip


def _ref(rooms: Rooms, job: PushJob, obj: str, target_ref: str) -> str:
    return rooms.vault.source_ref(job.connection, f"push:{obj}", target_ref)
