"""The delivery: one row on its way to one destination, and the states it may pass through."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hub.contract import Outcome
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
    _S.FAILED: frozenset({_S.SENDING, _S.WITHHELD, _S.PENDING}),  # while retryable
}


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


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row in the outbox, opened; arguments as in NewDelivery.

    Args:
        id: grows with time.
        state: where it stands.
        job: the vendor's job it was accepted in.
        attempts: how many times it was claimed.
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
    attempts: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a claimed row.

    Args:
        key: its idempotency key.
        state: ``confirmed``, ``accepted``, ``failed``, ``unknown``, ``withheld``, or ``pending`` to queue it again.
        reason: a code; needed where it was withheld or failed.
        retryable: with ``failed``: a later run sends it again.
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
        """This takes a destination's answer as it is."""
        return cls(
            key=outcome.key,
            state=DeliveryState(outcome.state.value),
            reason=outcome.reason,
            retryable=outcome.retryable,
            job=outcome.job,
            vendor_ref=outcome.vendor_ref,
        )

    @property
    def open(self) -> bool:
        """This tells whether the row is not final yet."""
        again = self.state is DeliveryState.FAILED and self.retryable
        return again or self.state in (DeliveryState.PENDING, DeliveryState.ACCEPTED, DeliveryState.UNKNOWN)


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
    """

    connection: str
    object: str
    target_ref: str
    state: DeliveryState
    reason: str | None = None
    person_id: str | None = None
    fields: tuple[str, ...] = ()


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
