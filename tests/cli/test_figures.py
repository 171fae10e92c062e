"""``hub privacy figures``: moods of a closed week, in which nobody and no small group can be found."""

import csv
import io
import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.app import open_hub
from hub.cli import app
from hub.errors import ConfigError, PolicyError
from hub.store.migration import migrate
from tests.moods import say

ROOT = Path(__file__).parents[2]
SAID = {
    ("anger", "ticket"): 31, ("neutral", "ticket"): 24, ("gratitude", "ticket"): 13,
    ("anger", "chat"): 12, ("neutral", "chat"): 22, ("gratitude", "chat"): 4,
    ("anger", "phone"): 6, ("sadness", "ticket"): 3,
}  # fmt: skip


@pytest.fixture
def deployment(tmp_path):
    shutil.copytree(ROOT / "privacy", tmp_path / "privacy")
    (tmp_path / "mappings").mkdir()
    settings = (
        "version: 1\nactor: lead-1\nroles: {lead-1: [team_lead], seller-1: [team_lead, sales], looker-1: [analyst]}\n"
    )
    (tmp_path / "hub.yaml").write_text(settings)
    assert CliRunner().invoke(app, ["init", str(tmp_path)]).exit_code == 0
    migrate(f"sqlite:///{tmp_path}/var/hub.db")
    return tmp_path


def fill(folder, said, *, age=timedelta(days=7)):
    with open_hub(folder / "hub.yaml") as hub:
        say(hub, said, hub.now() - age)


def look(folder, *more, purpose="ServiceOptimisation", actor=None):
    if actor:
        config = folder / "hub.yaml"
        config.write_text(re.sub(r"(?m)^actor: .*$", f"actor: {actor}", config.read_text()))
    return CliRunner().invoke(
        app, ["privacy", "figures", "--purpose", purpose, *more, "--config", str(folder / "hub.yaml")]
    )


def told(folder, *more):
    result = look(folder, "--json", *more)
    assert result.exit_code == 0, result.output
    return {(row["label"], row["channel"]): row["people"] for row in json.loads(result.stdout)["figures"]}


def reads(folder):
    with open_hub(folder / "hub.yaml") as hub:
        return [one for one in hub.audit.show() if one["type"] == "read"]


def test_small_groups_and_what_tells_of_them_are_hidden_and_the_rest_is_rounded(deployment):
    fill(deployment, SAID)
    cells = told(deployment)
    assert cells["neutral", "total"] == 45 and cells["anger", "total"] == 45  # 46; 43 without those by phone
    assert cells["gratitude", "chat"] is None  # four people
    assert cells["gratitude", "ticket"] is None  # or the four would be the rest of the sum
    assert {label for label, _ in cells} == {"anger", "neutral", "gratitude", "total"}
    assert {channel for _, channel in cells} == {"ticket", "chat", "total"}
    for side in (0, 1):
        for line in {cell[side] for cell in cells}:
            assert sum(count is None for cell, count in cells.items() if cell[side] == line) != 1, line
    assert all(count % 5 == 0 for count in cells.values() if count is not None)


def test_a_week_is_counted_once_whoever_leaves(deployment):
    fill(deployment, SAID)
    first = told(deployment)
    with open_hub(deployment / "hub.yaml") as hub, hub.store.begin() as tx:
        everybody = {person for person, _, _ in tx.tags.felt(tx.now - timedelta(days=14), tx.now)}
        assert tx.tags.purge(sorted(everybody)) == sum(SAID.values())
    assert told(deployment) == first


def test_the_smallest_group_of_the_rules_counts_and_what_was_counted_for_less_is_not_shown(deployment):
    fill(deployment, SAID)
    rules = deployment / "privacy" / "access.yaml"
    text = rules.read_text()
    rules.write_text(text.replace("smallest_group: 10", "smallest_group: 25"))
    assert {label for label, _ in told(deployment)} == {"anger", "neutral", "total"}  # gratitude: 17 people
    rules.write_text(text.replace("smallest_group: 10", "smallest_group: 26"))
    result = look(deployment)
    assert isinstance(result.exception, PolicyError) and result.exception.reason == "aggregate.counted"


def test_sales_see_no_figure_and_the_attempt_is_on_record(deployment):
    fill(deployment, SAID)
    result = look(deployment, actor="seller-1")
    assert isinstance(result.exception, PolicyError) and "floor.sales_and_collections" in str(result.exception)
    assert "anger" not in result.output
    assert [(one["actor"], one["outcome"]) for one in reads(deployment)] == [("seller-1", "denied")]


def test_a_purpose_that_may_not_know_feelings_is_refused(deployment):
    result = look(deployment, purpose="Collections")
    assert isinstance(result.exception, PolicyError) and "floor.forbidden_purpose" in str(result.exception)


def test_a_look_is_on_record_and_stamped_for_an_analyst(deployment):
    fill(deployment, SAID)
    result = look(deployment, actor="looker-1")
    assert result.exit_code == 0 and "hidden" in result.stdout and "shown to looker-1" in result.stdout
    (entry,) = reads(deployment)
    assert (entry["outcome"], entry["purpose"]) == ("shown", "ServiceOptimisation")


def test_csv_has_a_row_for_each_cell(deployment):
    fill(deployment, SAID)
    rows = list(csv.DictReader(io.StringIO(look(deployment, "--csv").stdout)))
    assert len(rows) == 4 * 3  # with the sums
    assert {(row["label"], row["channel"]): int(row["people"]) if row["people"] else None for row in rows} == told(
        deployment
    )
    assert {row["hidden"] for row in rows if not row["people"]} == {"True"}


def test_an_open_week_is_not_counted(deployment):
    fill(deployment, SAID, age=timedelta(0))
    this = f"{datetime.now(UTC):%G-W%V}"
    result = look(deployment, "--week", this)
    assert isinstance(result.exception, PolicyError) and result.exception.reason == "aggregate.window_open"
    assert told(deployment) == {("total", "total"): None}


@pytest.mark.parametrize("week", ["2026-W60", "2026-18", "last", "2026-W18-1", "9999-W52"])
def test_what_is_no_week_is_refused(deployment, week):
    result = look(deployment, "--week", week)
    assert isinstance(result.exception, ConfigError) and "2026-W18" in str(result.exception)


def test_few_people_are_told_neither_by_label_nor_by_channel(deployment):
    fill(deployment, {("sadness", "phone"): 9})
    result = look(deployment)
    assert result.exit_code == 0 and "sadness" not in result.stdout and "phone" not in result.stdout
    fill(deployment, {("sadness", "phone"): 30})
    assert told(deployment) == {("total", "total"): None}  # counted once
