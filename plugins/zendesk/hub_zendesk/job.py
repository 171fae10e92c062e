"""Zendesk's background jobs: waiting for one, and reading row by row what became of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hub.contract import AuthError, BadRecordError, Outcome, OutcomeState, ThrottledError, TransientError
from hub_zendesk.account import Account, listed
from hub_zendesk.answers import NotFoundError, vendor_code

_PAUSES = (1.0, 1.0, 2.0, 3.0)
_LONG_PAUSE = 5.0
_ENDED = frozenset({"completed", "failed", "killed", "expired"})
RETRYABLE = frozenset(
    {"UpdateConflict", "DatabaseConflict", "DatabaseError", "InternalError", "ServiceUnavailable", "TooManyRequests"}
)
"""Error codes, of rows and of whole requests, for which a later attempt may succeed."""


@dataclass(frozen=True, slots=True)
class Job:
    """A background job as Zendesk shows it.

    Args:
        id: the job's id.
        status: queued, working, failed or completed; "completed" only says that every row was tried. A word that nobody
            knows does not say that it has ended.
        results: one item a row in several shapes; empty where there are none yet, or none at all.
    """

    id: str
    status: str
    results: tuple[Mapping[str, Any], ...] = ()

    @property
    def is_running(self) -> bool:
        """True while Zendesk may still work on it."""
        return self.status not in _ENDED

    def row(self, index: int | None, vendor_id: int) -> Mapping[str, Any] | None:
        """This is the result of one row, found by its id or else by its place in the request; None where none is clear.

        A job never holds one id twice: see ``hub_zendesk.destination``.
        """
        named = [item for item in self.results if str(item.get("id")) == str(vendor_id)]
        placed = [item for item in self.results if item.get("id") is None and item.get("index") == index]
        found = named or (placed if index is not None else [])
        # A row that is told of twice, once as done and once as failed, is told nothing of.
        return found[0] if len({_has_failed(item) for item in found}) == 1 else None

    @property
    def has_failures(self) -> bool:
        """True where the job as a whole or any of its rows failed."""
        return self.status in _ENDED - {"completed"} or any(_has_failed(item) for item in self.results)

    def outcome(self, key: str, index: int | None, vendor_id: int) -> Outcome:
        """This is what became of one row; ``unknown`` where the job does not tell."""
        item = self.row(index, vendor_id)
        if item is None:
            return Outcome(key, OutcomeState.UNKNOWN, job=self.id)
        if _has_failed(item):
            code = vendor_code(item) or "rejected"
            return Outcome(key, OutcomeState.FAILED, str(vendor_id), retryable=code in RETRYABLE, reason=code)
        if _has_succeeded(item):
            return Outcome(key, OutcomeState.CONFIRMED, str(vendor_id))
        return Outcome(key, OutcomeState.UNKNOWN, job=self.id)


def _has_failed(item: Mapping[str, Any]) -> bool:
    # A failed row names an error; it has no "success": false.
    return bool(item.get("error") or item.get("errors")) or item.get("success") is False


def _has_succeeded(item: Mapping[str, Any]) -> bool:
    return item.get("success") is True or item.get("status") in ("Updated", "Created") or "account_id" in item


def read_job(account: Account, job_id: str) -> Job:
    """This reads a job; raises NotFoundError once Zendesk has forgotten it (after an hour).

    Not through zenpy, which rebuilds the rows as objects of a guessed class and fills absent keys with None.
    """
    status = account.get(f"job_statuses/{job_id}.json").get("job_status")
    if not isinstance(status, dict):
        raise TransientError("zendesk: an answer lacks its job status.")
    if status.get("id") not in (None, job_id):
        raise TransientError("zendesk: answered about another job.")  # its rows stand at the same places
    rows = status.get("results")
    results = tuple(row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
    return Job(job_id, str(status.get("status")), results)


def all_jobs_done(account: Account) -> bool:
    """This waits, within ``job_wait``, until no job of the account is queued or working, and tells whether that came.

    A write whose answer was lost may have left a job whose id nobody knows; only then is it certain that none is left.
    """
    return not _any_running(account) or any(not _any_running(account) for _ in pauses(account))


def _any_running(account: Account) -> bool:
    jobs = (job for page in account.pages("job_statuses.json") for job in listed(page, "job_statuses"))
    try:
        return any(job.get("status") not in _ENDED for job in jobs)
    except BadRecordError:
        return True  # where Zendesk does not show its jobs, nobody can say that none is left


def wait_for_job(account: Account, job_id: str) -> Job:
    """This polls a job until it is done or ``job_wait`` seconds have passed; the job may still be running then.

    Trouble while polling is no trouble with the job: it is shown as still working, and asked for again another time.
    """
    for _ in pauses(account):
        job = _look(account, job_id)
        if not job.is_running:
            return job
    return Job(job_id, "working")


def pauses(account: Account) -> Iterator[None]:
    """This waits between two looks at something that Zendesk does in the background, ``job_wait`` seconds in all."""
    waited, steps = 0.0, iter(_PAUSES)
    while waited < account.config.job_wait:
        pause = next(steps, _LONG_PAUSE)
        account.context.sleep(pause)
        waited += pause
        yield


def _look(account: Account, job_id: str) -> Job:
    try:
        return read_job(account, job_id)
    except NotFoundError:
        return Job(job_id, "expired")
    except (AuthError, BadRecordError, ThrottledError, TransientError):
        return Job(job_id, "working")
