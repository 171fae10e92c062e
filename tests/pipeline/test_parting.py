"""Two people who were taken for one are two again, for the hub, for the systems that were told, and for the next pull."""

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.contract import Batch, RawRecord
from hub.errors import ConfigError
from hub.pipeline.parting import part
from hub.pipeline.pull import PullJob, pull
from hub.pipeline.push import push
from tests.pipeline.test_merge import Contacts, merge, met
from tests.pipeline.test_propagation import withdraw

KEY = "003000000000007AAA"


@pytest.fixture
def one(town, desk):
    """Ann, who agreed, and somebody who said something: taken for one, and their mood told to the desk."""
    with town.open() as hub:
        town.ann, town.other = met(town, hub)
        with hub.store.begin() as tx:
            tx.consents.append([(town.ann, town.consent(town.ann))])
        town.clock.advance(60)
        merge(hub)
        push(hub.rooms, town.job(hub, desk))
        assert desk.rows[KEY]["Emotion__c"] == "anger"
        with hub.store.read() as tx:
            (town.merge,) = tx.merges.of(town.ann)  # either of the two may stand for both
    town.clock.advance(60)
    return town


def test_what_one_allowed_no_longer_serves_the_other_and_what_was_told_is_taken_back(one, desk, audit_of):
    with one.open() as hub:
        assert part(hub.rooms, one.merge.gone, "CASE-1", actor="tester") == (one.merge, [one.other])
        with hub.store.read() as tx:
            assert tx.persons.roots([one.ann, one.other]) == {one.ann: one.ann, one.other: one.other}
            assert {each.system for each in tx.obligations.list()} == {"salesforce"}
        assert one.tags(hub, one.other) == []
        push(hub.rooms, one.job(hub, desk))
        assert desk.rows[KEY]["Emotion__c"] is None
        with hub.store.read() as tx:
            assert tx.obligations.list() == []
        told = [(entry["outcome"], entry["actor"], entry["reasons"]) for entry in audit_of(hub, type="identity")]
        assert told[-2:] == [("parted", "tester", ["CASE-1"])] * 2


def test_what_was_told_of_their_own_row_is_known_to_be_theirs(either_town, desk):
    town = either_town
    with town.open() as hub:
        ann, bob = town.people(hub, 2)
        with hub.store.begin() as tx:
            tx.consents.append_merge(ann, bob)
            tx.persons.merge(ann, bob, "test")
        with hub.store.begin() as tx:
            tx.consents.append([(one, town.consent(one, key="as one")) for one in (ann, bob)])
        push(hub.rooms, town.job(hub, desk))
        assert len(desk.rows) == 2
        town.clock.advance(60)
        part(hub.rooms, bob, "CASE-1", actor="tester")
        push(hub.rooms, town.job(hub, desk))
        with hub.store.read() as tx:
            assert [[one.rows for one in tx.outbox.receipts(person)] for person in (ann, bob)] == [[1], [1]]
            mine = [one.id for one in tx.outbox.traces([bob])[bob]]
            assert {one.fields["Emotion__c"] for one in tx.outbox.opened(mine)} == {"anger"}
            assert tx.obligations.list() == []
        withdraw(town, hub, bob)
        with hub.store.read() as tx:
            assert [one.audit_ref for one in tx.obligations.list()] == [tx.persons.audit_ref(bob)]
        push(hub.rooms, town.job(hub, desk))
        assert [row["Emotion__c"] for _, row in sorted(desk.rows.items())] == ["anger", None]
        with hub.store.read() as tx:
            assert tx.obligations.list() == []


def test_no_pull_makes_them_one_again(one):
    with one.open() as hub:
        part(hub.rooms, one.merge.gone, "CASE-1", actor="tester")
        one.clock.advance(60)
        again = Contacts(7, "ann@example.com")
        news = RawRecord("contacts", again.data["Id"], "2", again.data | {"Name": "Ann E. Example"})
        again.read = lambda stream, cursor: iter([Batch((news,), "end")])
        report = pull(hub.rooms, PullJob("salesforce-pull", "salesforce", "salesforce", again, ("contacts",)))
        assert report.counts["stored"] == 1
        with hub.store.read() as tx:
            assert tx.persons.roots([one.ann, one.other]) == {one.ann: one.ann, one.other: one.other}
            assert tx.merges.of(one.ann) == []


def test_somebody_who_is_no_part_of_another_cannot_be_parted(one):
    with one.open() as hub, pytest.raises(ConfigError, match="no part of another"):
        part(hub.rooms, one.merge.keep, "CASE-1", actor="tester")


def test_the_command_names_who_is_who_and_a_dry_run_writes_nothing(one):
    def asked(*command):
        return CliRunner(env={"COLUMNS": "220"}).invoke(app, ["person", *command, "-c", str(one.config)])

    listed = asked("merges", "ann@example.com")
    assert one.merge.gone in listed.output
    assert ("vendor_id of salesforce" if one.merge.gone == one.other else "email") in listed.output
    shown = asked("unmerge", one.merge.gone, "--reason", "CASE-1", "--dry-run")
    assert shown.exit_code == 0 and "would keep" in shown.output, shown.output
    assert one.merge.gone in asked("merges", "ann@example.com").output
    done = asked("unmerge", one.merge.gone, "--reason", "CASE-1")
    assert done.exit_code == 0, done.output
    assert one.merge.gone not in asked("merges", "ann@example.com").output
    assert asked("unmerge", "ann@example.com", "--reason", "CASE-1").exit_code != 0
