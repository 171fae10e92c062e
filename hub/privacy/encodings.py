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
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from types import MappingProxyType

MAX_UNPACKED = 32 * 1024 * 1024
"""Compressed bytes that unfold to more than this cannot be looked at."""

SHORTEST_PIECE = 4
"""Readable pieces of fewer decoded bytes than this are chance: four Latin letters, two of most other scripts."""

Decoder = Callable[[str], Iterator[str]]


class UnreadableError(Exception):
    """Nobody can look through these bytes with reasonable means."""


# ── bytes ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def texts(data: bytes, *, tries: Iterator[int] | None = None) -> list[str]:
    """These are the texts that bytes may stand for: UTF-8, else Windows-1252, UTF-16 and UTF-32, unpacked.

    Raises UnreadableError where they unpack to more than ``MAX_UNPACKED``, or where ``tries``, which all that is packed in
    each other shares, come to their end.
    """
    tries = iter(range(_ATTEMPTS)) if tries is None else tries
    found = [data.decode("utf-8", errors="replace")]
    if "\N{REPLACEMENT CHARACTER}" in found[0]:
        found.append(data.decode("cp1252", errors="replace"))
    if b"\0" in data or data.startswith(_MARKS):
        found += _wide(data)
    for inside in _unpacked(data, tries):
        found += texts(inside, tries=tries)
    return found


_MARKS = (b"\xff\xfe", b"\xfe\xff")
_FOUR = re.compile(rb"\0[\0-\x10].{2}\0[\0-\x10]|[\0-\x10]\0.{2}[\0-\x10]\0", re.DOTALL)


def _wide(data: bytes) -> list[str]:
    """Two or four bytes for a character, either of them first, beginning at whatever byte."""
    bare = data.replace(b"\0", b"").decode("utf-8", errors="replace")
    codecs = [("utf-16", 2), *([("utf-32", 4)] if _FOUR.search(data) else [])]
    return [
        bare,
        *(
            (data[start:] + b"\0").decode(f"{codec}-{order}", errors="replace")
            for codec, width in codecs
            for order in ("le", "be")
            for start in range(width)
        ),
    ]


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

_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_PERCENT_U = re.compile(r"%u([0-9A-Fa-f]{4})")
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|U([0-9A-Fa-f]{8})|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([0-3][0-7]{2})|(.))",
    re.DOTALL,
)
_BYTES = re.compile(r"(?:\\(?:x[0-9A-Fa-f]{2}|[0-3][0-7]{2}))+")
_BYTE = re.compile(r"x(..)|(\d{3})")
_CSS = re.compile(r"\\([0-9A-Fa-f]{1,6})[ \t\n]?")
_QUOTED = re.compile(r"=(?:[0-9A-Fa-f]{2}|[ \t]*\r?\n)")
_SOFT_BREAK = re.compile(r"=[ \t]*\r?\n")
_SURROGATES = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")
_TAG = re.compile(r"<[^<>]{0,300}>")
_BLANK_ESCAPES = {"n": "\n", "r": "\r", "t": " ", "b": " ", "f": " "}


def _url(text: str) -> Iterator[str]:
    if "%" in text or ("+" in text and "=" in text):
        plain = _PERCENT_U.sub(lambda found: _char(found[1], 16), text) if "%u" in text else text
        for one in dict.fromkeys((plain, plain.replace("+", " "))):
            yield (utf8 := _PERCENT.sub(lambda run: _percent(run).decode("utf-8", errors="replace"), one))
            if "\N{REPLACEMENT CHARACTER}" in utf8:
                yield _PERCENT.sub(lambda run: _in_bytes(_percent(run)), one)


def _percent(run: re.Match[str]) -> bytes:
    return bytes.fromhex(run[0].replace("%", ""))


_WINDOWS = {bytes([one]).decode("cp1252", errors="ignore") or chr(one): one for one in range(0x80, 0xC0)}
_MISREAD = {chr(one): one for one in range(0x80, 0xF5)} | _WINDOWS
_SPOILT = re.compile(f"[\u00c2-\u00f4][\u0080-\u00bf{''.join(_WINDOWS)}]{{1,3}}")


def _mojibake(text: str) -> Iterator[str]:
    """UTF-8 that was read as Latin-1 or Windows-1252 and written again: "Ã©" was an "é"."""
    if _SPOILT.search(text):
        yield _SPOILT.sub(lambda run: bytes(map(_MISREAD.__getitem__, run[0])).decode("utf-8", errors="replace"), text)


def _html(text: str) -> Iterator[str]:
    if "&" in text:
        yield html.unescape(text)


def _markup(text: str) -> Iterator[str]:
    if "<" in text and ">" in text:
        yield _TAG.sub("", text)


def _json(text: str) -> Iterator[str]:
    if "\\" in text:
        yield _joined(_ESCAPE.sub(_escaped, text))
        if _BYTES.search(text):
            yield _joined(_ESCAPE.sub(_escaped, _BYTES.sub(_byte_run, text)))


def _escaped(found: re.Match[str]) -> str:
    if number := found[1] or found[2] or found[3] or found[4]:
        return _char(number, 16)
    return _char(found[5], 8) if found[5] else _BLANK_ESCAPES.get(found[6], found[6])


def _byte_run(found: re.Match[str]) -> str:
    r"""``\xc3\xbc`` or ``\303\274``: the bytes of a text, as C and Python write them."""
    return _in_bytes(bytes(int(one, 16) if one else int(octal, 8) for one, octal in _BYTE.findall(found[0])))


def _in_bytes(data: bytes) -> str:
    """Bytes as UTF-8 where they are that, else as Windows-1252."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


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
        yield from texts(quopri.decodestring(_SOFT_BREAK.sub("", text).encode("utf-8", errors="replace")))


_ENCODED_WORD = r"=\?([^?\s]{1,40})\?([BbQq])\?([^?]*)\?="
_ENCODED_WORDS = re.compile(rf"(?:{_ENCODED_WORD}\s*)+".replace("([", "(?:["))
_WORD = re.compile(_ENCODED_WORD)
_COSTLY = {"idna", "punycode"}


def _encoded_words(text: str) -> Iterator[str]:
    """``=?utf-8?B?...?=`` of e-mail headers: several in a row are one, whatever is cut between them."""
    if "=?" in text:
        yield _ENCODED_WORDS.sub(_decoded_words, text)


def _decoded_words(found: re.Match[str]) -> str:
    parts: list[tuple[str, bytes]] = []
    for charset, way, inside in _WORD.findall(found[0]):
        charset = charset.partition("*")[0].lower()
        before = parts.pop()[1] if parts and parts[-1][0] == charset else b""
        parts.append((charset, before + _encoded_word(way, inside)))
    return "".join(_in_charset(data, charset) for charset, data in parts) + " "


def _encoded_word(way: str, inside: str) -> bytes:
    if way in "Qq":
        return quopri.decodestring(inside.encode("utf-8", errors="replace"), header=True)
    letters = inside.rstrip("=")
    try:
        return binascii.a2b_base64(letters + "=" * (-len(letters) % 4))
    except ValueError:
        return b""


def _in_charset(data: bytes, charset: str) -> str:
    try:
        return _in_bytes(data) if charset in _COSTLY else data.decode(charset, errors="replace")
    except (LookupError, ValueError):
        return _in_bytes(data)


_UTF7 = re.compile(r"\+(?:[A-Za-z0-9+/]{3,}-|[AB][A-Za-z0-9+/]{2,})")


def _utf7(text: str) -> Iterator[str]:
    if "+" in text and text.isascii() and _UTF7.search(text):
        yield _UTF7.sub(lambda found: found[0].encode().decode("utf-7", errors="ignore"), text)


_PUNYCODE = re.compile(r"(?i)\bxn--([a-z0-9-]{1,200})")


def _punycode(text: str) -> Iterator[str]:
    if "xn--" in text.casefold():
        yield _PUNYCODE.sub(lambda found: found[1].encode().decode("punycode", errors="ignore"), text)


_NUMBERS = re.compile(r"(?:\d{2,3}[ \t]?[,; ][ \t]?){3,}\d{2,3}")
_BITS = re.compile(r"(?:[01]{8}[ ,]?){4,}")


def _char_codes(text: str) -> Iterator[str]:
    """``109,97,114``: characters by their numbers, as a script would write them; and the same in bits."""
    runs = [[int(one) for one in re.findall(r"\d+", run)] for run in _NUMBERS.findall(text)]
    runs += [[int(one, 2) for one in re.findall(r"[01]{8}", run)] for run in _BITS.findall(text)]
    if runs:
        yield "\n".join("".join(map(chr, run)) for run in runs)
    if in_bytes := [bytes(run) for run in runs if 0x7F < max(run) < 0x100]:
        yield "\n".join(map(_in_bytes, in_bytes))


_FILLER = re.compile("[\u115f\u1160\u3164\uffa0\u2800]")


def _fillers(text: str) -> Iterator[str]:
    """Letters that look like blanks: a fold takes them out of a word, here they stand between two."""
    if not text.isascii() and _FILLER.search(text):
        yield _FILLER.sub(" ", text)


# ── alphabets: a run of letters that stands for bytes ────────────────────────────────────────────────────────────────────

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}|[A-Za-z0-9+/_-]{6,7}(?==)")
_WRAPPED = re.compile(r"(?<=[A-Za-z0-9+/_-]{16})[ \t]*(?:\r?\n[ \t]*)+(?=[A-Za-z0-9+/_-])")
_BASE32 = re.compile(r"[A-Z2-7]{7,}|[a-z2-7]{16,}")
_ASCII85 = re.compile(r"<~[!-uz\s]+~>")
_HEX = re.compile(r"[0-9A-Fa-f]{8,}")
_HEX_PAIRS = re.compile(r"(?:(?:0x)?[0-9A-Fa-f]{2}[ :;,_-]{1,2}){3,}(?:0x)?[0-9A-Fa-f]{2}")
_HEX_PAIR = re.compile(r"[0-9A-Fa-f]{2}[ :;,_-]{1,2}(?:0x)?[0-9A-Fa-f]{2}[ :;,_-]")
_URL_SAFE = str.maketrans("-_", "+/")
_NO_HEX = re.compile(r"0x|[^0-9A-Fa-f]")


def _base64(text: str) -> Iterator[str]:
    if runs := dict.fromkeys(_BASE64.findall(_WRAPPED.sub("", text) if "\n" in text else text)):
        yield from _readable(
            binascii.a2b_base64(_padded(runs, start, 4, "/").translate(_URL_SAFE)) for start in range(4)
        )


def _base32(text: str) -> Iterator[str]:
    if runs := dict.fromkeys(_BASE32.findall(text)):
        yield from _readable(base64.b32decode(_padded(runs, start, 8, "7").upper()) for start in range(8))


def _hex(text: str) -> Iterator[str]:
    runs = [*dict.fromkeys(_HEX.findall(text))]
    if _HEX_PAIR.search(text):
        runs += [_NO_HEX.sub("", run) for run in _HEX_PAIRS.findall(text)]
    if runs:
        yield from _readable(bytes.fromhex(_padded(runs, start, 2, "f")) for start in range(2))


def _padded(runs: Iterable[str], start: int, group: int, ones: str) -> str:
    """Runs in one text, each filled up to whole groups of letters and kept from the next by two groups of ones.

    A run may begin with letters that are not part of the encoding, so each alignment (``start``) is tried.
    """
    return (ones * group * 2).join(run[start:] + ones * (-(len(run) - start) % group) for run in runs)


def _ascii85(text: str) -> Iterator[str]:
    if "<~" in text:
        yield from _readable(map(_decode85, _ASCII85.findall(text)))


def _decode85(run: str) -> bytes:
    try:
        return base64.a85decode(run, adobe=True)
    except ValueError:
        return b""


_UTF8 = rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}"
_PIECE = re.compile(rb"(?:[\t\n\r -~]|" + _UTF8 + rb"){%d,}" % SHORTEST_PIECE)
_WESTERN = re.compile(rb"[ -~]{3,}(?:[\xc0-\xfe]{1,2}[ -~]+){1,4}[\xc0-\xfe]?")
# The higher bytes of UTF-16: alphabets, then Chinese and Japanese, then Korean, where noise soon looks like a letter or two.
_EAST = rb"\x30\x4e-\x9f\xac-\xd7"
_HIGH = re.compile(
    rb"(?:[\0-\x1f]{4}|[\x30\x4e-\x9f]{6}|[\xac-\xd7]{4}|\0[%(east)s]{2})[\0-\x1f%(east)s]*" % {b"east": _EAST}
)
_BEHIND_LATIN = re.compile(rb"\0[%(east)s]{2}" % {b"east": _EAST})
# Behind ones a run begins: what is all that there is may be shorter. Ones follow it too, perhaps from within a byte.
_BARE = re.compile(rb"\xff((?:[ -~]{0,2}(?:%(utf8)s)(?:[ -~]|%(utf8)s){0,2}))" % {b"utf8": _UTF8})
_BARE_WESTERN = re.compile(rb"\xff([ -~]{0,2}(?:[\xc0-\xfe]{1,2}[ -~]+){1,4}[\xc0-\xfe]?|[ -~]{3,}[\xc0-\xfe])")
_BARE_HIGH = re.compile(rb"[\xfe\xff]([\0-\x1f%(east)s]{2,5})(?=[\x01\x03\x07\x0f\x1f\x3f\x7f\xff])" % {b"east": _EAST})


def _readable(decoded: Iterable[bytes]) -> Iterator[str]:
    """What can be read in decoded bytes, as one text; most words that look like an encoding decode to noise."""
    ways = [*decoded]
    tries = iter(range(_ATTEMPTS * len(ways)))
    if pieces := [*_pieces(b"\xff\xff".join(ways), tries)]:
        yield "\n".join(pieces)


def _pieces(data: bytes, tries: Iterator[int]) -> Iterator[str]:
    apart = b"\xff\xff" + data + b"\xff\xff"
    for piece in chain(_PIECE.findall(data), _BARE.findall(apart)):
        if len(piece) >= SHORTEST_PIECE:
            yield piece.decode("utf-8", errors="ignore")
    for piece in chain(_WESTERN.findall(data), _BARE_WESTERN.findall(apart)):
        yield piece.decode("cp1252", errors="ignore")
    yield from _wide_pieces(apart)
    for inside in _unpacked(data, tries):
        yield from texts(inside, tries=tries)


_KINDS = b"a" * 0x20 + b"." * 0x10 + b"h" + b"." * 0x1D + b"h" * 0x52 + b"." * 0x0C + b"k" * 0x2C + b"." * 0x28
_ALIKE = (b"aaaa", b"hhhhhh", b"kkkk")


def _may_be_wide(high: bytes) -> bool:
    """Whether the pattern can find anything: asked first, because it is slow and mostly finds nothing."""
    kinds = high.translate(_KINDS)
    return any(run in kinds for run in _ALIKE) or (b"\0" in high and _BEHIND_LATIN.search(high) is not None)


def _wide_pieces(data: bytes) -> Iterator[str]:
    for parity in (0, 1):
        high = data[parity::2]
        spans = [run.span() for run in _HIGH.finditer(high)] if _may_be_wide(high) else []
        for first, last in chain(spans, (run.span(1) for run in _BARE_HIGH.finditer(high))):
            start, end = parity + 2 * first, parity + 2 * last
            yield data[start:end].decode("utf-16-be", errors="ignore").replace("\0", "")
            yield data[start - 1 : end - 1].decode("utf-16-le", errors="ignore").replace("\0", "")


DECODERS: Mapping[str, Decoder] = MappingProxyType(
    {
        "url": _url,
        "html": _html,
        "markup": _markup,
        "json": _json,
        "css": _css,
        "quoted-printable": _quoted_printable,
        "encoded-words": _encoded_words,
        "utf-7": _utf7,
        "punycode": _punycode,
        "char-codes": _char_codes,
        "fillers": _fillers,
        "mojibake": _mojibake,
        "base64": _base64,
        "base32": _base32,
        "ascii85": _ascii85,
        "hex": _hex,
    }
)
"""What a text may be encoded in, by name."""
