import shutil
from pathlib import Path

import pytest

from hub.errors import ConfigError
from hub.privacy.case_file import holds
from hub.privacy.coverage import coverage
from hub.privacy.mutation import mutants, run_mutants
from hub.privacy.policy import load_policy
from hub.privacy.scenarios import read_cases

PRIVACY = Path(__file__).parents[2] / "privacy"
POLICY = load_policy(PRIVACY)
CASES = read_cases(PRIVACY / "tests")


def test_every_rule_of_the_shipped_files_is_guarded_by_a_case():
    report = run_mutants(POLICY, CASES)
    assert [(one.where, one.change) for one in report.survivors] == []
    assert report.tried > 300


def test_every_rule_of_the_shipped_files_is_asked_about():
    touched = coverage(POLICY, CASES)
    assert [(one.where, one.what) for one in touched if not one.cases] == []
    assert len(touched) > 90


def test_a_change_that_no_case_notices_is_told_with_its_line():
    reach_only = [case for case in CASES if "age" not in type(case).__name__.casefold() and "age" not in case.name]
    survivors = {one.where: one.change for one in run_mutants(POLICY, reach_only).survivors}
    line = next(
        n for n, text in enumerate((PRIVACY / "jurisdictions.yaml").read_text().splitlines(), 1) if " IT: " in text
    )
    assert survivors[f"jurisdictions.yaml:{line}"] in {"IT: a year more", "IT: a year less"}


def test_rules_without_cases_are_all_untouched():
    touched = coverage(POLICY, [])
    assert {one.cases for one in touched} == {0}
    lines = (PRIVACY / "destinations.yaml").read_text().splitlines()
    (one,) = [one for one in touched if one.what == "emotion.tone_hint at zendesk"]
    assert "emotion.tone_hint" in lines[int(one.where.removeprefix("destinations.yaml:")) - 1]


def test_each_kind_of_change_is_tried(tmp_path):
    for path in PRIVACY.glob("*.yaml"):
        shutil.copy(path, tmp_path)
    rules = tmp_path / "destinations.yaml"
    text = rules.read_text().replace("token_scopes: {}", "token_scopes: {crm: {}}")
    text = text.replace(
        "    categories: [loyalty, emotion]", "    identifiers: [email]\n    categories: [loyalty, emotion]"
    )
    rules.write_text(
        text.replace(
            "loyalty.tier: keep",
            "loyalty.tier: {do: mask, keep_last: 2}\n"
            "      case.subject: {do: scan, entities: [PERSON], with: {PERSON: mask}, min_score: 0.6, max_len: 9}\n"
            "      person.email: {do: token, scope: crm, requires: CustomerCare}",
        )
    )
    changes = {one.change for one in mutants(load_policy(tmp_path).documents)}
    assert {
        "voucherify: identifiers: email removed",
        "voucherify: loyalty.tier: keep_last changed",
        "voucherify: case.subject: entities: PERSON removed",
        "voucherify: case.subject: PERSON from mask to redact",
        "voucherify: case.subject: min_score changed",
        "voucherify: case.subject: max_len removed",
        "voucherify: person.email: requires removed",
        "voucherify: emotion.as_of: to hour",
        "voucherify: person.name added",
        "voucherify: emotion.label removed",
        "EmotionAnalysis: min_notice one more",
    } <= changes


def test_cases_that_fail_to_begin_with_prove_nothing():
    wrong = CASES[0].model_copy(update={"reason": "li.no_objection"})
    with pytest.raises(ConfigError, match="fails as the rules are"):
        run_mutants(POLICY, [wrong])


def test_rules_that_cannot_answer_do_not_hold():
    (case,) = [case for case in CASES if case.name == "before emotion is read"]
    assert holds(case, POLICY)
    assert not holds(case.model_copy(update={"kind": "nothing"}), POLICY)
