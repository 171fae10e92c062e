"""From the probabilities of emotions to the whole answer: label or abstention, intensity, valence, distress, churn risk."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from hub.contract import Emotion
from hub.emotion.cues import Fired
from hub.emotion.taxonomy import CANONICAL, LABEL_VALENCE, label_arousal
from hub.schema import EmotionLabel

LONGEST = 20_000
"""Characters that are read of one text: a longer one says no more about a feeling."""
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
_STIRRED = 0.25
"""How much the strongest emphasis adds to what the labels say of arousal."""
_TELLS = 0.15
"""Negated words this pleasant or unpleasant contradict a label of the other side."""
_WORD = re.compile(r"\w+")
_BOOSTERS = frozenset(
    str.split("absolutely completely extremely so really totally utterly very beyond incredibly truly super")
)
_CAPITALS, _SHOUTED = re.compile(r"[A-Z]{3}"), re.compile(r"\b[A-Z]{3,}\b")

_NONE: Mapping[str, float] = MappingProxyType({})

ABSTENTION = Emotion(None, 0.0, 0.0, True, 0.0, 0.0, 0.0)
"""The answer for a text that the tagger cannot read at all."""


def derive_emotion(
    text: str,
    cues: Fired,
    scores: Mapping[str, float],
    *,
    valence: float,
    cut: float,
    turned: float | None = None,
    native: Mapping[str, float] = _NONE,
) -> Emotion:
    """This is the whole answer for one masked text.

    Args:
        text: masked text.
        cues: what its service cues add up to.
        scores: a probability for each canonical label.
        valence: -1..1, before the cues.
        cut: probability below which the best label is not trusted.
        turned: -1..1, how pleasant the text is by its negated words, which say it better than ``valence``; None: nothing is
            negated, or cues are there, which have heard the negator themselves.
        native: a probability for each label of the model's own.
    """
    best = max(CANONICAL, key=scores.__getitem__)
    emphasis = _emphasis(text)
    force = (1 - scores[EmotionLabel.NEUTRAL]) * (0.55 + 0.45 * emphasis)
    contradicts = cues.distress >= _CONTRADICTION.get(EmotionLabel(best), 1.0)
    if turned is not None and not cues.distress:
        contradicts = contradicts or (abs(turned) >= _TELLS and turned * LABEL_VALENCE[EmotionLabel(best)] < 0)
        valence = turned
    abstained = contradicts or scores[best] < cut
    return Emotion(
        None if abstained else best,
        share(force),
        share(scores[best]),
        abstained,
        round(max(-1.0, min(1.0, valence - _CUE_VALENCE * cues.distress)), 4),
        share(_distress(cues, scores, force)),
        share(_churn(cues, scores)),
        {label: round(score, 4) if 0 <= score <= 1 else share(score) for label, score in scores.items()},
        native=native,
        arousal=share(label_arousal(scores) + _STIRRED * emphasis),
    )


def _distress(cues: Fired, scores: Mapping[str, float], force: float) -> float:
    pleased = sum(scores[label] for label in _PLEASED)
    upset = sum(part * scores[label] for label, part in _UPSET.items()) * (0.6 + 0.4 * force)
    distress = 1 - (1 - min(upset, 1.0)) * (1 - cues.distress * (0.8 + 0.2 * force))
    return distress * (1 - 0.5 * pleased * (1 - cues.distress))


def _churn(cues: Fired, scores: Mapping[str, float]) -> float:
    unhappy = scores[EmotionLabel.ANGER] + scores[EmotionLabel.FRUSTRATION] + scores[EmotionLabel.DISAPPOINTMENT]
    return 1 - (1 - cues.churn) * (1 - _LEAVING * unhappy)


def _emphasis(text: str) -> float:
    """How strongly it is said, 0..1: capped, so that shouting more gains nothing after a point."""
    shouted = min(len(_SHOUTED.findall(text)), 2) if _CAPITALS.search(text) else 0
    marks = min(text.count("!"), 3) / 3
    boosters = min(sum(map(_BOOSTERS.__contains__, _WORD.findall(text.lower()))), 2) / 2
    return 0.4 * marks + 0.35 * boosters + 0.25 * (shouted / 2)


def share(value: float) -> float:
    """This rounds to four digits, within 0..1."""
    return round(max(0.0, min(1.0, value)), 4)
