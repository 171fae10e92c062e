"""Childhood: what somebody says about their own age, so that no child's mood is read because nobody asked.

Only what people say of themselves counts ("I am 12 years old"), in the languages that the hub's customers mostly write; nothing
is guessed from how they write. Who says that they are grown up says nothing here: that proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hub.privacy.gpp.meaning import Said, refused_for_a_child
from hub.privacy.policy import Policy

_WORDS = {
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17,
}  # fmt: skip
_N = r"(?P<age>\d{1,2}|" + "|".join(_WORDS) + ")"
_AGES = (
    rf"\bi(?:\s+am|['’]?m)\s+(?:only\s+|just\s+|still\s+)?{_N}[\s-]*(?:years?|yrs?|y)[\s/-]*o(?:ld)?\b",
    rf"\b(?:my\s+age\s+is|i\s+(?:have\s+)?just\s+turned)\s+{_N}\b(?!\s*(?:%|dollars|pages))",
    rf"\bich\s+bin\s+(?:erst\s+|gerade\s+|noch\s+)?{_N}(?:\s+jahre?)?\s+alt\b",
    rf"\bj['’]\s?ai\s+(?:seulement\s+|juste\s+|que\s+)?{_N}\s+ans\b(?!\s+d(?:e|es|u|['’]))",
    rf"\btengo\s+(?:solo\s+|sólo\s+)?{_N}\s+años\b(?!\s+(?:de|siendo|con|como|usando|en|trabajando)\b)",
    rf"\bho\s+(?:solo\s+|appena\s+)?{_N}\s+anni\b(?!\s+d(?:i|['’]))",
    rf"\btenho\s+(?:só\s+|apenas\s+)?{_N}\s+anos\b(?!\s+(?:de|como|com)\b)",
    rf"\bik\s+ben\s+(?:pas\s+|nog\s+maar\s+)?{_N}\s+jaar(?:\s+oud\b|\s*(?:[.,!?]|$))",
    rf"\bmam\s+(?:tylko\s+|dopiero\s+)?{_N}\s+lat\b",
)
_CHILDREN = (
    r"\bi(?:\s+am|['’]?m)\s+(?:still\s+|only\s+|just\s+)?(?:a\s+(?:kid|child|minor)\b(?!\s+at\s+heart)|under\s?age\b|not\s+(?:yet\s+)?(?:16|18)\s+yet\b)",
    r"\bich\s+bin\s+(?:noch\s+)?(?:ein\s+kind|minderjährig)\b",
    r"\bje\s+suis\s+(?:encore\s+)?(?:une?\s+enfant|mineure?)\b",
    r"\bsoy\s+menor\s+de\s+edad\b",
    r"\bsono\s+(?:ancora\s+)?minorenne\b",
    r"\bsou\s+menor\s+de\s+idade\b",
    r"\bik\s+ben\s+(?:nog\s+)?minderjarig\b",
    r"\bjestem\s+(?:jeszcze\s+)?niepełnoletni[a]?\b",
)
_AGE = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _AGES)
_CHILD = re.compile("|".join(_CHILDREN), re.IGNORECASE)
_LEAST = 5
"""Who writes is not younger: 'I am 2 years old' is said of an account."""

BECAUSE = "text: age of a child"
"""How a refusal is known that came of what somebody said about their age."""


def stated_age(text: str) -> int | None:
    """This is the lowest age that somebody says they have, in years; 0 where they say that they are a child."""
    if _CHILD.search(text):
        return 0
    return min(_numbers(text), default=None)


def _numbers(text: str) -> Iterator[int]:
    for pattern in _AGE:
        for found in pattern.finditer(text):
            word = found["age"].lower()
            age = _WORDS.get(word) or int(word)
            if age >= _LEAST:
                yield age


def said_by_a_child(policy: Policy, texts: Iterable[str], jurisdictions: tuple[str, ...]) -> list[Said]:
    """These refusals follow where one of the texts says that its author is too young to consent alone; else none."""
    ages = [age for text in texts if (age := stated_age(text)) is not None]
    is_child = any(age < policy.age_of_consent(jurisdictions) for age in ages)
    return list(refused_for_a_child(policy, because=BECAUSE, signal=None)) if is_child else []
