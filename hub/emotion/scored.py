"""The tagger around a plugin's model: what the hub adds to bare scores, the same for every model."""

from collections.abc import Sequence

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from hub.contract import Emotion, Reader, Reading, Scorer
from hub.emotion.cues import Cues, load_cues, read_cues
from hub.emotion.derivation import ABSTENTION, LONGEST, derive_emotion
from hub.emotion.english import English
from hub.emotion.evidence import Evidence
from hub.emotion.features import mask, tokens
from hub.emotion.model import LinearModel, load_model
from hub.emotion.negation import Lexicon, heed_negation, rate_words
from hub.emotion.taxonomy import label_valence
from hub.errors import ConfigError
from hub.schema import EmotionLabel

_BATCH = 256
_MODELS_SHARE = 0.75
"""How much of the valence comes from the model; the rest comes from the words."""


class ScoredTagger:
    """A tagger of English texts on somebody's scores.

    Args:
        scorer: the model.
        lexicon: word list that rates a text's ``compound`` sentiment -1..1.
        cues: rule pack of service cues.
        words: word weights, which tell what is English and what a label rests on.
    """

    def __init__(self, scorer: Scorer, lexicon: Lexicon, cues: Cues, words: LinearModel) -> None:
        self.name = scorer.name
        self._scorer, self._lexicon, self._cues = scorer, lexicon, cues
        self._english, self._evidence, self._rate = English(words.words), Evidence(words), rate_words(lexicon)

    def tag(self, texts: Sequence[str], languages: Sequence[str | None]) -> list[Emotion]:
        """This answers for each redacted text, in order. Raises ConfigError where the model's answer is not what was agreed.

        It abstains, with label None, on empty texts, on languages other than English, on texts that do not read as English,
        wherever its best guess is below the model's cut, and where the cues contradict it.
        """
        masked = [mask(text[:LONGEST]) for text in texts]
        readable = self._english.readable([tokens(text) for text in masked], languages)
        answers = [ABSTENTION] * len(masked)
        for start in range(0, len(readable), _BATCH):
            chosen = readable[start : start + _BATCH]
            for place, reading in zip(chosen, self._read([masked[i] for i in chosen]), strict=True):
                answers[place] = self._emotion(masked[place], reading)
        return self._evidence.attach(texts, answers)

    def _read(self, texts: Sequence[str]) -> Sequence[Reading]:
        if isinstance(self._scorer, Reader):
            found = self._scorer.read(texts)
        else:
            found = [Reading(scores) for scores in self._scorer.score(texts)]
        if len(found) != len(texts) or any(set(reading.scores) != _LABELS for reading in found):
            raise ConfigError(f"tagger {self.name!r} does not give each text a score for each of the hub's emotions.")
        return found

    def _emotion(self, text: str, reading: Reading) -> Emotion:
        words = self._lexicon.polarity_scores(text)["compound"]
        told = label_valence(reading.scores) if reading.valence is None else reading.valence
        valence = _MODELS_SHARE * told + (1 - _MODELS_SHARE) * words
        cues, turned = read_cues(text, self._cues), heed_negation(text, self._rate)
        return derive_emotion(
            text, cues, reading.scores, valence=valence, cut=self._scorer.cut, turned=turned, native=reading.native
        )


_LABELS = {label.value for label in EmotionLabel}


def wrap_scorer(scorer: Scorer) -> ScoredTagger:
    """This makes a tagger of a plugin's model, with the lexicon, cues and word list that ship with the hub."""
    return ScoredTagger(scorer, SentimentIntensityAnalyzer(), load_cues(), load_model())
