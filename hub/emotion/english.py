"""Whether a text reads as English: what a tagger of English texts may speak about."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hub.emotion.features import tokens

_KNOWN = 0.55
_KNOWN_DECLARED = 0.4
_MASKED = ("xname", "xthing")


class English:
    """A list of common English words.

    Args:
        words: the words in UTF-8, one a line, as a model file keeps them.
    """

    def __init__(self, words: NDArray[np.uint8]) -> None:
        self._words = frozenset(words.tobytes().decode().split("\n"))

    def readable(self, texts: Sequence[str], languages: Sequence[str | None]) -> list[int]:
        """This is where the English texts stand, as far as words and declared languages tell; the texts are masked."""
        pairs = enumerate(zip(texts, languages, strict=True))
        return [place for place, (text, language) in pairs if self.reads(text, language)]

    def reads(self, text: str, language: str | None) -> bool:
        """This says whether one masked text is in English; an empty one is in no language."""
        declared = (language or "").lower().replace("_", "-").partition("-")[0]
        if declared not in ("", "en", "und"):
            return False
        words = [word for word in tokens(text) if word[0].isalpha() and word not in _MASKED]
        known = sum(word in self._words for word in words)
        return bool(words) and known >= len(words) * (_KNOWN_DECLARED if declared == "en" else _KNOWN)
