"""Finds the person that a command is about, by the hub's id or by an identifier."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.app import Hub
from hub.errors import ConfigError
from hub.identity.normal_form import normalise
from hub.pipeline.border import clean_text
from hub.schema import Identifier, IdentifierKind

Who = Annotated[
    str,
    typer.Argument(
        help="per_… , an e-mail address, a phone number with +, a customer number, or ISSUER:ID (zendesk:123)."
    ),
]

_LONGEST = 320
_FIX = "Give an e-mail, +phone, customer number or ISSUER:ID."


def find_person(hub: Hub, who: str) -> str:
    """This is the hub's id of a person; raises ConfigError, which never repeats the identifier."""
    who = clean_text(who).strip()
    if not 0 < len(who) <= _LONGEST:
        raise ConfigError(f"an identifier has between 1 and {_LONGEST} characters.", fix=_FIX)
    with hub.store.read() as tx:
        if who.startswith("per_"):
            found = tx.persons.roots([who]).get(who)
        else:
            wanted = [normalise(guess, country=None) for guess in _guesses(who)]
            people = tx.persons.find([hub.vault.lookup_identifier(one) for one in wanted if one is not None])
            found = next(iter(people.values()), None)
    if found is None:
        raise ConfigError("nobody is known by this identifier.", fix=_FIX)
    return found


def _guesses(who: str) -> list[Identifier]:
    issuer, _, key = who.partition(":")
    if key and issuer.isidentifier():
        return [Identifier(kind=IdentifierKind.VENDOR_ID, value=key, issuer=issuer)]
    if "@" in who:
        return [Identifier(kind=IdentifierKind.EMAIL, value=who)]
    if who.startswith("+"):
        return [Identifier(kind=IdentifierKind.PHONE, value=who)]
    return [Identifier(kind=IdentifierKind.CUSTOMER_ID, value=who)]
