"""The consent vectors: scenarios written by hand from the semantics, apart from this code."""

import json
from pathlib import Path

import pytest

from hub.privacy.policy import load_policy
from hub.privacy.scenarios import run_scenarios

pytestmark = pytest.mark.recorded

ROOT = Path(__file__).parents[2]


def test_every_scenario_gets_its_answer_for_its_reason(shared):
    report = run_scenarios(shared("vectors/consent/scenarios.json"))
    assert len(report.lines) >= 66
    assert [line for line in report.lines if not line.passed] == []


def test_every_purpose_narrows_a_purpose_of_dpv(shared):
    terms = json.loads(shared("vectors/dpv/dpv_subset.json").read_text(encoding="utf-8"))
    known = {term["iri"] for term in terms["purposes"]}
    purposes = load_policy(ROOT / "privacy").purposes.purposes
    assert {name: p.dpv for name, p in purposes.items() if p.dpv not in known} == {}
