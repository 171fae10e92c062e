"""From a text to hashed word features: the same code trains the model and runs it."""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 1 << 16
"""Number of hash buckets; must be a power of two."""

_PLACEHOLDER = re.compile(r"<([A-Z]+(?:_[A-Z]+)*)_\d+>|<TEXT>")
_BRACKETED = re.compile(r"\[(NAME|RELIGION)\]")
_HANDLE_OR_LINK = re.compile(r"(?<!\w)@\w+|https?://\S+|www\.\S+")
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[!?]+|\.{2,}|[\U0001F300-\U0001FAFF☀-➿]|[:;=]-?[()DPp/|]|[.,;]")
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
    """This replaces placeholders, handles and links by neutral words, so that no name is ever scored."""
    text = _PLACEHOLDER.sub(lambda found: " xname " if found[1] == "PERSON" else " xthing ", text)
    text = _BRACKETED.sub(" xname ", text)
    return _HANDLE_OR_LINK.sub(" xthing ", text)


def tokens(text: str) -> list[str]:
    """This splits a masked text into lower-case words, punctuation that carries feeling, and emoji."""
    found = _TOKEN.findall(text.replace("’", "'"))
    return [token.lower() if token[0].isalnum() else _shorten(token) for token in found]


def _shorten(token: str) -> str:
    """Runs of ! and ? count as one or as several; how many more makes no difference."""
    return token if token[0] not in "!?." or len(token) == 1 else token[0] + token[-1]


def _terms(words: Sequence[str]) -> Iterator[str]:
    previous, reach = "^", 0
    for word in words:
        yield word
        yield previous + " " + word
        if reach and word[0].isalnum():
            yield "not_" + word
        reach = 0 if word in _STOP else _REACH if word in _NEGATOR else max(reach - 1, 0)
        previous = word
    yield previous + " $"


def _pieces(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        if len(word) > 3 and word[0].isalpha():
            edged = f"<{word}>"
            for size in (4, 5):
                for start in range(len(edged) - size + 1):
                    yield "#" + edged[start : start + size]


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
    starts, indices, values = [0], [], []
    for text in texts:
        words = tokens(text)
        found = [bucket(term) for term in _terms(words)]
        if pieces:
            found += [bucket(term) for term in _pieces(words)]
        index, count = np.unique(np.asarray(found, dtype=np.int64), return_counts=True)
        indices.append(index)
        values.append((1 + np.log(count)).astype(np.float32))
        starts.append(starts[-1] + len(index))
    return Rows(np.asarray(starts), np.concatenate(indices), np.concatenate(values))
