"""Masking, for languages in which names cannot be recognised: every capitalised word and every number goes."""

import re
from collections.abc import Iterator

from hub.privacy.redaction.entity import Entity

MASKED = "MASKED"
"""Type of what is masked without being recognised as anything."""

_TOKEN = re.compile(r"[^\W_][\w'’.-]*[^\W_]|[^\W_]")
_SCORE = 0.5


def mask_spans(text: str) -> Iterator[Entity]:
    """This yields every word with a capital letter and everything with a digit; neighbours become one stretch."""
    start = end = -1
    for token in _TOKEN.finditer(text):
        if not any(char.isupper() or char.istitle() or char.isdigit() for char in token[0]):
            continue
        if start >= 0 and text[end : token.start()].isspace():
            end = token.end()
            continue
        if start >= 0:
            yield Entity(start, end, MASKED, _SCORE)
        start, end = token.span()
    if start >= 0:
        yield Entity(start, end, MASKED, _SCORE)
