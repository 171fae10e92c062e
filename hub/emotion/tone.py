"""The tone hint: what a sales or marketing system may know instead of the emotion itself."""

from typing import Literal

from hub.schema import EmotionLabel

Tone = Literal["careful", "neutral", "warm"]

_CAREFUL_DISTRESS = 0.5
_CAREFUL_VALENCE = -0.35
_WARM_VALENCE = 0.3
_CAREFUL = frozenset(
    {
        EmotionLabel.ANGER,
        EmotionLabel.FRUSTRATION,
        EmotionLabel.DISAPPOINTMENT,
        EmotionLabel.ANXIETY,
        EmotionLabel.SADNESS,
    }
)
_WARM = frozenset({EmotionLabel.DELIGHT, EmotionLabel.GRATITUDE, EmotionLabel.SATISFACTION})


def tone_hint(label: str | None, distress: float, valence: float) -> Tone:
    """This is how to speak to the person next; what is unclear is "neutral", never "warm".

    Args:
        label: canonical label, or None where the tagger abstained.
        distress: 0..1.
        valence: -1..1.
    """
    if distress >= _CAREFUL_DISTRESS or valence <= _CAREFUL_VALENCE or label in _CAREFUL:
        return "careful"
    return "warm" if label in _WARM and valence >= _WARM_VALENCE else "neutral"
