"""What people type: moments and codes, checked before anything happens."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from hub.errors import ConfigError

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/#-]{0,59}")


def moment(text: str | None, option: str) -> datetime | None:
    """This is a moment in UTC; raises ConfigError where it is none, or has no zone."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        found = None
    problem = "expected ISO 8601" if found is None else "a time without a zone"
    raise ConfigError(f"{option}: {problem}.", fix="Example: 2026-05-01T00:00:00Z")


def code(text: str, option: str) -> str:
    """This is a code that may stand in the audit log, such as a case number; raises ConfigError for a sentence."""
    if _CODE.fullmatch(text):
        return text
    raise ConfigError(
        f"{option}: a code has up to 60 letters, digits and . _ : / # - and no spaces.",
        fix="Give a case number or a code, never a name: it goes into the audit log for ever.",
    )
