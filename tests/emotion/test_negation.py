"""Negation: a rule speaks where a short sentence is plain, and is silent everywhere else."""

import pytest

from hub.emotion import CANONICAL, load_tagger
from hub.emotion.negation import heed_negation
from hub.emotion.scored import wrap_scorer

RATED = {"good": 0.6, "nice": 0.5, "awful": -0.7, "love": 0.8, "hate": -0.8}


def heed(text):
    return heed_negation(text, lambda word: RATED.get(word, 0.0))


@pytest.mark.parametrize(
    "text",
    [
        "The room is not good.", "This isn’t a nice app", "I don't love the new menu", "Nobody here would love this driver.",
        "I thought the room would be nice, but it was not.", "We expected a good driver. He wasn't.",
        "I do not think, after six years with you, that the app was good.", "I wouldn't say that I love it",
    ],
)  # fmt: skip
def test_something_pleasant_that_is_negated_is_unpleasant(text):
    assert heed(text) < -0.15


@pytest.mark.parametrize(
    "text",
    [
        "It is not awful",
        "I don't hate it!",
        "I feared the food would be awful, but it wasn't.",
        "I can't say I hate it",
    ],
)
def test_something_unpleasant_that_is_negated_is_not_unpleasant(text):
    assert heed(text) > 0


def test_what_was_expected_and_is_not_says_nothing_by_itself():
    assert heed("I thought the cup would be blue, but it was not.") == 0


@pytest.mark.parametrize(
    "text",
    [
        "", "The room is good.", "The door does not close.", "It is not good. The driver was nice.", "Isn't it good?",
        "It is not good but I love you", "I hate that it is not good", "It did not come when it was late and all was good",
        "It is not, and I say so with good reason", "I never did not love it", "nothing " * 40 + "is not good",
    ],
)  # fmt: skip
def test_the_rule_is_silent_where_it_cannot_know(text):
    assert heed(text) is None


class Pleased:
    name, cut = "pleased/1", 0.5

    def score(self, texts):
        return [dict.fromkeys(CANONICAL, 0.0) | {"delight": 0.9, "neutral": 0.1} for _ in texts]


def test_a_label_that_did_not_hear_the_negator_is_taken_away():
    tagger = wrap_scorer(Pleased())
    heard, plain = tagger.tag(["the room was not good", "the room was good"], ["en", "en"])
    assert (heard.label, heard.abstained) == (None, True) and heard.valence < -0.15
    assert (plain.label, plain.abstained) == ("delight", False) and plain.valence > 0.4


def test_cues_hear_negators_themselves():
    (emotion,) = load_tagger().tag(["I can't cancel my great subscription"], ["en"])
    assert emotion.churn_risk > 0.5 and emotion.valence < 0
