"""The drill: many people in four systems, some erased, some held; killed, down, restored, read again. Nobody comes back.

Small numbers run with every test. ATTUNE_DRILL=full runs it with 1,000 people, of whom 50 are erased (5 of them held);
ATTUNE_DRILL=100 runs it with 100, of whom a twentieth is erased.
"""

import os
import shutil
import signal
import warnings
from dataclasses import replace

import pytest

from hub.audit.trust import Trust
from hub.errors import ConfigError
from hub.pipeline import erase as module
from hub.pipeline.erase import erase
from hub.pipeline.restore import restore
from hub.pipeline.rotation import rotate
from hub.privacy.erasure import Phase, Progress
from hub.schema import Identifier
from hub.store.backup import copy_sqlite
from hub.store.traces import traces
from hub.testing import Fault

pytestmark = pytest.mark.slow

_ASKED = os.environ.get("ATTUNE_DRILL", "12")
PEOPLE = 1_000 if _ASKED == "full" else int(_ASKED)
FULL = PEOPLE > 12
ERASED, HELD = (PEOPLE // 20, max(1, PEOPLE // 200)) if FULL else (3, 1)
DAY = 24 * 3600
STEPS = [*Phase]


def person_of(world, hub, member):
    with hub.store.read() as tx:
        return world.person(hub, tx, member)


def chosen(world):
    """The people to erase: those who said something first, and of whom the hub knows something."""
    talkers = [m for m in world.members if m.said_in("zendesk") or m.said_in("x")]
    with world.open() as hub:
        known = [(m, person_of(world, hub, m)) for m in talkers]
    return [(m, person) for m, person in known if person is not None][:ERASED]


def traces_of(member):
    """What nobody may find of somebody: what belongs to them alone, in every spelling that rests or leaves."""
    digits = "".join(c for c in member.phone if c.isdigit())
    alone = [member.email, member.handle, f'"{member.name}"']
    return [one.encode() for one in (alone if FULL else [*alone, member.name, member.phone, "+" + digits])]


def found_at_rest(world, members):
    resting = world.resting_bytes()
    return [(m.number, one) for m in members for one in traces_of(m) if one in resting]


def come_back(world, member):
    """Two systems give somebody new ids: one knows the customer number, the other only the telephone."""
    shop, desk, now = world.simulator("voucherify"), world.simulator("zendesk"), world.clock.now()
    again, stamp = replace(member, number=member.number + 50_000), now.strftime("%Y-%m-%dT%H:%M:%SZ")
    customer = shop.add_customer(again, now)
    customer["source_id"] = member.customer_id
    shop.ledger.book(shop.add_card(customer, again, now), "POINTS_ACCRUAL", 400, at=now)
    user, ticket = 7_200_000_000_000 + member.number, 880_000 + member.number
    old = next(one for one in desk.users.values() if one["phone"] == member.phone)
    desk.users[user] = old | {"id": user, "email": None, "external_id": None, "created_at": stamp, "updated_at": stamp}
    said = next(one for one in desk.tickets.values() if one["requester_id"] == old["id"])
    made = {"id": ticket, "requester_id": user, "submitter_id": user, "updated_at": stamp, "satisfaction_rating": None}
    desk.tickets[ticket] = said | made | {"generated_timestamp": int(now.timestamp())}
    desk.comments[ticket] = [
        one | {"id": one["id"] + 900_000, "author_id": user if one["author_id"] == old["id"] else one["author_id"]}
        for one in desk.comments[said["id"]]
    ]


def do_by_hand(world):
    """What owners do: what no connector can, at X and with portal users at Salesforce."""
    with world.open() as hub, hub.store.begin() as tx:
        for one in tx.obligations.list(10_000):
            if "by hand" in one.what or "portal user" in one.what:
                tx.obligations.close(one.id, "done")


def resume(world):
    with world.open() as hub:
        kept = hub.upkeep()
        hub.audit.sequence()
    return kept


def killed_at(world, person, phase, *, before):
    """Erases in another process that is killed with SIGKILL at one step: before its commit, or just after it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        child = os.fork()
    if child == 0:
        _die_at(world, person, phase, before=before)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _die_at(world, person, phase, *, before):
    real = module._record if before else module._settle

    def dying(*args, **kwargs):
        step = args[4] if before else args[2].phase
        done = None if before else real(*args, **kwargs)
        if str(step) == str(phase):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs) if before else done

    setattr(module, "_record" if before else "_settle", dying)
    try:
        with world.open() as hub:
            erase(hub.rooms, hub.erase_job(person))
    finally:
        os._exit(1)  # the step was not reached: the parent notices


def steps_of(world, person):
    """Where each step of an erasure has ended; whether somebody's hands were needed is a matter of what a person had."""
    with world.open() as hub, hub.store.read() as tx:
        steps = tx.erasures.steps(person)
    return [(one.step, one.system, one.state.value, None if one.reason == "by_hand" else one.reason) for one in steps]


def test_the_whole_drill(world_in, audit_entries):
    world = world_in("sqlite", size=PEOPLE)
    world.pull()
    world.push()
    victims = chosen(world)
    members, held = [m for m, _ in victims], victims[:HELD]
    with world.open() as hub:
        hub.audit.sequence()
        proofs = [hub.audit.prove(index) for index in (0, 7, 23)]
        trust = Trust((hub.signer.verifier,))
        with hub.store.begin() as tx:
            holds = [tx.holds.place(person, reason="CASE-7", actor="operator") for _, person in held]
            refs = {tx.persons.audit_ref(person) for _, person in victims}
            before = tx.persons.count()
        hub.store.checkpoint()
    backup = world.folder / "backup.db"
    copy_sqlite(world.database, backup)

    # (9) a worker that has looked at somebody does not keep their key
    worker = world.open()
    with worker.store.read() as tx:
        assert all(tx.keys.known(person) for _, person in victims)

    # (4) kill -9 before and after each step: it goes on where it was, and ends where an uninterrupted one does
    interrupted, other = victims[-1][1], victims[-2][1]
    with world.open() as hub:
        erase(hub.rooms, hub.erase_job(other))
    world.simulator("voucherify").faults.add(Fault.refused("*", status=503, times=10_000))
    reached = [phase for phase in STEPS[:7] if killed_at(world, interrupted, phase, before=True)]
    reached += [phase for phase in STEPS[:7] if killed_at(world, interrupted, phase, before=False)]
    assert set(STEPS[1:7]) <= set(reached), "somewhere nothing was killed"

    # (5) one system is down for three days: somebody's business each day, complete never
    for _ in range(3):
        kept = resume_all(world, victims)
        assert kept == 0
        with world.open() as hub, hub.store.read() as tx:
            assert "voucherify" in {one.system for one in tx.obligations.list(10_000)}
        world.clock.advance(DAY)
    world.simulator("voucherify").faults.clear()
    do_by_hand(world)
    for phase in STEPS[7:]:
        assert killed_at(world, interrupted, phase, before=True), phase
        assert killed_at(world, interrupted, phase, before=False), phase
        if phase is Phase.RECEIPT:
            break
    for _ in range(4):
        resume_all(world, victims)
        do_by_hand(world)
        world.clock.advance(3600)
    assert steps_of(world, interrupted) == steps_of(world, other)
    free = [(m, person) for m, person in victims if (m, person) not in held]
    with world.open() as hub, hub.store.read() as tx:
        assert all(tx.persons.status(person) == "erased" for _, person in free)
        assert traces(tx.unit, [person for _, person in free]) == {}
        assert all(tx.persons.status(person) == "active" for _, person in held), "a hold was not honoured"
        owed = {(one.system, one.what) for one in tx.obligations.list(10_000) if one.audit_ref in refs}
        assert owed == set(), "an erasure was called complete while somebody owes a part of it"

    # (9) again
    with worker.store.read() as tx:
        assert not any(tx.keys.known(person) for _, person in free)
    worker.close()

    # (6) the hold is released: done
    with world.open() as hub, hub.store.begin() as tx:
        for number in holds:
            tx.holds.release(number, reason="CASE-7-closed", actor="operator")
    for _ in range(4):
        resume_all(world, victims)
        do_by_hand(world)
        world.clock.advance(3600)
    with world.open() as hub, hub.store.read() as tx:
        assert [tx.persons.status(person) for _, person in victims] == ["erased"] * ERASED
        assert tx.requests.counts(hub.now())[0] == 0

    # (1) not a byte of them at rest: database, write-ahead log, journal, audit log, exports
    shutil.rmtree(world.folder / "log", ignore_errors=True)
    with world.open() as hub:
        hub.audit.sequence()
        hub.audit.export(world.folder / "var" / "log-export")
    assert found_at_rest(world, members) == []

    # (3) every connector once more, with the erased still there: nothing is stored, and each refusal is on record
    for simulator in world.sandbox.simulators.values():
        simulator.seed()
    world.clock.advance(3600)
    reports = world.pull(full=True)
    refused = sum(report.reasons["withheld: suppressed"] for report in reports.values())
    assert refused >= ERASED
    assert len(audit_entries(world, type="collect", outcome="denied", reasons=["suppressed"])) == refused
    with world.open() as hub:
        assert [m.number for m in members if person_of(world, hub, m) is not None] == []
    assert found_at_rest(world, members) == []

    # (3) and once more under new ids: the shop opens them a new account, and they write from another one
    with world.open() as hub, hub.store.read() as tx:
        known = tx.persons.count()
    for member in members:
        come_back(world, member)
    world.clock.advance(3600)
    reports = world.pull()
    assert sum(report.reasons["withheld: suppressed"] for report in reports.values()) >= 3 * ERASED
    with world.open() as hub, hub.store.read() as tx:
        assert tx.persons.count() == known, "a new id brought somebody back"
    assert found_at_rest(world, members) == []

    # (2) the backup from before, after an epoch: by itself it opens nothing; restored, nobody is back
    with world.open() as hub:
        assert rotate(hub.rooms, hub.rotation_job(now=True)).ended == (1,)
        hub.audit.sequence()
    stolen = world.folder / "stolen"
    shutil.copytree(world.folder, stolen, ignore=shutil.ignore_patterns("stolen", "hub.db*"))
    shutil.copyfile(backup, stolen / "var" / "hub.db")
    with pytest.raises(ConfigError, match="hub restore"):
        _open_at(world, stolen)
    with world.open() as hub:
        report = restore(hub.restore_job(backup))
    assert report.erased_again == ERASED and report.given_up == 0
    with world.open() as hub, hub.store.read() as tx:
        assert [tx.persons.status(person) for _, person in victims] == ["erased"] * ERASED
        assert tx.persons.count() == report.people == before - ERASED, "somebody came back, or was lost"
        assert [m.number for m in members if world.person(hub, tx, m) is not None] == []
        assert tx.suppression.hits(
            [hub.vault.suppress_identifier(Identifier(kind="email", value=m.email)) for m in members]
        )
    (world.database.with_name("hub.db.replaced")).unlink()
    assert found_at_rest(world, members) == []

    # (7) every proof from before the erasures still holds, and the log is whole
    for proof in proofs:
        proof.verify(proof.extra, trust)
    with world.open() as hub:
        hub.audit.sequence()
        assert hub.audit.verify().problem is None


def _open_at(world, folder):
    from hub.app import Hub
    from hub.config import load_settings

    with Hub(load_settings(folder / "hub.yaml"), now=world.clock.now) as hub:
        return hub.store


def resume_all(world, victims):
    """Tries every erasure once more; gives how many of the interrupted one are complete."""
    complete = 0
    with world.open() as hub:
        for _, person in victims:
            complete += erase(hub.rooms, hub.erase_job(person)).progress is Progress.COMPLETE
        hub.audit.sequence()
    return complete


@pytest.mark.parametrize("kind", ["postgresql"])
def test_the_drill_on_a_server(world_in, audit_entries, kind):
    """What does not hang from the file: erased, held, released, read again, loaded from a backup."""
    world = world_in(kind, size=6)
    world.pull()
    world.push()
    member, person = chosen(world)[0]
    backup = world.rows()
    with world.open() as hub, hub.store.begin() as tx:
        number = tx.holds.place(person, reason="CASE-7", actor="operator")
    assert world.erase(person, rounds=2).progress is Progress.OPEN
    with world.open() as hub, hub.store.begin() as tx:
        tx.holds.release(number, reason="CASE-7-closed", actor="operator")
    assert world.erase(person).progress is Progress.COMPLETE
    assert found_at_rest(world, [member]) == []
    for simulator in world.sandbox.simulators.values():
        simulator.seed()
    world.clock.advance(3600)
    refused = sum(report.reasons["withheld: suppressed"] for report in world.pull(full=True).values())
    assert refused and len(audit_entries(world, type="collect", outcome="denied", reasons=["suppressed"])) == refused
    with world.open() as hub:
        assert person_of(world, hub, member) is None
        rotate(hub.rooms, hub.rotation_job(now=True))
        hub.audit.sequence()
    world.restore(backup)
    with pytest.raises(ConfigError, match="hub restore"), world.open() as hub:
        hub.store.begin()
    with world.open() as hub:
        assert restore(hub.restore_job(None, lost=0)).erased_again == 1
    with world.open() as hub:
        assert person_of(world, hub, member) is None
    assert found_at_rest(world, [member]) == []
