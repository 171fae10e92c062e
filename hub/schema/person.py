"""The person: the data subject, and what identifies one."""

from typing import Literal

from pydantic import Field

from hub.schema.model import Model, UtcTime, personal
from hub.schema.provenance import Provenance
from hub.schema.terms import AuthorRole, DataCategory, IdentifierKind


class Identifier(Model):
    """One identifier of a person: an e-mail, phone number, handle, vendor id, customer or loyalty number.

    ``issuer`` is the connector that gave it out ("zendesk"); empty for e-mail and phone, which are the same everywhere.
    """

    kind: IdentifierKind
    value: str = personal(DataCategory.CONTACT, default=..., min_length=1, max_length=320)
    issuer: str = ""
    verified: bool = False


class Party(Model):
    """Somebody named by a record: author, requester, member or consenting person.

    ``person_id`` is empty until identity resolution has run; afterwards ``identifiers`` and ``name`` are empty,
    because they rest only in the identity tables, encrypted under the person's own key.
    """

    role: AuthorRole = AuthorRole.UNKNOWN
    person_id: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    name: str | None = personal(DataCategory.CONTACT, default=None, max_length=400)


class Person(Model):
    """A person as one system knows them: profile facts that resolution attaches to a ``Party``."""

    kind: Literal["person"] = "person"
    id: str
    provenance: Provenance
    party: Party
    occurred_at: UtcTime = Field(description="when the vendor last changed the profile")
    language: str | None = Field(None, description="BCP 47")
    country: str | None = personal(DataCategory.CONTACT, default=None, description="ISO 3166-1 alpha-2")
    region: str | None = personal(DataCategory.CONTACT, default=None, description="ISO 3166-2, such as US-CA")
    birth_year: int | None = personal(DataCategory.CONTACT, default=None, ge=1900, le=2100)
    tags: tuple[str, ...] = ()
    deleted: bool = False
