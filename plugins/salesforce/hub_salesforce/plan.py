"""The plan of each stream: which object it reads, which fields, and what makes a row ready to be mapped."""

from dataclasses import dataclass
from typing import Any, Literal

from hub.contract import ConfigError, Stream
from hub_salesforce.config import SalesforceConfig
from hub_salesforce.markup import plain_text

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """How one stream is read.

    Args:
        stream: what the manifest says of it.
        sobject: API name of the object behind it.
        fields: fields to select; Id, SystemModstamp and IsDeleted come on top.
        party: the field that names an Individual, or a contact point of one, where somebody's Contacts and Leads are looked up.
    """

    stream: Stream
    sobject: str
    fields: tuple[str, ...]
    party: Literal["Id", "PartyId", "ContactPointId"] | None = None


def _stream(name: str, description: str, *, consent: bool = False) -> Stream:
    """Every object has SystemModstamp, Id and a place in the recycle bin."""
    return Stream(name, description, consent, deletes=True, range="changed", partitions=True, fetch=True)


_CASE_AUTHOR = ("Parent.ContactId", "Parent.Contact.Email")
PLANS: tuple[Plan, ...] = (
    Plan(
        _stream("individuals", "Privacy preferences of people (Individual).", consent=True),
        "Individual",
        (
            "HasOptedOutProcessing", "HasOptedOutProfiling", "HasOptedOutSolicit", "HasOptedOutTracking", "ShouldForget",
            "LastModifiedDate",
        ),
        party="Id",
    ),
    Plan(
        _stream("contact_point_type_consents", "Consent by purpose and channel.", consent=True),
        "ContactPointTypeConsent",
        (
            "PartyId", "ContactPointType", "DataUsePurpose.Name", "PrivacyConsentStatus", "CaptureDate", "CaptureSource",
            "EffectiveFrom", "EffectiveTo",
        ),
        party="PartyId",
    ),
    Plan(
        _stream("contact_point_consents", "Consent by purpose and contact point.", consent=True),
        "ContactPointConsent",
        (
            "PartyId", "ContactPointId", "DataUsePurpose.Name", "PrivacyConsentStatus", "CaptureDate", "CaptureSource",
            "EffectiveFrom", "EffectiveTo",
        ),
        party="ContactPointId",
    ),
    Plan(
        _stream("leads", "What Leads refuse (Lead).", consent=True),
        "Lead",
        ("Email", "HasOptedOutOfEmail", "IndividualId", "ConvertedContactId", "LastModifiedDate"),
    ),
    Plan(
        _stream("contacts", "Customers (Contact)."),
        "Contact",
        (
            "Name", "Email", "Phone", "MobilePhone", "MailingCountry", "HasOptedOutOfEmail", "Birthdate", "IndividualId",
            "LastModifiedDate",
        ),
    ),
    Plan(
        _stream("cases", "Cases with what the customer first wrote."),
        "Case",
        (
            "CaseNumber", "Subject", "Description", "Status", "IsClosed", "Priority", "Origin", "OwnerId", "CreatedDate",
            "ClosedDate", "LastModifiedDate", "ContactId", "Contact.Name", "Contact.Email", "SuppliedName",
            "SuppliedEmail",
        ),
    ),
    Plan(
        _stream("case_comments", "Comments on cases, by customers and agents."),
        "CaseComment",
        (
            "ParentId", "CommentBody", "IsPublished", "CreatedDate", "CreatedBy.UserType", "CreatedBy.ContactId",
            *_CASE_AUTHOR,
        ),
    ),
    Plan(
        _stream("email_messages", "E-mails of cases, incoming and outgoing."),
        "EmailMessage",
        (
            "ParentId", "Incoming", "Subject", "TextBody", "HtmlBody", "FromAddress", "FromName", "MessageDate",
            *_CASE_AUTHOR,
        ),
    ),
)  # fmt: skip
"""All streams, consent first."""


def find_plan(name: str) -> Plan:
    """This is the plan of a stream; raises ConfigError for a name that the manifest does not list."""
    for plan in PLANS:
        if plan.stream.name == name:
            return plan
    raise ConfigError(f"Salesforce has no stream {name!r}.", fix="Correct the name in hub.yaml.")


def selected(plan: Plan, config: SalesforceConfig) -> tuple[str, ...]:
    """These fields are selected for a connection, each once."""
    own: tuple[str | None, ...] = ()
    if plan.sobject == "Contact":
        own = (config.customer_id_field, config.x_user_id_field)
    elif plan.sobject == "Case":
        own = (f"Contact.{config.customer_id_field}",)
    extra = config.extra_fields.get(plan.stream.name, ())
    every = ("Id", "SystemModstamp", "IsDeleted", *plan.fields, *own, *extra)
    return tuple(dict.fromkeys(field for field in every if field is not None))


def refined(row: Row) -> Row:
    """This is a row without what the hub has no use for: birthdays become years, HTML becomes text."""
    row = dict(row)
    if "Birthdate" in row:
        born = row.pop("Birthdate")
        row["BirthYear"] = int(born[:4]) if isinstance(born, str) and born[:4].isdecimal() else None
    if "HtmlBody" in row:
        markup = row.pop("HtmlBody") or ""
        row["TextBody"] = row.get("TextBody") or plain_text(markup)
    return row
