"""Presidio recognisers: the frame's own where they are strong, the hub's patterns where they are not.

Presidio's pattern recogniser skips a pattern that times out and its e-mail recogniser may fetch a list of domains; neither
is used here. Importing this module imports Presidio and spaCy, which takes seconds.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from presidio_analyzer import LocalRecognizer, RecognizerResult
from presidio_analyzer.predefined_recognizers import PhoneRecognizer, SpacyRecognizer

from hub.privacy.redaction.language import is_common_word
from hub.privacy.redaction.patterns import BUILT_IN, FINDERS, FoundBy, Rule, custom_rules
from hub.privacy.redaction.people import find_people, is_name_like, reads_as_person
from hub.privacy.redaction.policy import RedactionPolicy

_PEOPLE_SCORE = 0.75
_MAYBE_PHONE = re.compile(r"\d(?:[\s().\-/]{0,3}\d){6}")
_MISREAD = frozenset({"ORG", "WORK_OF_ART", "PRODUCT", "EVENT"})
"""Labels that spaCy's small model often gives to unusual names of people."""
_MISREAD_SCORE = 0.5


class RuleRecogniser(LocalRecognizer):
    """All rules in one recogniser: Presidio's overhead is per recogniser, and the rules are cheap.

    Args:
        rules: what to look for.
    """

    def __init__(self, rules: Sequence[Rule | FoundBy]) -> None:
        self._rules = tuple(rules)
        super().__init__(supported_entities=sorted({rule.entity for rule in rules}), name="attune_rules")

    def load(self) -> None:
        """There is nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """This gives one result per match of any rule."""
        return [
            RecognizerResult(rule.entity, start, end, rule.score)
            for rule in self._rules
            for start, end in rule.find(text)
        ]


class GatedPhoneRecogniser(PhoneRecognizer):
    """Presidio's telephone recogniser, asked only about texts with digits in a row: it is the slowest of all."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """This gives the telephone numbers in a text, unless nothing looks like one."""
        if not _MAYBE_PHONE.search(text):
            return []
        return list(super().analyze(text, entities, nlp_artifacts))


class NameRecogniser(SpacyRecognizer):
    """Presidio's reader of spaCy's entities, without the finds that are plainly no names."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """This gives spaCy's people, places and groups, and people whom spaCy takes for something else."""
        found = [result for result in super().analyze(text, entities, nlp_artifacts) if _plausible(_part(text, result))]
        return found + [
            RecognizerResult("PERSON", span.start_char, span.end_char, _MISREAD_SCORE)
            for span in (nlp_artifacts.tokens.ents if "PERSON" in entities else ())
            if span.label_ in _MISREAD and reads_as_person(span.text)
        ]


def _part(text: str, result: RecognizerResult) -> str:
    return text[result.start : result.end]


def _plausible(name: str) -> bool:
    words = [word for word in name.replace("/", " ").split() if any(map(str.isalpha, word))]
    return any(not is_common_word(word) and (is_name_like(word) or not word[0].isalpha()) for word in words)


def built_in(policy: RedactionPolicy) -> Iterator[LocalRecognizer]:
    """This yields the recognisers that need no language model, as far as the policy wants their entities."""
    every: tuple[Rule | FoundBy, ...] = (*BUILT_IN, *FINDERS)
    built = [rule for rule in every if rule.entity in policy.entities]
    if "PERSON" in policy.entities:
        built.append(FoundBy("PERSON", _PEOPLE_SCORE, find_people))
    yield RuleRecogniser([*built, *custom_rules(policy.patterns)])
    if "PHONE_NUMBER" in policy.entities:
        yield GatedPhoneRecogniser(supported_regions=policy.phone_regions, leniency=1)
