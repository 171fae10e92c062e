"""The eraser: overwrites, deletes and purges what the org holds about a person, then looks again."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from simple_salesforce.format import quote_soql_value

from hub.contract import ErasureOutcome, ErasureState, SubjectIdentifier
from hub_salesforce.bulk import BulkJob, Patience
from hub_salesforce.by_hand import KEPT, PORTAL
from hub_salesforce.collection import Collection, RowResult, portions
from hub_salesforce.config import SalesforceConfig
from hub_salesforce.org import Org
from hub_salesforce.refusal import RefusedError
from hub_salesforce.target import find_target
from hub_salesforce.trace import IDS_A_QUERY, Trace, Tracer

_OBJECTS = {
    "EmailMessage": "email_messages", "CaseComment": "case_comments", "Case": "cases",
    "ContactPointConsent": "contact_point_consents", "ContactPointEmail": "contact_point_emails",
    "ContactPointPhone": "contact_point_phones", "ContactPointAddress": "contact_point_addresses",
    "ContactPointTypeConsent": "contact_point_type_consents", "Individual": "individuals", "Lead": "leads",
    "Contact": "contacts",
}  # fmt: skip
"""Objects in the order in which they go, by the name that outcomes give them.

What leads to the other rows goes last, so that an erasure that was cut off finds them again.
"""

_TEXTS = frozenset({"EmailMessage", "CaseComment"})
_CASE_BLANKS = ("Subject", "Description", "SuppliedName", "SuppliedEmail", "ContactId")
_CONTACT_BLANKS = ("FirstName", "Email", "Phone", "MobilePhone", "MailingCountry", "Birthdate")
_OVERWRITES: dict[str, dict[str, Any]] = {
    "CaseComment": {"CommentBody": "Erased"},
    "ContactPointEmail": {"EmailAddress": "erased@example.invalid"},
    "ContactPointPhone": {"TelephoneNumber": "0"},
    "ContactPointAddress": {"Street": None, "City": None, "PostalCode": None},
    "Individual": {"FirstName": None, "LastName": "Erased", "BirthDate": None},
    "Lead": {
        "FirstName": None,
        "LastName": "Erased",
        "Company": "Erased",
        "Email": None,
        "Phone": None,
        "MobilePhone": None,
    },
}
IN_BIN = "in the recycle bin: empty it, or grant the user 'Bulk API Hard Delete'; Salesforce purges it after 15 days"


class SalesforceEraser:
    """This erases a person: Contacts, Leads, the Individual with contact points and consents go.

    Cases stay as empty shells for the statistics.

    Rows are overwritten before they are deleted, so that what waits in the recycle bin holds nothing personal.

    Args:
        config: the connection's settings.
        org: where.
        sleep: the hub's way to wait.
    """

    def __init__(self, config: SalesforceConfig, org: Org, sleep: Callable[[float], None]) -> None:
        self._config = config
        self._org = org
        self._tracer = Tracer(config, org)
        self._jobs = BulkJob(org)
        self._patience = Patience(config.bulk_polls, config.bulk_poll_seconds, sleep)

    def erase(self, subject: Sequence[SubjectIdentifier]) -> Iterator[ErasureOutcome]:
        """This yields one outcome per kind of object; raises AuthError, ThrottledError or TransientError."""
        trace = self._tracer.trace(subject)
        # What is left to people's hands comes first: once the Contact is gone, nothing leads to it any more.
        if self._keeps_texts and trace.found["Case"]:
            yield ErasureOutcome("case_texts", ErasureState.UNSUPPORTED, KEPT)
        if trace.found["User"]:
            yield ErasureOutcome("users", ErasureState.UNSUPPORTED, PORTAL)
        for sobject in _OBJECTS:
            if not (self._keeps_texts and sobject in _TEXTS):
                yield self._removed(sobject, trace)

    def verify_erased(self, subject: Sequence[SubjectIdentifier]) -> Iterator[ErasureOutcome]:
        """This searches anew by every identifier; what waits in the recycle bin or is kept is ``pending``."""
        trace = self._tracer.trace(subject)
        for sobject, name in _OBJECTS.items():
            kept = self._keeps_texts and (sobject in _TEXTS or sobject == "Case")
            if sobject in trace.closed:
                yield ErasureOutcome(name, ErasureState.FAILED, trace.closed[sobject])
            elif trace.ids(sobject):
                state = ErasureState.PENDING if kept else ErasureState.FAILED
                yield ErasureOutcome(name, state, KEPT if kept else "still there")
            elif trace.binned(sobject):
                yield ErasureOutcome(name, ErasureState.PENDING, IN_BIN)
            else:
                yield ErasureOutcome(name, ErasureState.ABSENT)

    @property
    def _keeps_texts(self) -> bool:
        return self._config.case_texts == "keep"

    def _removed(self, sobject: str, trace: Trace) -> ErasureOutcome:
        """This does the work on one object, and tells what is there afterwards."""
        name, live = _OBJECTS[sobject], trace.ids(sobject)
        every = [*live, *trace.binned(sobject)]
        if sobject in trace.closed:
            return ErasureOutcome(name, ErasureState.FAILED, trace.closed[sobject])
        if not every:
            return ErasureOutcome(name, ErasureState.ABSENT)
        if sobject == "Case":
            code = self._overwrite(sobject, live, self._case_blanks())
            self._purge(sobject, trace.binned(sobject))
        else:
            # Where a validation rule forbids to overwrite, deleting is still better than nothing.
            self._overwrite(sobject, live, self._blanks(sobject))
            code = self._delete(sobject, live)
            self._purge(sobject, every)
        return self._seen(sobject, every, code)

    def _blanks(self, sobject: str) -> dict[str, Any]:
        return self._contact_blanks() if sobject == "Contact" else _OVERWRITES.get(sobject, {})

    def _case_blanks(self) -> dict[str, Any]:
        fields = find_target("cases").object.fields
        return dict.fromkeys(fields if self._keeps_texts else (*_CASE_BLANKS, *fields))

    def _contact_blanks(self) -> dict[str, Any]:
        own = [self._config.customer_id_field, self._config.x_user_id_field]
        blanks = (*_CONTACT_BLANKS, *find_target("contacts").object.fields, *(name for name in own if name))
        return {**dict.fromkeys(blanks), "LastName": "Erased"}

    def _overwrite(self, sobject: str, ids: Sequence[str], fields: dict[str, Any]) -> str | None:
        if not fields:
            return None
        rows = Collection(self._org, sobject)
        return _first_code(ids, lambda portion: rows.update([(key, fields) for key in portion]))

    def _delete(self, sobject: str, ids: Sequence[str]) -> str | None:
        return _first_code(ids, Collection(self._org, sobject).delete)

    def _purge(self, sobject: str, ids: Sequence[str]) -> None:
        """This removes rows from the recycle bin, where the org lets the user; looking again tells."""
        if not ids:
            return
        try:
            job = self._jobs.create(sobject, "hardDelete")
            self._jobs.upload(job, [(key, {}) for key in ids])
            self._jobs.start(job)
            self._jobs.wait(job, self._patience)
        except RefusedError:
            return

    def _seen(self, sobject: str, ids: Sequence[str], code: str | None) -> ErasureOutcome:
        """The outcome of one object, by looking for the very rows that were there."""
        name, binned = _OBJECTS[sobject], False
        blanks = tuple(self._case_blanks()) if sobject == "Case" else ()
        for portion in portions(ids, IDS_A_QUERY):
            select = ", ".join(("Id", "IsDeleted", *blanks))
            soql = f"SELECT {select} FROM {sobject} WHERE Id IN {quote_soql_value(list(portion))}"  # noqa: S608 - ids are quoted by simple-salesforce
            for row in self._org.identified(soql, deleted=True):
                binned = binned or row["IsDeleted"] is True
                gone = row["IsDeleted"] is True or (blanks and all(row[blank] is None for blank in blanks))
                if not gone:
                    return ErasureOutcome(name, ErasureState.FAILED, code or "still there")
        return (
            ErasureOutcome(name, ErasureState.PENDING, IN_BIN) if binned else ErasureOutcome(name, ErasureState.ERASED)
        )


def _first_code(ids: Sequence[str], act: Callable[[Sequence[str]], list[RowResult]]) -> str | None:
    """The first error code of acting on all rows, in pieces that fit a call."""
    codes: list[str | None] = []
    for portion in portions(ids):
        try:
            codes += [result.code for result in act(portion)]
        except RefusedError as refused:
            codes.append(refused.code)
    return next((code for code in codes if code is not None), None)
