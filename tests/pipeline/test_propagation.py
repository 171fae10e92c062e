"""A withdrawal reaches everybody who ever received something, or somebody is told."""

from dataclasses import replace
from datetime import timedelta

import pytest
import requests
import sqlalchemy as sa
from typer.testing import CliRunner

from hub.cli import app
from hub.contract import Outcome, OutcomeState
from hub.errors import PolicyError, TransientError
from hub.pipeline.caps import Caps
from hub.pipeline.intake import put_on_record
from hub.pipeline.propagation import BY_HAND, DEADLINE, NOT_CLEARABLE, NOT_FOUND, NOT_GONE, WITHDRAWAL
from hub.pipeline.push import push
from hub.pipeline.resolution import drop
from hub.pipeline.sweep import SweepJob, sweep
from hub.pipeline.withdrawal import withdraw_tags
from hub.privacy.redaction.entity import Redacted
from hub.schema import ConsentState, EmotionLabel
from hub.store.tables import records
from tests.pipeline.conftest import Desk


def withdraw(town, hub, *people):
    town.clock.advance(60)
    said = [(person, town.consent(person, ConsentState.WITHDRAWN)) for person in people]
    with hub.store.begin() as tx:
        put_on_record(hub.rooms, tx, said, actor="tester")


def owed(hub):
    with hub.store.read() as tx:
        return {(one.system, one.what, one.owner) for one in tx.obligations.list()}


def test_each_recipient_owes_and_its_push_settles_it_after_looking_again(either_town, desk, audit_of):
    town = either_town
    with town.open() as hub:
        ann, bob = town.people(hub, 2)
        push(hub.rooms, town.job(hub, desk))
        assert len(desk.rows) == 2 and all(row["Emotion__c"] == "anger" for row in desk.rows.values())
        withdraw(town, hub, ann)
        assert owed(hub) == {("salesforce", WITHDRAWAL, "hub")}
        with hub.store.read() as tx:
            (one,) = tx.obligations.list()
        assert one.due - one.opened_at == DEADLINE and one.audit_ref not in (ann, bob)
        asked = []
        desk.reconcile = lambda object, records, look=desk.reconcile: asked.extend(records) or look(object, records)
        push(hub.rooms, town.job(hub, desk))
        assert owed(hub) == set() and [record.fields["Emotion__c"] for record in asked] == [None]
        assert desk.rows["003000000000000AAA"]["Emotion__c"] is None
        assert desk.rows["003000000000001AAA"]["Emotion__c"] == "anger"
        assert [entry["outcome"] for entry in audit_of(hub, type="withdrawal")] == ["owed", "untagged", "settled"]


def test_who_never_received_anything_owes_nothing(town, desk):
    with town.open() as hub:
        (ann,) = town.people(hub, 1)
        withdraw(town, hub, ann)
        assert owed(hub) == set()


def test_a_push_that_fails_settles_nothing_and_after_the_deadline_there_is_an_alarm(town, desk):
    class Broken(Desk):
        def write(self, object, records):
            for record in records:
                yield Outcome(record.idempotency_key, OutcomeState.FAILED, retryable=True, reason="DOWN")

    with town.open() as hub:
        (ann,) = town.people(hub, 1)
        push(hub.rooms, town.job(hub, desk))
        withdraw(town, hub, ann)
        push(hub.rooms, town.job(hub, Broken()))
        assert owed(hub) == {("salesforce", WITHDRAWAL, "hub")}
        with hub.store.read() as tx:
            assert tx.obligations.counts() == (1, 0)
        town.clock.advance(3601)
        with hub.store.read() as tx:
            assert tx.obligations.counts() == (1, 1)
    # The town's clock stands in the past, so for the command line the hour has passed long ago.
    status = CliRunner().invoke(app, ["status", "-c", str(town.config)])
    said = " ".join(status.output.split())  # a narrow terminal breaks lines
    assert status.exit_code == 3 and "overdue" in said and "hub outcomes obligations" in said
    with town.open() as hub:
        town.clock.advance(3600)
        push(hub.rooms, town.job(hub, desk))
        assert owed(hub) == set()
    assert CliRunner().invoke(app, ["status", "-c", str(town.config)]).exit_code == 0


def test_what_is_not_gone_when_it_is_looked_for_goes_to_the_owner(town, desk):
    class Stubborn(Desk):
        def reconcile(self, object, records):
            for record in records:
                yield Outcome(record.idempotency_key, OutcomeState.FAILED, retryable=True, reason="still_there")

    with town.open() as hub:
        (ann,) = town.people(hub, 1)
        push(hub.rooms, town.job(hub, desk))
        withdraw(town, hub, ann)
        push(hub.rooms, town.job(hub, Stubborn()))
        assert owed(hub) == {("salesforce", NOT_GONE, "salesforce")}


class Locked(Desk):
    """Takes everything until it is locked; then it refuses for good."""

    locked = False

    def write(self, object, records):
        if not self.locked:
            yield from super().write(object, records)
            return
        for record in records:
            yield Outcome(record.idempotency_key, OutcomeState.FAILED, reason="LOCKED")


def give_up(town, hub, how):
    if how == "dropped":
        hub.__dict__["redactor"] = Unread()
        with hub.store.read() as tx:
            letters = tx.dead_letters.find()
        assert drop(hub.rooms, letters, "the contact is locked") == 1
    else:
        town.clock.advance(91 * 86400)
        assert sweep(hub.rooms, hub.sweep_job()).given_up == 1


class Unread:
    """A redactor for reasons without anybody's data."""

    engine = "test"

    def redact(self, texts, **_):
        return [Redacted(text, ()) for text in texts]


@pytest.mark.parametrize("how", ["dropped", "expired"])
@pytest.mark.parametrize("ended_by", ["withdrawal", "retention"])
def test_a_vendor_that_was_never_emptied_is_its_owners_business_once_nobody_tries_any_more(
    town, audit_of, how, ended_by
):
    desk = Locked()
    with town.open() as hub:
        (ann,) = town.people(hub, 1)
        push(hub.rooms, town.job(hub, desk))
        if ended_by == "withdrawal":
            withdraw(town, hub, ann)
        else:
            town.clock.advance(95 * 86400)
            sweep(hub.rooms, hub.sweep_job())
        desk.locked = True
        assert push(hub.rooms, town.job(hub, desk)).counts["failed"] == 1
        give_up(town, hub, how)
        assert ("salesforce", NOT_GONE, "salesforce") in owed(hub)
        desk.locked = False
        push(hub.rooms, town.job(hub, desk))
        assert desk.rows["003000000000000AAA"]["Emotion__c"] == "anger"
        assert owed(hub) == {("salesforce", NOT_GONE, "salesforce")}
        assert "settled" not in [entry["outcome"] for entry in audit_of(hub, type="withdrawal")]


def test_a_clearing_that_was_stopped_at_the_wire_leaves_it_open(town, desk):
    with town.open() as hub:
        (ann,) = town.people(hub, 1)
        job = town.job(hub, desk)
        push(hub.rooms, job)
        withdraw(town, hub, ann)

        class Leaky(Desk):
            def write(self, object, records):
                by = {"by": "p0@example.com"}
                job.checkpoint.check(requests.Request("POST", "https://crm.example/x", json=by).prepare())
                yield from super().write(object, records)

        for _ in range(2):
            push(hub.rooms, replace(job, destination=Leaky()))
            assert owed(hub) == {("salesforce", WITHDRAWAL, "hub")}
        with hub.store.begin() as tx:
            tx.persons.touch([ann])
        push(hub.rooms, job)
        assert owed(hub) == set() and desk.rows["003000000000000AAA"]["Emotion__c"] is None


def feel_otherwise(town, hub, people, start):
    with hub.store.begin() as tx:
        said = [town.tag(town.said(n, person)) for n, person in enumerate(people, start)]
        tx.tags.put([tag.model_copy(update={"label": EmotionLabel.SADNESS, "distress": 0.1}) for tag in said])
        tx.persons.touch(people)


def test_a_withdrawal_waits_for_nobodys_approval(town, desk):
    with town.open() as hub:
        people = town.people(hub, 6)
        push(hub.rooms, town.job(hub, desk))
        feel_otherwise(town, hub, people[1:], 1)
        withdraw(town, hub, people[0])
        report = push(hub.rooms, replace(town.job(hub, desk), caps=Caps(min_rows=3)))
        assert isinstance(report.error, PolicyError)
        assert [row["Emotion__c"] for _, row in sorted(desk.rows.items())] == [None] + ["anger"] * 5
        assert report.counts["selected"] == 6 and report.counts["confirmed"] == 1
        assert push(hub.rooms, town.job(hub, desk)).error is None and owed(hub) == set()


def test_nor_for_room_among_rows_that_have_failed(town):
    desk = Locked()
    with town.open() as hub:
        people = town.people(hub, 3)
        push(hub.rooms, town.job(hub, desk))
        feel_otherwise(town, hub, people[1:], 1)
        desk.locked = True
        assert push(hub.rooms, town.job(hub, desk)).counts["failed"] == 2
        desk.locked = False
        withdraw(town, hub, people[0])
        report = push(hub.rooms, replace(town.job(hub, desk), backlog=1))
        assert isinstance(report.error, TransientError)
        assert [row["Emotion__c"] for _, row in sorted(desk.rows.items())] == [None, "anger", "anger"]
        assert report.counts["selected"] == report.counts["confirmed"] == 1
        push(hub.rooms, town.job(hub, desk))
        assert owed(hub) == set()


def test_nor_does_a_consent_that_ran_out_wait_for_the_cap_of_the_sweep(town):
    with town.open() as hub:
        (ann,) = town.people(hub, 1, valid_until=town.clock.now() + timedelta(days=1))
        others = town.people(hub, 3, start=1)
        with hub.store.begin() as tx:
            withdraw_tags(hub.rooms, tx, [ann, *others])  # notes when consent ends, as a pull does
            mine = sa.update(records).where(records.c.person_id.in_(others))
            tx.unit.conn.execute(mine.values(expires_at=town.clock.now()))
        town.clock.advance(3 * 86400)
        with pytest.raises(PolicyError):
            sweep(hub.rooms, SweepJob(cap=1))
        assert town.tags(hub, ann) == [] and all(town.tags(hub, one) for one in others)


def test_a_vendor_that_does_not_say_leaves_it_open(town, desk):
    class Silent(Desk):
        def reconcile(self, object, records):
            return iter(())

    with town.open() as hub:
        (ann,) = town.people(hub, 1)
        push(hub.rooms, town.job(hub, desk))
        withdraw(town, hub, ann)
        push(hub.rooms, town.job(hub, Silent()))
        assert owed(hub) == {("salesforce", WITHDRAWAL, "hub")}
        push(hub.rooms, town.job(hub, desk))


def test_a_connector_that_cannot_empty_is_an_obligation_of_its_owner(town, desk):
    def job(hub):
        made = town.job(hub, desk)
        return replace(made, objects=tuple(replace(obj, clearable=False) for obj in made.objects))

    with town.open() as hub:
        (ann,) = town.people(hub, 1)
        push(hub.rooms, job(hub))
        withdraw(town, hub, ann)
        push(hub.rooms, job(hub))
        assert owed(hub) == {("salesforce", NOT_CLEARABLE, "salesforce")}
        with hub.store.read() as tx:
            (one,) = tx.obligations.list()
        assert one.due - one.opened_at == BY_HAND
        assert desk.rows["003000000000000AAA"]["Emotion__c"] == "anger"


def test_a_row_that_can_no_longer_be_addressed_is_one_too(town, desk):
    with town.open() as hub:
        (ann,) = town.people(hub, 1)
        push(hub.rooms, town.job(hub, desk))
        with hub.store.begin() as tx:
            tx.persons.detach([one for one in tx.persons.identifiers([ann])[ann] if one.issuer == "salesforce"])
        withdraw(town, hub, ann)
        push(hub.rooms, town.job(hub, desk))
        assert owed(hub) == {("salesforce", NOT_FOUND, "salesforce")}


def test_a_withdrawal_of_something_else_is_settled_by_deciding_again(town, desk):
    with town.open() as hub:
        (ann,) = town.people(hub, 1)
        push(hub.rooms, town.job(hub, desk))
        town.clock.advance(60)
        no = town.consent(ann, ConsentState.OPTED_OUT, scope={"purpose": "DirectMarketing"})
        with hub.store.begin() as tx:
            put_on_record(hub.rooms, tx, [(ann, no)], actor="tester")
        assert owed(hub) == {("salesforce", WITHDRAWAL, "hub")}
        push(hub.rooms, town.job(hub, desk))
        assert owed(hub) == set() and desk.rows["003000000000000AAA"]["Emotion__c"] == "anger"


def test_an_obligation_is_closed_by_hand_with_a_reason(town, desk, audit_of):
    run = CliRunner().invoke
    with town.open() as hub:
        (ann,) = town.people(hub, 1)
        push(hub.rooms, town.job(hub, desk))
        withdraw(town, hub, ann)
        with hub.store.read() as tx:
            (one,) = tx.obligations.list()
    number, config = str(one.id), ["-c", str(town.config)]
    listed = run(app, ["outcomes", "obligations", *config])
    assert listed.exit_code == 0 and "salesforce" in listed.output and "overdue" in listed.output
    unsaid = run(app, ["outcomes", "obligations", "close", number, *config])
    assert unsaid.exit_code == 2
    closed = run(app, ["outcomes", "obligations", "close", number, "--reason", "emptied in the admin centre", *config])
    assert closed.exit_code == 0, closed.output
    again = run(app, ["outcomes", "obligations", "close", number, "--reason", "twice", *config])
    assert again.exit_code != 0 and "is not open" in str(again.exception)
    with town.open() as hub:
        assert owed(hub) == set()
        (entry,) = audit_of(hub, type="obligation")
    assert (
        entry["outcome"] == "closed" and entry["dest"] == "salesforce" and "emptied in the admin centre" in str(entry)
    )


# ── consent that ends by time alone ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("days", [9, 10])
def test_tags_and_what_was_sent_go_with_the_consent_that_ran_out(either_town, desk, days):
    town = either_town
    with town.open() as hub:
        ids = town.people(hub, 2, agreed=False)
        until = town.clock.now() + timedelta(days=10)
        ends = {ids[0]: until, ids[1]: None}
        said = [(person, town.consent(person, valid_until=end)) for person, end in ends.items()]
        with hub.store.begin() as tx:
            put_on_record(hub.rooms, tx, said, actor="tester")
        push(hub.rooms, town.job(hub, desk))
        town.clock.advance(days * 24 * 3600)
        gone = days == 10
        assert sweep(hub.rooms).ended == gone
        assert (town.tags(hub, ids[0]) == []) is gone and town.tags(hub, ids[1])
        assert owed(hub) == ({("salesforce", WITHDRAWAL, "hub")} if gone else set())
        push(hub.rooms, town.job(hub, desk))
        assert (desk.rows["003000000000000AAA"]["Emotion__c"] is None) is gone
        assert desk.rows["003000000000001AAA"]["Emotion__c"] == "anger"
        assert owed(hub) == set() and sweep(hub.rooms).ended == 0


def test_so_does_one_that_has_grown_too_old(town):
    with town.open() as hub:
        sweep(hub.rooms)  # the rules are known from here on, and what is promised below stands
        (ann,) = town.people(hub, 1, agreed=False)
        with hub.store.begin() as tx:
            put_on_record(hub.rooms, tx, [(ann, town.consent(ann))], actor="tester")
            tx.tags.put(
                [town.tag(town.said(0, ann)).model_copy(update={"expires_at": town.clock.now() + timedelta(days=999)})]
            )
        town.clock.advance(729 * 24 * 3600)
        assert sweep(hub.rooms).ended == 0 and town.tags(hub, ann)
        town.clock.advance(24 * 3600)
        assert sweep(hub.rooms).ended == 1 and town.tags(hub, ann) == []


def test_asking_again_costs_only_for_those_whose_date_has_come(town):
    with town.open() as hub:
        people = town.people(hub, 6, agreed=False)
        until = town.clock.now() + timedelta(days=5)
        said = [(one, town.consent(one, valid_until=until if n < 2 else None)) for n, one in enumerate(people)]
        with hub.store.begin() as tx:
            put_on_record(hub.rooms, tx, said, actor="tester")
        town.clock.advance(5 * 24 * 3600)
        with hub.store.read() as tx:
            assert [person for person, _ in tx.reviews.due(town.clock.now(), hub.policy.version, 99)] == sorted(
                people[:2]
            )
            assert len(tx.reviews.due(town.clock.now(), "other rules", 99)) == 6


def test_a_decision_does_not_outlive_the_consent_it_rests_on(town, desk):
    """A row that was decided while the consent still held waits too long before it is sent."""
    from hub.pipeline import push as module
    from hub.pipeline.run import running

    with town.open() as hub:
        ids = town.people(hub, 2, agreed=False)
        ends = {ids[0]: town.clock.now() + timedelta(minutes=30), ids[1]: None}
        with hub.store.begin() as tx:
            said = [(person, town.consent(person, valid_until=end)) for person, end in ends.items()]
            put_on_record(hub.rooms, tx, said, actor="tester")
        job = town.job(hub, desk)
        with running(hub.rooms, job.sync, "push") as run:
            list(module.select(hub.rooms, job, job.objects[0], run))
            for _ in range(31):
                town.clock.advance(60)
                with hub.store.begin() as tx:
                    run.renew(tx)
            module.deliver(hub.rooms, job, job.objects[0], run)
    assert [key for key, _ in desk.calls] == ["003000000000001AAA"]
