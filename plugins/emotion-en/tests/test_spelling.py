"""Emoji in words: every sign has its name, however it is joined, and what is no emoji stays."""

import pytest

from hub_emotion_en.spelling import spell_emoji


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("still waiting 😡😡", "still waiting pouting face"),
        ("👍👍👎", "thumbs up thumbs down"),
        ("⭐⭐⭐⭐⭐ 😋", "5 stars face savouring delicious food"),
        ("⭐", "1 stars"),
        ("❤️‍🔥", "heart fire"),
        ("love❤️it", "love heart it"),
        ("1️⃣ it’s – “ok” café", "1️⃣ it’s – “ok” café"),
        ("nothing here", "nothing here"),
        ("😡" * 10_000, "pouting face"),
    ],
)
def test_an_emoji_is_its_unicode_name(text, words):
    assert " ".join(spell_emoji(text).split()) == words


def test_a_sign_without_a_name_stays():
    assert spell_emoji("\U0001faff").strip() == "\U0001faff"
