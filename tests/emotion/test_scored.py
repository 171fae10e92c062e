"""A plugin's scores become whole tags: abstention, cues, languages and names are the hub's business."""

import pytest

from hub.contract import Reader, Reading, Scorer, Tagger
from hub.emotion import CANONICAL
from hub.emotion.scored import wrap_scorer
from hub.errors import ConfigError


class Fixed:
    """A model that always answers the same, and remembers what it was asked."""

    name, cut = "fixed/1", 0.5

    def __init__(self, **shares):
        self.scores = dict.fromkeys(CANONICAL, 0.0) | shares
        self.asked = []

    def score(self, texts):
        self.asked += texts
        return [self.scores for _ in texts]


class Told(Fixed):
    """A model that also tells valence and a label of its own."""

    valence = 0.0

    def read(self, texts):
        return [Reading(scores, {"grief": 0.25}, self.valence) for scores in self.score(texts)]


def tag(scorer, text, language="en"):
    return wrap_scorer(scorer).tag([text], [language])[0]


def test_a_scorer_becomes_a_tagger():
    scorer = Fixed(delight=1.0)
    assert isinstance(scorer, Scorer) and not isinstance(scorer, Tagger)
    assert isinstance(wrap_scorer(scorer), Tagger)
    assert wrap_scorer(scorer).name == "fixed/1"


def test_the_best_label_above_the_cut_is_taken():
    emotion = tag(Fixed(delight=0.8, neutral=0.2), "we were very happy with it")
    assert (emotion.label, emotion.confidence, emotion.abstained) == ("delight", 0.8, False)
    assert emotion.valence > 0.4 and emotion.distress < 0.1


def test_a_reader_is_asked_for_valence_and_its_own_labels():
    reader, text = Told(neutral=1.0), "it came on the second day"
    assert isinstance(reader, Reader) and not isinstance(Fixed(), Reader)
    assert tag(reader, text).valence == pytest.approx(tag(Fixed(neutral=1.0), text).valence)
    reader.valence = -0.9
    assert tag(reader, text).valence < -0.5
    assert tag(reader, text).native == {"grief": 0.25}
    assert tag(Fixed(neutral=1.0), text).native == {}


def test_below_the_cut_it_abstains():
    emotion = tag(Fixed(anger=0.49, frustration=0.4, neutral=0.11), "we have been waiting for you since nine")
    assert (emotion.label, emotion.abstained) == (None, True)
    assert emotion.distress > 0.2  # upset, whatever the name of it


def test_cues_speak_up_against_a_model_that_hears_praise():
    emotion = tag(
        Fixed(gratitude=0.9, neutral=0.1), "third week without a refund, i am cancelling my contract, never again"
    )
    assert (emotion.label, emotion.abstained) == (None, True)
    assert emotion.churn_risk > 0.7


@pytest.mark.parametrize(
    ("text", "language"), [("", "en"), ("guten Tag, wo bleibt mein Paket", None), ("hello there", "de")]
)
def test_it_is_not_asked_about_what_is_not_english(text, language):
    scorer = Fixed(anger=1.0)
    assert tag(scorer, text, language).abstained
    assert scorer.asked == []


@pytest.mark.parametrize("text", ["😡😡", "⭐⭐⭐", "@shop 👎", ":("])
@pytest.mark.parametrize("language", ["en", None])
def test_emoji_alone_are_read(text, language):
    assert not tag(Fixed(anger=1.0), text, language).abstained


@pytest.mark.parametrize(
    ("text", "language"), [("😡😡", "de"), ("???", "en"), ("... 12 ,", None), ("<PERSON_1>", "en")]
)
def test_signs_that_say_nothing_are_not(text, language):
    assert tag(Fixed(anger=1.0), text, language).abstained


def test_it_never_sees_a_placeholder_or_a_handle():
    scorer = Fixed(neutral=1.0)
    tag(scorer, "please tell <PERSON_1> and @shop_support that it is at https://example.com/x")
    assert len(scorer.asked) == 1
    assert not any(mark in scorer.asked[0] for mark in ("PERSON", "@", "http"))


def test_a_model_that_answers_with_other_labels_is_told():
    scorer = Fixed()
    scorer.scores = {"joy": 1.0}
    with pytest.raises(ConfigError, match=r"fixed/1.*score for each"):
        tag(scorer, "we were very happy with it")
