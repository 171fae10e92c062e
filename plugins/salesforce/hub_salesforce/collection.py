"""The collection: up to 200 rows in one REST call, each with an answer of its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub_salesforce.org import Org
from hub_salesforce.refusal import RETRYABLE, LostError, error_code

SIZE = 200
"""Rows a call, as Salesforce allows."""


@dataclass(frozen=True, slots=True)
class RowResult:
    """What Salesforce answered for one row: its ``id``, and the error's ``code`` where it refused it."""

    id: str | None
    code: str | None
    retryable: bool = False


class Collection:
    """This updates, deletes and reads rows of one object, by Id.

    Args:
        org: where.
        sobject: API name of the object.
    """

    def __init__(self, org: Org, sobject: str) -> None:
        self._org = org
        self._sobject = sobject

    def update(self, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> list[RowResult]:
        """This updates rows given as (Id, fields) and answers for each, in order; raises what ``Org.call`` raises."""
        records = [{"attributes": {"type": self._sobject}, "id": key, **fields} for key, fields in rows]
        body = {"allOrNone": False, "records": records}
        answer = self._org.rest("composite/sobjects", method="PATCH", json=body)
        return _results(answer, [key for key, _ in rows])

    def delete(self, ids: Sequence[str]) -> list[RowResult]:
        """This moves rows to the recycle bin and answers for each, in order."""
        params = {"ids": ",".join(ids), "allOrNone": "false"}
        return _results(self._org.rest("composite/sobjects", method="DELETE", params=params), ids)

    def fetch(self, ids: Sequence[str], fields: Sequence[str]) -> list[dict[str, Any] | None]:
        """These are the rows with these Ids, in order; None for each that is not there (or is in the recycle bin)."""
        body = {"ids": list(ids), "fields": ["Id", *fields]}
        answer = self._org.rest(f"composite/sobjects/{self._sobject}", method="POST", json=body)
        if not isinstance(answer, list) or len(answer) != len(ids):
            raise LostError("Salesforce answered for other rows than it was asked for.")
        return [
            row if isinstance(row, dict) and _same(row.get("Id"), key) else None for row, key in _pairs(answer, ids)
        ]


def portions(ids: Sequence[Any], size: int = SIZE) -> Iterator[Sequence[Any]]:
    """This yields ``ids`` in pieces that fit one call."""
    for at in range(0, len(ids), size):
        yield ids[at : at + size]


def _pairs(answer: list[Any], ids: Sequence[str]) -> Iterator[tuple[Any, str]]:
    yield from zip(answer, ids, strict=True)


def _results(answer: Any, ids: Sequence[str]) -> list[RowResult]:
    if not isinstance(answer, list) or len(answer) != len(ids):
        raise LostError("Salesforce answered for other rows than it was sent.")
    return [_result(item, key) for item, key in _pairs(answer, ids)]


def _result(item: Any, key: str) -> RowResult:
    """Success only where the item says so for this very Id: an answer for another row confirms nothing."""
    if not isinstance(item, dict) or not isinstance(item.get("success"), bool):
        raise LostError("Salesforce answered a row with something that is no result.")
    if item["success"]:
        if not _same(item.get("id"), key):
            raise LostError("Salesforce answered for other rows than it was sent.")
        return RowResult(item["id"], None)
    errors = [entry for entry in item.get("errors") or [] if isinstance(entry, dict)]
    codes = [error_code(entry.get("statusCode") or entry.get("errorCode")) for entry in errors] or ["UNKNOWN"]
    return RowResult(None, codes[0], all(code in RETRYABLE for code in codes))


def _same(answered: Any, asked: str) -> bool:
    """Whether two Ids are one: 18 characters are the same 15 and a check on their case."""
    return isinstance(answered, str) and answered[:15] == asked[:15]
