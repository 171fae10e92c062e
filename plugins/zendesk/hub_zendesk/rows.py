"""What a kind of row must offer to be written, and how values are compared when read back."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from hub.contract import BadRecordError, WriteRecord

Row = Mapping[str, Any]
"""One object as Zendesk holds it now."""


class Rows(Protocol):
    """This knows how one kind of object is written in batches and read back."""

    def prepare(self, record: WriteRecord, current: Row | None) -> Any:
        """This makes the zenpy object to send; raises BadRecordError where the row cannot be written."""
        ...

    def current(self, records: Sequence[WriteRecord]) -> Mapping[int, Row]:
        """This reads what must be known before writing ``records``; empty where nothing must."""
        ...

    def submit(self, objects: Sequence[Any]) -> str:
        """This hands at most 100 objects to Zendesk and gives the job's id."""
        ...

    def read(self, ids: Sequence[int]) -> Mapping[int, Row]:
        """This reads at most 100 rows by id; those that Zendesk does not have are missing."""
        ...

    def holds(self, row: Row, record: WriteRecord) -> bool:
        """This tells whether a row already has every value that ``record`` wants."""
        ...


def row_id(record: WriteRecord) -> int:
    """This is the row's id at Zendesk; raises BadRecordError for a key that is no id."""
    if not record.key.isdecimal() or int(record.key) <= 0:
        raise BadRecordError("zendesk: the key of a row is not an id.", reason="bad_key")
    return int(record.key)


def is_same(held: Any, wanted: Any) -> bool:
    """This compares a field as Zendesk gives it back with what was sent: empty is empty, 0.5 is "0.5"."""
    if held in (None, "") or wanted in (None, ""):
        return held in (None, "") and wanted in (None, "")
    try:
        return abs(float(held) - float(wanted)) < 1e-9
    except (TypeError, ValueError):
        return str(held) == str(wanted)
