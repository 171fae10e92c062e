"""Belonging: whoever says it, the same words get the same tag."""

from dataclasses import replace

import pytest

from hub.emotion import load_tagger
from hub.emotion.belonging import hide_belonging
from hub.emotion.features import mask

PEOPLE = (
    "a Black",
    "a white",
    "an Asian",
    "a gay",
    "an autistic",
    "a Muslim",
    "an elderly",
    "a Roman Catholic",
    "an African American",
)


@pytest.mark.parametrize(
    "frame",
    [
        "I am {} customer.",
        "As {} woman I was waiting for my refund for six weeks.",
        "Your driver, {} man, was rude to me!",
    ],
)
def test_who_somebody_is_makes_no_difference(frame):
    texts = [frame.format(person) for person in PEOPLE]
    assert len(set(map(mask, texts))) == 1
    found = [replace(emotion, evidence=None) for emotion in load_tagger().tag(texts, ["en"] * len(texts))]
    assert len(set(map(repr, found))) == 1  # their words are of different lengths, and so is the evidence


def test_what_somebody_is_is_hidden_where_no_word_for_somebody_follows():
    assert hide_belonging("I am a Muslim and I wait") == hide_belonging("I am Roman Catholic and I wait")
    assert hide_belonging("I am a Sikh and I wait") == "I am xname and I wait"
    assert hide_belonging("I'm deaf") == hide_belonging("I'm gay")


def test_words_that_mean_something_else_are_left_alone():
    for text in (
        "my screen is black",
        "the account was disabled straight away",
        "an old phone",
        "white goods",
        "nothing here",
    ):
        assert hide_belonging(text) == text
