import shutil
from pathlib import Path

import pytest

from hub.privacy.policy import load_policy

PRIVACY = Path(__file__).parents[2] / "privacy"


def lint_with(tmp_path, file, old, new):
    for name in ("purposes", "jurisdictions", "destinations", "retention"):
        shutil.copy(PRIVACY / f"{name}.yaml", tmp_path)
    if file:
        text = (tmp_path / file).read_text(encoding="utf-8")
        assert old in text
        (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return {problem.code: problem for problem in load_policy(tmp_path).lint()}


@pytest.mark.parametrize(
    ("code", "severity", "file", "old", "new"),
    [
        (
            "basis.default_is_weak",
            "error",
            "purposes.yaml",
            '{"*": legitimate_interest}',
            '{"*": legitimate_interest, DE: consent}',
        ),
        (
            "link.not_explicit",
            "error",
            "purposes.yaml",
            'basis: {"*": explicit_consent}               # X',
            'basis: {"*": contract} #',
        ),
        ("field.free_text", "error", "destinations.yaml", "emotion.label: keep", "interaction.text: keep"),
        (
            "token.joinable",
            "error",
            "destinations.yaml",
            "token_scopes: {}",
            "token_scopes: {crm: {}}",
        ),
        ("retention.evidence", "error", "retention.yaml", "keep: P1825D", "keep: P90D"),
        ("retention.emotion_outlives", "warning", "retention.yaml", "keep: P90D", "keep: P400D"),
        ("basis.not_assessed", "warning", "purposes.yaml", "assessment: LIA-2026-01", ""),
        ("consent.never_stale", "warning", "purposes.yaml", "max_age: P730D", ""),
        (
            "purpose.unused",
            "warning",
            "destinations.yaml",
            "ServicePersonalisation, DirectMarketing,",
            "ServicePersonalisation,",
        ),
        (
            "field.never_leaves",
            "warning",
            "destinations.yaml",
            "categories: [loyalty, emotion]",
            "categories: [loyalty]",
        ),
    ],
)
def test_a_doubtful_rule_is_found_with_its_line(tmp_path, code, severity, file, old, new):
    clean = tmp_path / "clean"
    clean.mkdir()
    assert code not in lint_with(clean, None, "", "")
    if code == "token.joinable":
        _share_a_scope(tmp_path, new)
        found = {problem.code: problem for problem in load_policy(tmp_path).lint()}
    else:
        found = lint_with(tmp_path, file, old, new)
    assert found[code].severity == severity
    assert found[code].where.startswith(f"{file}:" if code != "purpose.unused" else "purposes.yaml:")


def _share_a_scope(tmp_path, scopes):
    for name in ("purposes", "jurisdictions", "destinations", "retention"):
        shutil.copy(PRIVACY / f"{name}.yaml", tmp_path)
    path = tmp_path / "destinations.yaml"
    text = path.read_text(encoding="utf-8").replace("token_scopes: {}", scopes)
    text = text.replace("emotion.label: keep", "person.id: {do: token, scope: crm}")
    path.write_text(text, encoding="utf-8")


def test_a_reason_makes_a_shared_scope_acceptable(tmp_path):
    _share_a_scope(tmp_path, "token_scopes: {crm: {join_reason: one household}}")
    assert "token.joinable" not in {problem.code for problem in load_policy(tmp_path).lint()}


def test_errors_come_first():
    problems = load_policy(PRIVACY).lint()
    assert [p.severity for p in problems] == sorted(p.severity for p in problems)


def test_explicit_consent_without_a_notice_is_a_warning():
    assert "consent.any_notice" in {problem.code for problem in load_policy(PRIVACY).lint()}
