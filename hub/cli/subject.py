"""Finds the person that a command is about, by the hub's id or by an identifier."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.app import Hub
from hub.errors import ConfigError
from hub.identity.address import LONGEST, identifier_of
from hub.pipeline.border import clean_text

Who = Annotated[
    str,
    typer.Argument(
        help="per_… , an e-mail address, a phone number with +, a customer number, or ISSUER:ID (zendesk:123)."
    ),
]

_FIX = "Give an e-mail, +phone, customer number or ISSUER:ID."


def find_person(hub: Hub, who: str) -> str:
    """This is the hub's id of a person; raises ConfigError, which never repeats the identifier."""
    who = clean_text(who).strip()
    if not 0 < len(who) <= LONGEST:
        raise ConfigError(f"an identifier has between 1 and {LONGEST} characters.", fix=_FIX)
    with hub.store.read() as tx:
        if who.startswith("per_"):
            found = tx.persons.roots([who]).get(who)
        else:
            named = identifier_of(who)
            people = tx.persons.find([hub.vault.lookup_identifier(named)] if named else [])
            found = next(iter(people.values()), None)
    if found is None:
        raise ConfigError("nobody is known by this identifier.", fix=_FIX)
    return found
