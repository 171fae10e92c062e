"""Words laid out by their first letters match what they matched before."""

import re

import pytest

from hub.privacy.redaction.alternatives import by_letter


def test_words_with_one_first_letter_stand_together():
    assert by_letter("ab|cd|ae|[eé]f|s?he") == "(?:(?-i:[aA])(?:b|e)|(?-i:[cC])(?:d)|[eé]f|s?he)"


@pytest.mark.parametrize(
    "text", ["order", "ORDR", "Ord", "bag tag", "BAGTAG", "tag", "refs", "penalty charge", "a/c", "xyz", ""]
)
def test_the_same_texts_match(text):
    words = r"orders?|ordr|ord|bag\s?tag|tag|ref(?:erence|s)?|penalty(?:\s+charge)?|a/c"
    before, after = (re.fullmatch(rf"(?i)(?:{one})", text) for one in (words, by_letter(words)))
    assert (before is None) == (after is None)
