"""``hub privacy`` as an officer and a script meet it."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.app import open_hub
from hub.cli import app
from hub.errors import ConfigError, PolicyError
from hub.privacy.consent import Decision
from hub.privacy.fields import permit
from hub.store.migration import migrate

ROOT = Path(__file__).parents[2]


@pytest.fixture
def deployment(tmp_path):
    """A deployment with an empty database and one destination that may have pseudonyms."""
    shutil.copytree(ROOT / "privacy", tmp_path / "privacy")
    (tmp_path / "mappings").mkdir()
    (tmp_path / "hub.yaml").write_text("version: 1\nactor: staff-7\nroles: {staff-7: [privacy_officer]}\n")
    rules = tmp_path / "privacy" / "destinations.yaml"
    text = rules.read_text().replace("token_scopes: {}", "token_scopes: {crm: {}}")
    text = text.replace(
        "    categories: [loyalty, emotion]\n", "    categories: [loyalty, emotion, contact]\n    vault: true\n"
    )
    rules.write_text(text.replace("loyalty.tier: keep", "person.email: {do: pseudonym, scope: crm}"))
    invoke(tmp_path, "init", str(tmp_path))
    migrate(f"sqlite:///{tmp_path}/var/hub.db")
    return tmp_path


def invoke(folder, *arguments):
    config = () if arguments[0] == "init" else ("--config", str(folder / "hub.yaml"))
    return CliRunner().invoke(app, [*arguments, *config])


def test_a_pseudonym_is_revealed_on_the_vaults_side_and_the_look_is_on_record(deployment):
    with open_hub(deployment / "hub.yaml") as hub:
        sent = permit(
            hub.policy, "voucherify", {"person": {"email": "maria@example.com"}},
            lambda purpose, category: Decision(True, ("consent.given",)), token_key=hub.vault.token_key,
        ).view["person"]["email"]  # fmt: skip
    # A key that was renewed since opens what it made.
    rules = deployment / "privacy" / "destinations.yaml"
    rules.write_text(rules.read_text().replace("{crm: {}}", "{crm: {key_version: 2}}"))
    shown = invoke(
        deployment, "privacy", "reveal", sent, "--kind", "person.email", "--scope", "crm", "--purpose", "CustomerCare"
    )
    assert shown.stdout.strip() == "maria@example.com", shown.output
    with open_hub(deployment / "hub.yaml") as hub:
        entries = list(hub.audit.show())
    asked, entry = [entry for entry in entries if entry["type"] == "read"]
    assert (asked["outcome"], asked["actor"]) == ("shown", "staff-7")
    assert (entry["outcome"], entry["actor"], entry["purpose"]) == ("revealed", "staff-7", "CustomerCare")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"--scope": "cmr"}, "token scope 'cmr' is not known; did you mean 'crm'"),
        ({"--purpose": "CustomerCar"}, "did you mean 'CustomerCare'"),
        ({"--kind": "person.phone"}, "not made with this key for this field"),
        ({"pseudonym": "maria@example.com"}, "this is no pseudonym"),
        ({"pseudonym": "p2_" + "A" * 40}, "not made with this key for this field"),
    ],
)
def test_what_cannot_be_revealed_says_why_and_never_the_argument(deployment, changed, says):
    options = {"--kind": "person.email", "--scope": "crm", "--purpose": "CustomerCare"} | changed
    pseudonym = options.pop("pseudonym", "p1_" + "A" * 40)
    result = invoke(deployment, "privacy", "reveal", pseudonym, *(part for pair in options.items() for part in pair))
    assert isinstance(result.exception, ConfigError)
    assert says in str(result.exception) and "maria" not in str(result.exception)


def test_rules_that_no_case_guards_end_with_four_and_their_lines(tmp_path):
    shutil.copytree(ROOT / "privacy", tmp_path / "privacy")
    (tmp_path / "hub.yaml").write_text("version: 1\n")
    (tmp_path / "privacy" / "tests" / "retention.yaml").unlink()
    result = invoke(tmp_path, "privacy", "test", "--mutate", "--coverage", "--json")
    assert isinstance(result.exception, PolicyError) and "no case notices" in str(result.exception)
    told = json.loads(result.stdout)
    rules = [
        n
        for n, text in enumerate((tmp_path / "privacy" / "retention.yaml").read_text().splitlines(), 1)
        if "- {" in text
    ]
    assert {one["where"] for one in told["untouched"]} == {f"retention.yaml:{n}" for n in rules}
    assert {one["where"] for one in told["survivors"]} == {f"retention.yaml:{n}" for n in rules}


def test_the_shipped_rules_leave_nothing_unguarded(tmp_path):
    shutil.copytree(ROOT / "privacy", tmp_path / "privacy")
    (tmp_path / "hub.yaml").write_text("version: 1\n")
    result = invoke(tmp_path, "privacy", "test", "--mutate", "--coverage")
    assert result.exit_code == 0, result.output
    assert "Changes that no case notices: none" in result.stdout
    assert "Rules that no case asks about: none" in result.stdout
