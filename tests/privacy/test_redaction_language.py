"""Which texts English rules are used on: 1,440 short messages in 24 languages, with English words in them as people write.

``languages.jsonl`` was written by hand for this, by authors who had not read the code.
"""

import json
from pathlib import Path

import pytest

from hub.privacy.redaction.language import reads_as_another, reads_as_english

ROWS = [
    json.loads(line) for line in Path(__file__).with_name("languages.jsonl").read_text(encoding="utf-8").splitlines()
]
OTHERS = sorted({row["language"] for row in ROWS} - {"en", "pcm"})
"""Nigerian Pidgin may be read with English rules or not: much of it is English."""


def texts_in(*languages: str) -> list[str]:
    return [row["text"] for row in ROWS if row["language"] in languages]


def share(said, texts: list[str]) -> float:
    return sum(map(said, texts)) / len(texts)


def test_next_to_nothing_in_another_language_is_taken_for_english():
    assert len(OTHERS) == 22
    assert share(reads_as_english, texts_in(*OTHERS)) <= 0.016


@pytest.mark.parametrize("language", OTHERS)
def test_no_language_is_often_taken_for_english(language):
    """Hindi in Latin letters is half English where people write to companies."""
    assert share(reads_as_english, texts_in(language)) <= (0.15 if language == "hi-Latn" else 0.06)


def test_english_is_known_as_it_is_written_from_lagos_to_glasgow():
    assert share(reads_as_english, texts_in("en")) >= 0.855


def test_what_is_declared_english_and_is_not_is_told_most_times():
    assert share(reads_as_another, texts_in(*OTHERS)) >= 0.78
    assert share(reads_as_another, texts_in("en")) == 0


@pytest.mark.parametrize(
    "text",
    [
        "", "4471", ":-)", "maria@example.com", "https://example.com/track/99", "n/a", "Five stars. Fast shipping", "vegan?",
        "great fit",
    ],
)  # fmt: skip
def test_short_english_and_what_has_no_words_is_nothing_else(text):
    assert not reads_as_another(text)


@pytest.mark.parametrize(
    "text",
    [
        "Five stars. Fast shipping",
        "Parcel arrived crushed, corners torn",
        "WHERE IS MY PARCEL",
        "4471",
        "Hello",
        "Thanks!",
        "ok thank you",
    ],
)
def test_short_english_reads_as_english(text):
    assert reads_as_english(text)


@pytest.mark.parametrize(
    "text", ["Top Service!", "waar is my pakkie", "ok merci, bonne journée", "hem mukodik", "Kowalska Wrzosowa"]
)
def test_a_few_foreign_words_do_not_read_as_english(text):
    assert not reads_as_english(text)


@pytest.mark.parametrize("text", ["a" * 200_000, "我叫李小龙" * 40_000, "a:" * 100_000, "a@" * 100_000, "/" * 200_000])
def test_a_long_row_without_a_blank_is_read_in_one_go(text):
    """It took minutes, where each of its characters began another search."""
    reads_as_english(text), reads_as_another(text)


@pytest.mark.parametrize("text", ["Name/Vorname:Müller/Jürgen Wohnort/PLZ:Köln/50667", "Jürgen_Müller @jschmidt"])
def test_words_joined_by_signs_are_words(text):
    assert not reads_as_english(text)
