"""Presidio's pattern recognisers with an end: where a pattern takes too long, the text is withheld.

Presidio gives a pattern sixty seconds, then leaves it out and goes on as if it had found nothing.
"""

from collections.abc import Iterator
from typing import Any

from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer

from hub.privacy.redaction.own_pattern import ScanTooLong


class _BoundedRegex:
    """A compiled pattern that ends a scan of its own accord, before Presidio would."""

    def __init__(self, regex: Any, seconds: float) -> None:
        self._regex, self._seconds = regex, seconds

    def finditer(self, text: str, timeout: float) -> Iterator[Any]:
        try:
            yield from self._regex.finditer(text, timeout=min(timeout, self._seconds))
        except TimeoutError:
            raise ScanTooLong from None


class _BoundedPattern(Pattern):
    """A pattern whose regular expression is bounded, whenever and with whatever flags Presidio compiles it."""

    def __init__(self, pattern: Pattern, seconds: float) -> None:
        self._seconds = seconds
        super().__init__(pattern.name, pattern.regex, pattern.score)

    @property
    def compiled_regex(self) -> Any:
        return self._compiled

    @compiled_regex.setter
    def compiled_regex(self, regex: Any) -> None:
        self._compiled = regex and _BoundedRegex(regex, self._seconds)


def bound(recogniser: EntityRecognizer, seconds: float) -> None:
    """This bounds the patterns of a recogniser, deny lists included; one that is no ``PatternRecognizer`` has none.

    Args:
        recogniser: of a plugin; from now on ``analyze`` raises ScanTooLong where a pattern takes longer.
        seconds: the processor time that one pattern may take for one text.
    """
    if isinstance(recogniser, PatternRecognizer):
        untyped: Any = recogniser  # Presidio declares no type for its patterns
        untyped.patterns = [_BoundedPattern(one, seconds) for one in untyped.patterns]
