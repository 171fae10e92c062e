"""Loyalty: the account, and what moves it."""

from typing import Literal

from pydantic import Field

from hub.schema.model import Model, UtcTime, personal
from hub.schema.person import Party
from hub.schema.provenance import Provenance
from hub.schema.terms import DataCategory, LoyaltyEventKind


class LoyaltyAccount(Model):
    """A membership in a loyalty program; points are whole numbers."""

    kind: Literal["loyalty_account"] = "loyalty_account"
    id: str
    provenance: Provenance
    member: Party
    program: str
    tier: str | None = personal(DataCategory.LOYALTY, default=None)
    points: int | None = personal(DataCategory.LOYALTY, default=None)
    status: str | None = None
    occurred_at: UtcTime = Field(description="when the account last changed")
    deleted: bool = False


class LoyaltyEvent(Model):
    """Something that moved a loyalty account."""

    kind: Literal["loyalty_event"] = "loyalty_event"
    id: str
    provenance: Provenance
    member: Party
    account_id: str | None = None
    event: LoyaltyEventKind
    points: int | None = personal(DataCategory.LOYALTY, default=None)
    occurred_at: UtcTime
    deleted: bool = False
