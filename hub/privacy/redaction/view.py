"""The view: a normalised copy of a text whose every character knows where it came from.

Patterns look at the view, so that full-width digits, no-break spaces and invisible characters hide nothing; what they find
is carried back to offsets of the input.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

_INVISIBLE = frozenset({"Cf", "Cc", "Cs"})


@dataclass(frozen=True, slots=True)
class View:
    """A normalised text; ``origin[i]`` is the input offset that character ``i`` stands for, with the length at the end."""

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """This is the stretch of the input that ``text[start:end]`` stands for; ``end`` must be after ``start``."""
        return self.origin[start], self.origin[end - 1] + 1


def plain_view(text: str) -> View:
    """This applies NFKC to each character, makes every space a plain one and drops invisible characters."""
    if text.isascii() and text.isprintable():
        return View(text, (*range(len(text)), len(text)))
    return _view(text, _plain)


def folded_view(view: View) -> View:
    """This also folds case and removes accents: for looking up names that the hub knows."""
    folded = _view(view.text, _folded)
    return View(folded.text, tuple(view.origin[i] for i in folded.origin))


def fold(value: str) -> str:
    """This is a value as ``folded_view`` would show it."""
    return folded_view(plain_view(value)).text


def _view(text: str, change: Callable[[str], str]) -> View:
    pieces = [change(char) for char in text]
    origin = [index for index, piece in enumerate(pieces) for _ in piece]
    return View("".join(pieces), (*origin, len(text)))


def _plain(char: str) -> str:
    if char in "\n\r\t":
        return char
    if char.isspace():
        return " "
    if unicodedata.category(char) in _INVISIBLE:
        return ""
    return unicodedata.normalize("NFKC", char)


def _folded(char: str) -> str:
    decomposed = unicodedata.normalize("NFKD", char.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
