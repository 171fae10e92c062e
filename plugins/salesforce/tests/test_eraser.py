import json

import pytest

from hub.contract import Eraser, ErasureState, IdentifierKind, SubjectIdentifier
from hub.testing import Fault, Reply
from hub_salesforce.simulated_seed import add_lead, add_point_consent
from hub_salesforce.simulated_table import make_id

ABSENT, ERASED, PENDING, FAILED, UNSUPPORTED = (
    ErasureState.ABSENT, ErasureState.ERASED, ErasureState.PENDING, ErasureState.FAILED, ErasureState.UNSUPPORTED,
)  # fmt: skip

ELSEWHERE = {
    "contact_point_consents", "contact_point_emails", "contact_point_phones", "contact_point_addresses", "leads"
}  # fmt: skip
"""Where nobody of the cast is, unless a test puts them there."""


def states(found):
    return {outcome.object: outcome.state for outcome in found}


def email(member):
    return SubjectIdentifier(IdentifierKind.EMAIL, member.email)


@pytest.fixture
def member(org):
    """Somebody with a case, a comment by an agent and an e-mail of their own."""
    return org.cast.members[2]


@pytest.mark.parametrize("by", ["email", "vendor_id", "customer_id", "individual"])
def test_a_person_is_gone_by_whatever_identifier(org, connector, member, by):
    assert isinstance(connector, Eraser)
    subject = {
        "email": email(member),
        "vendor_id": SubjectIdentifier(IdentifierKind.VENDOR_ID, make_id("Contact", 3), "salesforce"),
        "customer_id": SubjectIdentifier(IdentifierKind.CUSTOMER_ID, member.customer_id),
        "individual": SubjectIdentifier(IdentifierKind.VENDOR_ID, make_id("Individual", 3), "salesforce_individual"),
    }
    told = states(connector.erase([subject[by]]))
    assert {told.pop(name) for name in ELSEWHERE} == {ABSENT}
    assert set(told.values()) == {ERASED}
    assert set(states(connector.verify_erased(list(subject.values()))).values()) == {ABSENT}
    left = json.dumps(org.tables)
    said_by_others = {line.text for other in org.cast.members if other is not member for line in other.lines}
    own = [line.text for line in member.lines if line.text not in said_by_others]
    assert own
    for trace in (member.email, member.name, member.phone, member.customer_id, *own):
        assert json.dumps(trace)[1:-1] not in left
    assert org.tables["Case"][make_id("Case", 3)]["Status"] == "Closed"


def test_others_are_untouched(org, connector, member):
    before = json.loads(json.dumps(org.tables))
    list(connector.erase([email(member)]))
    for sobject, rows in before.items():
        gone = set(rows) - set(org.tables[sobject])
        changed = {key for key in rows if key not in gone and rows[key] != org.tables[sobject][key]}
        assert all(int(key[3:15]) == 3 for key in changed), sobject
        assert len(gone) <= (4 if sobject == "ContactPointTypeConsent" else 1), sobject


def test_without_the_right_to_purge_it_stays_pending_but_empty(org, connector, member):
    org.hard_delete = False
    told = {outcome.object: outcome for outcome in connector.erase([email(member)])}
    assert (told["contacts"].state, told["cases"].state) == (PENDING, ERASED)
    assert "recycle bin" in (told["contacts"].reason or "")
    row = org.tables["Contact"][make_id("Contact", 3)]
    assert row["IsDeleted"] and (row["Name"], row["Email"], row["Phone"], row["X_User_Id__c"]) == (
        "Erased",
        *[None] * 3,
    )
    vendor_id = SubjectIdentifier(IdentifierKind.VENDOR_ID, make_id("Contact", 3), "salesforce")
    assert states(connector.verify_erased([vendor_id]))["contacts"] is PENDING
    org.hard_delete = True
    assert states(connector.erase([vendor_id]))["contacts"] is ERASED
    assert states(connector.verify_erased([vendor_id]))["contacts"] is ABSENT


def test_a_row_that_is_only_in_the_recycle_bin_is_found(org, connector, member):
    org.delete_contact(3)
    assert states(connector.verify_erased([email(member)]))["contacts"] is PENDING
    assert states(connector.erase([email(member)]))["contacts"] is ERASED


def test_the_same_persons_other_contacts_go_too(org, connector, member):
    other = org.table.add("Contact", {"Email": "second@example.com", "IndividualId": make_id("Individual", 3)})
    list(connector.erase([email(member)]))
    assert other not in org.tables["Contact"]


def test_leads_and_contact_points_go_too(org, connector, member):
    now, person = org.clock.now(), make_id("Individual", 3)
    consent = add_point_consent(org.table, person, "second@example.com", "OptIn", now)
    add_lead(
        org.table, member.name, "third@example.com", now, ConvertedContactId=make_id("Contact", 3), IsConverted=True
    )
    add_lead(org.table, member.name, member.email, now)
    stranger = add_lead(org.table, "Li Wei", "li.wei@example.org", now)
    told = states(connector.erase([email(member)]))
    assert {told[name] for name in ("contact_point_consents", "contact_point_emails", "leads")} == {ERASED}
    assert consent not in org.tables["ContactPointConsent"] and list(org.tables["Lead"]) == [stranger]
    assert org.tables["ContactPointEmail"] == {}
    assert set(states(connector.verify_erased([email(member)])).values()) == {ABSENT}


def test_who_is_a_lead_only_is_found_by_its_id(org, open_org):
    lead = add_lead(org.table, "Li Wei", "li.wei@example.org", org.clock.now())
    known = SubjectIdentifier(IdentifierKind.VENDOR_ID, lead, "salesforce_lead")
    org.hard_delete = False
    assert states(open_org(leads=False).erase([known]))["leads"] is ABSENT
    assert states(open_org().erase([known]))["leads"] is PENDING
    assert org.tables["Lead"][lead]["Email"] is None and org.tables["Lead"][lead]["Name"] == "Erased"


def test_a_stranger_is_absent(org, connector):
    nobody = SubjectIdentifier(IdentifierKind.EMAIL, "o'nobody\\@example.com")
    assert set(states(connector.erase([nobody])).values()) == {ABSENT}
    assert not any(call.method in ("PATCH", "DELETE") for call in org.calls)


def test_a_telephone_number_deletes_nobody(org, connector, member):
    list(connector.erase([SubjectIdentifier(IdentifierKind.PHONE, member.phone)]))
    assert len(org.live("Contact")) == 24


def test_ids_of_other_systems_delete_nobody(org, connector):
    list(connector.erase([SubjectIdentifier(IdentifierKind.VENDOR_ID, make_id("Contact", 3), "zendesk")]))
    assert len(org.live("Contact")) == 24


def test_kept_case_texts_are_an_open_obligation(org, open_org, member):
    connector = open_org(case_texts="keep")
    org.update("Case", make_id("Case", 3), Emotion__c="anger")
    told = states(connector.erase([email(member)]))
    assert (told["case_texts"], told["contacts"], told["cases"]) == (UNSUPPORTED, ERASED, ERASED)
    row = org.tables["Case"][make_id("Case", 3)]
    assert row["Emotion__c"] is None and row["Description"] and len(org.live("EmailMessage")) == 4
    assert states(connector.verify_erased([email(member)]))["cases"] is PENDING


def test_a_portal_user_is_an_open_obligation(org, connector):
    told = states(connector.erase([email(org.cast.members[5])]))
    assert (told["users"], told["case_comments"]) == (UNSUPPORTED, ERASED)


def test_a_row_that_cannot_be_deleted_is_told(org, connector, member):
    org.hard_delete = False
    org.refuse(make_id("Contact", 3), "DELETE_FAILED")
    told = {outcome.object: outcome for outcome in connector.erase([email(member)])}
    assert (told["contacts"].state, told["contacts"].reason) == (FAILED, "DELETE_FAILED")
    assert states(connector.verify_erased([email(member)]))["contacts"] is FAILED


def test_an_object_that_may_not_be_searched_is_not_called_absent(org, connector, member):
    refused = Reply(400, [{"errorCode": "INVALID_TYPE", "message": "m"}])
    org.faults.add(Fault("GET /services/data/v59.0/queryAll/", reply=refused))
    found = SubjectIdentifier(IdentifierKind.VENDOR_ID, make_id("Individual", 3), "salesforce_individual")
    told = {outcome.object: outcome for outcome in connector.verify_erased([found])}
    assert (told["individuals"].state, told["individuals"].reason) == (FAILED, "INVALID_TYPE")


def test_an_erasure_that_was_cut_off_goes_on(org, connector, member):
    org.faults.add(Fault("DELETE /services/data/*", kind="reset", after=2))
    with pytest.raises(Exception, match="connection"):
        list(connector.erase([email(member)]))
    list(connector.erase([email(member)]))
    assert set(states(connector.verify_erased([email(member)])).values()) == {ABSENT}
    assert member.name not in json.dumps(org.tables)
