"""An erasure in the middle of a push: no row arrives after its system was erased, and nobody else's outcome is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from hub.contract import ErasureOutcome, ErasureState, Outcome, OutcomeState
from hub.pipeline.erase import PATIENCE, UNDER_WAY, EraseJob, erase
from hub.pipeline.journal import erase_again
from hub.pipeline.push import push
from hub.privacy.erasure import Progress
from hub.store.tables import deliveries
from tests.pipeline.conftest import Desk

FIRST = "003000000000000AAA"


class System(Desk):
    """A desk that erases, too; ``between`` happens when rows have been taken and are not written yet."""

    def __init__(self, between):
        super().__init__()
        self.between = between

    def write(self, object, records):
        self.between()
        yield from super().write(object, records)

    def erase(self, subject):
        for one in subject:
            self.rows.pop(one.value, None)
        yield ErasureOutcome("contacts", ErasureState.ERASED)

    def verify_erased(self, subject):
        left = any(one.value in self.rows for one in subject)
        yield ErasureOutcome("contacts", ErasureState.FAILED if left else ErasureState.ABSENT)


def job_of(person, system):
    return EraseJob(person, {"salesforce": system}, {"salesforce": "salesforce"})


def waits(plan):
    return {(str(step.phase), step.reason) for step in plan.steps if step.state == "failed"}


def test_a_system_is_erased_only_after_what_is_on_its_way_there_has_arrived(either_town):
    town = either_town
    with town.open() as hub:
        gone, *_ = town.people(hub, 4)
        told = []
        system = System(lambda: told.append(erase(hub.rooms, job_of(gone, system))))
        report = push(hub.rooms, town.job(hub, system))
        assert waits(told[0]) == {("system", UNDER_WAY)}
        assert report.error is None and report.counts["confirmed"] == 4, "the others' outcomes were lost"
        assert FIRST in system.rows
        assert erase(hub.rooms, job_of(gone, system)).progress is Progress.COMPLETE
        assert sorted(system.rows) == [f"00300000000000{n}AAA" for n in (1, 2, 3)]
        with hub.store.read() as tx:
            left = sa.select(deliveries.c.payload).where(deliveries.c.person_id.is_(None))
            assert set(tx.unit.conn.execute(left).scalars()) == {None}
            assert not tx.unit.conn.execute(sa.select(deliveries).where(deliveries.c.person_id == gone)).all()


def test_a_row_that_an_erasure_has_ended_costs_nobody_else_an_outcome(town):
    """As a journal does that is replayed while another process sends: there the person goes at once."""
    with town.open() as hub:
        gone, *_ = town.people(hub, 3)

        def at_once():
            with hub.store.begin() as tx:
                erase_again(tx, hub.audit, gone)

        system = System(at_once)
        report = push(hub.rooms, town.job(hub, system))
        assert report.error is None
        assert (report.counts["confirmed"], report.counts["unknown"]) == (2, 1)
        with hub.store.read() as tx:
            assert not tx.outbox.unsettled("salesforce-push")


def test_a_vendors_job_is_waited_for_until_it_ends_and_one_that_nobody_asks_after_for_a_day(town):
    class Slow(System):
        """Takes the rows, and works them off when it pleases."""

        done = ()

        def write(self, object, records):
            for one in records:
                yield Outcome(one.idempotency_key, OutcomeState.ACCEPTED, job="job-1")

        def reconcile(self, object, records):
            yield from super().reconcile(object, [one for one in records if one.key in self.done])
            yield from self.write(object, [one for one in records if one.key not in self.done])

    with town.open() as hub:
        ann, bob = town.people(hub, 2)
        slow = Slow(lambda: None)
        assert push(hub.rooms, town.job(hub, slow)).counts["accepted"] == 2
        for person in (ann, bob):
            assert waits(erase(hub.rooms, job_of(person, slow))) == {("system", UNDER_WAY)}
        town.clock.advance(PATIENCE / timedelta(seconds=2))
        slow.done = (FIRST,)
        push(hub.rooms, town.job(hub, slow))  # reads back: the first is not there, the other is still worked on
        assert erase(hub.rooms, job_of(ann, slow)).progress is Progress.COMPLETE
        assert waits(erase(hub.rooms, job_of(bob, slow))) == {("system", UNDER_WAY)}
        town.clock.advance(PATIENCE / timedelta(seconds=1))
        assert erase(hub.rooms, job_of(bob, slow)).progress is Progress.COMPLETE


class Talkative(System):
    """A plugin that says of its own accord who must be erased by hand, and what lies there."""

    said = (
        ("users", "ask ann@example.com to close her account"), ("ann@example.com", "call +49 30 1234567"),
        ("portal", "disable the portal user"), ("tickets", "soft_deleted_only"), ("notes", None),
    )  # fmt: skip

    def erase(self, subject):
        for object, reason in self.said:
            yield ErasureOutcome(object, ErasureState.UNSUPPORTED, reason)
        yield from super().erase(subject)


def test_of_what_a_plugin_tells_people_only_what_its_manifest_lists_and_codes_rest(town, audit_of):
    with town.open() as hub:
        (gone,) = town.people(hub, 1)
        job = replace(job_of(gone, Talkative(lambda: None)), instructions={"salesforce": ("disable the portal user",)})
        erase(hub.rooms, job)
        with hub.store.begin() as tx:
            owed = [one for one in tx.obligations.list() if ":" in one.what]
            assert sorted(one.what for one in owed) == [
                "notes: erase by hand", "other: erase by hand", "portal: disable the portal user", "tickets: soft_deleted_only",
                "users: erase by hand",
            ]  # fmt: skip
            for one in owed:
                tx.obligations.close(one.id, "retained: Ann Example owes tax")
        assert erase(hub.rooms, job).progress is Progress.COMPLETE
        assert "Ann" not in str(audit_of(hub)) and "ann@" not in str(audit_of(hub))
        with hub.store.read() as tx:
            kept = [one for one in tx.erasures.steps(gone) if one.system]
        assert [(one.state, one.reason) for one in kept] == [("retained", "other")], "an owner's words may name anybody"


@pytest.mark.parametrize(
    ("said", "ground"),
    [
        ("retained: tax law", "tax_law"), ("Retained - TAX-LAW, ten years", "tax_law"), ("retained", "other"),
        ("retained: legal_claims of Ann Example", "legal_claims"), ("retained: tax lawyer Ann", "other"),
        ("retained: Ann Example", "other"),
    ],
)  # fmt: skip
def test_a_step_tells_the_ground_from_a_closed_list_and_nothing_that_somebody_wrote(town, audit_of, said, ground):
    with town.open() as hub:
        (gone,) = town.people(hub, 1)
        job = EraseJob(gone, {"crm": None}, {"crm": "salesforce"})
        erase(hub.rooms, job)
        with hub.store.begin() as tx:
            for one in tx.obligations.list():
                tx.obligations.close(one.id, said)
        assert erase(hub.rooms, job).progress is Progress.COMPLETE
        with hub.store.read() as tx:
            assert [one.reason for one in tx.erasures.steps(gone) if one.system] == [ground]
        assert ["retained", ground] in [entry["reasons"] for entry in audit_of(hub) if entry.get("dest") == "crm"]


def test_every_sentence_for_people_is_in_the_manifest_of_its_plugin(town):
    with town.open() as hub:
        offered = hub.plugins.offered.connectors
    said = {name: len(connector.manifest.instructions) for name, connector in offered.items()}
    assert {name: count for name, count in said.items() if count} == {"salesforce": 2, "voucherify": 1}
