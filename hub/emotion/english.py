"""Whether a text reads as English: what a tagger of English texts may speak about."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_KNOWN = 0.55
_KNOWN_DECLARED = 0.4
_MASKED = ("xname", "xthing")
_STOPS = frozenset("!?.,;")


class English:
    """A list of common English words.

    Args:
        words: the words in UTF-8, one a line, as a model file keeps them.
    """

    def __init__(self, words: NDArray[np.uint8]) -> None:
        self._words = frozenset(words.tobytes().decode().split("\n"))

    def readable(self, texts: Sequence[Sequence[str]], languages: Sequence[str | None]) -> list[int]:
        """This is where the English texts stand, as far as words and declared languages tell.

        Args:
            texts: the ``features.tokens`` of each masked text.
            languages: what each is declared to be in; None: nothing is declared.
        """
        pairs = enumerate(zip(texts, languages, strict=True))
        return [place for place, (words, language) in pairs if self.reads(words, language)]

    def reads(self, words: Sequence[str], language: str | None) -> bool:
        """This says whether one masked text is in English; emoji alone are, too, and what has neither is in no language."""
        declared = (language or "").lower().replace("_", "-").partition("-")[0]
        if declared not in ("", "en", "und"):
            return False
        told = [word for word in words if word[0].isalpha() and word not in _MASKED]
        if not told:
            return any(not word[0].isalnum() and word[0] not in _STOPS for word in words)
        known = sum(map(self._words.__contains__, told))
        return known >= len(told) * (_KNOWN_DECLARED if declared == "en" else _KNOWN)
