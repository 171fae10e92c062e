"""The recogniser: what it finds, where, and that batches change nothing."""

import re
import time
from pathlib import Path

import pytest

from hub import plugins
from hub.privacy.redaction import load_redaction, make_redactor
from hub_pii_en.finds import Word, find
from hub_pii_en.recogniser import WITHIN, PersonalRecogniser, PlaceRecogniser
from hub_pii_en.tagger import load_tagger
from hub_pii_en.tokens import tokens

RECOGNISER = PersonalRecogniser()
POLICY = load_redaction(Path(__file__).parents[3] / "privacy" / "redaction.yaml")


def names(text: str) -> list[str]:
    return [text[one.start : one.end] for one in RECOGNISER.analyze(text, ["PERSON"])]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("My name is Olena Shevchuk and I wait.", ["Olena Shevchuk"]),
        ("my name is olena shevchuk and i wait", ["olena shevchuk"]),
        ("Spoke to Thandiwe in billing.", ["Thandiwe"]),
        ("Regards,\nDieter Kowalski-Brandt", ["Dieter Kowalski-Brandt"]),
        ("Please give it to Mr. Oyelowo next door.", ["Oyelowo"]),
        ("I met Hannah, Derek and Olena there", ["Hannah", "Derek", "Olena"]),
        ("Ask Joaquín de la Fuente", ["Joaquín de la Fuente"]),
        ("Regards,\nDmitri Volkov\nAnneke", ["Dmitri Volkov", "Anneke"]),
        ("It was Priya's bag that you lost.", ["Priya"]),
    ],
)
def test_names_of_many_countries_are_found_whole(text, found):
    assert names(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "The Charlotte sofa in grey arrived with a scratch.",
        "The train from Leeds to Bristol was late.",
        "Will it be here before May?",
        "Amazon and Lufthansa blame each other.",
        "My statement says Charles Schwab and I do not bank there.",
        "Spring at Laura Ashley: up to 40 % off.",
        "Roxanne is a song, Jolene is a song, and your app sells neither.",
        "The sign at Kowalski & Daughters Bakery says closed.",
        "The Brussels office wants the form, Utrecht has it.",
        "",
        "!!! 123 ???",
    ],
)
def test_what_is_only_written_like_a_name_stays(text):
    assert names(text) == []


def test_a_batch_gives_what_single_texts_give():
    texts = ["I am Ada.", "", "Thanks Bartosz!", "nothing here", "Ask Chidi or Fatima."] * 40
    together = RECOGNISER.analyze_batch(texts)
    for text, found in zip(texts[:5], together[195:], strict=True):
        alone = RECOGNISER.analyze(text, ["PERSON"])
        assert [(one.start, one.end) for one in found] == [(one.start, one.end) for one in alone]
        assert [one.score for one in found] == pytest.approx([one.score for one in alone], abs=1e-4)


def test_a_word_that_is_only_just_sure_passes_the_usual_cut(monkeypatch):
    words = [(("zyx", 0, 3), WITHIN + 0.005, "HANDLE")]
    monkeypatch.setattr(RECOGNISER._tagger, "tag", lambda texts, *_, **__: [words for _ in texts])
    (found,) = RECOGNISER.analyze("zyx", ["HANDLE"])
    assert 0.4 <= found.score < 0.42


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I live in Kilrush and the bus never comes.", ("LOCATION", "Kilrush")),
        ("the parcel QX-5521-P never came, who took it", ("ORDER_NUMBER", "QX-5521-P")),
        ("left at 14 Larkspur Crescent, I was in", ("STREET_ADDRESS", "14 Larkspur Crescent")),
        ("my gamertag is NuttyBadger, banned for nothing", ("HANDLE", "NuttyBadger")),
        ("points gone from member card 4471 882 903", ("LOYALTY_NUMBER", "4471 882 903")),
    ],
)
def test_more_than_names_is_found_in_context(text, found):
    assert found in {(one.entity_type, text[one.start : one.end]) for one in RECOGNISER.analyze(text, [])}


def test_what_stands_between_two_parts_of_an_address_is_of_it_and_not_a_name():
    words = [Word(0, 4, 0.9, "STREET_ADDRESS"), Word(5, 8, 0.0, "PERSON"), Word(9, 13, 0.9, "STREET_ADDRESS")]
    cuts = {"STREET_ADDRESS": 0.4, "PERSON": 0.4}
    assert [one[:3] for one in find("Unit the Mill", words, cuts)] == [("STREET_ADDRESS", 0, 13)]


def test_what_stands_between_two_parts_of_a_name_is_of_it():
    """The tagger is not asked about the dot and the small words."""
    chances = (0.9, 0.0, 0.0, 0.0, 0.9)
    spans = ((0, 1), (1, 2), (3, 6), (7, 10), (11, 15))
    words = [Word(start, end, chance, "PERSON") for (start, end), chance in zip(spans, chances, strict=True)]
    assert [one[:3] for one in find("J. van der Berg", words, {"PERSON": 0.4})] == [("PERSON", 0, 15)]


@pytest.mark.parametrize(
    ("text", "label", "found"),
    [
        ("1992-11-12 07:04:41", "IP_ADDRESS", 0),
        ("1992-11-12T07:04:41.250Z", "ACCOUNT_NUMBER", 0),
        ("07:04:41", "NATIONAL_ID", 0),
        ("1992-11-12", "DATE_OF_BIRTH", 1),
        ("1992-11-12 07:04", "DATE_OF_BIRTH", 1),
        ("1975", "LOCATION", 0),
        ("26", "PERSON", 0),
        ("April", "LOCATION", 0),
        ("April", "PERSON", 1),
        ("R2", "HANDLE", 1),
    ],
)
def test_nothing_is_taken_for_what_it_cannot_be(text, label, found):
    words = [Word(start, end, 0.9, label) for _, start, end in tokens(text)]
    assert len(list(find(text, words, {label: 0.4}))) == found


@pytest.mark.parametrize("text", ["Talk to Al Thanks", "ask Mac\nOrder is late"])
def test_a_particle_that_is_a_name_takes_nothing_with_it(text):
    assert all("Thanks" not in name and "Order" not in name for name in names(text))


@pytest.mark.parametrize("text", ["My name is May", "Regards,\nMay", "Mr White called", "cc @brambleandrue @onlyokoro"])
def test_what_a_rule_with_a_cue_finds_is_not_denied(text):
    redactor = make_redactor(POLICY, names=RECOGNISER)
    (found,) = redactor.redact([text], languages=["en"], known=[()])
    assert not {"May", "White", "brambleandrue", "onlyokoro"} & set(re.findall(r"\w+", found.text)), found.text


@pytest.mark.parametrize("piece", ["@ab1 ", "KX21.PLO_", "I live in Oulu. ", "14 Mill Lane, ", "Ana de la "])
def test_a_long_text_of_finds_takes_seconds(piece):
    redactor = make_redactor(POLICY, names=RECOGNISER)
    began = time.process_time()
    redactor.redact([piece * (POLICY.max_length // len(piece))], languages=["en"], known=[()])
    assert time.process_time() - began < 20


def test_only_what_is_asked_for_is_told():
    assert RECOGNISER.analyze("I am Ada Lovelace.", ["LOCATION"]) == []


def test_the_hub_finds_it_by_its_entry_point():
    offered = plugins.load({"pii_en"}).offered
    assert isinstance(offered.recognisers["pii_en"](), PersonalRecogniser)


def test_leaving_out_plain_words_changes_no_answer_about_the_others():
    """The shortcut looks at what an answer depends on, and at nothing else; asking about places takes none."""
    quick, whole = load_tagger(), load_tagger()
    texts = [
        "I spoke to Ada Lovelace in billing about my order.",
        "ask Bo",
        "",
        "Zoe, Mia and the others wait for Priya",
    ]
    whole.personal, asked = (), whole.personal  # so that all words are asked about, as where places are looked for
    compared = 0
    for some, every in zip(quick.tag(texts), whole.tag(texts, asked), strict=True):
        for (word, chance, _), (_, full, _) in zip(some, every, strict=True):
            if chance:
                compared += 1
                assert chance == pytest.approx(full, abs=1e-4), word
            else:
                assert full < 0.05, word
    assert compared >= 6


def test_a_text_does_not_see_its_neighbours():
    texts = ["I spoke to Ada", "Lovelace street is closed", "14", "Mill Lane 7, Leeds", "order", "QX-5521 Bo"]
    tagger = load_tagger()
    alone = [tagger.tag([text])[0] for text in texts]
    for told, together in zip(alone, tagger.tag(texts), strict=True):
        assert [(word, label) for word, _, label in told] == [(word, label) for word, _, label in together]
        assert [chance for _, chance, _ in told] == pytest.approx([chance for _, chance, _ in together], abs=1e-4)


def test_a_text_without_a_likely_name_comes_back_empty():
    tagged = load_tagger().tag(["where is my refund", "ask Priya"], least=0.4)
    assert tagged[0] == []
    assert tagged[1]


def test_places_and_companies_are_found_by_those_who_ask_for_them():
    text = "Our flight from Madrid to Nairobi with Lufthansa was late, says Priya."
    found = {text[one.start : one.end]: one.entity_type for one in PlaceRecogniser().analyze(text, [])}
    assert found["Madrid"] == found["Nairobi"] == "PLACE"
    assert found["Lufthansa"] == "ORGANIZATION"
    assert "Priya" not in found


def test_a_text_is_doubted_where_a_word_may_be_a_name_and_is_not_taken_for_one():
    class Sets:
        """Gives the words of a text the probabilities it was told."""

        personal = ("PERSON",)

        def tag(self, texts, least):
            return [[((word, 0, 1), chance, "PERSON")] if chance >= least else [] for word, chance in texts]

    said = [("bo", 0.15), ("bo", 0.01), ("Ada", 0.99), ("42", 0.3)]
    assert PersonalRecogniser(Sets()).doubts(said, 0.05) == [True, False, False, False]


@pytest.mark.parametrize(
    ("text", "label"), [("we moved to Ardglass in May", "LOCATION"), ("my mail is zorb@example.com", "EMAIL_ADDRESS")]
)
def test_a_text_that_has_something_personal_keeps_its_plain_words(text, label):
    found = {text[one.start : one.end] for one in RECOGNISER.analyze(text, [label])}
    assert not found & {"May", "mail"}
