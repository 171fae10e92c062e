"""The egress scan: a last look at the outgoing bytes for everything the hub knows identifies the person.

The hub knows what it must not find, so this does not guess: each known value is searched in the bytes as they are and in
everything they decode to, folded so that case, look-alike letters and separators between digits do not matter.
"""

import base64
import html
import quopri
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import unquote

DEPTH = 3
"""How many encodings inside each other are opened."""

MAX_VIEWS = 400
"""More decodings than this make a riddle, not a record: the payload is refused."""

MIN_DIGITS = 7
"""Shorter runs of digits are no telephone number and too common to search for; nor is so short a permitted value left out."""

GAP = "\N{OBJECT REPLACEMENT CHARACTER}"
"""What a permitted value is replaced by before others are searched."""

NUMBER_DIGITS = 9
"""Of a longer telephone number the last nine digits are searched: the part that every way of writing it shares."""

SHORTEST_PIECE = 3
"""Readable pieces of decoded bytes shorter than this are chance."""

TOO_DEEP = "undecodable"
"""Kind of the hit that stands for a payload nobody can see through."""


@dataclass(frozen=True, slots=True)
class KnownIdentifier:
    """Something that identifies the person: a kind of ``hub.schema.IdentifierKind`` or ``name``, and its value."""

    kind: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Hit:
    """An identifier that stands in the payload: its kind and where it was seen ("base64>digits"), never its value."""

    kind: str
    view: str


def scan(payload: bytes, identifiers: Sequence[KnownIdentifier], *, allowed: Collection[str]) -> list[Hit]:
    """This finds known identifiers in outgoing bytes.

    Args:
        payload: the bytes, as they would go over the wire.
        identifiers: what is known about the person.
        allowed: kinds that the destination may see.

    One hit a kind; none means that the payload may leave.
    """
    wanted = [(one, _needles(one)) for one in identifiers if one.kind not in allowed and one.value.strip()]
    permitted = [_needles(one) for one in identifiers if one.kind in allowed]
    hits: dict[str, Hit] = {}
    for number, (view, text) in enumerate(_views(payload) if wanted else ()):
        if number == MAX_VIEWS:
            hits.setdefault(TOO_DEEP, Hit(TOO_DEEP, view))
            break
        folded = _without(_folded(text), permitted)
        for one, needles in wanted:
            if one.kind not in hits and (found := _find(one, needles, folded)):
                hits[one.kind] = Hit(one.kind, f"{view}>{found}" if view else found)
    return list(hits.values())


def _views(payload: bytes) -> Iterator[tuple[str, str]]:
    """These are the payload's text and everything it decodes to, each with the decoders that led there."""
    seen = set(_texts(payload))
    layer = [("", text) for text in _texts(payload)]
    for _ in range(DEPTH + 1):
        yield from layer
        layer = [
            (f"{view}>{name}" if view else name, decoded)
            for view, text in layer
            for name, decode in DECODERS.items()
            for decoded in decode(text)
            if decoded not in seen and not seen.add(decoded)  # type: ignore[func-returns-value] # remembers while it filters
        ]


# ── decoders: text in, every text it may hold out ────────────────────────────────────────────────────────────────────────

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}")
_HEX = re.compile(r"[0-9A-Fa-f]{12,}")
_JSON_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_QUOTED = re.compile(r"=(?:[0-9A-Fa-f]{2}|\r?\n)")
_SURROGATES = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")
_NOISE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd\ud800-\udfff]+")
_BLANK_ESCAPES = dict.fromkeys("nrtbf", " ")


def _url(text: str) -> Iterator[str]:
    if "%" in text:
        yield unquote(text, errors="replace")


def _html(text: str) -> Iterator[str]:
    if "&" in text:
        yield html.unescape(text)


def _json(text: str) -> Iterator[str]:
    if "\\" in text:
        plain = _JSON_ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _BLANK_ESCAPES.get(m[2], m[2]), text)
        yield _SURROGATES.sub(lambda m: m[0].encode("utf-16", "surrogatepass").decode("utf-16"), plain)


def _quoted_printable(text: str) -> Iterator[str]:
    if _QUOTED.search(text):
        yield quopri.decodestring(text.encode("utf-8", errors="replace")).decode("utf-8", errors="replace")


def _base64(text: str) -> Iterator[str]:
    # A run may begin with letters that are not part of the encoding, so each of the four alignments is tried.
    runs = [run.replace("-", "+").replace("_", "/") for run in _BASE64.findall(text)]
    for start in range(4):
        yield from _readable(_decode64(run[start:]) for run in runs)


def _decode64(run: str) -> bytes:
    whole = run[: len(run) - 1] if len(run) % 4 == 1 else run
    return base64.b64decode(whole + "=" * (-len(whole) % 4))


def _hex(text: str) -> Iterator[str]:
    runs = _HEX.findall(text)
    for start in range(2):
        yield from _readable(bytes.fromhex(run[start : len(run) - (len(run) - start) % 2]) for run in runs)


def _texts(data: bytes) -> list[str]:
    """The text that bytes may stand for: UTF-8, and UTF-16 where there are zero bytes."""
    texts = [data.replace(b"\0", b"").decode("utf-8", errors="replace")]
    if b"\0" in data:
        texts += [data.decode(encoding, errors="replace") for encoding in ("utf-16-le", "utf-16-be")]
    return texts


def _readable(chunks: Iterable[bytes]) -> Iterator[str]:
    """What can be read in some decoded bytes, as one text; most words that look like an encoding decode to noise."""
    texts = (text for chunk in chunks for text in _texts(chunk))
    pieces = [piece for text in texts for piece in _NOISE.split(text) if len(piece) >= SHORTEST_PIECE]
    if pieces:
        yield "\n".join(pieces)


DECODERS: Mapping[str, Callable[[str], Iterator[str]]] = MappingProxyType(
    {
        "url": _url,
        "html": _html,
        "json": _json,
        "quoted-printable": _quoted_printable,
        "base64": _base64,
        "hex": _hex,
    }
)
"""What a text may be encoded in, by name."""


# ── folds: what does not matter when two texts are compared ──────────────────────────────────────────────────────────────

_LOOKALIKES = str.maketrans(
    # Cyrillic and Greek letters that pass for Latin ones, lower case: folding has run before.
    "авекмнорстухіјѕԁԛԝһցոսαβεικνορτυχγωⅼıɡ",
    "abekmhopctyxijsdqwhgnuabeiknoptuxywlig",
)


def _case(text: str) -> str:
    return text.casefold()


def _nfkc(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _lookalike(text: str) -> str:
    """Look-alike letters, accents, invisible characters and runs of blanks, folded away."""
    if text.isascii():  # no look-alikes, accents or invisible characters there: a short way to the same
        return " ".join(text.casefold().split())
    bare = (
        c for c in unicodedata.normalize("NFKD", text.translate(_LOOKALIKES)) if unicodedata.category(c) not in _GONE
    )
    return " ".join("".join(bare).casefold().split())


def _digits(text: str) -> str:
    if text.isascii():
        return _NO_DIGITS.sub("", text)
    return "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())


def _separators(text: str) -> str:
    """Letters and digits, with one blank for whatever stands between them."""
    if text.isascii():
        return " ".join(_WORDS.findall(text))
    return " ".join("".join(c if c.isalnum() else " " for c in text).split())


_NO_DIGITS = re.compile(r"[^0-9]+")
_WORDS = re.compile(r"[A-Za-z0-9]+")
_GONE = frozenset({"Mn", "Me", "Cf"})
FOLDS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "case": _case,
        "nfkc": _nfkc,
        "lookalike": _lookalike,
        "separators": _separators,
    }
)
"""Folds by name; each works on the result of those before it."""

NUMBERS: Mapping[str, Callable[[str], str]] = MappingProxyType({"digits": _digits})
"""Folds under which only numbers are searched."""


def _folded(text: str) -> dict[str, str]:
    """The text under each fold, by name."""
    views = {"plain": text}
    for name, fold in FOLDS.items():
        text = fold(text)
        views[name] = text
    return views | {name: fold(text) for name, fold in NUMBERS.items()}


def _needles(identifier: KnownIdentifier) -> dict[str, str]:
    return _folded(identifier.value.strip().removeprefix("@"))


def _without(folded: dict[str, str], permitted: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The folded text without what may stand in it: a permitted e-mail address often spells the name or handle."""
    for needles in permitted:
        for name, needle in needles.items():
            if len(needle) >= MIN_DIGITS:
                folded[name] = folded[name].replace(needle, GAP)
    return folded


def _find(identifier: KnownIdentifier, needles: Mapping[str, str], folded: Mapping[str, str]) -> str | None:
    """This is the first fold under which an identifier stands in a text, or None."""
    for name, text in folded.items():
        if name in NUMBERS:
            needle = _number(identifier.kind, needles[name], identifier.value)
            if needle and needle in text:
                return name
        elif _stands_in(needles[name], text, whole=identifier.kind == "name" or len(needles[name]) < 6):
            return name
    return None


def _number(kind: str, digits: str, value: str) -> str | None:
    """The digits to look for, or None where the identifier is no number."""
    if len(digits) < MIN_DIGITS or any(c.isalpha() for c in value):
        return None
    return digits[-NUMBER_DIGITS:] if kind == "phone" else digits


def _stands_in(needle: str, text: str, *, whole: bool) -> bool:
    """Whether a text holds a needle; with ``whole`` only as a word of its own, so that "Li" is not found in "polite"."""
    at = text.find(needle) if needle else -1
    while whole and at >= 0 and _touches_a_word(text, at, at + len(needle)):
        at = text.find(needle, at + 1)
    return at >= 0


def _touches_a_word(text: str, start: int, end: int) -> bool:
    return (start > 0 and text[start - 1].isalnum()) or (end < len(text) and text[end].isalnum())
