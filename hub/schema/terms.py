"""The controlled words of the canonical schema.

Names are the field's own: channels after capability A1 of the product, personal data categories after W3C DPV 2.3.
"""

from enum import StrEnum


class Channel(StrEnum):
    """Touchpoint where something was said or done."""

    SOCIAL_POST = "social_post"
    SOCIAL_MESSAGE = "social_message"
    REVIEW = "review"
    FORUM = "forum"
    CRM = "crm"
    TICKET = "ticket"
    PHONE = "phone"
    CHAT = "chat"
    EMAIL = "email"
    SURVEY = "survey"
    LOYALTY = "loyalty"
    WEB = "web"
    IN_APP = "in_app"
    IN_PERSON = "in_person"


class AuthorRole(StrEnum):
    """Who said it; only ``customer`` may ever carry an emotion tag."""

    CUSTOMER = "customer"
    AGENT = "agent"
    BOT = "bot"
    UNKNOWN = "unknown"


class Visibility(StrEnum):
    """Whether strangers could read it where it was said."""

    PUBLIC = "public"
    PRIVATE = "private"


class JourneyStage(StrEnum):
    """Where on the customer journey it was said."""

    UNSTAGED = "unstaged"
    DISCOVERY = "discovery"
    PURCHASE = "purchase"
    ONBOARDING = "onboarding"
    USE = "use"
    SUPPORT = "support"
    RECOVERY = "recovery"
    RENEWAL = "renewal"
    EXIT = "exit"


class IdentifierKind(StrEnum):
    """What an identifier of a person is; ``vendor_id`` is unique within its issuer."""

    EMAIL = "email"
    PHONE = "phone"
    HANDLE = "handle"
    VENDOR_ID = "vendor_id"
    CUSTOMER_ID = "customer_id"
    LOYALTY_ID = "loyalty_id"


class DataCategory(StrEnum):
    """Personal data category of a field, as the gate and the retention rules name it."""

    CONTACT = "contact"
    CONTENT = "content"
    BEHAVIOUR = "behaviour"
    LOYALTY = "loyalty"
    EMOTION = "emotion"
    EMOTION_LABEL = "emotion.label"
    EMOTION_DISTRESS = "emotion.distress"
    SPECIAL = "special"
    HEALTH = "health"
    CONSENT = "consent"


DPV: dict[DataCategory, str] = {
    DataCategory.CONTACT: "https://w3id.org/dpv/pd#Contact",
    DataCategory.CONTENT: "https://w3id.org/dpv/pd#Communication",
    DataCategory.BEHAVIOUR: "https://w3id.org/dpv/pd#Behavioural",
    DataCategory.LOYALTY: "https://w3id.org/dpv/pd#Transactional",
    DataCategory.EMOTION: "https://w3id.org/dpv/pd#Mood",
    DataCategory.EMOTION_LABEL: "https://w3id.org/dpv/pd#Mood",
    DataCategory.EMOTION_DISTRESS: "https://w3id.org/dpv/pd#Mood",
    DataCategory.SPECIAL: "https://w3id.org/dpv#SpecialCategoryPersonalData",
    DataCategory.HEALTH: "https://w3id.org/dpv/pd#Health",
    DataCategory.CONSENT: "https://w3id.org/dpv#ConsentRecord",
}
"""DPV term of each category (W3C DPV 2.3, https://w3id.org/dpv)."""


class EmotionLabel(StrEnum):
    """Canonical emotion, taxonomy version 1."""

    ANGER = "anger"
    FRUSTRATION = "frustration"
    DISAPPOINTMENT = "disappointment"
    ANXIETY = "anxiety"
    CONFUSION = "confusion"
    SADNESS = "sadness"
    SURPRISE = "surprise"
    CURIOSITY = "curiosity"
    SATISFACTION = "satisfaction"
    GRATITUDE = "gratitude"
    DELIGHT = "delight"
    NEUTRAL = "neutral"


class CaseStatus(StrEnum):
    """State of a case."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    SOLVED = "solved"
    CLOSED = "closed"
    DELETED = "deleted"


class FeedbackKind(StrEnum):
    """Survey instrument."""

    CSAT = "csat"
    NPS = "nps"
    CES = "ces"


class LoyaltyEventKind(StrEnum):
    """What moved a loyalty account."""

    EARN = "earn"
    REDEEM = "redeem"
    EXPIRE = "expire"
    ADJUST = "adjust"
    TIER_CHANGE = "tier_change"
    REWARD = "reward"
    OTHER = "other"


class ConsentState(StrEnum):
    """State that a consent event puts on record (DPV ConsentStatus, plus objection and opt-out)."""

    REQUESTED = "requested"
    DEFERRED = "deferred"
    REFUSED = "refused"
    GIVEN = "given"
    RENEWED = "renewed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    INVALIDATED = "invalidated"
    OBJECTED = "objected"
    OPTED_OUT = "opted_out"
    UNKNOWN = "unknown"
