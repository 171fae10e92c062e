"""A name of somebody: an identifier in normal form, and the keyed hash by which the hub finds whose it is."""

from __future__ import annotations

from typing import NamedTuple

from hub.identity.link import vouch
from hub.identity.matching import is_matchable
from hub.identity.normal_form import normalise
from hub.schema import PARTY_FIELD, Identifier, Party, Person, Record
from hub.store.vault import Vault


class Name(NamedTuple):
    """One identifier of a record's party; ``matchable`` where it may tie records together."""

    identifier: Identifier
    lookup: str
    matchable: bool


def names_of(record: Record, *, connector: str, vault: Vault) -> tuple[Name, ...]:
    """These are the names in a record, of whatever role their owner is; unusable ones are left out."""
    identifiers = party_of(record).identifiers
    if not identifiers:
        return ()
    country = record.country if isinstance(record, Person) else None
    clean = [normalise(identifier, country=country) for identifier in identifiers]
    known = vouch([identifier for identifier in clean if identifier is not None], connector=connector)
    return tuple([Name(one, vault.lookup_identifier(one), is_matchable(one)) for one in known])


def party_of(record: Record) -> Party:
    """This is the person-naming field of any canonical record."""
    party: Party = getattr(record, PARTY_FIELD[record.kind])
    return party
