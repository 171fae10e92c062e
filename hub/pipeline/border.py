"""The border: what comes in is text that every database, file and vendor can hold.

JSON may carry half of a cut emoji and the character NUL. Neither can rest: UTF-8 has no bytes for the one, PostgreSQL none for
the other. They are replaced where records come in, so that one bad character costs one character and no record.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from hub.contract import RawRecord

_UNFIT = re.compile("[\x00\ud800-\udfff]")


def clean(raw: RawRecord) -> RawRecord:
    """This is a vendor record whose key, version and content are clean text throughout; itself where it was."""
    try:
        if _is_clean(raw.key) and _is_clean(raw.version) and _is_clean(raw.data):
            return raw
        data = _clean(raw.data)
    except RecursionError:
        data = raw.data  # no vendor nests so deep; the mapping refuses what it cannot read
    return replace(raw, key=clean_text(raw.key), version=clean_text(raw.version), data=data)


def clean_text(text: str) -> str:
    """This puts U+FFFD in place of NUL and of halves of surrogate pairs; the length stays the same."""
    return _UNFIT.sub("\ufffd", text)


def _is_clean(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" not in value if value.isascii() else _UNFIT.search(value) is None
    if isinstance(value, dict):
        return all(map(_is_clean, value.values()))
    return all(map(_is_clean, value)) if isinstance(value, list) else not isinstance(value, tuple)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {name: _clean(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(one) for one in value]
    return value
