"""The target: an object that the hub writes, and what a row of it must look like before it is sent."""

import math
import re
from dataclasses import dataclass
from typing import Any

from hub.contract import ConfigError, IdentifierKind, Object, WriteRecord

_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Z0-5]{3})?\Z")


@dataclass(frozen=True, slots=True)
class Target:
    """How one object is written.

    Rows are found by their Salesforce Id and only ever updated. An upsert by an external id would find them too, but it
    creates what it does not find, and so would bring back a customer who has been erased.

    Args:
        object: what the manifest says of it.
        sobject: API name.
        prefix: what its Ids begin with.
    """

    object: Object
    sobject: str
    prefix: str

    def flaw(self, record: WriteRecord) -> str | None:
        """This is the code of what forbids to send the record, or None."""
        if not _ID.match(record.key) or not record.key.startswith(self.prefix):
            return "MALFORMED_ID"
        if not record.fields or not set(record.fields) <= set(self.object.fields):
            return "FIELD_NOT_DECLARED"
        return None if all(_sendable(value) for value in record.fields.values()) else "INVALID_VALUE"


def _sendable(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | int | bool)


_MAX_BATCH = 10_000
TARGETS: tuple[Target, ...] = (
    Target(
        Object(
            "contacts", "Emotion of a customer, on the Contact.", "person", IdentifierKind.VENDOR_ID,
            (
                "Emotion__c", "Emotion_Intensity__c", "Emotion_Confidence__c", "Distress__c", "Churn_Risk__c",
                "Tone_Hint__c", "Emotion_As_Of__c",
            ),
            _MAX_BATCH,
        ),
        "Contact",
        "003",
    ),
    Target(
        Object(
            "cases", "Emotion in a case, on the Case.", "case", IdentifierKind.VENDOR_ID,
            ("Emotion__c", "Distress__c", "Valence_Shift__c", "Emotion_As_Of__c"),
            _MAX_BATCH,
        ),
        "Case",
        "500",
    ),
)  # fmt: skip
"""All objects that are written."""


def find_target(name: str) -> Target:
    """This is the target of an object; raises ConfigError for a name that the manifest does not list."""
    for target in TARGETS:
        if target.object.name == name:
            return target
    raise ConfigError(f"Salesforce has no object {name!r}.", fix="Correct the name in hub.yaml.")
