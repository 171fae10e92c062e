"""The delivery: one attempt to bring one row to one destination, and the states it may pass through."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hub.code import code, is_job
from hub.contract import Outcome, OutcomeState
from hub.errors import FatalError


class DeliveryState(StrEnum):
    """What has become of one selected row."""

    PENDING = "pending"
    SENDING = "sending"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    FAILED = "failed"
    CONFIRMED = "confirmed"
    UNCHANGED = "unchanged"
    WITHHELD = "withheld"


_S = DeliveryState
_SETTLED = frozenset({_S.CONFIRMED, _S.ACCEPTED, _S.FAILED, _S.UNKNOWN, _S.WITHHELD, _S.PENDING})
_NEXT: dict[DeliveryState, frozenset[DeliveryState]] = {
    _S.PENDING: frozenset({_S.SENDING, _S.WITHHELD}),
    _S.SENDING: _SETTLED,
    _S.ACCEPTED: _SETTLED - {_S.WITHHELD},  # the vendor has it: it can no longer be withheld
    _S.UNKNOWN: _SETTLED - {_S.WITHHELD},  # the vendor may have it
}
"""Every other state is the end of an attempt: what follows a failure is a new row."""


class Change(StrEnum):
    """What a row does to what the vendor was told before; caps count the changed and the cleared ones."""

    NEW = "new"
    CHANGED = "changed"
    CLEARED = "cleared"
    WITHDRAWN = "withdrawn"


class Closing(StrEnum):
    """How a failed row was resolved; the row itself stays failed."""

    RETRIED = "retried"
    SUPERSEDED = "superseded"
    DROPPED = "dropped"
    ERASED = "erased"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Retry:
    """When a row that failed is decided about anew; the first time in the next run, then ever later.

    Args:
        attempts: after so many failed attempts it is a dead letter.
        first: wait after the second failure; doubled by each further one.
        longest: no wait is longer.
    """

    attempts: int = 8
    first: timedelta = timedelta(minutes=10)
    longest: timedelta = timedelta(hours=6)

    def after(self, failures: int, now: datetime) -> datetime | None:
        """This is when to try again after so many failures; None: not by itself."""
        if failures >= self.attempts:
            return None
        return now if failures < 2 else now + min(self.longest, self.first * 2 ** min(failures - 2, 20))


PATIENT = Retry()
"""The usual patience: eight attempts over some ten hours, so that an outage by night uses up none of the day's."""


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A row to send.

    Args:
        sync: the push.
        run_id: the run that selected it.
        connection: the destination.
        object: the destination's object.
        person_id: whom it is about; seals the payload.
        target_ref: keyed hash of the row at the vendor (``Vault.ref``); one row at a time is in flight for each.
        key: what finds the row at the vendor.
        fields: vendor field to value.
        payload_hash: keyed hash of the fields (``Vault.ref``), to know an unchanged payload again.
        idempotency_key: the same for every attempt. It must differ when an older payload is sent again after another one
            (A, B, A), or a vendor takes the third for a repetition of the first: make the last confirmed hash part of it.
        consent_seq: seq of the person's consents that the decision rests on.
        policy: version of the policy that the decision rests on.
        batch_id: the batch of the ledger that it was selected in.
        change: what it does to what the vendor was told before.
        kept: names of fields that the vendor was told earlier, that this row leaves as they are and that must be taken back
            one day.
    """

    sync: str
    run_id: str
    connection: str
    object: str
    person_id: str
    target_ref: str
    key: str
    fields: Mapping[str, Any]
    payload_hash: str
    idempotency_key: str
    consent_seq: int
    policy: str
    batch_id: int | None = None
    change: Change = Change.NEW
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row in the outbox, opened; arguments as in NewDelivery.

    Args:
        id: grows with time.
        state: where it stands.
        job: the vendor's job it was accepted in.
        attempt: the how-manieth row for this content it is, from 1.
        created_at: when it was decided about, UTC.
    """

    id: int
    sync: str
    run_id: str
    connection: str
    object: str
    person_id: str
    target_ref: str
    key: str
    fields: Mapping[str, Any]
    payload_hash: str
    idempotency_key: str
    consent_seq: int
    policy: str
    state: DeliveryState
    job: str | None
    attempt: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a claimed row.

    Args:
        key: its idempotency key.
        state: ``confirmed``, ``accepted``, ``failed``, ``unknown``, ``withheld``, or ``pending`` where it was not sent.
        reason: a code; needed where it was withheld or failed.
        retryable: with ``failed``: a later run decides about it anew; else it is a dead letter.
        job: the vendor's job, with ``accepted``.
        vendor_ref: the vendor's id of the row, where it gave one.
    """

    key: str
    state: DeliveryState
    reason: str | None = None
    retryable: bool = False
    job: str | None = None
    vendor_ref: str | None = None

    @classmethod
    def of(cls, outcome: Outcome) -> "Settlement":
        """This takes a destination's answer; of its reason only what is a code, because it may quote the row.

        Nor does a job count whose name is no id: the row is read back instead.
        """
        job = outcome.job if outcome.job and is_job(outcome.job) else None
        lost = outcome.state is OutcomeState.ACCEPTED and outcome.job is not None and job is None
        return cls(
            key=outcome.key,
            state=DeliveryState.UNKNOWN if lost else DeliveryState(outcome.state.value),
            reason=_reason(outcome),
            retryable=outcome.retryable,
            job=job,
            vendor_ref=outcome.vendor_ref,
        )

    @property
    def open(self) -> bool:
        """This tells whether something must still happen about the row; a failed one waits to be resolved."""
        return self.state not in (DeliveryState.CONFIRMED, DeliveryState.WITHHELD)


def _reason(outcome: Outcome) -> str | None:
    return code(outcome.reason) if outcome.reason or outcome.state is OutcomeState.FAILED else None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a vendor was last told about one row, by name and hash.

    Args:
        key: idempotency key of the delivery.
        payload_hash: keyed hash of the fields.
        fields: names of the fields that it holds from the hub.
        consent_seq: seq of the person's consents at that time.
    """

    key: str
    payload_hash: str
    fields: tuple[str, ...]
    consent_seq: int


@dataclass(frozen=True, slots=True)
class Note:
    """A row that was selected and is not sent.

    Args:
        connection: the destination.
        object: the destination's object.
        target_ref: keyed hash of the row at the vendor; where none is known, of the person.
        state: ``unchanged`` or ``withheld``; ``failed`` where it could not even be made.
        reason: a code; needed unless unchanged.
        person_id: whom it is about.
        fields: names of the fields that were withheld.
        policy: version of the policy that the decision rests on.
        batch_id: the batch of the ledger that it was selected in.
    """

    connection: str
    object: str
    target_ref: str
    state: DeliveryState
    reason: str | None = None
    person_id: str | None = None
    fields: tuple[str, ...] = ()
    policy: str | None = None
    batch_id: int | None = None


@dataclass(frozen=True, slots=True)
class PushCounts:
    """What became of the rows that a run selected; their sum is what it selected. ``pending`` has ``sending`` in it."""

    confirmed: int = 0
    unchanged: int = 0
    withheld: int = 0
    failed: int = 0
    unknown: int = 0
    pending: int = 0
    accepted: int = 0

    @property
    def selected(self) -> int:
        """This is the sum of all."""
        ended = self.confirmed + self.unchanged + self.withheld + self.failed
        return ended + self.unknown + self.pending + self.accepted


def check_step(before: str, after: DeliveryState) -> None:
    """This raises FatalError unless a row may go from one state to the other."""
    if after not in _NEXT.get(DeliveryState(before), frozenset()):
        raise FatalError(f"A delivery cannot go from {before} to {after}.")
