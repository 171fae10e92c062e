"""The encodings: everything that outgoing bytes may be read as by whoever receives them.

A decoder takes a text and yields what it may hold besides. It looks for a sign of its encoding first, because it is asked about
every text that leaves and almost none holds one.
"""

import base64
import binascii
import bz2
import html
import quopri
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from urllib.parse import unquote, unquote_plus

MAX_UNPACKED = 32 * 1024 * 1024
"""Compressed bytes that unfold to more than this cannot be looked at."""

SHORTEST_PIECE = 4
"""Readable pieces of decoded bytes shorter than this are chance."""

Decoder = Callable[[str], Iterator[str]]


class UnreadableError(Exception):
    """Nobody can look through these bytes with reasonable means."""


# ── bytes ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def texts(data: bytes, *, tries: Iterator[int] | None = None) -> list[str]:
    """These are the texts that bytes may stand for: UTF-8, else Windows-1252, UTF-16 where there are zero bytes, unpacked.

    Raises UnreadableError where they unpack to more than ``MAX_UNPACKED``, or where ``tries``, which all that is packed in
    each other shares, come to their end.
    """
    tries = iter(range(_ATTEMPTS)) if tries is None else tries
    found = [data.decode("utf-8", errors="replace")]
    if "\N{REPLACEMENT CHARACTER}" in found[0]:
        found.append(data.decode("cp1252", errors="replace"))
    if b"\0" in data:
        found += _wide(data)
    for inside in _unpacked(data, tries):
        found += texts(inside, tries=tries)
    return found


def _wide(data: bytes) -> list[str]:
    """Two or four bytes for a character, beginning at whatever byte."""
    bare = data.replace(b"\0", b"").decode("utf-8", errors="replace")
    return [bare, *((data[start:] + b"\0").decode("utf-16-le", errors="replace") for start in (0, 1))]


_MAGIC = re.compile(rb"\x1f\x8b\x08|x[\x01\x5e\x9c\xda]|BZh[1-9]1AY")
_ATTEMPTS = 20


def _unpacked(data: bytes, tries: Iterator[int]) -> Iterator[bytes]:
    """What is packed in some bytes, wherever in them it begins.

    What is packed small shows through what it is packed in, so that each layer doubles the work where none counts.
    """
    for magic in _MAGIC.finditer(data):
        if next(tries, None) is None:
            raise UnreadableError
        unpack = UNPACKERS.get("bzip2" if magic[0][:1] == b"B" else "gzip")
        if unpack is not None and (inside := unpack(data[magic.start() :])):
            yield inside


def _gzip(data: bytes) -> bytes:
    """What gzip or zlib packed, whichever its first bytes say; several members may follow each other."""
    unpacked = b""
    while data:
        stream = zlib.decompressobj(wbits=47)
        try:
            unpacked += stream.decompress(data, MAX_UNPACKED + 1 - len(unpacked))
        except zlib.error:
            break
        if len(unpacked) > MAX_UNPACKED:
            raise UnreadableError
        data = stream.unused_data
    return unpacked


def _bzip2(data: bytes) -> bytes:
    try:
        unpacked = bz2.BZ2Decompressor().decompress(data, MAX_UNPACKED + 1)
    except (OSError, ValueError):
        return b""
    if len(unpacked) > MAX_UNPACKED:
        raise UnreadableError
    return unpacked


UNPACKERS: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType({"gzip": _gzip, "bzip2": _bzip2})
"""What unpacks compressed bytes, by name; it gives nothing where they are not what they look like."""


# ── escapes: a sign in the text, then a character by its number ──────────────────────────────────────────────────────────

_PERCENT_U = re.compile(r"%u([0-9A-Fa-f]{4})")
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([0-3][0-7]{2})|(.))", re.DOTALL
)
_CSS = re.compile(r"\\([0-9A-Fa-f]{1,6})[ \t\n]?")
_QUOTED = re.compile(r"=(?:[0-9A-Fa-f]{2}|\r?\n)")
_SURROGATES = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")
_TAG = re.compile(r"<[^<>]{0,300}>")
_BLANK_ESCAPES = {"n": "\n", "r": "\n", "t": " ", "b": " ", "f": " "}


def _url(text: str) -> Iterator[str]:
    if "%" in text:
        plain = _PERCENT_U.sub(lambda found: _char(found[1], 16), text) if "%u" in text else text
        yield unquote(plain, errors="replace")
        if "+" in plain:
            yield unquote_plus(plain, errors="replace")


def _html(text: str) -> Iterator[str]:
    if "&" in text:
        yield html.unescape(text)


def _markup(text: str) -> Iterator[str]:
    if "<" in text and ">" in text:
        yield _TAG.sub("", text)


def _json(text: str) -> Iterator[str]:
    if "\\" in text:
        yield _joined(_ESCAPE.sub(_escaped, text))


def _escaped(found: re.Match[str]) -> str:
    if number := found[1] or found[2] or found[3]:
        return _char(number, 16)
    return _char(found[4], 8) if found[4] else _BLANK_ESCAPES.get(found[5], found[5])


def _css(text: str) -> Iterator[str]:
    if "\\" in text and _CSS.search(text):
        yield _CSS.sub(lambda found: _char(found[1], 16), text)


def _joined(text: str) -> str:
    """Halves of surrogate pairs made whole."""
    return _SURROGATES.sub(lambda found: found[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)


def _char(number: str, radix: int) -> str:
    code = int(number, radix)
    return chr(code) if code <= 0x10FFFF else ""


def _quoted_printable(text: str) -> Iterator[str]:
    if "=" in text and _QUOTED.search(text):
        yield from texts(quopri.decodestring(text.encode("utf-8", errors="replace")))


_UTF7 = re.compile(r"\+[AB][A-Za-z0-9+/]{2,}-?")


def _utf7(text: str) -> Iterator[str]:
    if "+" in text and text.isascii() and _UTF7.search(text):
        yield _UTF7.sub(lambda found: found[0].encode().decode("utf-7", errors="ignore"), text)


_PUNYCODE = re.compile(r"(?i)\bxn--([a-z0-9-]+)")


def _punycode(text: str) -> Iterator[str]:
    if "xn--" in text.casefold():
        yield _PUNYCODE.sub(lambda found: found[1].encode().decode("punycode", errors="ignore"), text)


_NUMBERS = re.compile(r"(?:\d{2,3}[ \t]?[,; ][ \t]?){4,}\d{2,3}")
_BITS = re.compile(r"(?:[01]{8}[ ,]?){5,}")


def _char_codes(text: str) -> Iterator[str]:
    """``109,97,114``: characters by their numbers, as a script would write them; and the same in bits."""
    if found := _NUMBERS.findall(text):
        yield "\n".join("".join(map(chr, map(int, re.findall(r"\d+", run)))) for run in found)
    if bits := _BITS.findall(text):
        yield "\n".join("".join(chr(int(one, 2)) for one in re.findall(r"[01]{8}", run)) for run in bits)


# ── alphabets: a run of letters that stands for bytes ────────────────────────────────────────────────────────────────────

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}")
_WRAPPED = re.compile(r"(?<=[A-Za-z0-9+/_-]{16})[ \t]*(?:\r?\n[ \t]*)+(?=[A-Za-z0-9+/_-])")
_BASE32 = re.compile(r"[A-Z2-7]{8,}|[a-z2-7]{16,}")
_ASCII85 = re.compile(r"<~[!-uz\s]+~>")
_HEX = re.compile(r"[0-9A-Fa-f]{10,}")
_HEX_PAIRS = re.compile(r"(?:(?:0x)?[0-9A-Fa-f]{2}[ :;,_-]{1,2}){4,}(?:0x)?[0-9A-Fa-f]{2}")
_HEX_PAIR = re.compile(r"[0-9A-Fa-f]{2}[ :;,_-]{1,2}(?:0x)?[0-9A-Fa-f]{2}[ :;,_-]")
_URL_SAFE = str.maketrans("-_", "+/")
_NO_HEX = re.compile(r"0x|[^0-9A-Fa-f]")


def _base64(text: str) -> Iterator[str]:
    if runs := _BASE64.findall(_WRAPPED.sub("", text) if "\n" in text else text):
        for start in range(4):
            yield from _readable(binascii.a2b_base64(_padded(runs, start, 4, "/").translate(_URL_SAFE)))


def _base32(text: str) -> Iterator[str]:
    if runs := _BASE32.findall(text):
        for start in range(8):
            yield from _readable(base64.b32decode(_padded(runs, start, 8, "7").upper()))


def _hex(text: str) -> Iterator[str]:
    runs = _HEX.findall(text)
    if _HEX_PAIR.search(text):
        runs += [_NO_HEX.sub("", run) for run in _HEX_PAIRS.findall(text)]
    if runs:
        for start in range(2):
            yield from _readable(bytes.fromhex(_padded(runs, start, 2, "f")))


def _padded(runs: Sequence[str], start: int, group: int, ones: str) -> str:
    """Runs in one text, each filled up to whole groups of letters and kept from the next by a group of ones.

    A run may begin with letters that are not part of the encoding, so each alignment (``start``) is tried.
    """
    return (ones * group).join(run[start:] + ones * (-(len(run) - start) % group) for run in runs)


def _ascii85(text: str) -> Iterator[str]:
    if "<~" in text:
        for run in _ASCII85.findall(text):
            yield from _readable(_decode85(run))


def _decode85(run: str) -> bytes:
    try:
        return base64.a85decode(run, adobe=True)
    except ValueError:
        return b""


_UTF8 = rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}"
_PIECE = re.compile(rb"(?:[\t\n\r -~]|" + _UTF8 + rb"){%d,}" % SHORTEST_PIECE)
_WESTERN = re.compile(rb"[ -~]{3,}(?:[\xc0-\xff]{1,2}[ -~]+){1,4}[\xc0-\xff]?")
_WIDE = re.compile(
    rb"(?:[\t\n\r -~\xa0-\xff]\0){%d,}|(?:\0[\t\n\r -~\xa0-\xff]){%d,}" % (SHORTEST_PIECE, SHORTEST_PIECE)
)


def _readable(data: bytes) -> Iterator[str]:
    """What can be read in decoded bytes, as one text; most words that look like an encoding decode to noise."""
    pieces = [piece.decode("utf-8", errors="ignore") for piece in _PIECE.findall(data)]
    pieces += [piece.decode("cp1252", errors="ignore") for piece in _WESTERN.findall(data)]
    pieces += [piece.replace(b"\0", b"").decode("latin-1") for piece in _WIDE.findall(data)] if b"\0" in data else []
    tries = iter(range(_ATTEMPTS))
    pieces += [text for inside in _unpacked(data, tries) for text in texts(inside, tries=tries)]
    if pieces:
        yield "\n".join(pieces)


DECODERS: Mapping[str, Decoder] = MappingProxyType(
    {
        "url": _url,
        "html": _html,
        "markup": _markup,
        "json": _json,
        "css": _css,
        "quoted-printable": _quoted_printable,
        "utf-7": _utf7,
        "punycode": _punycode,
        "char-codes": _char_codes,
        "base64": _base64,
        "base32": _base32,
        "ascii85": _ascii85,
        "hex": _hex,
    }
)
"""What a text may be encoded in, by name."""
