"""Presidio recognisers: the frame's own where they are strong, the hub's rules where they are not.

Presidio's pattern recogniser skips a pattern that times out and its e-mail recogniser may fetch a list of domains; neither
is used here. Importing this module imports Presidio and spaCy, which takes seconds.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from presidio_analyzer import LocalRecognizer, RecognizerResult
from presidio_analyzer.predefined_recognizers import PhoneRecognizer, SpacyRecognizer

from hub.privacy.redaction.contacts import DATE_OR_YEARS, is_free_line
from hub.privacy.redaction.language import is_common_word
from hub.privacy.redaction.own_pattern import own_pattern
from hub.privacy.redaction.patterns import BUILT_IN
from hub.privacy.redaction.people import PEOPLE, is_name_like, reads_as_person
from hub.privacy.redaction.policy import RedactionPolicy
from hub.privacy.redaction.rule import Facts, Finder, by_gate

_SHORTEST_PHONE = 7
_MAYBE_PHONE = re.compile(r"(?<![^\W_]|[.,$€£-])\+?\(?\d(?:[\s().\-/\u2010-\u2015\u2212]{0,3}\d){6,}(?![\w%])")
_DIGITS = re.compile(r"\d(?:[^\w\n]{0,3}\d){6,}")
_ANY_NUMBERS = "(202) 555-0100, 0171 2345678, 06 12 34 56 78, 98765 43210"
_BESIDE = 24
"""So many characters beside a row of digits may belong to its number, or say that it is none."""
_MOST_READ, _UNREAD_SCORE = 3000, 0.5
"""Presidio's recogniser tries every region on every row of digits; so many characters of them are read."""

_READ = frozenset(
    {
        "PERSON", "LOCATION", "STREET_ADDRESS", "HANDLE", "DATE_OF_BIRTH", "ORDER_NUMBER", "ACCOUNT_NUMBER", "LOYALTY_NUMBER",
        "LICENCE_PLATE",
    }
)  # fmt: skip
_SURE_RULE = 0.75
"""What rules of less than this score tell of those is a guess by the words around."""

_MISREAD = frozenset({"ORG", "WORK_OF_ART", "PRODUCT", "EVENT"})
"""Labels that spaCy's small model often gives to unusual names of people."""
_MISREAD_SCORE = 0.5


class RuleRecogniser(LocalRecognizer):
    """All rules in one recogniser: Presidio's overhead is per recogniser, and the rules are cheap.

    Args:
        rules: what to look for.
        phones: Presidio's telephone recogniser, the slowest of all; it is asked only where digits in a row are left over.
    """

    def __init__(self, rules: Sequence[Finder], phones: PhoneRecognizer | None = None) -> None:
        self._gates, self._phones = by_gate(rules), phones
        entities = {rule.entity for rule in rules} | ({"PHONE_NUMBER"} if phones else set())
        super().__init__(supported_entities=sorted(entities), name="attune_rules")

    def load(self) -> None:
        """This reads the tables of telephone numbers, which the first number would wait for."""
        phones: Any = self._phones
        if phones:
            phones.analyze(_ANY_NUMBERS, ["PHONE_NUMBER"], None)

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """This gives one result per match of any rule."""
        return self.analyze_batch([text])[0]

    def analyze_batch(self, texts: Sequence[str]) -> list[list[RecognizerResult]]:
        """This gives for each text one result per match of any rule.

        Rule by rule instead of text by text: a regular expression is fetched once for all texts.
        """
        found: dict[Facts, list[RecognizerResult]] = {Facts(text): [] for text in texts}
        for least, gates in self._gates.items():
            enough = [facts for facts in found if facts.digits >= least] if least else [*found]
            for gate, rules in gates.items():
                let_through = gate.through(enough)
                for rule in rules:
                    for facts in let_through:
                        for start, end in rule.find(facts):
                            found[facts].append(RecognizerResult(rule.entity, start, end, rule.score))
        for facts, results in found.items() if self._phones else ():
            if facts.digits >= _SHORTEST_PHONE:
                results += _more_phones(self._phones, facts.text, results)
        return [*found.values()]


def _more_phones(phones: Any, text: str, found: Sequence[RecognizerResult]) -> Iterator[RecognizerResult]:
    """Telephone numbers among the digits that no rule knows; all of those, where they are too many to be read."""
    rows = [match for match in _MAYBE_PHONE.finditer(text) if not DATE_OR_YEARS.match(match[0].lstrip("("))]
    loose = _outside(rows, found)
    if sum(len(match[0]) for match in rows) > _MOST_READ:
        yield from (RecognizerResult("PHONE_NUMBER", *match.span(), _UNREAD_SCORE) for match in loose)
    elif loose:
        # Beside a number that may be one, others are read that no other look would find: "Anna,01712345678,Berlin".
        for start, end in _around(_outside([*_DIGITS.finditer(text)], found), text):
            read = [_moved(one, start) for one in phones.analyze(text[start:end], ["PHONE_NUMBER"], None)]
            yield from (one for one in read if not is_free_line(_part(text, one)))


def _around(rows: Iterable[re.Match[str]], text: str) -> Iterator[tuple[int, int]]:
    """Rows with what stands by them, those that lie close together as one: the rest of the text has no number to be read."""
    start = end = -1
    for row in rows:
        if start >= 0 and row.start() - 2 * _BESIDE > end:
            yield start, end
            start = -1
        if start < 0:
            start = _edge(text, max(0, row.start() - _BESIDE), -1)
        end = _edge(text, min(len(text), row.end() + _BESIDE), 1)
    if start >= 0:
        yield start, end


def _edge(text: str, place: int, step: int) -> int:
    """The next place that cuts no word or number in two: half a serial number looks like a telephone's."""
    for _ in range(_BESIDE):
        if not (0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()):
            break
        place += step
    return place


def _moved(found: RecognizerResult, by: int) -> RecognizerResult:
    found.start += by
    found.end += by
    return found


def _outside(rows: Sequence[re.Match[str]], found: Sequence[RecognizerResult]) -> list[re.Match[str]]:
    """The rows of digits that lie in no finding."""
    loose = []
    waiting = sorted(found, key=lambda one: one.start)
    reach = place = 0
    for row in rows:
        while place < len(waiting) and waiting[place].start <= row.start():
            reach = max(reach, waiting[place].end)
            place += 1
        if row.end() > reach:
            loose.append(row)
    return loose


class NameRecogniser(SpacyRecognizer):
    """Presidio's reader of spaCy's entities, without the finds that are plainly no names."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """This gives spaCy's people, and people whom spaCy takes for something else."""
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


def is_guess(entity: str, score: float) -> bool:
    """This is True of what a rule only guesses by the words around it, so that a reader knows better.

    Rules with a cue that leaves little doubt ("my name is"), a form of its own or a checksum have a higher score.
    """
    return entity in _READ and score < _SURE_RULE


def built_in(policy: RedactionPolicy, read: Collection[str] = ()) -> RuleRecogniser:
    """This makes the recogniser that needs no language model, for the entities that the policy wants.

    Args:
        policy: what to look for.
        read: entities that a reader finds in context: nobody need guess at them.
    """
    built = [
        rule
        for rule in (*BUILT_IN, *PEOPLE)
        if rule.entity in policy.entities
        and (rule.always or rule.entity not in read or not is_guess(rule.entity, rule.score))
    ]
    wants_phones = "PHONE_NUMBER" in policy.entities
    phones = PhoneRecognizer(supported_regions=policy.phone_regions, leniency=1) if wants_phones else None
    return RuleRecogniser(built, phones)


def own_patterns(policy: RedactionPolicy) -> Iterator[RuleRecogniser]:
    """This makes the recogniser of a site's own patterns, where it has some."""
    if policy.patterns:
        yield RuleRecogniser([own_pattern(one, policy.scan_seconds) for one in policy.patterns])
