"""The connector: source, destination, eraser and consent source of one org, on one login."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from hub.contract import (
    AuthError,
    Batch,
    Context,
    ErasureOutcome,
    Outcome,
    Partition,
    PartitionPlan,
    SubjectIdentifier,
    WriteRecord,
)
from hub_salesforce.config import SalesforceConfig
from hub_salesforce.destination import SalesforceDestination
from hub_salesforce.eraser import SalesforceEraser
from hub_salesforce.org import Org
from hub_salesforce.refusal import RefusedError
from hub_salesforce.source import SalesforceSource


class SalesforceConnector:
    """One Salesforce org, fit for every protocol that the manifest declares; nothing is called before it is used.

    Args:
        config: the connection's settings.
        context: what the hub gives.
    """

    def __init__(self, config: SalesforceConfig, context: Context) -> None:
        self._org = Org(config, context.session)
        self._source = SalesforceSource(config, self._org, context)
        self._destination = SalesforceDestination(config, self._org, context.sleep)
        self._eraser = SalesforceEraser(config, self._org, context.sleep)

    def read(self, stream: str, cursor: str | None) -> Iterator[Batch]:
        """This yields batches of a stream: see ``SalesforceSource.read``."""
        return self._source.read(stream, cursor)

    def read_range(self, stream: str, start: datetime, end: datetime, cursor: str | None = None) -> Iterator[Batch]:
        """This yields what changed in a range of time: see ``SalesforceSource.read_range``."""
        return self._source.read_range(stream, start, end, cursor)

    def partitions(self, stream: str, at_most: int) -> PartitionPlan:
        """This cuts a stream: see ``SalesforceSource.partitions``."""
        return self._source.partitions(stream, at_most)

    def read_partition(self, stream: str, partition: Partition, cursor: str | None = None) -> Iterator[Batch]:
        """This yields one part of a stream: see ``SalesforceSource.read_partition``."""
        return self._source.read_partition(stream, partition, cursor)

    def fetch(self, stream: str, keys: Sequence[str]) -> Iterator[Batch]:
        """This yields single rows: see ``SalesforceSource.fetch``."""
        return self._source.fetch(stream, keys)

    def consent_streams(self) -> Sequence[str]:
        """These streams hold the org's consent objects."""
        return self._source.consent_streams()

    def write(self, object: str, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        """This writes rows: see ``SalesforceDestination.write``."""
        return self._destination.write(object, records)

    def reconcile(self, object: str, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        """This tells what is true now: see ``SalesforceDestination.reconcile``."""
        return self._destination.reconcile(object, records)

    def erase(self, subject: Sequence[SubjectIdentifier]) -> Iterator[ErasureOutcome]:
        """This erases a person: see ``SalesforceEraser.erase``."""
        return self._eraser.erase(subject)

    def verify_erased(self, subject: Sequence[SubjectIdentifier]) -> Iterator[ErasureOutcome]:
        """This looks for a person again: see ``SalesforceEraser.verify_erased``."""
        return self._eraser.verify_erased(subject)

    def check(self) -> None:
        """This asks for the org's API limits; raises AuthError, ThrottledError or TransientError."""
        try:
            self._org.call(lambda client: client.limits())
        except RefusedError as refused:
            raise AuthError(f"Salesforce refuses API access ({refused.code}).", fix="Grant 'API Enabled'.") from None
