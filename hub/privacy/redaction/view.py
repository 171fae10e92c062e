"""The view: a normalised copy of a text whose every character knows where it came from.

Patterns look at the view, so that full-width digits, no-break spaces and invisible characters hide nothing; what they find
is carried back to offsets of the input.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

_INVISIBLE = frozenset({"Cf", "Cc", "Cs"})
_CODED = re.compile(r"&(?:#\d{2,6}|#[xX][0-9A-Fa-f]{2,5}|[A-Za-z]{2,12}\d{0,2});|(?:%[0-9A-Fa-f]{2})+")
_ODD = re.compile(r"[^ -~\n]")
_MIXED = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[A-Za-zÀ-ɏ]")
_TWINS = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеёіјорсухѕһԁɡԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανιρυκ",
    "ABESIJKMHOPCTYXaeeijopcyxshdgqwABEZHIKMNOPTYXoavipuk",
)


@dataclass(frozen=True, slots=True)
class View:
    """A normalised text; ``origin[i]`` is the input offset that character ``i`` stands for, with the length at the end."""

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """This is the stretch of the input that ``text[start:end]`` stands for; ``end`` must be after ``start``."""
        return self.origin[start], max(self.origin[end - 1] + 1, self.origin[end])


def plain_view(text: str) -> View:
    """This shows a text as a reader sees it.

    It reads HTML's ``&eacute;`` and a link's ``%20``, applies NFKC to each character, makes every space a plain one, drops
    invisible characters, and takes Cyrillic and Greek letters that stand in for Latin ones as Latin.
    """
    if _is_plain(text):
        return View(text, (*range(len(text)), len(text)))
    pieces: list[str] = []
    origin: list[int] = []
    done = 0
    for match in _CODED.finditer(text):
        _add(pieces, origin, text, done, match.start())
        piece = _decode(match[0])
        pieces.append(piece)
        origin += [match.start()] * len(piece)
        done = match.end()
    _add(pieces, origin, text, done, len(text))
    return View(_unmasked("".join(pieces)), (*origin, len(text)))


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and not (("&" in text or "%" in text) and _CODED.search(text))


def _add(pieces: list[str], origin: list[int], text: str, start: int, end: int) -> None:
    for match in _ODD.finditer(text, start, end):
        pieces += [text[start : match.start()], piece := _plain(match[0])]
        origin += [*range(start, match.start()), *[match.start()] * len(piece)]
        start = match.end()
    pieces.append(text[start:end])
    origin += range(start, end)


def _decode(coded: str) -> str:
    """A sign is shown as itself only where it is one visible sign; mark-up would be read as text otherwise."""
    shown = unquote(coded, errors="ignore") if coded.startswith("%") else unescape(coded)
    plain = "".join(_plain(char) for char in shown)
    return coded if plain in {"<", ">", "%", ""} or plain.startswith("&") else plain


def _unmasked(text: str) -> str:
    """A word of Latin letters with a few from another script in it was made to be read, and not to be found."""
    if text.isascii():
        return text
    return _MIXED.sub(lambda match: match[0].translate(_TWINS) if _LATIN.search(match[0]) else match[0], text)


def folded_view(view: View) -> View:
    """This also folds case and removes accents: for looking up names that the hub knows."""
    if view.text.isascii():
        return View(view.text.lower(), view.origin)
    folded = _view(view.text, _folded)
    return View(folded.text, tuple(view.origin[i] for i in folded.origin))


def fold(value: str) -> str:
    """This is a value as ``folded_view`` would show it."""
    if _is_plain(value):
        return value.lower()
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
