"""The vocabulary: which words have a vector of their own, and which are never part of a name.

A word unseen in training is read as the words that have the same vector. Words are kept as hashes.
"""

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Vocabulary:
    """This says which row of the vectors a word has; 0 where it has none.

    Args:
        keys: hashes of the words in small letters, sorted.
        rows: the row of each.
    """

    def __init__(self, keys: NDArray[np.uint32], rows: NDArray[np.uint16]) -> None:
        self._keys, self._rows = keys, rows

    def rows(self, words: Sequence[str]) -> NDArray[Any]:
        """These are the rows of the words."""
        hashes = hashed([word.lower() for word in words])
        places = _places(self._keys, hashes)
        return np.where(self._keys[places] == hashes, self._rows[places], 0)


class WordSet:
    """This says which words belong to a set, capital letters and all.

    Args:
        keys: hashes of the words, sorted; at least one.
    """

    def __init__(self, keys: NDArray[np.uint32]) -> None:
        self._keys = keys

    def holds(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """This is True for each word of the set."""
        hashes = hashed(words)
        found: NDArray[np.bool_] = self._keys[_places(self._keys, hashes)] == hashes
        return found


def hashed(words: Sequence[str]) -> NDArray[np.uint32]:
    """These are the hashes that stand for words."""
    return np.array([zlib.crc32(word.encode()) for word in words], np.uint32)


def _places(keys: NDArray[np.uint32], hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
    return np.minimum(np.searchsorted(keys, hashes), len(keys) - 1)
