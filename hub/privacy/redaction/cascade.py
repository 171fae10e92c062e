"""The cascade: a second recogniser of names, asked about the texts in which the first is not sure."""

from collections.abc import Sequence
from itertools import compress
from typing import Any

from presidio_analyzer import RecognizerResult


class Cascade:
    """This finds people's names with two recognisers; what either finds counts.

    Args:
        first: asked about every text. Where it has ``doubts(texts, margin)``, the second sees only the texts it doubts; where
            it has not, every text.
        second: asked about the texts that the first doubts.
        margin: the probability (0..1) from which on a word that the first leaves makes a text doubtful.
    """

    def __init__(self, first: Any, second: Any, margin: float) -> None:
        self._first, self._second, self._margin = first, second, margin

    def analyze_batch(self, texts: Sequence[str]) -> list[list[RecognizerResult]]:
        """This gives the names in each text."""
        found: list[list[RecognizerResult]] = self._first.analyze_batch(texts)
        doubtful = self._doubtful(texts)
        again = iter(self._second.analyze_batch(list(compress(texts, doubtful))))
        return [[*names, *next(again)] if doubted else names for names, doubted in zip(found, doubtful, strict=True)]

    def _doubtful(self, texts: Sequence[str]) -> list[bool]:
        if not hasattr(self._first, "doubts"):
            return [True] * len(texts)
        doubts: list[bool] = self._first.doubts(texts, self._margin)
        return doubts
