"""Pushes and withdrawals at the same time, in threads and in processes: nothing leaves after a withdrawal is on record.

``ATTUNE_RACES=10000`` races that many people, in place of some dozens.
"""

import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from hub.app import Hub
from hub.config import load_settings
from hub.contract import Outcome, OutcomeState
from hub.errors import LockedError, TransientError
from hub.pipeline import push as module
from hub.pipeline.changes import record_changes
from hub.pipeline.intake import put_on_record
from hub.pipeline.propagation import WITHDRAWAL, wait_for_what_is_under_way
from hub.pipeline.push import push
from hub.pipeline.run import running
from hub.schema import ConsentState
from hub.store.conflict import Conflict
from tests.pipeline.conftest import Desk, Town, WallClock

COUNT = int(os.environ.get("ATTUNE_RACES", "60"))
SYNCS = ("race-1", "race-2", "race-3")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(60 + COUNT)]


class Counter(Desk):
    """Writes down when each row was about to leave; every row takes its time on the wire."""

    def __init__(self):
        super().__init__()
        self.sent, self.lock = [], threading.Lock()

    def write(self, object, records, checkpoint):
        for record in records:
            before = time.monotonic()
            checkpoint.check(request_of(record))
            with self.lock:
                self.sent.append((record.key, before, any(v is not None for v in record.fields.values())))
                self.rows[record.key] = {**self.rows.get(record.key, {}), **record.fields}
            time.sleep(0.002)
            yield Outcome(record.idempotency_key, OutcomeState.CONFIRMED)


def request_of(record):
    return requests.Request("PATCH", f"https://desk.example/{record.key}", json=dict(record.fields)).prepare()


class Wire:
    """One push's own way to a desk that others write to as well."""

    def __init__(self, desk, checkpoint):
        self.desk, self.checkpoint, self.reconcile = desk, checkpoint, desk.reconcile

    def write(self, object, records):
        return self.desk.write(object, records, self.checkpoint)


@pytest.fixture
def race_town(tmp_path, url):
    (tmp_path / "var").mkdir(exist_ok=True)
    return Town(tmp_path, url, WallClock())


def job_of(town, hub, desk, sync):
    job = town.job(hub, desk, sync)
    objects = tuple(replace(obj, max_batch=7) for obj in job.objects)
    return replace(job, objects=objects, destination=Wire(desk, job.checkpoint))


def keep_pushing(town, desk, sync, done, errors):
    try:
        with Hub(load_settings(town.config)) as hub:
            job = job_of(town, hub, desk, sync)
            while not done.is_set():
                report = push(hub.rooms, job)
                if report.error is not None and not isinstance(report.error, TransientError):
                    raise report.error
    except LockedError:
        pass
    except Exception as error:  # noqa: BLE001 - whatever ends a thread must end the test
        errors.append(error)


def withdraw_by_processes(town, people, processes=2):
    """Gives when each withdrawal was on record, and when it had been answered."""
    script = Path(__file__).parent / "withdrawing.py"
    command = [sys.executable, str(script), str(town.config)]
    parts = [people[n::processes] for n in range(processes)]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in parts
    ]
    for one in running:
        assert one.stdout.readline().strip() == "ready", one.stderr.read()
    answered, threads = {}, []
    for one, part in zip(running, parts, strict=True):
        threads.append(threading.Thread(target=lambda o=one, p=part: answered.update(_ask(o, p))))
    yield
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    yield answered


def _ask(process, people):
    out, err = process.communicate("".join(f"{person}\n" for person in people))
    assert process.returncode == 0, err
    return {person: (float(known), float(done)) for person, known, done in map(str.split, out.splitlines())}


def test_nothing_leaves_once_a_withdrawal_is_on_record(race_town):
    town, desk, done, errors = race_town, Counter(), threading.Event(), []
    with Hub(load_settings(town.config)) as hub:
        people = town.people(hub, COUNT)
    keys = {person: f"003{n:012d}AAA" for n, person in enumerate(people)}
    leaving = people[::2]
    withdrawals = withdraw_by_processes(town, leaving)
    next(withdrawals)
    pushers = [threading.Thread(target=keep_pushing, args=(town, desk, sync, done, errors)) for sync in SYNCS]
    for pusher in pushers:
        pusher.start()
    answered = next(withdrawals)
    done.set()
    for pusher in pushers:
        pusher.join()
    assert errors == [] and set(answered) == set(leaving)
    persons = {key: person for person, key in keys.items()}
    late = [
        (key, at - answered[persons[key]][0])
        for key, at, fills in desk.sent
        if fills and persons[key] in answered and at > answered[persons[key]][0]
    ]
    assert late == [], f"{len(late)} rows left after their withdrawal, by up to {max(gap for _, gap in late)} s"
    told = {persons[key] for key, _, fills in desk.sent if fills}
    _compensate(town, desk, keys, leaving, told)


def _compensate(town, desk, keys, leaving, told):
    """Whoever had been told something owes to forget it; a few quiet pushes later nobody holds anything any more."""
    with Hub(load_settings(town.config)) as hub:
        with hub.store.read() as tx:
            refs = tx.keys.audit_refs(leaving)
            owed = {one.audit_ref for one in tx.obligations.list(100_000)}
        emptied = {person for person in leaving if desk.rows.get(keys[person], {}).get("Emotion__c") is None}
        assert {person for person in leaving if person in told} <= emptied | {p for p in leaving if refs[p] in owed}
        for _ in range(3):
            for sync in SYNCS:
                push(hub.rooms, job_of(town, hub, desk, sync))
        held = {person for person, key in keys.items() if desk.rows.get(key, {}).get("Emotion__c") is not None}
        assert held == set(keys) - set(leaving)
        with hub.store.read() as tx:
            assert tx.obligations.list(100_000) == []


# ── the same, one step at a time ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_withdrawal_waits_for_what_was_under_way_when_it_was_recorded(town, desk):
    with town.open() as hub:
        (ann,) = town.people(hub, 1)
        job = town.job(hub, desk)
        with running(hub.rooms, job.sync, "push") as run:
            list(module.select(hub.rooms, job, job.objects[0], run))
            _, rows, _ = module._claim(hub.rooms, job, job.objects[0], run, None, 0)
            town.clock.advance(1)
            with hub.store.begin() as tx:
                put_on_record(hub.rooms, tx, [(ann, town.consent(ann, ConsentState.WITHDRAWN))], actor="tester")
            steps = []

            def until_it_is_through(seconds):
                steps.append(seconds)
                if len(steps) == 3:
                    outcomes = {
                        row.idempotency_key: Outcome(row.idempotency_key, OutcomeState.CONFIRMED) for row in rows
                    }
                    module._settle(hub.rooms, job, rows, outcomes, run)

            assert wait_for_what_is_under_way(hub.rooms, [ann], steps.append, patience=0.1) == 1 and len(steps) == 5
            steps.clear()
            assert wait_for_what_is_under_way(hub.rooms, [ann], until_it_is_through) == 0 and len(steps) == 3


def test_a_withdrawal_in_the_middle_of_a_batch_stops_the_requests_that_are_still_to_come(either_town):
    town, desk = either_town, Counter()
    with town.open() as hub, town.open() as other:
        _, bob, _ = town.people(hub, 3)
        job = job_of(town, hub, desk, "salesforce-push")
        write = job.destination.write

        def write_and_hear(object, records):
            for outcome in write(object, records):
                if len(desk.sent) == 1:
                    _withdraw(town, other, bob)
                yield outcome

        job.destination.write = write_and_hear
        report = push(hub.rooms, job)
        assert report.error is None and [key for key, _, _ in desk.sent] == ["003000000000000AAA"]
        assert (report.counts["confirmed"], report.counts["withheld"], report.counts["failed"]) == (1, 1, 1)
        with hub.store.read() as tx:
            (trace,) = [one for one in tx.outbox.traces([bob])[bob] if one.reason]
            assert (str(trace.state), trace.reason) == ("withheld", "consent.moved")
            assert tx.quarantine.list(10) == []
        town.clock.advance(3_600)
        assert push(hub.rooms, job).error is None
        assert {key for key, _, _ in desk.sent} == {"003000000000000AAA", "003000000000002AAA"}


def test_a_run_whose_lease_was_taken_over_sends_nothing_more(either_town):
    town, desk = either_town, Counter()
    with town.open() as hub, town.open() as other:
        town.people(hub, 3)
        job = job_of(town, hub, desk, "salesforce-push")
        write, at_takeover = job.destination.write, []

        def write_and_fall_asleep(object, records):
            for outcome in write(object, records):
                if not at_takeover:
                    town.clock.advance(601)
                    assert push(other.rooms, job_of(town, other, desk, "salesforce-push")).error is None
                    at_takeover.append(len(desk.sent))
                yield outcome

        job.destination.write = write_and_fall_asleep
        assert isinstance(push(hub.rooms, job).error, LockedError)
        assert at_takeover == [3] and sorted(key for key, _, _ in desk.sent) == sorted(desk.rows)
        with hub.store.read() as tx:
            assert tx.balance.of_latest() == []


def test_a_batch_that_takes_long_keeps_its_lease(either_town):
    town, desk = either_town, Counter()
    with town.open() as hub, town.open() as other:
        town.people(hub, 4)
        job = job_of(town, hub, desk, "salesforce-push")
        write = job.destination.write

        def write_slowly(object, records):
            for outcome in write(object, records):
                town.clock.advance(300)
                with pytest.raises(LockedError):
                    push(other.rooms, job_of(town, other, desk, "salesforce-push"))
                yield outcome

        job.destination.write = write_slowly
        report = push(hub.rooms, job)
        assert report.error is None and (report.counts["confirmed"], len(desk.sent)) == (4, 4)


def test_consent_that_ends_by_time_while_a_batch_waits_is_asked_once_more(town):
    desk = Counter()
    with town.open() as hub:
        town.people(hub, 1)
        town.people(hub, 1, start=1, valid_until=town.clock.now() + timedelta(seconds=90))
        job = job_of(town, hub, desk, "salesforce-push")
        write = job.destination.write

        def write_slowly(object, records):
            for outcome in write(object, records):
                town.clock.advance(120)
                yield outcome

        job.destination.write = write_slowly
        assert push(hub.rooms, job).counts["withheld"] == 1
        assert [key for key, _, _ in desk.sent] == ["003000000000000AAA"]


def test_who_records_a_withdrawal_while_a_row_is_being_marked_finds_it_under_way(either_town, desk):
    """On PostgreSQL the two meet at the person; on SQLite one writes at a time anyway."""
    town = either_town
    with town.open() as hub, town.open() as other:
        (ann,) = town.people(hub, 1)
        job = town.job(hub, desk)
        with running(hub.rooms, job.sync, "push") as run:
            list(module.select(hub.rooms, job, job.objects[0], run))
            other.rooms  # noqa: B018 - loaded before the clock runs
            recording = threading.Thread(target=_withdraw, args=(town, other, ann))
            with hub.store.begin() as tx:
                claimed = tx.outbox.claim(job.sync, "contacts", 10, run.id)
                assert module._unless_consent_moved(hub.rooms, tx, claimed) == claimed
                recording.start()
                recording.join(1.0)
                assert recording.is_alive()
            recording.join()
            with hub.store.read() as tx:
                assert [one.what for one in tx.obligations.list()] == [WITHDRAWAL]


def _withdraw(town, hub, person):
    with hub.store.begin() as tx:
        put_on_record(hub.rooms, tx, [(person, town.consent(person, ConsentState.WITHDRAWN))], actor="tester")


def test_a_run_that_meets_another_as_it_opens_opens_again(either_town, monkeypatch):
    """Whoever opens a run looks after what others left open; two that do so in turn may stand in each other's way."""
    met = iter([Conflict("Another run was there first."), Conflict("And again."), None])

    def meet(*args, **named):
        if (conflict := next(met)) is not None:
            raise conflict
        record_changes(*args, **named)

    monkeypatch.setattr("hub.pipeline.run.record_changes", meet)
    with either_town.open() as hub:
        with running(hub.rooms, "salesforce-push", "push") as run:
            pass
        with hub.store.read() as tx:
            assert [one.id for one in tx.ledger.runs(10)] == [run.id]
