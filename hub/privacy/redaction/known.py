"""Known identifiers: what the hub already knows about the person is found in every usual disguise, without guessing."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

from hub.privacy.redaction.entity import Entity
from hub.privacy.redaction.view import View, fold, folded_view

_SCORE = 1.0
_GAP = r"[\s.,_\-'’/]{0,3}"
"""What may stand between the parts of a name or number."""
_DOT = r"(?:\s{0,2}[._+\-]\s{0,2}|\s{0,2}[\[({]\s?(?:dot|\.)\s?[\])}]\s{0,2}|\s{1,2}(?:dot|punkt|punto)\s{1,2})"
_AT = r"(?:\s{0,2}@\s{0,2}|\s{0,2}[\[({]\s?(?:at|@)\s?[\])}]\s{0,2}|\s{1,2}at\s{1,2})"
_SHORT = 3
"""Name parts up to this length, and those that are also words, count only when written with a capital letter."""
_ALSO_WORDS = frozenset(
    str.split("""
    art bill brook buddy cash chase christian clay cliff chuck dale dawn dean drew earnest faith felicity frank gene
    grace grant guy happy harmony heath heather holly honor hope hunter ivy jack jade jasmine jay joy june lance
    lily long love lucky major mark mason may melody mercy miles miller misty money nice noble old olive pat
    patience pearl penny piper poppy price prudence ray reed rich robin rock rose ruby rusty sage sandy scarlet
    short sky small smart star stone storm strong summer sunny sweet teddy trinity victor violet wade ward will
    winter wood wright young black brown green gray white king best baker cook fisher hill lake page park rice west
    """)
)


@dataclass(frozen=True, slots=True)
class _Search:
    type: str
    regex: re.Pattern[str]
    needs_capital: bool = False


class KnownFinder:
    """This finds one person's known identifiers in a text.

    Args:
        values: names, e-mail addresses, telephone numbers, handles and customer numbers, as the hub has them.
    """

    __slots__ = ("_searches",)

    def __init__(self, values: Iterable[str]) -> None:
        self._searches = tuple(_searches(values))

    def find(self, view: View) -> Iterator[Entity]:
        """This yields every occurrence in input offsets; occurrences may overlap."""
        if not self._searches:
            return
        folded = folded_view(view)
        capitals = {origin for char, origin in zip(view.text, view.origin, strict=False) if char.isupper()}
        for search in self._searches:
            for match in search.regex.finditer(folded.text):
                start, end = folded.span(*match.span())
                if not search.needs_capital or start in capitals:
                    yield Entity(start, end, search.type, _SCORE)


@lru_cache(maxsize=1024)
def finder_for(values: tuple[str, ...]) -> KnownFinder:
    """This is the finder for a person's identifiers, made once per person."""
    return KnownFinder(values)


def _searches(values: Iterable[str]) -> Iterator[_Search]:
    for value in dict.fromkeys(fold(value).strip() for value in values):
        if not any(map(str.isalnum, value)):
            continue
        if "@" in value.lstrip("@"):
            yield from _of_email(value)
        elif _looks_like_phone(value):
            yield from _of_phone(value)
        elif value.startswith("@") or "_" in value:
            yield _Search("HANDLE", _bounded("@?" + re.escape(value.lstrip("@"))))
        elif any(map(str.isdigit, value)) and " " not in value:
            yield from _of_number(value)
        else:
            yield from _of_name(value)


def _bounded(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_]){pattern}(?![^\W_])")


def _looks_like_phone(value: str) -> bool:
    digits = sum(map(str.isdigit, value))
    return 7 <= digits <= 15 and not re.search(r"[^\d\s().+/\-]", value) and (value[0] in "+(0" or digits != len(value))


def _of_email(value: str) -> Iterator[_Search]:
    local, _, domain = value.rpartition("@")
    yield _Search("EMAIL_ADDRESS", re.compile(_dotted(local) + _AT + _dotted(domain)))
    yield _Search("EMAIL_ADDRESS", re.compile(re.escape(local) + "(?:%40|&#64;|&commat;)" + re.escape(domain)))
    if len(local) >= 6 and re.search(r"[\W\d_]", local):
        yield _Search("EMAIL_ADDRESS", _bounded(re.escape(local)))


def _dotted(value: str) -> str:
    return _DOT.join(re.escape(part) for part in re.split(r"[._+\-]", value) if part)


def _spread(chars: Sequence[str]) -> str:
    return r"[\s().\-/_]{0,3}".join(map(re.escape, chars))


def _of_phone(value: str) -> Iterator[_Search]:
    digits = "".join(filter(str.isdigit, value))
    yield _Search("PHONE_NUMBER", re.compile(rf"(?<!\d)(?:\+|00)?\s?\(?{_spread(digits)}(?!\d)"))
    national = _national(value)
    if national and national != digits and len(national) >= 7:
        yield _Search("PHONE_NUMBER", re.compile(rf"(?<!\d)\(?0?\)?[\s\-/]?\(?{_spread(national)}(?!\d)"))


def _national(value: str) -> str | None:
    if not value.startswith("+"):
        return value.replace("+", "").lstrip("0 ") and "".join(filter(str.isdigit, value)).lstrip("0")
    try:
        return str(phonenumbers.national_significant_number(phonenumbers.parse(value)))
    except phonenumbers.NumberParseException:
        return None


def _of_number(value: str) -> Iterator[_Search]:
    chars = [char for char in value if char.isalnum()]
    yield _Search("ACCOUNT_NUMBER", _bounded(_spread(chars)))
    digits = [char for char in chars if char.isdigit()]
    if len(digits) >= 5 and len(digits) < len(chars):
        yield _Search("ACCOUNT_NUMBER", re.compile(rf"(?<!\d){_spread(digits)}(?!\d)"))


def _of_name(value: str) -> Iterator[_Search]:
    parts = [part for part in re.split(r"[\s,.]+", value) if part]
    for order in dict.fromkeys((tuple(parts), tuple(reversed(parts)))):
        yield _Search("PERSON", _bounded(_GAP.join(_flexible(part) for part in order)))
    if len(parts) < 2:
        return
    for part in parts:
        if len(part) >= 2 and not part.isdigit():
            yield _Search("PERSON", _bounded(_flexible(part)), len(part) <= _SHORT or part in _ALSO_WORDS)


def _flexible(part: str) -> str:
    """Hyphens and apostrophes inside a name may be missing or be of another kind."""
    return r"['’`\-\s]?".join(re.escape(piece) for piece in re.split(r"['’`\-]", part) if piece)
