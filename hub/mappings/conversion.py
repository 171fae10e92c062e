"""The conversions that ``as`` names: from a vendor's JSON value to the canonical type, exact or refused."""

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hub.mappings.refusal import RefusalError

Conversion = Callable[[Any], Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_BITS = 512
_INTEGER = re.compile(r"[-+]?[0-9]{1,150}")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Twitter's older form, still in archives and streaming payloads: Wed Oct 10 20:19:24 +0000 2018
_OLD_X = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([0-9]{2}) ([0-9:]{8}) ([-+][0-9]{4}) ([0-9]{4})")
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"


def to_text(value: Any) -> str:
    """This takes text, whole numbers (as digits) and true or false; a fraction has no one text and is refused."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() <= _MAX_BITS:
        return str(value)
    raise _unfit("text", value)


def to_id(value: Any) -> str | None:
    """This takes text and whole numbers of any size; floats and booleans are no ids."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= _MAX_BITS:
        return str(value)
    raise _unfit("an id", value)


def to_int(value: Any) -> int | None:
    """This takes whole numbers, also as text; a float only while it is whole and exact."""
    if isinstance(value, str):
        if not value:
            return None
        if _INTEGER.fullmatch(value):
            return int(value)
    elif isinstance(value, float):
        if value.is_integer() and abs(value) <= 2**53:
            return int(value)
    elif isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= _MAX_BITS:
        return value
    raise _unfit("a whole number", value)


def to_number(value: Any) -> int | float | None:
    """This takes numbers, also as text; whole ones stay exact."""
    if isinstance(value, str):
        if not value:
            return None
        if _INTEGER.fullmatch(value):
            return int(value)
        if _NUMBER.fullmatch(value):
            value = float(value)
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= _MAX_BITS:
        return value
    raise _unfit("a number", value)


def to_bool(value: Any) -> bool | None:
    """This takes true and false, also as text, and 1 and 0."""
    if isinstance(value, str):
        if not value:
            return None
        if value.lower() in ("true", "false"):
            return value.lower() == "true"
    elif isinstance(value, int) and value in (0, 1):
        return bool(value)
    raise _unfit("true or false", value)


def to_time(value: Any) -> datetime | None:
    """This takes ISO 8601 with a zone (``Z``, ``+0000``, ``+02:00``) and X's older form, never without a zone."""
    return _read_time(value, None)


def to_utc_time(value: Any) -> datetime | None:
    """This is ``to_time``, with times that name no zone taken as UTC, because the mapping says so."""
    return _read_time(value, UTC)


def to_epoch(value: Any) -> datetime | None:
    """This takes seconds since 1970-01-01T00:00:00Z, as a number or text; milliseconds end up out of range."""
    seconds = to_number(value)
    if seconds is None:
        return None
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        pass
    raise RefusalError("mapping.time", "it is out of range for seconds since 1970 (milliseconds?)")


def to_day(value: Any) -> datetime | None:
    """This takes a calendar day, ``2026-01-31``, as midnight UTC; of a time with a zone, its day in UTC."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        return _read_time(value, UTC)
    moment = to_time(value)
    return moment and moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _read_time(value: Any, zone: Any) -> datetime | None:
    if not isinstance(value, str):
        raise RefusalError("mapping.time", f"it should be a time as text, not {_type(value)}")
    if not value:
        return None
    try:
        moment = _parse(value)
        if moment.tzinfo is None:
            if zone is None:
                raise RefusalError("mapping.time", "it names no zone; say 'zone: UTC' where the vendor means UTC")
            return moment.replace(tzinfo=zone)
        return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise RefusalError("mapping.time", "it is not an ISO 8601 time")


def _parse(text: str) -> datetime:
    old = _OLD_X.fullmatch(text) if text[:1].isalpha() else None
    if old:
        month, day, clock, zone, year = old.groups()
        text = f"{year}-{_MONTHS.index(month) // 4 + 1:02d}-{day}T{clock}{zone}"
    return datetime.fromisoformat(text)


def _unfit(wanted: str, value: Any) -> RefusalError:
    return RefusalError("mapping.type", f"it should be {wanted}, not {_type(value)}")


def _type(value: Any) -> str:
    names = {str: "text like this", bool: "true or false", int: "a whole number", float: "a float"}
    return names.get(type(value), "a mapping" if isinstance(value, dict) else "a list")


def iso_time(moment: datetime) -> str:
    """This is a time as vendors take it: ISO 8601 in UTC with ``Z``, and fractions only where there are any."""
    return moment.isoformat().replace("+00:00", "Z")


def epoch_seconds(moment: datetime) -> int:
    """These are the whole seconds since 1970."""
    return math.floor((moment - _EPOCH).total_seconds())


def iso_day(moment: datetime) -> str:
    """This is the calendar day in UTC, ``2026-01-31``."""
    return date(moment.year, moment.month, moment.day).isoformat()


CONVERSIONS: dict[str, Conversion] = {
    "text": to_text,
    "id": to_id,
    "int": to_int,
    "number": to_number,
    "bool": to_bool,
    "time": to_time,
    "epoch": to_epoch,
    "date": to_day,
}
"""What ``as`` may name."""

RENDERED: dict[str, Callable[[datetime], Any]] = {"time": iso_time, "epoch": epoch_seconds, "date": iso_day}
"""How a moment leaves the hub, where JSON has no type for it."""
