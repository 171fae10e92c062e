"""The cascade: a second recogniser, asked about the texts in which the first is not sure, or about all where it finds more."""

from collections.abc import Sequence
from itertools import compress
from typing import Any

from presidio_analyzer import RecognizerResult


class Cascade:
    """This finds people's names, and whatever else they know, with two recognisers; what either finds counts.

    Args:
        first: asked about every text. Where it has ``doubts(texts, margin)``, the second sees only the texts it doubts; where
            it has not, every text.
        second: asked about the texts that the first doubts; about every text, where it finds what the first does not look for.
        margin: the probability (0..1) from which on a word that the first leaves makes a text doubtful.
    """

    def __init__(self, first: Any, second: Any, margin: float) -> None:
        self._first, self._second, self._margin = first, second, margin
        # Whoever is sure of the names in a text may have no idea of the town in it.
        self._asks_first = hasattr(first, "doubts") and _finds(second) <= _finds(first)

    def analyze_batch(self, texts: Sequence[str]) -> list[list[RecognizerResult]]:
        """This gives the names in each text."""
        found: list[list[RecognizerResult]] = self._first.analyze_batch(texts)
        doubtful = self._doubtful(texts)
        again = iter(self._second.analyze_batch(list(compress(texts, doubtful))))
        return [[*names, *next(again)] if doubted else names for names, doubted in zip(found, doubtful, strict=True)]

    def _doubtful(self, texts: Sequence[str]) -> list[bool]:
        if not self._asks_first:
            return [True] * len(texts)
        doubts: list[bool] = self._first.doubts(texts, self._margin)
        return doubts


def _finds(recogniser: Any) -> frozenset[str]:
    """What a recogniser looks for; spaCy's, which does not say, for people."""
    entities = getattr(recogniser, "get_supported_entities", None)
    return frozenset(entities()) if entities else frozenset({"PERSON"})
