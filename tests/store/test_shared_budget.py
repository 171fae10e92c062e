"""Several real processes, one store, one vendor that enforces its limit: not one call is beyond it."""

import multiprocessing
import sys
from pathlib import Path

import pytest

from hub.contract import Limit
from hub.store.store import Store
from hub.testing import Quota, Reply, Simulator, SystemClock, route

LIMIT = Limit("all", "*", per=1.0, calls=10)

sys.path.insert(0, str(Path(__file__).parent))  # the processes import the module by its name
from caller import call  # noqa: E402 - found only now

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["hub.budget", "hub.store.store", "hub.transport"])  # once, and not once per process


class Vendor(Simulator):
    @route("GET", "/items/{id}")
    def item(self, request, id):
        return Reply(200, {"id": id})


@pytest.fixture
def vendor():
    with Vendor(clock=SystemClock()) as running:
        running.quotas.append(Quota("*", LIMIT.calls, LIMIT.per))
        yield running


def call_at_once(
    store: Store, url: str, vendor: Vendor, processes: int, calls: int, *limits: Limit, budget: bool = True
) -> list:
    """``store`` has made the fresh database the test's own, before the processes open it all at once."""
    start, done = PROCESSES.Barrier(processes), PROCESSES.Queue()
    job = (url, vendor.url, calls, limits if budget else None, start, done)
    running = [PROCESSES.Process(target=call, args=job) for _ in range(processes)]
    for one in running:
        one.start()
    answers = [done.get(timeout=60) for _ in running]
    for one in running:
        one.join()
    return answers


@pytest.mark.parametrize(("processes", "calls"), [(2, 20), (4, 8)])
def test_processes_never_exceed_a_limit_and_none_starves(
    store: Store, url: str, vendor: Vendor, processes: int, calls: int
) -> None:
    done = call_at_once(store, url, vendor, processes, calls, LIMIT)
    assert vendor.violations == 0
    assert len(vendor.calls) == processes * calls
    assert [statuses for _, statuses in done] == [{200: calls}] * processes
    assert max(longest for longest, _ in done) < 3 * LIMIT.per, "each gets its share of every window"


def test_without_a_budget_the_same_processes_exceed_it(store: Store, url: str, vendor: Vendor) -> None:
    call_at_once(store, url, vendor, 2, 20, budget=False)
    assert vendor.violations > 0


def test_without_a_declared_limit_one_refusal_stops_all(store: Store, url: str, vendor: Vendor) -> None:
    """The vendor's answer is all that is known: each process may learn it the hard way once, and none storms."""
    done = call_at_once(store, url, vendor, 2, 8)
    assert 1 <= vendor.violations <= 4
    assert sum(statuses[200] for _, statuses in done) == 16 - vendor.violations
