"""Settings of a Voucherify connection."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from hub.contract import ConnectorConfig


def _to_origin(value: str) -> str:
    parts = urlsplit(value)
    host = parts.hostname or ""
    if parts.scheme != "https" or not (host == "voucherify.io" or host.endswith(".voucherify.io")):
        raise ValueError("must be the https address of a Voucherify cluster, such as https://us1.api.voucherify.io")
    return f"https://{host}"


class VoucherifyConfig(ConnectorConfig):
    """Where the project is, how to get in, and which loyalty program to read and credit."""

    host: Annotated[str, AfterValidator(_to_origin)] = Field(
        "https://api.voucherify.io", description="address of the project's cluster"
    )
    app_id: str = Field(min_length=1, description="X-App-Id of a server-side key")
    app_token: SecretStr = Field(description="X-App-Token of the same key")
    campaign: str = Field(min_length=1, description="id or name of the loyalty program")
    page_size: int = Field(100, ge=1, le=100, description="records per page")
    reread_seconds: float = Field(
        60, ge=0, le=86_400, description="how far back the next read begins again, for records that appear late"
    )
    tiers: bool = Field(True, description="read each changed member's tier: one more call per member")
    bulk_above: int = Field(
        100, ge=1, description="customer updates per batch above which one asynchronous job is used"
    )
    settle_seconds: float = Field(
        10, ge=0, description="how long after a write with an unknown end the vendor may not show it yet"
    )
    poll_attempts: int = Field(5, ge=1, description="how often one reconcile asks for an unfinished job")
    poll_seconds: float = Field(2, ge=0, description="wait between two of these questions")
