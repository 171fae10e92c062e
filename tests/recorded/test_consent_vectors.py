"""The consent vectors: scenarios written by hand from the semantics, apart from this code."""

import json
import os
from pathlib import Path

import pytest

from hub.privacy.policy import load_policy
from hub.privacy.scenarios import run_scenarios

pytestmark = pytest.mark.recorded

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("ATTUNE_SHARED", ROOT.parent / "shared"))
SCENARIOS = SHARED / "vectors" / "consent" / "scenarios.json"
TERMS = SHARED / "vectors" / "dpv" / "dpv_subset.json"


@pytest.mark.skipif(not SCENARIOS.exists(), reason="consent vectors are not here")
def test_every_scenario_gets_its_answer_for_its_reason():
    report = run_scenarios(SCENARIOS)
    assert len(report.lines) >= 66
    assert [line for line in report.lines if not line.passed] == []


@pytest.mark.skipif(not TERMS.exists(), reason="DPV extract is not here")
def test_every_purpose_narrows_a_purpose_of_dpv():
    known = {term["iri"] for term in json.loads(TERMS.read_text(encoding="utf-8"))["purposes"]}
    purposes = load_policy(ROOT / "privacy").purposes.purposes
    assert {name: p.dpv for name, p in purposes.items() if p.dpv not in known} == {}
