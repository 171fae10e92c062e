"""How long a vendor asks to wait, and the dates that vendors write. Pure; whatever the header holds, nothing is raised."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_WAIT = timedelta(days=1)
"""No vendor's window is longer; who asks for more has a wrong clock, or means "never" (RFC 9110's far future)."""

_SECONDS = re.compile(r"[0-9]+\Z")
_DIGITS = 9  # more of them are beyond the longest wait in any case


def http_date(text: str) -> datetime | None:
    """This is the instant of an HTTP date, UTC where it names no zone; None where it is none."""
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def asked_wait(value: str | None, now: datetime) -> float | None:
    """This is the wait in seconds that a Retry-After asks for, at most ``LONGEST_WAIT``; None where it asks for none.

    A header that was sent more than once arrives as one, joined by commas: then the longest wait counts.

    Args:
        value: seconds or a date, as the answer's headers have it.
        now: the vendor's own time, which a date is meant by.
    """
    # A date has a comma too, but is as readable without the day of the week before it.
    waits = [wait for part in (value or "").split(",") if (wait := _wait(part.strip(), now)) is not None]
    return max(waits, default=None)


def _wait(part: str, now: datetime) -> float | None:
    most = LONGEST_WAIT.total_seconds()
    if _SECONDS.match(part):
        return most if len(part.lstrip("0")) > _DIGITS else min(float(part), most)
    at = http_date(part)
    return None if at is None else min(max((at - now).total_seconds(), 0.0), most)
