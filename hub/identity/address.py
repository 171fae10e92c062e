"""The address: how people name a person on a command line or in a file."""

from __future__ import annotations

from hub.identity.normal_form import normalise
from hub.schema import Identifier, IdentifierKind

LONGEST = 320
"""Characters that an address has at most."""


def identifier_of(address: str) -> Identifier | None:
    """This is the identifier that an address means, in its normal form; None where it can be none.

    ``ISSUER:ID``, an e-mail address, a telephone number with +, else a customer number.
    """
    address = address.strip()
    if not 0 < len(address) <= LONGEST:
        return None
    issuer, _, key = address.partition(":")
    if key and issuer.isidentifier():
        guess = Identifier(kind=IdentifierKind.VENDOR_ID, value=key.strip(), issuer=issuer)
    elif "@" in address:
        guess = Identifier(kind=IdentifierKind.EMAIL, value=address)
    elif address.startswith("+"):
        guess = Identifier(kind=IdentifierKind.PHONE, value=address)
    else:
        guess = Identifier(kind=IdentifierKind.CUSTOMER_ID, value=address)
    return normalise(guess, country=None)
