"""The bulk job as the simulator runs it: Open, UploadComplete, InProgress, JobComplete."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hub_salesforce.simulated_table import RefusedRow

Apply = Callable[[str, str, str, dict[str, Any]], str]


@dataclass(slots=True)
class SimulatedJob:
    """One ingest job.

    Args:
        id: its id.
        sobject: the object.
        operation: ``update``, ``delete`` or ``hardDelete``.
        polls: how many times its state is asked for before it is done.
    """

    id: str
    sobject: str
    operation: str
    polls: int
    state: str = "Open"
    content: bytes = b""
    successes: list[dict[str, str]] = field(default_factory=list)
    failures: list[dict[str, str]] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)

    def info(self) -> dict[str, Any]:
        """This is what the vendor tells about the job."""
        return {
            "id": self.id, "object": self.sobject, "operation": self.operation, "state": self.state, "jobType": "V2Ingest",
            "contentType": "CSV", "lineEnding": "LF", "columnDelimiter": "COMMA", "apiVersion": 59.0,
            "contentUrl": f"services/data/v59.0/jobs/ingest/{self.id}/batches",
            "numberRecordsProcessed": len(self.successes) + len(self.failures),
            "numberRecordsFailed": len(self.failures),
        }  # fmt: skip

    def advance(self, apply: Apply) -> None:
        """This moves the job on by one poll."""
        if self.state not in ("UploadComplete", "InProgress"):
            return
        self.polls -= 1
        self.state = "InProgress"
        if self.polls <= 0:
            self.run(apply)

    def finish(self, apply: Apply) -> None:
        """This lets a job that was started come to its end."""
        self.polls = 0
        self.advance(apply)

    def run(self, apply: Apply) -> None:
        """This works all rows off."""
        for row in self.rows():
            key = row.get("Id", "")
            fields = {name: _value(cell) for name, cell in row.items() if name != "Id" and cell != ""}
            try:
                done = apply(self.sobject, self.operation, key, fields)
                self.successes.append({"sf__Id": done, "sf__Created": "false", **row})
            except RefusedRow as refused:
                error = f"{refused.code}:{refused.message}:--"
                self.failures.append({"sf__Id": key, "sf__Error": error, **row})
        self.state = "JobComplete"

    def rows(self) -> list[dict[str, str]]:
        """These are the uploaded rows."""
        reader = csv.DictReader(io.StringIO(self.content.decode(), newline=""))
        rows = list(reader)
        self.columns = list(reader.fieldnames or [])
        return rows

    def result(self, kind: str) -> tuple[list[str], list[dict[str, str]]]:
        """These are the columns and rows of a result: ``successful``, ``failed`` or ``unprocessed``."""
        rows = self.rows()
        if kind == "successful":
            return ["sf__Id", "sf__Created", *self.columns], self.successes
        if kind == "failed":
            return ["sf__Id", "sf__Error", *self.columns], self.failures
        return self.columns, rows if self.state in ("Aborted", "Failed") else []


def _value(cell: str) -> Any:
    if cell == "#N/A":
        return None
    try:
        return float(cell)
    except ValueError:
        return cell


def to_csv(columns: list[str], rows: list[dict[str, str]]) -> bytes:
    """This is a result as the vendor sends it: UTF-8, every cell quoted."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
