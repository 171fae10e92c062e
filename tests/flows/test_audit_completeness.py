"""What left is what the audit log says has left: the vendors' own call logs against the delivery entries, row by row."""

import json
from collections import Counter

import pytest

pytestmark = pytest.mark.slow

READING = {"GET", "HEAD", "OPTIONS"}


def rows_written(simulator):
    """How many rows the vendor was asked to write, by its own log of calls."""
    written = 0
    for call in simulator.calls:
        if call.method in READING or "oauth" in call.path or "token" in call.path:
            continue
        body = json.loads(call.body or b"{}")
        many = (
            [value for key, value in body.items() if key in {"records", "tickets", "users"}]
            if isinstance(body, dict)
            else [body]
        )
        written += len(many[0]) if many else 1
    return written


def test_every_row_at_a_vendor_has_its_delivery_entry_and_the_other_way_round(world, audit_entries):
    world.pull()
    marks = {name: len(simulator.calls) for name, simulator in world.sandbox.simulators.items()}
    for name, simulator in world.sandbox.simulators.items():
        del simulator.calls[: marks[name]]
    reports = world.push()
    entries = audit_entries(world)
    sent = Counter(entry["dest"] for entry in entries if entry["type"] == "deliver")
    told = Counter(
        entry["dest"] for entry in entries if entry["type"] == "delivered" and entry["outcome"] == "confirmed"
    )
    assert sum(sent.values()) > 0
    with world.open() as hub:
        connections = {name: settings.connector for name, settings in hub.deployment.settings.connections.items()}
    for connection, connector in connections.items():
        assert rows_written(world.simulator(connector)) == sent[connection], connection
    confirmed = sum(report.counts["confirmed"] for report in reports.values())
    assert sum(told.values()) == confirmed == sum(sent.values())
    assert all(entry["subject"] and entry["policy"] and entry["run"] for entry in entries if entry["type"] == "deliver")


def test_long_work_gives_its_entries_their_place_on_the_way(world, monkeypatch):
    """What only waits, a database client can delete unseen."""
    monkeypatch.setattr("hub.audit.log.CATCH_UP", 1)
    sizes = [0]
    for work in (lambda: world.pull("salesforce-pull"), lambda: world.push("salesforce-push")):
        work()
        with world.open() as hub:
            sizes.append(len(list(hub.audit.show(limit=100_000))))
            assert hub.audit.verify().pending <= sizes[-1] - sizes[-2]
    assert 0 < sizes[1] < sizes[2]


def test_a_changed_rule_is_on_record_before_anything_is_done_under_it(world, audit_entries):
    world.pull("voucherify-pull")
    first = audit_entries(world, type="change")
    assert {"policy", "redaction", "mappings", "settings", "plugin x", "audit key"} <= {
        entry["outcome"] for entry in first
    }
    assert all(entry["reasons"][0] == "from none" for entry in first)
    world.pull("voucherify-pull")
    assert audit_entries(world, type="change") == first
    rules = world.folder / "privacy" / "retention.yaml"
    rules.write_text(rules.read_text().replace("keep: P90D", "keep: P89D"))
    world.pull("voucherify-pull")
    entries = audit_entries(world)
    configuration, change = [entry for entry in entries if entry["type"] == "change"][len(first) :]
    with world.open() as hub:
        now = hub.policy.version
    before = next(entry for entry in first if entry["outcome"] == "policy")["reasons"][1].removeprefix("to ")
    assert (change["outcome"], change["reasons"]) == ("policy", [f"from {before}", f"to {now}"])
    run = [entry for entry in entries if entry.get("run") == change["run"]]
    assert run[:2] == [configuration, change] and configuration["outcome"] == "configuration"


def test_looking_at_a_persons_emotions_is_on_record(world, audit_entries):
    from typer.testing import CliRunner

    from hub.cli import app

    world.pull("salesforce-pull")
    world.edit(lambda settings: settings.update(actor="dpo-7", roles={"dpo-7": ["privacy_officer"]}))
    member = next(member for member in world.members if member.consent == "all")
    asked = ["person", "show", member.email, "--purpose", "LegalCompliance", "--reason", "complaint"]
    shown = CliRunner().invoke(app, [*asked, "-c", str(world.config), "--json"])
    assert shown.exit_code == 0, shown.output
    mood, file = audit_entries(world, type="read")
    for read in (mood, file):
        assert (read["actor"], read["subject"]) == ("dpo-7", json.loads(shown.stdout)["audit_ref"])
        assert (read["outcome"], read["purpose"]) == ("shown", "LegalCompliance")
    assert mood["reasons"] == [
        "allow.officer_mood",
        "view emotion summary",
        "roles privacy_officer",
        "because complaint",
    ]
    assert "view contact summary" in file["reasons"]
