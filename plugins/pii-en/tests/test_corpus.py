"""The corpus: every mark is in its place, and the committed parts are those of the source."""

from collections import Counter
from pathlib import Path

import pytest

from hub_pii_en.corpus import PARTS, TYPES, build, load_part, read_source

FOLDER = Path(__file__).parents[1] / "corpus"
MESSAGES = [message for part in PARTS for message in load_part(FOLDER / f"{part}.jsonl")]


def test_the_parts_are_made_of_the_source():
    for part, content in build(FOLDER).items():
        assert (FOLDER / f"{part}.jsonl").read_text(encoding="utf-8") == content, "run python -m hub_pii_en.corpus"


def test_every_span_is_a_piece_of_its_text_and_none_overlap():
    for message in MESSAGES:
        done = 0
        for start, end, kind in message.spans:
            assert done <= start < end <= len(message.text), message.id
            assert message.text[start:end] == message.text[start:end].strip(), message.id
            assert kind in TYPES.values()
            done = end
        assert message.text.strip(), message.id


def test_it_is_large_varied_and_has_many_texts_with_nothing_personal():
    clean = sum(not message.spans for message in MESSAGES)
    kinds = Counter(kind for message in MESSAGES for _, _, kind in message.spans)
    assert len(MESSAGES) >= 1300
    assert clean >= 0.35 * len(MESSAGES)
    assert set(kinds) == set(TYPES.values())
    assert len({message.text for message in MESSAGES}) == len(MESSAGES)
    assert len({message.channel for message in MESSAGES}) >= 25


def test_a_message_stays_in_its_part_when_others_are_added(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("one\n%%\ntwo [[PERSON:Ada]]\n", encoding="utf-8")
    before = {message.text: message.part for message in read_source(path)}
    path.write_text("zero\n%%\none\n%%\ntwo [[PERSON:Ada]]\n", encoding="utf-8")
    after = {message.text: message.part for message in read_source(path)}
    assert before.items() <= after.items()
    assert len(after) == 3


def test_a_mark_becomes_an_offset_and_an_escape_a_character(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("I am [[PERSON:A\\u200bda]], mail [[EMAIL:a[at]b[dot]c]].\n", encoding="utf-8")
    (message,) = read_source(path)
    assert message.text == "I am A\u200bda, mail a[at]b[dot]c."
    assert [(message.text[a:b], kind) for a, b, kind in message.spans] == [
        ("A\u200bda", "PERSON"), ("a[at]b[dot]c", "EMAIL_ADDRESS"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["I am [[NAME:Ada]]", "I am [[PERSON:Ada]", "I am [[PERSON Ada]]"])
def test_a_broken_mark_is_refused_with_its_place(tmp_path, text):
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="a-001"):
        list(read_source(path))
