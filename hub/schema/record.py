"""Every canonical record, as one tagged union, and its published JSON Schema."""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from hub.schema.case import Case
from hub.schema.consent import ConsentEvent
from hub.schema.emotion import EmotionTag
from hub.schema.feedback import Feedback
from hub.schema.interaction import Interaction
from hub.schema.loyalty import LoyaltyAccount, LoyaltyEvent
from hub.schema.model import SCHEMA_VERSION, Model
from hub.schema.person import Person

Record = Annotated[
    Person | Interaction | Case | Feedback | LoyaltyAccount | LoyaltyEvent | ConsentEvent,
    Field(discriminator="kind"),
]
"""What a mapping makes of one vendor record."""

RECORD_MODELS: dict[str, type[Model]] = {
    "person": Person,
    "interaction": Interaction,
    "case": Case,
    "feedback": Feedback,
    "loyalty_account": LoyaltyAccount,
    "loyalty_event": LoyaltyEvent,
    "consent": ConsentEvent,
}
"""Canonical kinds by name, as mapping files use them."""

PARTY_FIELD: dict[str, str] = {
    "person": "party",
    "interaction": "author",
    "case": "requester",
    "feedback": "author",
    "loyalty_account": "member",
    "loyalty_event": "member",
    "consent": "party",
}
"""The field of each kind that names the person the record is about."""

_RECORD: TypeAdapter[Record] = TypeAdapter(Record)


def parse_record(data: dict[str, Any]) -> Record:
    """This makes a canonical record of JSON-like data; raises pydantic.ValidationError."""
    return _RECORD.validate_python(data)


def read_record(data: bytes) -> Record:
    """This makes a canonical record of its JSON; raises pydantic.ValidationError."""
    return _RECORD.validate_json(data)


def json_schemas() -> dict[str, dict[str, Any]]:
    """These are the published JSON Schemas (draft 2020-12), one a kind."""
    models: dict[str, type[Model]] = {**RECORD_MODELS, "emotion_tag": EmotionTag}
    return {
        kind: {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"urn:attune:schema:{kind}:{SCHEMA_VERSION}",
            **model.model_json_schema(mode="serialization"),
        }
        for kind, model in models.items()
    }
