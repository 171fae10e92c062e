"""The tagger: honest about what it cannot read, bound to words, blind to names."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.contract import Tagger
from hub.emotion import CANONICAL, NATIVE, LinearTagger, canonical, load_tagger, tone_hint
from hub.schema import EmotionLabel
from hub.testing.cast import make_cast

NEGATIVE = {"anger", "frustration", "disappointment", "anxiety", "sadness"}


@pytest.fixture(scope="module")
def tagger() -> LinearTagger:
    return load_tagger()


def tag(tagger, text, language="en"):
    return tagger.tag([text], [language])[0]


def test_it_is_a_tagger_with_a_versioned_name(tagger):
    assert isinstance(tagger, Tagger)
    assert tagger.name == "linear-en/3"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("My order arrived broken and nobody answers. I am absolutely furious, this is the third time!", "anger"),
        ("Still waiting for the refund. Really disappointed, you promised it last week.", "disappointment"),
        ("I'm worried about my account, please call me", "anxiety"),
        ("I don't understand the error message. What does code 17 mean?", "confusion"),
        ("Thanks, all good now. I appreciate the help.", "gratitude"),
        ("I love this airline, the crew was amazing!", "delight"),
        ("The parcel is at the wrong address. So frustrating.", "frustration"),
        ("my dog died and I am so sad", "sadness"),
    ],
)
def test_plain_cases(tagger, text, label):
    emotion = tag(tagger, text)
    assert (emotion.label, emotion.abstained) == (label, False)


@pytest.mark.parametrize(
    "text",
    [
        "third day without my bag",
        "my flight was cancelled and nobody told us",
        "you charged my card twice",
        "still no reply from support",
        "the parcel never arrived",
        "on hold for two hours",
        "the app stopped working after the update",
    ],
)
def test_complaints_that_state_facts_are_not_neutral_with_confidence(tagger, text):
    emotion = tag(tagger, text)
    assert emotion.label != "neutral"
    assert emotion.label in NEGATIVE or emotion.abstained
    assert emotion.distress >= 0.3
    assert emotion.valence < 0


@pytest.mark.parametrize("text", ["", "   ", "!!!", "12345", "<PERSON_1>", "<TEXT>"])
def test_it_abstains_where_there_is_nothing_to_read(tagger, text):
    emotion = tag(tagger, text)
    assert (emotion.label, emotion.abstained, emotion.confidence, dict(emotion.scores)) == (None, True, 0.0, {})


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I am so angry", "de"),
        ("I am so angry", "pt-BR"),
        ("Estoy muy enfadado con este servicio, quiero mi dinero", None),
        ("Estoy muy enfadado con este servicio, quiero mi dinero", "en"),
        ("Ich bin sehr enttäuscht von diesem Service", "und"),
        ("我的行李丢了", None),
    ],
)
def test_it_abstains_on_other_languages(tagger, text, language):
    assert tag(tagger, text, language).abstained


def test_english_is_read_with_and_without_declaration(tagger):
    for language in ("en", "en-GB", "EN_us", None, "und"):
        assert tag(tagger, "I am so angry about this", language).label == "anger"


def test_sarcastic_thanks_get_no_pleased_label(tagger):
    for text in ("Thanks for nothing, still no reply and you lost my bag", "Great, another delay. Thanks for nothing!"):
        assert tag(tagger, text).label not in {"gratitude", "delight", "satisfaction"}


def test_names_do_not_matter(tagger):
    texts = [f"<PERSON_{n}> was rude to me, I am furious" for n in (1, 2, 77)]
    found = [
        replace(emotion, evidence=None) for emotion in tagger.tag(texts, ["en"] * 3)
    ]  # a name's mark may be longer
    assert len(set(map(repr, found))) == 1
    assert tag(tagger, "@tia was here").scores == tag(tagger, "@bob was here").scores


def test_an_answer_does_not_depend_on_its_neighbours_and_order_is_kept(tagger):
    texts = [line.text for member in make_cast(48).members for line in member.lines]
    together = tagger.tag(texts, ["en"] * len(texts))
    assert together == [tag(tagger, text) for text in texts]
    assert list(reversed(together)) == tagger.tag(texts[::-1], ["en"] * len(texts))


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.text(max_size=60) | st.sampled_from(["I am furious!!!", "thank you so much", "cancel my account"]),
        max_size=4,
    )
)
def test_scales_hold_for_any_text(tagger, texts):
    for emotion in tagger.tag(texts, [None] * len(texts)):
        assert -1 <= emotion.valence <= 1
        assert all(
            0 <= value <= 1 for value in (emotion.intensity, emotion.confidence, emotion.distress, emotion.churn_risk)
        )
        assert (emotion.label is None) == emotion.abstained
        if emotion.scores:
            assert list(emotion.scores) == list(CANONICAL)
            assert list(emotion.native) == list(NATIVE)
            assert sum(emotion.scores.values()) == pytest.approx(1, abs=0.01)
            assert emotion.confidence == max(emotion.scores.values())


def test_emphasis_raises_intensity_only_up_to_a_point(tagger):
    calm, loud, louder, loudest = (
        tag(tagger, text).intensity
        for text in (
            "I am angry",
            "I am so angry!",
            "I am REALLY so ANGRY!!!",
            "I am REALLY so so so ANGRY NOW!!!!!!!!!!!!",
        )
    )
    assert calm < loud < louder
    assert loudest <= louder + 0.05


def test_canonical_adds_up_native_labels():
    scores = canonical({"anger": 0.25, "disgust": 0.25, "desire": 0.5})
    assert (scores["anger"], scores["neutral"], scores["delight"]) == (0.5, 0.5, 0.0)
    assert set(scores) == {label.value for label in EmotionLabel}
    with pytest.raises(KeyError):
        canonical({"rage": 1.0})


@pytest.mark.parametrize(
    ("label", "distress", "valence", "tone"),
    [
        ("anger", 0.1, 0.0, "careful"),
        (None, 0.6, 0.5, "careful"),
        ("delight", 0.1, 0.6, "warm"),
        ("delight", 0.1, 0.1, "neutral"),
        ("neutral", 0.1, 0.6, "neutral"),
        (None, 0.1, 0.6, "neutral"),
        ("confusion", 0.2, -0.5, "careful"),
    ],
)
def test_tone_hint(label, distress, valence, tone):
    assert tone_hint(label, distress, valence) == tone


def test_weights_are_small_and_whole():
    from hub.emotion.model import WEIGHTS, load_model

    model = load_model()
    assert model.native.shape == (1 << 16, len(NATIVE))
    assert model.native.dtype == np.int8
    assert WEIGHTS.stat().st_size < 3_000_000
