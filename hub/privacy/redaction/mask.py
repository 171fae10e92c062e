"""Masking, for languages in which names cannot be recognised: every capitalised word and every number goes."""

import re
from collections.abc import Iterator

from hub.privacy.redaction.entity import Entity
from hub.privacy.redaction.language import has_caseless_script, is_caseless

MASKED = "MASKED"
"""Type of what is masked without being recognised as anything."""

_TOKEN = re.compile(r"[^\W_][\w'’.-]*[^\W_]|[^\W_]")
_SCORE = 0.5
_FIRST_SIGN = "\u2e80"
"""From here on Unicode has the signs of Chinese, Japanese and Korean."""


def other_script_spans(text: str) -> Iterator[Entity]:
    """This yields the words in scripts without capitals: any of them may be a name.

    One letter by itself is none, unless it is a sign for a word: a wrong encoding makes such letters of dashes and quotes.
    """
    for token in _TOKEN.finditer(text) if has_caseless_script(text) else ():
        letters = [char for char in token[0] if is_caseless(char)]
        if len(letters) > 1 or (letters and letters[0] >= _FIRST_SIGN):
            yield Entity(*token.span(), MASKED, _SCORE)


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
