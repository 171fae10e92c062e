"""The disguise: other spellings under which an identifier of somebody who was erased may come back.

The suppression list fails closed, so its forms may say too often that two spellings are one. Nobody is matched by them.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

import phonenumbers

from hub.identity.matching import is_matchable
from hub.identity.normal_form import normalise
from hub.schema import Identifier, IdentifierKind

_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""What shows nothing and is no format character by its category: joiners, fillers, selectors."""
_LOOK_ALIKES = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\uff0d", "-")
    | dict.fromkeys("\u3002\uff61", ".")
)

_PLAIN_EMAIL = re.compile(r"[A-Za-z0-9._-]+@[A-Za-z0-9.-]+")
_EMAIL = re.compile(r"[^\s@<>,;:()\[\]\"'?]+@[^\s@<>,;:()\[\]\"'?&]+\.[^\s@<>,;:()\[\]\"'?&.]+")
_COMMENT = re.compile(r"\([^()]*\)")

_O_FOR_ZERO = re.compile(r"(?<![A-NP-Za-np-z])[Oo]+(?![A-Za-z])")
_LETTERS_FOR_DIGITS = str.maketrans("OIL", "011")

_PLAIN_PHONE = re.compile(r"\+[1-9][0-9 ./-]+")
_DIALLED = re.compile(r"[+0-9][0-9\s()./+-]*")
_ABROAD = re.compile(r"(?:00|011)(?=[1-9])")
_SHORTEST = 7
"""Digits of a national number that is asked for: shorter ones are many people's in many places."""

_NUMBERS = frozenset({IdentifierKind.CUSTOMER_ID, IdentifierKind.LOYALTY_ID})


def disguises(identifier: Identifier, *, country: str | None = None) -> tuple[Identifier, ...]:
    """These are the further identifiers that a spelling may stand for, each in normal form; most have none.

    E-mail addresses: without invisible characters, quotes, comments, accents and the tag after ``+``, taken out of
    ``Name <address>``, links and lists. Telephone numbers: with ``00`` or ``011`` for ``+``, a zero for the letter O, without
    trailing words; one without a country also as what ``national`` gives. Customer and loyalty numbers: trimmed, with plain
    hyphens, in capitals and small letters, with digits for the letters O, I and L.

    Args:
        identifier: as a vendor has it, or in its normal form.
        country: ISO 3166-1 alpha-2 country of the person, or None.
    """
    kind, value = identifier.kind, identifier.value
    if kind in _NUMBERS:
        found = _spellings(value)
    elif kind is IdentifierKind.EMAIL and not _PLAIN_EMAIL.fullmatch(value):
        found = _addresses(value)
    elif kind is IdentifierKind.PHONE and not _PLAIN_PHONE.fullmatch(value):
        found = iter(_numbers(value, country))
    else:
        return ()
    issuer = identifier.issuer if kind in _NUMBERS else ""
    different = dict.fromkeys(one for one in found if one and one != value)
    others = [identifier.model_copy(update={"value": one, "issuer": issuer}) for one in different]
    return tuple([one for one in others if is_matchable(one)])


def national(identifier: Identifier) -> Identifier | None:
    """This is a telephone number, in normal form, as people dial it at home; None where that says too little.

    It is put on the list beside the number itself, for records that bring it without a country. It is no number, so it is
    never equal to another country's.
    """
    if identifier.kind is not IdentifierKind.PHONE or not is_matchable(identifier):
        return None
    number = _parsed(identifier.value)
    digits = phonenumbers.national_significant_number(number).lstrip("0") if number else ""
    return identifier.model_copy(update={"value": digits}) if _tells(digits) else None


def _plain(value: str) -> str:
    text = value if value.isascii() else unicodedata.normalize("NFKC", value)
    if text.isascii():
        return text.strip()
    visible = "".join(one for one in _INVISIBLE.sub("", text) if unicodedata.category(one) != "Cf")
    return visible.translate(_LOOK_ALIKES).strip()


def _addresses(value: str) -> Iterator[str]:
    text = _plain(unquote(value) if "%" in value else value).casefold()
    for found in _EMAIL.findall(_COMMENT.sub("", text.replace('"', "").replace("'", ""))):
        address = normalise(Identifier(kind=IdentifierKind.EMAIL, value=found), country=None)
        if address is not None:
            local, _, domain = address.value.rpartition("@")
            bare = local.partition("+")[0] or local
            yield from (f"{name}@{domain}" for name in (local, bare, _without_accents(bare)))


def _without_accents(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))


@lru_cache(maxsize=4_096)  # a person's number comes with each of their records
def _numbers(value: str, country: str | None) -> tuple[str, ...]:
    text = "".join(str(unicodedata.digit(one, one)) for one in _plain(value))
    text = _O_FOR_ZERO.sub(lambda found: "0" * len(found[0]), text)
    dialled = _DIALLED.search(text)
    if dialled is None:
        return ()
    digits = _ABROAD.sub("+", re.sub(r"[^0-9+]", "", dialled.group()), count=1)
    if digits.startswith("+"):
        return tuple(_of_the_world(dialled.group() if dialled.group().startswith("+") else digits, None))
    at_home = digits.lstrip("0")
    found = [*_of_the_world(f"+{digits}", None), *(_of_the_world(digits, country) if country else ())]
    return (*found, at_home) if _tells(at_home) else tuple(found)


def _of_the_world(value: str, country: str | None) -> Iterator[str]:
    number = normalise(Identifier(kind=IdentifierKind.PHONE, value=value), country=country)
    if number is not None:
        yield number.value


def _parsed(value: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return None


def _tells(digits: str) -> bool:
    return len(digits) >= _SHORTEST and len(set(digits)) > 1


def _spellings(value: str) -> Iterator[str]:
    text = _plain(value)
    yield from (text, text.casefold(), text.upper())
    if any(one.isdigit() for one in text):
        yield text.upper().translate(_LETTERS_FOR_DIGITS)
