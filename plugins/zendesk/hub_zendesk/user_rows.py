"""Writing emotion fields of end users."""

from collections.abc import Mapping, Sequence
from typing import Any

from zenpy.lib.api_objects import User

from hub.contract import BadRecordError, WriteRecord
from hub_zendesk.account import Account
from hub_zendesk.config import USER_FIELDS
from hub_zendesk.rows import Row, is_same, row_id
from hub_zendesk.single import rows_by_id


class UserRows:
    """End users as rows.

    Args:
        account: where they are.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def current(self, records: Sequence[WriteRecord]) -> Mapping[int, Row]:
        """This reads nothing: user fields are written one by one, the others stay as they are."""
        return {}

    def prepare(self, record: WriteRecord, current: Row | None) -> User:
        """This makes the user to send; raises BadRecordError for a field that is not ours."""
        unknown = set(record.fields) - set(USER_FIELDS)
        if unknown:
            raise BadRecordError("zendesk: a user field is not one of ours.", reason="unknown_field")
        return User(id=row_id(record), user_fields=dict(record.fields))

    def submit(self, objects: Sequence[Any]) -> str:
        """This hands the users to Zendesk and gives the job's id.

        By ``update_many``: ``create_or_update_many`` is refused on accounts without bulk import.
        """
        return str(self._account.call(lambda: self._account.zenpy.users.update(list(objects)).id))

    def read(self, ids: Sequence[int]) -> Mapping[int, Row]:
        """This reads users by id; deleted ones are missing."""
        found = rows_by_id(self._account, "users", ids)
        return {id: user for id, user in found.items() if user.get("active") is not False}

    def holds(self, row: Row, record: WriteRecord) -> bool:
        """This compares user fields with what was wanted."""
        held = row.get("user_fields") or {}
        return all(is_same(held.get(name), value) for name, value in record.fields.items())
