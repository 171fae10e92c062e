"""The destination: emotion fields on Contacts and Cases, one outcome a row."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from hub.contract import HubError, Outcome, OutcomeState, ThrottledError, TransientError, WriteRecord
from hub_salesforce.bulk import DONE, BulkJob, Patience
from hub_salesforce.collection import SIZE, Collection, RowResult
from hub_salesforce.config import SalesforceConfig
from hub_salesforce.org import Org
from hub_salesforce.readback import ReadBack
from hub_salesforce.refusal import FailingError, LostError, RefusedError, TooLargeError, UnsentError
from hub_salesforce.target import Target, find_target


class SalesforceDestination:
    """This updates rows: through collections of 200, or one bulk job above ``bulk_threshold``.

    Args:
        config: the connection's settings.
        org: where to write.
        sleep: the hub's way to wait.
    """

    def __init__(self, config: SalesforceConfig, org: Org, sleep: Callable[[float], None]) -> None:
        self._config = config
        self._org = org
        self._jobs = BulkJob(org)
        self._patience = Patience(config.bulk_polls, config.bulk_poll_seconds, sleep)

    def write(self, object: str, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        """This yields one outcome a record.

        A call that may have had its effect gives ``unknown``; what was not sent after it is ``failed`` and retryable.
        Raises AuthError and ThrottledError (the records without outcome were not sent), and TransientError after the
        last outcome where Salesforce is failing.
        """
        target = find_target(object)
        sound = []
        for record in records:
            flaw = target.flaw(record)
            if flaw is None:
                sound.append(record)
            else:
                yield _failed(record, flaw)
        distinct = len({record.key[:15] for record in sound}) == len(sound)
        if len(sound) > self._config.bulk_threshold and distinct:
            yield from self._write_job(target, sound)
        else:
            yield from self._write_collections(target, sound)

    def reconcile(self, object: str, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        """This asks the jobs of accepted rows for their results, and reads all other rows back."""
        target = find_target(object)
        jobs: dict[str, list[WriteRecord]] = {}
        rest: list[WriteRecord] = []
        for record in records:
            if record.job:
                jobs.setdefault(record.job, []).append(record)
            else:
                rest.append(record)
        for job, members in jobs.items():
            for record, outcome in self._job_outcomes(job, members):
                if outcome is None:
                    rest.append(record)
                else:
                    yield outcome
        yield from self._read_back(target, rest)

    def _read_back(self, target: Target, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        """What stands there now. A row that is not there may be on its way in a job whose answer was lost."""
        missing = []
        for record, outcome in self._compared(target, records):
            if outcome.retryable and target.object.max_batch > self._config.bulk_threshold:
                missing.append(record)
            else:
                yield outcome
        if missing and self._is_on_its_way(target):
            yield from (Outcome(record.idempotency_key, OutcomeState.UNKNOWN) for record in missing)
        else:  # once more, because a job may have ended meanwhile
            yield from (outcome for _, outcome in self._compared(target, missing))

    def _compared(self, target: Target, records: Sequence[WriteRecord]) -> Iterator[tuple[WriteRecord, Outcome]]:
        known = {record.idempotency_key: record for record in records}
        return ((known[one.key], one) for one in ReadBack(self._org, target).outcomes(records))

    def _is_on_its_way(self, target: Target) -> bool:
        try:
            return self._jobs.is_at_work(target.sobject)
        except RefusedError:
            return False  # who may not list jobs has none

    def _write_collections(self, target: Target, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        rows = Collection(self._org, target.sobject)
        stopped: TransientError | None = None
        waiting = deque(_portions(records))
        while waiting:
            portion = waiting.popleft()
            if stopped is not None:
                yield from (_failed(record, "NOT_SENT", retryable=True) for record in portion)
                continue
            try:
                results = rows.update([(record.key, record.fields) for record in portion])
            except TooLargeError:
                if len(portion) > 1:
                    waiting.extendleft(reversed(_halves(portion)))
                else:
                    yield _failed(portion[0], "HTTP_413", retryable=True)  # a proxy's limit can be raised
            except UnsentError as error:
                stopped = error
                yield from (_failed(record, "NOT_SENT", retryable=True) for record in portion)
            except LostError as error:
                stopped = error
                yield from (Outcome(record.idempotency_key, OutcomeState.UNKNOWN) for record in portion)
            except RefusedError as error:
                yield from (_failed(record, error.code) for record in portion)
            else:
                yield from (_outcome(record, result) for record, result in zip(portion, results, strict=True))
        if isinstance(stopped, FailingError):
            raise stopped

    def _write_job(self, target: Target, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        try:
            job = self._jobs.create(target.sobject, "update")
            self._jobs.upload(job, [(record.key, record.fields) for record in records])
        except TooLargeError:
            # A job that was never closed does nothing; what is too large for it may pass in small calls.
            yield from self._write_collections(target, records)
            return
        except TransientError as error:
            # A job that was never closed does nothing, whatever of the upload arrived.
            yield from (_failed(record, "NOT_SENT", retryable=True) for record in records)
            if isinstance(error, FailingError):
                raise
            return
        except RefusedError as error:
            yield from (_failed(record, error.code) for record in records)
            return
        try:
            self._jobs.start(job)
            self._jobs.wait(job, self._patience)
            outcomes = list(self._job_outcomes(job, records))
        except HubError as error:
            # Whether it has started and how it ends is the job's to tell; reconcile asks it.
            yield from (_accepted(record, job) for record in records)
            if isinstance(error, ThrottledError):
                raise
            return
        for record, outcome in outcomes:
            yield outcome or Outcome(record.idempotency_key, OutcomeState.UNKNOWN)

    def _job_outcomes(self, job: str, records: Sequence[WriteRecord]) -> Iterator[tuple[WriteRecord, Outcome | None]]:
        """The outcome of each record of a job; None where only reading the row back can tell."""
        try:
            state = self._jobs.state(job)
            if state == "Open":
                self._jobs.abort(job)
            results = self._jobs.results(job, (record.key for record in records)) if state in DONE else {}
        except RefusedError:
            yield from ((record, None) for record in records)
            return
        except (TransientError, ThrottledError):
            yield from ((record, _accepted(record, job)) for record in records)
            return
        for record in records:
            result = results.get(record.key[:15])
            if result is not None:
                yield record, _outcome(record, result)
            elif state == "Open":
                yield record, _failed(record, "NOT_SENT", retryable=True)
            else:
                yield record, None if state in DONE else _accepted(record, job)


def _portions(records: Sequence[WriteRecord]) -> Iterator[list[WriteRecord]]:
    """Pieces of at most 200 in which no row stands twice: Salesforce refuses both, and the later one must win."""
    portion: list[WriteRecord] = []
    keys: set[str] = set()
    for record in records:
        if len(portion) == SIZE or record.key[:15] in keys:
            yield portion
            portion, keys = [], set()
        portion.append(record)
        keys.add(record.key[:15])
    if portion:
        yield portion


def _halves(records: Sequence[WriteRecord]) -> list[list[WriteRecord]]:
    middle = len(records) // 2
    return [list(records[:middle]), list(records[middle:])]


def _outcome(record: WriteRecord, result: RowResult) -> Outcome:
    if result.code is None:
        return Outcome(record.idempotency_key, OutcomeState.CONFIRMED, vendor_ref=result.id)
    return _failed(record, result.code, retryable=result.retryable)


def _failed(record: WriteRecord, reason: str, *, retryable: bool = False) -> Outcome:
    return Outcome(record.idempotency_key, OutcomeState.FAILED, retryable=retryable, reason=reason)


def _accepted(record: WriteRecord, job: str) -> Outcome:
    return Outcome(record.idempotency_key, OutcomeState.ACCEPTED, job=job)
