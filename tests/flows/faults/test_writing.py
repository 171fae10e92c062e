"""Every fault times every way of writing, through the hub: nothing lost, nothing doubled at the vendor.

Each cell pushes into the fault, ends it, and pushes again until nothing is open. Then the vendor must hold what a push
without faults leaves, and must have carried out no write of a row twice.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from hub.errors import AuthError, PolicyError, ThrottledError, TransientError, UnknownOutcomeError
from hub.store.ledger import RunStatus
from hub.testing import Fault, Reply

pytestmark = pytest.mark.slow

MOST_CALLS = 90
MOST_REAL_SECONDS = 15
MOST_SLEPT = 400
DONE = type(None)
ANY = (DONE, TransientError, UnknownOutcomeError)
WAYS = ["salesforce", "salesforce-bulk", "zendesk", "voucherify", "voucherify-bulk", "voucherify-points"]
SINGLE = dict.fromkeys(["salesforce", "voucherify", "voucherify-points"], "it answers at once, without a job")


@dataclass(frozen=True)
class Cell:
    """A fault on the call that has the effect; which errors may end the run (DONE: none)."""

    name: str
    fault: Callable[[Any, Any, str], Any]
    ends: tuple[type, ...] = ANY
    skip: dict[str, str] = field(default_factory=dict)
    again: bool = False  # a row that the vendor refused is rightly sent again


def on_write(make, **more):
    return lambda target, simulator, thief: make(target.write, times=-1, **more)


def once(make, **more):
    return lambda target, simulator, thief: make(target.write, times=1, **more)


def on_job(make, **more):
    return lambda target, simulator, thief: make(target.job, times=-1, **more)


def spoilt(body):
    return once(Fault.changed, change=lambda _: body)


def row_fails(target, simulator, thief):
    """One row of the batch is refused once, for a reason that passes."""
    if simulator.name == "salesforce":
        for key in list(simulator.tables["Contact"])[:1]:
            simulator.refuse(key, "UNABLE_TO_LOCK_ROW", times=1)
        return None
    if simulator.name == "zendesk":
        simulator.row_failures[next(iter(simulator.users))] = "DatabaseConflict"
        return None
    return Fault.refused(target.write, status=423)


def job_never_ends(target, simulator, thief):
    if simulator.name == "salesforce":
        simulator.job_polls = 10**6
    elif simulator.name == "zendesk":
        simulator.job_polls, simulator.job_seconds = 10**6, 10**6
    else:
        simulator.job_seconds = 10**6


def job_ends(simulator):
    """What heals a job that never ends."""
    if simulator.name == "salesforce":
        simulator.job_polls = 2
        for job in simulator.jobs.values():
            job.polls = min(job.polls, 1)
    elif simulator.name == "zendesk":
        simulator.row_failures.clear()
        simulator.job_polls, simulator.job_seconds = 2, 30.0
    else:
        simulator.job_seconds = 1.0
        for job in simulator.jobs.values():
            job["due"] = min(job["due"], simulator.clock.now())


CELLS = [
    # The vendor did it, and the answer was lost.
    Cell("done, then reset", once(Fault.committed_then_reset)),
    Cell("done, then silence", once(Fault.committed_then_slow, seconds=0.7)),
    Cell("done, each time then reset", on_write(Fault.committed_then_reset)),
    Cell("done, truncated", once(Fault.truncated)),
    Cell("done, not UTF-8", once(Fault.garbled)),
    Cell("done, corrupt gzip", once(Fault.corrupt_gzip)),
    Cell("done, endless answer", once(Fault.endless)),
    Cell("done, dripping answer", once(Fault.drip, seconds=0.1)),
    Cell("done, answered null", spoilt(None)),
    Cell("done, answered a list", spoilt([])),
    Cell("done, answered a list of nulls", spoilt([None] * 3)),
    Cell("done, answered an empty object", spoilt({})),
    Cell("done, answered for another row", spoilt([{"id": "003000000000999AAA", "success": True, "errors": []}])),
    # The vendor did nothing.
    Cell("reset", once(Fault.reset)),
    Cell("reset for ever", on_write(Fault.reset)),
    Cell("500", once(Fault.refused, status=500)),
    Cell("502", once(Fault.refused, status=502)),
    Cell("503 for ever", on_write(Fault.refused, status=503)),
    Cell("404 as a web page", once(Fault.html, status=404)),
    Cell("HTML with 200", on_write(Fault.html)),
    Cell("malformed JSON", on_write(Fault.malformed)),
    Cell("200 with no body", on_write(Fault.empty)),
    Cell("204", on_write(Fault.empty, status=204)),
    Cell("JSON nested too deep", on_write(Fault.nested)),
    Cell("429", once(Fault.throttled, retry_after=3), (DONE,)),
    Cell("429 for ever", on_write(Fault.throttled), (ThrottledError,)),
    Cell("429 that asks for a day", on_write(Fault.throttled, retry_after=86_400), (ThrottledError,)),
    Cell("403 by the daily limit", on_write(Fault.refused, status=403), (ThrottledError,),
         skip={way: "only Salesforce tells its limit by 403" for way in WAYS if "sales" not in way}),
    Cell("401 for ever", on_write(Fault.refused, status=401), (AuthError,)),
    Cell("redirect to another host", lambda t, s, thief: Fault.redirected(t.write, to=f"{thief}/x", times=-1),
         (PolicyError, *ANY)),
    # Part of it fails, and jobs.
    Cell("one row fails", row_fails, again=True),
    Cell("the job never ends", job_never_ends, skip=SINGLE),
    Cell("the job is forgotten", on_job(Fault.refused, status=404), skip=SINGLE),
    Cell("the job's page is HTML", on_job(Fault.html), skip=SINGLE),
    Cell("the job's page is null", on_job(Fault.answers, body="null"), skip=SINGLE),
    Cell("the job's results are null", lambda t, s, _: Fault.changed(t.job, times=-1, change=lambda body: {
        **body, **{k: {**v, "results": None} for k, v in body.items() if k == "job_status"}}),
        skip={**SINGLE, "salesforce-bulk": "its results are CSV", "voucherify-bulk": "its jobs tell no rows"}),
]  # fmt: skip


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
@pytest.mark.parametrize("way", WAYS)
def test_writing(way, cell, write_world, push_targets, thief, held, written, settle, rows_open):
    if way in cell.skip:
        pytest.skip(cell.skip[way])
    world, holds, _, clean_calls = write_world(way)
    target = push_targets[way]
    simulator, sync = world.simulator(target.connector), f"{target.connector}-push"
    if fault := cell.fault(target, simulator, thief.url):
        simulator.faults.add(fault)

    began = time.monotonic()
    report = world.push(sync)[sync]
    seconds = time.monotonic() - began

    assert isinstance(report.error, cell.ends), repr(report.error)
    assert "in a plugin or engine" not in str(report.error)
    assert len(simulator.calls) <= clean_calls + MOST_CALLS
    assert seconds < MOST_REAL_SECONDS and sum(world.clock.slept) <= MOST_SLEPT
    assert report.counts["selected"] == sum(count for state, count in report.counts.items() if state != "selected")
    with world.open() as hub, hub.store.read() as tx:
        failed = report.error is not None
        assert (tx.ledger.runs(1)[0].status is RunStatus.FAILED) == failed
    if report.counts["confirmed"] == report.counts["selected"]:
        assert held(simulator) == holds, "confirmed, and not there"

    simulator.faults.clear()
    job_ends(simulator)
    world.clock.advance(90_000 if isinstance(report.error, ThrottledError) else 120)
    later = settle(world, target, holds)
    assert later[-1].error is None and rows_open(world, sync) == []
    assert held(simulator) == holds
    assert set(written(simulator).values()) <= ({1, 2} if cell.again else {1}), "a write was carried out twice"


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_clean_run_is_what_the_matrix_compares_with(write_world, written):
    """The probe itself: a second delivery of the same rows would be seen."""
    world, _, _, _ = write_world("voucherify-points")
    world.push("voucherify-push")
    simulator = world.simulator("voucherify")
    call = next(call for call in simulator.calls if call.path.endswith("/balance"))
    simulator.calls.append(call)
    assert 2 in written(simulator).values()
    assert Reply(200).parsed() is None
