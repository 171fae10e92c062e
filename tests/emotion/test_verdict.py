"""What reviewers' judgements come to, and what becomes of the tag."""

from datetime import UTC, datetime

import pytest

from hub.emotion.agreement import cohen_kappa, observed_agreement, wilson_interval
from hub.emotion.drift import read_drift, stability_index
from hub.emotion.selection import Shares, select_for_review
from hub.emotion.verdict import UNTOLD, Verdict, correct_tag, decide_verdict
from hub.schema import EmotionLabel, EmotionTag

AT = datetime(2026, 1, 1, tzinfo=UTC)
ANGER, JOY = EmotionLabel.ANGER, EmotionLabel.DELIGHT


def tag(number=0, **change):
    told = {
        "id": f"tag{number}", "record_id": "r", "person_id": "p", "label": ANGER, "intensity": 0.6, "confidence": 0.9,
        "abstained": False, "valence": -0.7, "distress": 0.8, "churn_risk": 0.3, "model": "m/1", "occurred_at": AT,
        "expires_at": AT,
    }  # fmt: skip
    return EmotionTag(**(told | change))


@pytest.mark.parametrize(
    ("said", "needed", "expected"),
    [
        (["anger"], 2, Verdict("begun")),
        (["anger", "anger"], 2, Verdict("confirmed", "anger")),
        (["delight", "delight"], 2, Verdict("corrected", "delight")),
        (["anger", "delight"], 2, Verdict("disputed")),
        (["anger", "delight", "delight"], 2, Verdict("corrected", "delight")),
        (["anger", "delight", "sadness"], 2, Verdict("unclear")),
        (["delight"], 1, Verdict("corrected", "delight")),
        (["none", "none"], 2, Verdict("corrected", "none")),
    ],
)
def test_enough_who_say_the_same_settle_it(said, needed, expected):
    assert decide_verdict(said, ANGER, needed=needed) == expected


def test_that_a_tagger_abstained_is_confirmed_by_those_who_cannot_tell_either():
    assert decide_verdict([UNTOLD, UNTOLD], None) == Verdict("confirmed", UNTOLD)


def test_a_corrected_tag_does_not_contradict_itself():
    pleased = correct_tag(tag(), "delight")
    assert (pleased.label, pleased.abstained, pleased.confidence, pleased.reviewed) == (JOY, False, 1.0, True)
    assert pleased.valence > 0 and pleased.distress <= 0.25
    upset = correct_tag(tag(label=JOY, valence=0.9, distress=0.0), "anger")
    assert upset.valence < 0 and upset.distress >= 0.5
    assert correct_tag(tag(), "anger").valence == -0.7  # what fits stays as it was measured
    assert correct_tag(tag(evidence=(3, 9)), "anger").evidence == (3, 9)
    assert correct_tag(tag(evidence=(3, 9)), "delight").evidence is None  # it was of the tagger's label
    for nothing in (None, UNTOLD):
        silent = correct_tag(tag(), nothing)
        assert silent.label is None and silent.abstained and silent.confidence == 0 and silent.evidence is None


def test_kappa_is_cohens():
    # Cohen's own kind of table: 20 both yes, 15 both no, 5 and 10 apart.
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert observed_agreement(pairs) == 0.7 and cohen_kappa(pairs) == pytest.approx(0.4)
    assert cohen_kappa([]) is None and cohen_kappa([("y", "y")] * 5) is None
    assert cohen_kappa([("y", "n"), ("n", "y")]) == -1


def test_an_interval_is_wilsons():
    assert wilson_interval(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson_interval(0, 0) == (0, 1) and wilson_interval(5, 5)[1] == 1


def test_drift_is_measured_by_group():
    assert stability_index({"a": 50, "b": 50}, {"a": 500, "b": 500}) == 0
    assert stability_index({"a": 50, "b": 50}, {"a": 80, "b": 20}) == pytest.approx(0.4159, abs=1e-4)
    assert stability_index({}, {"a": 1}) is None and stability_index({"a": 9}, {"b": 9}) > 5
    assert [read_drift(one) for one in (0.09, 0.1, 0.25)] == ["stable", "moved", "shifted"]


def test_the_draw_is_the_same_each_time_and_as_large_as_wanted():
    shares = Shares(sampled=0.1, unsure=0.3, below=0.5)
    sure = [select_for_review(tag(number), shares) for number in range(2000)]
    doubtful = [select_for_review(tag(number, confidence=0.3), shares) for number in range(2000)]
    assert set(sure) == {None, "sampled"} and 150 < sure.count("sampled") < 250
    assert doubtful.count("sampled") == sure.count("sampled") and 500 < doubtful.count("unsure") < 700
    assert sure == [select_for_review(tag(number), shares) for number in range(2000)]
    assert select_for_review(tag(reviewed=True), Shares(sampled=1)) is None
    assert select_for_review(tag(abstained=True, label=None), Shares(0, 1, 0)) == "unsure"
