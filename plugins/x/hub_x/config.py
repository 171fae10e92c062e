"""Settings of a connection to X."""

from pydantic import AwareDatetime, Field, SecretStr

from hub.contract import ConnectorConfig


class XConfig(ConnectorConfig):
    """Settings of a connection to X.

    Ids are text: they do not fit into the numbers that JSON readers keep exactly.

    Args:
        bearer_token: app-only access token.
        username: the company's account, without ``@``.
        user_id: the same account's id.
        search_query: X search query of the stream ``search``; add ``-is:retweet`` to leave reposts out.
        start_time: the first read goes back to here, with its zone; as far as X allows where it is missing.
        page_size: posts per request.
        settle_seconds: how far back the next read begins again, because X shows a post a little after the instant in its
            id. Repeated posts are harmless, but X counts them.
        compliance_poll_seconds: pause between two looks at a batch compliance job.
        compliance_wait_seconds: how long such a job may take.
    """

    bearer_token: SecretStr
    username: str = Field(pattern=r"^[A-Za-z0-9_]{1,15}$")
    user_id: str = Field(pattern=r"^[0-9]{1,19}$")
    search_query: str | None = Field(None, min_length=1, max_length=512)
    start_time: AwareDatetime | None = None
    page_size: int = Field(100, ge=10, le=100)
    settle_seconds: int = Field(60, ge=0, le=3600)
    compliance_poll_seconds: float = Field(10, gt=0, le=300)
    compliance_wait_seconds: float = Field(900, gt=0, le=86_400)
