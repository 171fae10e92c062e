"""The tagger that ships with the hub: a linear model, a sentiment lexicon and service cues, for English."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from hub.contract import Emotion
from hub.emotion.cues import Cues, Fired, load_cues, read_cues
from hub.emotion.derivation import ABSTENTION, LONGEST, derive_emotion
from hub.emotion.english import English
from hub.emotion.evidence import Evidence
from hub.emotion.features import Rows, count_words, mask, tokens
from hub.emotion.model import LinearModel, load_model
from hub.emotion.negation import Lexicon, heed_negation, rate_words
from hub.emotion.taxonomy import CANONICAL, NATIVE, label_valence

NAME = "linear-en/3"
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

    def __init__(self, model: LinearModel, lexicon: Lexicon, cues: Cues) -> None:
        self._model, self._lexicon, self._cues = model, lexicon, cues
        self._english, self._rate = English(model.words), rate_words(lexicon)
        self._evidence = Evidence(model)
        self._blend, self._cut = model.blend.tolist(), float(model.threshold[0])

    def tag(self, texts: Sequence[str], languages: Sequence[str | None]) -> list[Emotion]:
        """This answers for each redacted text, in order; what one is told does not depend on its neighbours.

        It abstains, with label None, on empty texts, on languages other than English, on texts that do not read as English,
        and wherever its best guess is too weak or contradicts itself.
        """
        masked = [mask(text[:LONGEST]) for text in texts]
        words = [tokens(text) for text in masked]
        readable = self._english.readable(words, languages)
        answers = [ABSTENTION] * len(masked)
        for start in range(0, len(readable), _BATCH):
            chosen = readable[start : start + _BATCH]
            found = self._tag_readable([masked[i] for i in chosen], count_words([words[i] for i in chosen]))
            for index, emotion in zip(chosen, found, strict=True):
                answers[index] = emotion
        return self._evidence.attach(texts, answers)

    def _tag_readable(self, texts: Sequence[str], counted: Rows) -> Iterator[Emotion]:
        found = self._model.weighted(counted)
        fired = [read_cues(text, self._cues) for text in texts]
        shares = self._probabilities(found, fired)
        totals, leans = _canonical(shares).tolist(), self._model.valences(found).tolist()
        for text, cues, own, told, lean in zip(texts, fired, shares.round(4).tolist(), totals, leans, strict=True):
            scores, native = dict(zip(CANONICAL, told, strict=True)), dict(zip(NATIVE, own, strict=True))
            valence, turned = self._valence(text, scores, lean), heed_negation(text, self._rate)
            yield derive_emotion(text, cues, scores, valence=valence, cut=self._cut, turned=turned, native=native)

    def _probabilities(self, found: Rows, fired: Sequence[Fired]) -> NDArray[np.float64]:
        nudges = np.asarray([[cues.nudges.get(label, 0.0) for label in NATIVE] for cues in fired])
        scaled = self._model.logits(found).astype(np.float64) / float(self._model.temperature[0]) + nudges
        raised: NDArray[np.float64] = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        shares: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
        return shares

    def _valence(self, text: str, scores: Mapping[str, float], lean: float) -> float:
        words = self._lexicon.polarity_scores(text)["compound"]
        of_words, of_ridge, of_labels, constant = self._blend
        return float(of_words * words + of_ridge * lean + of_labels * label_valence(scores) + constant)


_PLACES = [CANONICAL.index(label.value) for label in NATIVE.values()]


def _canonical(native: NDArray[np.float64]) -> NDArray[np.float64]:
    """What ``taxonomy.canonical`` says of each row, added in the same order."""
    totals = np.zeros((len(native), len(CANONICAL)))
    for column, place in enumerate(_PLACES):
        totals[:, place] += native[:, column]
    return totals


def load_tagger() -> LinearTagger:
    """This loads the tagger that ships with the hub; raises ConfigError where its weights are missing."""
    return LinearTagger(load_model(), SentimentIntensityAnalyzer(), load_cues())
