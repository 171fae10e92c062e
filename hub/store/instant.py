"""Instants at rest: whole microseconds since 1970 UTC, exact and ordered alike on SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

from hub.errors import FatalError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """A column of UTC-aware datetimes that rests as an integer; a naive datetime raises TypeError."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """This turns a datetime into microseconds."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """This turns microseconds into a datetime."""
        try:
            return None if value is None else _EPOCH + value * _MICROSECOND
        except (TypeError, OverflowError):  # SQLite keeps whatever a client writes
            raise FatalError(
                "a time in the database is none any more: somebody changed it.", fix="Restore it from a backup."
            ) from None
