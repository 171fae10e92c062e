"""The engine: Presidio's recognisers, asked in batches, with one of them in charge of names.

The recognisers are Presidio's own classes or follow its interface, and answer with its ``RecognizerResult``. Its
``AnalyzerEngine`` is not used: it looks up, copies and sorts for every text what is the same for all of them, which costs more
than the rules do. Nothing here ever downloads. Importing this module imports Presidio and spaCy, which takes seconds;
``hub.privacy.redaction`` does it only when a redactor is made.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from typing import Any, Protocol

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from hub.privacy.redaction.bounded import bound
from hub.privacy.redaction.cascade import Cascade, review
from hub.privacy.redaction.entity import Entity
from hub.privacy.redaction.names import SpacyNames
from hub.privacy.redaction.own_pattern import ScanTooLong
from hub.privacy.redaction.policy import RedactionPolicy
from hub.privacy.redaction.recognisers import built_in, is_guess, own_patterns

BATCH = 256
"""So many texts go to the recogniser of names at once."""

_CONTEXT_REACH = 40
_CONTEXT_GAIN = 0.35
"""What a context word before a find adds to its score; Presidio's own figure."""


NOTHING: Any = NlpArtifacts([], [], [], [], None, "en")  # type: ignore[arg-type] # no tokens and no engine: nobody parsed
"""What recognisers get that want a parsed text: no words and no entities."""


class Batches(Protocol):
    """This finds something in many texts at once."""

    def analyze_batch(self, texts: Sequence[str]) -> list[list[RecognizerResult]]:
        """This gives what is found in each text."""
        ...


class Analyser:
    """This finds personal data with Presidio's recognisers.

    Args:
        policy: which entities to look for, from which score on.
        extra: recognisers from plugins.
        names: a plugin's recogniser of names; spaCy's small model where there is none.
        second: where the policy has ``second_names``, the plugin's recogniser; spaCy's small model where there is none.
    """

    def __init__(
        self,
        policy: RedactionPolicy,
        extra: Sequence[EntityRecognizer],
        names: EntityRecognizer | None = None,
        second: EntityRecognizer | None = None,
    ) -> None:
        logging.getLogger("decision_process").disabled = True  # it would print whole texts
        for one in (*extra, names, second):
            if one is not None:
                bound(one, policy.scan_seconds)
        first: Batches | Cascade = _names(names)
        self._name = _describe(names)
        if policy.second_names:
            first = Cascade(first, _names(second), policy.unsure_from)
            self._name += f" then {_describe(second)}"
        further = {entity for one in extra for entity in one.get_supported_entities()}
        further |= {pattern.entity for pattern in policy.patterns}
        wanted = [*policy.entities, *sorted(further - set(policy.entities))]
        self._wanted = frozenset(wanted)
        certain: list[Batches] = [*own_patterns(policy), *(_OneByOne(one, wanted) for one in extra)]
        self._patterns: list[Batches] = [built_in(policy), *certain]
        self._names: list[Batches] = [_Reviewed(built_in(policy, _read_by(names)), first), *certain]
        self._least = policy.min_score

    @property
    def name(self) -> str:
        """This names frame and model with their versions."""
        return f"presidio-analyzer/{version('presidio-analyzer')} {self._name}"

    def with_names(self, texts: Sequence[str]) -> Iterator[list[Entity] | None]:
        """This yields the findings in each English text, names included; None where the scan took too long."""
        return self._find(texts, self._names)

    def without_names(self, texts: Sequence[str]) -> Iterator[list[Entity] | None]:
        """This yields what the patterns find in each text, whatever its language; None where the scan took too long."""
        return self._find(texts, self._patterns)

    def _find(self, texts: Sequence[str], recognisers: Sequence[Batches]) -> Iterator[list[Entity] | None]:
        for start in range(0, len(texts), BATCH):
            batch = texts[start : start + BATCH]
            found = [_ask(one, batch) for one in recognisers]
            yield from map(self._entities_of, zip(*found, strict=True))

    def _entities_of(self, found: Iterable[Sequence[RecognizerResult] | None]) -> list[Entity] | None:
        entities: list[Entity] = []
        for results in found:
            if results is None:
                return None
            entities += [
                Entity(one.start, one.end, one.entity_type, float(one.score))
                for one in results
                if one.score >= self._least and one.entity_type in self._wanted
            ]
        return entities


def _ask(recogniser: Batches, texts: Sequence[str]) -> Sequence[list[RecognizerResult] | None]:
    """What a recogniser finds in each text; where a text takes too long, only that one has nothing."""
    try:
        return recogniser.analyze_batch(texts)
    except ScanTooLong:
        return [None] if len(texts) == 1 else [found for text in texts for found in _ask(recogniser, [text])]


class _Reviewed:
    """The built-in rules, and behind them whoever reads names: it may say of what a rule is not sure of that it is nothing."""

    def __init__(self, rules: Batches, names: Batches | Cascade) -> None:
        self._rules, self._names = rules, names

    def analyze_batch(self, texts: Sequence[str]) -> list[list[RecognizerResult]]:
        ruled = self._rules.analyze_batch(texts)
        unsure = [[one for one in found if _is_guess(one)] for found in ruled]
        sure = [[one for one in found if not _is_guess(one)] for found in ruled]
        read = review(self._names, texts, unsure)
        return [[*certain, *found] for certain, found in zip(sure, read, strict=True)]


def _is_guess(found: RecognizerResult) -> bool:
    return is_guess(found.entity_type, found.score)


def _read_by(names: EntityRecognizer | None) -> list[str]:
    """What a recogniser of names finds in context: all its types, where it is one that reads what others found."""
    return names.get_supported_entities() if names is not None and hasattr(names, "review_batch") else []


class _OneByOne:
    """A stock recogniser, which knows no batches."""

    def __init__(self, recogniser: EntityRecognizer, entities: list[str]) -> None:
        self._recogniser, self._entities = recogniser, entities

    def get_supported_entities(self) -> list[str]:
        return [*self._recogniser.get_supported_entities()]

    def analyze_batch(self, texts: Sequence[str]) -> list[list[RecognizerResult]]:
        return [list(self._analyze(text)) for text in texts]

    def _analyze(self, text: str) -> Iterable[RecognizerResult]:
        found = self._recogniser.analyze(text, self._entities, NOTHING)
        return _with_context(text, self._recogniser, found) if self._recogniser.context else found


def _names(recogniser: Any) -> Batches:
    if recogniser is None:
        return SpacyNames()
    batches = hasattr(recogniser, "analyze_batch")
    names: Batches = recogniser if batches else _OneByOne(recogniser, recogniser.get_supported_entities())
    return names


def _describe(names: Any) -> str:
    return f"{names.name}/{names.version}" if names is not None else SpacyNames.about()


def _with_context(
    text: str, recogniser: EntityRecognizer, found: Sequence[RecognizerResult]
) -> Iterator[RecognizerResult]:
    """Presidio's context words: one of them before a find makes it surer."""
    low = text.lower()
    for one in found:
        before = low[max(0, one.start - _CONTEXT_REACH) : one.start]
        if any(word.lower() in before for word in recogniser.context):
            one.score = min(1.0, one.score + _CONTEXT_GAIN)
        yield one
