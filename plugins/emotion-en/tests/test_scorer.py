"""The model that ships: it reads plain and hard messages, does not look at neighbours, and keeps its promises."""

import json
from pathlib import Path

import pytest

from hub.contract import ConfigError, Reader
from hub.emotion.taxonomy import NATIVE
from hub_emotion_en.corpus import LABELS, read_corpus
from hub_emotion_en.scorer import WEIGHTS, MiniLmScorer, load_scorer

CORPUS = Path(__file__).parent.parent / "corpus"


@pytest.fixture(scope="module")
def scorer():
    return load_scorer()


def best(scorer, text):
    scores = scorer.score([text])[0]
    return max(scores, key=scores.__getitem__)


def test_it_is_a_reader_with_a_versioned_name(scorer):
    assert isinstance(scorer, Reader)
    assert scorer.name == "minilm-en/7"
    assert 0 < scorer.cut < 1


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Third week without a phone line, and every agent asks me the same questions again.", "frustration"),
        ("You thieves charged me twice and then hung up on me!", "anger"),
        ("Thank you so much for your patience, you were a great help.", "gratitude"),
        ("I love it, the best present ever!!", "delight"),
        ("Please send the invoice to our new address.", "neutral"),
        ("I am so worried that somebody got into my account.", "anxiety"),
        ("My husband died last week and his name is still on the account.", "sadness"),
    ],
)
def test_plain_cases(scorer, text, label):
    assert best(scorer, text) == label


@pytest.mark.parametrize(
    ("text", "label"),
    [("😡😡😡", "anger"), ("😢💔", "sadness"), ("🙏❤️", "gratitude"), ("😰", "anxiety"), ("it came 😍", "delight")],
)
def test_emoji_are_read(scorer, text, label):
    assert best(scorer, text) == label


def test_the_graph_is_written_for_the_operators_that_are_fast():
    graph = (WEIGHTS / "model.onnx").read_bytes()
    assert b"MatMulIntegerToFloat" in graph
    for slow in (b"BiasGelu", b"SkipLayerNormalization", b"DynamicQuantizeLinear"):
        assert slow not in graph, f"training/compact.py writes no {slow.decode()}"


def test_scores_are_probabilities_of_the_hubs_labels(scorer):
    for scores in scorer.score(["hello", "", "x" * 5000, "🙂", "a b " * 4000]):
        assert tuple(scores) == LABELS
        assert sum(scores.values()) == pytest.approx(1)


def test_an_answer_does_not_depend_on_its_neighbours(scorer):
    texts = [message.text for message in read_corpus(CORPUS)[:150]]
    alone = [scorer.read([text])[0] for text in texts[:40]]
    assert scorer.read(texts)[:40] == alone  # to the last bit
    assert scorer.read(texts[::-1])[::-1][:40] == alone
    assert scorer.score(texts)[:40] == [reading.scores for reading in alone]
    assert scorer.score([]) == []


def test_it_tells_goemotions_labels_and_how_pleasant_a_text_is(scorer):
    thanks, rage = scorer.read(["thank you so much", "you idiots, I am furious"])
    assert set(thanks.native) == set(rage.native) == set(NATIVE)
    assert max(thanks.native, key=thanks.native.__getitem__) == "gratitude"
    assert rage.native["anger"] > 0.5 > thanks.native["anger"]
    assert -1 <= rage.valence < -0.5 and 0.5 < thanks.valence <= 1


def test_the_end_of_a_long_message_is_read_too(scorer):
    long = "Please find the dates and the positions below. " * 60
    calm, upset = scorer.score([long, long + "You lying thieves, I am furious, give me my money back now!"])
    assert upset["anger"] > 2 * calm["anger"]


def test_it_keeps_what_its_card_promises_on_messages_it_never_saw(scorer):
    promised = json.loads((WEIGHTS / "metrics.json").read_text())
    messages = [message for message in read_corpus(CORPUS) if message.part == "test"]
    found = [max(scores, key=scores.__getitem__) for scores in scorer.score([message.text for message in messages])]
    right = sum(label == message.label for label, message in zip(found, messages, strict=True)) / len(messages)
    assert len(messages) >= promised["messages"]  # the corpus grows
    assert right == pytest.approx(promised["accuracy"], abs=0.04)


@pytest.mark.parametrize("damaged", ["model.json", "model.onnx", "tokenizer.json"])
@pytest.mark.parametrize("content", [b"not a model", None])
def test_damaged_or_missing_weights_are_told(tmp_path, damaged, content):
    for name in ("model.json", "tokenizer.json", "model.onnx"):
        (tmp_path / name).write_bytes((WEIGHTS / name).read_bytes())
    if content is None:
        (tmp_path / damaged).unlink()
    else:
        (tmp_path / damaged).write_bytes(content)
    with pytest.raises(ConfigError, match=rf"{damaged}.*cannot be used"):
        MiniLmScorer(tmp_path)


def test_settings_name_the_labels_in_order():
    assert tuple(json.loads((WEIGHTS / "model.json").read_text())["labels"]) == LABELS
