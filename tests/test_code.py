"""Of what a plugin says, only codes pass the border."""

import pytest

from hub.code import code


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("DUPLICATE_VALUE", "DUPLICATE_VALUE"),
        ("consent.moved", "consent.moved"),
        ("http:503", "http:503"),
        (None, "unspecified"),
        ("", "unspecified"),
        ("duplicate value found: p0@example.com on record Maria Lopez", "other"),
        ("maria@example.com", "other"),
        ("+34910555101", "other"),
        ("no_34910555101", "other"),
        ("x" * 61, "other"),
        ("a\nb", "other"),
    ],
)
def test_a_code_passes_and_a_sentence_does_not(said, kept):
    assert code(said) == kept
