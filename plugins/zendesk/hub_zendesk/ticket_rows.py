"""Writing emotion fields and tags of tickets."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from zenpy.lib.api_objects import Ticket

from hub.contract import BadRecordError, WriteRecord
from hub_zendesk.account import Account
from hub_zendesk.config import TICKET_FIELDS
from hub_zendesk.rows import Row, is_same, row_id
from hub_zendesk.single import rows_by_id

TAG_PREFIX = "attune_"
"""Tags that begin so are ours; no other tag is ever touched."""


class TicketRows:
    """Tickets as rows.

    Args:
        account: where they are.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._field_ids: Mapping[str, int] = {str(k): v for k, v in account.config.ticket_fields.items()}

    def current(self, records: Sequence[WriteRecord]) -> Mapping[int, Row]:
        """This reads the tickets whose tags change, in one call.

        ``additional_tags`` and ``remove_tags`` would save the call, but Zendesk honours them for certain only where all
        tickets of a request get the same tags. So the whole list is sent, guarded by ``safe_update``.
        """
        ids = [row_id(record) for record in records if "emotion_tags" in record.fields]
        return self.read(ids) if ids else {}

    def prepare(self, record: WriteRecord, current: Row | None) -> Ticket:
        """This makes the ticket to send; raises BadRecordError for a closed or missing ticket or an unknown field."""
        # Plain dicts: zenpy's CustomField drops a value of None, and the field would not be cleared.
        custom = [
            {"id": self._field_id(name), "value": value}
            for name, value in record.fields.items()
            if name != "emotion_tags"
        ]
        ticket = Ticket(id=row_id(record), **({"custom_fields": custom} if custom else {}))
        if "emotion_tags" in record.fields:
            self._set_tags(ticket, record.fields["emotion_tags"], current)
        return ticket

    def submit(self, objects: Sequence[Any]) -> str:
        """This hands the tickets to Zendesk and gives the job's id."""
        return str(self._account.call(lambda: self._account.zenpy.tickets.update(list(objects)).id))

    def read(self, ids: Sequence[int]) -> Mapping[int, Row]:
        """This reads tickets by id; deleted ones are missing."""
        found = rows_by_id(self._account, "tickets", ids)
        return {id: ticket for id, ticket in found.items() if ticket.get("status") != "deleted"}

    def holds(self, row: Row, record: WriteRecord) -> bool:
        """This compares our tags and custom fields with what was wanted."""
        held = {field.get("id"): field.get("value") for field in row.get("custom_fields") or []}
        return all(
            set(our_tags(row)) == set(as_tags(value))
            if name == "emotion_tags"
            else is_same(held.get(self._field_ids.get(name)), value)
            for name, value in record.fields.items()
        )

    def _field_id(self, name: str) -> int:
        if name not in self._field_ids:
            known = name in TICKET_FIELDS
            reason = "custom_field_not_configured" if known else "unknown_field"
            raise BadRecordError(f"zendesk: ticket field {name} has no id.", reason=reason, fix="Set ticket_fields.")
        return self._field_ids[name]

    def _set_tags(self, ticket: Ticket, wanted: Any, current: Row | None) -> None:
        if current is None:
            raise BadRecordError("zendesk: no such ticket.", reason="not_found")
        if current.get("status") == "closed":
            raise BadRecordError("zendesk: a closed ticket cannot be changed.", reason="closed")
        others = [tag for tag in current.get("tags") or [] if not tag.startswith(TAG_PREFIX)]
        ticket.tags = [*others, *as_tags(wanted)]
        ticket.safe_update = True
        ticket.updated_stamp = current.get("updated_at")


def our_tags(row: Row) -> list[str]:
    """These tags of a ticket are ours."""
    return [tag for tag in row.get("tags") or [] if tag.startswith(TAG_PREFIX)]


def as_tags(wanted: Any) -> list[str]:
    """This makes tags of the wanted words: ours by prefix, lower case, without spaces, each once."""
    words: Iterable[Any] = [wanted] if isinstance(wanted, str) else wanted or ()
    slugs = (re.sub(r"[^a-z0-9_-]+", "_", str(word).lower()).strip("_") for word in words)
    tags = (slug if slug.startswith(TAG_PREFIX) else TAG_PREFIX + slug for slug in slugs if slug)
    return list(dict.fromkeys(tags))
