"""``hub taxonomy``, the departments' words, and ``hub tag --format emotionml``."""

import io
import json
import xml.etree.ElementTree as ElementTree
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.contract import Emotion
from hub.errors import ConfigError
from hub.privacy.wordbook import Wordbook, load_wordbook

BOOK = Wordbook(version=1, words={"service": {"hot": "anger", "fine": "satisfaction"}, "sales": {"hot": "delight"}})


def run(*arguments, text=None):
    ran = CliRunner().invoke(app, [*arguments], input=text)
    if ran.exception and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    return ran.stdout


def test_a_word_means_what_its_department_says():
    assert (BOOK.label_of("fine"), BOOK.label_of("hot", "sales"), BOOK.label_of("hot")) == (
        "satisfaction",
        "delight",
        None,
    )
    assert BOOK.label_of("anger", "sales") == "anger" and BOOK.label_of("fine", "nobody") is None


def test_a_word_for_no_label_is_told_with_its_line(tmp_path):
    assert load_wordbook(tmp_path) == Wordbook(version=1)
    (tmp_path / "emotions.yaml").write_text("version: 1\nwords:\n  service:\n    hot: rage\n")
    with pytest.raises(ConfigError, match=r"emotions\.yaml:4"):
        load_wordbook(tmp_path)


def test_labels_words_and_counts_are_told(tmp_path):
    labels = {row["label"]: row["W3C"] for row in json.loads(run("taxonomy", "show", "--json"))}
    assert labels["anger"] == "http://www.w3.org/TR/emotion-voc/xml#big6:anger" and labels["confusion"] is None
    words = json.loads(run("taxonomy", "words", "--json"))
    assert {"department": "marketing", "word": "promoter", "label": "delight"} in words
    (tmp_path / "counts.json").write_text('{"annoyance": 2, "disapproval": 3}')
    assert json.loads(run("taxonomy", "migrate", str(tmp_path / "counts.json"), "--from", "0")) == {"frustration": 5}
    (tmp_path / "counts.json").write_text('\ufeff{"joy": 1}', encoding="utf-8")
    assert json.loads(run("taxonomy", "migrate", str(tmp_path / "counts.json"), "--from", "0")) == {"delight": 1}
    for text in ('{"annoyance": "2"}', '{"joy": 1, "joy": 2}', '{"joy": -1}', "[" * 100_000):
        (tmp_path / "counts.json").write_text(text)
        with pytest.raises(ConfigError, match="whole numbers"):
            run("taxonomy", "migrate", str(tmp_path / "counts.json"), "--from", "0")


@pytest.fixture
def tagger(monkeypatch):
    """Calls everything that says so joyful."""

    def tag(texts, languages):
        return [
            Emotion("delight" if "great" in text else None, 0.5, 0.9, "great" not in text, 0.5, 0.0, 0.0)
            for text in texts
        ]

    hub = SimpleNamespace(tagger=SimpleNamespace(name="toy/1", tag=tag), wordbook=BOOK)
    for module in ("filters", "evaluate_emotion"):
        monkeypatch.setattr(f"hub.cli.{module}.hub_or_defaults", lambda config: hub)


def test_tags_come_out_as_one_document_without_a_text(tagger, monkeypatch):
    lines = [{"id": "a b", "text": "great secret"}, {"id": None, "text": "who knows"}] * 200
    found = run("tag", "--format", "emotionml", text="".join(json.dumps(line) + "\n" for line in lines))
    assert "secret" not in found
    emotions = ElementTree.parse(io.StringIO(found)).getroot()[2:]
    assert len(emotions) == 400
    uris = [emotion[-1].get("uri") for emotion in emotions]
    assert uris[0] == "#a%20b" and uris[1] == "#2" and uris[-1] == "#400"
    with pytest.raises(ConfigError, match="'xml'"):
        run("tag", "--format", "xml", text="")


def test_a_labelled_file_may_use_a_departments_words(tagger, tmp_path):
    (tmp_path / "own.jsonl").write_text('{"text": "great", "label": "delight"}\n{"text": "great", "label": "fine"}\n')
    told = json.loads(run("evaluate", "emotion", str(tmp_path / "own.jsonl"), "--json"))
    assert told["confusion"] == [
        {"expected": "delight", "found": "delight", "texts": 1},
        {"expected": "satisfaction", "found": "delight", "texts": 1},
    ]
    (tmp_path / "own.jsonl").write_text('{"text": "great", "label": "hot"}\n')
    with pytest.raises(ConfigError, match="'hot'"):
        run("evaluate", "emotion", str(tmp_path / "own.jsonl"))
    (tmp_path / "own.jsonl").write_text('{"text": "anger", "label": "I am Ada"}\n')
    with pytest.raises(ConfigError, match=r"own\.jsonl:1: unknown label\."):
        run("evaluate", "emotion", str(tmp_path / "own.jsonl"))
