"""The interaction: one thing said, on any touchpoint."""

from typing import Literal

from pydantic import Field

from hub.schema.model import Model, UtcTime, personal
from hub.schema.person import Party
from hub.schema.provenance import Provenance, Redaction
from hub.schema.terms import Channel, DataCategory, JourneyStage, Visibility


class Interaction(Model):
    """One thing said.

    ``text`` is raw between mapping and redaction, in memory only; the store refuses it while ``redaction`` is None.
    ``thread_id``, ``reply_to_id`` and ``case_id`` are hub ids, made from vendor keys.
    """

    kind: Literal["interaction"] = "interaction"
    id: str
    provenance: Provenance
    channel: Channel
    owned: bool = Field(True, description="said on a touchpoint that the company owns")
    author: Party
    visibility: Visibility
    occurred_at: UtcTime
    subject: str | None = personal(DataCategory.CONTENT, default=None, free_text=True, max_length=4_000)
    text: str = personal(DataCategory.CONTENT, default="", free_text=True, max_length=200_000)
    language: str | None = Field(None, description="BCP 47")
    thread_id: str | None = None
    reply_to_id: str | None = None
    case_id: str | None = None
    stage: JourneyStage = JourneyStage.UNSTAGED
    redaction: Redaction | None = None
    deleted: bool = False
