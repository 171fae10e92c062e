"""What goes wrong at the edges of a run loses nothing: bad characters, killed runs, late agreement, quarantine."""

from datetime import timedelta

import pytest
import yaml

from hub.cli.consent import _append
from hub.errors import LockedError
from hub.pipeline.run import LEASE, running
from hub.schema import ConsentScope, ConsentState

pytestmark = pytest.mark.slow


def test_half_an_emoji_costs_one_character_and_no_ticket(world):
    zendesk = world.simulator("zendesk")
    member = next(m for m in world.members if m.consent == "all" and m.said_in("zendesk"))
    user = 7_000_000_000_000 + member.number
    ticket = next(t["id"] for t in zendesk.tickets.values() if t["requester_id"] == user)
    zendesk.add_comment(ticket, user, "My bag is still lost \ud83d and\x00 I am furious")
    zendesk.touch_user(user, name=f"{member.name}\udc00")
    world.clock.advance(3600)
    report = world.pull("zendesk-pull")["zendesk-pull"]
    assert report.error is None and report.counts["quarantined"] == 0
    with world.open() as hub, hub.store.read() as tx:
        person = world.person(hub, tx, member)
        texts = [getattr(record, "text", "") for record in tx.records.for_person(person)]
        assert "My bag is still lost \ufffd and\ufffd I am furious" in texts
        assert tx.persons.profiles([person])[person].name == f"{member.name}\ufffd"


def test_a_killed_run_is_closed_by_the_next_one_of_its_sync(world, audit_entries):
    with world.open() as hub:
        rooms = hub.rooms
        with hub.store.begin() as tx:
            tx.leases.acquire("zendesk-pull", "another-host/7/another-boot/1", LEASE)
            killed = tx.ledger.start_run("zendesk-pull", "pull", "rev1")
        with pytest.raises(LockedError), running(rooms, "zendesk-pull", "pull"):
            pass
        world.clock.advance(LEASE.total_seconds() + 1)
        with running(rooms, "zendesk-pull", "pull") as run:
            with hub.store.read() as tx:
                states = {one.id: str(one.status) for one in tx.ledger.runs(10)}
            assert states[killed] == "failed" and states[run.id] == "running"
    (told,) = audit_entries(world, type="run.finished", run=killed)
    assert told["outcome"] == "failed" and told["reasons"] == ["run.interrupted"]


def test_a_run_that_was_taken_over_neither_ends_twice_nor_frees_the_others_lease(world, audit_entries):
    with world.open() as hub, world.open() as other:
        with pytest.raises(LockedError, match="taken over"), running(hub.rooms, "zendesk-pull", "pull") as slow:
            world.clock.advance(LEASE.total_seconds() + 1)
            second = running(other.rooms, "zendesk-pull", "pull")
            second.__enter__()
            with hub.store.begin() as tx:
                slow.renew(tx)
        with hub.store.read() as tx:
            assert [lease.sync for lease in tx.leases.held()] == ["zendesk-pull"]
        second.__exit__(None, None, None)
    assert len(audit_entries(world, type="run.finished", run=slow.id)) == 1


def test_who_agrees_later_is_tagged_for_what_was_said_before(world, audit_entries):
    member = next(m for m in world.members if m.consent == "all" and m.said_in("zendesk"))
    user, zendesk = 7_000_000_000_000 + member.number, world.simulator("zendesk")
    zendesk.touch_user(user, user_fields={"consent_emotion": None, "consent_emotion_at": None})
    world.clock.advance(3600)
    world.pull("zendesk-pull")
    assert world.tags_of(member) == []
    now = world.clock.now().isoformat()
    zendesk.touch_user(
        user, user_fields={"consent_emotion": "given", "consent_emotion_at": now, "consent_emotion_notice": 1}
    )
    world.clock.advance(3600)
    report = world.pull("zendesk-pull")["zendesk-pull"]
    tags = world.tags_of(member)
    assert len(tags) == report.counts["tagged"] == sum(line.by == "customer" for line in member.said_in("zendesk"))
    assert all(tag.expires_at == tag.occurred_at + timedelta(days=90) for tag in tags)
    assert audit_entries(world, type="infer", outcome="allowed", run=report.run_id)


def test_an_agreement_put_on_record_by_hand_counts_as_well_but_no_mood_lasts_longer_by_it(world):
    world.pull()
    member = next(m for m in world.members if m.consent == "all" and m.said_in("zendesk"))
    before = {tag.id: tag.expires_at for tag in world.tags_of(member)}
    say(world, member, ConsentState.WITHDRAWN)
    assert before and world.tags_of(member) == []
    say(world, member, ConsentState.GIVEN, "ServicePersonalisation", None)
    assert world.tags_of(member) == [], "an agreement to something else"
    say(world, member, ConsentState.GIVEN)
    assert {tag.id: tag.expires_at for tag in world.tags_of(member)} == before
    say(world, member, ConsentState.WITHDRAWN)
    world.clock.advance(timedelta(days=91).total_seconds())
    say(world, member, ConsentState.GIVEN)
    with world.open() as hub, hub.store.read() as tx:
        person = world.person(hub, tx, member)
        long_ago = hub.now() - timedelta(days=200)
        assert tx.tags.for_person([person], long_ago) == {person: []}, "a tag was made that is dead already"


def say(world, member, state, purpose="EmotionAnalysis", category="emotion"):
    with world.open() as hub:
        with hub.store.read() as tx:
            person = world.person(hub, tx, member)
        _append(hub, person, state, ConsentScope(purpose=purpose, category=category), explicit=True, notice=1)
    world.clock.advance(60)


def test_what_was_quarantined_is_looked_at_again_when_it_comes_again(world):
    mapping = world.folder / "mappings" / "zendesk.users.yaml"
    from hub import plugins as loader

    shipped = next(
        folder / "zendesk.users.yaml" for folder in loader.load().mapping_folders() if "zendesk" in str(folder)
    )
    good = shipped.read_text()
    mapping.write_text(good.replace("key: id", "key: nowhere", 1).replace("key: to_string(id)", "key: nowhere", 1))
    first = world.pull("zendesk-pull")["zendesk-pull"]
    assert first.counts["quarantined"] > 0, good[:400]
    mapping.unlink()
    again = world.pull("zendesk-pull", full=True)["zendesk-pull"]
    assert again.counts["quarantined"] == 0 and again.counts["stored"] >= first.counts["quarantined"]
    with world.open() as hub, hub.store.read() as tx:
        assert tx.quarantine.count() == 0


def test_a_push_pointed_at_another_connection_begins_at_its_beginning(world):
    world.pull("salesforce-pull")
    first = world.push("salesforce-push")["salesforce-push"].counts["selected"]
    assert first > 0
    assert world.push("salesforce-push")["salesforce-push"].counts["selected"] == 0

    def point_elsewhere(settings):
        here = settings["syncs"]["salesforce-push"]
        settings["connections"]["other-crm"] = settings["connections"][here["connection"]]
        here["connection"] = "other-crm"

    world.edit(point_elsewhere)
    rules = world.folder / "privacy" / "destinations.yaml"
    known = yaml.safe_load(rules.read_text())
    known["destinations"]["other-crm"] = known["destinations"]["salesforce"]
    rules.write_text(yaml.safe_dump(known))
    report = world.push("salesforce-push")["salesforce-push"]
    assert report.error is None, report.error
    assert report.counts["selected"] > 0  # people; the cases are those of the first connection


def test_a_comment_that_stands_in_two_tickets_of_two_people_stops_nobody(world):
    """Zendesk copies comments when tickets are merged; a vendor that gives the copy the same id must not end the sync."""
    zendesk = world.simulator("zendesk")
    talkers = [m for m in world.members if m.said_in("zendesk")]
    agreed = next(m for m in talkers if m.consent == "all")
    refused = next(m for m in talkers if m.consent in ("no_emotion", "service"))
    tickets = [
        next(t["id"] for t in zendesk.tickets.values() if t["requester_id"] == 7_000_000_000_000 + member.number)
        for member in (agreed, refused)
    ]
    original = zendesk.comments[tickets[0]][0]

    def stands_in(*chosen):
        for ticket in tickets:
            rest = [one for one in zendesk.comments[ticket] if one["id"] != original["id"]]
            author = zendesk.tickets[ticket]["requester_id"]
            zendesk.comments[ticket] = [*rest, *([{**original, "author_id": author}] if ticket in chosen else [])]
            zendesk.touch_ticket(ticket)
        world.clock.advance(3600)
        report = world.pull("zendesk-pull")["zendesk-pull"]
        assert report.error is None and not report.counts["quarantined"], report
        assert world.tags_of(refused) == []
        return {tag.record_id for tag in world.tags_of(agreed)}

    with_it = stands_in(tickets[0])
    assert len(with_it) == sum(line.by == "customer" for line in agreed.said_in("zendesk"))
    without_it = stands_in(*tickets)
    assert len(without_it) == len(with_it) - 1
    assert stands_in(tickets[0]) == with_it
    assert stands_in(tickets[1]) == without_it


def test_a_killed_run_of_a_sync_that_was_removed_is_closed_by_whatever_runs_next(world, audit_entries):
    gone, there = "another-host/7/another-boot/1", "another-host/8/another-boot/1"
    with world.open() as hub:
        with hub.store.begin() as tx:
            tx.leases.acquire("old-pull", gone, LEASE)
            whole = tx.ledger.start_run("old-pull", "pull", "rev1")
            part = tx.ledger.start_run("old-pull#tickets/1", "pull", "rev1")
            other = tx.ledger.start_run("voucherify-pull", "pull", "rev1")
        with running(hub.rooms, "zendesk-pull", "pull"), hub.store.read() as tx:
            assert tx.ledger.running() == ["old-pull", "old-pull#tickets/1", "voucherify-pull", "zendesk-pull"]
        world.clock.advance(LEASE.total_seconds() + 1)
        with hub.store.begin() as tx:
            tx.leases.acquire("older-pull", there, LEASE)
            alive = tx.ledger.start_run("older-pull", "pull", "rev1")
        with running(hub.rooms, "zendesk-pull", "pull"), hub.store.read() as tx:
            # A run of a sync that there is is closed by its own next run, and one that lives by itself.
            assert tx.ledger.running() == ["older-pull", "voucherify-pull", "zendesk-pull"]
            assert [lease.holder for lease in tx.leases.held() if lease.sync.startswith("old")] == [there]
    closed = audit_entries(world, type="run.finished", outcome="failed")
    assert {entry["run"] for entry in closed} == {whole, part} and not {other, alive} & {one["run"] for one in closed}
    assert all(entry["reasons"] == ["run.interrupted"] for entry in closed)
