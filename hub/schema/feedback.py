"""Feedback: a survey score and, kept apart from it, the words beside it."""

from typing import Literal

from pydantic import Field

from hub.schema.model import Model, UtcTime, personal
from hub.schema.person import Party
from hub.schema.provenance import Provenance, Redaction
from hub.schema.terms import Channel, DataCategory, FeedbackKind


class Feedback(Model):
    """A CSAT, NPS or CES answer; ``comment`` is redacted and tagged, ``score`` is never touched."""

    kind: Literal["feedback"] = "feedback"
    id: str
    provenance: Provenance
    instrument: FeedbackKind
    author: Party
    channel: Channel = Channel.SURVEY
    score: int = personal(DataCategory.BEHAVIOUR, default=...)
    scale_min: int = 0
    scale_max: int = 10
    occurred_at: UtcTime
    comment: str | None = personal(DataCategory.CONTENT, default=None, free_text=True, max_length=200_000)
    language: str | None = Field(None, description="BCP 47")
    case_id: str | None = None
    redaction: Redaction | None = None
    deleted: bool = False
