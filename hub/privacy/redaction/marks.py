"""Marks: the bits of words that gates ask for, looked up for all gates at once."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import add, or_

_WORD = re.compile(r"\w+")
_SIGNS = {code: " " for code in range(128) if not _WORD.match(chr(code))}
_KNOWN_WORDS = 50_000
"""So many distinct words are remembered; then the memory starts again."""

_Found = list[tuple[str, int]]
"""Marks with their bits."""


class Marks:
    """This says which marks stand in a text.

    A mark is a few characters in small letters. Which marks are part of a word is found out when the word first comes, since
    few words make up most of what is written. A mark with a blank or a sign in it is looked for in the text itself, where
    the words say that it may be there.
    """

    def __init__(self) -> None:
        self._anywhere: dict[str, int] = {}
        self._beginning: dict[str, int] = {}
        self._whole: dict[str, int] = {}
        self._in_words: dict[str, _Found] = {}
        self._at_beginnings: dict[str, _Found] = {}
        self._letters: dict[str, int] = {}
        self._across: dict[int, list[tuple[str, int, re.Pattern[str] | None]]] = {}
        self._hints = 0
        self._known: dict[str, int] = {}

    def bits(self, marks: Iterable[str], *, beginning: bool = False, whole: bool = False) -> int:
        """These are the bits that stand for marks, which are known from now on.

        Args:
            marks: what is looked for; letters, digits and low lines only where ``whole``.
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
        across = defaultdict(list)
        for table in (self._anywhere, self._beginning):
            for mark, bit in [(mark, bit) for mark, bit in table.items() if not _WORD.fullmatch(mark)]:
                begins = re.compile(rf"(?<!\w){re.escape(mark)}") if table is self._beginning else None
                across[self._hint(mark, beginning=table is self._beginning)].append((mark, bit, begins))
        self._across, self._hints = dict(across), reduce(or_, across, 0)
        self._letters = {mark: bit for mark, bit in self._anywhere.items() if len(mark) == 1 and _WORD.match(mark)}
        self._in_words, self._at_beginnings = _by_pair(self._anywhere), _by_pair(self._beginning)
        self._known.clear()

    def _hint(self, mark: str, *, beginning: bool) -> int:
        """The bit of the longest word in a mark: without that, the mark is not there. 0 where it has none."""
        longest = max(_WORD.finditer(mark), key=lambda word: len(word[0]), default=None)
        if longest is None:
            return 0
        if not beginning and longest.start() == 0:
            return self._bit(self._anywhere, longest[0])
        return self._bit(self._whole if longest.end() < len(mark) else self._beginning, longest[0])

    def held(self, low: str) -> int:
        """These are the bits of the marks in a text in small letters."""
        words = set(low.translate(_SIGNS).split() if low.isascii() else _WORD.findall(low))
        if len(self._known) >= _KNOWN_WORDS:
            self._known.clear()
        for word in words.difference(self._known):
            self._known[word] = self._held_by(word)
        held = reduce(or_, map(self._known.__getitem__, words), 0)
        hints = held & self._hints
        hinted = [*self._across.get(0, ())]
        while hints:
            hint = hints & -hints
            hinted += self._across[hint]
            hints ^= hint
        for mark, bit, begins in hinted:
            if mark in low and (begins is None or begins.search(low)):
                held |= bit
        return held

    def _held_by(self, word: str) -> int:
        held = self._whole.get(word, 0) | self._beginning.get(word[0], 0)
        for mark, bit in self._at_beginnings.get(word[:2], ()):
            if word.startswith(mark):
                held |= bit
        for start, marks in enumerate(map(self._in_words.get, map(add, word, word[1:]))):
            for mark, bit in marks or ():
                if word.startswith(mark, start):
                    held |= bit
        for letter in self._letters.keys() & word:
            held |= self._letters[letter]
        return held


def _by_pair(table: Mapping[str, int]) -> dict[str, _Found]:
    """The marks of a word's characters by their first two."""
    by_pair = defaultdict(list)
    for mark, bit in table.items():
        if len(mark) > 1 and _WORD.fullmatch(mark):
            by_pair[mark[:2]].append((mark, bit))
    return dict(by_pair)


MARKS = Marks()
"""The marks of all gates of this package."""
