"""The seed of the simulator: the cast as Contacts, Individuals with consent, cases, comments, e-mails and users."""

from datetime import datetime, timedelta
from typing import Any

from hub.testing import Cast, CastMember, Line
from hub_salesforce.simulated_table import SimulatedTable, make_id, salesforce_time

PURPOSES = {
    "EmotionAnalysis": "Web", "ServicePersonalisation": "Web", "DirectMarketing": "Email", "IdentityLink.X": "Social",
}  # fmt: skip
"""Data use purposes of the org, each with the contact point type under which consent to it is kept."""

AGENT = make_id("User", 1)


def seed_cast(table: SimulatedTable, cast: Cast) -> None:
    """This fills an org with the cast; everybody joined, and answered about consent, before anybody spoke."""
    spoken = [line.at for member in cast.members for line in member.lines]
    joined = min(spoken) - timedelta(days=30) if spoken else datetime.fromisoformat("2026-05-01T00:00:00+00:00")
    table.add("User", {"Name": "Robin Agent", "UserType": "Standard"}, at=joined, id=AGENT)
    for name in PURPOSES:
        table.add("DataUsePurpose", {"Name": name}, at=joined)
    for member in cast.members:
        at = joined + timedelta(minutes=member.number)
        _add_contact(table, member, at)
        _add_consents(table, member, at)
        _add_case(table, member)


def _add_contact(table: SimulatedTable, member: CastMember, at: datetime) -> None:
    first, _, last = member.name.partition(" ")
    key = make_id("Contact", member.number)
    person = None if member.consent == "none" else make_id("Individual", member.number)
    table.add("Contact", {
        "Name": member.name, "FirstName": first, "LastName": last, "Email": member.email, "Phone": member.phone,
        "MailingCountry": member.country, "Birthdate": f"{member.birth_year}-04-12", "HasOptedOutOfEmail": False,
        "IndividualId": person, "Customer_Id__c": member.customer_id,
        "X_User_Id__c": str(9_000_000_000_000_000_000 + member.number) if member.consent == "all" else None,
    }, at=at, id=key)  # fmt: skip
    if member.said_in("salesforce") and member.number % 2 == 0:  # these answer in the portal, the others by e-mail
        portal = {"Name": member.name, "UserType": "CSPLitePortal", "ContactId": key}
        table.add("User", portal, at=at, id=make_id("User", 1_000 + member.number))


def _add_consents(table: SimulatedTable, member: CastMember, at: datetime) -> None:
    if member.consent == "none":
        return
    first, _, last = member.name.partition(" ")
    opted_out = member.consent in ("no_emotion", "withdrawn")
    table.add("Individual", {
        "Name": member.name, "FirstName": first, "LastName": last, "HasOptedOutProcessing": False,
        "HasOptedOutProfiling": opted_out, "HasOptedOutTracking": False, "HasOptedOutSolicit": False,
        "ShouldForget": False,
    }, at=at + timedelta(days=2 if opted_out else 0), id=make_id("Individual", member.number))  # fmt: skip
    for purpose in ("ServicePersonalisation",) if member.consent == "service" else PURPOSES:
        refused = member.consent == "no_emotion" and purpose == "EmotionAnalysis"
        add_consent(table, member.number, purpose, "OptOut" if refused else "OptIn", at)
    if member.consent == "withdrawn":
        add_consent(table, member.number, "EmotionAnalysis", "OptOut", at + timedelta(days=2))


def add_consent(table: SimulatedTable, number: int, purpose: str, status: str, at: datetime) -> str:
    """This adds a consent object of the ``number``-th member, captured and effective at ``at``, and gives its Id."""
    rows = table.rows["DataUsePurpose"]
    purpose_id = next(key for key, row in rows.items() if row["Name"] == purpose)
    when = salesforce_time(at)
    return table.add("ContactPointTypeConsent", {
        "Name": f"Consent {purpose}", "PartyId": make_id("Individual", number), "ContactPointType": PURPOSES[purpose],
        "DataUsePurposeId": purpose_id, "PrivacyConsentStatus": status, "CaptureDate": when, "EffectiveFrom": when,
        "CaptureSource": "Web form", "CaptureContactPointType": "Web", "Notice_Version__c": 1,
    }, at=at)  # fmt: skip


def add_point_consent(
    table: SimulatedTable, person: str, address: str, status: str, at: datetime, purpose: str = "DirectMarketing"
) -> str:
    """This adds a consent bound to an e-mail address of an Individual, captured at ``at``, and gives its Id."""
    point = table.add("ContactPointEmail", {"ParentId": person, "EmailAddress": address}, at=at)
    rows, when = table.rows["DataUsePurpose"], salesforce_time(at)
    return table.add("ContactPointConsent", {
        "Name": f"Consent {purpose}", "ContactPointId": point, "PrivacyConsentStatus": status, "CaptureDate": when,
        "DataUsePurposeId": next(key for key, row in rows.items() if row["Name"] == purpose), "EffectiveFrom": when,
        "CaptureSource": "Preference centre", "CaptureContactPointType": "Email", "Notice_Version__c": 1,
    }, at=at)  # fmt: skip


def add_lead(table: SimulatedTable, name: str, address: str, at: datetime, **fields: Any) -> str:
    """This adds a Lead, and gives its Id."""
    first, _, last = name.partition(" ")
    told = {"Name": name, "FirstName": first, "LastName": last, "Company": "Unknown", "Email": address}
    return table.add("Lead", {**told, "HasOptedOutOfEmail": False, "IsConverted": False, **fields}, at=at)


def _add_case(table: SimulatedTable, member: CastMember) -> None:
    lines = member.said_in("salesforce")
    if not lines:
        return
    first, *rest = lines
    case = make_id("Case", member.number)
    closed = len(rest) > 1
    stamp = salesforce_time(first.at)
    table.add("Case", {
        "CaseNumber": f"{member.number:08d}", "Subject": "Trouble with my order", "Description": first.text,
        "Status": "Closed" if closed else "Working", "IsClosed": closed, "Priority": "High", "Origin": "Web",
        "OwnerId": AGENT, "ContactId": make_id("Contact", member.number), "CreatedDate": stamp,
        "ClosedDate": salesforce_time(lines[-1].at) if closed else None,
        "SuppliedName": member.name, "SuppliedEmail": member.email,
    }, at=lines[-1].at, id=case)  # fmt: skip
    table.rows["Case"][case]["CreatedDate"] = stamp
    for line in rest:
        if line.by == "customer" and member.number % 2:
            _add_email(table, member, case, line)
        else:
            _add_comment(table, member, case, line)


def _add_email(table: SimulatedTable, member: CastMember, case: str, line: Line) -> None:
    table.add("EmailMessage", {
        "ParentId": case, "Incoming": True, "Subject": "Re: Trouble with my order", "TextBody": line.text,
        "FromAddress": member.email, "FromName": member.name, "ToAddress": "care@attune.example",
        "MessageDate": salesforce_time(line.at),
    }, at=line.at)  # fmt: skip


def _add_comment(table: SimulatedTable, member: CastMember, case: str, line: Line) -> None:
    author = AGENT if line.by == "agent" else make_id("User", 1_000 + member.number)
    table.add(
        "CaseComment",
        {"ParentId": case, "CommentBody": line.text, "IsPublished": True, "CreatedById": author},
        at=line.at,
    )
