"""What happens between deciding and knowing: late answers, strangers' errors, mappings that would leave something behind."""

import traceback

import pytest

from hub.contract import ErasureOutcome, ErasureState, Outcome, OutcomeState
from hub.errors import TransientError
from hub.pipeline.erase import EraseJob, erase
from hub.pipeline.plan import PushJob
from hub.pipeline.pull import PullJob, pull
from hub.pipeline.push import push
from hub.privacy.erasure import Progress
from hub.schema import ConsentScope, ConsentState

pytestmark = pytest.mark.slow


class Slow:
    """A destination that first says "accepted", and only later what became of it."""

    def __init__(self):
        self.answer, self.rows = OutcomeState.ACCEPTED, {}

    def write(self, object, records):
        for record in records:
            self.rows[record.key] = {**self.rows.get(record.key, {}), **record.fields}
            yield Outcome(record.idempotency_key, self.answer, job="job")

    def reconcile(self, object, records):
        for record in records:
            yield Outcome(record.idempotency_key, self.answer, job="job")


def job_with(hub, destination):
    job = hub.push_job("salesforce-push")
    return PushJob(job.sync, job.connection, job.connector, destination, job.objects[:1], job.purpose)


def withdraw(hub, person):
    from hub.cli.consent import _append

    _append(hub, person, ConsentState.WITHDRAWN, ConsentScope(purpose="EmotionAnalysis"), explicit=True)


def test_an_answer_that_comes_after_the_withdrawal_is_still_cleared(world):
    world.pull("salesforce-pull", "zendesk-pull")
    member = next(m for m in world.members if m.consent == "all" and m.said_in("zendesk"))
    contact, destination = f"003{member.number:012d}AAA", Slow()
    with world.open() as hub:
        push(hub.rooms, job_with(hub, destination))
        assert destination.rows[contact]["Emotion__c"]
        with hub.store.read() as tx:
            person = world.person(hub, tx, member)
        withdraw(hub, person)
        push(hub.rooms, job_with(hub, destination))
        destination.answer = OutcomeState.CONFIRMED
        push(hub.rooms, job_with(hub, destination))
        push(hub.rooms, job_with(hub, destination))
    assert destination.rows[contact]["Emotion__c"] is None


def test_a_mapping_that_keeps_nulls_leaves_no_emotion_behind(world):
    mapping = """\
version: 1
connector: salesforce
out:
  object: contacts
  fields:
    Emotion__c: emotion.label
    Tone_Hint__c: {value: neutral}
"""
    (world.folder / "mappings" / "salesforce.contacts.yaml").write_text(
        (mapping + inbound_part()).replace("version: 1\n", "version: 1\n", 1)
    )
    world.pull("salesforce-pull", "zendesk-pull")
    member = next(m for m in world.members if m.consent == "all" and m.said_in("zendesk"))
    contact, destination = f"003{member.number:012d}AAA", Slow()
    destination.answer = OutcomeState.CONFIRMED
    with world.open() as hub:
        push(hub.rooms, job_with(hub, destination))
        assert destination.rows[contact]["Emotion__c"]
        with hub.store.read() as tx:
            person = world.person(hub, tx, member)
        withdraw(hub, person)
        push(hub.rooms, job_with(hub, destination))
    assert destination.rows[contact]["Emotion__c"] is None


def inbound_part():
    """The plugin's own reading of the same object: a site's file replaces the whole of it."""
    from pathlib import Path

    import hub_salesforce

    text = (Path(hub_salesforce.__file__).parent / "mappings" / "salesforce.contacts.yaml").read_text()
    begin = text.index("\nin:\n") + 1
    end = min(text.index(word, begin) for word in ("\nout:\n", "\nexamples:\n") if word in text[begin:])
    return text[begin:end] + "\n"


class Rude:
    """A plugin that raises what no contract knows, with something personal in it."""

    def read(self, stream, cursor):
        raise KeyError("maria.garcia@example.com")
        yield


def test_a_strangers_error_is_a_failed_run_without_its_text(world):
    with world.open() as hub:
        job = PullJob("voucherify-pull", "voucherify", "voucherify", Rude(), ("customers",))
        with pytest.raises(TransientError) as raised:
            pull(hub.rooms, job)
        with hub.store.read() as tx:
            assert tx.ledger.runs(1)[0].status == "failed"
            assert tx.leases.held() == []
    assert "maria" not in str(raised.value)
    assert "maria" not in "".join(traceback.format_exception(raised.value))


class Silent:
    def __init__(self, answers=()):
        self.answers, self.subject = answers, None

    def erase(self, subject):
        self.subject = subject
        return iter(self.answers)

    def verify_erased(self, subject):
        return iter(self.answers)


def test_an_eraser_that_did_not_look_again_has_not_erased(world):
    world.pull("salesforce-pull", "zendesk-pull")
    member = next(m for m in world.members if m.said_in("zendesk"))
    with world.open() as hub:
        with hub.store.read() as tx:
            person = world.person(hub, tx, member)
        silent = Silent()
        plan = erase(hub.rooms, EraseJob(person, {"zendesk": silent}, {"zendesk": "zendesk"}))
        assert plan.progress is not Progress.COMPLETE
        assert {one.issuer for one in silent.subject} <= {"", "zendesk"}, (
            "a system heard of another system's identifiers"
        )
        honest = Silent([ErasureOutcome("users", ErasureState.ABSENT)])
        plan = erase(hub.rooms, EraseJob(person, {"zendesk": honest}, {"zendesk": "zendesk"}))
    assert plan.progress is Progress.COMPLETE
