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
    "an African-American",
    "a non-binary",
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


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("The old woman waits", "The woman waits"),  # nothing but a word that means something else, too
        ("He's straight and waits", "He's xname and waits"),
        ("I AM DEAF", "I AM xname "),
        ("ı am deaf", "ı am xname "),  # a Turkish keyboard
        ("Germans wait", " xname wait"),
        ("A non-binary friend waits", "a friend waits"),
        ("The non-binary wait", "The xname wait"),
        ("A Jewish-run shop", " xname run shop"),
        ("An old phone of a gay man I am not", "An old phone of a man I am not"),
    ],
)
def test_every_search_that_can_find_something_is_made(text, hidden):
    assert " ".join(hide_belonging(text).split()) == " ".join(hidden.split())


def test_words_that_mean_something_else_are_left_alone():
    for text in (
        "my screen is black",
        "the account was disabled straight away",
        "an old phone",
        "white goods",
        "nothing here",
    ):
        assert hide_belonging(text) == text


@pytest.mark.parametrize(
    ("texts", "plain"),
    [
        (("👍🏽 works", "👍🏿 works", "👍 works"), "👍 works"),
        (("ugh 🤦🏾‍♀️", "ugh 🤦‍♂️", "ugh 🤦"), "ugh 🤦"),
        (("👩🏿‍💻 waited", "👨‍🦰 waited", "🧕🏽 waited", "👵 waited", "👨‍👩‍👧‍👦 waited", "🧑 waited"), "🧑 waited"),
        (("furious 🇳🇬", "furious 🏳️‍🌈", "furious 🏴󠁧󠁢󠁳󠁣󠁴󠁿", "furious ✝️", "furious ☪", "furious "), "furious "),
    ],
)
def test_who_is_drawn_does_not_matter(texts, plain):
    assert {mask(text) for text in texts} == {plain}


def test_other_signs_stay():
    for text in ("❤️‍🔥 😮‍💨 1️⃣ ☎️ it’s", "naïve ♀ question"):
        assert hide_belonging(text) == text
