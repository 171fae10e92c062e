"""Hashed features: the fast way counts exactly what the weights were trained on."""

import math
import zlib

import numpy as np

from hub.emotion.features import DIMENSIONS, rows, tokens

TEXTS = ["I am not happy, not at all!!", "", "not not not so very nice... isn't it? it's naïve 😀 it", "^ $ ok OK"]


def plainly(text):
    """Words, pairs of words, words up to three after a negator, and pieces of four and five letters, each by its hash."""
    words = tokens(text)
    terms = words + [f"{one} {other}" for one, other in zip(["^", *words], [*words, "$"], strict=True)]
    reach = 0
    for word in words:
        terms += ["not_" + word] if reach and word[0].isalnum() else []
        stops, negates = word in {".", ",", ";", "!", "?", "but"}, word in {"not", "isn't"}
        reach = 0 if stops else 3 if negates else max(reach - 1, 0)
        if len(word) > 3 and word[0].isalpha():
            terms += [f"#{f'<{word}>'[at : at + size]}" for size in (4, 5) for at in range(len(word) + 3 - size)]
    counts = {}
    for term in terms:
        place = zlib.crc32(term.encode()) % DIMENSIONS
        counts[place] = counts.get(place, 0) + 1
    return {place: np.float32(1 + math.log(count)) for place, count in counts.items()}


def test_what_is_counted_is_what_was_trained_on():
    found = rows(TEXTS)
    for place, text in enumerate(TEXTS):
        part = slice(found.start[place], found.start[place + 1])
        assert dict(zip(found.index[part].tolist(), found.value[part], strict=True)) == plainly(text)


def test_without_pieces_there_are_fewer():
    assert len(rows(TEXTS, pieces=False).index) < len(rows(TEXTS).index)
