"""A push and what others do beside it: nothing that they end is sent, nothing that they need is left waiting."""

from dataclasses import replace
from datetime import timedelta

from hub.contract import Outcome, OutcomeState
from hub.errors import TransientError
from hub.pipeline import push as module
from hub.pipeline.erase import EraseJob, erase
from hub.pipeline.propagation import WITHDRAWAL
from hub.pipeline.push import push
from hub.pipeline.resolution import drop, retry
from hub.pipeline.sweep import sweep
from hub.privacy.erasure import Progress
from tests.pipeline.conftest import Desk
from tests.pipeline.test_erase import System
from tests.pipeline.test_propagation import Unread, withdraw

FIRST, SECOND = "003000000000000AAA", "003000000000001AAA"


def test_what_a_sweep_has_deleted_does_not_leave_behind_it(either_town):
    """The first row takes so long on its way that the second one's tag ends meanwhile."""
    town = either_town

    class Slow(Desk):
        def write(self, object, records):
            for outcome in super().write(object, records):
                if len(self.rows) == 1:
                    with town.open() as other:
                        town.clock.advance(timedelta(days=91).total_seconds())
                        sweep(other.rooms, other.sweep_job())
                yield outcome

    with town.open() as hub:
        town.people(hub, 2)
        job = town.job(hub, Slow())
        job = replace(job, objects=tuple(replace(one, max_batch=1) for one in job.objects))
        report = push(hub.rooms, job)
        assert report.error is None
        assert job.destination.calls == [job.destination.calls[0]], "the tag was gone when its row left"
        assert (report.counts["confirmed"], report.counts["withheld"]) == (1, 1)


def test_a_run_that_was_broken_off_behind_its_commit_says_so_and_adds_up(town, desk, monkeypatch):
    with town.open() as hub:
        town.people(hub, 3)
        select = module._select_batch

        def commit_and_lose_the_answer(*args, **named):
            select(*args, **named)
            raise TransientError("The store's database has broken the connection off.")

        monkeypatch.setattr(module, "_select_batch", commit_and_lose_the_answer)
        report = push(hub.rooms, town.job(hub, desk))
        assert isinstance(report.error, TransientError)
        assert report.counts["selected"] == report.counts["pending"] == 3
        monkeypatch.undo()
        assert push(hub.rooms, town.job(hub, desk)).counts["confirmed"] == 3


def test_withdrawals_that_wait_for_somebody_else_hide_nobody_behind_them(town, desk, monkeypatch):
    monkeypatch.setattr("hub.pipeline.propagation._PAGE", 2)
    with town.open() as hub:
        old = town.people(hub, 2)
        push(hub.rooms, town.job(hub, desk, "an-earlier-push"))
        withdraw(town, hub, *old)
        new = town.people(hub, 1, start=2)
        push(hub.rooms, town.job(hub, desk))
        withdraw(town, hub, *new)
        push(hub.rooms, town.job(hub, desk))
        with hub.store.read() as tx:
            refs = tx.keys.audit_refs([*old, *new])
            left = {one.audit_ref for one in tx.obligations.list(what=WITHDRAWAL)}
        assert left == {refs[person] for person in old}, "what was taken back is owed no more"


def test_a_hold_on_everything_stops_an_erasure_that_is_under_way(town):
    """A case comes in while the erasure waits for a system that is down."""

    class Down(System):
        down = True

        def erase(self, subject):
            if self.down:
                raise TransientError("down")
            yield from super().erase(subject)

    with town.open() as hub:
        (ann,) = town.people(hub, 1)
        system = Down(lambda: None)
        push(hub.rooms, town.job(hub, system))
        job = EraseJob(ann, {"salesforce": system}, {"salesforce": "salesforce"})
        assert erase(hub.rooms, job).progress is Progress.PARTIAL
        with hub.store.begin() as tx:
            number = tx.holds.place(ann, reason="CASE-1", actor="tester")
        system.down = False
        assert erase(hub.rooms, job).progress is Progress.PARTIAL
        assert FIRST in system.rows
        with hub.store.begin() as tx:
            tx.holds.release(number, reason="CASE-1-closed", actor="tester")
        assert erase(hub.rooms, job).progress is Progress.COMPLETE and system.rows == {}


def test_it_stops_at_the_last_moment_too_and_the_key_stays(town):
    class Late(System):
        asked = 0

        def verify_erased(self, subject):
            self.asked += 1
            if self.asked == 2:  # once more, before the key goes
                with town.open() as other, other.store.begin() as tx:
                    tx.holds.place(ann, reason="CASE-1", actor="tester")
            yield from super().verify_erased(subject)

    with town.open() as hub:
        (ann,) = town.people(hub, 1)
        job = EraseJob(ann, {"salesforce": Late(lambda: None)}, {"salesforce": "salesforce"})
        assert [step.reason for step in erase(hub.rooms, job).steps if step.state == "failed"] == ["legal_hold"]
        with hub.store.begin() as tx:
            assert len(tx.persons.identifiers([ann])[ann]) == 2
            tx.holds.release(tx.holds.list()[0].id, reason="CASE-1-closed", actor="tester")
        assert erase(hub.rooms, job).progress is Progress.COMPLETE


def test_who_comes_too_late_with_a_dead_letter_resolves_nothing(either_town, audit_of):
    """One operator has it tried again while another one, who still sees it, gives it up."""
    town = either_town

    class Locked(Desk):
        def write(self, object, records):
            for record in records:
                yield Outcome(record.idempotency_key, OutcomeState.FAILED, reason="locked")

    with town.open() as hub:
        hub.__dict__["redactor"] = Unread()
        town.people(hub, 1)
        push(hub.rooms, town.job(hub, Locked()))
        with hub.store.read() as tx:
            letters = tx.dead_letters.find()
        assert (retry(hub.rooms, letters), drop(hub.rooms, letters, "too late"), retry(hub.rooms, letters)) == (1, 0, 0)
        assert [entry["outcome"] for entry in audit_of(hub, type="dead_letter")] == ["retried"]
