"""How long what a system still shows, or shows no more, is kept here."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from hub.contract import Batch, RawRecord
from hub.pipeline import sweep as sweep_module
from hub.pipeline.pull import PullJob, pull
from hub.pipeline.push import push
from hub.pipeline.sweep import sweep
from hub.store.conflict import Conflict
from hub.store.tables import consent_events, consent_reviews, records, tags

DAY = 86_400


class Page:
    def __init__(self, *raw):
        self.raw = raw

    def read(self, stream, cursor):
        yield Batch(self.raw, "c")


def read(hub, stream, raw, *, connection="salesforce"):
    job = PullJob(f"{connection}-pull", connection, connection, Page(raw), (stream,), full=True)
    report = pull(hub.rooms, job)
    assert report.error is None
    return report


def contact(hub, version="v1"):
    mappings = hub.rooms.mappings.mappings
    (mapping,) = (m for m in mappings if m.connector == "salesforce" and m.inbound and m.inbound.stream == "contacts")
    given = mapping.examples[0].given
    return RawRecord("contacts", given["Id"], version, given)


def ends(hub):
    with hub.store.read() as tx:
        return dict(tx.unit.conn.execute(sa.select(records.c.kind, records.c.expires_at)).all())


def test_a_customer_who_is_still_there_and_never_changes_is_not_forgotten(town):
    with town.open() as hub:
        read(hub, "contacts", contact(hub))
        first = ends(hub)["person"]
        for _ in range(4):
            town.clock.advance(364 * DAY)
            assert read(hub, "contacts", contact(hub)).counts["unchanged"] == 1
        assert (ends(hub)["person"] - first).days == 4 * 364
        assert sweep(hub.rooms).people == 0


def test_what_a_system_deletes_under_a_legal_hold_goes_with_the_hold(town, audit_of):
    with town.open() as hub:
        (person,) = town.people(hub, 1)
        ref = hub.vault.source_ref("zendesk", "tickets", "0")
        with hub.store.begin() as tx:
            tx.unit.conn.execute(sa.update(records).values(source_ref=ref))
            hold = tx.holds.place(person, reason="case 1", actor="dpo")
        read(hub, "tickets", RawRecord("tickets", "0", "2", {}, deleted=True), connection="zendesk")
        assert [row["outcome"] for row in audit_of(hub, type="delete")] == ["held"], "nothing was deleted"
        with hub.store.begin() as tx:
            assert len(tx.records.for_person(person)) == 1
            tx.holds.release(hold, reason="done", actor="dpo")
        town.clock.advance(1)
        sweep(hub.rooms)
        with hub.store.read() as tx:
            assert tx.records.for_person(person) == []


def test_a_sweep_that_was_undone_costs_nobody_what_came_since(town, monkeypatch):
    """Its line in the journal stays; by the time it is read, it is no longer true."""
    forget_empty, undone = sweep_module._forget_empty, iter([Conflict("Another writer was there first.")])

    def forget(*arguments):
        done = forget_empty(*arguments)
        for conflict in undone:
            raise conflict
        return done

    with town.open() as hub:
        gone, back = town.people(hub, 2, agreed=False, tagged=False)
        with hub.store.begin() as tx:
            tx.unit.conn.execute(sa.update(records).values(expires_at=town.clock.now()))
        monkeypatch.setattr(sweep_module, "_forget_empty", forget)
        monkeypatch.setattr("hub.store.conflict.PAUSES", ())
        with pytest.raises(Conflict):
            sweep(hub.rooms)
        with hub.store.begin() as tx:
            record = town.said(77, back)
            tx.records.put([record._replace(expires_at=town.clock.now() + timedelta(days=9))])
    monkeypatch.undo()
    with town.open() as hub, hub.store.read() as tx:
        assert (tx.persons.status(gone), tx.persons.status(back)) == ("erased", "active")
        assert len(tx.records.for_person(back)) == 1


def all_ended(town, hub):
    """Everything is due, and nothing that anybody said about consent is on record."""
    with hub.store.begin() as tx:
        for table in (records, tags):
            tx.unit.conn.execute(sa.update(table).values(expires_at=town.clock.now()))
        tx.unit.conn.execute(sa.delete(consent_events))
        tx.unit.conn.execute(sa.delete(consent_reviews))


def status(hub, person):
    with hub.store.read() as tx:
        return tx.persons.status(person)


def test_who_is_still_known_to_a_system_is_forgotten_once_it_has_forgotten_them(town, desk, audit_of):
    with town.open() as hub:
        (person,) = town.people(hub, 1)
        push(hub.rooms, town.job(hub, desk))
        assert desk.rows["003000000000000AAA"]["Emotion__c"] == "anger"
        all_ended(town, hub)
        assert sweep(hub.rooms, hub.sweep_job()).people == 0 and status(hub, person) == "active"
        town.clock.advance(2 * 3600)
        assert sweep(hub.rooms, hub.sweep_job()).people == 0, "nobody has taken it back yet"
        push(hub.rooms, town.job(hub, desk))
        assert desk.rows["003000000000000AAA"]["Emotion__c"] is None
        town.clock.advance(2 * 3600)
        assert sweep(hub.rooms, hub.sweep_job()).people == 1 and status(hub, person) == "erased"
        assert [row["outcome"] for row in audit_of(hub, type="retention") if row["outcome"] == "forgotten"] == [
            "forgotten"
        ]
        assert sweep(hub.rooms, hub.sweep_job()).people == 0


def test_nobody_waits_for_what_cannot_be_taken_back(town, desk):
    with town.open() as hub:
        (person,) = town.people(hub, 1)
        push(hub.rooms, town.job(hub, desk))
        all_ended(town, hub)
        job = replace(hub.sweep_job(), lasting=frozenset({("salesforce", "contacts")}))
        assert sweep(hub.rooms, job).people == 1 and status(hub, person) == "erased"


def test_the_points_of_a_loyalty_system_last(town):
    with town.open() as hub:
        assert hub.sweep_job().lasting == {("voucherify", "points")}
