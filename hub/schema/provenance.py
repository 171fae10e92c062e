"""Where a canonical record came from, and what was done to its text."""

from pydantic import Field

from hub.schema.model import Model, personal
from hub.schema.terms import DataCategory


class Provenance(Model):
    """The vendor record behind a canonical one.

    ``key`` and ``version`` are the vendor's own, as text: ids never become numbers.
    """

    connection: str
    connector: str
    stream: str
    key: str = personal(DataCategory.CONTACT, default=...)
    version: str
    mapping: str = Field("", description="name and content hash of the mapping that produced the record")


class Redaction(Model):
    """What the redaction engine did to the free text of one record.

    ``entities`` counts removed entities by type, for instance ``{"EMAIL_ADDRESS": 1}``; no offsets, no values.
    """

    engine: str
    entities: dict[str, int] = Field(default_factory=dict)
