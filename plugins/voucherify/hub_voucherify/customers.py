"""Writes emotion fields into the metadata of customers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import isclose
from typing import Any

from hub.contract import HubError, Outcome, TransientError, UnknownOutcomeError, WriteRecord
from hub_voucherify.client import TooLargeError, VoucherifyClient, is_about, listed, segment, somebody_else
from hub_voucherify.mark import parse_time
from hub_voucherify.outcomes import accepted, confirmed, failed, is_done, refused, unknown

FIELDS = ("emotion_label", "tone_hint", "churn_risk", "emotion_as_of")
"""Metadata keys that the hub may write."""

SKEW = timedelta(minutes=1)
"""How far the vendor's clock may be behind the hub's."""

_LATELY = timedelta(days=1)  # a killed run is gone on with long before
_ENDED = frozenset({"DONE", "FAILED"})
"""What a job says that writes no more; a word that nobody knows does not say so."""

_PROFILE = ("name", "email", "phone", "description", "birthdate", "birthday")


class CustomerWriter:
    """A writer of customer metadata, found by ``source_id``.

    Small batches go as one PUT each, because a PUT refuses an unknown customer. A bulk job creates one instead; the
    reconciliation finds such an empty shell and deletes it again, so that nobody who was erased comes back.

    Args:
        client: how to call the vendor.
    """

    def __init__(self, client: VoucherifyClient) -> None:
        self._client = client

    def prepare(self, records: Sequence[WriteRecord]) -> Iterator[Outcome] | None:
        """This hands a large batch to one asynchronous job."""
        return self._bulk(records) if len(records) > self._client.config.bulk_above else None

    def write(self, record: WriteRecord) -> Outcome:
        """This updates one customer."""
        reason = _fault_of(record)
        if reason:
            return failed(record, reason)
        try:
            path = f"/v1/customers/{segment(record.key)}"
            answer = self._client.write("PUT", path, {"metadata": dict(record.fields)})
        except UnknownOutcomeError:
            return unknown(record)
        except TransientError:
            return failed(record, "not_sent", retryable=True)
        if not answer.ok:
            return refused(record, answer)
        done = is_done(answer) and is_about(answer.body, record.key) and _holds(answer.body, record)
        # A good status alone says nothing of what was done, nor does somebody else's row: then reading back tells.
        return confirmed(record, answer.body.get("id")) if done else unknown(record)

    def reconcile(self, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        """This reads each customer back; rows of an unfinished job stay accepted."""
        jobs = {job: self._job(job) for job in {record.job for record in records if record.job}}
        doubtful = []
        for record in records:
            job = jobs.get(record.job or "")
            if record.job and job and job.get("status") not in _ENDED:
                yield accepted(record, record.job)
                continue
            outcome = self._look(record, job)
            if outcome.retryable and job is None:
                doubtful.append(record)
            else:
                yield outcome
        if doubtful:
            # The answer that named the job may be what was lost, or the job forgotten: it may still be on its way.
            self._client.context.sleep(self._client.config.settle_seconds)
        may_come = bool(doubtful) and self._is_at_work()
        for record in doubtful:
            outcome = self._look(record, None)
            yield unknown(record) if outcome.retryable and may_come else outcome

    def _bulk(self, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        yield from (failed(record, _fault_of(record) or "") for record in records if _fault_of(record))
        yield from self._hand_over([record for record in records if not _fault_of(record)], set())

    def _hand_over(self, good: Sequence[WriteRecord], own: set[str]) -> Iterator[Outcome]:
        """One job for all of them, or one for each half where that is too large; ``own`` are the jobs that others are in."""
        body = [{"source_id": record.key, "metadata": dict(record.fields)} for record in good]
        begun = self._client.context.now()
        try:
            answer = self._client.write("POST", "/v1/customers/bulk/async", body)
        except TooLargeError:
            if len(good) == 1:
                yield failed(good[0], "http_413", retryable=True)  # a proxy's limit can be raised
                return
            for half in (good[: len(good) // 2], good[len(good) // 2 :]):
                yield from self._hand_over(half, own)
            return
        except UnknownOutcomeError:
            found = self._lost_job(begun, own)
            yield from (accepted(record, found) if found else unknown(record) for record in good)
            return
        except TransientError:
            yield from (failed(record, "not_sent", retryable=True) for record in good)
            return
        job = answer.body.get("async_action_id")
        own |= {str(job)} if job else set()
        for record in good:
            if not answer.ok:
                yield refused(record, answer)
            else:
                yield accepted(record, str(job)) if job else unknown(record)

    def _job(self, job: str) -> Mapping[str, Any] | None:
        config = self._client.config
        for attempt in range(config.poll_attempts):
            if attempt:
                self._client.context.sleep(config.poll_seconds)
            found = self._client.find(f"/v1/async-actions/{segment(job)}")
            if found is not None and found.get("id") != job:
                raise somebody_else()  # its rows are others
            if found is None or found.get("status") in _ENDED:
                break
        return found

    def _lost_job(self, begun: datetime, own: set[str]) -> str | None:
        """The only job of our kind since ``begun``, but for ``own``: most likely the one whose answer was lost."""
        try:
            since = [job.get("id") for job in self._listed() if parse_time(job.get("created_at")) >= begun - SKEW]
        except HubError:
            return None  # an error now would say that nothing was sent, which is not known
        recent = [job for job in since if job not in own]
        return recent[0] if len(recent) == 1 and isinstance(recent[0], str) else None

    def _is_at_work(self) -> bool:
        """Whether a job may still write: one whose answer was lost, or anybody else's."""
        try:
            return any(job.get("status") not in _ENDED for job in self._listed())
        except HubError:
            return True  # not known; the next reconciliation asks again

    def _listed(self) -> list[Mapping[str, Any]]:
        """The latest jobs that write customers, whoever started them."""
        jobs = listed(self._client.read("/v1/async-actions", {"limit": 100}), "async_actions")
        return [job for job in jobs if job.get("type") == "CUSTOMERS.BULK_UPDATE"]

    def _look(self, record: WriteRecord, job: Mapping[str, Any] | None) -> Outcome:
        reason = _fault_of(record)
        if reason:
            return failed(record, reason)
        customer = self._client.find(f"/v1/customers/{segment(record.key)}")
        if customer is None:
            return failed(record, "not_found")
        if not is_about(customer, record.key):
            return unknown(record)
        if job and _is_shell(customer, job):
            return self._drop_shell(record, str(customer["id"]))
        if not job and _may_be_shell(customer, self._client.context.now()):
            # The job's id was lost in a kill: nobody can tell whether it found the customer or made one.
            return failed(record, "perhaps_created")
        if _holds(customer, record):
            return confirmed(record, customer.get("id"))
        return failed(record, "not_applied", retryable=True)

    def _drop_shell(self, record: WriteRecord, key: str) -> Outcome:
        try:
            self._client.write("POST", f"/v1/customers/{segment(key)}/permanent-deletion")
        except UnknownOutcomeError:
            return unknown(record)  # the next reconciliation finds the shell again and repeats this
        return failed(record, "not_found")


def _fault_of(record: WriteRecord) -> str | None:
    if set(record.fields) - set(FIELDS):
        return "unknown_field"
    return "invalid_key" if record.key.strip() in {"", ".", ".."} else None


def _holds(customer: Mapping[str, Any], record: WriteRecord) -> bool:
    metadata = customer.get("metadata")
    held = metadata if isinstance(metadata, dict) else {}
    return all(_agree(held.get(name), value) for name, value in record.fields.items())


def _agree(held: Any, sent: Any) -> bool:
    """Whether two values are one: a project's metadata schema may have numbers as text, and times to the millisecond."""
    if held == sent or isinstance(held, bool) or isinstance(sent, bool):
        return bool(held == sent)
    try:
        if isinstance(sent, str):
            return parse_time(held) == parse_time(sent)
        return isclose(float(held), float(sent), abs_tol=1e-9)
    except (TransientError, TypeError, ValueError):
        return False


def _is_shell(customer: Mapping[str, Any], job: Mapping[str, Any]) -> bool:
    """A profile that the job itself created: born while it ran, and with nothing in it but what was written."""
    born, begun, ended = (source.get(name) for source, name in (
        (customer, "created_at"), (job, "created_at"), (job, "updated_at"),
    ))  # fmt: skip
    if not born or not begun or not parse_time(begun) <= parse_time(born) <= parse_time(ended or born):
        return False
    return _is_bare(customer)


def _may_be_shell(customer: Mapping[str, Any], now: datetime) -> bool:
    born = customer.get("created_at")
    return bool(born) and parse_time(born) >= now - _LATELY and _is_bare(customer)


def _is_bare(customer: Mapping[str, Any]) -> bool:
    """Nothing is in it but what the hub writes."""
    return not any(customer.get(name) for name in _PROFILE) and set(customer.get("metadata") or {}) <= set(FIELDS)
