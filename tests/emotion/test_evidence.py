"""Evidence: where in a text a label rests on, in the text's own characters."""

import pytest

from hub.emotion import load_tagger
from hub.emotion.evidence import Evidence, split_sentences
from hub.emotion.model import load_model


@pytest.fixture(scope="module")
def tagger():
    return load_tagger()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Hi there. I waited 3.5 hours for <PERSON_1>! :)", ["Hi there.", "I waited 3.5 hours for <PERSON_1>! :)"]),
        ("  \n two\nthree?!  He said \"no.\" Then", ["two", "three?!", 'He said "no."', "Then"]),
        ("no end", ["no end"]),
        ("", []),
        (" \n ", []),
    ],
)  # fmt: skip
def test_sentences_stand_where_they_stand(text, sentences):
    assert [text[start:end] for start, end in split_sentences(text)] == sentences


def test_a_text_of_many_sentences_is_cut_into_few():
    assert len(split_sentences("Again and again. " * 5000)) == 40


def test_the_label_points_at_its_sentence(tagger):
    text = "My order was <ORDER_1>, bought in May. I am so angry and furious about this! Please send the invoice to <EMAIL_1>."
    (emotion,) = tagger.tag([text], ["en"])
    assert emotion.label == "anger"
    assert text[slice(*emotion.evidence)] == "I am so angry and furious about this!"


def test_a_tag_without_a_label_points_nowhere(tagger):
    assert tagger.tag(["", "Guten Tag. Wo ist mein Paket?"], ["en", "de"])[1].evidence is None
    assert Evidence(load_model()).find(["One. Two three."], [None]) == [None]


def test_a_label_of_one_sentence_points_at_all_of_it(tagger):
    (emotion,) = tagger.tag(["  thank you so much \n"], ["en"])
    assert (emotion.label, emotion.evidence) == ("gratitude", (2, 19))


def test_who_is_stirred_is_told_from_who_is_calm(tagger):
    calm, stirred, loud = tagger.tag(
        ["please send the invoice to our new address", "I am furious", "I am FURIOUS about YOUR service!!!"], ["en"] * 3
    )
    assert 0 <= calm.arousal < 0.45 < stirred.arousal < loud.arousal <= 1
