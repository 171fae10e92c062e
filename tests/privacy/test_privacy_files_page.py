"""The reference page of the privacy files says what is so: its examples load, and it names every key, operator and reason."""

import re
from pathlib import Path
from typing import get_args

import pytest

from hub.privacy import consent, fields, given, operator, rules
from hub.privacy.policy import load_policy
from hub.privacy.scenarios import run_scenarios
from hub.schema import DataCategory

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "privacy-files.md").read_text(encoding="utf-8")
PROSE = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
WORDS = set(re.findall(r"[A-Za-z_.]+", " ".join(re.findall(r"`([^`\n]+)`", PROSE))))


@pytest.fixture
def examples(tmp_path):
    for name, block in re.findall(r"```yaml file=(\S+)\n(.*?)```", PAGE, re.DOTALL):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(block, encoding="utf-8")
    return tmp_path


def test_the_examples_load_together_and_give_the_answers_they_promise(examples):
    policy = load_policy(examples)
    assert len(policy.purposes.purposes) == 4
    report = run_scenarios(examples / "tests")
    assert len(report.lines) == 3
    assert [line for line in report.lines if not line.passed] == []


@pytest.mark.parametrize(
    "model",
    [
        rules.PurposeFile, rules.Purpose, rules.Operations, rules.Collect, rules.JurisdictionFile, rules.Jurisdiction,
        rules.DestinationFile, rules.Destination, rules.FieldRule, rules.TokenScope, rules.RetentionFile, rules.RetentionRule,
        given.GivenEvent, given.AskedQuery,
    ],
)  # fmt: skip
def test_every_key_is_explained(model):
    keys = {field.alias or name for name, field in model.model_fields.items()}
    assert keys - WORDS == set()


def test_every_operator_basis_clock_and_category_is_explained():
    assert set(get_args(rules.Operator)) | set(rules.Basis) | set(get_args(rules.Clock)) | set(DataCategory) <= WORDS


def test_every_reason_is_explained():
    code = "".join(Path(module.__file__).read_text(encoding="utf-8") for module in (consent, fields, operator))
    reasons = set(re.findall(r'"((?:consent|hard|basis|li|restriction|field|gate)\.[a-z_]+)"', code))
    reasons |= {f"optout.{state}" for state in consent.NEGATIVE}
    assert len(reasons) > 25
    assert reasons - WORDS == set()


def test_no_reason_is_explained_that_does_not_exist():
    code = "".join(Path(module.__file__).read_text(encoding="utf-8") for module in (consent, fields, operator))
    listed = set(
        re.findall(r"`((?:consent|hard|basis|li|restriction|field|gate)\.[a-z_]+)`", PAGE.partition("## Reasons")[2])
    )
    assert {reason for reason in listed if reason not in code} == set()


def test_the_readme_names_every_file_of_the_drawer():
    text = (ROOT / "privacy" / "README.md").read_text(encoding="utf-8")
    assert {path.name for path in (ROOT / "privacy").glob("*.yaml")} <= set(re.findall(r"`([^`/]+\.yaml)`", text))
