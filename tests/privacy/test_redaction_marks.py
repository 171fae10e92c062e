"""Gates look up their marks word by word; what they let through must not depend on how."""

import dataclasses
import json
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hub.privacy.redaction.marks import Marks
from hub.privacy.redaction.patterns import BUILT_IN
from hub.privacy.redaction.rule import (
    Facts,
    Rule,
    at_least,
    begins,
    both,
    either,
    has,
    holds,
    shaped,
    whole,
    with_capital,
)

CORPUS = [
    json.loads(line)["text"]
    for part in ("train", "dev", "test")
    for line in (Path(__file__).parents[2] / "plugins" / "pii-en" / "corpus" / f"{part}.jsonl")
    .read_text("utf-8")
    .splitlines()
]

_MARKS = ("hi", "at", " at ", "c/o", "my n", "\n", ".", "straße", "@")


def _marks(*marks: str, beginning: bool = False) -> tuple[Marks, int]:
    known = Marks()
    return known, known.bits(marks, beginning=beginning)


@given(st.text(alphabet="hiatc/omyn \n.straße@x", max_size=40))
def test_a_mark_is_held_exactly_where_it_stands_in_the_text(low: str) -> None:
    """Word by word, in words that come again, across blanks and beside signs: the same as looking for each mark."""
    known = Marks()
    bits = {mark: known.bits([mark]) for mark in _MARKS}
    for _ in range(2):
        held = known.held(low)
        assert {mark for mark, bit in bits.items() if held & bit} == {mark for mark in _MARKS if mark in low}


def test_a_mark_at_the_beginning_counts_only_there() -> None:
    """A word begins after a blank, after a sign and at the very start, and nowhere else."""
    known, bits = _marks("hi", "c/o", beginning=True)
    assert all(known.held(low) & bits for low in ("hi", "oh, (hiya)", "well,hi there", "x c/o y"))
    assert not any(known.held(low) & bits for low in ("this", "_hi", "9hi", "x.c / o"))


def test_a_mark_made_known_later_is_found_in_words_that_were_read_before() -> None:
    """What was remembered of a word must not hide a new mark."""
    known, first = _marks("road")
    assert known.held("railroad") == first
    later = known.bits(["rail"])
    assert known.held("railroad") == first | later


def test_gates_of_words_and_of_expressions() -> None:
    """The gates read the text in small letters; an expression reads it as it is."""
    assert has("thing")(Facts("SOMETHING")) and not begins("thing")(Facts("SOMETHING"))
    assert begins("some")(Facts("SOMETHING"))
    assert holds(r"\d[A-Z]")(Facts("at 1AB")) and not holds(r"\d[A-Z]")(Facts("at 1 ab"))


def test_a_whole_mark_counts_only_where_it_is_all_of_a_word() -> None:
    """Signs end a word; letters, digits and low lines do not."""
    gate = whole("hi", "nr")
    assert all(gate(Facts(text)) for text in ("Hi there", "oh, hi!", "hi-fi", "(NR. 4", "nr:4"))
    assert not any(gate(Facts(text)) for text in ("his", "this", "hi_there", "nr4", "h i"))


def test_a_shape_is_told_of_digits_and_letters_in_any_script_of_numbers() -> None:
    """Capitals and small letters differ; a digit is a digit in Arabic, too, and every space a blank."""
    gate = shaped("AA-000", "0 a")
    assert all(gate(Facts(text)) for text in ("QX-552", "xQX-5521", "AB-٣٤٥", "4\tb", "4\u00a0b"))
    assert not any(gate(Facts(text)) for text in ("qx-552", "QX 552", "QX-55", "4b"))


def test_gates_together_ask_what_each_asks() -> None:
    """All of them, or one of them, whatever they look at."""
    every, some = both(at_least(2), has("road", "lane"), with_capital), either(has("road"), holds(r"\dA"))
    assert every(Facts("12 Mill Road")) and every.through([Facts("12 Mill Lane")])
    assert not any(every(Facts(text)) for text in ("1 Mill Road", "12 Mill Row", "12 mill road"))
    assert some(Facts("a road")) and some(Facts("1A")) and not some(Facts("1 a"))
    assert either(has("road"), has("lane"))(Facts("a lane")) and not either(has("road"), has("lane"))(Facts("a row"))


def test_gates_read_letters_as_expressions_do() -> None:
    """Without regard to case, an expression takes the two Turkish letters for an i; so does a gate."""
    for text in ("LIVING", "lıving", "LİVİNG"):
        assert re.search("(?i)living", text) and has("living")(Facts(text)), text


def test_looking_behind_cues_finds_what_looking_everywhere_does() -> None:
    """On every message of the corpus, and where cues stand side by side."""
    cued = [one for one in BUILT_IN if isinstance(one, Rule) and one.cue]
    free = [dataclasses.replace(one, cue=None) for one in cued]
    found = 0
    for text in (*CORPUS, "order order no order no 4711-22 account account 5512-99 avios avios 99 1122"):
        facts = Facts(text)
        behind = [one.find(facts) for one in cued]
        assert behind == [one.find(facts) for one in free], text
        found += sum(map(len, behind))
    assert found > 500
