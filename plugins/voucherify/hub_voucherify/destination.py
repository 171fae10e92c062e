"""Writes what the hub learnt: emotion fields to customers, points to members."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from hub.contract import ConfigError, Outcome, OutcomeState, WriteRecord
from hub_voucherify.client import VoucherifyClient
from hub_voucherify.customers import CustomerWriter
from hub_voucherify.points import PointsWriter

GIVE_UP_AFTER = 3
"""Unknown outcomes in a row after which a batch's rest is not sent: each may have cost a whole time-out."""


class Writer(Protocol):
    """What writes one kind of object."""

    def prepare(self, records: Sequence[WriteRecord]) -> Iterator[Outcome] | None:
        """This writes all records at once and yields their outcomes, or is None where they go one by one."""
        ...

    def write(self, record: WriteRecord) -> Outcome:
        """This writes one record; raises AuthError or ThrottledError where it was not sent."""
        ...

    def reconcile(self, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        """This reads back what became of earlier writes."""
        ...


class VoucherifyDestination:
    """A writer of ``customers`` and ``points``.

    Args:
        client: how to call the vendor.
    """

    def __init__(self, client: VoucherifyClient) -> None:
        self._writers: dict[str, Writer] = {"customers": CustomerWriter(client), "points": PointsWriter(client)}

    def write(self, object: str, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        """This yields one outcome per record; raises ConfigError at once for an unknown object."""
        writer = self._writer(object)
        return writer.prepare(records) or self._one_by_one(writer, records)

    def reconcile(self, object: str, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        """This yields what is true at the vendor now; raises ConfigError at once for an unknown object."""
        return self._writer(object).reconcile(records)

    def _one_by_one(self, writer: Writer, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        in_a_row = 0
        for record in records:
            if in_a_row >= GIVE_UP_AFTER:
                yield Outcome(record.idempotency_key, OutcomeState.FAILED, retryable=True, reason="not_sent")
                continue
            outcome = writer.write(record)
            in_a_row = in_a_row + 1 if outcome.state is OutcomeState.UNKNOWN else 0
            yield outcome

    def _writer(self, object: str) -> Writer:
        if object in self._writers:
            return self._writers[object]
        raise ConfigError(f"connector 'voucherify' has no object {object!r}.", fix="See `hub plugins show voucherify`.")
