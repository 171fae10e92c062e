"""Rate budgets: one row per limit, taken from by all processes, in the order in which they came."""

import threading
from datetime import timedelta

import pytest

from hub.contract import Limit
from hub.errors import FatalError
from hub.store.budget import Told
from hub.store.budgets import Grant, Notice
from hub.store.store import Store, open_store
from hub.store.vault import Vault
from hub.testing.clock import FakeClock

EXPORT = Limit("export", "GET /export/*", per=60, calls=2)
ACCOUNT = Limit("account", "*", per=60)
BOTH = (EXPORT, ACCOUNT)
LONG = timedelta(hours=1)


def take(store: Store, ticket: str = "t", limits: tuple[Limit, ...] = (EXPORT,), patience: timedelta = LONG) -> Grant:
    with store.brief() as tx:
        return tx.budgets.take("desk", limits, ticket=ticket, patience=patience)


def settle(store: Store, grant: Grant, notice: Notice = Notice()) -> float:  # noqa: B008 - frozen, and has no time in it
    with store.brief() as tx:
        return tx.budgets.settle("desk", grant, notice).total_seconds()


def spend(store: Store, notice: Notice = Notice(), limits: tuple[Limit, ...] = (EXPORT,)) -> float:  # noqa: B008 - as above
    grant = take(store, limits=limits)
    assert not grant.wait
    return settle(store, grant, notice)


def test_calls_beyond_the_limit_wait_for_a_whole_window_after_the_answers(store: Store, clock: FakeClock) -> None:
    first, second = take(store, "1"), take(store, "2")
    assert not first.wait and not second.wait
    clock.advance(10)
    settle(store, first)
    waiting = take(store, "3")
    assert timedelta(seconds=60) <= waiting.wait <= timedelta(seconds=62) and waiting.because == "export"
    clock.advance(59)
    assert take(store, "3").wait
    clock.advance(2)
    assert not take(store, "3").wait


def test_another_connection_has_its_own_budget(store: Store) -> None:
    for _ in range(2):
        spend(store)
    with store.brief() as tx:
        assert not tx.budgets.take("other", (EXPORT,), ticket="t", patience=LONG).wait


def test_a_call_takes_from_every_limit_or_from_none(store: Store) -> None:
    for _ in range(2):
        spend(store, limits=BOTH)
    assert take(store, limits=BOTH).wait
    with store.read() as tx:
        assert {one.name: one.window.used() for one in tx.budgets.current()} == {"export": 2, "account": 2}
    assert not take(store, limits=(ACCOUNT,)).wait


def test_whoever_came_first_goes_first(store: Store, clock: FakeClock) -> None:
    for _ in range(2):
        spend(store)
    assert take(store, "early").wait and take(store, "late").wait and take(store, "latest").wait
    for _ in range(12):
        clock.advance(5)
        assert take(store, "late").wait and take(store, "early").wait and take(store, "latest").wait
    clock.advance(1)
    assert take(store, "newcomer").wait, "two places are free, and three are ahead"
    assert take(store, "latest").wait
    assert not take(store, "late").wait
    assert not take(store, "early").wait


def test_a_waiter_that_died_lets_the_others_pass(store: Store, clock: FakeClock) -> None:
    for _ in range(2):
        spend(store)
    assert take(store, "dead-1").wait and take(store, "dead-2").wait
    clock.advance(61)
    assert not take(store, "alive").wait


def test_the_impatient_get_no_place(store: Store, clock: FakeClock) -> None:
    for _ in range(2):
        spend(store)
    assert take(store, "impatient", patience=timedelta(seconds=30)).wait > timedelta(seconds=30)
    with store.read() as tx:
        assert tx.budgets.current()[0].waiting == {}


def test_a_429_stops_everybody_until_its_time(store: Store, clock: FakeClock) -> None:
    until = clock.now() + timedelta(seconds=30)
    assert spend(store, Notice(refused=True, until=until), BOTH) == 30
    waiting = take(store, "other process", BOTH)
    assert (waiting.wait, waiting.because) == (timedelta(seconds=30), "export")
    assert not take(store, "not an export", (ACCOUNT,)).wait
    clock.advance(30)
    assert not take(store, "other process", BOTH).wait


def test_a_429_without_a_time_stops_for_a_minute(store: Store) -> None:
    assert spend(store, Notice(refused=True)) == 60


def test_what_is_left_is_counted_down_between_answers(store: Store, clock: FakeClock) -> None:
    told = Told(limit=100, left=2, reset=clock.now() + timedelta(seconds=40))
    spend(store, Notice(general=told), (ACCOUNT,))
    grants = [take(store, str(n), (ACCOUNT,)) for n in range(3)]
    assert [grant.wait.total_seconds() for grant in grants] == [0, 0, 40]
    settle(store, grants[0], Notice(general=Told(100, 1, told.reset)))
    assert take(store, "2", (ACCOUNT,)).wait, "an answer that was under way gives nothing back"
    clock.advance(40)
    assert not take(store, "2", (ACCOUNT,)).wait


def test_the_number_that_the_vendor_tells_is_kept_where_none_was_declared(store: Store, clock: FakeClock) -> None:
    spend(store, Notice(general=Told(limit=3)), (ACCOUNT,))
    assert [bool(take(store, str(n), (ACCOUNT,)).wait) for n in range(3)] == [False, False, True]


def test_a_wrong_clock_does_not_block_for_ever(store: Store, clock: FakeClock) -> None:
    clock.advance(10**8)
    spend(store, Notice(general=Told(5, 0, clock.now() + timedelta(hours=1)), refused=True))
    spend_at = clock.now()
    clock.advance(-(10**8))
    assert spend_at > clock.now()
    assert not take(store).wait


def test_a_killed_caller_gives_its_call_back_when_it_must_have_arrived(store: Store, clock: FakeClock) -> None:
    take(store, "killed"), take(store, "killed too")
    clock.advance(100)
    assert take(store, "alive").wait
    clock.advance(35)
    assert not take(store, "alive").wait


def test_nobody_calls_a_vendor_inside_a_transaction(store: Store) -> None:
    with pytest.raises(FatalError, match="inside another"), store.begin():
        take(store)
    assert not take(store).wait


def test_a_dry_run_counts_its_calls(store: Store, url: str, vault: Vault, clock: FakeClock) -> None:
    with open_store(url, vault, now=clock.now, dry_run=True) as rehearsal:
        with rehearsal.begin() as tx:
            tx.leases.acquire("desk.pull", "dry", LONG)
        for _ in range(2):
            spend(rehearsal)
        assert take(rehearsal).wait
    with store.read() as tx:
        assert tx.leases.held() == []
    assert take(store).wait, "the vendor has counted them"


def test_many_at_once_never_get_more_than_there_is(store: Store) -> None:
    limit = Limit("small", "*", per=3600, calls=5)
    start, got = threading.Barrier(4), []

    def work(name: int) -> None:
        start.wait()
        for n in range(5):
            got.append(not take(store, f"{name}-{n}", (limit, ACCOUNT)).wait)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (got.count(True), len(got)) == (5, 20)
