"""Deliveries that fail, wait, change too much or come back: nothing is lost, nothing is resent as it was, nothing loops."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.cli.consent import _append
from hub.contract import Outcome, OutcomeState
from hub.errors import FatalError, PolicyError, ThrottledError, TransientError
from hub.pipeline.caps import Caps
from hub.pipeline.diff import changes
from hub.pipeline.plan import PushJob
from hub.pipeline.push import push
from hub.pipeline.resolution import retry
from hub.pipeline.sweep import SweepJob, sweep
from hub.schema import ConsentScope, ConsentState
from hub.store.delivery import Retry
from hub.store.persons import Profile
from hub.store.quarantine import Quarantined
from hub.testing import Fault
from tests.flows.test_delivery import inbound_part

pytestmark = pytest.mark.slow

SALESFORCE = "salesforce-push"
WRITES = {"POST", "PUT", "PATCH", "DELETE"}


def ask(world, query):
    return world.sql(lambda conn: [tuple(row) for row in conn.exec_driver_sql(query)])


class Desk:
    """A destination that keeps rows, and refuses those it is told to."""

    def __init__(self):
        self.rows, self.refused, self.error, self.writes = {}, {}, None, 0

    def write(self, object, records):
        self.writes += 1
        if self.error is not None:
            raise self.error
        for record in records:
            if record.key in self.refused:
                reason, again = self.refused[record.key]
                yield Outcome(record.idempotency_key, OutcomeState.FAILED, reason=reason, retryable=again)
            else:
                self.rows[record.key] = {**self.rows.get(record.key, {}), **record.fields}
                yield Outcome(record.idempotency_key, OutcomeState.CONFIRMED)

    def reconcile(self, object, records):
        return iter(())


@pytest.fixture
def pulled(world):
    """A world whose contacts have said something."""
    world.pull("salesforce-pull", "zendesk-pull")
    return world


def push_to(world, desk, *, dry_run=False, **more):
    with world.open(dry_run=dry_run) as hub:
        job = hub.push_job(SALESFORCE)
        more = {"caps": job.caps, "retry": job.retry, "backlog": job.backlog} | more
        job = PushJob(job.sync, job.connection, job.connector, desk, job.objects[:1], job.purpose, **more)
        return push(hub.rooms, job)


def touch_everybody(world):
    with world.open() as hub, hub.store.begin() as tx:
        tx.persons.touch([person for person, _ in tx.persons.touched_since(0, 10_000)])


def say_otherwise(world, words):
    """Another mapping, as if somebody had edited it: every row now says something else."""
    path = world.folder / "mappings" / "salesforce.contacts.yaml"
    fields = f"    Emotion__c: {{from: emotion.label, on_null: clear}}\n    Tone_Hint__c: {words}\n"
    out = f'out:\n  object: contacts\n  when: "emotion.label"\n  fields:\n{fields}'
    path.write_text(f"version: 1\nconnector: salesforce\n{out}{inbound_part()}")
    touch_everybody(world)


def sent_members(world):
    return [m for m in world.members if m.consent == "all" and m.said_in("zendesk")]


def contact(member):
    return f"003{member.number:012d}AAA"


@pytest.fixture
def hub_cli(monkeypatch):
    """Commands in this process, under the world's own clock."""

    def run(world, *arguments):
        for module in ("outcomes", "status"):
            monkeypatch.setattr(f"hub.cli.{module}.open_hub", lambda config, dry_run=False: world.open(dry_run=dry_run))
        return CliRunner().invoke(app, [*arguments, "-c", str(world.config)])

    return run


def test_dead_letters_stay_visible_and_are_decided_anew(pulled, hub_cli, audit_entries):
    desk, (gone, broken, withdrawn) = Desk(), sent_members(pulled)[:3]
    desk.refused = {contact(gone): ("NOT_FOUND", False), contact(broken): ("INVALID", False)}
    desk.refused[contact(withdrawn)] = ("LOCKED", True)
    first = push_to(pulled, desk, retry=Retry(attempts=1))
    assert (first.counts["failed"], first.dead) == (3, 3) and first.counts["confirmed"] > 0
    # Nothing is tried again by itself, also where the person is looked at again; nothing goes quiet.
    desk.refused, writes = {}, desk.writes
    touch_everybody(pulled)
    pulled.clock.advance(86_400)
    second = push_to(pulled, desk)
    assert (desk.writes, second.dead, second.reasons["withheld: dead_letter"]) == (writes, 3, 0)
    assert second.counts["withheld"] >= 3
    status = json.loads(hub_cli(pulled, "status", "--json").stdout)
    assert status["dead letters"] == 3 and status["problems"] == []
    assert next(sync["dead"] for sync in status["syncs"] if sync["sync"] == SALESFORCE) == 3
    letters = {row["reason"]: row for row in json.loads(hub_cli(pulled, "outcomes", "dead", "--json").stdout)}
    assert {row["attempts"] for row in letters.values()} == {1}
    assert letters["NOT_FOUND"]["next step"].endswith(f"hub outcomes retry {letters['NOT_FOUND']['id']}")
    shown = hub_cli(pulled, "outcomes", "dead").stdout
    assert contact(gone) not in shown and "INVALID" in shown

    # Consent is asked again: what was refused by the vendor is now refused by the person.
    with pulled.open() as hub:
        with hub.store.read() as tx:
            person = pulled.person(hub, tx, withdrawn)
        _append(hub, person, ConsentState.WITHDRAWN, ConsentScope(purpose="EmotionAnalysis"), explicit=True)
    preview = hub_cli(pulled, "outcomes", "retry", "--sync", SALESFORCE, "--dry-run", "--json")
    decided = {row["target"]: row["state"] for row in json.loads(preview.stdout)}
    assert decided == {
        letters["NOT_FOUND"]["target"]: "pending",
        letters["INVALID"]["target"]: "pending",
        letters["LOCKED"]["target"]: "unchanged",  # there is nothing left to say
    }
    assert hub_cli(pulled, "outcomes", "drop", letters["INVALID"]["id"], "--reason", "Ann Lee has left").exit_code == 0
    assert hub_cli(pulled, "outcomes", "retry", letters["INVALID"]["id"]).exit_code != 0
    assert "2 rows" in hub_cli(pulled, "outcomes", "retry").stdout
    third = push_to(pulled, desk)
    assert (third.dead, third.counts["confirmed"]) == (0, 1)
    assert contact(gone) in desk.rows and contact(broken) not in desk.rows and contact(withdrawn) not in desk.rows
    (dropped,) = audit_entries(pulled, type="dead_letter", outcome="dropped")
    assert dropped["reasons"][0] == "INVALID" and "Ann" not in str(dropped) and dropped["actor"] == "operator"
    assert len(audit_entries(pulled, type="dead_letter", outcome="retried")) == 2
    failed = ask(pulled, "SELECT closed_as, payload FROM deliveries WHERE state = 'failed'")
    assert set(failed) == {("retried", None), ("dropped", None)}
    assert ask(pulled, "SELECT id FROM deliveries WHERE state = 'withheld' AND policy IS NULL") == []


def test_quarantined_records_are_dead_letters_that_can_be_wanted(pulled, hub_cli):
    with pulled.open() as hub, hub.store.begin() as tx:
        tx.quarantine.put([Quarantined("zendesk", "tickets", "a/4711", "1", "mapping.missing_id", "run_1")])
    (row,) = json.loads(hub_cli(pulled, "outcomes", "dead", "--sync", "zendesk-pull", "--json").stdout)
    assert (row["id"], row["kind"], row["object"]) == ("zendesk/tickets/a/4711", "pull", "tickets")
    assert json.loads(hub_cli(pulled, "outcomes", "dead", "--sync", SALESFORCE, "--json").stdout) == []
    told = hub_cli(pulled, "outcomes", "retry", row["id"], "--json")
    assert json.loads(told.stdout) == {"rows": 0, "records": 1}
    with pulled.open() as hub, hub.store.begin() as tx:
        assert [one.key for one in tx.quarantine.wanted("zendesk", "tickets")] == ["a/4711"]
        assert tx.quarantine.wanted("zendesk", "users") == []
        tx.quarantine.put([Quarantined("zendesk", "tickets", "a/4711", "2", "mapping.enum", "run_2")])
        assert tx.quarantine.wanted("zendesk", "tickets") == []
    assert hub_cli(pulled, "outcomes", "drop", row["id"], "--reason", "x").exit_code != 0
    pulled.clock.advance(91 * 86_400)
    assert pulled.sweep().given_up == 1


def test_an_outage_by_night_uses_up_no_attempts_of_the_day(pulled):
    desk = Desk()
    desk.error = ThrottledError("salesforce: daily limit", retry_after=60)
    for _ in range(12):
        report = push_to(pulled, desk, retry=Retry(attempts=2))
        assert isinstance(report.error, ThrottledError) and report.counts["failed"] == report.dead == 0
        pulled.clock.advance(1800)
    desk.error = None
    assert push_to(pulled, desk).counts["confirmed"] == len(desk.rows) == report.counts["pending"] > 0
    # Rows that the vendor itself puts off are tried in ever longer intervals: a night is not eight attempts.
    desk.refused = {contact(member): ("SERVER_UNAVAILABLE", True) for member in pulled.members}
    say_otherwise(pulled, "{value: calm}")
    for _ in range(16):
        report = push_to(pulled, desk, caps=Caps(changed_share=1))
        pulled.clock.advance(1800)
    assert report.dead == 0
    desk.refused = {}
    pulled.clock.advance(6 * 3600)
    assert push_to(pulled, desk, caps=Caps(changed_share=1)).counts["confirmed"] == len(desk.rows)


def test_too_many_failures_stop_the_push_and_lose_nothing(pulled):
    desk = Desk()
    desk.refused = {contact(member): ("INVALID", False) for member in pulled.members}
    first = push_to(pulled, desk, backlog=2)
    assert first.dead == first.counts["failed"] > 2 and isinstance(first.error, TransientError)
    touch_everybody(pulled)
    second = push_to(pulled, desk, backlog=2)
    assert isinstance(second.error, TransientError) and second.error.exit_code == 3
    assert second.counts["selected"] == 0 and "hub outcomes retry --sync salesforce-push" in str(second.error)
    with pulled.open() as hub:
        with hub.store.read() as tx:
            letters = tx.dead_letters.find(sync=SALESFORCE)
        assert retry(hub.rooms, letters) == first.dead
    desk.refused = {}
    third = push_to(pulled, desk, backlog=2)
    assert third.error is None and third.counts["confirmed"] == first.dead == len(desk.rows)


def test_a_vendor_that_refuses_everything_is_not_asked_to_the_end(pulled):
    desk = Desk()
    desk.refused = {contact(member): ("INVALID", False) for member in pulled.members}
    with pulled.open() as hub:
        job = hub.push_job(SALESFORCE)
        narrow = replace(job.objects[0], max_batch=1)
        job = PushJob(job.sync, job.connection, job.connector, desk, (narrow,), job.purpose, backlog=1)
        report = push(hub.rooms, job)
    assert isinstance(report.error, TransientError) and desk.writes == report.dead == 2
    # The others wait where they are, and are decided anew once there is room.
    assert report.counts["pending"] > 0 == report.counts["confirmed"]
    again = push_to(pulled, desk, backlog=1)
    assert again.counts["selected"] == 0 and desk.writes == 2


def test_a_push_that_would_change_too_much_stops_before_the_first_byte(pulled):
    desk, caps = Desk(), Caps(changed_share=0.2, min_rows=2)
    first = push_to(pulled, desk, caps=caps)
    assert first.error is None and first.counts["confirmed"] == len(desk.rows)  # all new: nothing is changed
    writes, everybody = desk.writes, len(desk.rows)
    say_otherwise(pulled, "{value: calm}")
    report = push_to(pulled, desk, caps=caps)
    assert isinstance(report.error, PolicyError) and report.error.exit_code == 4 and desk.writes == writes
    assert f"{everybody} of {everybody} rows would change (100.0%, the cap is 20.0%)" in str(report.error)
    assert f"--approve-changes {everybody}" in str(report.error)
    assert push_to(pulled, desk, caps=caps, approved=everybody - 1).error is not None
    assert desk.writes == writes
    report = push_to(pulled, desk, caps=caps, approved=everybody)
    assert report.error is None and report.counts["confirmed"] == everybody
    assert {row["Tone_Hint__c"] for row in desk.rows.values()} == {"calm"}


def test_a_push_that_would_empty_too_much_stops_and_a_withdrawal_never_does(pulled):
    desk, caps = Desk(), Caps(cleared_share=0, min_rows=1, cleared=0)
    push_to(pulled, desk, caps=caps)
    leaver = sent_members(pulled)[0]
    with pulled.open() as hub:
        with hub.store.read() as tx:
            person = pulled.person(hub, tx, leaver)
        _append(hub, person, ConsentState.WITHDRAWN, ConsentScope(purpose="EmotionAnalysis"), explicit=True)
    report = push_to(pulled, desk, caps=caps)
    assert report.error is None and desk.rows[contact(leaver)]["Emotion__c"] is None
    pulled.clock.advance(91 * 86_400)
    assert pulled.sweep().deleted["emotion"] > 0
    writes = desk.writes
    report = push_to(pulled, desk, caps=caps)
    left = len(desk.rows) - 1
    assert f"{left} rows would be emptied (the cap is 0)" in str(report.error) and desk.writes == writes
    assert push_to(pulled, desk, caps=caps, approved=left).counts["confirmed"] == left


def test_a_sweep_beyond_its_cap_deletes_nothing(pulled):
    pulled.clock.advance(91 * 86_400)
    with pulled.open() as hub:
        with pytest.raises(PolicyError, match="nothing was deleted") as refused:
            sweep(hub.rooms, SweepJob(cap=3))
        assert refused.value.exit_code == 4
        with hub.store.read() as tx:
            assert len(tx.tags.due(pulled.clock.now(), 100)) > 3
        assert sweep(hub.rooms, SweepJob(cap=10_000)).deleted["emotion"] > 3


def test_a_dry_push_shows_what_would_change_and_no_more(pulled):
    desk = Desk()
    (row,) = [r for r in push_to(pulled, desk, dry_run=True).planned if r.fields][:1]
    assert {(c.before, c.is_shown) for c in changes(row)} == {(None, True)}
    push_to(pulled, desk)
    say_otherwise(pulled, "{value: calm}")
    rows = [row for row in push_to(pulled, desk, dry_run=True).planned if row.fields]
    assert len(rows) == len(desk.rows)
    for row in rows:
        told, found = desk.rows[row.subject.target], {c.field: c for c in changes(row)}
        assert "Emotion__c" not in found  # the same as before
        assert (found["Tone_Hint__c"].before, found["Tone_Hint__c"].after) == (told["Tone_Hint__c"], "calm")
        # What is no longer said is not shown either: it may be what may no longer leave.
        assert (found["Distress__c"].before, found["Distress__c"].is_shown) == (None, False)
    with pulled.open() as hub, pytest.raises(FatalError, match="dry run"):
        push(hub.rooms, hub.push_job(SALESFORCE), dry_run=True)
    # The copy of what the vendor was told goes with the tag.
    pulled.clock.advance(91 * 86_400)
    pulled.sweep()
    assert ask(pulled, "SELECT id FROM deliveries WHERE payload IS NOT NULL") == []


def test_a_field_that_has_become_the_vendors_own_is_not_emptied(pulled):
    desk = Desk()
    say_otherwise(pulled, "{value: calm}")
    push_to(pulled, desk)
    say_otherwise(pulled, "{owner: vendor}")
    pulled.clock.advance(91 * 86_400)
    pulled.sweep()
    push_to(pulled, desk)
    assert {(row["Emotion__c"], row["Tone_Hint__c"]) for row in desk.rows.values()} == {(None, "calm")}


def test_a_value_that_is_only_unknown_is_kept_and_taken_back_with_the_permission(pulled):
    rules = pulled.folder / "privacy" / "destinations.yaml"
    text = rules.read_text()
    place = text.index("      emotion.label: keep", text.index("  salesforce:"))
    rules.write_text(f"{text[:place]}      person.language: keep\n{text[place:]}")
    desk, (member,) = Desk(), sent_members(pulled)[:1]
    with pulled.open() as hub, hub.store.begin() as tx:
        person = pulled.person(hub, tx, member)
        tx.persons.set_profile(person, Profile(language="es"))
    with pulled.open() as hub:
        asked = ConsentScope(purpose="EmotionAnalysis", category="contact")
        _append(hub, person, ConsentState.GIVEN, asked, explicit=True, notice=1)
    say_otherwise(pulled, "person.language")
    push_to(pulled, desk)
    assert desk.rows[contact(member)]["Tone_Hint__c"] == "es"
    pulled.sql(lambda conn: conn.exec_driver_sql(f"DELETE FROM profiles WHERE person_id = '{person}'"))
    touch_everybody(pulled)
    push_to(pulled, desk)
    assert desk.rows[contact(member)]["Tone_Hint__c"] == "es"
    with pulled.open() as hub:
        _append(hub, person, ConsentState.WITHDRAWN, ConsentScope(), explicit=True)
    push_to(pulled, desk)
    assert desk.rows[contact(member)]["Tone_Hint__c"] is None


def test_only_what_has_changed_is_sent_and_our_own_writes_do_not_come_back(world):
    for _ in range(2):
        world.clock.advance(3600)
        reports = {**world.pull(), **world.push()}
        assert all(report.error is None for report in reports.values())
    before = {name: len(world.simulator(name).calls) for name in ("salesforce", "zendesk", "voucherify", "x")}
    world.clock.advance(3600)
    third = {**world.pull(), **world.push()}
    assert {name: third[name].counts["confirmed"] for name in third if name.endswith("push")} == {
        "salesforce-push": 0, "zendesk-push": 0, "voucherify-push": 0,
    }  # fmt: skip
    for name, start in before.items():
        calls = [(c.method, c.path) for c in world.simulator(name).calls[start:] if c.method in WRITES]
        assert [call for call in calls if "token" not in call[1] and "compliance" not in call[1]] == [], name


def test_a_run_whose_rows_went_missing_fails_and_says_where(world):
    with sqlite3.connect(world.database) as database:
        database.execute(
            "CREATE TRIGGER loses AFTER INSERT ON outcomes WHEN NEW.id = 7 BEGIN "
            "DELETE FROM outcomes WHERE id = NEW.id; END"
        )
    command = [sys.executable, "-m", "hub", "pull", "zendesk-pull", "-c", str(world.config)]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 1 and "Traceback" not in ran.stderr
    assert "zendesk-pull, users, batch 1" in ran.stderr.replace("\n", " ")
    status = subprocess.run([*command[:3], "status", "-c", str(world.config)], capture_output=True, text=True)
    assert status.returncode == 1 and "zendesk-pull, users, batch 1" in status.stderr.replace("\n", " ")
    with world.open() as hub, hub.store.read() as tx:
        assert tx.ledger.runs(1)[0].status == "failed"


def test_of_two_processes_one_is_told_to_wait_and_a_dead_one_is_taken_over(world):
    simulator = world.simulator("voucherify")
    simulator.faults.add(Fault("GET *", kind="slow", seconds=60, times=1))
    command = [sys.executable, "-m", "hub", "pull", "voucherify-pull", "-c", str(world.config)]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while simulator.faults.faults[0].times and time.monotonic() < deadline:
        time.sleep(0.05)
    second = subprocess.run(command, capture_output=True, text=True)
    assert second.returncode == 75 and "Traceback" not in second.stderr
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert subprocess.run(command, capture_output=True).returncode == 0
