"""The normal form of an identifier: the form in which equal identifiers are equal text."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers

from hub.schema import Identifier, IdentifierKind

_LONGEST = 320
_EMAIL = re.compile(r"[^\s@<>,;\"()]+@[^\s@<>,;\"()]+\.[^\s@<>,;\"().]+")


def normalise(identifier: Identifier, *, country: str | None) -> Identifier | None:
    """This puts an identifier into its normal form, or gives None where it cannot be one of its kind.

    E-mail addresses: trimmed, ``mailto:`` removed, both sides case-folded (the local part too: no large provider tells
    cases apart, and people do not keep to one), international domains as ``xn--``; tags after ``+`` stay, because
    "anna+shop@" may be another mailbox. Telephone numbers: E.164; a number without country code is read as one of
    ``country`` and is None where that is unknown. Handles: without ``@``, in small letters. Ids given out by a system:
    unchanged.

    Args:
        identifier: as a vendor has it.
        country: ISO 3166-1 alpha-2 country of the person, or None.
    """
    value = _normal_value(identifier.kind, identifier.value, country)
    if not value or len(value) > _LONGEST:
        return None
    issuer = "" if identifier.kind in (IdentifierKind.EMAIL, IdentifierKind.PHONE) else identifier.issuer
    if value == identifier.value and issuer == identifier.issuer:
        return identifier
    return identifier.model_copy(update={"value": value, "issuer": issuer})


def _normal_value(kind: IdentifierKind, value: str, country: str | None) -> str | None:
    match kind:
        case IdentifierKind.EMAIL:
            return _email(value)
        case IdentifierKind.PHONE:
            return _phone(value, country)
        case IdentifierKind.HANDLE:
            return unicodedata.normalize("NFKC", value).strip().removeprefix("@").lower()
        case _:
            return value if value.strip() else None


def _email(value: str) -> str | None:
    text = unicodedata.normalize("NFKC", value).strip().casefold().removeprefix("mailto:").rstrip(".")
    if not _EMAIL.fullmatch(text):
        return None
    local, _, domain = text.rpartition("@")
    ascii_domain = _ascii_domain(domain)
    return None if ascii_domain is None else f"{local}@{ascii_domain}"


@lru_cache(maxsize=4_096)  # most customers share a few domains
def _ascii_domain(domain: str) -> str | None:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None


@lru_cache(maxsize=4_096)  # a person's number comes with each of their records
def _phone(value: str, country: str | None) -> str | None:
    try:
        number = phonenumbers.parse(value, (country or "").upper() or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    number.extension = None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
