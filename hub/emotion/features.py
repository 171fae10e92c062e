"""From a text to hashed word features: the same code trains the model and runs it."""

import re
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hub.emotion.belonging import hide_belonging

DIMENSIONS = 1 << 16
"""Number of hash buckets; must be a power of two."""

_PLACEHOLDER = re.compile(r"<([A-Z]+(?:_[A-Z]+)*)_\d+>|<TEXT>")
_BRACKETED = re.compile(r"\[(NAME|RELIGION)\]")
_HANDLE_OR_LINK = re.compile(r"(?<!\w)@\w+|https?://\S+|www\.\S+")
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[!?]+|\.{2,}|[\U0001F300-\U0001FAFF☀-➿⌚-⏿⬀-⯿]|[:;=]-?[()DPp/|]|[.,;]")
_NEGATOR = frozenset(
    str.split("""
    not no never nothing nobody none neither nor without hardly barely cannot ain't don't doesn't didn't won't
    wouldn't can't couldn't isn't aren't wasn't weren't haven't hasn't hadn't shouldn't dont doesnt didnt wont
    wouldnt cant couldnt isnt arent wasnt werent havent hasnt hadnt shouldnt
    """)
)
_STOP = frozenset({".", ",", ";", "!", "?", "but", "however", "although"})
_REACH = 3
"""How many words a negator turns round."""


def mask(text: str) -> str:
    """This replaces placeholders, handles, links and what somebody is by neutral words, so that none is ever scored."""
    if "<" in text:
        text = _PLACEHOLDER.sub(lambda found: " xname " if found[1] == "PERSON" else " xthing ", text)
    if "[" in text:
        text = _BRACKETED.sub(" xname ", text)
    if "@" in text or "http" in text or "www." in text:  # a tenth of what the search costs
        text = _HANDLE_OR_LINK.sub(" xthing ", text)
    return hide_belonging(text)


def tokens(text: str) -> list[str]:
    """This splits a masked text into lower-case words, punctuation that carries feeling, and emoji."""
    found = _TOKEN.findall(text.replace("’", "'"))
    return [token.lower() if token[0].isalnum() else _shorten(token) for token in found]


def _shorten(token: str) -> str:
    """Runs of ! and ? count as one or as several; how many more makes no difference."""
    return token if token[0] not in "!?." or len(token) == 1 else token[0] + token[-1]


@lru_cache(maxsize=1 << 15)
def _hash_word(word: str) -> tuple[int, bytes, int, int | None, "array[int]", int | None]:
    """A word's bucket, its bytes, the hash that a pair goes on from, its bucket after a negator, its pieces', its reach.

    A sign has no bucket after a negator. The reach is how many words after it are turned round; None where it changes nothing.
    Few words make up most of what is written, so each is hashed once. The cache is bounded, and dies with the process.
    """
    own, follows = word.encode(), zlib.crc32(word.encode() + b" ")
    pieces: array[int] = array("H")
    if len(word) > 3 and word[0].isalpha():
        edged = f"<{word}>"
        pieces.extend(
            bucket("#" + edged[start : start + size]) for size in (4, 5) for start in range(len(edged) - size + 1)
        )
    negated = bucket("not_" + word) if word[0].isalnum() else None
    reach = 0 if word in _STOP else _REACH if word in _NEGATOR else None
    return bucket(word), own, follows, negated, pieces, reach


_START, _END = zlib.crc32(b"^ "), b"$"


def _buckets(words: Sequence[str], *, pieces: bool) -> "array[int]":
    """Buckets of a text's words, of its pairs of words, of words after a negator and of pieces of words."""
    found: array[int] = array("H")
    previous, reach, last = _START, 0, DIMENSIONS - 1
    for word in words:
        own, spelt, follows, negated, parts, onward = _hash_word(word)
        found.append(own)
        found.append(zlib.crc32(spelt, previous) & last)
        if reach:
            if negated is not None:
                found.append(negated)
            reach -= 1
        if pieces:
            found.extend(parts)
        if onward is not None:
            reach = onward
        previous = follows
    found.append(zlib.crc32(_END, previous) & last)
    return found


def bucket(term: str) -> int:
    """This is the hash bucket of a term, the same on every machine."""
    return zlib.crc32(term.encode()) & (DIMENSIONS - 1)


@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows: entries ``start[i]:start[i + 1]`` of ``index`` and ``value`` belong to text ``i``."""

    start: NDArray[np.int64]
    index: NDArray[np.int64]
    value: NDArray[np.float32]


def rows(texts: Sequence[str], *, pieces: bool = True) -> Rows:
    """This counts hashed terms of masked texts: 1 + log(count) per bucket, rows not yet weighted or normalised."""
    return count_words([tokens(text) for text in texts], pieces=pieces)


def count_words(texts: Sequence[Sequence[str]], *, pieces: bool = True) -> Rows:
    """This is ``rows`` for texts whose words are known."""
    every: array[int] = array("H")
    lengths = []
    for words in texts:
        found = _buckets(words, pieces=pieces)
        lengths.append(len(found))
        every.extend(found)
    # One sort for all texts: which text comes first, and which bucket in it second.
    keys = np.repeat(np.arange(len(texts)) * DIMENSIONS, lengths) + np.frombuffer(every, dtype=np.uint16)
    unique, count = np.unique(keys, return_counts=True)
    start = np.searchsorted(unique, np.arange(len(texts) + 1) * DIMENSIONS)
    return Rows(start, unique & (DIMENSIONS - 1), (1 + np.log(count)).astype(np.float32))
