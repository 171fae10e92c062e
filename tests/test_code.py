"""Of what a plugin says, only codes pass the border."""

import pytest

from hub.code import code, is_job


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


@pytest.mark.parametrize(
    "text", ["7505g00000AbCdE", "aa_0f3c.x-1", "jobs/82b7:3", "maria@example.com", "job of Maria", "x" * 201]
)
def test_the_name_of_a_job_is_an_id_and_no_sentence(text):
    assert is_job(text) == (len(text) < 20 and not {" ", "@"} & set(text))
