"""The connector's settings in ``hub.yaml``."""

from datetime import UTC, datetime
from typing import Literal

from pydantic import AwareDatetime, Field, SecretStr

from hub.contract import ConnectorConfig

TICKET_FIELDS = ("emotion_label", "distress", "valence_shift", "emotion_as_of")
"""Fields that rest in custom ticket fields, which Zendesk knows by number only."""

USER_FIELDS = ("emotion_label", "distress", "churn_risk", "tone_hint", "emotion_as_of")
"""Fields that rest in user fields of the same key."""

TicketField = Literal["emotion_label", "distress", "valence_shift", "emotion_as_of"]


class ZendeskConfig(ConnectorConfig):
    """Settings of one Zendesk account.

    ``email`` and ``api_token`` belong to an administrator: the incremental exports are open to administrators only.
    """

    subdomain: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", description="acme, of acme.zendesk.com")
    email: str = Field(min_length=3, max_length=320, description="the token owner's e-mail address")
    api_token: SecretStr = Field(description="API token")
    start_time: AwareDatetime = Field(
        default=datetime(2020, 1, 1, tzinfo=UTC), description="how far back the first read goes"
    )
    ticket_fields: dict[TicketField, int] = Field(
        default_factory=dict, description="id of the custom ticket field for each of our fields"
    )
    page_size: int = Field(default=100, ge=1, le=1000, description="records per page of an export")
    job_wait: float = Field(
        default=60, ge=0, le=600, description="seconds to wait for a job, before it is left to later"
    )
    timeout: float = Field(default=60, gt=0, le=300, description="seconds to wait for an answer")
    erase_tickets: bool = Field(
        default=True, description="erase a person's tickets; false: redact what the person wrote in them"
    )
