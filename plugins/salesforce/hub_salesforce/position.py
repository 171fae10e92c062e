"""The position: where in a stream a read has come to."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hub.contract import ConfigError

_ID = re.compile(r"[A-Za-z0-9]{0,18}\Z")  # it goes into a query


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """The last row that was read, in the order in which streams are read.

    Args:
        stamp: its SystemModstamp.
        id: its Id; empty stands before every row of that instant.
    """

    stamp: datetime
    id: str = ""

    @classmethod
    def parse(cls, cursor: str) -> "Position":
        """This reads a cursor; raises ConfigError where it is none of this connector's."""
        try:
            data = json.loads(cursor)
            stamp, last = parse_time(data["stamp"]), data["id"]
        except (ValueError, KeyError, TypeError):
            raise ConfigError("the stored cursor is not one of the Salesforce connector's.") from None
        if not isinstance(last, str) or not _ID.match(last):
            raise ConfigError("the stored cursor is not one of the Salesforce connector's.")
        return cls(stamp, last)

    def cursor(self) -> str:
        """This is the position as text, for ``parse``."""
        return json.dumps({"stamp": soql_time(self.stamp), "id": self.id})

    def condition(self) -> str:
        """This is the SOQL condition for everything behind the position, rows of the same instant included."""
        stamp = soql_time(self.stamp)
        if not self.id:
            return f"SystemModstamp >= {stamp}"
        return f"(SystemModstamp > {stamp} OR (SystemModstamp = {stamp} AND Id > '{self.id}'))"


def is_id(key: str) -> bool:
    """This tells whether a key has the form of a record's Id; Salesforce refuses a query that holds another."""
    return bool(key) and _ID.match(key) is not None


def checked_id(value: object) -> str:
    """This is a row's Id; raises ValueError where it is none."""
    if not isinstance(value, str) or not value or not _ID.match(value):
        raise ValueError("not an Id")
    return value


def parse_time(text: str) -> datetime:
    """This is the instant that Salesforce wrote as ``2026-06-01T09:00:00.000+0000``; raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC)


def whole_ms(moment: datetime) -> datetime:
    """This is the first instant, of those that Salesforce knows, that is not before ``moment``."""
    return moment + timedelta(microseconds=-moment.microsecond % 1000)


def soql_time(moment: datetime) -> str:
    """This is an instant as a SOQL literal, UTC with milliseconds; ``Z`` because a plus sign gets lost in addresses."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
