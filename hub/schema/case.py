"""The case: a ticket or a CRM case."""

from typing import Literal

from pydantic import Field

from hub.schema.model import Model, UtcTime, personal
from hub.schema.person import Party
from hub.schema.provenance import Provenance, Redaction
from hub.schema.terms import CaseStatus, Channel, DataCategory, JourneyStage


class Case(Model):
    """A ticket or CRM case; what was said in it are interactions with its ``case_id``.

    ``assignee_id`` is a hub id, made from the vendor's id of whoever works on it; it tells nobody who that is.
    """

    kind: Literal["case"] = "case"
    id: str
    provenance: Provenance
    channel: Channel
    requester: Party
    status: CaseStatus
    priority: str | None = None
    occurred_at: UtcTime = Field(description="when the case last changed")
    opened_at: UtcTime
    closed_at: UtcTime | None = None
    assignee_id: str | None = None
    subject: str | None = personal(DataCategory.CONTENT, default=None, free_text=True, max_length=4_000)
    tags: tuple[str, ...] = ()
    stage: JourneyStage = JourneyStage.UNSTAGED
    redaction: Redaction | None = None
    deleted: bool = False
