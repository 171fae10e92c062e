"""One audit entry: who did what, for which purpose, with which result - and nothing personal."""

from __future__ import annotations

import json
from datetime import datetime

from pydantic import Field

from hub.schema import Model

VERSION = 1
"""Version of the entry format."""


class Entry(Model):
    """What happened, as it goes into the log.

    ``subject`` is the person's random audit reference, which means nothing once the person is erased. ``reasons`` are codes.
    ``c`` is a commitment to personal detail that rests sealed elsewhere. Times are ISO 8601 text; there are no floats, so
    that the canonical form (RFC 8785) is the same everywhere.
    """

    type: str = Field(max_length=60)
    outcome: str = Field(max_length=60)
    actor: str = Field("hub", max_length=60)
    purpose: str | None = Field(None, max_length=80)
    dest: str | None = Field(None, max_length=80)
    reasons: tuple[str, ...] = ()
    policy: str | None = Field(None, max_length=80)
    subject: str | None = Field(None, max_length=64)
    run: str | None = Field(None, max_length=64)
    c: str | None = Field(None, max_length=64)

    def leaf(self, at: datetime) -> bytes:
        """This is the entry's leaf: canonical JSON, stamped with the instant at which it was recorded.

        Sorting keys is all that RFC 8785 asks for here: names are ASCII, and there are no numbers but the version.
        """
        content = {name: value for name, value in self.__dict__.items() if value is not None}
        content |= {"v": VERSION, "at": at.isoformat(timespec="milliseconds")}
        return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
