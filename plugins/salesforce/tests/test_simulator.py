from pathlib import Path

import pytest
import requests

from hub.testing import Simulator, connect
from hub.testing.connect import load_simulator
from hub_salesforce import CONNECTOR, MANIFEST
from hub_salesforce.simulated_soql import BadQuery, run_query
from hub_salesforce.simulated_table import make_id
from hub_salesforce.simulator import SalesforceSimulator


def names(org, where, deleted=False):
    _, rows = run_query(f"SELECT Name FROM Contact {where}", org.table, deleted=deleted)
    return [row["Name"] for row in rows]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("WHERE Email = 'MARIA.garcia@example.com'", ["Maria Garcia"]),
        ("WHERE LastName = 'O\\'Connor'", ["Liam O'Connor"]),
        ("WHERE Id = '003000000000002'", ["Kwame Mensah"]),
        ("WHERE Id IN ('003000000000002AAA', '003000000000001AAA') ORDER BY Name DESC", ["Maria Garcia", "Kwame Mensah"]),
        ("WHERE MailingCountry = 'DE' AND (LastName LIKE 'M%' OR LastName LIKE 'B%')", ["Kwame Mensah"]),
        ("WHERE NOT (IndividualId != null) ORDER BY Id LIMIT 1", ["Jonas Weber"]),
        ("WHERE Individual.HasOptedOutProfiling = true ORDER BY Id LIMIT 1", ["Tomasz Nowak"]),
        ("WHERE SystemModstamp < 2026-04-29T09:02:00Z", ["Maria Garcia"]),
        ("WHERE Id NOT IN ('003000000000001AAA') ORDER BY Id ASC LIMIT 1", ["Kwame Mensah"]),
    ],
)  # fmt: skip
def test_soql_means_what_salesforce_means(org, where, expected):
    assert names(org, where) == expected


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Nope FROM Contact", "INVALID_FIELD"),
        ("SELECT Id FROM Nope", "INVALID_TYPE"),
        ("SELECT Owner.Name FROM Contact", "INVALID_FIELD"),
        ("SELECT Id FROM Contact WHERE Id = 'a' AND Id = 'b' OR Id = 'c'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Contact WHERE", "MALFORMED_QUERY"),
        ("SELECT Id FROM Contact LIMIT 1 1", "MALFORMED_QUERY"),
        ("DELETE FROM Contact", "MALFORMED_QUERY"),
        ("SELECT Id FROM Contact WHERE Id = 'a' ; --", "MALFORMED_QUERY"),
    ],
)
def test_wrong_soql_is_refused_as_salesforce_does(org, soql, code):
    with pytest.raises(BadQuery) as caught:
        run_query(soql, org.table, deleted=False)
    assert caught.value.code == code


def test_deleted_rows_are_only_in_query_all(org):
    org.delete_contact(1)
    assert (names(org, "WHERE Name LIKE 'Maria%'"), names(org, "WHERE Name LIKE 'Maria%'", True)) == (
        [],
        ["Maria Garcia"],
    )


def test_relationships_are_nested_and_null_where_there_is_nothing(org):
    org.table.add("Case", {"Subject": "alone"}, id=make_id("Case", 99))
    soql = "SELECT Id, Contact.Name, Contact.Individual.Name FROM Case WHERE Id IN ('{}', '{}') ORDER BY Id"
    _, rows = run_query(soql.format(make_id("Case", 3), make_id("Case", 99)), org.table, deleted=False)
    assert rows[0]["Contact"]["Individual"]["Name"] == "Ingrid Larsen" and rows[1]["Contact"] is None


def test_the_seed_is_the_same_every_time():
    first, second = SalesforceSimulator(), SalesforceSimulator()
    first.seed()
    second.seed()
    assert first.tables == second.tables


def test_consent_on_record_fits_the_cast(org):
    purposes = {row["Id"]: row["Name"] for row in org.tables["DataUsePurpose"].values()}
    for member in org.cast.members:
        rows = [row for row in org.tables["ContactPointTypeConsent"].values()
                if row["PartyId"] == make_id("Individual", member.number)]  # fmt: skip
        said = {(purposes[row["DataUsePurposeId"]], row["PrivacyConsentStatus"]) for row in rows}
        assert (("EmotionAnalysis", "OptIn") in said) is (member.consent in ("all", "withdrawn"))
        assert (("EmotionAnalysis", "OptOut") in said) is (member.consent in ("no_emotion", "withdrawn"))
        assert bool(rows) is (member.consent != "none")
        contact = org.tables["Contact"][make_id("Contact", member.number)]
        assert (contact["X_User_Id__c"] is not None) is (member.consent == "all")
        spoken = [line.at.isoformat() for line in member.lines]
        assert all(row["CaptureDate"][:19] < min(spoken) for row in rows)


def test_single_rows_by_rest(org, connector):
    connector.check()
    token = {"Authorization": f"Bearer {next(iter(org.sessions))}"}
    base = f"{org.url}/services/data/v59.0/sobjects/Contact"
    with requests.Session() as session:
        session.trust_env = False
        got = session.get(f"{base}/{make_id('Contact', 1)}", headers=token)
        assert got.json()["Name"] == "Maria Garcia" and got.headers["Sforce-Limit-Info"].startswith("api-usage=")
        patch = f"{base}/Customer_Id__c/C-000001"
        assert session.patch(patch, json={"Emotion__c": "anger"}, headers=token).status_code == 200
        assert session.patch(f"{base}/Customer_Id__c/NEW", json={"LastName": "N"}, headers=token).status_code == 201
        assert session.delete(f"{base}/{make_id('Contact', 1)}", headers=token).status_code == 204
        gone = session.get(f"{base}/{make_id('Contact', 1)}", headers=token)
        assert (gone.status_code, gone.json()[0]["errorCode"]) == (404, "ENTITY_IS_DELETED")
        assert session.get(f"{base}/x", headers={"Authorization": "Bearer no"}).status_code == 401


def test_the_registered_connector_is_whole(org):
    class Register:
        def connector(self, connector):
            self.found = connector

    import hub_salesforce

    register = Register()
    hub_salesforce.register(register)
    assert register.found is CONNECTOR and issubclass(load_simulator(CONNECTOR), Simulator)
    assert Path(CONNECTOR.mappings or "").is_dir() and MANIFEST.contract == 1
    assert connect(CONNECTOR, org).consent_streams()
