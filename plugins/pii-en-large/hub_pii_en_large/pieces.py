"""Pieces: a text as the model reads it, cut into parts of words, each with how it is written and what stands before it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tokenizers import Tokenizer

LONGEST = 128
"""So many pieces are read at once; a longer text is read in windows that overlap."""
OVERLAP = 32
BEGIN, END = 101, 102
"""The pieces before and after every text."""

_SHAPES = 9
MARKS = 3 * _SHAPES + 1
"""How many marks there are; 0 is that of the pieces before and after a text."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of one text, without those before and after it.

    ``ids`` are rows of the vocabulary, ``marks`` tell how a piece is written and what stands before it, ``spans`` where it
    stands in the text (characters), ``words`` to which word it belongs.
    """

    ids: list[int]
    marks: list[int]
    spans: list[tuple[int, int]]
    words: list[int | None]


@dataclass(frozen=True, slots=True)
class Window:
    """What is read at once: rows for the model, and which pieces of the text (from, to) are judged by it.

    ``skip`` is the place of the first of them in the window.
    """

    ids: list[int]
    marks: list[int]
    start: int
    stop: int
    skip: int


def load_tokenizer(file: bytes) -> Tokenizer:
    """This is the tokenizer of a file; texts stay as long as they are."""
    tokenizer = Tokenizer.from_buffer(file)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def cut(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Pieces]:
    """This cuts texts into pieces."""
    found = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    return [
        Pieces(one.ids, _marks(text, one.offsets), one.offsets, one.word_ids)
        for text, one in zip(texts, found, strict=True)
    ]


def _marks(text: str, spans: Sequence[tuple[int, int]]) -> list[int]:
    marks, done = [], 0
    for start, end in spans:
        gap = 0 if start == done and start else 2 if not start or "\n" in text[done:start] else 1
        marks.append(1 + gap * _SHAPES + _shape(text[start:end]))
        done = end
    return marks


@lru_cache(maxsize=1 << 14)
def _shape(piece: str) -> int:
    if piece.isalpha():
        if piece.islower():
            return 0
        if piece.isupper():
            return 2 if len(piece) > 1 else 3
        return 1 if piece[0].isupper() and piece[1:].islower() else 4
    if piece.isdigit():
        return 5
    return 6 if any(map(str.isalnum, piece)) else 7 if piece.isascii() else 8


def windows(pieces: Pieces) -> Iterator[Window]:
    """This yields what is read at once: the whole text, or stretches of it, each piece judged where it has most around it."""
    room, count = LONGEST - 2, len(pieces.ids)
    if count <= room:
        yield _window(pieces, 0, count, 0, count)
        return
    step, begin = room - OVERLAP, 0
    while True:
        stop = min(begin + room, count)
        judged = begin + OVERLAP // 2 if begin else 0
        yield _window(pieces, begin, stop, judged, stop if stop == count else stop - OVERLAP // 2)
        if stop == count:
            return
        begin += step


def _window(pieces: Pieces, begin: int, end: int, start: int, stop: int) -> Window:
    ids = [BEGIN, *pieces.ids[begin:end], END]
    return Window(ids, [0, *pieces.marks[begin:end], 0], start, stop, 1 + start - begin)
