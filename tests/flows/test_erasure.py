"""An erasure that cannot be done at once: holds, hands, systems that are down, and what comes back meanwhile."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.contract import ErasureOutcome, ErasureState
from hub.errors import TransientError
from hub.pipeline.erase import EraseJob, erase
from hub.privacy.erasure import Progress
from hub.schema import AuthorRole, Identifier, Interaction, Party, Provenance, Redaction
from hub.store.records import StoredRecord
from hub.store.traces import traces

pytestmark = pytest.mark.slow


class System:
    """A vendor that holds somebody until it is asked to erase; ``down`` answers nobody, ``backs`` shows them once more."""

    def __init__(self):
        self.holds, self.down, self.backs, self.asked = True, False, 0, []

    def erase(self, subject):
        self.asked.append(subject)
        if self.down:
            raise TransientError("down")
        self.holds = False
        yield ErasureOutcome("users", ErasureState.ERASED)

    def verify_erased(self, subject):
        if self.down:
            raise TransientError("down")
        if not self.holds and self.backs and len(self.asked) > 0:
            self.backs -= 1
            self.holds = self.backs == 0
        yield ErasureOutcome("users", ErasureState.FAILED if self.holds else ErasureState.ABSENT, "still_there")


def interaction(person, at, id):
    return Interaction(
        id=id, provenance=Provenance(connection="zendesk", connector="zendesk", stream="t", key="1", version="1"),
        author=Party(role=AuthorRole.CUSTOMER, person_id=person), occurred_at=at, channel="email",
        visibility="private", text="Hello", redaction=Redaction(engine="none"),
    )  # fmt: skip


@pytest.fixture
def world(world_in):
    return world_in("sqlite", size=2)


@pytest.fixture
def person(world):
    with world.open() as hub, hub.store.begin() as tx:
        person = tx.persons.create()
        tx.persons.attach(person, [Identifier(kind="email", value="ada@example.com", verified=True)])
        said, other = (interaction(person, hub.now(), f"int_{number}") for number in (1, 2))
        expiry = hub.now() + timedelta(days=9)
        tx.records.put([StoredRecord(person, one, "content", expiry, "run_1") for one in (said, other)])
    return person


def job_of(person, **systems):
    return EraseJob(
        person, systems, {name: name for name in systems}, identity="callback", instructions={"crm": SENTENCES}
    )


SENTENCES = ("a portal user: disable it",)


def states(plan):
    return {step.system or str(step.phase): (str(step.state), step.reason) for step in plan.steps}


def test_a_system_that_nobody_can_erase_by_program_stays_open_until_its_owner_says_so(world, person):
    with world.open() as hub:
        plan = erase(hub.rooms, job_of(person, crm=System(), x=None))
        assert plan.progress is Progress.PARTIAL and states(plan)["x"] == ("unsupported", "by_hand")
        assert states(plan)["shredded"][0] == "pending", "whoever erases by hand must still be able to tell who it is"
        with hub.store.begin() as tx:
            (owed,) = tx.obligations.list()
            assert owed.system == "x" and owed.due == hub.now() + timedelta(hours=24), "X wants it within a day"
            assert tx.requests.counts(hub.now()) == (1, 0)
            tx.obligations.close(owed.id, "done")
        plan = erase(hub.rooms, job_of(person, crm=System(), x=None))
        assert plan.progress is Progress.COMPLETE and states(plan)["x"] == ("done", "by_hand")
        with hub.store.read() as tx:
            assert tx.requests.counts(hub.now()) == (0, 0) and tx.requests.list(closed=True)[0].outcome == "erased"
            assert traces(tx.unit, [person]) == {}


def test_an_owner_who_keeps_it_on_a_ground_is_told_as_such(world, person):
    with world.open() as hub:
        erase(hub.rooms, job_of(person, x=None))
        with hub.store.begin() as tx:
            tx.obligations.close(tx.obligations.list()[0].id, "retained: tax law")
        plan = erase(hub.rooms, job_of(person, x=None))
    assert plan.progress is Progress.COMPLETE and states(plan)["x"] == ("retained", "tax_law")


class Portal(System):
    """A vendor that keeps one thing, seen only while what leads to it is there; ``cut`` stops the work after that."""

    def __init__(self, cut=False):
        super().__init__()
        self.cut = cut

    def erase(self, subject):
        if self.holds:
            yield ErasureOutcome("portal", ErasureState.UNSUPPORTED, "a portal user: disable it")
        yield from super().erase(subject)
        if self.cut:
            raise KeyboardInterrupt


@pytest.mark.parametrize("cut", [False, True])
def test_what_a_system_told_once_is_owed_until_its_owner_says_so(world, person, cut):
    crm = Portal(cut)
    with world.open() as hub:
        with pytest.raises(KeyboardInterrupt) if cut else nullcontext():
            erase(hub.rooms, job_of(person, crm=crm))
        crm.cut = False
        for _ in range(2):
            plan = erase(hub.rooms, job_of(person, crm=crm))
            assert states(plan)["crm"] == ("unsupported", "by_hand"), (
                "nothing leads there any more; it is owed all the same"
            )
        with hub.store.begin() as tx:
            (owed,) = tx.obligations.list()
            tx.obligations.close(owed.id, "done")
        plan = erase(hub.rooms, job_of(person, crm=crm))
    assert plan.progress is Progress.COMPLETE and states(plan)["crm"] == ("done", "by_hand")


def test_an_erased_system_owes_no_withdrawal_either(world, person):
    with world.open() as hub:
        with hub.store.begin() as tx:
            ref = tx.persons.audit_ref(person)
            for what in ("withdrawal", "withdrawal.not_found"):
                tx.obligations.open(ref, "crm", what, owner="crm", due=hub.now())
            tx.obligations.open(ref, "desk", "withdrawal", owner="hub", due=hub.now())
        assert erase(hub.rooms, job_of(person, crm=System())).progress is Progress.COMPLETE
        with hub.store.read() as tx:
            assert [one.system for one in tx.obligations.list()] == ["desk"]


def test_a_destination_that_is_down_for_three_days_is_somebodys_business_and_then_done(world, person):
    crm = System()
    crm.down = True
    with world.open() as hub:
        for _ in range(3):
            plan = erase(hub.rooms, job_of(person, crm=crm))
            assert plan.progress is Progress.PARTIAL and states(plan)["crm"] == ("failed", "TransientError")
            with hub.store.read() as tx:
                assert [(one.system, one.owner) for one in tx.obligations.list()] == [("crm", "crm")]
            world.clock.advance(24 * 3600)
        crm.down = False
        plan = erase(hub.rooms, job_of(person, crm=crm))
        with hub.store.read() as tx:
            assert plan.progress is Progress.COMPLETE and tx.obligations.list() == []


def test_a_connection_that_was_removed_meanwhile_is_not_forgotten(world, person):
    crm = System()
    crm.down = True
    with world.open() as hub:
        erase(hub.rooms, job_of(person, crm=crm))
        plan = erase(hub.rooms, job_of(person))
    assert states(plan)["crm"] == ("unsupported", "by_hand") and plan.progress is Progress.PARTIAL


def test_what_is_seen_again_before_the_end_is_erased_again(world, person):
    crm = System()
    crm.backs = 2  # gone when first looked at, there again at the verification
    with world.open() as hub:
        plan = erase(hub.rooms, job_of(person, crm=crm))
    assert len(crm.asked) == 2 and plan.progress is Progress.COMPLETE and not crm.holds


def test_a_vendor_that_always_shows_it_again_is_never_called_complete(world, person):
    class Liar(System):
        def verify_erased(self, subject):
            self.holds = not self.holds
            yield ErasureOutcome("users", ErasureState.ABSENT if self.holds else ErasureState.FAILED, "back")

    liar = Liar()
    liar.holds = True
    liar.erase = lambda subject: iter([ErasureOutcome("users", ErasureState.ERASED)])
    liar.holds = False
    with world.open() as hub:
        plan = erase(hub.rooms, job_of(person, crm=liar))
    assert plan.progress is Progress.PARTIAL and states(plan)["shredded"][0] == "pending"


def test_a_hold_on_everything_stops_it_before_anything_is_gone(world, person):
    crm = System()
    with world.open() as hub:
        with hub.store.begin() as tx:
            hold = tx.holds.place(person, reason="CASE-1", actor="operator")
        plan = erase(hub.rooms, job_of(person, crm=crm))
        assert plan.progress is Progress.OPEN and states(plan)["released"] == ("held", "legal_hold") and crm.holds
        with hub.store.begin() as tx:
            assert len(tx.records.for_person(person)) == 2
            assert tx.records.purge(person) == 0, "purging went past the hold"
            tx.holds.release(hold, reason="CASE-1-closed", actor="operator")
        assert erase(hub.rooms, job_of(person, crm=crm)).progress is Progress.COMPLETE


def test_a_held_record_stays_readable_while_everything_else_goes(world, person):
    with world.open() as hub:
        with hub.store.begin() as tx:
            hold = tx.holds.place(person, reason="CASE-1", actor="operator", record_id="int_1")
        crm = System()
        plan = erase(hub.rooms, job_of(person, crm=crm))
        assert states(plan)["purged"] == ("held", "legal_hold") and states(plan)["crm"][0] == "done"
        with hub.store.begin() as tx:
            assert [one.id for one in tx.records.for_person(person)] == ["int_1"]
            tx.holds.release(hold, reason="CASE-1-closed", actor="operator")
        assert erase(hub.rooms, job_of(person, crm=crm)).progress is Progress.COMPLETE


def test_a_system_under_hold_waits(world, person):
    crm, desk = System(), System()
    with world.open() as hub:
        with hub.store.begin() as tx:
            hold = tx.holds.place(person, reason="CASE-1", actor="operator", system="crm")
        plan = erase(hub.rooms, job_of(person, crm=crm, desk=desk))
        assert states(plan)["crm"] == ("held", "legal_hold") and crm.holds and not desk.holds
        with hub.store.begin() as tx:
            tx.holds.release(hold, reason="CASE-1-closed", actor="operator")
        assert erase(hub.rooms, job_of(person, crm=crm, desk=desk)).progress is Progress.COMPLETE and not crm.holds


def test_retention_leaves_what_is_held_and_takes_it_once_released(world, person):
    with world.open() as hub, hub.store.begin() as tx:
        tx.holds.place(person, reason="CASE-1", actor="operator", record_id="int_1")
    world.clock.advance(10 * 24 * 3600)
    assert world.sweep().deleted == {"content": 1}
    with world.open() as hub, hub.store.begin() as tx:
        assert [one.id for one in tx.records.for_person(person)] == ["int_1"]
        tx.holds.release(1, reason="CASE-1-closed", actor="operator")
    assert world.sweep().deleted == {"content": 1}


def test_nobody_says_erased_while_a_table_still_knows_them(world, person, monkeypatch):
    from hub.pipeline import erase as module

    monkeypatch.setattr(module, "traces", lambda unit, people: {"deliveries": 1})
    with world.open() as hub:
        plan = erase(hub.rooms, job_of(person, crm=System()))
        assert plan.progress is Progress.PARTIAL and states(plan)["receipt"] == ("failed", "still_here.deliveries")
        monkeypatch.undo()
        assert erase(hub.rooms, job_of(person, crm=System())).progress is Progress.COMPLETE


def test_the_clock_begins_when_the_request_came(world, person):
    came = world.clock.now() - timedelta(days=3)
    with world.open() as hub:
        erase(hub.rooms, replace(job_of(person, x=None), received_at=came))
        with hub.store.read() as tx:
            (request,) = tx.requests.list()
    assert (request.law, request.received_at, request.due_at) == ("LGPD", came, came + timedelta(days=15))
    assert request.overdue(came + timedelta(days=16)) and not request.overdue(came + timedelta(days=9))
