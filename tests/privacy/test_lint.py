import shutil
from datetime import date
from pathlib import Path

import pytest

from hub.errors import ConfigError
from hub.privacy.policy import load_policy

PRIVACY = Path(__file__).parents[2] / "privacy"


def load_with(tmp_path, file, old, new, *more):
    for name in ("purposes", "jurisdictions", "destinations", "retention"):
        shutil.copy(PRIVACY / f"{name}.yaml", tmp_path)
    text = (tmp_path / file).read_text(encoding="utf-8")
    for before, after in ((old, new), *more):
        assert before in text
        text = text.replace(before, after, 1)
    (tmp_path / file).write_text(text, encoding="utf-8")
    return load_policy(tmp_path)


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


@pytest.mark.parametrize(
    ("code", "severity", "old", "new"),
    [
        ("field.free_text", "error", "emotion.label: keep", "case.*: keep"),
        ("field.wrong_operator", "error", "emotion.label: keep", "emotion.label: {do: round, step: 0.1}"),
        ("field.wrong_operator", "error", "emotion.label: keep", "emotion.label: {do: generalise, to: day}"),
        ("field.wrong_operator", "error", "emotion.label: keep", "emotion.label: scan"),
        (
            "field.special_without_basis",
            "error",
            "purposes: [ServicePersonalisation, EmotionAnalysis]",
            "purposes: [ServicePersonalisation]",
        ),
        ("field.whole_group", "warning", "emotion.label: keep", "emotion.*: keep"),
        ("token.unused", "warning", "token_scopes: {}", "token_scopes: {crm: {}}"),
        ("token.undated", "warning", "token_scopes: {}", "token_scopes: {crm: {rotate: P180D}}"),
        (
            "token.rotation_due",
            "warning",
            "token_scopes: {}",
            "token_scopes: {crm: {rotate: P180D, since: 2026-01-01}}",
        ),
    ],
)
def test_a_doubtful_destination_is_found_with_its_line(tmp_path, code, severity, old, new):
    clean = {problem.code for problem in load_policy(PRIVACY).lint(date(2026, 6, 30))}
    found = load_with(tmp_path, "destinations.yaml", old, new).lint(date(2026, 6, 30))
    (problem,) = {p.code: p for p in found if p.code == code and p.code not in clean}.values()
    assert problem.severity == severity
    line = int(problem.where.removeprefix("destinations.yaml:"))
    assert new.split(":")[0].split("[")[0] in (tmp_path / "destinations.yaml").read_text().splitlines()[line - 1] or (
        code == "field.special_without_basis"
    )


def test_a_rotation_is_due_on_its_day_and_not_before(tmp_path):
    policy = load_with(
        tmp_path, "destinations.yaml", "token_scopes: {}", "token_scopes: {crm: {rotate: P180D, since: 2026-01-01}}"
    )
    assert "token.rotation_due" not in {problem.code for problem in policy.lint(date(2026, 6, 29))}


def test_emotion_may_go_where_the_field_itself_requires_explicit_consent(tmp_path):
    policy = load_with(
        tmp_path,
        "destinations.yaml",
        "purposes: [ServicePersonalisation, EmotionAnalysis]",
        "purposes: [ServicePersonalisation]",
    )
    lines = {p.where for p in policy.lint() if p.code == "field.special_without_basis"}
    path = tmp_path / "destinations.yaml"
    path.write_text(
        path.read_text().replace(
            "emotion.tone_hint: keep\n      emotion.churn_risk: {do: round, step: 0.1}",
            "emotion.tone_hint: {do: keep, requires: explicit_consent}\n      emotion.churn_risk: {do: round, step: 0.1}",
        )
    )
    left = {p.where for p in load_policy(tmp_path).lint() if p.code == "field.special_without_basis"}
    assert len(lines - left) == 1 and left < lines


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("emotion.lable: keep", r"yaml:\d+: the field 'emotion.lable' is not known; did you mean 'emotion.label'"),
        ("emotino.*: keep", r"destinations.yaml:\d+: the group 'emotino' is not known; did you mean 'emotion'"),
        ("person.email: {do: pseudonym, scope: crm}", r"'salesforce' has no vault, so a reversible pseudonym"),
        ("case.subject: {do: scan, with: {PERSON: pseudonym}, scope: crm}", r"'salesforce' has no vault"),
        ("case.subject: {do: scan, with: {PERSON: token}}", r"'token' needs 'scope'"),
        ("case.subject: {do: scan, entities: [EMIAL_ADDRESS]}", r"entity 'EMIAL_ADDRESS' is not known; did you mean"),
        ("emotion.label: {do: keep, step: 0.1}", r"'keep' takes no 'step'"),
        ("emotion.label: {do: drop, requires: explicit_consent}", r"'drop' takes no 'requires'"),
        ("emotion.label: {do: keep, requires: explicit}", r"'explicit' is not known; did you mean 'explicit_consent'"),
        ("case.priority: {do: keep, requires: explicit_consent}", r"is for emotion and special categories"),
        ("hub.*: {do: keep, requires: CustomerCare}", r"'hub.now' is no personal data"),
    ],
)  # fmt: skip
def test_a_field_that_is_written_wrong_is_refused_with_its_line(tmp_path, entry, message):
    with pytest.raises(ConfigError, match=message):
        load_with(
            tmp_path, "destinations.yaml", "emotion.label: keep", entry, ("token_scopes: {}", "token_scopes: {crm: {}}")
        )


def test_a_misspelt_kind_of_identifier_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="'emial' is not known; did you mean 'email'"):
        load_with(
            tmp_path,
            "destinations.yaml",
            "categories: [loyalty, emotion]",
            "categories: [loyalty, emotion]\n    identifiers: [emial]",
        )


def test_two_scopes_with_one_key_can_be_joined_too(tmp_path):
    policy = load_with(
        tmp_path, "destinations.yaml", "emotion.label: keep", "person.id: {do: token, scope: crm}",
        ("token_scopes: {}", "token_scopes: {crm: {key: k}, bi: {key: k}}"),
        ("emotion.tone_hint: keep\n      emotion.churn_risk: {do: round, step: 0.1}", "person.id: {do: token, scope: bi}"),
    )  # fmt: skip
    found = [problem for problem in policy.lint() if problem.code == "token.joinable"]
    assert len(found) == 2 and all("salesforce and voucherify" in problem.message for problem in found)


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


def test_explicit_consent_without_a_notice_is_a_warning(tmp_path):
    assert "consent.any_notice" not in {problem.code for problem in load_policy(PRIVACY).lint()}
    drawer = Path(shutil.copytree(PRIVACY, tmp_path / "privacy"))
    purposes = drawer / "purposes.yaml"
    purposes.write_text(purposes.read_text(encoding="utf-8").replace("    min_notice: 1\n", "", 1), encoding="utf-8")
    assert "consent.any_notice" in {problem.code for problem in load_policy(drawer).lint()}
