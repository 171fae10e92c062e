"""The canonical schema: one vocabulary for what customers say, in every system."""

from hub.schema.case import Case
from hub.schema.consent import ConsentEvent, ConsentEvidence, ConsentScope
from hub.schema.emotion import TAXONOMY_VERSION, EmotionTag
from hub.schema.feedback import Feedback
from hub.schema.interaction import Interaction
from hub.schema.loyalty import LoyaltyAccount, LoyaltyEvent
from hub.schema.model import SCHEMA_VERSION, Model, UtcTime, category_of, free_text_fields
from hub.schema.person import Identifier, Party, Person
from hub.schema.provenance import Provenance, Redaction
from hub.schema.record import PARTY_FIELD, RECORD_MODELS, Record, json_schemas, parse_record, read_record
from hub.schema.terms import (
    DPV,
    AuthorRole,
    CaseStatus,
    Channel,
    ConsentState,
    DataCategory,
    EmotionLabel,
    FeedbackKind,
    IdentifierKind,
    JourneyStage,
    LoyaltyEventKind,
    Visibility,
)

__all__ = [
    "DPV",
    "PARTY_FIELD",
    "RECORD_MODELS",
    "SCHEMA_VERSION",
    "TAXONOMY_VERSION",
    "AuthorRole",
    "Case",
    "CaseStatus",
    "Channel",
    "ConsentEvent",
    "ConsentEvidence",
    "ConsentScope",
    "ConsentState",
    "DataCategory",
    "EmotionLabel",
    "EmotionTag",
    "Feedback",
    "FeedbackKind",
    "Identifier",
    "IdentifierKind",
    "Interaction",
    "JourneyStage",
    "LoyaltyAccount",
    "LoyaltyEvent",
    "LoyaltyEventKind",
    "Model",
    "Party",
    "Person",
    "Provenance",
    "Record",
    "Redaction",
    "UtcTime",
    "Visibility",
    "category_of",
    "free_text_fields",
    "json_schemas",
    "parse_record",
    "read_record",
]
