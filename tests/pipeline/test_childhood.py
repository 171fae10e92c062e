"""A customer who writes that they are a child: nothing is read of their mood from then on, and what was told is taken back."""

from hub.contract import Batch, RawRecord
from hub.pipeline.pull import PullJob, pull
from hub.pipeline.push import push
from hub.privacy.childhood import BECAUSE
from hub.store.persons import Profile


class Case:
    """A case that the third Contact opened on the web."""

    def __init__(self, text, number=1):
        key, stamp = f"500{number:012d}AAA", "2026-06-01T09:00:00.000+0000"
        data = {
            "Id": key, "SystemModstamp": stamp, "LastModifiedDate": stamp, "CreatedDate": stamp, "Subject": "Help",
            "Description": text, "Status": "New", "IsClosed": False, "Origin": "Web", "ContactId": "003000000000003AAA",
        }  # fmt: skip
        self.record = RawRecord("cases", key, "1", data)

    def read(self, stream, cursor):
        yield Batch((self.record,), "end")


def read(hub, case):
    report = pull(hub.rooms, PullJob("salesforce-pull", "salesforce", "salesforce", case, ("cases",), full=True))
    assert report.error is None
    return report


def refusals(hub, person):
    with hub.store.read() as tx:
        events = [row.event for row in tx.consents.for_persons([person])[person]]
    return {one.scope.purpose or one.scope.category for one in events if one and one.evidence.method == BECAUSE}


def test_who_says_that_they_are_a_child_is_read_no_more_and_forgotten_elsewhere(town, desk, audit_of):
    with town.open() as hub:
        (person,) = town.people(hub, 1, start=3)
        push(hub.rooms, town.job(hub, desk))
        town.clock.advance(60)
        report = read(hub, Case("I am so angry! I'm 12 years old and it is broken."))
        assert report.counts["tagged"] == 0 and report.reasons == {"stored: optout.opted_out": 1}
        assert refusals(hub, person) == {"emotion", "DirectMarketing", "PersonalisedAdvertising"}
        assert town.tags(hub, person) == []
        assert [row["outcome"] for row in audit_of(hub, type="withdrawal")] == ["owed", "untagged"]
        push(hub.rooms, town.job(hub, desk))
        assert desk.rows["003000000000003AAA"]["Emotion__c"] is None
        known = len(audit_of(hub, type="consent"))
        read(hub, Case("And now? I'm 12 years old and it is still broken.", number=1))
        assert len(audit_of(hub, type="consent")) == known, "the same record says it once"


def test_an_age_that_is_known_is_believed(town):
    with town.open() as hub:
        (person,) = town.people(hub, 1, start=3)
        with hub.store.begin() as tx:
            tx.persons.set_profile(person, Profile(birth_year=1980))
        assert read(hub, Case("I feel like I'm 12 years old. I am so angry!")).counts["tagged"] == 1
        assert refusals(hub, person) == set()
