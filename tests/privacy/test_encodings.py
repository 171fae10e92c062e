"""The encodings: names of many scripts, in what systems really write, inside the bodies that connectors really send."""

import base64
import codecs
import html
import json
import quopri
import urllib.parse
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.privacy.egress import TOO_DEEP, KnownIdentifier, scan

EMAIL, GERMAN, CHINESE, RUSSIAN = "maria.garcia@example.com", "Jürgen Müller", "李小龙", "Фатима Захра"
VALUES = [
    *(("name", name) for name in (
        "Maria Garcia", GERMAN, CHINESE, "李明", RUSSIAN, "Анна", "Łukasz Żółć", "Γιώργος Σεφέρης", "محمد علي", "דוד כהן",
        "김철수", "山田 太郎", "ジョン・スミス", "आरव शर्मा", "สมชาย ใจดี", "Nguyễn Văn An",
    )),
    ("email", EMAIL), ("email", "jürgen.müller@exämple.de"), ("phone", "+34 910 55 51 01"), ("phone", "+1 202-555-0104"),
]  # fmt: skip


def _base64(text, codec="utf-8"):
    return base64.b64encode(text.encode(codec)).decode()


def _soft_breaks(text, width=4):
    quoted = quopri.encodestring(text.encode()).decode()
    return "=\r\n".join(quoted[at : at + width] for at in range(0, len(quoted), width)) if "=" not in quoted else quoted


def _words(text, codec="utf-8"):
    return " ".join(f"=?{codec}?B?{_base64(text[at : at + 5], codec)}?=" for at in range(0, len(text), 5))


def _escaped(text, sign, codec="utf-8"):
    return "".join(sign % byte for byte in text.encode(codec))


def _mail(body):
    return b"Subject: hello\r\n\r\n" + body.replace(b"\n", b"\r\n")


ENCODINGS = {
    "plain": str,
    "url": lambda t: urllib.parse.quote(t, safe=""),
    "url, every letter": lambda t: _escaped(t, "%%%02x"),
    "base64": _base64,
    "base64 for urls": lambda t: base64.urlsafe_b64encode(t.encode()).decode(),
    "base64 of a sentence": lambda t: _base64(f"to {t}, please"),
    "base64 of utf-16-le": lambda t: _base64(t, "utf-16-le"),
    "base64 of utf-16-be": lambda t: _base64(t, "utf-16-be"),
    "base64 of utf-16 with its mark": lambda t: _base64(t, "utf-16"),
    "base64 of a sentence in utf-16-be": lambda t: _base64(f"to {t}, please", "utf-16-be"),
    "html": html.escape,
    "html, every letter": lambda t: "".join(f"&#{ord(c)};" for c in t),
    "html, every letter in hex": lambda t: "".join(f"&#x{ord(c):X};" for c in t),
    "json": lambda t: json.dumps(t)[1:-1],
    "json, every letter": lambda t: "".join(f"\\u{ord(c):04x}" for c in t),
    "full width": lambda t: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in t),
    "look-alike letters": lambda t: t.translate(str.maketrans("aeopcxy", "аеорсху")),
    "quoted-printable": lambda t: _escaped(t, "=%02X"),
    "hex": lambda t: t.encode().hex(),
    "hex of utf-16-le": lambda t: t.encode("utf-16-le").hex(),
    "hex of utf-16-be": lambda t: t.encode("utf-16-be").hex(),
    "base32": lambda t: base64.b32encode(t.encode()).decode(),
    "words of a header": _words,
    "bytes, hex": lambda t: _escaped(t, "\\x%02x"),
    "bytes, octal": lambda t: _escaped(t, "\\%03o"),
    "code points of C": lambda t: "".join(f"\\U{ord(c):08x}" for c in t),
}
BODIES = {
    "json": lambda t: json.dumps({"note": f"see ({t}) please", "n": 7}).encode(),
    "json as it is": lambda t: json.dumps({"note": t}, ensure_ascii=False).encode(),
    "form": lambda t: urllib.parse.urlencode({"id": 7, "note": f"see {t} please"}).encode(),
    "xml": lambda t: f"<c><id>7</id><note>{escape(t)}</note></c>".encode(),
    "quoted-printable mail": lambda t: _mail(quopri.encodestring(f"see {t} please".encode())),
    "base64 mail": lambda t: _mail(base64.encodebytes(f"see {t} please".encode())),
    "utf-16-be": lambda t: f"see {t} please".encode("utf-16-be"),
}  # fmt: skip


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.sampled_from(VALUES), st.sampled_from(sorted(ENCODINGS)), st.sampled_from(sorted(BODIES)))
def test_what_is_known_is_found_in_every_script_encoding_and_body(known, encoding, body):
    kind, value = known
    hits = scan(BODIES[body](ENCODINGS[encoding](value)), [KnownIdentifier(kind, value)], allowed=())
    assert [hit.kind for hit in hits] == [kind] != [TOO_DEEP]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (EMAIL, json.dumps(_soft_breaks(EMAIL))),
        (EMAIL, json.dumps("=  \r\n".join(["maria.gar", "cia@exam", "ple.com"]))),
        (CHINESE, f"to {CHINESE}.".encode("utf-16-be")),
        (RUSSIAN, f"to {RUSSIAN}.".encode("utf-16-be")),
        (CHINESE, CHINESE.encode("utf-16")),
        (GERMAN, f"to {GERMAN}.".encode("utf-32")),
        (CHINESE, f"to {CHINESE}.".encode("utf-32-be")),
        (CHINESE, _base64(CHINESE)),
        (CHINESE, CHINESE.encode().hex()),
        (CHINESE, base64.b32encode(CHINESE.encode()).decode()),
        (CHINESE, _base64(CHINESE, "utf-16-le")),
        (CHINESE, CHINESE.encode("utf-16-be").hex()),
        (RUSSIAN, _base64(RUSSIAN, "utf-16-be")),
        ("Łukasz Żółć", _base64("Łukasz Żółć", "utf-16-le")),
        ("Li Wu", _base64("Li Wu")),
        (GERMAN, _base64(GERMAN, "cp1252")),
        (GERMAN, "J%FCrgen+M%FCller"),
        (GERMAN, r"J\xc3\xbcrgen M\xc3\xbcller"),
        (GERMAN, r"J\303\274rgen M\303\274ller"),
        (EMAIL, ENCODINGS["code points of C"](EMAIL)),
        (GERMAN, ",".join(map(str, GERMAN.encode()))),
        (GERMAN, " ".join(f"{byte:08b}" for byte in GERMAN.encode())),
        (GERMAN, codecs.encode(GERMAN, "rot13")),
        (EMAIL, "\u3164".join(EMAIL)),
        (EMAIL, "\u2800".join(EMAIL)),
        ("Maria Garcia", "Maria\u2800Garcia"),
        ("Maria Garcia", "Maria\u3164Garcia"),
        (EMAIL, _words(EMAIL)),
        (GERMAN, "=?iso-8859-1?Q?J=FCrg?=\r\n =?iso-8859-1?Q?en_M=FCller?="),
        (RUSSIAN, _words(RUSSIAN, "koi8-r")),
        (CHINESE, CHINESE.encode("utf-7").decode()),
    ],
)
def test_what_once_got_through_is_found(value, written):
    payload = written if isinstance(written, bytes) else written.encode()
    kind = "email" if "@" in value else "name"
    assert [hit.kind for hit in scan(payload, [KnownIdentifier(kind, value)], allowed=())] == [kind]


def test_nonsense_instead_of_a_charset_is_no_error():
    for charset in ("nowhere", "rot13", "punycode", "utf-16", "unicode_escape"):
        payload = f"=?{charset}?B?bWFyaWEuZ2FyY2lhQGV4YW1wbGUuY29t?= =?{charset}?B?A?=".encode()
        assert scan(payload, [KnownIdentifier("email", EMAIL)], allowed=())


def test_names_of_two_letters_are_no_accident_among_random_ids():
    known = [KnownIdentifier(kind, value) for kind, value in VALUES]
    ids = [base64.b64encode(bytes((n * 37 + k * k) % 256 for k in range(24))).decode() for n in range(150)]
    ids += [f"{pow(7, n, 2**127 - 1):032x}" for n in range(150)]
    assert scan(json.dumps(ids).encode(), known, allowed=()) == []
