from pathlib import Path

import pytest

from hub.errors import ConfigError
from hub.privacy.policy import load_policy
from hub.privacy.scenarios import run_scenarios

PRIVACY = Path(__file__).parents[2] / "privacy"
REPORT = run_scenarios(PRIVACY / "tests")


@pytest.mark.parametrize("line", REPORT.lines, ids=[line.id for line in REPORT.lines])
def test_the_officers_own_cases_hold(line):
    assert (line.got, line.reason_got) == (line.want, line.reason_want), line.name


def test_all_three_kinds_of_case_are_there():
    assert {line.id.partition(":")[0] for line in REPORT.lines} >= {"consent", "fields", "retention"}
    assert len({line.name for line in REPORT.lines}) > 70


def test_a_case_that_expects_otherwise_fails_and_says_what_it_got(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(
        "version: 1\nconsent:\n- name: wishful\n  expect: allow\n  reason: consent.given\n  ask: {purpose: EmotionAnalysis, "
        "category: emotion.label, recipient: hub, at: 2026-06-01T00:00:00Z, jurisdictions: [DE]}\n",
        encoding="utf-8",
    )
    report = run_scenarios(file, policy=load_policy(PRIVACY))
    assert not report.passed
    assert (report.lines[0].got, report.lines[0].reason_got) == ("deny", "consent.none")


def test_the_right_answer_for_the_wrong_reason_fails(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(
        "version: 1\nconsent:\n- name: lucky\n  expect: deny\n  reason: optout.withdrawn\n  ask: {purpose: EmotionAnalysis, "
        "category: emotion.label, recipient: hub, at: 2026-06-01T00:00:00Z, jurisdictions: [DE]}\n",
        encoding="utf-8",
    )
    assert not run_scenarios(file, policy=load_policy(PRIVACY)).passed


def test_no_cases_at_all_is_no_success(tmp_path):
    assert not run_scenarios(tmp_path).passed


def test_a_misspelt_key_in_a_case_is_refused_with_its_line(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(
        "version: 1\nretention:\n- name: a\n  categry: contact\n  clocks: {}\n  expect: 2026-01-01T00:00:00Z\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigError, match=r"mine\.yaml:[34]: .*categ"):
        run_scenarios(file, policy=load_policy(PRIVACY))


def test_vectors_of_another_format_are_refused(tmp_path):
    file = tmp_path / "vectors.json"
    file.write_text('{"format": "something-else/9"}', encoding="utf-8")
    with pytest.raises(ConfigError, match="consent-scenarios/1"):
        run_scenarios(file)
