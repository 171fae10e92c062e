"""How far a list that is ordered by time has been read."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from hub.contract import ConfigError, TransientError


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a list ordered by time, exact where several records share one instant.

    Args:
        at: instant of the last record read; None before the first.
        seen: ids of the records of that very instant that have been read.
    """

    at: datetime | None = None
    seen: frozenset[str] = field(default_factory=frozenset)

    @property
    def after(self) -> str | None:
        """This is the instant to ask for records after: one millisecond, the vendor's resolution, before ``at``."""
        return format_time(self.at - timedelta(milliseconds=1)) if self.at else None

    def is_past(self, at: datetime, key: str) -> bool:
        """This tells whether a record lies before the mark, that is, has been read."""
        return self.at is not None and (at < self.at or (at == self.at and key in self.seen))

    def moved(self, rows: list[tuple[datetime, str]]) -> Self:
        """This is the mark after ``rows`` (instant, id) in ascending order."""
        if not rows:
            return self
        last = rows[-1][0]
        keys = {key for at, key in rows if at == last}
        return type(self)(last, frozenset(keys | self.seen) if last == self.at else frozenset(keys))

    def settled(self, at: datetime) -> "Mark":
        """This is the mark, moved back to ``at`` where it lies behind: records of later instants may still appear."""
        return Mark(at) if self.at is not None and self.at > at else self

    def dump(self) -> dict[str, Any]:
        """This is the mark as JSON-like data."""
        return {"at": format_time(self.at) if self.at else None, "seen": sorted(self.seen)}

    @classmethod
    def load(cls, data: dict[str, Any]) -> Self:
        """This reads what ``dump`` wrote."""
        return cls(parse_time(data["at"]) if data["at"] else None, frozenset(data["seen"]))


@dataclass(frozen=True, slots=True)
class Marks:
    """The two places of one stream: in the order of creation and in the order of change.

    The vendor gives a record no ``updated_at`` before its first change, so neither order alone shows every record.
    """

    created: Mark
    updated: Mark

    def settled(self, at: datetime) -> "Marks":
        """These are the marks, each moved back to ``at`` where it lies behind."""
        return Marks(self.created.settled(at), self.updated.settled(at))

    def dump(self) -> str:
        """This is the cursor text."""
        return json.dumps({"created": self.created.dump(), "updated": self.updated.dump()}, separators=(",", ":"))

    @classmethod
    def load(cls, cursor: str) -> Self:
        """This reads a cursor; raises ConfigError where the text is none of ours."""
        try:
            data = json.loads(cursor)
            return cls(Mark.load(data["created"]), Mark.load(data["updated"]))
        except (ValueError, KeyError, TypeError, TransientError):
            raise ConfigError(
                "the stored cursor is not one of connector 'voucherify'.", fix="Reset the stream's cursor."
            ) from None


def whole_ms(at: datetime) -> datetime:
    """This is the first instant, of those that the vendor knows, that is not before ``at``."""
    return at + timedelta(microseconds=-at.microsecond % 1000)


def parse_time(text: Any) -> datetime:
    """This reads the vendor's ISO 8601 time (without a zone: UTC); raises TransientError for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise TransientError("Voucherify sent a time that is none.") from None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def format_time(at: datetime) -> str:
    """This writes a time as the vendor does, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
