"""The normal form of an identifier: the form in which equal identifiers are equal text."""

import re
import unicodedata
from collections.abc import Callable, Mapping
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
    form = _FORMS.get(identifier.kind, _as_it_is)
    value = form(identifier.value, country)
    if not value or len(value) > _LONGEST:
        return None
    issuer = "" if form in _OF_NOBODY else identifier.issuer
    if value == identifier.value and issuer == identifier.issuer:
        return identifier
    return identifier.model_copy(update={"value": value, "issuer": issuer})


def _as_it_is(value: str, country: str | None) -> str | None:
    return value if value.strip() else None


def _handle(value: str, country: str | None) -> str:
    return unicodedata.normalize("NFKC", value).strip().removeprefix("@").lower()


def _email(value: str, country: str | None) -> str | None:
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


# Looked up, not compared: naming a member of an enumeration costs ten times as much, and this is asked of each record.
_FORMS: Mapping[IdentifierKind, Callable[[str, str | None], str | None]] = {
    IdentifierKind.EMAIL: _email,
    IdentifierKind.PHONE: _phone,
    IdentifierKind.HANDLE: _handle,
}
_OF_NOBODY = (_email, _phone)
"""Kinds that no system gives out."""
