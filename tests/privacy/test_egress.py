"""The egress scan: sixty invented identifiers, hidden in every way that somebody may write or encode them."""

import base64
import bz2
import gzip
import html
import json
import quopri
import random
import unicodedata
import urllib.parse
import zlib
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.privacy import egress, encodings, folds
from hub.privacy.egress import KnownIdentifier, Lookout, scan
from hub.privacy.policy import load_policy

POLICY = load_policy(Path(__file__).parents[2] / "privacy")
FIRST = ["Maria", "Chloé", "José", "Zoë", "Björn", "Aïcha", "Li", "Ngozi", "Siobhán", "Iñaki"]
LAST = ["Garcia", "Dubois", "Núñez", "O'Brien", "Müller", "Al-Farsi", "Wei", "Okafor", "Ní Bhriain", "Etxeberria"]


def _canaries():
    """Ten invented people with six identifiers each."""
    for n, (first, last) in enumerate(zip(FIRST, LAST, strict=True)):
        plain = folds.words(folds.letters(f"{first} {last}")).replace(" ", ".")
        yield KnownIdentifier("email", f"{plain}{'+shop' if n % 3 == 1 else ''}@example.{['com', 'org', 'net'][n % 3]}")
        yield KnownIdentifier("phone", f"+1 202-555-01{n:02}" if n % 2 else f"+34 910 55 51 {n:02}")
        yield KnownIdentifier("name", f"{first} {last}")
        yield KnownIdentifier("handle", f"@{plain.replace('.', '_')}{n}")
        yield KnownIdentifier("customer_id", f"C-{n:06}")
        yield KnownIdentifier("vendor_id", f"90000000000000000{n:02}" if n % 2 else f"003Xx00000AbCd{n:02}")


CANARIES = list(_canaries())


def _full_width(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _look_alike(text):
    return text.translate(str.maketrans("aeopcxyAEOPCXY", "аеорсхуАЕОРСХУ"))


def _escape_all(text):
    return "".join(f"\\u{ord(c):04x}" for c in text)


def _mime(text):
    return base64.encodebytes(b"." * 50 + text.encode() + b"." * 60).decode()


def _words(text, joint):
    return joint.join(text.split()) if " " in text else text


ENCODINGS = {
    "plain": lambda t: t,
    "upper case": str.upper,
    "url": lambda t: urllib.parse.quote(t, safe=""),
    "url, every letter": lambda t: "".join(f"%{b:02X}" for b in t.encode()),
    "url twice": lambda t: urllib.parse.quote(urllib.parse.quote(t, safe=""), safe=""),
    "url, Microsoft's": lambda t: "".join(f"%u{ord(c):04x}" for c in t),
    "form": lambda t: urllib.parse.quote_plus(t),
    "utf-16 escapes of a pair": lambda t: "\\ud83d\\ude00 " + t,
    "html": html.escape,
    "html, every letter": lambda t: "".join(f"&#{ord(c)};" for c in t),
    "html, every letter in hex": lambda t: "".join(f"&#x{ord(c):x};" for c in t),
    "html tags between letters": lambda t: "<b></b>".join(t),
    "json": lambda t: json.dumps(t),
    "json, every letter": _escape_all,
    "json in json": lambda t: json.dumps(json.dumps({"v": t})),
    "javascript, hex": lambda t: "".join(f"\\x{b:02x}" if b < 128 else chr(b) for b in t.encode("latin-1", "replace")),
    "javascript, code points": lambda t: "".join(f"\\u{{{ord(c):x}}}" for c in t),
    "c, octal": lambda t: "".join(f"\\{ord(c):03o}" if ord(c) < 256 else c for c in t),
    "css": lambda t: "".join(f"\\{ord(c):x} " for c in t),
    "base64": lambda t: base64.b64encode(t.encode()).decode(),
    "base64, glued": lambda t: "id/" + base64.b64encode(b"x:" + t.encode() + b";").decode(),
    "base64, second alignment": lambda t: base64.b64encode(b"." + t.encode() + b"..").decode(),
    "base64, third alignment": lambda t: base64.b64encode(b".." + t.encode() + b".").decode(),
    "base64 for urls, no padding": lambda t: base64.urlsafe_b64encode(t.encode()).decode().rstrip("="),
    "base64 in url": lambda t: urllib.parse.quote(base64.b64encode(t.encode()).decode(), safe=""),
    "base64 of url": lambda t: base64.b64encode(urllib.parse.quote(t, safe="").encode()).decode(),
    "base64 of hex": lambda t: base64.b64encode(t.encode().hex().encode()).decode(),
    "base64 twice": lambda t: base64.b64encode(base64.b64encode(t.encode())).decode(),
    "base64 in lines": _mime,
    "html in base64": lambda t: base64.b64encode("".join(f"&#{ord(c)};" for c in t).encode()).decode(),
    "base64 of utf-16": lambda t: base64.b64encode(t.encode("utf-16-le")).decode(),
    "base64 of latin-1": lambda t: base64.b64encode(f"... {t} ...".encode("cp1252")).decode(),
    "base64 of gzip": lambda t: base64.b64encode(gzip.compress(t.encode())).decode(),
    "base64 of zlib": lambda t: base64.b64encode(zlib.compress(t.encode(), 9)).decode(),
    "base64 of bzip2": lambda t: base64.b64encode(bz2.compress(t.encode())).decode(),
    "base32": lambda t: base64.b32encode(t.encode()).decode(),
    "ascii85": lambda t: base64.a85encode(t.encode(), adobe=True).decode(),
    "hex": lambda t: t.encode().hex(),
    "hex with colons": lambda t: ":".join(f"{b:02x}" for b in t.encode()),
    "hex as bytes": lambda t: ", ".join(f"0x{b:02X}" for b in t.encode()),
    "quoted-printable": lambda t: quopri.encodestring(t.encode(), quotetabs=True).decode(),
    "quoted-printable, every letter": lambda t: "".join(f"={b:02X}" for b in t.encode()),
    "quoted-printable word": lambda t: "=?utf-8?Q?" + "".join(f"={b:02X}" for b in t.encode()) + "?=",
    "base64 word": lambda t: f"=?utf-8?B?{base64.b64encode(t.encode()).decode()}?=",
    "utf-7": lambda t: "".join(f"+{base64.b64encode(c.encode('utf-16-be')).decode().rstrip('=')}-" for c in t),
    "numbers of letters": lambda t: ",".join(str(ord(c)) for c in t),
    "bits of letters": lambda t: " ".join(f"{ord(c):08b}" for c in t if ord(c) < 256),
    "full width": _full_width,
    "look-alike letters": _look_alike,
    "decomposed": lambda t: unicodedata.normalize("NFD", t),
    "utf-8 read as latin-1": lambda t: t.encode().decode("latin-1"),
    "utf-8 read as Windows-1252": lambda t: t.encode().decode("cp1252"),
    "invisible marks": lambda t: "\u200b".join(t),
    "soft hyphens": lambda t: "\u00ad".join(t),
    "tags": lambda t: "".join(chr(0xE0000 + ord(c)) if ord(c) < 128 else c for c in t),
    "backwards": lambda t: t[::-1],
    "words with underscores": lambda t: _words(t, "_"),
    "words with two blanks": lambda t: _words(t, "  "),
}


def _payload(text):
    return json.dumps({"note": f"see ({text}) please", "n": 7}, ensure_ascii=False).encode()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_no_canary_escapes_to_any_destination_in_any_encoding(encoding):
    # Destinations that may see the same are one case.
    for allowed in {POLICY.allowed_identifiers(name) for name in POLICY.destinations.destinations}:
        lookout = Lookout(CANARIES, allowed=allowed)
        escaped = [
            one.value
            for one in CANARIES
            if one.kind not in allowed
            and one.kind not in {hit.kind for hit in lookout.find(_payload(ENCODINGS[encoding](one.value)))}
        ]
        assert escaped == []


def test_there_are_sixty_canaries_and_a_destination_that_may_see_none_of_them():
    assert len(CANARIES) == len({one.value for one in CANARIES}) == 60
    assert any(not POLICY.allowed_identifiers(name) for name in POLICY.destinations.destinations)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        *(("maria.garcia@example.com", written) for written in (
            "maria.garcia at example dot com", "maria dot garcia at example dot com", "maria.garcia[at]example[dot]com",
            "com.example.maria.garcia", "maria.garcia@com.example", "uid=maria.garcia,dc=example,dc=com",
            "MARIA_GARCIA_EXAMPLE_COM", "example.com/maria.garcia", "znevn.tnepvn@rknzcyr.pbz", "Maria.Garcia@EXAMPLE.COM",
        )),
        ("chloe.dubois+shop@example.org", "chloe.dubois@example.org"),
        ("chloe.dubois+shop@example.org", "chloe.dubois/example.org"),
        *(("Maria Garcia", written) for written in (
            "Garcia, Maria", "maria_garcia", "MARIA-GARCIA", "Maria\nGarcia", "Maria  Garcia's", "mariä garciá",
        )),
        *(("@maria_garcia0", written) for written in ("https://x.example/maria_garcia0/", "Maria_Garcia0")),
    ],
)  # fmt: skip
def test_other_ways_of_writing_are_found_too(value, written):
    kind = "email" if "@" in value[1:] else "handle" if value[0] == "@" else "name"
    assert scan(_payload(written), [KnownIdentifier(kind, value)], allowed=())


PROOFS = {
    "url": ENCODINGS["url, every letter"],
    "html": ENCODINGS["html, every letter"],
    "markup": ENCODINGS["html tags between letters"],
    "json": ENCODINGS["json, every letter"],
    "css": lambda t: "".join(f"\\{ord(c):06x}" for c in t),
    "quoted-printable": ENCODINGS["quoted-printable, every letter"],
    "encoded-words": lambda t: " ".join(
        f"=?utf-8?B?{base64.b64encode(t[n : n + 5].encode()).decode()}?=" for n in range(0, len(t), 5)
    ),
    "fillers": lambda t: "Maria\u2800Garcia",
    "utf-7": ENCODINGS["utf-7"],
    "punycode": lambda t: t.replace("example.com", "bücher.example".encode("idna").decode()),
    "char-codes": ENCODINGS["numbers of letters"],
    "mojibake": lambda t: t.encode().decode("cp1252"),
    "base64": ENCODINGS["base64"],
    "base32": ENCODINGS["base32"],
    "ascii85": ENCODINGS["ascii85"],
    "hex": ENCODINGS["hex"],
    "gzip": lambda t: gzip.compress(t.encode()),
    "bzip2": lambda t: bz2.compress(t.encode()),
    "words": lambda t: t.replace(".", "_").replace("@", "/"),
    "digits": lambda t: "0034.91.055.51.02",
}
PLACES = {"DECODERS": (egress, encodings), "UNPACKERS": (encodings,), "FOLDS": (egress,)}


@pytest.mark.parametrize("name", [*encodings.DECODERS, *encodings.UNPACKERS, *egress.FOLDS])
def test_each_decoder_and_fold_is_needed(monkeypatch, name):
    value = {
        "digits": "+34 910 55 51 02", "punycode": "maria@bücher.example", "fillers": "Maria Garcia",
        "mojibake": "chloé.dubois@example.com",
    }.get(name, "maria.garcia@example.com")  # fmt: skip
    hidden = PROOFS[name]("maria@example.com" if name == "punycode" else value)
    payload = b"a " + (hidden if isinstance(hidden, bytes) else hidden.encode()) + b" b"
    known = [KnownIdentifier({"digits": "phone", "fillers": "name"}.get(name, "email"), value)]
    assert scan(payload, known, allowed=())
    for table, modules in PLACES.items():
        for module in modules:
            rest = {key: work for key, work in getattr(module, table).items() if key != name}
            monkeypatch.setattr(module, table, MappingProxyType(rest))
    assert not scan(payload, known, allowed=())


def test_a_packed_body_is_unpacked_wherever_it_begins():
    body = json.dumps({"note": "maria.garcia@example.com"}).encode()
    for packed in (
        gzip.compress(body),
        zlib.compress(body),
        bz2.compress(body),
        b"--part\r\n\r\n" + gzip.compress(body),
    ):
        assert scan(packed, CANARIES[:1], allowed=()), packed[:4]
    assert not scan(gzip.compress(b"nothing personal"), CANARIES, allowed=())


def test_a_bomb_does_not_leave(monkeypatch):
    monkeypatch.setattr(encodings, "MAX_UNPACKED", 1000)
    for pack in (gzip.compress, bz2.compress):
        assert [hit.kind for hit in scan(pack(b"a" * 100_000), CANARIES, allowed=())] == [egress.TOO_DEEP]


def test_each_owner_of_a_batch_is_found_and_named():
    lookout = Lookout(
        [KnownIdentifier(one.kind, one.value, f"per_{n // 6}") for n, one in enumerate(CANARIES)], allowed=()
    )
    hits = lookout.find(_payload(CANARIES[0].value), _payload(CANARIES[6].value))
    assert {(hit.kind, hit.owner) for hit in hits if hit.kind == "email"} == {("email", "per_0"), ("email", "per_1")}


def test_a_value_that_the_destination_is_asked_by_may_stand_there_and_no_other():
    lookout = Lookout(CANARIES, allowed=(), permitted=["maria.garcia@example.com"])
    assert lookout.find(b"GET /users?q=maria.garcia%40example.com") == []
    assert [hit.kind for hit in lookout.find(b"GET /users?q=maria.garcia%40example.com&n=Maria+Garcia")] == ["name"]


def test_numbers_among_other_numbers_are_no_identifier():
    known = [KnownIdentifier("vendor_id", "1234567"), KnownIdentifier("phone", "+34 910 555 102")]
    payload = json.dumps(
        {"a": 91234567, "b": 12345678, "c": [0.91, 0.05], "d": 0.51, "e": "2026-05-04T10:21:12"}
    ).encode()
    assert scan(payload, known, allowed=()) == []
    assert scan(b"1, 2, 3", known, allowed=()) == []
    assert scan(b"id 1234567.", known, allowed=()) and scan(b"id 0001234567", known, allowed=())
    assert scan(b"id 12-34-567", known, allowed=())


@given(st.data())
def test_a_random_payload_of_no_identifiers_may_leave_and_one_that_is_put_in_is_found(data):
    noise = data.draw(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=200))
    one = CANARIES[data.draw(st.integers(0, 11))]
    encoding = data.draw(st.sampled_from(["plain", "url, every letter", "json, every letter", "upper case"]))
    hidden = ENCODINGS[encoding](one.value)
    assert scan(f"{noise} {hidden} {noise}".encode(), [one], allowed=())


@pytest.mark.parametrize(
    "written",
    ["+34910555102", "0034 910 555 102", "910-55-51-02", "(910) 555 102", "tel:+34.910.555.102", "９１０５５５１０２"],
)
def test_a_telephone_number_is_found_however_it_is_written(written):
    assert scan(_payload(written), [KnownIdentifier("phone", "+34 910 55 51 02")], allowed=())


def test_what_is_allowed_may_leave():
    payload = _payload("maria.garcia@example.com, +34 910 55 51 02")
    assert [hit.kind for hit in scan(payload, CANARIES, allowed={"email"})] == ["phone"]
    assert scan(payload, CANARIES, allowed={one.kind for one in CANARIES}) == []


def test_a_permitted_address_may_spell_the_name_but_the_name_itself_may_not_stand_beside_it():
    payload = _payload("maria.garcia@example.com")
    assert scan(payload, CANARIES, allowed={"email"}) == []
    assert {
        hit.kind for hit in scan(_payload("maria.garcia@example.com Maria Garcia"), CANARIES, allowed={"email"})
    } == {"name"}


def test_an_ordinary_payload_may_leave():
    payload = json.dumps({
        "emotion_label": "anger", "distress": 0.91, "as_of": "2026-05-04T10:11:12+00:00", "tone_hint": "calm",
        "source": "attune", "policy": "04db93814ad5", "model": "linear-en/1", "text": "The customers waited so long " * 40,
    }).encode()  # fmt: skip
    assert scan(payload, CANARIES, allowed=()) == []


def test_a_short_name_is_a_word_not_a_piece_of_one():
    li = [KnownIdentifier("name", "Li")]
    assert scan(b"a polite line", li, allowed=()) == []
    assert scan(b"Dear Li,", li, allowed=())
    assert scan(b'{"t": "hello\\nLi\\nbye"}', li, allowed=())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("王小明", "请联系王小明先生"), ("山田 太郎", "昨日山田太郎様より電話"),
        ("山田 太郎", "昨日山田 太郎様より電話"),
        ("ジョン・スミス", "顧客ジョン・スミスさん"),
        ("สมชาย ใจดี", "คุณสมชาย ใจดีโทรมา"), ("김철수", "고객 김철수가 전화했다"), ("김철수", "김철수님"),
    ],
)  # fmt: skip
def test_a_name_is_found_in_running_text_of_scripts_without_blanks(name, text):
    known = [KnownIdentifier("name", name)]
    assert [hit.kind for hit in scan(text.encode(), known, allowed=())] == ["name"]
    assert [hit.kind for hit in scan(json.dumps({"note": text}).encode(), known, allowed=())] == ["name"]


def test_two_letters_of_them_are_too_many_words_to_be_a_name():
    assert scan("很高兴见到你".encode(), [KnownIdentifier("name", "高兴")], allowed=()) == []


def test_a_hit_never_shows_the_value():
    hits = scan(_payload("maria.garcia@example.com"), CANARIES, allowed=())
    assert hits and "maria" not in repr(hits) and "maria" not in repr(CANARIES[0]).casefold()


def test_an_empty_identifier_is_not_everywhere():
    assert scan(b"anything", [KnownIdentifier("name", " "), KnownIdentifier("handle", "@")], allowed=()) == []


def test_a_payload_that_unfolds_without_end_does_not_leave(monkeypatch):
    monkeypatch.setattr(egress, "MAX_VIEWS", 3)
    riddle = "&amp;%2525+=41=42" + base64.b64encode(b"%41 &lt; readable text here").decode()
    assert [hit.kind for hit in scan(riddle.encode(), CANARIES, allowed=())] == [egress.TOO_DEEP]


def test_a_payload_that_decodes_to_more_than_can_be_looked_through_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = base64.b64encode(random.Random(1).randbytes(3_000))
    assert scan(noise, CANARIES, allowed=()) == []
    monkeypatch.setattr(egress, "MAX_TEXT", 5_000)
    assert [hit.kind for hit in scan(noise, CANARIES, allowed=())] == [egress.TOO_DEEP]


def test_bytes_that_are_no_text_are_looked_at_too():
    assert scan(b"\xff\xfe\x00maria.garcia@example.com\xff", CANARIES[:1], allowed=())
    assert scan("maria.garcia@example.com".encode("utf-16"), CANARIES[:1], allowed=())
    assert scan("Chloé Dubois".encode("utf-16-be"), CANARIES, allowed=())


@given(st.text(st.characters(max_codepoint=127), max_size=60))
def test_the_short_way_through_ascii_folds_as_the_long_way_does(text):
    # One letter beyond ASCII, which every fold keeps apart from the rest, sends the text the long way.
    assert folds.letters(f"{text} \N{CJK UNIFIED IDEOGRAPH-4E00}").removesuffix(
        "\N{CJK UNIFIED IDEOGRAPH-4E00}"
    ).rstrip(" ") == (folds.letters(text))


def test_what_is_packed_many_times_over_is_given_up_soon():
    """Each layer shows through the next, so that looking at all of them doubles with each; 24 layers are 700 bytes."""
    packed = b"hello"
    for _ in range(24):
        packed = gzip.compress(packed, 9)
    assert scan(packed, CANARIES, allowed=())
    assert scan(base64.b64encode(packed), CANARIES, allowed=())
