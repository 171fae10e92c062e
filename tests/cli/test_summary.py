"""The figures at the end of a run are those of ``hub privacy figures``: a week that is over, rounded, counted once."""

import io
from collections import Counter
from datetime import UTC, datetime, time, timedelta

from rich.console import Console

from hub.app import open_hub
from hub.cli.sandbox import open_sandbox
from hub.cli.summary import _mood, _went_out
from hub.errors import TransientError
from hub.pipeline.pull import PullReport
from hub.pipeline.push import PushReport
from tests.cli.test_figures import SAID, deployment, fill, told

__all__ = ["deployment"]  # a fixture
SYSTEMS = ("salesforce", "zendesk", "voucherify")


def panel(folder, *pulls):
    screen = Console(width=160, record=True, file=io.StringIO())
    with open_hub(folder / "hub.yaml") as hub:
        screen.print(_mood(hub, pulls))
    return screen.export_text()


def test_the_panel_of_a_run_shows_the_numbers_of_the_figures_and_none_else(deployment):
    fill(deployment, SAID)
    shown = panel(deployment)
    for row in told(deployment).items():
        (label, _), people = row
        assert label in shown and (people is None or str(people) in shown.split())
    assert "31" not in shown.split() and "sadness" not in shown
    fill(deployment, {("anger", "ticket"): 40})
    assert panel(deployment) == shown  # a newcomer changes nothing


def test_what_was_said_this_week_is_in_no_panel(deployment):
    fill(deployment, SAID, age=timedelta(0))
    assert "nobody who may be asked" in panel(deployment)


def test_no_week_is_counted_after_a_run_that_did_not_read_to_the_end(deployment):
    fill(deployment, SAID)
    broken = PullReport("run_1", "zendesk-pull", error=TransientError("Zendesk does not answer."))
    assert "waits" in panel(deployment, broken)
    fill(deployment, {("anger", "ticket"): 40})
    assert told(deployment)["anger", "total"] == 85  # 83, those of the second fill too


def test_what_went_out_fits_a_terminal_of_80_columns():
    screen = Console(width=76, record=True, file=io.StringIO())
    pushes = [PushReport("run", f"{name}-push", Counter(selected=12_345, confirmed=12_345)) for name in SYSTEMS]
    screen.print(_went_out(pushes))
    lines = screen.export_text().splitlines()
    assert len([line for line in lines if line.strip()]) == 1 + len(SYSTEMS)
    assert all(f"{name}-push" in "".join(lines) for name in SYSTEMS)


def test_the_story_of_the_demonstration_is_told_in_a_week_that_is_over():
    now = datetime.now(UTC)
    monday = datetime.combine(now - timedelta(days=now.weekday()), time(), UTC)
    said = [
        line.at
        for simulator in open_sandbox(150).simulators.values()
        for one in simulator.cast.members
        for line in one.lines
    ]
    assert monday - timedelta(days=7) <= min(said) and max(said) < monday
