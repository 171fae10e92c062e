"""Marks: the bits of words that gates ask for, looked up for all gates at once."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import add, or_

_PIECE = re.compile(r"\w+")
_KNOWN_WORDS = 50_000
"""So many distinct words are remembered; then the memory starts again."""

_Found = list[tuple[str, int]]
"""Marks with their bits."""


class Marks:
    """This says which marks stand in a text.

    A mark is a few characters in small letters. Which marks are part of a word is found out when the word first comes, since
    few words make up most of what is written. A mark with a blank in it is looked for in the text itself, where the words
    say that it may be there.
    """

    def __init__(self) -> None:
        self._anywhere: dict[str, int] = {}
        self._beginning: dict[str, int] = {}
        self._whole: dict[str, int] = {}
        self._single: dict[str, int] = {}
        self._in_words: dict[str, _Found] = {}
        self._at_beginnings: dict[str, _Found] = {}
        self._with_blanks: list[tuple[int, str, int]] = []
        self._known: dict[str, int] = {}

    def bits(self, marks: Iterable[str], *, beginning: bool = False, whole: bool = False) -> int:
        """These are the bits that stand for marks, which are known from now on.

        Args:
            marks: what is looked for; without blanks where not every place counts.
            beginning: a mark counts only where a word begins with it.
            whole: a mark counts only where it is all of a word.
        """
        table = self._whole if whole else self._beginning if beginning else self._anywhere
        wanted = reduce(or_, [self._bit(table, mark) for mark in marks], 0)
        self._prepare()
        return wanted

    def _bit(self, table: dict[str, int], mark: str) -> int:
        return table.setdefault(mark, 1 << (len(self._anywhere) + len(self._beginning) + len(self._whole)))

    def _prepare(self) -> None:
        """This lays out what reading a word looks up, and forgets the words that were read without it."""
        with_blanks = [(mark, bit) for mark, bit in self._anywhere.items() if mark.split() != [mark]]
        self._with_blanks = [(self._hint(mark), mark, bit) for mark, bit in with_blanks]
        self._single = {mark: bit for mark, bit in self._anywhere.items() if len(mark) == 1}
        self._in_words, self._at_beginnings = _by_pair(self._anywhere), _by_pair(self._beginning)
        self._known.clear()

    def _hint(self, mark: str) -> int:
        """The bit of the longest part of a mark with blanks in it: without that, the mark is not there. 0 where it has none."""
        part = max(mark.split(), key=len, default="")
        if f" {part} " in mark and part.isalnum():
            return self._bit(self._whole, part)
        if f" {part}" in mark and part[:1].isalnum():
            return self._bit(self._beginning, part)
        return self._bit(self._anywhere, part) if part else 0

    def held(self, low: str) -> int:
        """These are the bits of the marks in a text in small letters."""
        words = set(low.split())
        if len(self._known) >= _KNOWN_WORDS:
            self._known.clear()
        for word in words.difference(self._known):
            self._learn(word)
        held = reduce(or_, filter(None, map(self._known.__getitem__, words)), 0)
        for hint, mark, bit in self._with_blanks:
            if (held & hint or not hint) and mark in low:
                held |= bit
        return held

    def _learn(self, word: str) -> None:
        bits = 0
        for start, marks in enumerate(map(self._in_words.get, map(add, word, word[1:]))):
            for mark, bit in marks or ():
                if word.startswith(mark, start):
                    bits |= bit
        for char in self._single.keys() & word:
            bits |= self._single[char]
        for piece in _PIECE.finditer(word):
            start = piece.start()
            bits |= self._whole.get(piece[0], 0) | self._beginning.get(word[start], 0)
            for mark, bit in self._at_beginnings.get(word[start : start + 2], ()):
                if word.startswith(mark, start):
                    bits |= bit
        self._known[word] = bits


def _by_pair(table: Mapping[str, int]) -> dict[str, _Found]:
    """The marks by their first two characters."""
    by_pair = defaultdict(list)
    for mark, bit in table.items():
        by_pair[mark[:2]].append((mark, bit))
    return dict(by_pair)


MARKS = Marks()
"""The marks of all gates of this package."""
