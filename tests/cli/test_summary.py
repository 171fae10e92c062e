"""The figures at the end of a run are those of ``hub privacy figures``: a week that is over, rounded, counted once."""

import io
from datetime import timedelta

from rich.console import Console

from hub.app import open_hub
from hub.cli.summary import _mood
from hub.errors import TransientError
from hub.pipeline.pull import PullReport
from tests.cli.test_figures import SAID, deployment, fill, told

__all__ = ["deployment"]  # a fixture


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
