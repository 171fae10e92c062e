"""The tables behind the simulator: which objects there are, with which fields, and how rows change."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

Row = dict[str, Any]

_STAMPS = ("Id", "IsDeleted", "CreatedDate", "LastModifiedDate", "SystemModstamp")
SCHEMA: dict[str, tuple[str, ...]] = {
    "Contact": (
        *_STAMPS, "Name", "FirstName", "LastName", "Email", "Phone", "MobilePhone", "MailingCountry", "Birthdate",
        "HasOptedOutOfEmail", "IndividualId", "Customer_Id__c", "X_User_Id__c", "Gpp_String__c", "Gpp_String_At__c",
        "Emotion__c", "Emotion_Intensity__c",
        "Emotion_Confidence__c", "Distress__c", "Churn_Risk__c", "Tone_Hint__c", "Emotion_As_Of__c",
    ),
    "Case": (
        *_STAMPS, "CaseNumber", "Subject", "Description", "Status", "IsClosed", "Priority", "Origin", "OwnerId", "ClosedDate",
        "ContactId", "SuppliedName", "SuppliedEmail", "Emotion__c", "Distress__c", "Valence_Shift__c",
        "Emotion_As_Of__c",
    ),
    "CaseComment": (*_STAMPS, "ParentId", "CommentBody", "IsPublished", "CreatedById"),
    "EmailMessage": (
        *_STAMPS, "ParentId", "Incoming", "Subject", "TextBody", "HtmlBody", "FromAddress", "FromName", "ToAddress",
        "MessageDate",
    ),
    "Individual": (
        *_STAMPS, "Name", "FirstName", "LastName", "BirthDate", "HasOptedOutProcessing", "HasOptedOutProfiling",
        "HasOptedOutTracking", "HasOptedOutSolicit", "ShouldForget",
    ),
    "ContactPointTypeConsent": (
        *_STAMPS, "Name", "PartyId", "ContactPointType", "DataUsePurposeId", "PrivacyConsentStatus", "CaptureDate",
        "CaptureSource", "CaptureContactPointType", "EffectiveFrom", "EffectiveTo", "Notice_Version__c",
    ),
    "ContactPointConsent": (
        *_STAMPS, "Name", "PartyId", "ContactPointId", "DataUsePurposeId", "PrivacyConsentStatus", "CaptureDate",
        "CaptureSource", "CaptureContactPointType", "EffectiveFrom", "EffectiveTo", "Notice_Version__c",
    ),
    "ContactPointEmail": (*_STAMPS, "Name", "ParentId", "EmailAddress"),
    "ContactPointPhone": (*_STAMPS, "Name", "ParentId", "TelephoneNumber"),
    "ContactPointAddress": (*_STAMPS, "Name", "ParentId", "Street", "City", "PostalCode", "Country"),
    "Lead": (
        *_STAMPS, "Name", "FirstName", "LastName", "Company", "Email", "Phone", "MobilePhone", "Country",
        "HasOptedOutOfEmail", "IndividualId", "IsConverted", "ConvertedContactId", "Gpp_String__c", "Gpp_String_At__c",
    ),
    "DataUsePurpose": (*_STAMPS, "Name"),
    "User": (*_STAMPS, "Name", "UserType", "ContactId"),
}  # fmt: skip
"""Fields by object."""

RELATIONS: dict[tuple[str, str], tuple[str, str]] = {
    ("Case", "Contact"): ("ContactId", "Contact"),
    ("CaseComment", "Parent"): ("ParentId", "Case"),
    ("CaseComment", "CreatedBy"): ("CreatedById", "User"),
    ("EmailMessage", "Parent"): ("ParentId", "Case"),
    ("Contact", "Individual"): ("IndividualId", "Individual"),
    ("ContactPointTypeConsent", "DataUsePurpose"): ("DataUsePurposeId", "DataUsePurpose"),
    ("ContactPointConsent", "DataUsePurpose"): ("DataUsePurposeId", "DataUsePurpose"),
    ("Lead", "Individual"): ("IndividualId", "Individual"),
}
"""Relationship names: (object, name) to (its field, the object it points to)."""

PREFIXES = {
    "Contact": "003", "Case": "500", "CaseComment": "00a", "EmailMessage": "02s", "Individual": "0PK",
    "ContactPointTypeConsent": "0ZX", "ContactPointConsent": "0ZY", "ContactPointEmail": "9Vl", "ContactPointPhone": "9Vm",
    "ContactPointAddress": "8lW", "Lead": "00Q", "DataUsePurpose": "0ZW", "User": "005",
}  # fmt: skip
_READ_ONLY = frozenset({*_STAMPS, "Name", "CaseNumber", "IsClosed", "IsConverted", "ConvertedContactId"})


class RefusedRow(Exception):
    """What the vendor says of a row that it does not take: a status code and a message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def salesforce_time(moment: datetime) -> str:
    """This is an instant as Salesforce writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def make_id(sobject: str, number: int) -> str:
    """This is the 18-character Id of the ``number``-th row of an object."""
    return f"{PREFIXES[sobject]}{number:012d}AAA"


class SimulatedTable:
    """All rows of an org, by object and Id; rows in the recycle bin have ``IsDeleted``.

    Args:
        now: the vendor's clock.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.rows: dict[str, dict[str, Row]] = {name: {} for name in SCHEMA}

    def add(self, sobject: str, fields: Row, *, at: datetime | None = None, id: str | None = None) -> str:
        """This inserts a row, changed last at ``at``, and gives its Id."""
        stamp = salesforce_time(at or self._now())
        key = id or make_id(sobject, 1 + len(self.rows[sobject]))
        blank = dict.fromkeys(SCHEMA[sobject])
        stamps = {"Id": key, "IsDeleted": False, **dict.fromkeys(_STAMPS[2:], stamp)}
        self.rows[sobject][key] = {**blank, **stamps, **fields}
        return key

    def find(self, sobject: str, key: str) -> Row:
        """This is a live row by its Id, of 15 or 18 characters; raises RefusedRow."""
        row = next(
            (row for id, row in self.rows[sobject].items() if id[:15] == key[:15] and len(key) in (15, 18)), None
        )
        if row is None:
            raise RefusedRow("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if row["IsDeleted"]:
            raise RefusedRow("ENTITY_IS_DELETED", "entity is deleted")
        return row

    def check(self, sobject: str, fields: Row) -> None:
        """This refuses fields that the object does not have, or that may not be written."""
        for name in fields:
            if name not in SCHEMA[sobject]:
                raise RefusedRow("INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject}")
            if name in _READ_ONLY:
                raise RefusedRow("INVALID_FIELD_FOR_INSERT_UPDATE", f"Unable to create/update fields: {name}")

    def change(self, sobject: str, key: str, fields: Row) -> Row:
        """This updates a live row as the API would."""
        row = self.find(sobject, key)
        self.check(sobject, fields)
        if row.get("IsConverted"):
            raise RefusedRow("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        row.update({name: None if value == "" else value for name, value in fields.items()})
        if sobject in ("Contact", "Individual", "Lead") and {"FirstName", "LastName"} & set(fields):
            row["Name"] = " ".join(part for part in (row["FirstName"], row["LastName"]) if part)
        self.touch(row)
        return row

    def touch(self, row: Row) -> None:
        """This stamps a row as changed now."""
        row["SystemModstamp"] = row["LastModifiedDate"] = salesforce_time(self._now())

    def bin(self, sobject: str, key: str) -> None:
        """This moves a row to the recycle bin; look-ups to it are emptied, as the vendor does."""
        row = self.find(sobject, key)
        row["IsDeleted"] = True
        self.touch(row)
        self._unlink(sobject, row["Id"])

    def purge(self, sobject: str, key: str) -> None:
        """This removes a row for good, from the recycle bin too; raises RefusedRow."""
        found = next((id for id in self.rows[sobject] if id[:15] == key[:15]), None)
        if found is None:
            raise RefusedRow("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        del self.rows[sobject][found]
        self._unlink(sobject, found)

    def _unlink(self, sobject: str, key: str) -> None:
        for (child, _), (field, parent) in RELATIONS.items():
            if parent == sobject and child in ("Case", "Contact", "Lead"):
                for row in self.rows[child].values():
                    if row[field] == key:
                        row[field] = None
