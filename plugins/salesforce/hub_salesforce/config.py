"""The settings of one Salesforce connection."""

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, model_validator

from hub.contract import ConnectorConfig

FieldName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]\w*(\.[A-Za-z]\w*){0,4}$")]
"""API name of a field, or of one reached over relationships (``Contact.Name``)."""


def _instance_url(url: str) -> str:
    parts = urlsplit(url.rstrip("/"))
    bare = not (parts.path or parts.query or parts.fragment or parts.username or parts.password)
    if parts.scheme != "https" or not parts.hostname or not bare:
        raise ValueError("must be the org's own address, such as https://acme.my.salesforce.com, and nothing after it")
    return url.rstrip("/")


class SalesforceConfig(ConnectorConfig):
    """Settings of one Salesforce org.

    Exactly one way to log in: ``session_token``; or ``consumer_key`` with ``consumer_secret`` (OAuth client credentials;
    with ``username`` and ``password`` too, the OAuth password flow); or ``username``, ``password``, ``security_token``.

    Args:
        instance_url: the org's My Domain address, https.
        domain: ``login`` or ``test``, where the org refuses user-name logins on its own address.
        api_version: REST API version, such as ``59.0``.
        customer_id_field: Contact field with the company's own customer number.
        x_user_id_field: Contact field with the customer's X user id, or None where there is none.
        extra_fields: further fields to read, by stream, for a site's own mappings.
        leads: whether people are looked for among Leads as well; an org without Leads says false.
        page_size: records a page, at most 2,000.
        settle_seconds: how far back a finished read starts again, because Salesforce stamps a row before its transaction
            commits and a slow one appears behind rows already read. Repeated rows are harmless.
        bulk_threshold: above so many rows a write goes through Bulk API 2.0.
        bulk_polls: how often a write asks for its bulk job before it answers ``accepted``.
        bulk_poll_seconds: seconds between two of them.
        case_texts: whether an erasure empties the texts of the person's cases and deletes their comments and e-mails, or
            keeps them and opens an obligation.
        max_api_usage: share of the org's daily calls at which the connector stops, leaving the rest to people.
    """

    instance_url: Annotated[str, AfterValidator(_instance_url)]
    session_token: SecretStr | None = None
    consumer_key: str | None = None
    consumer_secret: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None
    security_token: SecretStr | None = None
    domain: Literal["login", "test"] | None = None
    api_version: str = Field("59.0", pattern=r"^\d{2,3}\.0$")
    customer_id_field: FieldName = "Customer_Id__c"
    x_user_id_field: FieldName | None = "X_User_Id__c"
    extra_fields: dict[str, tuple[FieldName, ...]] = Field(default_factory=dict)
    leads: bool = True
    page_size: int = Field(2_000, ge=1, le=2_000)
    settle_seconds: int = Field(300, ge=0, le=86_400)
    bulk_threshold: int = Field(2_000, ge=0)
    bulk_polls: int = Field(10, ge=1, le=100)
    bulk_poll_seconds: float = Field(2.0, gt=0, le=60)
    case_texts: Literal["erase", "keep"] = "erase"
    max_api_usage: float = Field(0.95, gt=0, le=1)

    @model_validator(mode="after")
    def _one_way_to_log_in(self) -> Self:
        token = self.session_token is not None
        oauth = self.consumer_key is not None and self.consumer_secret is not None
        person = self.username is not None and self.password is not None
        soap = person and self.security_token is not None and not oauth
        if [token, oauth, soap].count(True) != 1:
            raise ValueError(
                "give exactly one of: session_token; consumer_key and consumer_secret; "
                "username, password and security_token"
            )
        return self

    @property
    def host(self) -> str:
        """The host of ``instance_url``, with its port where it has one."""
        return urlsplit(self.instance_url).netloc

    @property
    def login_domain(self) -> str:
        """What stands before ``.salesforce.com`` in the address that takes user-name logins."""
        return self.domain or re.sub(r"\.salesforce\.com$", "", self.host)
