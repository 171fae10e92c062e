"""Emotion: what a customer most likely felt, said with its uncertainty, or not said at all. Pure and local."""

from hub.emotion.tagger import LinearTagger, load_tagger
from hub.emotion.taxonomy import CANONICAL, LABEL_VALENCE, NATIVE, TAXONOMY_VERSION, canonical
from hub.emotion.tone import Tone, tone_hint

__all__ = [
    "CANONICAL",
    "LABEL_VALENCE",
    "NATIVE",
    "TAXONOMY_VERSION",
    "LinearTagger",
    "Tone",
    "canonical",
    "load_tagger",
    "tone_hint",
]
