"""A flow that is not what the approved impact assessment describes says nothing new; what must be taken back is."""

import pytest
from typer.testing import CliRunner

from hub.app import Hub
from hub.cli import app
from hub.cli.consent import _append
from hub.errors import PolicyError
from hub.schema import ConsentScope, ConsentState

PUSH = "voucherify-push"


@pytest.fixture
def approve(monkeypatch):
    def run(world, *arguments):
        monkeypatch.setattr("hub.cli.papers.open_hub", lambda config, dry_run=False: world.open(dry_run=dry_run))
        return CliRunner().invoke(app, ["privacy", *arguments, "-c", str(world.config)])

    return run


def edit(world, old, new):
    rules = world.folder / "privacy" / "destinations.yaml"
    assert old in rules.read_text()
    rules.write_text(rules.read_text().replace(old, new))


def test_a_changed_flow_waits_for_approval_and_still_takes_back(world_in, approve, audit_entries):
    world = world_in("sqlite")
    world.pull()
    assert approve(world, "approve", "--dry-run").exit_code == 0
    assert not (world.folder / "privacy" / "approvals.yaml").exists()
    first = world.push(PUSH)[PUSH]  # before the first approval nothing is held back
    assert first.counts["confirmed"] > 1 and not first.reasons["withheld: assessment.stale"]
    assert approve(world, "approve").exit_code == 0
    assert approve(world, "dpia", "--check").exit_code == 0 and approve(world, "notice", "--check").exit_code == 0
    (entry,) = audit_entries(world, type="approval")
    assert entry["outcome"] == "approved" and entry["reasons"][0].startswith("notice 1 ")

    # Another form of one field: the flow is another one, and says nothing new to anybody.
    edit(world, "emotion.churn_risk: {do: round, step: 0.1}", "emotion.churn_risk: {do: round, step: 0.5}")
    checked = approve(world, "dpia", "--check")
    assert isinstance(checked.exception, PolicyError) and PUSH in checked.stdout
    told = [member for member in world.members if member.consent == "all"][:1]
    with world.open() as hub:
        with hub.store.begin() as tx:
            person = world.person(hub, tx, told[0])
            tx.persons.touch([person])
        assert hub.push_job(PUSH).stale and not hub.push_job("zendesk-push").stale
    held = world.push(PUSH)[PUSH]
    assert held.counts["confirmed"] == 0 and held.reasons["withheld: assessment.stale"] >= 1

    # A withdrawal waits for no approval.
    with world.open() as hub:
        _append(hub, person, ConsentState.WITHDRAWN, ConsentScope(purpose="EmotionAnalysis"), explicit=True)
    taken = world.push(PUSH)[PUSH]
    assert (taken.counts["confirmed"], taken.reasons["pending: cleared"]) == (1, 1)

    assert approve(world, "approve", "--only", "assessment").exit_code == 0
    with world.open() as hub:
        assert not hub.push_job(PUSH).stale


def test_only_a_privacy_officer_approves(world_in, approve):
    world = world_in("sqlite")
    world.edit(lambda settings: settings.update(actor="ops-1", roles={"ops-1": ["operations", "admin"]}))
    refused = approve(world, "approve")
    assert isinstance(refused.exception, PolicyError) and "privacy_officer" in str(refused.exception)
    assert not (world.folder / "privacy" / "approvals.yaml").exists()


def test_two_officers_at_once_take_nothing_back_from_each_other(world_in, approve, monkeypatch):
    """One approves the notice while the other has read the file and approves the assessment."""
    world = world_in("sqlite")
    real = Hub.stale_flows

    def second(hub):
        monkeypatch.setattr(Hub, "stale_flows", real)
        assert hub.approvals.notice is None
        assert approve(world, "approve", "--only", "notice").exit_code == 0
        return real.fget(hub)

    monkeypatch.setattr(Hub, "stale_flows", property(second))
    assert approve(world, "approve", "--only", "assessment").exit_code == 0
    assert approve(world, "notice", "--check").exit_code == 0 and approve(world, "dpia", "--check").exit_code == 0
