"""Listing: the hashes under which somebody stands on the suppression list, and those that the list is asked for."""

from __future__ import annotations

from collections.abc import Iterable

from hub.identity.disguise import disguises, national
from hub.identity.matching import is_matchable
from hub.pipeline.name import Name
from hub.schema import Identifier
from hub.store.vault import Vault


def listed_as(vault: Vault, identifiers: Iterable[Identifier]) -> list[str]:
    """These hashes refuse whoever brings one of these identifiers, in normal form, in whatever spelling.

    A mailbox that others share is no reason to refuse the others.
    """
    known = [one for one in identifiers if is_matchable(one)]
    spelt = [*known, *(other for one in known for other in disguises(one))]
    at_home = [number for one in spelt if (number := national(one)) is not None]
    return sorted({vault.suppress_identifier(one) for one in (*spelt, *at_home)})


def asked_as(vault: Vault, identifiers: Iterable[Identifier]) -> list[str]:
    """These hashes are looked for where somebody brings these identifiers, in normal form."""
    known = [one for one in identifiers if is_matchable(one)]
    return [vault.suppress_identifier(one) for one in (*known, *(other for one in known for other in disguises(one)))]


def asked_of(vault: Vault, names: Iterable[Name], told: Iterable[Identifier], country: str | None) -> frozenset[str]:
    """These hashes are looked for where a record brings some names; ``told`` is what the vendor wrote.

    What has no normal form leads to nobody, and may still be another spelling of somebody who was erased.
    """
    hashes = [vault.suppress_identifier(name.identifier) for name in names if name.matchable]
    hashes += [vault.suppress_identifier(other) for one in told for other in disguises(one, country=country)]
    return frozenset(hashes)
