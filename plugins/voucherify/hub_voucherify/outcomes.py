"""Turns the vendor's answers into outcomes."""

from typing import Any

from hub.contract import Outcome, OutcomeState, WriteRecord
from hub_voucherify.client import Answer

_DONE = {200, 201}
_PASSING = {408, 423, 425}
_PASSING_KEYS = {"multiple_requests"}


def is_done(answer: Answer) -> bool:
    """This tells whether the status says that all was done: "accepted" (202) and "in part" (207) do not."""
    return answer.status in _DONE


def confirmed(record: WriteRecord, ref: Any) -> Outcome:
    """This says that the vendor has the row; ``ref`` is its id of the row, where it gave one."""
    return Outcome(record.idempotency_key, OutcomeState.CONFIRMED, vendor_ref=str(ref) if ref else None)


def accepted(record: WriteRecord, job: str) -> Outcome:
    """This says that the vendor took the row into a job."""
    return Outcome(record.idempotency_key, OutcomeState.ACCEPTED, job=job)


def failed(record: WriteRecord, reason: str, *, retryable: bool = False) -> Outcome:
    """This says that the vendor does not have the row."""
    return Outcome(record.idempotency_key, OutcomeState.FAILED, retryable=retryable, reason=reason)


def unknown(record: WriteRecord) -> Outcome:
    """This says that the vendor may or may not have the row."""
    return Outcome(record.idempotency_key, OutcomeState.UNKNOWN)


def refused(record: WriteRecord, answer: Answer) -> Outcome:
    """This says that the vendor refused the row, in its own words' short code."""
    passing = answer.status in _PASSING or answer.reason in _PASSING_KEYS
    return failed(record, answer.reason, retryable=passing)
