"""Retention tells what goes and why, and lets evidence of consent go without letting a refusal go."""

import json
from datetime import timedelta

import pytest
import yaml
from typer.testing import CliRunner

from hub.cli import app
from hub.errors import PolicyError
from hub.pipeline.gate import Question, ask, ledger_events
from hub.pipeline.sweep import Why, sweep
from hub.schema import ConsentEvent, ConsentEvidence, ConsentScope, EmotionTag, Identifier, Party, Provenance
from hub.store.persons import Profile
from hub.store.records import StoredRecord
from tests.flows.test_erasure import interaction

pytestmark = pytest.mark.slow
DAY = 24 * 3600


@pytest.fixture
def world(world_in):
    return world_in("sqlite", size=2)


@pytest.fixture
def person(world):
    with world.open() as hub, hub.store.begin() as tx:
        person = tx.persons.create()
        tx.persons.attach(person, [Identifier(kind="email", value="ada@example.com", verified=True)])
    return person


def said(person, state, at, number, **scope):
    return ConsentEvent(
        id=f"con_{number}",
        provenance=Provenance(connection="zendesk", connector="zendesk", stream="users", key="7", version="1"),
        party=Party(person_id=person), state=state, occurred_at=at, scope=ConsentScope(**scope),
        evidence=ConsentEvidence(notice_id="n", notice_version=2, method="web form", source_system="zendesk", explicit=True),
    )  # fmt: skip


def allowed(hub, person, purpose):
    with hub.store.read() as tx:
        events = ledger_events(tx.consents.for_persons([person])[person])
        question = Question(purpose, "contact", "hub", "collect")
        return ask(hub.rooms, events, Profile(), person_id=person, question=question, at=hub.now()).decision


def test_a_dry_run_tells_what_would_go_by_which_rule_and_what_a_hold_keeps(world, person):
    with world.open() as hub, hub.store.begin() as tx:
        now = hub.now()
        rows = [("int_1", "content", 365), ("int_2", "content", 365), ("int_3", "content", 30), ("int_4", "loyalty", 5)]
        tx.records.put([
            StoredRecord(person, interaction(person, now, one), category, now + timedelta(days=days), "run_1")
            for one, category, days in rows
        ])  # fmt: skip
        tx.holds.place(person, reason="CASE-1", actor="operator", record_id="int_2")
    world.clock.advance(366 * DAY)
    with world.open(dry_run=True) as hub:
        report = sweep(hub.rooms, hub.sweep_job())
    assert (dict(report.deleted), report.held) == ({"content": 2, "loyalty": 1}, 1)
    assert {(one.category, one.rule): count for one, count in report.why.items()} == {
        ("content", "content: 365 days from collected"): 1,
        ("content", "content: 365 days from case_closed"): 1,  # only its case can have ended it so early
        ("loyalty", "an earlier version of the rules"): 1,
    }
    assert (
        Why("content", "content: 365 days from collected", "redacted text serves complaints and quality for a year")
        in report.why
    )
    with world.open() as hub, hub.store.read() as tx:
        assert len(tx.records.for_person(person)) == 4, "a dry run deleted something"


def test_the_command_line_prints_the_same(world, person, monkeypatch):
    with world.open() as hub, hub.store.begin() as tx:
        at = hub.now() - timedelta(days=400)
        tx.records.put([StoredRecord(person, interaction(person, at, "int_1"), "content", at, "run_1")])
    told = CliRunner().invoke(app, ["sweep", "--dry-run", "--json", "-c", str(world.config)])
    found = json.loads(told.output)
    assert (found["deleted"], found["dry_run"], found["held"]) == ({"content": 1}, True, 0)
    assert [row["records"] for row in found["why"]] == [1]


def test_evidence_of_consent_goes_with_time_and_a_refusal_never_turns_into_a_yes(world, person):
    with world.open() as hub:
        old = hub.now()
        with hub.store.begin() as tx:
            tx.consents.append([
                (person, said(person, "given", old, 1, purpose="DirectMarketing")),
                (person, said(person, "refused", old, 2, purpose="ServiceOptimisation")),
            ])  # fmt: skip
    world.clock.advance(1700 * DAY)
    with world.open() as hub:
        young = said(person, "refused", hub.now(), 3, purpose="DirectMarketing")
        with hub.store.begin() as tx:
            tx.consents.append([(person, young)])
    world.clock.advance(126 * DAY)  # five years and a day after the first two
    swept = world.sweep()
    assert swept.deleted["consent"] == 2
    with world.open() as hub, hub.store.begin() as tx:
        entries = tx.consents.for_persons([person])[person]
        assert [one.event and (one.event.id, one.event.evidence.method) for one in entries] == [
            None, ("con_2", None), ("con_3", "web form"),
        ]  # fmt: skip
        assert entries[1].event.provenance.key == "swept" and entries[1].event.evidence.explicit
        again = tx.consents.append([(person, said(person, "given", old, 1, purpose="DirectMarketing"))])
        assert again == [], "what was swept would come back with the next read"
    with world.open() as hub:
        assert not allowed(hub, person, "ServiceOptimisation").allowed
        assert allowed(hub, person, "ServiceOptimisation").reasons[0].startswith("optout.")
    assert world.sweep().deleted["consent"] == 0


def test_the_refusal_of_an_object_is_lifted_by_that_object_even_after_its_evidence_went(world, person):
    def told(state, number, key):
        event = said(person, state, hub.now(), number, purpose="ServiceOptimisation")
        evidence = event.evidence.model_copy(update={"source_kind": "object"})
        return event.model_copy(
            update={"evidence": evidence, "provenance": event.provenance.model_copy(update={"key": key})}
        )

    with world.open() as hub, hub.store.begin() as tx:
        tx.consents.append([(person, told("refused", 1, "7"))])
    world.clock.advance(1826 * DAY)
    assert world.sweep().deleted["consent"] == 1
    for key, lifted in (("8", False), ("7", True)):
        world.clock.advance(DAY)
        with world.open() as hub:
            with hub.store.begin() as tx:
                tx.consents.append([(person, told("given", int(key), key))])
            assert allowed(hub, person, "ServiceOptimisation").allowed is lifted


def test_a_hold_keeps_the_evidence_too(world, person):
    with world.open() as hub, hub.store.begin() as tx:
        tx.consents.append([(person, said(person, "given", hub.now(), 1, purpose="DirectMarketing"))])
        tx.holds.place(person, reason="CASE-1", actor="operator")
    world.clock.advance(1826 * DAY)
    assert world.sweep().deleted["consent"] == 0


def test_many_events_go_page_by_page(world, person, monkeypatch):
    from hub.pipeline import sweep as module

    with world.open() as hub, hub.store.begin() as tx:
        tx.consents.append([(person, said(person, "given", hub.now(), n, purpose="DirectMarketing")) for n in range(7)])
    monkeypatch.setattr(module, "BATCH", 3)
    world.clock.advance(1826 * DAY)
    assert world.sweep().deleted["consent"] == 7


def test_the_sweep_goes_on_with_an_erasure_that_waits_and_rotates_the_keys(world, person):
    from hub.privacy.erasure import Progress

    plan = world.erase(person, by_hand=False, rounds=1)
    assert plan.progress is Progress.PARTIAL
    with world.open() as hub:
        kept = hub.upkeep()
        assert (kept.erased, kept.waiting, kept.rotation) == (0, 1, None)
        with hub.store.begin() as tx:
            for one in tx.obligations.list():
                tx.obligations.close(one.id, "done")
        world.clock.advance(8 * DAY)
        kept = hub.upkeep()
    assert (kept.erased, kept.waiting, kept.rotation.epoch, kept.error) == (1, 0, 2, None)


# ── rules that become stricter ───────────────────────────────────────────────────────────────────────────────────────────


def keep(world, category, days, **more):
    """Changes how long a category is kept."""
    path = world.folder / "privacy" / "retention.yaml"
    rules = yaml.safe_load(path.read_text())
    for rule in rules["rules"]:
        if rule["category"] == category and not rule.get("source"):
            rule["keep"] = f"P{days}D"
    path.write_text(yaml.safe_dump(rules | more))


def ends(hub):
    with hub.store.read() as tx:
        found = [*tx.ends.of_records("", 100), *tx.ends.of_tags("", 100)]
        return {one.id: None if one.expires_at is None else (one.expires_at - one.stored_at).days for one in found}


@pytest.fixture
def stored(world, person, monkeypatch):
    """Three things that were said, of which one has a tag, and a profile; looked through two by two."""
    monkeypatch.setattr("hub.pipeline.periods.PAGE", 2)
    with world.open() as hub:
        with hub.store.begin() as tx:
            now = hub.now()
            rows = [
                ("int_1", "content", 365),
                ("int_2", "content", 365),
                ("int_3", "behaviour", 365),
                ("int_4", "content", 9),
            ]
            tx.records.put([
                StoredRecord(person, interaction(person, now, one), category, now + timedelta(days=days), "run_1")
                for one, category, days in rows
            ])  # fmt: skip
            tx.tags.put([made_tag(person, "int_1", now)])
        assert sweep(hub.rooms, hub.sweep_job()).brought_forward == 0
    return {"int_1": 365, "int_2": 365, "int_3": 365, "int_4": 9, "tag_int_1": 90}


def made_tag(person, record, now):
    return EmotionTag(
        id=f"tag_{record}", record_id=record, person_id=person, label="anger", intensity=0.5, confidence=0.9,
        abstained=False, valence=0.0, distress=0.1, churn_risk=0.1, model="test/1", occurred_at=now,
        expires_at=now + timedelta(days=90),
    )  # fmt: skip


def test_what_rests_goes_by_stricter_rules_too_and_no_end_is_ever_put_off(world, stored, audit_entries):
    keep(world, "content", 30)
    with world.open(dry_run=True) as hub:
        assert sweep(hub.rooms, hub.sweep_job()).brought_forward == 2
    with world.open() as hub:
        assert ends(hub) == stored
        assert sweep(hub.rooms, hub.sweep_job()).brought_forward == 2
        assert ends(hub) == stored | {"int_1": 30, "int_2": 30}
        assert sweep(hub.rooms, hub.sweep_job()).brought_forward == 0
    keep(world, "content", 700)
    keep(world, "emotion", 20)
    with world.open() as hub:
        assert sweep(hub.rooms, hub.sweep_job()).brought_forward == 1
        assert ends(hub) == stored | {"int_1": 30, "int_2": 30, "tag_int_1": 20}
    told = [one["reasons"] for one in audit_entries(world, type="retention") if one["outcome"] == "brought_forward"]
    assert told == [["ends 2"], ["ends 1"]]


def test_what_stricter_rules_make_due_at_once_needs_the_same_approval_and_goes_by_the_new_rule(world, stored):
    world.clock.advance(40 * DAY)
    keep(world, "content", 30)
    world.edit(lambda settings: settings["sweep"].update(cap=2))
    with world.open() as hub:
        with pytest.raises(PolicyError, match="3 records and tags are due"):
            sweep(hub.rooms, hub.sweep_job())
        assert ends(hub) == stored  # a slip in a rule has moved nothing
        report = sweep(hub.rooms, hub.sweep_job(approved=3))
    assert report.brought_forward == 2 and report.deleted == {"content": 3}
    assert {one.rule for one in report.why} >= {"content: 30 days from collected"}
