"""What comes in is text that can rest everywhere."""

import json

import pytest

from hub.contract import RawRecord
from hub.pipeline.border import clean, clean_text


@pytest.mark.parametrize("bad", ["\ud83d", "\udcff", "\0"])
def test_what_no_database_can_hold_is_replaced_wherever_it_stands(bad):
    raw = RawRecord(
        "s", f"k{bad}", f"v{bad}", {"name": f"An{bad}na", "comments": [{"text": bad, "n": 1}], "none": None}
    )
    cleaned = clean(raw)
    assert cleaned.key == "k\ufffd" and cleaned.version == "v\ufffd"
    assert cleaned.data == {"name": "An\ufffdna", "comments": [{"text": "\ufffd", "n": 1}], "none": None}
    json.dumps(cleaned.data, ensure_ascii=False).encode()


def test_good_text_stays_as_it_is():
    text = "Zoë \U0001f600 \n\t€"
    assert clean_text(text) == text and clean(RawRecord("s", "k", "v", {"t": text})).data == {"t": text}


def test_what_is_nested_beyond_reading_stays_for_the_mapping_to_refuse():
    deep: dict = {}
    for _ in range(5000):
        deep = {"a": deep}
    assert clean(RawRecord("s", "k\0", "v", deep)).key == "k\ufffd"
