"""The taxonomy: the tagger's 28 native labels, and the canonical label each one belongs to.

The native labels are those of GoEmotions (Demszky et al. 2020). The grouping is the hub's own; nobody annotated it.
"""

from collections.abc import Mapping

from hub.schema import TAXONOMY_VERSION, EmotionLabel

NATIVE: dict[str, EmotionLabel] = {
    "admiration": EmotionLabel.DELIGHT,
    "amusement": EmotionLabel.DELIGHT,
    "anger": EmotionLabel.ANGER,
    "annoyance": EmotionLabel.FRUSTRATION,
    "approval": EmotionLabel.SATISFACTION,
    "caring": EmotionLabel.SATISFACTION,
    "confusion": EmotionLabel.CONFUSION,
    "curiosity": EmotionLabel.CURIOSITY,
    "desire": EmotionLabel.NEUTRAL,
    "disappointment": EmotionLabel.DISAPPOINTMENT,
    "disapproval": EmotionLabel.FRUSTRATION,
    "disgust": EmotionLabel.ANGER,
    "embarrassment": EmotionLabel.SADNESS,
    "excitement": EmotionLabel.DELIGHT,
    "fear": EmotionLabel.ANXIETY,
    "gratitude": EmotionLabel.GRATITUDE,
    "grief": EmotionLabel.SADNESS,
    "joy": EmotionLabel.DELIGHT,
    "love": EmotionLabel.DELIGHT,
    "nervousness": EmotionLabel.ANXIETY,
    "optimism": EmotionLabel.SATISFACTION,
    "pride": EmotionLabel.DELIGHT,
    "realization": EmotionLabel.SURPRISE,
    "relief": EmotionLabel.SATISFACTION,
    "remorse": EmotionLabel.SADNESS,
    "sadness": EmotionLabel.SADNESS,
    "surprise": EmotionLabel.SURPRISE,
    "neutral": EmotionLabel.NEUTRAL,
}
"""Native label to canonical label, in the order of the weight columns."""

CANONICAL: tuple[str, ...] = tuple(label.value for label in EmotionLabel)
"""Canonical labels, in the order of the schema."""

LABEL_VALENCE: dict[EmotionLabel, float] = {
    EmotionLabel.ANGER: -0.9,
    EmotionLabel.FRUSTRATION: -0.6,
    EmotionLabel.DISAPPOINTMENT: -0.6,
    EmotionLabel.ANXIETY: -0.6,
    EmotionLabel.CONFUSION: -0.2,
    EmotionLabel.SADNESS: -0.7,
    EmotionLabel.SURPRISE: 0.1,
    EmotionLabel.CURIOSITY: 0.1,
    EmotionLabel.SATISFACTION: 0.5,
    EmotionLabel.GRATITUDE: 0.8,
    EmotionLabel.DELIGHT: 0.8,
    EmotionLabel.NEUTRAL: 0.0,
}
"""How pleasant each canonical emotion is to have, -1..1; a judgement, not a measurement."""


LABEL_AROUSAL: dict[EmotionLabel, float] = {
    EmotionLabel.ANGER: 0.85,
    EmotionLabel.FRUSTRATION: 0.65,
    EmotionLabel.DISAPPOINTMENT: 0.4,
    EmotionLabel.ANXIETY: 0.75,
    EmotionLabel.CONFUSION: 0.45,
    EmotionLabel.SADNESS: 0.3,
    EmotionLabel.SURPRISE: 0.7,
    EmotionLabel.CURIOSITY: 0.45,
    EmotionLabel.SATISFACTION: 0.35,
    EmotionLabel.GRATITUDE: 0.5,
    EmotionLabel.DELIGHT: 0.75,
    EmotionLabel.NEUTRAL: 0.2,
}
"""How stirred somebody is who feels each canonical emotion, 0..1; a judgement, not a measurement."""

_AROUSALS = {label.value: arousal for label, arousal in LABEL_AROUSAL.items()}
_VALENCES = {label.value: valence for label, valence in LABEL_VALENCE.items()}


def label_valence(scores: Mapping[str, float]) -> float:
    """This is how pleasant the canonical labels are together, -1..1, each by its probability."""
    return sum([_VALENCES[label] * score for label, score in scores.items()])


def label_arousal(scores: Mapping[str, float]) -> float:
    """This is how stirring the canonical labels are together, 0..1, each by its probability."""
    return sum([_AROUSALS[label] * score for label, score in scores.items()])


def canonical(native_scores: Mapping[str, float]) -> dict[str, float]:
    """This adds up native probabilities to the canonical labels they belong to.

    Labels that the map lacks count as 0. Raises KeyError for a label that is not native.
    """
    totals = dict.fromkeys(CANONICAL, 0.0)
    for label, score in native_scores.items():
        totals[NATIVE[label].value] += score
    return totals


__all__ = [
    "CANONICAL",
    "LABEL_AROUSAL",
    "LABEL_VALENCE",
    "NATIVE",
    "TAXONOMY_VERSION",
    "canonical",
    "label_arousal",
    "label_valence",
]
