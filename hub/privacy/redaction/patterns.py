"""The built-in patterns: regular expressions, each with the cheap gate and the check that go with it.

All quantifiers are bounded or anchored to distinct characters, so that no text can make matching slow.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from hub.privacy.redaction.checksums import is_card, is_iban, is_ip, is_ssn
from hub.privacy.redaction.policy import CustomPattern


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern. ``gate`` must be true of the text before ``regex`` is tried; ``check`` must be true of the match.

    Where ``regex`` has a group named ``value``, only that group counts.
    """

    entity: str
    score: float
    regex: re.Pattern[str]
    gate: Callable[[str], bool] = bool
    check: Callable[[str], bool] = bool

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """This yields the stretches of ``text`` that the rule matches, left to right."""
        if not self.gate(text):
            return
        group = "value" if "value" in self.regex.groupindex else 0
        for match in self.regex.finditer(text):
            if match[group] and self.check(match[group]):
                yield match.span(group)


@dataclass(frozen=True, slots=True)
class FoundBy:
    """A rule whose stretches come from a function instead of one regular expression."""

    entity: str
    score: float
    find: Callable[[str], Iterator[tuple[int, int]]]


_TLD = (
    "com|org|net|edu|gov|io|co|info|biz|app|dev|eu|uk|de|fr|es|it|ie|nl|be|at|ch|pt|pl|se|no|dk|fi|us|ca|au|in|jp|br|mx"
    "|example|test"
)
_STREET = (
    "Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Place|Pl|Square|Sq|Way|Terrace|Close|Crescent"
    "|Gardens|Grove|Hill|Park|Row|Walk|Highway|Hwy|Parkway|Pkwy|Quay|Mews|Circle|Cir|Trail|Loop|Plaza|Alley|Route"
)
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = (
    rf"(?:\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}"
    rf"|{_DAY}\s+(?:of\s+)?{_MONTH}\.?,?(?:\s+\d{{4}})?|{_MONTH}\.?\s+{_DAY},?(?:\s+\d{{4}})?)"
)
_US_STATE = (
    "(?:A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]"
    "|W[AVIY])"
)
_WORD = r"[^\W\d_][\w'’-]{1,30}"


def _digits(least: int) -> Callable[[str], bool]:
    def enough(text: str) -> bool:
        return sum(map(str.isdigit, text)) >= least

    return enough


def _has(*marks: str) -> Callable[[str], bool]:
    def contains(text: str) -> bool:
        low = text.lower()
        return any(mark in low for mark in marks)

    return contains


_DATE_SHAPED = re.compile(
    r"(?:19|20)\d\d[ .-]\d\d?(?:[ .-]\d\d?)?|\d\d?[ .-]\d\d?[ .-](?:19|20)\d\d|(?:19|20)\d\d[ -](?:19|20)\d\d"
)


def _is_phone_shaped(value: str) -> bool:
    return 7 <= sum(map(str.isdigit, value)) <= 15 and not _DATE_SHAPED.match(value)


def _rule(
    entity: str, score: float, regex: str, gate: Callable[[str], bool] = bool, check: Callable[[str], bool] = bool
) -> Rule:
    return Rule(entity, score, re.compile(regex), gate, check)


_DOT = r"(?:\.|\s*[\[({]\s*(?:dot|\.)\s*[\])}]\s*|\s+(?i:dot|punkt|punto)\s+|\s+\.\s+)"
_AT = r"(?:@|\s*[\[({]\s*(?i:at|@)\s*[\])}]\s*|\s+(?i:at)\s+|\s+@\s+)"

BUILT_IN: tuple[Rule, ...] = (
    _rule("EMAIL_ADDRESS", 1.0, r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", _has("@")),
    _rule(
        "EMAIL_ADDRESS", 0.9,
        rf"(?i)(?<!\w)[\w+-]{{1,40}}(?:{_DOT}[\w+-]{{1,40}}){{0,5}}{_AT}"
        rf"[\w-]{{2,40}}(?:{_DOT}[\w-]{{2,40}}){{0,3}}{_DOT}(?:{_TLD})\b",
        _has("dot", "@", "(at)", "[at]", "{at}", " at ", "punkt", "punto"),
    ),
    _rule(
        "URL", 0.9,
        r"(?i)\b(?:[a-z][a-z0-9+.-]{1,10}://[^\s<>\"]{2,2000}|www\.[^\s<>\"]{3,2000}"
        rf"|(?<![@\w.])(?:[a-z0-9-]{{1,63}}\.){{1,4}}(?:{_TLD})(?:/[^\s<>\"]{{0,2000}}|\b(?![.\w@])))",
        _has("."),
    ),
    _rule("CREDIT_CARD", 1.0, r"(?<![\d.])\d(?:[ -]?\d){11,18}(?![\d])", _digits(12), is_card),
    # Printed in its groups, with whatever people put between them; and in one piece, whatever stands around it.
    _rule("CREDIT_CARD", 1.0, r"(?<!\d)\d{4}(?:[\s._\-–—/*]{1,3}\d{4}){3}(?!\d)", _digits(12), is_card),
    _rule("CREDIT_CARD", 1.0, r"(?<!\d)\d{12,19}(?!\d)", _digits(12), is_card),
    _rule("IP_ADDRESS", 0.95, r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d]|\.\d)", _digits(4), is_ip),
    _rule("IP_ADDRESS", 0.95, r"(?<![\w:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])", _has(":"), is_ip),
    _rule(
        "MAC_ADDRESS", 0.95,
        r"(?<![\w:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])",
        _has(":", "-"),
    ),
    _rule("HANDLE", 0.9, r"(?<![\w@./])@[A-Za-z0-9_][\w.-]{0,48}\w|(?<![\w@./])@\w(?!\w)", _has("@")),
    _rule("PHONE_NUMBER", 0.7, r"(?<![\w+])(?:\+|00)\s?[1-9](?:[\s().\-/]{0,2}\d){6,14}(?!\d)", _digits(7)),
    _rule(
        "PHONE_NUMBER", 0.6,
        r"(?i)\b(?:phone|tel(?:ephone)?|mobile|cell|call(?: me)?|text me|whatsapp|ring me|reach me)\b[^\d]{0,20}"
        r"(?P<value>\(?\d(?:[\s().\-/]{0,2}\d){5,14})(?!\d)",
        _digits(6),
    ),
    _rule(
        "PHONE_NUMBER", 0.5,
        r"(?<![\w.,$€£-])\(?\d{2,5}\)?(?:[ .-]\d{2,4}){1,4}(?![\w%]|[.,]\d)",
        _digits(7), _is_phone_shaped,
    ),
    _rule("ACCOUNT_NUMBER", 0.45, r"(?<![\w.,$€£])(?:\d{9,34}|\d{3,6}(?:[ -]\d{3,6}){2,5})(?![\w%]|[.,]\d)", _digits(9)),
    _rule(
        "DATE_OF_BIRTH", 0.9,
        r"(?i)\b(?:born(?:\s+on)?|d\.?o\.?b\.?|date\s+of\s+birth|birth\s?da(?:y|te))\b\s*(?:is|was|:|-|=|on)?\s*"
        rf"(?:the\s+)?(?P<value>{_DATE})",
        _has("born", "dob", "d.o.b", "birth"),
    ),
    _rule(
        "STREET_ADDRESS", 0.8,
        r"\b\d{1,5}[A-Za-z]?,?\s+(?:(?:[NSEW]|North|South|East|West)\.?\s+)?(?:[A-Z0-9][\w'’.-]{0,30}\s+){1,4}"
        rf"(?:{_STREET})\b\.?(?:,?\s+(?i:apt|apartment|flat|suite|unit|floor|#)\.?\s*#?[\w-]{{1,6}})?",
        _digits(1),
    ),
    _rule(
        "STREET_ADDRESS", 0.8,
        rf"(?i)\b\d{{1,5}}[a-z]?,?\s+(?:{_WORD}\s+){{1,2}}(?:street|road|avenue|boulevard|crescent|terrace)\b",
        _digits(1),
    ),
    _rule(
        "STREET_ADDRESS", 0.8,
        r"(?i)\b(?:calle|avenida|avda|plaza|rue|avenue|via|viale|piazza|rua|ulica)\s+"
        rf"(?:(?:de|del|de la|des|du|della|di|la)\s+)?{_WORD}(?:\s+{_WORD}){{0,2}},?\s+\d{{1,5}}[a-z]?\b"
        rf"|\b\d{{1,5}},?\s+(?:bis\s+)?(?:rue|avenue|boulevard|place)\s+(?:de\s+la\s+|des?\s+|du\s+)?{_WORD}",
        _digits(1),
    ),
    _rule(
        "STREET_ADDRESS", 0.8,
        r"\b[^\W\d_][\w'’-]{1,30}(?:[Ss]tra(?:ß|ss)e|[Ss]tr\.|weg|gasse|platz|allee|damm|straat|laan|gatan|vej)"
        r"\s+\d{1,5}[a-z]?\b",
        _digits(1),
    ),
    _rule("STREET_ADDRESS", 0.8, r"(?i)\bp\.?\s?o\.?\s?box\s+\d{1,8}\b", _has("box")),
    _rule("ZIP_CODE", 0.8, r"\b(?:[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2})\b", _digits(2)),
    _rule("ZIP_CODE", 0.8, rf"\b{_US_STATE},?\s+(?P<value>\d{{5}}(?:-\d{{4}})?)\b", _digits(5)),
    _rule(
        "ZIP_CODE", 0.8,
        r"(?i)\b(?:zip|post(?:al)?|plz)\s?(?:code)?\s*(?:is|:)?\s+"
        r"(?P<value>(?=[a-z -]{0,4}\d)[a-z0-9]{2,5}(?:[ -][a-z0-9]{2,4})?)\b",
        _has("zip", "post", "plz"),
    ),
    _rule("US_SSN", 0.8, r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])", _digits(9), is_ssn),
    _rule("UK_NINO", 0.8, r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]\b", _digits(6)),
    _rule(
        "PASSWORD", 0.8,
        r"(?i)\b(?:password|passcode|pin(?:\s?code)?)\s*(?:is|was|:|=)\s*[\"']?(?P<value>[^\s\"']{3,64})",
        _has("pass", "pin"),
    ),
)  # fmt: skip
"""Rules that every policy may switch on by entity."""

_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}")
_SHORTEST_IBAN = 15


def find_ibans(text: str) -> Iterator[tuple[int, int]]:
    """This yields IBANs, cutting off words that follow one without punctuation."""
    for match in _IBAN.finditer(text):
        end = match.end()
        while end - match.start() >= _SHORTEST_IBAN:
            if text[end - 1].isalnum() and is_iban(text[match.start() : end]):
                yield match.start(), end
                break
            end -= 1


FINDERS: tuple[FoundBy, ...] = (FoundBy("IBAN_CODE", 1.0, find_ibans),)
"""Built-in rules that need more than one expression."""


def custom_rules(patterns: Iterable[CustomPattern]) -> tuple[Rule, ...]:
    """This makes rules of the policy's own patterns."""
    return tuple(Rule(p.entity, p.score, re.compile(p.regex)) for p in patterns)
