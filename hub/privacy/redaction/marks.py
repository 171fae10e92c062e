"""Marks: the bits of words that gates ask for, looked up for all gates at once."""

import re
from collections import defaultdict
from collections.abc import Iterable
from operator import add

_BEGINNING = re.compile(r"\b\w")
_KNOWN_WORDS = 50_000
"""So many distinct words are remembered; then the memory starts again."""


class Marks:
    """This says which marks stand in a text.

    A mark is a few characters in small letters. Which marks are part of a word is found out when the word first comes, since
    few words make up most of what is written. Marks with a blank in them are looked for in the text itself.
    """

    def __init__(self) -> None:
        self._anywhere: dict[str, int] = {}
        self._beginning: dict[str, int] = {}
        self._with_blanks: dict[str, int] = {}
        self._by_pair: dict[str, list[tuple[str, int]]] = {}
        self._single: dict[str, int] = {}
        self._lengths: list[int] = []
        self._known: dict[str, int] = {}

    def bits(self, marks: Iterable[str], *, beginning: bool = False) -> int:
        """These are the bits that stand for marks, which are known from now on.

        Args:
            marks: what is looked for; without blanks where only the beginning of a word counts.
            beginning: a mark counts only where a word begins with it.
        """
        table = self._beginning if beginning else self._anywhere
        wanted = 0
        for mark in marks:
            wanted |= table.setdefault(mark, 1 << (len(self._anywhere) + len(self._beginning)))
        self._with_blanks = {mark: bit for mark, bit in self._anywhere.items() if mark.split() != [mark]}
        by_pair = defaultdict(list)
        for mark, bit in self._anywhere.items():
            by_pair[mark[:2]].append((mark, bit))
        self._by_pair = dict(by_pair)
        self._single = {mark: bit for mark, bit in self._anywhere.items() if len(mark) == 1}
        self._lengths = sorted({len(mark) for mark in self._beginning})
        self._known.clear()
        return wanted

    def held(self, low: str) -> int:
        """These are the bits of the marks in a text in small letters."""
        held, known = 0, self._known
        for word in low.split():
            bits = known.get(word)
            held |= self._learn(word) if bits is None else bits
        for mark, bit in self._with_blanks.items():
            if mark in low:
                held |= bit
        return held

    def _learn(self, word: str) -> int:
        bits = 0
        pairs = map(self._by_pair.get, map(add, word, word[1:]))
        for start, marks in enumerate(pairs):
            for mark, bit in marks or ():
                if word.startswith(mark, start):
                    bits |= bit
        for char, bit in self._single.items():
            if char in word:
                bits |= bit
        for match in _BEGINNING.finditer(word):
            start = match.start()
            for length in self._lengths:
                bits |= self._beginning.get(word[start : start + length], 0)
        if len(self._known) >= _KNOWN_WORDS:
            self._known.clear()
        self._known[word] = bits
        return bits


MARKS = Marks()
"""The marks of all gates of this package."""
