"""The cascade: recognisers one behind the other; each finds more, and may say that what those before it found is nothing."""

from collections.abc import Sequence
from itertools import compress
from typing import Any

from presidio_analyzer import RecognizerResult

Found = Sequence[Sequence[RecognizerResult]]


def review(reader: Any, texts: Sequence[str], found: Found) -> list[list[RecognizerResult]]:
    """This gives for each text what was found before and what ``reader`` finds.

    Where it has ``review_batch(texts, found)``, what that gives counts: it leaves out what it is sure is nothing.
    """
    if hasattr(reader, "review_batch"):
        reviewed: list[list[RecognizerResult]] = reader.review_batch(texts, found)
        return reviewed
    return [[*before, *more] for before, more in zip(found, reader.analyze_batch(texts), strict=True)]


class Cascade:
    """This finds people's names, and whatever else they know, with two recognisers; what either finds counts.

    Args:
        first: asked about every text. Where it has ``doubts(texts, margin)``, the second sees only the texts it doubts; where
            it has not, every text.
        second: asked about the texts that the first doubts; about all, where it finds what the first does not look for, or
            reviews what was found.
        margin: the probability (0..1) from which on a word that the first leaves makes a text doubtful.
    """

    def __init__(self, first: Any, second: Any, margin: float) -> None:
        self._first, self._second, self._margin = first, second, margin
        # Whoever is sure of the names in a text may have no idea of the town in it.
        self._asks_first = (
            hasattr(first, "doubts") and not hasattr(second, "review_batch") and _finds(second) <= _finds(first)
        )

    def review_batch(self, texts: Sequence[str], found: Found) -> list[list[RecognizerResult]]:
        """This gives the names in each text, and what was found before that neither of the two denies.

        What a first one finds that cannot review is nobody's to deny: it may be a list that a site keeps.
        """
        if not hasattr(self._first, "review_batch"):
            certain = self._first.analyze_batch(texts)
            return [[*one, *more] for one, more in zip(certain, self._ask_second(texts, found), strict=True)]
        return self._ask_second(texts, self._first.review_batch(texts, found))

    def _ask_second(self, texts: Sequence[str], found: Found) -> list[list[RecognizerResult]]:
        doubtful = self._doubtful(texts)
        again = iter(review(self._second, list(compress(texts, doubtful)), list(compress(found, doubtful))))
        return [next(again) if doubted else [*one] for one, doubted in zip(found, doubtful, strict=True)]

    def _doubtful(self, texts: Sequence[str]) -> list[bool]:
        if not self._asks_first:
            return [True] * len(texts)
        doubts: list[bool] = self._first.doubts(texts, self._margin)
        return doubts


def _finds(recogniser: Any) -> frozenset[str]:
    """What a recogniser looks for; spaCy's, which does not say, for people."""
    entities = getattr(recogniser, "get_supported_entities", None)
    return frozenset(entities()) if entities else frozenset({"PERSON"})
