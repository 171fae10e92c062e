"""Links between systems that need the person's own permission."""

from collections.abc import Iterable, Mapping

from hub.schema import Identifier, IdentifierKind

LINK_PURPOSES: Mapping[str, str] = {"x": "IdentityLink.X"}
"""Issuers whose terms ask for the person's express opt-in before their ids are matched to people known elsewhere."""

_GIVEN_OUT = frozenset({IdentifierKind.VENDOR_ID, IdentifierKind.HANDLE})


def needs_link_permission(
    identifier: Identifier, *, connector: str, purposes: Mapping[str, str] = LINK_PURPOSES
) -> str | None:
    """This is the purpose that the person must have consented to before the identifier may be used, or None.

    Args:
        identifier: as ``connector`` reported it.
        connector: which system reported it; a system may always use its own ids.
        purposes: purpose by issuer.
    """
    if identifier.kind not in _GIVEN_OUT or identifier.issuer == connector:
        return None
    return purposes.get(identifier.issuer)


def vouch(identifiers: Iterable[Identifier], *, connector: str) -> tuple[Identifier, ...]:
    """This marks ids as verified that the reporting system gave out itself: nobody knows them better."""
    return tuple(
        one.model_copy(update={"verified": True})
        if one.kind is IdentifierKind.VENDOR_ID and one.issuer == connector and not one.verified
        else one
        for one in identifiers
    )
