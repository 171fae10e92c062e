"""The emotion tag: label, strength, certainty, provenance and expiry - never one without the others."""

from typing import Annotated, Literal

from pydantic import Field

from hub.schema.model import Model, UtcTime, personal
from hub.schema.terms import DataCategory, EmotionLabel

TAXONOMY_VERSION = 1
"""Version of the label set in ``hub.schema.terms.EmotionLabel``."""


class EmotionTag(Model):
    """What a customer most likely felt when they said one thing.

    Shares and probabilities are 0..1, ``valence`` is -1..1. ``label`` is None where the tagger abstained. ``arousal`` and
    ``evidence`` are None in tags that were made before there were any, or by a tagger that does not tell them.
    """

    kind: Literal["emotion_tag"] = "emotion_tag"
    id: str
    record_id: str = Field(description="the interaction or feedback that was tagged")
    person_id: str
    label: EmotionLabel | None = personal(DataCategory.EMOTION_LABEL, default=...)
    intensity: float = personal(DataCategory.EMOTION, default=..., ge=0, le=1)
    confidence: float = personal(DataCategory.EMOTION, default=..., ge=0, le=1)
    abstained: bool
    valence: float = personal(DataCategory.EMOTION, default=..., ge=-1, le=1)
    distress: float = personal(DataCategory.EMOTION_DISTRESS, default=..., ge=0, le=1)
    churn_risk: float = personal(DataCategory.EMOTION, default=..., ge=0, le=1)
    arousal: float | None = personal(DataCategory.EMOTION, default=None, ge=0, le=1)
    evidence: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]] | None = personal(
        DataCategory.EMOTION,
        default=None,
        description="what the label rests on: from which character of the redacted text, and up to which",
    )
    model: str = Field(description="tagger name and version, such as linear-en/1")
    taxonomy: int = TAXONOMY_VERSION
    reviewed: bool = Field(False, description="people have judged the label; what they agreed on stands here")
    occurred_at: UtcTime = Field(description="when it was said")
    expires_at: UtcTime = Field(description="when the tag must be gone, everywhere")
