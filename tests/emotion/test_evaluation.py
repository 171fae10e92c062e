"""Scoring a tagger: every figure by hand on five texts, and memory that does not grow."""

import pytest

from hub.contract import Emotion
from hub.emotion.evaluation import Evaluation, Mistake


def emotion(label, confidence=0.9, *, abstained=False, guess=None):
    scores = {guess or label: confidence}
    return Emotion(None if abstained else label, 0.5, confidence, abstained, 0.0, 0.0, 0.0, scores)


@pytest.fixture
def evaluation():
    found = Evaluation(worst=1)
    found.add(1, "anger", emotion("anger"))
    found.add(2, "anger", emotion("frustration", 0.8))
    found.add(3, "frustration", emotion("frustration", 0.6))
    found.add(4, "neutral", emotion(None, 0.3, abstained=True, guess="neutral"))
    found.add(5, "neutral", emotion(None, 0.2, abstained=True, guess="delight"))
    return found


def test_by_label(evaluation):
    figures = {one.label: (one.texts, one.precision, one.recall, round(one.f1, 3)) for one in evaluation.labels()}
    assert figures == {
        "anger": (2, 1.0, 0.5, 0.667),
        "frustration": (1, 0.5, 1.0, 0.667),
        "neutral": (2, 1.0, 0.5, 0.667),
    }
    assert evaluation.macro_f1 == pytest.approx(2 / 3)


def test_a_guess_that_was_not_given_as_an_answer_counts_apart(evaluation):
    assert (evaluation.accuracy, evaluation.coverage) == (0.6, 0.6)
    assert evaluation.accuracy_answered == pytest.approx(2 / 3)


def test_calibration_is_the_gap_between_confidence_and_truth(evaluation):
    # bins .2 (0 of 1 right), .3 (1 of 1), .6 (1 of 1), .8 (0 of 1), .9 (1 of 1)
    assert evaluation.calibration_error == pytest.approx((0.2 + 0.7 + 0.4 + 0.8 + 0.1) / 5)


def test_only_the_surest_mistakes_are_kept(evaluation):
    assert evaluation.mistakes() == [Mistake(0.8, 2, "anger", "frustration")]


def test_nothing_was_counted():
    empty = Evaluation()
    assert (empty.texts, empty.macro_f1, empty.accuracy, empty.calibration_error) == (0, 0.0, 0.0, 0.0)
    assert list(empty.labels()) == []
