"""An open Voucherify connection: everything the connector can do, behind the contract's protocols."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from hub.contract import (
    Batch,
    Context,
    ErasureOutcome,
    Outcome,
    Partition,
    PartitionPlan,
    SubjectIdentifier,
    WriteRecord,
)
from hub_voucherify.client import VoucherifyClient, named
from hub_voucherify.config import VoucherifyConfig
from hub_voucherify.destination import VoucherifyDestination
from hub_voucherify.eraser import VoucherifyEraser
from hub_voucherify.source import VoucherifySource


class VoucherifyConnection:
    """A Source that reads ranges, parts and single records too, a Destination, an Eraser, and Checkable.

    Args:
        config: the connection's settings.
        context: what the hub gives.
    """

    def __init__(self, config: VoucherifyConfig, context: Context) -> None:
        self._client = VoucherifyClient(config, context)
        self._source = VoucherifySource(self._client)
        self._destination = VoucherifyDestination(self._client)
        self._eraser = VoucherifyEraser(self._client)

    def check(self) -> None:
        """This reads the loyalty program's own settings: proves key and program, touches no customer."""
        named(self._client.read(self._client.campaign), "id")

    def read(self, stream: str, cursor: str | None) -> Iterator[Batch]:
        """This reads ``customers``, ``members`` or ``activities``."""
        return self._source.read(stream, cursor)

    def read_range(self, stream: str, start: datetime, end: datetime, cursor: str | None = None) -> Iterator[Batch]:
        """This reads customers or members that changed in a range of time."""
        return self._source.read_range(stream, start, end, cursor)

    def partitions(self, stream: str, at_most: int) -> PartitionPlan:
        """This cuts customers or members."""
        return self._source.partitions(stream, at_most)

    def read_partition(self, stream: str, partition: Partition, cursor: str | None = None) -> Iterator[Batch]:
        """This reads a part of the customers or members."""
        return self._source.read_partition(stream, partition, cursor)

    def fetch(self, stream: str, keys: Sequence[str]) -> Iterator[Batch]:
        """This reads single records."""
        return self._source.fetch(stream, keys)

    def write(self, object: str, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        """This writes ``customers`` or ``points``."""
        return self._destination.write(object, records)

    def reconcile(self, object: str, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        """This reads back what became of earlier writes."""
        return self._destination.reconcile(object, records)

    def erase(self, subject: Sequence[SubjectIdentifier]) -> Iterator[ErasureOutcome]:
        """This deletes the person's profiles for good."""
        return self._eraser.erase(subject)

    def verify_erased(self, subject: Sequence[SubjectIdentifier]) -> Iterator[ErasureOutcome]:
        """This looks for the person again."""
        return self._eraser.verify_erased(subject)
