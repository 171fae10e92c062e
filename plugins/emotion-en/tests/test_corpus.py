"""The corpus: every line can be read, every emotion is there in every part, and no message is there twice."""

from collections import Counter
from pathlib import Path

import pytest

from hub.schema import EmotionLabel
from hub_emotion_en.corpus import LABELS, read_corpus

CORPUS = Path(__file__).parent.parent / "corpus"


@pytest.fixture(scope="module")
def messages():
    return read_corpus(CORPUS)


def test_the_labels_are_the_hubs():
    assert set(LABELS) == {label.value for label in EmotionLabel}


def test_there_are_hundreds_and_none_twice(messages):
    assert len(messages) > 2000
    assert [text for text, count in Counter(one.text.casefold() for one in messages).items() if count > 1] == []


@pytest.mark.parametrize("part", ["train", "dev", "test"])
def test_every_part_has_every_emotion(messages, part):
    assert {one.label for one in messages if one.part == part} == set(LABELS)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("anger | chat", "expected 'label | channel | text'"),
        ("angr | chat | no", "unknown label 'angr'"),
        ("anger,angr | chat | no", "unknown label 'angr'"),
    ],
)
def test_what_is_not_a_message_is_told_with_its_place(tmp_path, line, told):
    (tmp_path / "one.txt").write_text(f"# heading\n\n{line}\n")
    with pytest.raises(ValueError) as caught:
        read_corpus(tmp_path)
    assert f"one.txt:3: {told}" in str(caught.value)
