"""Recall: what is marked as sending and must not be sent any more, because consent has moved since it was decided.

It is asked twice: in the transaction that marks rows as sending, and before each request that they lead to, however long the
batch takes, waits for its budget or is tried again. Clearing may always go, and nothing goes once another run has the lease:
what it has sent since is newer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.pipeline.gate import ledger_events
from hub.pipeline.rooms import Rooms
from hub.pipeline.run import Run
from hub.privacy.consent import next_change
from hub.privacy.egress import Hit, KnownIdentifier, Lookout
from hub.store.conflict import again_after_conflict
from hub.store.delivery import Delivery
from hub.store.store import Tx

MAX_DECISION_AGE = timedelta(seconds=60)
"""A decision that waited longer is looked at once more before its row is sent."""

RENEW_EVERY = timedelta(minutes=1)
"""How often a batch that takes long renews the lease of its run."""

MOVED = "consent.moved"
"""Why such a row is withheld, to be decided anew."""


def moved(rooms: Rooms, tx: Tx, rows: Iterable[Delivery]) -> list[Delivery]:
    """These rows fill something, and their person's consent is no longer the one that they were decided by."""
    filling = [row for row in rows if not _clears(row)]
    now_at = tx.consents.seq(sorted({row.person_id for row in filling}))
    found = [row for row in filling if now_at.get(row.person_id, 0) != row.consent_seq]
    return found + _outlived(rooms, tx, [row for row in filling if row not in found])


def _outlived(rooms: Rooms, tx: Tx, rows: Sequence[Delivery]) -> list[Delivery]:
    """Rows that were decided a while ago, and about whose person time alone may have changed the answer since."""
    now = rooms.now()
    old = [row for row in rows if now - row.created_at > MAX_DECISION_AGE]
    if not old:
        return []
    said = tx.consents.for_persons(sorted({row.person_id for row in old}))
    changes = {
        row.id: next_change(rooms.policy, ledger_events(said.get(row.person_id, [])), row.created_at) for row in old
    }
    return [row for row in old if (change := changes[row.id]) is not None and change <= now]


def _clears(row: Delivery) -> bool:
    return all(value is None for value in row.fields.values())


@dataclass
class Recall:
    """The rows of one batch that are marked as sending, and how far the consent ledger was when they were.

    Args:
        rooms: the opened rooms.
        run: whose lease must hold for as long as they are being sent.
        rows: what was marked.
        head: seq of the ledger's last entry when it was looked at last.
        asked_at: when that was.
        renewed_at: when the lease was renewed last.
    """

    rooms: Rooms
    run: Run
    rows: Sequence[Delivery]
    head: int
    asked_at: datetime
    renewed_at: datetime
    _called_back: Lookout | None = field(default=None, repr=False)

    @classmethod
    def of(cls, rooms: Rooms, tx: Tx, run: Run, rows: Sequence[Delivery]) -> Recall:
        """This is the recall of rows whose consent was looked at, and whose run's lease was renewed, in this transaction."""
        now = rooms.now()
        return cls(rooms, run, [row for row in rows if not _clears(row)], tx.consents.head(), now, now)

    def find(self, *parts: bytes) -> list[Hit]:
        """These rows must not leave any more and stand, by the key that the vendor has for them, in the parts of a request.

        Raises LockedError where another run has taken the lease over: then none of them may.
        """
        if self.rooms.now() - self.renewed_at >= RENEW_EVERY:
            self._renew()
        self._ask()
        return self._called_back.find(*parts) if self._called_back else []

    @again_after_conflict
    def _renew(self) -> None:
        with self.rooms.store.begin() as tx:
            self.run.renew(tx)
        self.renewed_at = self.rooms.now()

    def _ask(self) -> None:
        # Nobody's consent moves without an entry in the ledger: as long as there is none, this costs one look at its head.
        now = self.rooms.now()
        with self.rooms.store.read() as tx:
            tx.leases.require(self.run.lease, self.run.token)
            head = tx.consents.head()
            if head == self.head and now - self.asked_at <= MAX_DECISION_AGE:
                return
            found = moved(self.rooms, tx, self.rows)
        self.head, self.asked_at = head, now
        keys = [KnownIdentifier(MOVED, row.key, row.person_id) for row in found]
        self._called_back = Lookout(keys, allowed=()) if keys else None
