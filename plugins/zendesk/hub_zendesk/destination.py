"""Writing rows in background jobs, and telling what became of each row."""

from collections.abc import Container, Iterator, Sequence
from typing import Any

from hub.contract import BadRecordError, ConfigError, Outcome, OutcomeState, WriteRecord
from hub_zendesk.account import Account
from hub_zendesk.answers import ForeignError, NotFoundError, TooLargeError
from hub_zendesk.job import RETRYABLE, Job, all_jobs_done, read_job, wait_for_job
from hub_zendesk.rows import Row, Rows, row_id
from hub_zendesk.ticket_rows import TicketRows
from hub_zendesk.user_rows import UserRows

MAX_BATCH = 100
"""Objects of one ``update_many``; Zendesk refuses more, and zenpy does not count."""


class ZendeskDestination:
    """This writes tickets and users.

    Args:
        account: where to write.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._kinds: dict[str, Rows] = {"tickets": TicketRows(account), "users": UserRows(account)}

    def write(self, object: str, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        """This yields one outcome per record; see ``hub.contract.Destination.write``."""
        rows = self._rows(object)
        valid: list[WriteRecord] = []
        for record in records:
            try:
                row_id(record)
            except BadRecordError as error:
                yield _failed(record, error)
            else:
                valid.append(record)
        for batch in batches(valid):
            yield from self._write_batch(rows, batch)

    def reconcile(self, object: str, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        """This asks the jobs again, and where they do not tell, compares the rows themselves."""
        rows = self._rows(object)
        jobs: dict[str, Job | None] = {}
        doubtful: list[WriteRecord] = []
        for record in records:
            outcome = self._from_job(record, jobs)
            if outcome is None:
                doubtful.append(record)
            else:
                yield outcome
        # Of a job that nobody knows, or that Zendesk no longer tells of, some rows may still be waiting.
        lost = {record.idempotency_key for record in doubtful if jobs.get(record.job or "") is None}
        for batch in batches(doubtful):
            yield from self._read_back(rows, batch, lost)

    def _rows(self, object: str) -> Rows:
        if object not in self._kinds:
            raise ConfigError(f"zendesk: there is no object {object!r}.", fix="Use tickets or users.")
        return self._kinds[object]

    def _write_batch(self, rows: Rows, batch: Sequence[WriteRecord]) -> Iterator[Outcome]:
        current = rows.current(batch)
        sent: list[WriteRecord] = []
        objects: list[Any] = []
        for record in batch:
            try:
                objects.append(rows.prepare(record, current.get(row_id(record))))
                sent.append(record)
            except BadRecordError as error:
                yield _failed(record, error)
        if not sent:
            return
        try:
            job_id = rows.submit(objects)
        except TooLargeError as error:
            if len(sent) == 1:
                yield _failed(sent[0], error, retryable=True)  # a proxy's limit can be raised
                return
            for half in (sent[: len(sent) // 2], sent[len(sent) // 2 :]):
                yield from self._write_batch(rows, half)
            return
        except BadRecordError as error:  # Zendesk refuses the request as a whole; none of it was done.
            passing = isinstance(error, ForeignError) or error.reason in RETRYABLE
            yield from (_failed(record, error, retryable=passing) for record in sent)
            return
        yield from _job_outcomes(wait_for_job(self._account, job_id), sent)

    def _from_job(self, record: WriteRecord, jobs: dict[str, Job | None]) -> Outcome | None:
        if record.job is None:
            return None
        if record.job not in jobs:
            jobs[record.job] = self._find_job(record.job)
        job = jobs[record.job]
        if job is None:
            return None
        if job.is_running:
            return Outcome(record.idempotency_key, OutcomeState.ACCEPTED, record.key, job=job.id)
        outcome = job.outcome(record.idempotency_key, None, row_id(record))
        return None if outcome.state is OutcomeState.UNKNOWN else outcome

    def _read_back(self, rows: Rows, batch: Sequence[WriteRecord], lost: Container[str]) -> Iterator[Outcome]:
        outcomes = self._compare(rows, batch)
        if any(outcome.retryable and outcome.key in lost for outcome in outcomes):
            # "Not applied" is certain only when no job is left.
            done = all_jobs_done(self._account)
            outcomes = self._compare(rows, batch)
            if not done:
                outcomes = [_in_doubt(outcome) if outcome.key in lost else outcome for outcome in outcomes]
        yield from outcomes

    def _compare(self, rows: Rows, batch: Sequence[WriteRecord]) -> list[Outcome]:
        found = rows.read([row_id(record) for record in batch])
        return [_compared(found.get(row_id(record)), rows, record) for record in batch]

    def _find_job(self, job_id: str) -> Job | None:
        try:
            return read_job(self._account, job_id)
        except NotFoundError:
            return None  # Zendesk forgets a job after an hour.


def batches(records: Sequence[WriteRecord]) -> Iterator[list[WriteRecord]]:
    """This splits records into batches that Zendesk takes, none with one id twice, keeping the order of each id.

    A job's rows are told apart by id, and two rows of one id would race each other.
    """
    waiting = list(records)
    while waiting:
        batch: dict[str, WriteRecord] = {}
        later: list[WriteRecord] = []
        for record in waiting:
            if record.key in batch or len(batch) >= MAX_BATCH:
                later.append(record)
            else:
                batch[record.key] = record
        yield list(batch.values())
        waiting = later


def _job_outcomes(job: Job, sent: Sequence[WriteRecord]) -> Iterator[Outcome]:
    for index, record in enumerate(sent):
        if job.is_running:
            yield Outcome(record.idempotency_key, OutcomeState.ACCEPTED, record.key, job=job.id)
        else:
            yield job.outcome(record.idempotency_key, index, row_id(record))


def _compared(row: Row | None, rows: Rows, record: WriteRecord) -> Outcome:
    key = record.idempotency_key
    if row is None:
        return Outcome(key, OutcomeState.FAILED, record.key, reason="not_found")
    if rows.holds(row, record):
        return Outcome(key, OutcomeState.CONFIRMED, record.key)
    return Outcome(key, OutcomeState.FAILED, record.key, retryable=True, reason="not_applied")


def _in_doubt(outcome: Outcome) -> Outcome:
    """This keeps a row unknown that may still be written."""
    return Outcome(outcome.key, OutcomeState.UNKNOWN, outcome.vendor_ref) if outcome.retryable else outcome


def _failed(record: WriteRecord, error: BadRecordError, *, retryable: bool = False) -> Outcome:
    return Outcome(record.idempotency_key, OutcomeState.FAILED, record.key, retryable=retryable, reason=error.reason)
