"""The trace of a person: every row that the org holds about them, found by their identifiers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simple_salesforce.format import quote_soql_value

from hub.contract import IdentifierKind, SubjectIdentifier
from hub_salesforce.collection import portions
from hub_salesforce.config import SalesforceConfig
from hub_salesforce.org import Org
from hub_salesforce.refusal import RefusedError

INDIVIDUAL_ISSUER = "salesforce_individual"
"""Issuer under which the mappings name a person by the Id of their Individual."""

LEAD_ISSUER = "salesforce_lead"
"""Issuer under which the mappings name a person by the Id of their Lead."""

_ISSUERS = {"salesforce": "003", INDIVIDUAL_ISSUER: "0PK", LEAD_ISSUER: "00Q"}
_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Z0-5]{3})?\Z")
IDS_A_QUERY = 100
"""Values of one look-up: more would make its address too long."""

CONTACT_POINTS: Mapping[str, tuple[str, ...]] = {
    "ContactPointEmail": ("EmailAddress",),
    "ContactPointPhone": ("TelephoneNumber",),
    "ContactPointAddress": (),
}
"""Objects that a consent may be bound to, each with what is read of it besides its owner."""

SEARCHED = (
    "Contact", "Lead", "Individual", "ContactPointTypeConsent", *CONTACT_POINTS, "ContactPointConsent", "Case",
    "CaseComment", "EmailMessage", "User",
)  # fmt: skip
"""Objects that are searched, in this order: the first ones lead to the later ones."""


@dataclass(slots=True)
class Trace:
    """Ids found by object, each with whether it is in the recycle bin; ``closed`` are objects that may not be searched."""

    found: dict[str, dict[str, bool]] = field(default_factory=lambda: {name: {} for name in SEARCHED})
    closed: dict[str, str] = field(default_factory=dict)

    def ids(self, sobject: str) -> list[str]:
        """These rows of one object are not in the recycle bin."""
        return sorted(key for key, deleted in self.found[sobject].items() if not deleted)

    def binned(self, sobject: str) -> list[str]:
        """These rows of one object are in the recycle bin."""
        return sorted(key for key, deleted in self.found[sobject].items() if deleted)


@dataclass(frozen=True, slots=True)
class _Known:
    """The person's identifiers, sorted."""

    contacts: tuple[str, ...]
    individuals: tuple[str, ...]
    leads: tuple[str, ...]
    emails: tuple[str, ...]
    customers: tuple[str, ...]


def _known(subject: Sequence[SubjectIdentifier]) -> _Known:
    """A telephone number is no ground to delete by: households and switchboards share them."""
    issued: dict[str, list[str]] = {"003": [], "0PK": [], "00Q": []}
    for entry in subject:
        prefix = _ISSUERS.get(entry.issuer) if entry.kind is IdentifierKind.VENDOR_ID else None
        if prefix and _ID.match(entry.value) and entry.value.startswith(prefix):
            issued[prefix].append(entry.value)
    emails = (entry.value for entry in subject if entry.kind is IdentifierKind.EMAIL)
    customers = (entry.value for entry in subject if entry.kind is IdentifierKind.CUSTOMER_ID)
    return _Known(tuple(issued["003"]), tuple(issued["0PK"]), tuple(issued["00Q"]), tuple(emails), tuple(customers))


class Tracer:
    """This searches an org for a person, the recycle bin included.

    Args:
        config: the connection's settings.
        org: where to search.
    """

    def __init__(self, config: SalesforceConfig, org: Org) -> None:
        self._config = config
        self._org = org

    def trace(self, subject: Sequence[SubjectIdentifier]) -> Trace:
        """This finds what bears the person's identifiers, and what hangs on it.

        Raises AuthError, ThrottledError or TransientError; what may not be searched is in ``closed``.
        """
        known, trace = _known(subject), Trace()
        self._people(trace, known)
        contacts, people = list(trace.found["Contact"]), list(trace.found["Individual"])
        self._look(trace, "ContactPointTypeConsent", "PartyId", people)
        for sobject in CONTACT_POINTS:
            self._look(trace, sobject, "ParentId", people)
        points = [key for sobject in CONTACT_POINTS for key in trace.found[sobject]]
        self._look(trace, "ContactPointConsent", "ContactPointId", points)
        self._look(trace, "ContactPointConsent", "PartyId", people)
        self._look(trace, "User", "ContactId", contacts)
        self._look(trace, "Case", "ContactId", contacts)
        self._look(trace, "Case", "SuppliedEmail", known.emails)
        cases = list(trace.found["Case"])
        self._look(trace, "CaseComment", "ParentId", cases)
        self._look(trace, "EmailMessage", "ParentId", cases)
        self._look(trace, "EmailMessage", "FromAddress", known.emails)
        return trace

    def _people(self, trace: Trace, known: _Known) -> None:
        """Contacts and Leads by every identifier, then the Individual behind them, then that Individual's other ones."""
        self._look(trace, "Individual", "Id", known.individuals)
        rows = self._look(trace, "Contact", "Id", known.contacts, "IndividualId")
        rows += self._look(trace, "Contact", "Email", known.emails, "IndividualId")
        rows += self._look(trace, "Contact", self._config.customer_id_field, known.customers, "IndividualId")
        if self._config.leads:
            rows += self._look(trace, "Lead", "Id", known.leads, "IndividualId")
            rows += self._look(trace, "Lead", "Email", known.emails, "IndividualId")
            rows += self._look(trace, "Lead", "ConvertedContactId", list(trace.found["Contact"]), "IndividualId")
        self._look(trace, "Individual", "Id", {row["IndividualId"] for row in rows if row.get("IndividualId")})
        for sobject in ("Contact", "Lead") if self._config.leads else ("Contact",):
            self._look(trace, sobject, "IndividualId", list(trace.found["Individual"]))

    def _look(self, trace: Trace, sobject: str, by: str, values: Iterable[str], *also: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        select = ", ".join(("Id", "IsDeleted", *also) if sobject != "User" else ("Id", *also))
        for portion in portions(sorted(set(values)), IDS_A_QUERY):
            soql = f"SELECT {select} FROM {sobject} WHERE {by} IN {quote_soql_value(list(portion))}"  # noqa: S608 - values are quoted by simple-salesforce
            try:
                rows += self._org.identified(soql, deleted=True)
            except RefusedError as refused:
                trace.closed[sobject] = refused.code
                break
        trace.found[sobject].update({row["Id"]: row.get("IsDeleted") is True for row in rows})
        return rows
