"""The cascade: a second recogniser of names sees what the first is not sure of, and what either finds is removed."""

from pathlib import Path

import pytest
from presidio_analyzer import Pattern, PatternRecognizer, RecognizerResult

from hub.app import Hub
from hub.config import Deployment, Settings
from hub.errors import ConfigError
from hub.privacy.redaction import load_redaction, make_redactor

ROOT = Path(__file__).resolve().parents[2]
POLICY = load_redaction(ROOT / "privacy" / "redaction.yaml").model_copy(update={"second_names": "other"})


class Finds(PatternRecognizer):
    """Finds one word, and doubts texts with another."""

    def __init__(self, word, doubted=None):
        super().__init__("PERSON", patterns=[Pattern("none", "(?!)", 1.0)], name=f"finds_{word}")
        self.word, self.doubted, self.seen = word, doubted, []

    def analyze_batch(self, texts):
        self.seen += texts
        return [
            [RecognizerResult("PERSON", at, at + len(self.word), 0.9)] if (at := text.find(self.word)) >= 0 else []
            for text in texts
        ]


class Doubts(Finds):
    def doubts(self, texts, margin):
        assert margin == POLICY.unsure_from
        return [self.doubted in text for text in texts]


def redact(first, second, texts):
    redactor = make_redactor(POLICY, names=first, second=second)
    return [one.text for one in redactor.redact(texts, languages=["en"] * len(texts), known=[()] * len(texts))]


def test_the_second_sees_only_what_the_first_doubts_and_both_count():
    first, second = Doubts("zorb", "maybe"), Finds("quux")
    texts = ["zorb and quux maybe", "zorb and quux", "nothing here", "quux maybe"]
    assert redact(first, second, texts) == [
        "<PERSON_1> and <PERSON_2> maybe", "<PERSON_1> and quux", "nothing here", "<PERSON_1> maybe",
    ]  # fmt: skip
    assert second.seen == ["zorb and quux maybe", "quux maybe"]


def test_a_first_that_cannot_doubt_is_doubted_everywhere():
    second = Finds("quux")
    assert redact(Finds("zorb"), second, ["zorb", "quux"]) == ["<PERSON_1>", "<PERSON_1>"]
    assert second.seen == ["zorb", "quux"]


def test_a_second_that_finds_more_than_the_first_looks_for_sees_every_text():
    second = Finds("quux")
    second.supported_entities = ["PERSON", "LOCATION"]
    assert redact(Doubts("zorb", "maybe"), second, ["zorb and quux", "quux maybe"]) == [
        "<PERSON_1> and <PERSON_2>", "<PERSON_1> maybe",
    ]  # fmt: skip
    assert second.seen == ["zorb and quux", "quux maybe"]


class Denies(Finds):
    """Reviews: finds its word, and says of one other word that it is nothing."""

    def __init__(self, word, denied):
        super().__init__(word)
        self.denied = denied

    def review_batch(self, texts, found):
        kept = [
            [one for one in before if text[one.start : one.end] != self.denied]
            for text, before in zip(texts, found, strict=True)
        ]
        return [[*before, *more] for before, more in zip(kept, self.analyze_batch(texts), strict=True)]


def test_a_second_that_reviews_sees_every_text_and_denies_what_the_first_found():
    first, second = Denies("zorb", "none"), Denies("quux", "zorb")
    assert redact(first, second, ["zorb and quux", "zorb"]) == ["zorb and <PERSON_1>", "zorb"]


def test_nobody_denies_what_a_first_finds_that_reviews_nothing_itself():
    """It may be a list that a site keeps."""
    texts = ["zorb and quux", "zorb"]
    assert redact(Finds("zorb"), Denies("quux", "zorb"), texts) == ["<PERSON_1> and <PERSON_2>", "<PERSON_1>"]


def test_a_stock_second_that_looks_for_more_sees_every_text():
    second = PatternRecognizer("LOCATION", deny_list=["Atlantis"], name="deny")
    assert redact(Doubts("zorb", "maybe"), second, ["from Atlantis"]) == ["from <LOCATION_1>"]


def test_whoever_reads_names_denies_what_a_rule_is_not_sure_of_and_nothing_else():
    guess = "I live in Zorbville."
    assert redact(Finds("quux"), Finds("none"), [guess]) == ["I live in <LOCATION_1>."]
    assert redact(Denies("quux", "Zorbville"), Finds("none"), [guess]) == [guess]
    certain = "Mr Zorb, zorb@example.com, 4111 1111 1111 1111, +44 7700 900123, 12345678Z"
    removed = redact(Finds("quux"), Finds("none"), [certain])
    for word in certain.split(", "):
        assert redact(Denies("quux", word.removeprefix("Mr ")), Finds("none"), [certain]) == removed, word
        assert word not in removed[0]


def test_a_handle_is_found_by_its_form_and_may_be_a_companys_in_context():
    tweet = "@zorb_1 your app is down again"
    for reader in (Finds("quux"), Denies("quux", "nothing")):
        reader.supported_entities = ["PERSON", "HANDLE"]
        assert redact(reader, Finds("none"), [tweet]) == ["<HANDLE_1> your app is down again"]
    reader.denied = "@zorb_1"
    assert redact(reader, Finds("none"), [tweet]) == [tweet]


def test_no_rule_guesses_at_what_a_reader_looks_for_in_context():
    guesses = "I live in Zorbville, it is unit 7-b, Zorb Wharf"
    reader = Denies("quux", "nothing")
    assert "Zorbville" not in redact(reader, Finds("none"), [guesses])[0]
    reader.supported_entities = ["PERSON", "LOCATION"]
    assert "Zorbville" in redact(reader, Finds("none"), [guesses])[0]
    assert "Mr <PERSON_1>" in redact(reader, Finds("none"), ["Mr Zorb waits"])[0]


def test_nobody_denies_what_a_site_wrote_or_the_hub_knows():
    own = {"name": "ticket", "entity": "ORDER_NUMBER", "regex": "ZZ-\\d{4}"}
    policy = load_redaction(ROOT / "privacy" / "redaction.yaml")
    policy = type(policy).model_validate(policy.model_dump() | {"patterns": [own]})
    redactor = make_redactor(policy, names=Denies("quux", "ZZ-4711"))
    (found,) = redactor.redact(["where is ZZ-4711"], languages=["en"], known=[()])
    assert found.text == "where is <ORDER_NUMBER_1>"
    redactor = make_redactor(policy, names=Denies("quux", "Zorb"))
    (found,) = redactor.redact(["where is Zorb"], languages=["en"], known=[("Zorb",)])
    assert found.text.startswith("where is <")


def test_both_are_named_beside_every_redacted_text():
    engine = make_redactor(POLICY, names=Finds("zorb"), second=Finds("quux")).engine
    assert "finds_zorb" in engine
    assert "then finds_quux" in engine


def test_a_second_that_is_not_installed_stops_the_hub(tmp_path):
    rules = (ROOT / "privacy" / "redaction.yaml").read_text(encoding="utf-8")
    (tmp_path / "privacy").mkdir()
    (tmp_path / "privacy" / "redaction.yaml").write_text(f"{rules}\nsecond_names: nobody\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="'nobody' is not installed"):
        Hub(Deployment(settings=Settings(version=1), root=tmp_path, revision="test")).redactor  # noqa: B018 - made on first use
