"""What a merge of identities does to permission: one identity's consent serves the person, and one's refusal stops them."""

import json

import pytest

from hub.contract import Batch, RawRecord
from hub.pipeline.pull import PullJob, pull
from hub.pipeline.push import push
from hub.schema import ConsentState, Identifier, IdentifierKind


class Contacts:
    """One Salesforce contact that tells that two people are one."""

    def __init__(self, number, email):
        stamp = "2026-06-01T09:00:00.000+0000"
        self.data = {
            "Id": f"003{number:012d}AAA", "Email": email, "Name": "Ann Example", "LastModifiedDate": stamp,
            "SystemModstamp": stamp, "IsDeleted": False, "HasOptedOutOfEmail": False,
        }  # fmt: skip

    def read(self, stream, cursor):
        yield Batch((RawRecord(stream, self.data["Id"], "1", self.data),), "end")


def met(town, hub):
    """Ann, known by her address, and somebody known to Salesforce, of whom nobody knows yet that it is her."""
    with hub.store.begin() as tx:
        ann, other = tx.persons.create_many(2)
        tx.persons.attach(ann, [Identifier(kind=IdentifierKind.EMAIL, value="ann@example.com", verified=True)])
        own = Identifier(kind=IdentifierKind.VENDOR_ID, issuer="salesforce", value="003000000000007AAA", verified=True)
        tx.persons.attach(other, [own])
        tx.records.put([town.said(7, other)])
    return ann, other


def merge(hub):
    report = pull(
        hub.rooms, PullJob("salesforce-pull", "salesforce", "salesforce", Contacts(7, "ann@example.com"), ("contacts",))
    )
    assert report.error is None
    return report


def test_a_consent_that_comes_by_a_merge_tags_what_rests_of_the_other_one(town, desk):
    with town.open() as hub:
        ann, other = met(town, hub)
        with hub.store.begin() as tx:
            tx.consents.append([(ann, town.consent(ann))])
        town.clock.advance(60)
        report = merge(hub)
        with hub.store.read() as tx:
            assert tx.persons.roots([ann, other])[ann] == tx.persons.roots([ann, other])[other]
        assert report.counts["tagged"] == 1 and [str(tag.label) for tag in town.tags(hub, ann)] == ["anger"]
        push(hub.rooms, town.job(hub, desk))
        assert desk.rows["003000000000007AAA"]["Emotion__c"] == "anger"


@pytest.mark.parametrize("who", ["ann", "other"])
def test_a_merge_makes_no_permission_where_either_of_the_two_refused(town, who):
    with town.open() as hub:
        people = dict(zip(("ann", "other"), met(town, hub), strict=True))
        with hub.store.begin() as tx:
            tx.consents.append([(people["ann"], town.consent(people["ann"]))])
        town.clock.advance(60)
        with hub.store.begin() as tx:
            tx.consents.append([(people[who], town.consent(people[who], ConsentState.WITHDRAWN))])
        merge(hub)
        assert town.tags(hub, people["ann"]) == []


def test_the_refusal_of_one_is_owed_by_the_systems_of_the_other(town, desk):
    with town.open() as hub:
        ann, other = met(town, hub)
        with hub.store.begin() as tx:
            tx.consents.append([(other, town.consent(other))])
            tx.tags.put([town.tag(town.said(7, other))])
            tx.consents.append([(ann, town.consent(ann, ConsentState.WITHDRAWN))])
        push(hub.rooms, town.job(hub, desk))
        assert desk.rows["003000000000007AAA"]["Emotion__c"] == "anger"
        town.clock.advance(60)
        merge(hub)
        assert town.tags(hub, other) == []
        with hub.store.read() as tx:
            assert [one.system for one in tx.obligations.list()] == ["salesforce"]
        push(hub.rooms, town.job(hub, desk))
        assert desk.rows["003000000000007AAA"]["Emotion__c"] is None


def test_a_merge_brings_no_identifier_in_that_is_suppressed(town):
    with town.open() as hub:
        ann, other = met(town, hub)
        erased = Identifier(kind=IdentifierKind.EMAIL, value="erased@example.com", verified=True)
        with hub.store.begin() as tx:
            tx.persons.attach(other, [erased])
            tx.suppression.add([hub.vault.suppress_identifier(erased)], "erased")
        report = merge(hub)
        assert report.reasons["withheld: suppressed"] == report.counts["withheld"] == 1
        with hub.store.read() as tx:
            assert tx.persons.roots([ann, other]) == {ann: ann, other: other}
        hub.audit.sequence()
        with hub.store.read() as tx:
            told = [json.loads(entry.leaf) for entry in tx.audit.entries(0, 1000)]
        refused = [one for one in told if one["type"] == "collect" and one.get("reasons") == ["suppressed"]]
        assert [(one["outcome"], one["dest"]) for one in refused] == [("denied", "hub")]
