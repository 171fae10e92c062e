"""Numbers in words, as speech recognition and careful people write them: telephones and cards."""

import re
from collections.abc import Iterator

from hub.privacy.redaction.checksums import is_card
from hub.privacy.redaction.rule import Facts, FoundBy, Gate, Stretch, both, has

_DIGITS = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "nil": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9", "niner": "9",
}  # fmt: skip
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_WORD = "|".join((*_DIGITS, *_TIMES, "hundred", "plus"))
_RUN = re.compile(rf"(?i)(?<!\w)(?:{_WORD}|\d{{1,5}})(?:[\s,.;:–-]{{1,3}}(?:{_WORD}|\d{{1,5}}))+(?!\w)")
_PART, _LETTERS = re.compile(r"[a-z]+|\d+"), re.compile(r"[a-z]+")
_FEWEST, _MOST = 7, 15
_SOME_WORDS = 4


def spoken_digits(value: str) -> str:
    """These are the digits that a run of number words stands for."""
    digits, times = "", 1
    for part in _PART.findall(value.lower()):
        if part in _TIMES:
            times = _TIMES[part]
            continue
        if part == "hundred":
            digits += "00"
        elif part.isdigit() or part in _DIGITS:
            digits += (part if part.isdigit() else _DIGITS[part]) * times
        times = 1
    return digits


def _runs(text: str) -> Iterator[tuple[Stretch, str]]:
    for match in _RUN.finditer(text):
        words = sum(part.isalpha() for part in _PART.findall(match[0].lower()))
        if words >= _SOME_WORDS:
            yield match.span(), spoken_digits(match[0])


def find_phones(text: str) -> Iterator[Stretch]:
    """This yields runs of number words that are as long as a telephone number."""
    for span, digits in _runs(text):
        if _FEWEST <= len(digits) <= _MOST:
            yield span


def find_cards(text: str) -> Iterator[Stretch]:
    """This yields runs of number words that are a card number, or too long for anything else."""
    for span, digits in _runs(text):
        if len(digits) > _MOST or is_card(digits):
            yield span


_NUMBER_WORDS = frozenset({*_DIGITS, *_TIMES, "hundred", "plus"})


def _has_number_words(facts: Facts) -> bool:
    return sum(map(_NUMBER_WORDS.__contains__, _LETTERS.findall(facts.low))) >= _SOME_WORDS


_GATE = both(
    has("zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    Gate(tests=(_has_number_words,)),
)
SPOKEN = (FoundBy("PHONE_NUMBER", 0.8, find_phones, _GATE), FoundBy("CREDIT_CARD", 0.8, find_cards, _GATE))
