"""Words as the tagger sees them: where they are, and the hashed features that stand for them."""

import re
import zlib
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


def features(word: str) -> Features:
    """These are the rows of the four tables that stand for a word."""
    low = word.lower()
    if low.isdigit():
        low = f"<{min(len(low), 9)}>"
    return (
        zlib.crc32(f"w{low}".encode()) % TABLES[0],
        zlib.crc32(f"p{low[:3]}".encode()) % TABLES[1],
        zlib.crc32(f"s{low[-3:]}".encode()) % TABLES[2],
        zlib.crc32(f"h{_shape(word)}".encode()) % TABLES[3],
    )


def _shape(word: str) -> str:
    if word.isascii():
        return _RUN.sub(r"\1\1", word[:_LONG_SHAPE].translate(_MARKS))
    marks = "".join(
        "X" if char.isupper() else "x" if char.isalpha() else "d" if char.isdigit() else char
        for char in word[:_LONG_SHAPE]
    )
    return _RUN.sub(r"\1\1", marks)
