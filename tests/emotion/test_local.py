"""A model of somebody's own: read from its folder, bounded, told apart by what is in it, and never trusted with its form."""

import json
import struct

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from hub.app import Hub, write_key
from hub.config import Deployment, Settings
from hub.contract import Scorer
from hub.emotion import CANONICAL, local
from hub.emotion.local import load_local, name_local
from hub.emotion.scored import wrap_scorer
from hub.errors import ConfigError

WORDS = {"[UNK]": (0.0, 0.0, 1.0), "furious": (4.0, 0.0, 0.0), "love": (0.0, 4.0, 0.0)}
LABELS = {"name": "ours/3", "labels": {"rage": "anger", "joy": "delight", "calm": "neutral"}}


def field(number, value):
    """One field of a protobuf message: a number, or bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value):
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + varint(value >> 7)


def node(operator, inputs, output, *attributes):
    told = b"".join(field(1, name) for name in inputs) + field(2, output) + field(4, operator)
    return field(1, told + b"".join(field(5, one) for one in attributes))


def tensor(name, dims, kind, raw):
    return field(5, b"".join(field(1, dim) for dim in dims) + field(2, kind) + field(8, name) + field(9, raw))


def value(number, name, kind):
    shape = b"".join(field(1, field(2, f"{name}{axis}")) for axis in (0, 1))
    return field(number, field(1, name) + field(2, field(1, field(1, kind) + field(2, shape))))


def onnx_model(asks="input_ids"):
    """The mean of three numbers for each word, as an ONNX file: Gather, then ReduceMean over the words."""
    table = struct.pack("9f", *(number for row in WORDS.values() for number in row))
    axes = field(1, "axes") + field(20, 7) + field(8, 1)
    keep = field(1, "keepdims") + field(20, 2) + field(3, 0)
    graph = (
        node("Gather", ["table", asks], "rows") + node("ReduceMean", ["rows"], "logits", axes, keep) + field(2, "tiny")
        + tensor("table", (3, 3), 1, table) + value(11, asks, 7) + value(12, "logits", 1)
    )  # fmt: skip
    return field(1, 8) + field(7, graph) + field(8, field(2, 13))


@pytest.fixture
def folder(tmp_path):
    tokenizer = Tokenizer(models.WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "model.onnx").write_bytes(onnx_model())
    (tmp_path / "labels.json").write_text(json.dumps(LABELS))
    return tmp_path


def change(folder, **told):
    (folder / "labels.json").write_text(json.dumps(LABELS | told))


def test_a_folder_is_a_scorer(folder):
    scorer = load_local(folder)
    assert isinstance(scorer, Scorer) and scorer.cut == 0.5
    rage, joy = scorer.score(["furious furious", "love"])
    assert tuple(rage) == CANONICAL and sum(rage.values()) == pytest.approx(1)
    assert rage["anger"] > 0.9 > 0.1 > rage["delight"] and joy["delight"] > 0.9


def test_the_settings_name_a_folder_and_what_is_in_it_is_told(folder):
    write_key(folder / "var" / "audit.key")
    hub = Hub(Deployment(settings=Settings(version=1, tagger="./"), root=folder, revision="r"))
    (emotion,) = hub.tagger.tag(["I am furious"], ["en"])
    assert emotion.label == "anger"
    assert hub.tagger.name == name_local(folder) == hub.parts["tagger"]
    assert hub.tagger.name.startswith("ours/3@")


@pytest.mark.parametrize("name", list(local.FILES))
def test_whatever_changes_in_the_folder_changes_the_name(folder, name):
    before = name_local(folder)
    (folder / name).write_bytes((folder / name).read_bytes() + b"\n")
    assert name_local(folder) != before


def test_labels_may_share_an_emotion_and_need_not_exclude_each_other(folder):
    change(folder, labels={"rage": "anger", "wrath": "anger", "calm": "neutral"}, kind="sigmoid")
    (scores,) = load_local(folder).score(["love"])
    assert sum(scores.values()) == pytest.approx(1)
    assert scores["anger"] > scores["neutral"] > 0 == scores["delight"]


def test_a_text_is_read_up_to_its_longest(folder):
    change(folder, longest=8)
    calm, furious = load_local(folder).score(["x " * 8 + "furious " * 500, "furious " * 500])
    assert calm["anger"] < 0.5 < furious["anger"]
    assert wrap_scorer(load_local(folder)).tag(["", "  "], ["en", "en"])[0].abstained


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ({"labels": {"rage": "fury", "joy": "delight"}}, r"labels\.rage"),
        ({"labels": {"rage": "anger"}}, "at least 2"),
        ({"name": "Ours"}, "name"),
        ({"cut": 2}, "cut"),
        ({"shell": "rm"}, "shell"),
    ],
)
def test_what_labels_json_says_wrongly_is_told(folder, told, what):
    change(folder, **told)
    with pytest.raises(ConfigError, match=what):
        load_local(folder)


@pytest.mark.parametrize("name", list(local.FILES))
@pytest.mark.parametrize("content", [b"not what it should be", None])
def test_damaged_and_missing_files_are_told(folder, name, content):
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    with pytest.raises(ConfigError, match="cannot be used"):
        load_local(folder)


def test_a_file_that_is_too_large_is_not_read(folder, monkeypatch):
    monkeypatch.setattr(local, "FILES", {**local.FILES, "model.onnx": 100})
    with pytest.raises(ConfigError, match=r"model\.onnx has more than 100 bytes"):
        load_local(folder)


def test_a_model_that_asks_for_something_else_is_told(folder):
    (folder / "model.onnx").write_bytes(onnx_model(asks="pixels"))
    with pytest.raises(ConfigError, match="asks for pixels"):
        load_local(folder)


def test_a_model_with_other_labels_than_it_names_is_told(folder):
    change(folder, labels={"rage": "anger", "joy": "delight"})
    with pytest.raises(ConfigError, match="gives 3 numbers"):
        load_local(folder).score(["love"])
