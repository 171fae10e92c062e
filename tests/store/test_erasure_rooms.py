from datetime import timedelta

import pytest

from hub.errors import FatalError
from hub.store.erasures import StepState
from hub.store.statements import CHUNK
from hub.store.store import Store
from hub.testing.clock import FakeClock


def test_the_suppression_list_knows_its_hashes(store: Store) -> None:
    hashes = [store.vault.suppress("email", f"{number}@example.com") for number in range(2 * CHUNK)]
    with store.begin() as tx:
        tx.suppression.add(hashes[: CHUNK + 3], "erased")
        tx.suppression.add(hashes[:2], "again")
        assert tx.suppression.hits(hashes) == set(hashes[: CHUNK + 3])
        assert tx.suppression.count() == CHUNK + 3
        assert tx.suppression.hits([]) == set()


def test_obligations_are_open_until_somebody_closes_them(store: Store, clock: FakeClock) -> None:
    soon, late = clock.now() + timedelta(days=1), clock.now() + timedelta(days=9)
    with store.begin() as tx:
        second = tx.obligations.open("ref", "desk", "delete attachments", "support", late)
        first = tx.obligations.open("ref", "crm", "delete backups", "it", soon)
        assert tx.obligations.open("ref", "crm", "delete backups", "it", late) == first
        assert [(one.id, one.due) for one in tx.obligations.list()] == [(first, soon), (second, late)]
        assert [one.id for one in tx.obligations.list(system="desk")] == [second]
        tx.obligations.close(first, "done")
        with pytest.raises(FatalError):
            tx.obligations.close(first, "done")
        assert [one.id for one in tx.obligations.list()] == [second]
        assert tx.obligations.open("ref", "crm", "delete backups", "it", late) != first


def test_an_erasure_goes_on_where_it_stopped(store: Store) -> None:
    with store.begin() as tx:
        person, other = tx.persons.create_many(2)
        tx.erasures.plan(person, [("shred", ""), ("erase", "crm"), ("erase", "desk")])
        tx.erasures.plan(other, [("shred", "")])
        tx.erasures.settle(person, "shred", "", "done")
    with store.begin() as tx:
        tx.erasures.plan(person, [("shred", ""), ("erase", "crm"), ("verify", "crm")])  # resumed: nothing is undone
        tx.erasures.settle(person, "erase", "crm", StepState.FAILED, "timeout")
        tx.erasures.settle(person, "erase", "crm", StepState.DONE)
        assert {(one.step, one.system): (one.state, one.attempts) for one in tx.erasures.steps(person)} == {
            ("shred", ""): ("done", 1), ("erase", "crm"): ("done", 2), ("erase", "desk"): ("pending", 0),
            ("verify", "crm"): ("pending", 0),
        }  # fmt: skip
        assert tx.erasures.open_persons(10) == sorted([person, other])
        assert tx.erasures.open_persons(10, after=sorted([person, other])[0]) == [sorted([person, other])[1]]
        tx.erasures.settle(other, "shred", "", "done")
        assert tx.erasures.open_persons(10) == [person]


def test_a_final_step_stays_final_and_an_unplanned_one_is_refused(store: Store) -> None:
    with store.begin() as tx:
        person = tx.persons.create()
        tx.erasures.plan(person, [("shred", "")])
        tx.erasures.settle(person, "shred", "", "done")
        tx.erasures.settle(person, "shred", "", "done")
        for step, state in (("shred", "failed"), ("erase", "done")):
            with pytest.raises(FatalError):
                tx.erasures.settle(person, step, "", state)
