"""Privacy rules with an error stop what collects and what sends; never an erasure, never a withdrawal."""

import shutil

import pytest
import yaml
from typer.testing import CliRunner

from hub.app import defaults_folder
from hub.cli import app
from hub.errors import ConfigError, PolicyError
from hub.pipeline.erase import erase
from hub.pipeline.intake import put_on_record
from hub.privacy.erasure import Progress
from hub.schema import ConsentState
from tests.pipeline.conftest import Town

run = CliRunner().invoke


@pytest.fixture
def town(tmp_path, make_database):
    """A town with one person, whose rules keep the evidence of consent for too short a time."""
    town = Town(tmp_path, make_database("sqlite", tmp_path / "var" / "hub.db"))
    shutil.copytree(defaults_folder() / "privacy", tmp_path / "privacy")
    settings = yaml.safe_load(town.config.read_text())
    town.config.write_text(yaml.safe_dump(settings | {"privacy": "privacy", "connections": {}, "syncs": {}}))
    with town.open() as hub:
        (town.person,) = town.people(hub, 1)
    path = tmp_path / "privacy" / "retention.yaml"
    rules = yaml.safe_load(path.read_text())
    for rule in rules["rules"]:
        if rule["category"] == "consent":
            rule["keep"] = "P9D"
    path.write_text(yaml.safe_dump(rules))
    return town


def asked(town, *command):
    return run(app, [*command, "-c", str(town.config)])


def test_nothing_is_collected_sent_or_swept_by_rules_with_an_error(town):
    with town.open() as hub, pytest.raises(PolicyError, match=r"retention.yaml:\d+"):
        _ = hub.rooms
    assert isinstance(asked(town, "sweep").exception, PolicyError)


def test_somebody_can_be_erased_under_rules_with_an_error(town):
    erased = asked(town, "person", "erase", "p0@example.com", "--yes")
    assert erased.exit_code == 0, erased.output
    with town.open() as hub, hub.store.read() as tx:
        assert tx.persons.count() == 0


def test_the_sweep_goes_on_with_an_erasure_under_rules_with_an_error(town):
    with town.open() as hub:
        with hub.store.begin() as tx:
            hold = tx.holds.place(town.person, reason="CASE-7", actor="operator")
        assert erase(hub.rooms_to_erase, hub.erase_job(town.person)).progress is not Progress.COMPLETE
        with hub.store.begin() as tx:
            tx.holds.release(hold, reason="CASE-7-closed", actor="operator")
    assert isinstance(asked(town, "sweep").exception, PolicyError)
    with town.open() as hub, hub.store.read() as tx:
        assert tx.persons.status(town.person) == "erased"


def test_a_withdrawal_is_taken_down_under_rules_with_an_error_and_a_permission_is_not(town):
    say = ("consent", "record", "p0@example.com", "--purpose", "EmotionAnalysis", "--state")
    assert isinstance(asked(town, *say, "given").exception, PolicyError)
    withdrawn = asked(town, *say, "withdrawn")
    assert withdrawn.exit_code == 0, withdrawn.output
    with town.open() as hub, hub.store.read() as tx:
        said = [entry.event.state for entry in tx.consents.for_persons([town.person])[town.person] if entry.event]
        assert said == [ConsentState.GIVEN, ConsentState.WITHDRAWN]


def test_a_sheet_of_refusals_is_taken_in_under_rules_with_an_error_and_its_consents_are_not(town, tmp_path):
    sheet = tmp_path / "said.csv"
    line = "{},2026-05-01T10:00:00Z,{},DirectMarketing\n"
    sheet.write_text(
        "person,at,state,purpose\n" + line.format("p0@example.com", "no") + line.format("p0@example.com", "yes")
    )
    result = asked(town, "consent", "import", str(sheet))
    assert result.exit_code == 3 and "1 opted_out" in result.output and "given" not in result.output


# ── rules that cannot be read at all ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(params=["purposes.yaml", "destinations.yaml", "deadlines.yaml", "access.yaml", "redaction.yaml"])
def unreadable(town, tmp_path, request):
    (tmp_path / "privacy" / request.param).write_text("purposes: {EmotionAnalysis: [\n")
    return town


def test_somebody_can_be_erased_by_rules_that_nobody_can_read(unreadable):
    erased = asked(unreadable, "person", "erase", "p0@example.com", "--yes")
    assert erased.exit_code == 0, erased.output
    with unreadable.open() as hub, hub.store.read() as tx:
        assert tx.persons.count() == 0


def test_a_withdrawal_is_taken_down_by_rules_that_nobody_can_read(unreadable):
    town = unreadable
    say = ("consent", "record", "p0@example.com", "--purpose", "EmotionAnalysis", "--state")
    assert asked(town, *say, "given").exit_code != 0
    withdrawn = asked(town, *say, "withdrawn")
    assert withdrawn.exit_code == 0, withdrawn.output
    with town.open() as hub, hub.store.read() as tx:
        said = [entry.event.state for entry in tx.consents.for_persons([town.person])[town.person] if entry.event]
        assert said == [ConsentState.GIVEN, ConsentState.WITHDRAWN]


def test_what_a_withdrawal_ends_goes_and_the_next_rules_that_can_be_read_are_asked(town, tmp_path):
    (tmp_path / "privacy" / "purposes.yaml").write_text("purposes: [")
    with town.open() as hub:
        with hub.store.begin() as tx:
            said = town.consent(town.person, ConsentState.WITHDRAWN)
            put_on_record(hub.rooms_to_erase, tx, [(town.person, said)], actor="tester")
        with hub.store.read() as tx:
            assert tx.tags.for_person([town.person]) == {town.person: []}
            assert tx.reviews.due(town.clock.now(), "next", 10) == [(town.person, False)]


def test_a_purpose_that_cannot_be_looked_up_is_no_withdrawal_of_nothing(unreadable):
    result = asked(
        unreadable, "consent", "record", "p0@example.com", "--purpose", "EmotionAnalyis", "--state", "withdrawn"
    )
    assert isinstance(result.exception, ConfigError)


def test_a_mapping_that_cannot_be_read_keeps_nobody_here(town, tmp_path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "zendesk.users.yaml").write_text("stream: [\n")
    settings = yaml.safe_load(town.config.read_text())
    town.config.write_text(yaml.safe_dump(settings | {"mappings": "broken"}))
    erased = asked(town, "person", "erase", "p0@example.com", "--yes")
    assert erased.exit_code == 0, erased.output
