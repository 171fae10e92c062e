"""Gates look up their marks word by word; what they let through must not depend on how."""

from hypothesis import given
from hypothesis import strategies as st

from hub.privacy.redaction.marks import Marks
from hub.privacy.redaction.rule import Facts, begins, has, holds

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
