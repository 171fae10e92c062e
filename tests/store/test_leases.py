import threading
from datetime import timedelta

import pytest

from hub.errors import LockedError
from hub.store.store import Store, open_store
from hub.testing.clock import FakeClock

TTL = timedelta(minutes=5)


def test_a_lease_has_one_holder(store: Store, clock: FakeClock) -> None:
    with store.begin() as tx:
        token = tx.leases.acquire("crm.push", "worker-1", TTL)
        assert tx.leases.acquire("desk.pull", "worker-2", TTL) == 1
    for holder in ("worker-2", "worker-1"):
        with pytest.raises(LockedError, match="worker-1"), store.begin() as tx:
            tx.leases.acquire("crm.push", holder, TTL)
    with store.begin() as tx:
        tx.leases.renew("crm.push", token, TTL)
        assert [(one.sync, one.holder, one.token) for one in tx.leases.held()] == [
            ("crm.push", "worker-1", 1), ("desk.pull", "worker-2", 1),
        ]  # fmt: skip
        tx.leases.release("crm.push", token)
    with store.begin() as tx:
        assert tx.leases.acquire("crm.push", "worker-2", TTL) == token + 1


def test_a_stale_lease_is_taken_over_and_its_holder_fenced_off(store: Store, clock: FakeClock) -> None:
    with store.begin() as tx:
        old = tx.leases.acquire("crm.push", "dead", TTL)
    clock.advance(299)
    with pytest.raises(LockedError), store.begin() as tx:
        tx.leases.acquire("crm.push", "alive", TTL)
    clock.advance(1)
    with store.begin() as tx:
        new = tx.leases.acquire("crm.push", "alive", TTL)
        assert new > old
    with pytest.raises(LockedError, match="taken over"), store.begin() as tx:
        tx.leases.renew("crm.push", old, TTL)
    with store.begin() as tx:
        tx.leases.release("crm.push", old)
        assert [one.holder for one in tx.leases.held()] == ["alive"]


def test_renewing_prolongs(store: Store, clock: FakeClock) -> None:
    with store.begin() as tx:
        token = tx.leases.acquire("crm.push", "worker-1", TTL)
    clock.advance(299)
    with store.begin() as tx:
        tx.leases.renew("crm.push", token, TTL)
    clock.advance(299)
    with pytest.raises(LockedError), store.begin() as tx:
        tx.leases.acquire("crm.push", "worker-2", TTL)


def test_of_many_at_once_one_wins(store: Store) -> None:
    start = threading.Barrier(5)
    won: list[int] = []
    lost: list[LockedError] = []

    def work(number: int) -> None:
        start.wait()
        try:
            with store.begin() as tx:
                won.append(tx.leases.acquire("crm.push", f"worker-{number}", TTL))
        except LockedError as error:
            lost.append(error)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert won == [1]
    assert len(lost) == 4


def test_a_stale_holder_writes_nothing_more(url: str, store: Store, clock: FakeClock) -> None:
    with store.begin() as tx:
        old = tx.leases.acquire("crm.push", "first", TTL)
        run = tx.ledger.start_run("crm.push", "push", "rev1")
    clock.advance(301)
    with open_store(url, store.vault, now=clock.now) as other:
        with other.begin() as tx:
            new = tx.leases.acquire("crm.push", "second", TTL)
        with pytest.raises(LockedError, match="taken over"), store.begin() as tx:
            # Whatever came first in the transaction goes with it.
            tx.ledger.selection(run, "crm.push", "crm", "push:contacts", "17", 0)
            tx.persons.create()
            tx.leases.renew("crm.push", old, TTL)
        with other.begin() as tx:
            assert tx.ledger.cursor("crm.push", "push:contacts") is None
            assert tx.persons.count() == 0
            tx.leases.renew("crm.push", new, TTL)


def test_a_takeover_waits_for_the_holders_transaction_and_finds_the_lease_renewed(
    url: str, store: Store, clock: FakeClock
) -> None:
    with store.begin() as tx:
        token = tx.leases.acquire("crm.push", "first", TTL)
    clock.advance(301)
    started, told = threading.Event(), []

    def take_over() -> None:
        started.set()
        with open_store(url, store.vault, now=clock.now) as other:
            try:
                with other.begin() as tx:
                    tx.leases.acquire("crm.push", "second", TTL)
                told.append("taken")
            except LockedError:
                told.append("refused")

    worker = threading.Thread(target=take_over)
    with store.begin() as tx:
        tx.leases.renew("crm.push", token, TTL)
        worker.start()
        started.wait()
        worker.join(0.5)
        assert told == []  # it waits for this transaction
    worker.join()
    assert told == ["refused"]


def test_parts_of_a_sync_run_side_by_side_and_never_beside_the_whole(store: Store, clock: FakeClock) -> None:
    with store.begin() as tx:
        tokens = {part: tx.leases.acquire(part, "worker-1", TTL) for part in ("desk#tickets/0", "desk#tickets/1")}
        assert tx.leases.acquire("desk-two", "worker-1", TTL) == 1, "another sync whose name begins the same"
    for taken in ("desk", "desk#tickets/0"):
        with pytest.raises(LockedError, match="desk#tickets"), store.begin() as tx:
            tx.leases.acquire(taken, "worker-2", TTL)
    with store.begin() as tx:
        for part, token in tokens.items():
            tx.leases.release(part, token)
        tx.leases.acquire("desk", "worker-2", TTL)
    with pytest.raises(LockedError, match="Sync desk is"), store.begin() as tx:
        tx.leases.acquire("desk#tickets/0", "worker-1", TTL)


def test_a_part_that_ran_out_cannot_go_on_beside_the_whole_nor_the_whole_beside_a_part(
    store: Store, clock: FakeClock
) -> None:
    with store.begin() as tx:
        part = tx.leases.acquire("desk#0", "sleeper", TTL)
    clock.advance(301)
    with store.begin() as tx:
        whole = tx.leases.acquire("desk", "alive", TTL)
    with pytest.raises(LockedError, match="taken over"), store.begin() as tx:
        tx.leases.renew("desk#0", part, TTL)
    clock.advance(301)
    with store.begin() as tx:
        tx.leases.acquire("desk#0", "alive", TTL)
    with pytest.raises(LockedError, match="taken over"), store.begin() as tx:
        tx.leases.renew("desk", whole, TTL)


def test_of_a_part_and_the_whole_that_start_at_once_one_is_refused(store: Store) -> None:
    refused: list[str] = []
    gate = threading.Barrier(6)

    def start(name: str) -> None:
        gate.wait()
        try:
            with store.begin() as tx:
                tx.leases.acquire(name, name, TTL)
        except LockedError:
            refused.append(name)

    names = ["desk", *(f"desk#{n}" for n in range(5))]
    threads = [threading.Thread(target=start, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as tx:
        held = {lease.sync for lease in tx.leases.held()}
    assert held in ({"desk"}, set(names) - {"desk"}) and len(refused) == 6 - len(held)
