"""The read-back: what stands in Salesforce now, compared with what was to be written."""

import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from hub.contract import Outcome, OutcomeState, WriteRecord
from hub_salesforce.collection import Collection, portions
from hub_salesforce.org import Org
from hub_salesforce.refusal import RefusedError
from hub_salesforce.target import Target


class ReadBack:
    """This tells of each row whether its fields hold what the record says.

    Args:
        org: where to read.
        target: the object.
    """

    def __init__(self, org: Org, target: Target) -> None:
        self._rows = Collection(org, target.sobject)
        self._target = target

    def outcomes(self, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        """This yields ``confirmed`` where all fields agree, ``failed`` and retryable where one does not.

        A row that is not there gives ``failed`` for good. Raises AuthError, ThrottledError or TransientError.
        """
        sound = []
        for record in records:
            flaw = self._target.flaw(record)
            if flaw is None:
                sound.append(record)
            else:
                yield _failed(record, flaw)
        for portion in portions(sound):
            try:
                rows = self._rows.fetch([record.key for record in portion], self._target.object.fields)
            except RefusedError as refused:
                yield from (_failed(record, refused.code) for record in portion)
                continue
            for record, row in zip(portion, rows, strict=True):
                yield _compared(record, row)


def _compared(record: WriteRecord, row: dict[str, Any] | None) -> Outcome:
    if row is None:
        return _failed(record, "ENTITY_IS_DELETED")
    if all(_agree(value, row.get(name)) for name, value in record.fields.items()):
        return Outcome(record.idempotency_key, OutcomeState.CONFIRMED, vendor_ref=row["Id"])
    return _failed(record, "NOT_THERE", retryable=True)


def _failed(record: WriteRecord, reason: str, *, retryable: bool = False) -> Outcome:
    return Outcome(record.idempotency_key, OutcomeState.FAILED, retryable=retryable, reason=reason)


def _agree(sent: Any, stands: Any) -> bool:
    """Whether two values are one to Salesforce, which empties blank text and rewrites times and numbers."""
    if sent in (None, "") or stands in (None, ""):
        return sent in (None, "") and stands in (None, "")
    if isinstance(sent, bool) or isinstance(stands, bool):
        return sent is stands
    if isinstance(sent, str) and isinstance(stands, str):
        return sent.strip() == stands.strip() or _same_instant(sent, stands)
    try:
        return math.isclose(float(sent), float(stands), abs_tol=1e-9)
    except (TypeError, ValueError):
        return False


def _same_instant(left: str, right: str) -> bool:
    try:
        return datetime.fromisoformat(left) == datetime.fromisoformat(right)
    except ValueError:
        return False
