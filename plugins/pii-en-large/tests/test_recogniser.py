"""The second look: what it finds where rules and names alone do not, that company changes nothing, and that it fails closed."""

import json
import random
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from hub import plugins
from hub.contract import ConfigError
from hub.privacy.redaction import load_redaction, make_redactor
from hub_pii_en_large.model import WEIGHTS, Model
from hub_pii_en_large.pieces import LONGEST, MARKS, Pieces, cut, load_tokenizer, windows
from hub_pii_en_large.recogniser import PersonalRecogniser

ROOT = Path(__file__).parents[3]
POLICY = load_redaction(ROOT / "privacy" / "redaction.yaml")


@pytest.fixture(scope="module")
def recogniser():
    return PersonalRecogniser()


def found(recogniser, text):
    return {text[one.start : one.end]: one.entity_type for one in recogniser.analyze(text, [])}


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("I live in Kilrush and the bus never comes.", {"Kilrush": "LOCATION"}),
        ("we moved to Ardglass in May", {"Ardglass": "LOCATION"}),
        ("the seller dizzyowl sent me a brick", {"dizzyowl": "HANDLE"}),
        ("my gamertag is NuttyBadger, banned for nothing", {"NuttyBadger": "HANDLE"}),
        ("Left at 14 Larkspur Crescent, I was in.", {"14 Larkspur Crescent": "STREET_ADDRESS"}),
        ("My plate is KX21 PLO and I paid.", {"KX21 PLO": "LICENCE_PLATE"}),
    ],
)
def test_it_finds_in_context_what_is_personal(recogniser, text, there):
    assert found(recogniser, text) == there


@pytest.mark.parametrize(
    "text",
    [
        "We flew from Leeds to Kilrush and the hotel was cold.",
        "is the Leeds store open on Sunday?",
        "Version 4.2.1 crashes since the update, error E-44.",
        "The Ivy was fully booked so we had Nando's",
        "Charged 49.99 twice on 12 May by your app 3.2.1.",
        "The Charlotte sofa in grey arrived with a scratch.",
    ],
)
def test_what_says_nothing_about_anybody_stays(recogniser, text):
    assert found(recogniser, text) == {}


def test_the_hub_finds_it_by_its_entry_point():
    offered = plugins.load({"pii_en_large"}).offered
    assert isinstance(offered.recognisers["pii_en_large"](), PersonalRecogniser)


def test_an_answer_does_not_depend_on_its_neighbours(recogniser):
    lines = (ROOT / "plugins" / "pii-en" / "corpus" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines[:150]] + ["", "a long one: " + "order 4471 and " * 90]
    alone = [recogniser._model.read([text])[0][1] for text in texts]
    for shuffled in (texts, texts[::-1], random.Random(0).sample(texts, len(texts))):
        together = dict(zip(shuffled, recogniser._model.read(shuffled), strict=True))
        for text, chances in zip(texts, alone, strict=True):
            assert np.array_equal(together[text][1], chances), text  # to the last bit


@pytest.mark.parametrize("damaged", ["model.json", "model.onnx", "tokenizer.json"])
@pytest.mark.parametrize("content", [b"not a model", b"{}", None])
def test_damaged_or_missing_weights_are_told(tmp_path, damaged, content):
    folder = tmp_path / "weights"
    shutil.copytree(WEIGHTS, folder)
    if content is None:
        (folder / damaged).unlink()
    else:
        (folder / damaged).write_bytes(content)
    with pytest.raises(ConfigError, match=rf"{damaged}.*cannot be used"):
        Model(folder)


def test_switching_it_on_changes_the_fingerprint_and_the_name_of_the_engine(recogniser):
    on = POLICY.model_copy(update={"second_names": "pii_en_large"})
    assert on.fingerprint != POLICY.fingerprint
    assert "pii_en_large/4" in make_redactor(on, second=recogniser).engine
    assert "pii_en_large" not in make_redactor(POLICY).engine


def test_the_longest_text_is_read_in_seconds_and_a_longer_one_not_at_all(recogniser):
    on = POLICY.model_copy(update={"second_names": "pii_en_large"})
    redactor = make_redactor(on, second=recogniser)
    began = time.process_time()
    (result,) = redactor.redact(["Ada wrote to 12 Mill Lane, Leeds. " * 30_000], languages=["en"], known=[()])
    assert result.withheld
    assert time.process_time() - began < 1
    recogniser.analyze_batch(["Ada, 4471! " * (POLICY.max_length // 11)])
    assert time.process_time() - began < 60


def test_every_piece_of_a_long_text_is_judged_once_and_in_the_middle_of_a_window():
    for count in (1, 125, 126, 127, 128, 220, 221, 222, 1000):
        pieces = Pieces(
            [200 + i for i in range(count)], [1] * count, [(i, i + 1) for i in range(count)], [*range(count)]
        )
        judged = []
        for window in windows(pieces):
            assert len(window.ids) == len(window.marks) <= LONGEST
            judged += range(window.start, window.stop)
            assert window.ids[window.skip] == 200 + window.start
            assert window.start == 0 or window.skip > 10
        assert judged == [*range(count)], count


def test_marks_tell_how_a_piece_is_written_and_what_stands_before_it():
    tokenizer = load_tokenizer((WEIGHTS / "tokenizer.json").read_bytes())
    low, high, number, line = cut(tokenizer, ["anna", "Anna", "47", "a\nanna"])
    assert low.ids == high.ids
    assert len({low.marks[0], high.marks[0], number.marks[0]}) == 3
    assert line.ids[1] == low.ids[0]
    assert all(0 < mark < MARKS for one in (low, high, number, line) for mark in one.marks)


def test_a_text_of_nothing_that_can_be_read_gives_nothing(recogniser):
    assert recogniser.analyze_batch(["", " \n ", "\u200b"]) == [[], [], []]
