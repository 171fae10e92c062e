"""The bulk job: many rows in one upload, whose results come later, by Bulk API 2.0."""

import csv
import io
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from hub_salesforce.collection import RowResult
from hub_salesforce.org import Org
from hub_salesforce.refusal import RETRYABLE, LostError, error_code

DONE = frozenset({"JobComplete", "Failed", "Aborted"})
"""States after which a job does no more."""

MOST_PAGES = 1_000
"""Pages of one job's results; more means that the vendor leads us in a circle."""

_AT_WORK = frozenset({"UploadComplete", "InProgress"})
_MOST_LISTS = 20
_NEXT = re.compile(r"[?&]queryLocator=([A-Za-z0-9_-]{1,100})(?:&|\Z)")
_NULL = "#N/A"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a job: ``polls`` times ``seconds``, waited by ``sleep``."""

    polls: int
    seconds: float
    sleep: Callable[[float], None]


class BulkJob:
    """This runs ingest jobs and reads their results from the bytes.

    simple-salesforce decodes results by guess and splits them at every line break; the csv module does neither.

    Args:
        org: where.
    """

    def __init__(self, org: Org) -> None:
        self._org = org

    def create(self, sobject: str, operation: Literal["update", "hardDelete"]) -> str:
        """This opens a job and gives its id."""
        body = {
            "object": sobject, "operation": operation, "contentType": "CSV", "lineEnding": "LF", "columnDelimiter": "COMMA",
        }  # fmt: skip
        answer = self._org.rest("jobs/ingest", method="POST", json=body)
        job = answer.get("id") if isinstance(answer, dict) else None
        if not isinstance(job, str) or not job.isalnum():
            raise LostError("Salesforce opened a bulk job without an id.")
        return job

    def upload(self, job: str, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """This hands the rows, (Id, fields), to an open job, which does nothing before ``start``."""
        self._org.transfer(f"jobs/ingest/{job}/batches", method="PUT", data=_encode(rows))

    def start(self, job: str) -> None:
        """This closes the upload; from here on Salesforce works on it."""
        self._org.rest(f"jobs/ingest/{job}", method="PATCH", json={"state": "UploadComplete"})

    def abort(self, job: str) -> None:
        """This ends a job that was never started."""
        self._org.rest(f"jobs/ingest/{job}", method="PATCH", json={"state": "Aborted"})

    def state(self, job: str) -> str:
        """This is the job's state, one of Salesforce's own words; raises RefusedError where there is no such job."""
        answer = self._org.rest(f"jobs/ingest/{job}")
        if not isinstance(answer, dict) or str(answer.get("id"))[:15] != job[:15]:
            raise LostError("Salesforce answered about another bulk job.")
        return str(answer.get("state"))

    def is_at_work(self, sobject: str) -> bool:
        """This tells whether a job that updates such rows waits or runs, whoever started it.

        A call that was cut off may have started one of which nobody has the id.
        """
        params = {"jobType": "V2Ingest"}
        for _ in range(_MOST_LISTS):
            answer = self._org.rest("jobs/ingest", params=params)
            rows = answer.get("records") if isinstance(answer, dict) else None
            if not isinstance(rows, list):
                raise LostError("Salesforce's list of bulk jobs holds no jobs.")
            known = (row for row in rows if isinstance(row, dict) and row.get("object") == sobject)
            if any(row.get("operation") == "update" and row.get("state") in _AT_WORK for row in known):
                return True
            address = answer.get("nextRecordsUrl")
            further = _NEXT.search(str(address or ""))
            if further is None:  # only a whole list says that there is none
                return address is not None or answer.get("done") is not True
            params = {"jobType": "V2Ingest", "queryLocator": further[1]}
        return True

    def wait(self, job: str, patience: Patience) -> str:
        """This is the job's state once it is done or patience is at its end."""
        state = self.state(job)
        for _ in range(patience.polls - 1):
            if state in DONE:
                break
            patience.sleep(patience.seconds)
            state = self.state(job)
        return state

    def results(self, job: str, ids: Iterable[str]) -> dict[str, RowResult]:
        """These are the results that a job that is done has of ``ids``, by their first 15 characters.

        Rows that Salesforce names nowhere are missing, and those that it names both done and failed.
        """
        wanted = {id[:15] for id in ids}
        found: dict[str, RowResult] = {}
        done: dict[str, RowResult] = {}
        for key, _ in self._rows(job, "unprocessedrecords", wanted):
            found[key] = RowResult(None, "UNPROCESSED", retryable=True)
        for key, row in self._rows(job, "failedResults", wanted):
            code = error_code((row.get("sf__Error") or "").partition(":")[0])
            found[key] = RowResult(None, code, code in RETRYABLE)
        for key, row in self._rows(job, "successfulResults", wanted):
            told = row.get("sf__Id") or row["Id"]
            if told[:15] == key:  # success of another row confirms nothing: this one is read back
                done[key] = RowResult(told, None)
        both = found.keys() & done.keys()
        return {key: result for key, result in (found | done).items() if key not in both}

    def _rows(self, job: str, kind: str, wanted: Container[str]) -> Iterator[tuple[str, dict[str, str]]]:
        """The wanted rows of one kind of results, page by page.

        Pages that go in a circle are the end: rows that they do not name are read back.
        """
        params: dict[str, str] = {}
        seen = {"null"}
        for _ in range(MOST_PAGES):
            answer = self._org.transfer(f"jobs/ingest/{job}/{kind}", params=params)
            yield from ((key, row) for row in _decode(answer.content) if (key := row["Id"][:15]) in wanted)
            locator = answer.headers.get("Sforce-Locator", "null")
            if locator in seen:
                return
            seen.add(locator)
            params = {"locator": locator}


def _encode(rows: Sequence[tuple[str, Mapping[str, Any]]]) -> bytes:
    names = sorted({name for _, fields in rows for name in fields})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["Id", *names])
    for key, fields in rows:
        writer.writerow([key, *(_cell(fields[name]) if name in fields else "" for name in names)])
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    """An empty cell means "leave it" to Salesforce, so that emptying a field needs its own word."""
    if value is None or value == "":
        return _NULL
    return str(value).lower() if isinstance(value, bool) else str(value)


def _decode(content: bytes) -> list[dict[str, str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LostError("Salesforce's bulk results are not UTF-8.") from None
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        raise LostError("Salesforce's bulk results are no CSV.") from None
    if any(not isinstance(row.get("Id"), str) for row in rows):
        raise LostError("Salesforce's bulk results name no Ids.")
    return rows
