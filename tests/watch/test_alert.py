"""Each alert stands where it should, and only there; its text holds names, counts and ages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.audit.anchors import Standing
from hub.cli import app
from hub.store.ledger import RunStatus
from hub.store.pulse import Heap, OpenRun, PastRun
from hub.telemetry.vocabulary import ALERTS
from hub.watch.alert import RULES, find_alerts
from hub.watch.snapshot import AuditPulse, Owed, Plan, Snapshot, SyncPulse
from hub.watch.thresholds import Thresholds

NOW = datetime(2026, 6, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
S = RunStatus


def runs(*told, apart=HOUR / 4):
    """Runs, newest first: (status, read, withheld)."""
    return tuple(
        PastRun(f"run_{n:032x}", status, NOW - (n + 1) * apart, NOW - n * apart, read, withheld, 0)
        for n, (status, read, withheld) in enumerate(told)
    )


def well(**change):
    """A deployment where nothing is wrong."""
    pull = SyncPulse(
        Plan("zendesk-pull", "pull", "zendesk", "*/15 * * * *"), NOW - HOUR / 4, NOW - HOUR / 4, NOW - HOUR / 4,
        history=runs(*[(S.SUCCEEDED, 40, 4)] * 8),
    )  # fmt: skip
    push = replace(pull, plan=Plan("zendesk-push", "push", "zendesk", "10,40 * * * *"))
    sweep = replace(pull, plan=Plan("sweep", "sweep", schedule="17 3 * * *"), ended_at=NOW - 9 * HOUR)
    audit = AuditPulse(100, 0, NOW, (Standing("witness", "w1", 100, NOW - HOUR, False),))
    return replace(Snapshot(NOW, NOW - 30 * 24 * HOUR, (pull, push, sweep), audit=audit), **change)


def with_sync(number=0, **change):
    found = list(well().syncs)
    found[number] = replace(found[number], **change)
    return well(syncs=tuple(found))


def names(snapshot, **thresholds):
    return [(one.name, one.sync) for one in find_alerts(snapshot, Thresholds(**thresholds))]


def test_nothing_stands_where_nothing_is_wrong():
    assert names(well()) == []


def test_nothing_stands_in_a_deployment_that_never_ran():
    fresh = tuple(SyncPulse(one.plan) for one in well().syncs)
    assert names(Snapshot(NOW, None, fresh)) == []


def test_a_last_run_that_left_something_behind():
    told = with_sync(history=runs((S.PARTIAL, 40, 0), (S.SUCCEEDED, 40, 0)))
    assert names(told) == [("degraded", "zendesk-pull")]
    mended = with_sync(history=runs((S.SUCCEEDED, 40, 0), (S.PARTIAL, 40, 0)))
    assert names(mended) == []


def test_runs_that_fail_in_a_row():
    assert names(with_sync(history=runs(*[(S.FAILED, 0, 0)] * 3))) == [("failing", "zendesk-pull")]
    assert names(with_sync(history=runs(*[(S.FAILED, 0, 0)] * 2, (S.SUCCEEDED, 1, 0)))) == []
    assert names(with_sync(history=runs(*[(S.FAILED, 0, 0)] * 2)), failures=2) == [("failing", "zendesk-pull")]


@pytest.mark.parametrize(("age", "stands"), [(timedelta(minutes=40), False), (timedelta(minutes=50), True)])
def test_a_sync_that_missed_three_times_of_its_schedule_is_stale(age, stands):
    assert names(with_sync(ended_at=NOW - age)) == [("stale", "zendesk-pull")] * stands


def test_staleness_by_hours_and_of_what_never_came_to_its_end():
    assert names(with_sync(2, ended_at=NOW - 9 * HOUR), stale_hours=8) == [("stale", "sweep")]
    assert names(with_sync(ended_at=None)) == [("stale", "zendesk-pull")]
    (alert,) = find_alerts(with_sync(ended_at=None), Thresholds())
    assert "never" in alert.text and alert.fix.endswith("hub pull zendesk-pull")


def test_a_sync_without_a_schedule_is_never_stale_by_it():
    plan = replace(well().syncs[0].plan, schedule=None)
    assert names(with_sync(plan=plan, ended_at=NOW - 900 * HOUR)) == []


def test_no_rows_where_there_usually_are_some():
    dry, wet = (S.SUCCEEDED, 0, 0), (S.SUCCEEDED, 40, 0)
    assert names(with_sync(history=runs(*[dry] * 52, *[wet] * 8))) == [("zero_rows", "zendesk-pull")]
    assert names(with_sync(history=runs(*[dry] * 40, *[wet] * 8))) == []  # ten hours: a quiet night
    assert names(with_sync(history=runs(*[dry] * 52, *[wet, dry] * 8))) == []  # it was never different
    assert names(with_sync(history=runs(*[dry] * 52, *[wet] * 4))) == []  # nobody can say what is usual
    assert names(with_sync(history=runs(*[dry] * 2, *[wet] * 8, apart=24 * HOUR))) == []  # twice says nothing
    assert names(with_sync(history=runs(*[dry] * 3, *[wet] * 8, apart=24 * HOUR))) == [("zero_rows", "zendesk-pull")]


def test_a_push_may_have_nothing_to_say():
    assert names(with_sync(1, history=runs(*[(S.SUCCEEDED, 0, 0)] * 60, *[(S.SUCCEEDED, 5, 0)] * 9))) == []


def test_a_spike_of_what_is_withheld():
    usual = [(S.SUCCEEDED, 40, 4)] * 8
    assert names(with_sync(history=runs((S.SUCCEEDED, 40, 20), *usual))) == [("withheld_rise", "zendesk-pull")]
    assert names(with_sync(history=runs((S.SUCCEEDED, 40, 12), *usual))) == []
    assert names(with_sync(history=runs((S.SUCCEEDED, 10, 10), *usual))) == []  # too few to say anything
    assert names(with_sync(history=runs((S.SUCCEEDED, 40, 20), *usual[:3]))) == []


def test_dead_letters_that_wait_too_long():
    old, new = Heap(3, NOW - 25 * HOUR), Heap(3, NOW - 23 * HOUR)
    assert names(with_sync(1, dead=old)) == [("dead_letters", "zendesk-push")]
    assert names(with_sync(1, dead=new)) == []


def test_a_run_whose_process_is_gone():
    lost = OpenRun("run_" + "0" * 32, "zendesk-pull#tickets/3", NOW - HOUR, None, None)
    assert names(well(lost=(lost,))) == [("lease", "zendesk-pull")]


@pytest.mark.parametrize(
    ("standing", "stands"),
    [
        (Standing("witness", "w1", 40, NOW - 49 * HOUR, True), True),
        (Standing("witness", "w1", 0, None, True), True),
        (Standing("witness", "w1", 40, NOW - 30 * HOUR, True), False),
        (Standing("witness", "w1", 100, NOW - 99 * HOUR, False), False),  # the log has not grown
    ],
)
def test_anchoring_that_is_overdue(standing, stands):
    snapshot = well(audit=AuditPulse(100, 0, NOW, (standing,)))
    assert names(snapshot) == [("anchoring", "")] * stands


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"requests": Owed(5, 1)}, ("requests", "")),
        ({"obligations": Owed(5, 1)}, ("obligations", "")),
        ({"erasures": Heap(1, NOW - 73 * HOUR)}, ("erasures", "")),
        ({"expired": {"tags": Heap(9, NOW - 49 * HOUR)}}, ("expiry", "sweep")),
    ],
)
def test_what_is_owed_to_people_and_late(change, name):
    assert names(well(**change)) == [name]
    (alert,) = find_alerts(well(**change), Thresholds())
    assert alert.severity == "critical"


@pytest.mark.parametrize(
    "change",
    [
        {"requests": Owed(5, 0)},
        {"obligations": Owed(5, 0)},
        {"erasures": Heap(1, NOW - 71 * HOUR)},
        {"expired": {"tags": Heap(9, NOW - 47 * HOUR)}},
    ],
)
def test_what_is_owed_and_in_time_is_no_alert(change):
    assert names(well(**change)) == []


def everything():
    syncs = list(well().syncs)
    syncs[0] = replace(syncs[0], history=runs(*[(S.FAILED, 0, 0)] * 3), ended_at=NOW - 90 * HOUR)
    syncs[1] = replace(syncs[1], history=runs((S.PARTIAL, 1, 0)), dead=Heap(1, NOW - 30 * HOUR))
    zero = replace(
        syncs[0], plan=Plan("x-pull", "pull"), history=runs(*[(S.SUCCEEDED, 0, 0)] * 52, *[(S.SUCCEEDED, 9, 0)] * 8)
    )
    spike = replace(zero, history=runs((S.SUCCEEDED, 40, 40), *[(S.SUCCEEDED, 40, 4)] * 8))
    return well(
        syncs=(*syncs, zero, spike), requests=Owed(1, 1), obligations=Owed(1, 1), erasures=Heap(1, NOW - 99 * HOUR),
        expired={"records": Heap(1, NOW - 99 * HOUR)}, lost=(OpenRun("run_" + "0" * 32, "x-pull", NOW - HOUR, None, None),),
        audit=AuditPulse(9, 0, NOW, (Standing("witness", "w1", 0, None, True),)),
    )  # fmt: skip


def test_all_alerts_can_stand_and_are_in_the_vocabulary():
    found = find_alerts(everything(), Thresholds())
    assert {one.name for one in found} == ALERTS == {rule.__name__ for rule in RULES}
    assert [one.severity for one in found] == sorted([one.severity for one in found])


def test_every_command_that_an_alert_names_exists():
    import re

    import typer

    for one in find_alerts(everything(), Thresholds()):
        for words in re.findall(r"hub ((?:[a-z]+ ?)+)", one.fix):
            command = typer.main.get_command(app)
            for word in words.split():
                command = getattr(command, "commands", {}).get(word) or command
            assert command.name != "hub", one.fix
