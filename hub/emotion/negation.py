"""Negation: what a short sentence says once its negator is heeded ("not bad", "I thought it would be nice, but it wasn't").

Models of feelings read the word and not what stands before it. The rules here speak only where they are on firm ground: one
short sentence of one of three forms. That a fact is negated says nothing: "the door does not close" is a complaint.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Protocol

from hub.emotion.features import tokens

Rating = Callable[[str], float]
"""How pleasant one word in small letters is by itself, -1..1."""


class Lexicon(Protocol):
    """This rates a text's sentiment; ``compound`` is -1..1."""

    def polarity_scores(self, text: str) -> Mapping[str, float]:
        """This gives ``compound`` among other shares."""
        ...


def rate_words(lexicon: Lexicon) -> Rating:
    """This makes a lexicon rate single words, each once; a bare "no" is a negator to it, and no feeling."""

    @lru_cache(maxsize=1 << 12)
    def rate(word: str) -> float:
        return lexicon.polarity_scores(word)["compound"] if word[0].isalpha() and word != "no" else 0.0

    return rate


_LONGEST = 200
"""Characters of a text that is short enough for a rule."""
_TURNED = -0.7
"""What a negator leaves of the pleasantness of a word: "not good" is less bad than "bad" is."""
_REACH = 4
"""Words that a negator turns round in a plain sentence."""
_NEGATOR = re.compile(r"\b(?:not|never|nobody|no one|no-one|none|cannot)\b|n't\b")
_HOPED = re.compile(
    r"\b(?:thought|expected|expecting|hoped|hoping|assumed|figured|believed|imagined|feared)\b(?P<hope>[^.;!?]*?)"
    r"(?:[,.;]|\bbut\b)[^.;!?]*?(?:\bnot|n't)\W*$"
)
_DOUBTED = re.compile(
    r"^\W*i (?:don't|do not|can't|cannot|can not|wouldn't|would not|couldn't|could not) (?:think|say|believe|claim)\b"
    r"(?P<rest>[^.;!?]*)[.!]?\W*$"
)
_FURTHER = re.compile(r"[.;!?]\s*\w|\?|\b(?:but|although|though|however|except|because|can't wait|not only)\b")


def heed_negation(text: str, rate: Rating) -> float | None:
    """This is how pleasant a masked text is by its negated words, -1..1; None where no rule may speak."""
    if len(text) > _LONGEST:
        return None
    low = text.lower().replace("’", "'")
    if not _NEGATOR.search(low):
        return None
    if found := _HOPED.search(low) or _DOUBTED.search(low):
        return _TURNED * _sum(tokens(found[1]), rate)
    return _plain(low, rate)


def _plain(low: str, rate: Rating) -> float | None:
    """One negator, and every word that tells a feeling close behind it."""
    if len(_NEGATOR.findall(low)) != 1 or _FURTHER.search(low):
        return None
    before, after = re.split(_NEGATOR, low, maxsplit=1)
    words = tokens(after)
    turned = _sum(words[:_REACH], rate)
    if not turned or "," in words[:_REACH] or any(map(rate, tokens(before) + words[_REACH:])):
        return None
    return _TURNED * turned


def _sum(words: list[str], rate: Rating) -> float:
    return max(-1.0, min(1.0, sum(map(rate, words))))
