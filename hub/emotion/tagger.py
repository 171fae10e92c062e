"""The tagger that ships with the hub: a linear model, a sentiment lexicon and service cues, for English."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from hub.contract import Emotion
from hub.emotion.cues import Cue, Fired, load_cues, read_cues
from hub.emotion.derivation import ABSTENTION, LONGEST, Lexicon, derive_emotion, share
from hub.emotion.english import English
from hub.emotion.features import Rows, mask, rows
from hub.emotion.model import LinearModel, load_model
from hub.emotion.taxonomy import LABEL_VALENCE, NATIVE, canonical
from hub.schema import EmotionLabel

NAME = "linear-en/1"
"""Name and version; the number grows whenever the same text may be tagged differently."""

_BATCH = 512


class LinearTagger:
    """A small, deterministic tagger of English texts.

    Args:
        model: weights.
        lexicon: word list that rates a text's ``compound`` sentiment -1..1.
        cues: rule pack of service cues.
    """

    name = NAME

    def __init__(self, model: LinearModel, lexicon: Lexicon, cues: Sequence[Cue]) -> None:
        self._model, self._lexicon, self._cues = model, lexicon, cues
        self._english = English(model.words)

    def tag(self, texts: Sequence[str], languages: Sequence[str | None]) -> list[Emotion]:
        """This answers for each redacted text, in order; what one is told does not depend on its neighbours.

        It abstains, with label None, on empty texts, on languages other than English, on texts that do not read as English,
        and wherever its best guess is too weak or contradicts itself.
        """
        masked = [mask(text[:LONGEST]) for text in texts]
        readable = self._english.readable(masked, languages)
        answers = [ABSTENTION] * len(masked)
        for start in range(0, len(readable), _BATCH):
            chosen = readable[start : start + _BATCH]
            for index, emotion in zip(chosen, self._tag_readable([masked[i] for i in chosen]), strict=True):
                answers[index] = emotion
        return answers

    def _tag_readable(self, texts: Sequence[str]) -> Iterator[Emotion]:
        found = self._model.weighted(rows(texts))
        fired = [read_cues(text, self._cues) for text in texts]
        native = self._probabilities(found, fired)
        ridge = self._model.valences(found)
        for text, cues, scores, lean in zip(texts, fired, native, ridge, strict=True):
            yield self._emotion(text, cues, dict(zip(NATIVE, map(float, scores), strict=True)), float(lean))

    def _probabilities(self, found: Rows, fired: Sequence[Fired]) -> NDArray[np.float64]:
        nudges = np.asarray([[cues.nudges.get(label, 0.0) for label in NATIVE] for cues in fired])
        scaled = self._model.logits(found).astype(np.float64) / float(self._model.temperature[0]) + nudges
        raised: NDArray[np.float64] = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        shares: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
        return shares

    def _emotion(self, text: str, cues: Fired, native: dict[str, float], lean: float) -> Emotion:
        scores = canonical(native)
        valence = self._valence(text, scores, lean)
        emotion = derive_emotion(text, cues, scores, valence=valence, cut=float(self._model.threshold[0]))
        return replace(emotion, native={label: share(score) for label, score in native.items()})

    def _valence(self, text: str, scores: Mapping[str, float], lean: float) -> float:
        labels = sum(LABEL_VALENCE[EmotionLabel(label)] * score for label, score in scores.items())
        words = self._lexicon.polarity_scores(text)["compound"]
        return float(np.dot(self._model.blend, (words, lean, labels, 1.0)))


def load_tagger() -> LinearTagger:
    """This loads the tagger that ships with the hub; raises ConfigError where its weights are missing."""
    return LinearTagger(load_model(), SentimentIntensityAnalyzer(), load_cues())
