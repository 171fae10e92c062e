"""What a change of the rules would do, told before it goes live and borne out by the next push."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.errors import PolicyError
from hub.pipeline.forecast import forecast
from hub.privacy.policy import load_policy

pytestmark = pytest.mark.slow


def run(world, *arguments):
    return CliRunner().invoke(app, [*arguments, "--config", str(world.config), "--json"])


def proposed(world, *replacements):
    folder = world.folder / "proposed"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(world.folder / "privacy", folder)
    rules = folder / "destinations.yaml"
    text = rules.read_text()
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    rules.write_text(text)
    return folder


def told_of(world, old, new):
    """By connection, what a forecast says; the world's clock is not the real one, so the command cannot be asked."""
    with world.open() as hub:
        pushes = [name for name, sync in sorted(hub.deployment.settings.syncs.items()) if sync.kind == "push"]
        jobs = [hub.push_job(name) for name in pushes]
        return {one.connection: one for one in forecast(hub.rooms, load_policy(old), load_policy(new), jobs)}


def test_the_people_of_a_change_are_counted_before_it_goes_live(world):
    world.pull()
    own = world.folder / "privacy"
    hint = "emotion.tone_hint: keep\n      emotion.churn_risk: {do: round, step: 0.1}"
    folder = proposed(world, (hint, "emotion.churn_risk: {do: round, step: 0.1}"))
    before = world.rows()
    told = told_of(world, own, folder)
    assert world.rows() == before, "a forecast writes nothing"
    loyalty = told["voucherify"]
    starts, stops = loyalty.fields["emotion.tone_hint"]
    assert starts == 0 and 0 < stops == loyalty.less <= loyalty.people <= len(world.members) + 5
    assert (told["salesforce"].less, told["zendesk"].less, told["zendesk"].more) == (0, 0, 0)
    back = told_of(world, folder, own)["voucherify"]
    assert (back.more, back.less, back.fields["emotion.tone_hint"]) == (stops, 0, (stops, 0))


def test_a_script_learns_from_the_exit_code_whether_more_may_be_done(world_in):
    world = world_in("sqlite")
    own = str(world.folder / "privacy")
    folder = str(proposed(world, ("loyalty.tier: keep", "loyalty.points: keep")))
    assert run(world, "privacy", "diff", own, own).exit_code == 0
    result = run(world, "privacy", "diff", own, folder)
    assert isinstance(result.exception, PolicyError) and result.exception.reason == "policy.loosened"
    told = json.loads(result.stdout)
    assert [(one["effect"], one["field"]) for one in told["changes"]] == [
        ("more", "loyalty.points"),
        ("less", "loyalty.tier"),
    ]
    assert {one["connection"] for one in told["people"]} == {"salesforce", "zendesk", "voucherify"}
    assert run(world, "privacy", "diff", own, folder, "--accept").exit_code == 0
    titled = run(world, "privacy", "diff", own, str(proposed(world, ("title: Loyalty", "title: The loyalty"))))
    assert (titled.exit_code, json.loads(titled.stdout)["changes"]) == (0, [])
    assert json.loads(titled.stdout)["people"] is not None, "people are asked wherever the rules are others at all"
    assert json.loads(run(world, "privacy", "diff", own, folder, "--accept", "--no-people").stdout)["people"] is None


def test_explain_says_what_the_gate_says_of_one_person_and_shows_no_value(world_in):
    world = world_in("sqlite")
    world.pull()
    willing = next(m for m in world.members if m.consent == "all" and m.said_in("zendesk"))
    unwilling = next(m for m in world.members if m.consent != "all")
    told = {}
    for member in (willing, unwilling):
        result = run(world, "privacy", "explain", "zendesk", member.customer_id)
        assert result.exit_code == 0, result.output
        told[member] = {row["field"]: row for row in json.loads(result.stdout)}
        assert not [secret for secret in world.secrets_of(member) if secret in result.stdout]
    assert told[willing]["emotion.label"]["leaves"] == "yes" and told[unwilling]["emotion.label"]["leaves"] == "no"
    assert told[willing]["person.email"]["leaves"] == "no"
    line = int(told[willing]["emotion.label"]["where"].removeprefix("destinations.yaml:"))
    assert "emotion.label" in (world.folder / "privacy" / "destinations.yaml").read_text().splitlines()[line - 1]


def test_a_field_of_the_hub_itself_leaves_only_where_it_is_listed(world_in):
    world = world_in("sqlite")
    rules = world.folder / "privacy" / "destinations.yaml"
    rules.write_text(rules.read_text().replace("      hub.policy: keep\n", ""))
    world.pull()
    report = world.push("salesforce-push", dry_run=True)["salesforce-push"]
    with world.open() as hub:
        version = hub.policy.version
    assert [row for row in report.planned if row.fields]
    assert not [row for row in report.planned if row.fields and version in row.fields.values()]
