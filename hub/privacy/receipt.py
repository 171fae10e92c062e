"""Consent receipts: ISO/IEC TS 27560:2023 in terms of the W3C Data Privacy Vocabulary (profile dpv-27560), as JSON-LD.

One record for each scope that a person ever spoke about, with every event in its order; the receipt wraps them all. Each of
the standard's mandatory fields is there; ``FIELDS`` says where.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.privacy.controller import Controller
from hub.privacy.policy import Policy
from hub.privacy.retention import shortest
from hub.schema import ConsentEvent, ConsentScope, ConsentState

CONTEXT: dict[str, str] = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "loc": "https://w3id.org/dpv/loc#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}
RECORD = "https://w3id.org/dpv/schema/dpv-27560#record"
RECEIPT = "https://w3id.org/dpv/schema/dpv-27560#receipt"

FIELDS: dict[str, tuple[str, ...]] = {
    "schema version": ("dct:conformsTo",),
    "record id": ("dct:identifier",),
    "receipt id": ("^dct:identifier",),
    "pii principal id": ("dpv:hasDataSubject", "@id"),
    "privacy notice": ("dpv:hasNotice", "@id"),
    "language": ("dpv:hasNotice", "dct:language"),
    "purpose": ("dpv:hasProcess", "dpv:hasPurpose"),
    "pii information": ("dpv:hasProcess", "dpv:hasPersonalData"),
    "pii controllers": ("dpv:hasDataController",),
    "storage locations": ("dpv:hasProcess", "dpv:hasStorageCondition", "dpv:hasLocation"),
    "retention period": ("dpv:hasProcess", "dpv:hasStorageCondition", "dpv:hasDuration"),
    "jurisdiction": ("dpv:hasJurisdiction",),
    "recipient third parties": ("dpv:hasProcess", "dpv:hasRecipient"),
    "withdrawal method": ("dpv:hasConsentControl", "dpv:isExercisedAt"),
    "pii type": ("dpv:hasProcess", "dpv:hasPersonalData", "@type"),
    "party id": ("dpv:hasDataController", "@id"),
    "party address": ("dpv:hasDataController", "dpv:hasAddress"),
    "party name": ("dpv:hasDataController", "dpv:hasName"),
    "party contact": ("dpv:hasDataController", "dpv:hasContact"),
    "party type": ("dpv:hasDataController", "@type"),
    "event time": ("dpv:hasConsentStatus", "dpv:isIndicatedAtTime"),
    "validity duration": ("dpv:hasConsentStatus", "dpv:hasDuration"),
    "entity id": ("dpv:hasConsentStatus", "dpv:isIndicatedBy"),
    "event type": ("dpv:hasConsentStatus", "dct:type"),
    "event state": ("dpv:hasConsentStatus", "@type"),
}
"""Every mandatory field of the standard and its place in a record; "^" marks a place in the receipt around it."""

_STATES: Mapping[ConsentState, str] = {
    ConsentState.GIVEN: "dpv:ConsentGiven",
    ConsentState.RENEWED: "dpv:RenewedConsentGiven",
    ConsentState.REFUSED: "dpv:ConsentRefused",
    ConsentState.WITHDRAWN: "dpv:ConsentWithdrawn",
    ConsentState.REVOKED: "dpv:ConsentRevoked",
    ConsentState.INVALIDATED: "dpv:ConsentInvalidated",
    ConsentState.EXPIRED: "dpv:ConsentExpired",
    ConsentState.REQUESTED: "dpv:ConsentRequested",
    ConsentState.DEFERRED: "dpv:ConsentRequestDeferred",
    ConsentState.UNKNOWN: "dpv:ConsentUnknown",
    # DPV knows no status of consent for what was never based on it: an objection, or an opt-out.
    ConsentState.OBJECTED: "dpv:ConsentStatusInvalidForProcessing",
    ConsentState.OPTED_OUT: "dpv:ConsentStatusInvalidForProcessing",
}
_PERSONAL: Mapping[str, str] = {
    "contact": "pd:Contact",
    "content": "pd:Communication",
    "behaviour": "pd:Behavioural",
    "loyalty": "pd:Purchase",
    "consent": "pd:PrivacyPreference",
    "emotion": "pd:Emotion",
    "emotion.label": "pd:Emotion",
    "emotion.distress": "pd:Emotion",
    "special": "dpv:SpecialCategoryPersonalData",
    "health": "pd:Health",
}
_ACTORS = {
    "subject": "dpv:DataSubject",
    "guardian": "dpv:GuardianOfDataSubject",
    "controller": "dpv:DataController",
    "authority": "dpv:Authority",
}


@dataclass(frozen=True, slots=True)
class Known:
    """A consent event, and when the hub came to know of it."""

    event: ConsentEvent
    recorded: datetime


def receipt(
    events: Sequence[Known],
    *,
    subject: str,
    controller: Controller,
    policy: Policy,
    recipients: Sequence[str],
    issued: datetime,
) -> dict[str, Any]:
    """This is the receipt of everything one person said about consent, in the order the hub came to know.

    Args:
        events: what was said.
        subject: the person's id in the hub.
        controller: who answers for the data.
        policy: purposes and retention, as they are now.
        recipients: connections that have received data about the person.
        issued: when the receipt is made.
    """
    scopes: dict[str, list[Known]] = {}
    for one in events:
        scopes.setdefault(one.event.scope.model_dump_json(), []).append(one)
    writer = _Writer(subject, controller, policy, recipients)
    return {
        "@context": CONTEXT,
        "@id": f"urn:attune:receipt:{subject}:{issued:%Y%m%dT%H%M%SZ}",
        "@type": "dpv:ConsentReceipt",
        "dct:identifier": f"receipt-{subject}-{issued:%Y%m%dT%H%M%SZ}",
        "dct:conformsTo": RECEIPT,
        "dct:created": issued.isoformat(),
        "dct:publisher": controller.id,
        "schema:recipient": "dpv:DataSubject",
        "dpv:hasRecordOfActivity": [writer.record(group) for _, group in sorted(scopes.items())],
    }


@dataclass(frozen=True, slots=True)
class _Writer:
    subject: str
    controller: Controller
    policy: Policy
    recipients: Sequence[str]

    def record(self, group: Sequence[Known]) -> dict[str, Any]:
        scope = group[0].event.scope
        told = group[-1].event.evidence
        return {
            "@id": f"urn:attune:consent:{group[0].event.id}",
            "@type": "dpv:ConsentRecord",
            "dct:identifier": group[0].event.id,
            "dct:conformsTo": RECORD,
            "dpv:hasDataSubject": {"@id": f"urn:attune:person:{self.subject}", "skos:broader": "dpv:Customer"},
            "dpv:hasDataController": self._party(),
            "dpv:hasJurisdiction": [f"loc:{place}" for place in self.controller.jurisdictions],
            "dpv:hasProcess": self._process(scope),
            "dpv:hasConsentControl": {
                "@type": ["dpv:WithdrawConsent"], "dpv:isExercisedAt": self.controller.withdraw_at,
            },
            "dpv:hasRight": {
                "@type": ["dpv:DataSubjectRight", "eu-gdpr:A7-3"], "dpv:isExercisedAt": self.controller.rights_at,
            },
            "dpv:hasNotice": {
                "@id": told.notice_id or self.controller.notice.id,
                "@type": "dpv:ConsentNotice",
                "dct:language": told.language or self.controller.notice.language,
                **({"dct:hasVersion": told.notice_version} if told.notice_version is not None else {}),
            },
            "dpv:hasConsentStatus": [self._status(one) for one in group],
        }  # fmt: skip

    def _party(self) -> dict[str, Any]:
        return {
            "@id": self.controller.id,
            "@type": ["dpv:DataController", f"dpv:{self.controller.type}"],
            "dpv:hasName": self.controller.name,
            "dpv:hasAddress": self.controller.address,
            "dpv:hasContact": self.controller.contact,
        }

    def _process(self, scope: ConsentScope) -> dict[str, Any]:
        purpose = self.policy.purposes.purposes.get(scope.purpose or "")
        keep = shortest(self.policy, (scope.category or "consent").partition(".")[0]) or timedelta(0)
        place = [f"loc:{one}" for one in self.controller.storage_locations]
        return {
            "@type": "dpv:Process",
            "dpv:hasPurpose": {
                "@id": f"urn:attune:purpose:{scope.purpose or 'any'}",
                "dct:title": purpose.title if purpose else "any purpose",
                "skos:broader": purpose.dpv.replace(CONTEXT["dpv"], "dpv:") if purpose else "dpv:Purpose",
            },
            "dpv:hasPersonalData": {
                "@id": f"urn:attune:category:{scope.category or 'any'}",
                "@type": _PERSONAL.get(scope.category or "", "dpv:PersonalData"),
            },
            "dpv:hasRecipient": [f"urn:attune:recipient:{one}" for one in self._recipients(scope)],
            "dpv:hasStorageCondition": [
                {"@type": "dpv:StorageLocation", "dpv:hasLocation": place},
                {"@type": "dpv:StorageDuration", "dpv:hasDuration": f"P{keep.days}D"},
            ],
        }

    def _recipients(self, scope: ConsentScope) -> Sequence[str]:
        return [scope.recipient] if scope.recipient else ["hub", *self.recipients]

    def _status(self, one: Known) -> dict[str, Any]:
        event = one.event
        explicit = ["dpv:ExplicitlyExpressedConsent"] if event.evidence.explicit else []
        return {
            "@type": [_STATES[event.state], *explicit],
            "dct:identifier": event.id,
            "dct:type": str(event.state),
            "dpv:isIndicatedBy": _ACTORS[event.evidence.actor],
            "dpv:isIndicatedAtTime": event.occurred_at.isoformat(),
            "dpv:hasIndicationMethod": event.evidence.method or event.evidence.source_system or "unknown",
            "dpv:hasDuration": self._validity(event),
            "dct:date": one.recorded.isoformat(),
        }

    def _validity(self, event: ConsentEvent) -> str | dict[str, str]:
        """Until its own end, or the age at which its purpose asks anew; what has no end is valid until withdrawn."""
        if event.valid_until is not None:
            return f"P{max(0, (event.valid_until - event.occurred_at).days)}D"
        purpose = self.policy.purposes.purposes.get(event.scope.purpose or "")
        if purpose and purpose.max_age:
            return f"P{purpose.max_age.days}D"
        return {"@type": "dpv:UntilEventDuration", "rdf:value": "until withdrawn"}


def receipt_schema() -> dict[str, Any]:
    """This is the JSON Schema of a receipt: every mandatory field must be there and hold something."""
    record = _node([path for path in FIELDS.values() if not path[0].startswith("^")])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:attune:schema:consent-receipt:1",
        "type": "object",
        "required": ["@context", "dct:identifier", "dct:conformsTo", "dpv:hasRecordOfActivity"],
        "properties": {
            "dct:identifier": {"type": "string", "minLength": 1},
            "dct:conformsTo": {"const": RECEIPT},
            "dpv:hasRecordOfActivity": {"type": "array", "items": record},
        },
    }


def _node(paths: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    """A value that holds something; where there are places below it, an object, or a list that has each in one of its items."""
    below = sorted({path[0] for path in paths if path})
    if not below:
        return {"anyOf": [{"type": ["string", "array"], "minLength": 1, "minItems": 1}, {"type": "object"}]}
    children = {name: _node([path[1:] for path in paths if path and path[0] == name]) for name in below}
    whole = {"type": "object", "required": below, "properties": children}
    parts = [
        {"contains": {"type": "object", "required": [name], "properties": {name: children[name]}}} for name in below
    ]
    return {"anyOf": [whole, {"type": "array", "minItems": 1, "allOf": parts}]}
