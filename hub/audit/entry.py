"""One audit entry: who did what, for which purpose, with which result - and nothing personal."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache

from pydantic import Field, SkipValidation

from hub.audit.detail import Detail
from hub.schema import Model

VERSION = 1
"""Version of the entry format."""


class Entry(Model):
    """What happened, as it goes into the log.

    ``subject`` is the person's random audit reference, which means nothing once the person is erased. ``reasons`` are codes.
    Times are ISO 8601 text; there are no floats, so that the canonical form (RFC 8785) is the same everywhere.
    ``detail`` never goes into the log, only a commitment to it (see ``hub.audit.detail``).
    """

    # In the order of the alphabet, which is the order of RFC 8785; "at", "c" and "v" come in when the leaf is made.
    actor: str = Field("hub", max_length=60, exclude=True)  # put in by hand: it stands before "at"
    dest: str | None = Field(None, max_length=80)
    detail: SkipValidation[Detail | None] = Field(None, exclude=True, repr=False)
    outcome: str = Field(max_length=60)
    policy: str | None = Field(None, max_length=80)
    purpose: str | None = Field(None, max_length=80)
    reasons: tuple[str, ...] = ()
    run: str | None = Field(None, max_length=64)
    subject: str | None = Field(None, max_length=64)
    type: str = Field(max_length=60)

    def leaf(self, stamp: str, commitment: str | None = None) -> bytes:
        """This is the entry's leaf: canonical JSON, with the instant at which it was recorded (see ``stamp_of``).

        ``commitment`` is that to the entry's detail, where it has one.
        """
        body = self.__pydantic_serializer__.to_json(self, exclude_none=True)
        bound = b'"c":"%b",' % commitment.encode() if commitment else b""
        return b'{"actor":%b,"at":"%b",%b%b,"v":%d}' % (_text(self.actor), stamp.encode(), bound, body[1:-1], VERSION)


def stamp_of(at: datetime) -> str:
    """This is an instant as entries tell it: ISO 8601, UTC, milliseconds."""
    return at.isoformat(timespec="milliseconds")


@lru_cache(maxsize=64)
def _text(value: str) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
