"""``hub consent``: what the privacy officer sees."""

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.pipeline.intake import put_on_record
from hub.schema import ConsentState
from tests.pipeline.conftest import Town

run = CliRunner().invoke


@pytest.fixture
def town(tmp_path, make_database):
    return Town(tmp_path, make_database("sqlite", tmp_path / "var" / "hub.db"))


def told(town, *options):
    ran = run(app, ["consent", "explain", "p0@example.com", "--json", "-c", str(town.config), *options])
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.output)


def test_an_answer_shows_its_path_and_may_be_asked_for_as_it_was(town):
    with town.open() as hub:
        (ann,) = town.people(hub, 1)
        then = town.clock.now()
        town.clock.advance(3600)
        with hub.store.begin() as tx:
            put_on_record(hub.rooms, tx, [(ann, town.consent(ann, ConsentState.WITHDRAWN))], actor="tester")
    at = ["--at", (then + timedelta(hours=2)).isoformat()]
    now = told(town, *at)
    assert (now["allowed"], now["reasons"]) == (False, ["optout.withdrawn"])
    assert [(row["state"], row["purpose"]) for row in now["path"]] == [("withdrawn", "EmotionAnalysis")]
    was = told(town, *at, "--known-at", (then + timedelta(minutes=1)).isoformat())
    assert was["allowed"] and was["valid_for_s"] == pytest.approx(730 * 24 * 3600, abs=3 * 3600)
    assert was["decision_id"] != now["decision_id"] and was["decision_id"] == told(
        town, *at, "--known-at", (then + timedelta(minutes=1)).isoformat()
    )["decision_id"]  # fmt: skip
    words = run(app, ["consent", "explain", "p0@example.com", "-c", str(town.config), *at]).output
    assert "decided by: withdrawn for EmotionAnalysis" in words and "ledger up to 2" in words


@pytest.mark.parametrize("text", ["yesterday", "2026-05-01", "0001-01-01T00:00:00+14:00"])
def test_a_moment_that_is_none_is_refused_by_the_name_of_its_option(town, text):
    with town.open() as hub:
        town.people(hub, 1)
    ran = run(app, ["consent", "explain", "p0@example.com", "-c", str(town.config), "--known-at", text])
    assert ran.exit_code != 0 and "--known-at:" in str(ran.exception)


def test_a_gpp_string_is_told_in_words_and_in_json(town):
    words = run(app, ["consent", "gpp", "DBABBg~BRkVUFGg.QA", "-c", str(town.config)])
    assert words.exit_code == 0 and "usca (section 8)" in words.output
    assert "means: opted_out: PersonalisedAdvertising  (usca.SharingOptOut)" in words.output
    made = json.loads(run(app, ["consent", "gpp", "DBABBg~BRkVUFGg.QA", "--json", "-c", str(town.config)]).output)
    assert made["reencoded"] == "DBABBg~BRkVUFGg.QA" and made["sections"]["usca"]["SharingOptOut"] == 1
    broken = run(app, ["consent", "gpp", "DBAB", "--json", "-c", str(town.config)])
    assert broken.exit_code == 3 and json.loads(broken.output)["readable"] is False
    quiet = run(app, ["consent", "gpp", "DBABTA~1YNN", "-c", str(town.config)])
    assert "not having refused is no consent" in quiet.output


def test_the_notice_that_was_shown_goes_on_record(town):
    with town.open() as hub:
        town.people(hub, 1, agreed=False)
    said = ["--state", "given", "--purpose", "EmotionAnalysis", "--explicit", "--notice", "3"]
    ran = run(app, ["consent", "record", "p0@example.com", *said, "-c", str(town.config)])
    assert ran.exit_code == 0, ran.output
    with town.open() as hub, hub.store.read() as tx:
        (entry,) = next(iter(tx.consents.for_persons([tx.persons.touched_since(0, 9)[0][0]]).values()))
    assert entry.event.evidence.notice_version == 3


@pytest.mark.parametrize(
    ("said", "counts"),
    [(["--explicit"], False), (["--explicit", "--notice", "1"], True), (["--state", "refused"], True)],
)
def test_a_consent_that_names_no_notice_is_taken_down_and_told_not_to_count(town, said, counts):
    with town.open() as hub:
        town.people(hub, 1, agreed=False)
    ran = run(app, [
        "consent", "record", "p0@example.com", "--state", "given", "--purpose", "EmotionAnalysis", *said,
        "-c", str(town.config),
    ])  # fmt: skip
    assert ran.exit_code == 0 and ("--notice" not in ran.output) is counts
