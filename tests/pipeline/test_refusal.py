"""Whoever was erased does not come back under the ids that a vendor gives them afterwards; nobody else is refused for it."""

import pytest

from hub.contract import Batch, RawRecord
from hub.pipeline.erase import EraseJob, erase
from hub.pipeline.pull import PullJob, pull
from hub.pipeline.push import push
from hub.pipeline.sweep import sweep
from hub.schema import Identifier, IdentifierKind

STAMP = "2026-06-01T09:00:00.000+0000"
ANN = Identifier(kind=IdentifierKind.EMAIL, value="ann@example.com", verified=True)


class Pages:
    def __init__(self, records):
        self.records = records

    def read(self, stream, cursor):
        yield Batch(tuple(RawRecord(stream, row["Id"], row["SystemModstamp"], row) for row in self.records), "end")


def account(number):
    return f"003{number:012d}AAA"


def vendor(number):
    return Identifier(kind=IdentifierKind.VENDOR_ID, issuer="salesforce", value=account(number), verified=True)


def contact(number, **fields):
    return {
        "Id": account(number), "Name": "Ann Example", "LastModifiedDate": STAMP, "SystemModstamp": STAMP,
        "IsDeleted": False, "HasOptedOutOfEmail": False, **fields,
    }  # fmt: skip


def case(number, owner):
    return {
        "Id": f"500{number:012d}AAA", "ContactId": account(owner), "Status": "New", "IsClosed": False, "Origin": "Phone",
        "CreatedDate": STAMP, "LastModifiedDate": STAMP, "SystemModstamp": STAMP, "IsDeleted": False,
    }  # fmt: skip


def read(hub, stream, *records):
    report = pull(
        hub.rooms, PullJob("salesforce-pull", "salesforce", "salesforce", Pages(records), (stream,), full=True)
    )
    assert report.error is None
    return report.reasons


def suppress(town, hub, *identifiers):
    """Ann is erased, and time goes by."""
    with hub.store.begin() as tx:
        tx.suppression.add([hub.vault.suppress_identifier(one) for one in identifiers or [ANN]], "erased")
    town.clock.advance(3600)


def whose(hub, number):
    with hub.store.read() as tx:
        return tx.persons.find([hub.vault.lookup_identifier(vendor(number))]).get(
            hub.vault.lookup_identifier(vendor(number))
        )


def is_listed(hub, *identifiers):
    with hub.store.read() as tx:
        hashes = [hub.vault.suppress_identifier(one) for one in identifiers]
        return tx.suppression.hits(hashes) == set(hashes)


def test_a_new_id_in_a_profile_that_is_refused_is_refused_from_then_on(town, audit_of):
    with town.open() as hub:
        suppress(town, hub)
        assert read(hub, "contacts", contact(7, Email="ann@example.com")) == {"withheld: suppressed": 1}
        assert read(hub, "cases", case(1, 7)) == {"withheld: suppressed": 1}
        assert whose(hub, 7) is None
        told = audit_of(hub, type="erase", outcome="suppressed")
        assert [one["reasons"] for one in told] == [["new_id"]]
        (line,) = hub.journal.read()
        assert line.hashes == (hub.vault.suppress_identifier(vendor(7)),), "a restored backup must know the id, too"


def test_who_was_made_of_a_new_id_before_the_profile_was_read_is_forgotten(town, audit_of):
    with town.open() as hub:
        suppress(town, hub)
        read(hub, "cases", case(1, 7), case(2, 8))
        ann, other = whose(hub, 7), whose(hub, 8)
        read(hub, "contacts", contact(7, Email="ann@example.com"))
        with hub.store.read() as tx:
            assert tx.persons.status(ann) == "erased" and tx.persons.status(other) == "active"
            assert not tx.records.for_person(ann) and tx.records.for_person(other)
        assert read(hub, "cases", case(1, 7)) == {"withheld: suppressed": 1}
        assert len(audit_of(hub, type="erase", outcome="forgotten")) == 1
        assert next(iter(hub.journal.read())).persons == (ann,)


def test_ids_lead_on_to_further_ids_in_whatever_order_they_are_read(town):
    with town.open() as hub:
        suppress(town, hub)
        chain = [
            contact(9, IndividualId="0PK000000000002AAA"),
            contact(8, Customer_Id__c="C-1", IndividualId="0PK000000000002AAA"),
            contact(7, Customer_Id__c="C-1", Email="ann@example.com"),
        ]
        assert read(hub, "contacts", *chain) == {"withheld: suppressed": 3}
        assert is_listed(hub, vendor(7), vendor(8), vendor(9), Identifier(kind="customer_id", value="C-1"))


def test_what_else_somebody_is_known_by_who_is_forgotten_is_refused_as_well(town):
    with town.open() as hub:
        suppress(town, hub)
        read(hub, "contacts", contact(7, Customer_Id__c="C-1"))
        read(hub, "contacts", contact(7, Email="ann@example.com", SystemModstamp=STAMP.replace("09", "10")))
        assert read(hub, "contacts", contact(8, Customer_Id__c="C-1")) == {"withheld: suppressed": 1}


def test_who_shares_an_address_with_the_erased_and_was_known_before_is_not_refused_for_it(town):
    with town.open() as hub:
        read(hub, "cases", case(1, 7))
        son = whose(hub, 7)
        town.clock.advance(60)
        suppress(town, hub)
        profile = contact(7, Email="ann@example.com", Customer_Id__c="C-2")
        assert read(hub, "contacts", profile) == {"withheld: suppressed": 1}
        assert not is_listed(hub, vendor(7))
        assert not read(hub, "cases", case(2, 7)) and whose(hub, 7) == son
        with hub.store.read() as tx:
            assert len(tx.records.for_person(son)) == 2


@pytest.mark.parametrize(
    ("field", "value", "identifier"),
    [
        ("Phone", "+49 30 23125901", Identifier(kind="phone", value="+493023125901")),
        ("X_User_Id__c", "4711", Identifier(kind="vendor_id", value="4711", issuer="x")),
    ],
)
def test_what_people_share_and_what_may_not_be_linked_stays_off_the_list(town, field, value, identifier):
    with town.open() as hub:
        suppress(town, hub)
        read(hub, "contacts", contact(7, Email="ann@example.com", **{field: value}))
        assert is_listed(hub, vendor(7)) and not is_listed(hub, identifier)


def test_what_a_system_was_told_of_somebody_who_came_back_is_taken_back_before_they_are_forgotten(town, desk):
    with town.open() as hub:
        suppress(town, hub)
        (ann,) = town.people(hub, 1)
        push(hub.rooms, town.job(hub, desk))
        assert desk.rows[account(0)]["Emotion__c"] == "anger"
        town.clock.advance(60)
        read(hub, "contacts", contact(0, Email="ann@example.com"))
        with hub.store.read() as tx:
            assert not tx.records.for_person(ann) and tx.persons.status(ann) == "active"
            assert [one.what for one in tx.obligations.list()] == ["withdrawal"]
        sweep(hub.rooms)
        push(hub.rooms, town.job(hub, desk))
        assert desk.rows[account(0)]["Emotion__c"] is None
        town.clock.advance(7200)
        sweep(hub.rooms)
        with hub.store.read() as tx:
            assert tx.persons.status(ann) == "erased" and whose(hub, 0) is None
            assert not tx.obligations.list()


@pytest.mark.parametrize(
    "spelling", ["a\u200bnn@example.com", "Ann Example <ann@example.com>", "ann+x@example.com", "ann%40example.com"]
)
def test_another_spelling_of_what_the_list_has_known_for_long_is_refused(town, spelling):
    with town.open() as hub:
        suppress(town, hub)
        assert read(hub, "contacts", contact(7, Email=spelling)) == {"withheld: suppressed": 1}
        assert whose(hub, 7) is None


@pytest.mark.parametrize(
    "field",
    [
        {"Phone": "030 23125901"},
        {"Phone": "0049 30 23125901 (home)"},
        {"Customer_Id__c": "c\u2011000001 "},
        {"Email": "ann@example.com"},
    ],
)
def test_an_erasure_refuses_every_spelling(town, field):
    known = [("phone", "+493023125901"), ("customer_id", "C-000001"), ("email", "ann+shop@example.com")]
    with town.open() as hub:
        with hub.store.begin() as tx:
            ann = tx.persons.create()
            tx.persons.attach(ann, [Identifier(kind=kind, value=value) for kind, value in known])
        erase(hub.rooms, EraseJob(ann, {}, {}))
        town.clock.advance(60)
        assert read(hub, "contacts", contact(7, **field)) == {"withheld: suppressed": 1}


def test_who_is_known_by_another_spelling_is_not_merged_into_anybody(town):
    with town.open() as hub:
        with hub.store.begin() as tx:
            ann, other = tx.persons.create_many(2)
            tx.persons.attach(ann, [vendor(7), Identifier(kind="email", value="ann+x@example.com")])
            tx.persons.attach(other, [Identifier(kind="customer_id", value="C-2")])
        suppress(town, hub)
        assert read(hub, "contacts", contact(7, Customer_Id__c="C-2")) == {"withheld: suppressed": 1}
