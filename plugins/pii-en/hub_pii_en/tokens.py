"""Words as the tagger sees them: where they are, and the hashed features that stand for them."""

import re
import zlib
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase, digits

TOKEN = re.compile(r"[^\W\d_]+|['’](?:s|S|t|ll|re|ve|d|m)(?![^\W\d_])|\d+|_+|[^\w\s]|\n")
TABLES = (1 << 15, 1 << 13, 1 << 13, 1 << 10)
"""Buckets for words, beginnings, endings and shapes."""

_RUN = re.compile(r"(.)\1{2,}")
_LONG_SHAPE = 12
_MARKS = str.maketrans(ascii_uppercase + ascii_lowercase + digits, "X" * 26 + "x" * 26 + "d" * 10)

Token = tuple[str, int, int]
Features = tuple[int, int, int, int]


def tokens(text: str) -> list[Token]:
    """This cuts a text into words, numbers, signs and line breaks, with their offsets."""
    return [(match[0], match.start(), match.end()) for match in TOKEN.finditer(text)]


def words(text: str) -> list[str]:
    """These are the words of ``tokens``, without their offsets."""
    return TOKEN.findall(text)


def features(word: str) -> Features:
    """These are the rows of the four tables that stand for a word."""
    low = word.lower()
    if low.isdigit():
        low = f"<{min(len(low), 9)}>"
    return (
        zlib.crc32(f"w{low}".encode()) % TABLES[0],
        zlib.crc32(f"p{low[:3]}".encode()) % TABLES[1],
        zlib.crc32(f"s{low[-3:]}".encode()) % TABLES[2],
        _shape_row(_marks(word[:_LONG_SHAPE])),
    )


def _marks(word: str) -> str:
    if word.isascii():
        return word.translate(_MARKS)
    return "".join(
        "X" if char.isupper() else "x" if char.isalpha() else "d" if char.isdigit() else char for char in word
    )


@lru_cache(maxsize=1 << 12)
def _shape_row(marks: str) -> int:
    """Few shapes make up most words."""
    return zlib.crc32(("h" + _RUN.sub(r"\1\1", marks)).encode()) % TABLES[3]
