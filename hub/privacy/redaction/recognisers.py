"""Presidio recognisers: the frame's own where they are strong, the hub's patterns where they are not.

Presidio's pattern recogniser skips a pattern that times out and its e-mail recogniser may fetch a list of domains; neither
is used here. Importing this module imports Presidio and spaCy, which takes seconds.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from presidio_analyzer import LocalRecognizer, RecognizerResult
from presidio_analyzer.predefined_recognizers import PhoneRecognizer, SpacyRecognizer

from hub.privacy.redaction.language import is_common_word
from hub.privacy.redaction.patterns import BUILT_IN, Rule, custom_rules, find_ibans
from hub.privacy.redaction.people import find_people, is_name_like
from hub.privacy.redaction.policy import RedactionPolicy

_PEOPLE_SCORE = 0.75
_IBAN_SCORE = 1.0
_LEAST_PHONE_DIGITS = 7


class SpanRecogniser(LocalRecognizer):
    """A recogniser around a function that yields stretches of a text.

    Args:
        name: name in Presidio's metadata.
        entity: entity name of everything it finds.
        score: 0..1.
        find: yields start and end offsets.
    """

    def __init__(self, name: str, entity: str, score: float, find: Callable[[str], Iterable[tuple[int, int]]]) -> None:
        super().__init__(supported_entities=[entity], name=name)
        self._entity, self._score, self._find = entity, score, find

    def load(self) -> None:
        """This has nothing to load."""

    def analyze(self, text: str, entities: Sequence[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """This gives one result per stretch."""
        return [RecognizerResult(self._entity, start, end, self._score) for start, end in self._find(text)]


class GatedPhoneRecogniser(PhoneRecognizer):
    """Presidio's telephone recogniser, asked only about texts with enough digits: it is the slowest of all."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """This gives the telephone numbers in a text, unless there are too few digits for one."""
        if sum(map(str.isdigit, text)) < _LEAST_PHONE_DIGITS:
            return []
        return list(super().analyze(text, entities, nlp_artifacts))


class NameRecogniser(SpacyRecognizer):
    """Presidio's reader of spaCy's entities, without the finds that are plainly no names."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """This gives spaCy's people, places and groups."""
        found = super().analyze(text, entities, nlp_artifacts)
        return [result for result in found if _plausible(text[result.start : result.end])]


def _plausible(name: str) -> bool:
    words = [word for word in name.replace("/", " ").split() if any(map(str.isalpha, word))]
    return any(not is_common_word(word) and (is_name_like(word) or not word[0].isalpha()) for word in words)


def built_in(policy: RedactionPolicy) -> Iterator[LocalRecognizer]:
    """This yields the recognisers that need no language model, as far as the policy wants their entities."""
    rules = (*BUILT_IN, *custom_rules(policy.patterns))
    for number, rule in enumerate(rules):
        yield SpanRecogniser(f"rule_{number}_{rule.entity.lower()}", rule.entity, rule.score, _finder(rule))
    yield SpanRecogniser("iban", "IBAN_CODE", _IBAN_SCORE, find_ibans)
    yield SpanRecogniser("people", "PERSON", _PEOPLE_SCORE, find_people)
    yield GatedPhoneRecogniser(supported_regions=policy.phone_regions, leniency=1)


def _finder(rule: Rule) -> Callable[[str], Iterator[tuple[int, int]]]:
    return rule.find
