"""The egress scan: a last look at the outgoing bytes for everything the hub knows identifies the person.

The hub knows what it must not find, so this does not guess: each known value is searched in the bytes as they are and in
everything they decode to, folded so that case, look-alike letters and separators between digits do not matter. All values are
searched in one pass (Aho-Corasick), so that a batch of many people costs hardly more than one person.
"""

import codecs
import html
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import quote

import ahocorasick

from hub.privacy.encodings import DECODERS, UnreadableError, texts
from hub.privacy.folds import digits, letters, words

DEPTH = 3
"""How many encodings inside each other are opened."""

MAX_VIEWS = 600
"""More decodings than this make a riddle, not a record: the payload is refused."""

MAX_TEXT = 64 * 1024 * 1024
"""More characters than this in all of them, too: what takes as long to look through as a payload of that size is no record."""

MIN_DIGITS = 7
"""Shorter runs of digits are no telephone number and too common to search for."""

NUMBER_DIGITS = 9
"""Of a longer telephone number the last nine digits are searched: the part that every way of writing it shares."""

SHORT = 6
"""A shorter value is searched as a word of its own only: "Li" is no part of "polite"."""

TOO_DEEP = "undecodable"
"""Kind of the hit that stands for a payload nobody can see through."""


@dataclass(frozen=True, slots=True)
class KnownIdentifier:
    """Something that identifies a person: a kind of ``hub.schema.IdentifierKind`` or ``name``, its value, and whose it is."""

    kind: str
    value: str = field(repr=False)
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """An identifier that stands in the payload: its kind, where it was seen ("base64>digits"), whose it is; never its value."""

    kind: str
    view: str
    owner: str = ""


def scan(payload: bytes, identifiers: Sequence[KnownIdentifier], *, allowed: Collection[str]) -> list[Hit]:
    """This finds known identifiers in outgoing bytes.

    Args:
        payload: the bytes, as they would go over the wire.
        identifiers: what is known about the person.
        allowed: kinds that the destination may see.

    One hit a kind; none means that the payload may leave.
    """
    return Lookout(identifiers, allowed=allowed).find(payload)


class _Needle(NamedTuple):
    """One way of writing one identifier. With ``whole`` it is found only as a word, with ``number`` only as a whole number."""

    text: str
    kind: str
    owner: str
    whole: bool = False
    number: bool = False
    permitted: bool = False


class Lookout:
    """What must not leave in one batch of rows, ready to be searched for.

    Args:
        identifiers: what is known about the people.
        allowed: kinds that the destination may see.
        permitted: further values that it may see, such as those by which it is asked for a row; their kinds do not matter.
    """

    def __init__(
        self, identifiers: Iterable[KnownIdentifier], *, allowed: Collection[str], permitted: Iterable[str] = ()
    ) -> None:
        found: dict[str, list[_Needle]] = {}
        for one in identifiers:
            for fold, needle in _needles(one, permitted=one.kind in allowed):
                found.setdefault(fold, []).append(needle)
        self._looks_for_something = any(not needle.permitted for group in found.values() for needle in group)
        for value in permitted if self._looks_for_something else ():
            # As it stands in an address, in JSON or HTML too: there its pieces would look like a name.
            for written in {value, quote(value, safe=""), json.dumps(value)[1:-1], html.escape(value)}:
                for fold, needle in _needles(KnownIdentifier("", written), permitted=True):
                    found.setdefault(fold, []).append(needle)
        self._automata = {fold: _automaton(group) for fold, group in found.items()}

    def find(self, *payloads: bytes) -> list[Hit]:
        """These are the identifiers in some bytes, one hit for each kind and owner."""
        hits: dict[tuple[str, str], Hit] = {}
        if self._looks_for_something:
            for payload in payloads:
                self._find(payload, hits)
        # A name often stands there as part of an address: what says most is told first.
        return sorted(hits.values(), key=lambda hit: hit.kind == "name")

    def _find(self, payload: bytes, hits: dict[tuple[str, str], Hit]) -> None:
        try:
            for number, (view, text) in enumerate(_views(payload)):
                if number == MAX_VIEWS:
                    raise UnreadableError
                for fold, folded in _folded(text):
                    if fold in self._automata:
                        for needle in _found(self._automata[fold], folded):
                            seen = f"{view}>{fold}" if view else fold
                            hits.setdefault((needle.kind, needle.owner), Hit(needle.kind, seen, needle.owner))
        except UnreadableError:
            hits.setdefault((TOO_DEEP, ""), Hit(TOO_DEEP, "bytes"))


def _views(payload: bytes) -> Iterator[tuple[str, str]]:
    """These are the payload's text and everything it decodes to, each with the decoders that led there.

    Raises UnreadableError where that is more than ``MAX_TEXT``.
    """
    layer = [("", text) for text in texts(payload)]
    seen = {text for _, text in layer}
    left = MAX_TEXT
    for _ in range(DEPTH + 1):
        yield from layer
        inner = []
        for view, text in layer:
            for name, decode in DECODERS.items():
                for decoded in decode(text):
                    if decoded not in seen:
                        left -= len(decoded)
                        if left < 0:
                            raise UnreadableError
                        seen.add(decoded)
                        inner.append((f"{view}>{name}" if view else name, decoded))
        layer = inner


FOLDS: Mapping[str, Callable[[str], str]] = MappingProxyType({"words": words, "digits": digits})
"""Further folds of a text in small Latin letters ("letters"), by name."""


def _folded(text: str) -> Iterator[tuple[str, str]]:
    folded = letters(text)
    yield "letters", folded
    for name, fold in FOLDS.items():
        yield name, fold(folded)


_RUNNING = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af\W]{3,}"
    r"|[\u1100-\u11ff\W]{6,}"
)
"""A name of scripts that put no blank before and after it (Chinese, Japanese, Thai, Lao, Khmer, Burmese; Korean, in the
letters that its syllables fold to): looked for as a piece of what stands around it. Two Chinese letters are too many words."""

# ── needles: every way of writing an identifier that no fold makes the same ──────────────────────────────────────────────


def _needles(one: KnownIdentifier, *, permitted: bool) -> Iterator[tuple[str, _Needle]]:
    """These are the needles of one identifier, each with the fold of the text that it is searched in."""
    plain = letters(one.value.strip().removeprefix("@"))
    if not plain:
        return
    numeric = plain.isdigit() and one.kind != "phone"
    whole = (one.kind == "name" or len(plain) < SHORT) and not _RUNNING.fullmatch(plain)
    for fold, text in {**dict.fromkeys(_spellings(one.kind, plain)), **dict.fromkeys(_rotated(one.value, plain))}:
        if fold == "digits":
            yield fold, _Needle(text, one.kind, one.owner, number=len(text) < NUMBER_DIGITS, permitted=permitted)
        elif text:
            whole_here = whole or (len(text) < SHORT and not _RUNNING.fullmatch(text))
            yield fold, _Needle(text, one.kind, one.owner, whole_here, numeric, permitted)


def _spellings(kind: str, plain: str) -> Iterator[tuple[str, str]]:
    yield "letters", plain
    yield "words", words(plain)
    if len(plain) >= SHORT:
        yield "words", words(plain)[::-1]
    if kind == "email":
        yield from _addresses(plain)
    elif kind == "name":
        first, _, last = words(plain).rpartition(" ")
        yield "words", f"{last} {first}".strip()
        if _RUNNING.fullmatch(plain):
            yield "words", f"{first}{last}"
    number = re.sub(r"[^0-9]", "", plain)
    if len(number) >= MIN_DIGITS and not any(char.isalpha() for char in plain):
        yield "digits", number[-NUMBER_DIGITS:] if kind == "phone" else number


def _rotated(value: str, plain: str) -> Iterator[tuple[str, str]]:
    """Rot13, of the letters without their accents and of those that are left as they were: "ü" stays "ü"."""
    if len(plain) >= SHORT:
        yield "letters", codecs.encode(plain, "rot13")
        yield "letters", letters(codecs.encode(value.strip().removeprefix("@"), "rot13"))


def _addresses(plain: str) -> Iterator[tuple[str, str]]:
    """Other ways of writing an address: parts in another order, spelt out, without its tag, with its domain in ASCII."""
    local, _, domain = plain.rpartition("@")
    names = {local, local.partition("+")[0]}
    parts = words(domain).split()
    backwards = " ".join(reversed(parts))
    for name in sorted(names - {""}):
        user = words(name)
        if name != local:
            yield "letters", f"{name}@{domain}"
            yield "words", f"{user} {' '.join(parts)}"
        yield "words", f"{backwards} {user}"
        yield "words", f"{user} {backwards}"
        yield "words", f"{' '.join(parts)} {user}"
        yield "words", f"{user} at {' dot '.join(parts)}"
        if " " in user:
            yield "words", f"{user.replace(' ', ' dot ')} at {' dot '.join(parts)}"
        yield "words", f"{user} dc {' dc '.join(parts)}"


# ── search ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _automaton(needles: Sequence[_Needle]) -> Any:
    by_text: dict[str, list[_Needle]] = {}
    for needle in needles:
        by_text.setdefault(needle.text, []).append(needle)
    automaton = ahocorasick.Automaton()
    for text, group in by_text.items():
        automaton.add_word(text, group)
    automaton.make_automaton()
    return automaton


def _found(automaton: Any, text: str) -> Iterator[_Needle]:
    """These needles stand in a text, less those that lie inside a permitted one: an address often spells a name."""
    spans = [
        (end + 1 - len(needle.text), end + 1, needle)
        for end, group in automaton.iter(text)
        for needle in group
        if _stands(needle, text, end + 1 - len(needle.text), end + 1)
    ]
    # Only a value that says as much as a number does may cover others.
    covers = [(start, end) for start, end, needle in spans if needle.permitted and end - start >= MIN_DIGITS]
    for start, end, needle in spans:
        if not needle.permitted and not any(first <= start and end <= last for first, last in covers):
            yield needle


def _stands(needle: _Needle, text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    if needle.whole and (before.isalnum() or after.isalnum()):
        return False
    # Zeros before a number do not make it another one.
    is_longer = after.isdigit() or (before.isdigit() and text[:start].rstrip("0")[-1:].isdigit())
    return not (needle.number and is_longer)
