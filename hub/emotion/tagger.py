"""The tagger that ships with the hub: a linear model, a sentiment lexicon and service cues, for English."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from hub.contract import Emotion
from hub.emotion.cues import Cue, Fired, load_cues, read_cues
from hub.emotion.features import Rows, mask, rows, tokens
from hub.emotion.model import LinearModel, load_model
from hub.emotion.taxonomy import CANONICAL, LABEL_VALENCE, NATIVE, canonical
from hub.schema import EmotionLabel

NAME = "linear-en/1"
"""Name and version; the number grows whenever the same text may be tagged differently."""

_LONGEST = 20_000
"""Characters that are read of one text: a longer one says no more about a feeling."""
_BATCH = 512
_ENGLISH_SHARE = 0.55
_ENGLISH_SHARE_DECLARED = 0.4
_UPSET = {
    EmotionLabel.ANGER: 0.9,
    EmotionLabel.FRUSTRATION: 0.55,
    EmotionLabel.DISAPPOINTMENT: 0.5,
    EmotionLabel.ANXIETY: 0.6,
    EmotionLabel.SADNESS: 0.5,
    EmotionLabel.CONFUSION: 0.15,
}
_PLEASED = (EmotionLabel.DELIGHT, EmotionLabel.GRATITUDE, EmotionLabel.SATISFACTION)
_CUE_VALENCE = 0.55
"""How far service cues at full strength pull valence down."""
_LEAVING = 0.25
"""Churn risk of a customer who is certainly angry or disappointed, yet says nothing about leaving."""
_CONTRADICTION = {**dict.fromkeys(_PLEASED, 0.5), EmotionLabel.NEUTRAL: 0.25}
"""Cues this distressing contradict the label: praise may be sarcastic, and a stated fact may be a complaint. No label then."""
_BOOSTER = re.compile(
    r"\b(?:absolutely|completely|extremely|so|really|totally|utterly|very|beyond|incredibly|truly|super)\b", re.I
)

ABSTENTION = Emotion(None, 0.0, 0.0, True, 0.0, 0.0, 0.0)
"""The answer for a text that the tagger cannot read at all."""


class _Lexicon(Protocol):
    def polarity_scores(self, text: str) -> Mapping[str, float]: ...


class LinearTagger:
    """A small, deterministic tagger of English texts.

    Args:
        model: weights.
        lexicon: word list that rates a text's ``compound`` sentiment -1..1.
        cues: rule pack of service cues.
    """

    name = NAME

    def __init__(self, model: LinearModel, lexicon: _Lexicon, cues: Sequence[Cue]) -> None:
        self._model, self._lexicon, self._cues = model, lexicon, cues
        self._words = frozenset(model.words.tobytes().decode().split("\n"))

    def tag(self, texts: Sequence[str], languages: Sequence[str | None]) -> list[Emotion]:
        """This answers for each redacted text, in order; what one is told does not depend on its neighbours.

        It abstains, with label None, on empty texts, on languages other than English, on texts that do not read as English,
        and wherever its best guess is too weak or contradicts itself.
        """
        masked = [mask(text[:_LONGEST]) for text in texts]
        readable = [
            index
            for index, (text, language) in enumerate(zip(masked, languages, strict=True))
            if self._readable(text, language)
        ]
        answers = [ABSTENTION] * len(masked)
        for start in range(0, len(readable), _BATCH):
            chosen = readable[start : start + _BATCH]
            for index, emotion in zip(chosen, self._tag_readable([masked[i] for i in chosen]), strict=True):
                answers[index] = emotion
        return answers

    def _readable(self, text: str, language: str | None) -> bool:
        declared = (language or "").lower().replace("_", "-").partition("-")[0]
        if declared not in ("", "en", "und"):
            return False
        words = [word for word in tokens(text) if word[0].isalpha() and word not in ("xname", "xthing")]
        known = sum(word in self._words for word in words)
        return bool(words) and known >= len(words) * (_ENGLISH_SHARE_DECLARED if declared == "en" else _ENGLISH_SHARE)

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
        best = max(CANONICAL, key=scores.__getitem__)
        force = _force(text, 1 - scores[EmotionLabel.NEUTRAL])
        pleased = sum(scores[label] for label in _PLEASED)
        contradicts = cues.distress >= _CONTRADICTION.get(EmotionLabel(best), 1.0)
        abstained = contradicts or scores[best] < float(self._model.threshold[0])
        upset = sum(share * scores[label] for label, share in _UPSET.items()) * (0.6 + 0.4 * force)
        distress = 1 - (1 - min(upset, 1.0)) * (1 - cues.distress * (0.8 + 0.2 * force))
        unhappy = scores[EmotionLabel.ANGER] + scores[EmotionLabel.FRUSTRATION] + scores[EmotionLabel.DISAPPOINTMENT]
        churn = 1 - (1 - cues.churn) * (1 - _LEAVING * unhappy)
        return Emotion(
            None if abstained else best,
            _share(force),
            _share(scores[best]),
            abstained,
            round(max(-1.0, min(1.0, self._valence(text, scores, lean) - _CUE_VALENCE * cues.distress)), 4),
            _share(distress * (1 - 0.5 * pleased * (1 - cues.distress))),
            _share(churn),
            {label: _share(score) for label, score in scores.items()},
            {label: _share(score) for label, score in native.items()},
        )

    def _valence(self, text: str, scores: Mapping[str, float], lean: float) -> float:
        labels = sum(LABEL_VALENCE[EmotionLabel(label)] * score for label, score in scores.items())
        words = self._lexicon.polarity_scores(text)["compound"]
        return float(np.dot(self._model.blend, (words, lean, labels, 1.0)))


def _force(text: str, moved: float) -> float:
    """How strongly it is said, 0..1: capped, so that shouting more gains nothing after a point."""
    shouted = re.findall(r"\b[A-Z]{3,}\b", text)
    marks = min(text.count("!"), 3) / 3
    boosters = min(len(_BOOSTER.findall(text)), 2) / 2
    emphasis = 0.4 * marks + 0.35 * boosters + 0.25 * (min(len(shouted), 2) / 2)
    return moved * (0.55 + 0.45 * emphasis)


def _share(value: float) -> float:
    return round(max(0.0, min(1.0, value)), 4)


def load_tagger() -> LinearTagger:
    """This loads the tagger that ships with the hub; raises ConfigError where its weights are missing."""
    return LinearTagger(load_model(), SentimentIntensityAnalyzer(), load_cues())
