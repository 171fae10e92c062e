import json
from datetime import timedelta

import pytest

from hub.contract import (
    AuthError,
    ConfigError,
    ConsentSource,
    HubError,
    IdentifierKind,
    Source,
    SubjectIdentifier,
    TransientError,
)
from hub.testing import Fault, Reply
from hub_salesforce.markup import plain_text
from hub_salesforce.simulated_seed import add_lead, add_point_consent
from hub_salesforce.simulated_table import make_id, salesforce_time
from hub_salesforce.simulator import INSTANCE_URL

TABLES = {
    "individuals": "Individual", "contact_point_type_consents": "ContactPointTypeConsent",
    "contact_point_consents": "ContactPointConsent", "leads": "Lead", "contacts": "Contact", "cases": "Case",
    "case_comments": "CaseComment", "email_messages": "EmailMessage",
}  # fmt: skip


def records(connector, stream, cursor=None):
    return [record for batch in connector.read(stream, cursor) for record in batch.records]


def test_every_stream_is_read_whole(org, connector):
    add_point_consent(org.table, make_id("Individual", 1), "maria@example.org", "OptIn", org.clock.now())
    add_lead(org.table, "Li Wei", "li.wei@example.org", org.clock.now())
    assert isinstance(connector, Source) and isinstance(connector, ConsentSource)
    for stream, sobject in TABLES.items():
        keys = [record.key for record in records(connector, stream)]
        assert sorted(keys) == sorted(org.tables[sobject]) and keys, stream
    assert list(connector.consent_streams()) == list(TABLES)[:4]


def test_the_words_of_the_cast_are_all_there(org, connector):
    said = {line.text for member in org.cast.members for line in member.said_in("salesforce")}
    read = {record.data["Description"] for record in records(connector, "cases")}
    read |= {record.data["CommentBody"] for record in records(connector, "case_comments")}
    read |= {record.data["TextBody"] for record in records(connector, "email_messages")}
    assert said <= read


def test_equal_timestamps_are_read_exactly_once_across_pages(org, open_org):
    for row in org.tables["Contact"].values():
        row["SystemModstamp"] = salesforce_time(org.clock.now() - timedelta(days=2))
    connector = open_org(page_size=5)
    batches = list(connector.read("contacts", None))
    assert [len(batch.records) for batch in batches] == [5, 5, 5, 5, 4]
    keys = [record.key for batch in batches for record in batch.records]
    assert len(keys) == len(set(keys)) == 24
    for n, batch in enumerate(batches):
        assert [record.key for record in records(connector, "contacts", batch.cursor)] == keys[5 * (n + 1) :]


def test_pages_that_the_vendor_cuts_are_followed(org, connector):
    org.page_size = 7
    batches = list(connector.read("contacts", None))
    assert [len(batch.records) for batch in batches] == [7, 7, 7, 3]
    assert sum("/queryAll/01g" in call.path for call in org.calls) == 3


def test_an_empty_page_is_not_the_end(org, connector):
    empty = {"totalSize": 24, "done": False, "records": [], "nextRecordsUrl": "/services/data/v59.0/queryAll/01gX-0"}
    org._cursors["01gX"] = [
        {"Id": key, "SystemModstamp": row["SystemModstamp"], "IsDeleted": False}
        for key, row in org.tables["Contact"].items()
    ]
    org.faults.add(Fault("GET /services/data/v59.0/queryAll/", reply=Reply(200, empty)))
    assert len(records(connector, "contacts")) == 24


def test_only_what_changed_is_read_again(org, connector):
    cursor = list(connector.read("contacts", None))[-1].cursor
    assert records(connector, "contacts", cursor) == []
    org.clock.advance(3600)
    org.update_contact(3, Phone="+33 1 99 00 12 99")
    (changed,) = records(connector, "contacts", cursor)
    assert (changed.key, changed.data["Phone"]) == (make_id("Contact", 3), "+33 1 99 00 12 99")


def test_a_row_that_appears_behind_the_last_one_is_not_lost(org, connector):
    """A slow transaction stamps its row before it commits."""
    org.update_contact(3, Phone="+33 1 99 00 12 99")
    cursor = list(connector.read("contacts", None))[-1].cursor
    late = org.update_contact(4, Phone="+1 202-555-0104")
    late["SystemModstamp"] = salesforce_time(org.clock.now() - timedelta(seconds=60))
    again = {record.key: record.version for record in records(connector, "contacts", cursor)}
    assert make_id("Contact", 4) in again
    assert again[make_id("Contact", 3)] == org.tables["Contact"][make_id("Contact", 3)]["SystemModstamp"]


def test_a_deleted_row_is_reported_without_its_content(org, connector):
    org.delete_contact(5)
    gone = [record for record in records(connector, "contacts") if record.deleted]
    assert [(record.key, dict(record.data)) for record in gone] == [
        (make_id("Contact", 5), {"Id": make_id("Contact", 5), "IsDeleted": True})
    ]


def test_ids_keep_every_digit(org, connector):
    """An X id above 2**53, kept in a number field, comes over the wire as a float."""
    row = '{"attributes":{},"Id":"003000000000001AAA","SystemModstamp":"2026-05-01T00:00:00.000+0000",'
    row += '"IsDeleted":false,"X_User_Id__c":9.000000000000000001E18,"Level__c":2.5}'
    body = '{"totalSize":1,"done":true,"records":[' + row + "]}"
    org.faults.add(Fault("GET /services/data/v59.0/queryAll/", reply=Reply(200, body)))
    (record,) = records(connector, "contacts")
    assert record.data["X_User_Id__c"] == 9_000_000_000_000_000_001 and isinstance(record.data["X_User_Id__c"], int)
    assert record.data["Level__c"] == 2.5


def test_consent_objects_name_the_contacts_they_are_about(org, open_org):
    for n in range(300):
        org.table.add("Contact", {"IndividualId": make_id("Individual", 1), "Email": f"alias{n}@example.com"})
    org.page_size = 50  # the client would never page through a sub-select
    for stream in ("individuals", "contact_point_type_consents"):
        first = records(open_org(), stream)[0]
        assert len(first.data["Contacts"]) == 301
        assert {"Id": make_id("Contact", 1), "Email": "maria.garcia@example.com"} in first.data["Contacts"]
    assert first.data["DataUsePurpose"] == {"Name": "EmotionAnalysis"}


def test_consent_of_a_contact_point_names_the_individual_that_owns_it(org, connector):
    now, maria = org.clock.now(), make_id("Individual", 1)
    add_point_consent(org.table, maria, "maria@example.org", "OptOut", now)
    shop = add_point_consent(org.table, "001000000000001AAA", "shop@example.org", "OptOut", now)
    named = add_point_consent(org.table, "001000000000002AAA", "other@example.org", "OptIn", now)
    org.table.change("ContactPointConsent", named, {"PartyId": maria})
    gone = org.table.add("ContactPointConsent", {"ContactPointId": "9Vl000000000999AAA"}, at=now)
    told = {record.key: record.data for record in records(connector, "contact_point_consents")}
    first = next(iter(told.values()))
    assert (first["Individual"], first["Contacts"][0]["Id"]) == (maria, make_id("Contact", 1))
    assert first["ContactPoint"]["Type"] == "ContactPointEmail"
    assert first["ContactPoint"]["EmailAddress"] == "maria@example.org"
    assert [told[key]["Individual"] for key in (shop, named, gone)] == [None, maria, None]
    assert told[gone]["ContactPoint"] is None and told[shop]["Contacts"] == []


def test_consent_of_somebody_who_is_a_lead_only_names_the_lead(org, open_org):
    person = org.table.add("Individual", {"Name": "Li Wei"}, id=make_id("Individual", 99))
    contact = make_id("Contact", 7)
    lead = add_lead(
        org.table, "Li Wei", "li.wei@example.org", org.clock.now(), IndividualId=person, ConvertedContactId=contact
    )
    add_point_consent(org.table, person, "li@example.org", "OptIn", org.clock.now())
    for stream in ("individuals", "contact_point_consents"):
        (row,) = [one.data for one in records(open_org(), stream) if one.data["Individual"] == person]
        assert row["Leads"] == [{"Id": lead, "Email": "li.wei@example.org", "ConvertedContactId": contact}]
    (row,) = [one.data for one in records(open_org(leads=False), "individuals") if one.data["Individual"] == person]
    assert row["Leads"] == []


def test_an_org_without_leads_is_told_how_to_say_so(org, connector):
    org.faults.add(Fault("GET /services/data/v59.0/query/", reply=Reply(400, [{"errorCode": "INVALID_TYPE"}]), after=1))
    with pytest.raises(ConfigError, match="refused a query of") as refused:
        records(connector, "individuals")
    assert "Lead" in str(refused.value) and "leads: false" in (refused.value.fix or "")


def test_html_only_mail_becomes_text(org, connector):
    markup = (
        "<html><head><style>p{}</style></head><body><p>Where is   my <b>bag</b>?</p><p>Anna &amp; Jan</p></body></html>"
    )
    org.table.add("EmailMessage", {"HtmlBody": markup, "Incoming": True, "ParentId": make_id("Case", 3)})
    mail = records(connector, "email_messages")[-1]
    assert mail.data["TextBody"] == "Where is my bag?\nAnna & Jan"
    assert "HtmlBody" not in mail.data


def test_what_a_mail_in_html_quotes_is_marked():
    markup = "<p>No bag.</p><blockquote>We are <b>sorry</b>.<br>Bye<blockquote>My bag?</blockquote></blockquote>Anna"
    assert plain_text(markup) == "No bag.\n> We are sorry.\n> Bye\n> My bag?\nAnna"
    assert plain_text("</blockquote>2 > 1") == "2 > 1"


def test_birthdays_are_not_taken(org, connector):
    first = records(connector, "contacts")[0]
    assert first.data["BirthYear"] == 1958 and "Birthdate" not in first.data
    assert "attributes" not in json.dumps(first.data)


def test_a_site_can_read_further_fields(org, open_org):
    connector = open_org(extra_fields={"contacts": ["LastName", "Individual.HasOptedOutTracking"]})
    first = records(connector, "contacts")[0]
    assert (first.data["LastName"], first.data["Individual"]) == ("Garcia", {"HasOptedOutTracking": False})


@pytest.mark.parametrize(
    "url",
    ["https://evil.example.com/services/data/v59.0/query/01g1-2000", "@evil.example.com/", ".evil.example.com/x",
     "/services/data/v59.0/query/../sobjects/Contact", None],
)  # fmt: skip
def test_a_continuation_elsewhere_is_not_followed(org, connector, url):
    body = {"totalSize": 2, "done": False, "records": [], "nextRecordsUrl": url}
    org.faults.add(Fault("GET /services/data/v59.0/queryAll/", reply=Reply(200, body)))
    with pytest.raises(TransientError):
        records(connector, "contacts")
    assert len(org.calls) == 2


def test_a_redirect_to_another_host_never_carries_the_token(org, connector):
    elsewhere = Reply(302, None, {"Location": "https://evil.example.com/services/data/v59.0/limits/"})
    org.faults.add(Fault("GET /services/data/*", reply=elsewhere))
    with pytest.raises(HubError, match="evil"):
        connector.check()


def test_a_page_that_points_to_itself_ends(org, connector):
    body = {"totalSize": 2, "done": False, "records": [], "nextRecordsUrl": "/services/data/v59.0/queryAll/01g1-0"}
    org.faults.add(Fault("GET /services/data/v59.0/queryAll/*", reply=Reply(200, body), times=-1))
    with pytest.raises(TransientError, match="advance"):
        records(connector, "contacts")
    assert len(org.calls) == 3


def test_a_query_that_always_goes_on_ends(org, connector, monkeypatch):
    monkeypatch.setattr("hub_salesforce.org.MOST_PAGES", 5)
    row = {"Id": make_id("Contact", 1), "IsDeleted": False}
    for n in range(9):
        at = f"/services/data/v59.0/queryAll/01g{n}-0"
        body = {"totalSize": 99, "done": False, "records": [row], "nextRecordsUrl": at}
        org.faults.add(Fault("GET */queryAll/*", reply=Reply(200, body)))
    with pytest.raises(TransientError, match="does not end"):
        list(connector.verify_erased([SubjectIdentifier(IdentifierKind.EMAIL, "maria.garcia@example.com")]))
    assert len(org.calls) < 9


def test_a_vendor_that_repeats_its_page_ends(org, open_org):
    row = {"Id": make_id("Contact", 1), "SystemModstamp": "2026-05-01T00:00:00.000+0000", "IsDeleted": False}
    body = {"totalSize": 1, "done": True, "records": [row]}
    org.faults.add(Fault("GET /services/data/v59.0/queryAll/", reply=Reply(200, body), times=-1))
    with pytest.raises(TransientError, match="advance"):
        records(open_org(page_size=1), "contacts")
    assert len(org.calls) == 3


def test_what_was_read_before_a_failure_stays(org, open_org):
    org.faults.add(Fault("GET /services/data/v59.0/queryAll/", reply=Reply(503, "down"), after=2))
    connector, got = open_org(page_size=5), []
    with pytest.raises(TransientError):
        got.extend(connector.read("contacts", None))
    assert [len(batch.records) for batch in got] == [5, 5]
    assert len(records(connector, "contacts", got[-1].cursor)) == 14


def test_a_missing_field_is_a_matter_of_settings(org, open_org):
    with pytest.raises(ConfigError, match="INVALID_FIELD"):
        records(open_org(x_user_id_field="Twitter__c"), "contacts")


def test_an_object_that_may_not_be_read_is_a_matter_of_permissions(org, connector):
    refused = Reply(403, [{"errorCode": "INSUFFICIENT_ACCESS", "message": "Maria may not"}])
    org.faults.add(Fault("GET /services/data/v59.0/queryAll/", reply=refused))
    with pytest.raises(AuthError) as caught:
        records(connector, "individuals")
    assert "Maria" not in str(caught.value) and "Individual" in str(caught.value)


@pytest.mark.parametrize("cursor", ["x", "{}", '{"stamp": "2026-05-01", "id": ""}', '{"stamp": 1, "id": "x"}',
                                    '{"stamp": "2026-05-01T00:00:00Z", "id": "\' OR Id != \'"}'])  # fmt: skip
def test_a_foreign_cursor_is_refused(org, connector, cursor):
    with pytest.raises(ConfigError):
        records(connector, "contacts", cursor)
    assert org.calls == []


def test_the_address_stays_the_orgs_own(org, connector):
    connector.check()
    assert INSTANCE_URL.startswith("https://") and all(call.status == 200 for call in org.calls)


def test_a_page_with_fewer_rows_than_salesforce_counts_is_not_read_past(org, open_org):
    def one_short(body):
        return {**body, "records": body["records"][1:]}

    org.faults.add(Fault.changed("GET */queryAll/", change=one_short))
    connector = open_org()
    with pytest.raises(TransientError, match="left rows"):
        records(connector, "cases")
    assert len(records(connector, "cases")) == len(org.tables["Case"])


@pytest.mark.parametrize("status", [400, 403, 404, 405])
def test_a_web_page_in_salesforces_place_is_no_fault_of_the_settings(org, connector, status):
    org.faults.add(Fault.html("GET *", status=status))
    with pytest.raises(TransientError, match="in Salesforce's place"):
        records(connector, "contacts")
