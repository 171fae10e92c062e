"""The verdict: what several people's judgements of one message come to, and the tag that follows from it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hub.emotion.taxonomy import LABEL_VALENCE
from hub.schema import EmotionLabel, EmotionTag

UNTOLD = "none"
"""What a reviewer says where the message does not tell a feeling, or more than one label is as good."""

CHOICES: tuple[str, ...] = (*(label.value for label in EmotionLabel), UNTOLD)
"""What a reviewer may say."""

State = Literal["begun", "disputed", "confirmed", "corrected", "unclear"]

_DISTRESSED = 0.5
_PLEASED = frozenset({EmotionLabel.DELIGHT, EmotionLabel.GRATITUDE, EmotionLabel.SATISFACTION})
_UPSET = frozenset(label for label, valence in LABEL_VALENCE.items() if valence <= -_DISTRESSED)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judgements come to.

    Args:
        state: ``begun`` and ``disputed`` wait for one more reviewer; the others are final.
        agreed: what enough of them said; None where it is not final or they cannot agree.
    """

    state: State
    agreed: str | None = None

    @property
    def is_final(self) -> bool:
        """No more judgements are wanted."""
        return self.state not in {"begun", "disputed"}


def decide_verdict(judgements: Sequence[str], tagged: EmotionLabel | None, *, needed: int = 2) -> Verdict:
    """This is what judgements of different people come to.

    Args:
        judgements: one of ``CHOICES`` each.
        tagged: the label of the tag; None where the tagger abstained.
        needed: how many must say the same. Where one more than that have judged and do not, nobody can tell.
    """
    label, votes = max(Counter(judgements).items(), key=lambda found: found[1], default=(UNTOLD, 0))
    if votes >= needed:
        return Verdict("confirmed" if label == (tagged or UNTOLD) else "corrected", label)
    if len(judgements) > needed:
        return Verdict("unclear")
    return Verdict("disputed" if len(set(judgements)) > 1 else "begun")


def correct_tag(tag: EmotionTag, agreed: str | None) -> EmotionTag:
    """This is the tag with what people agreed on; None, and ``UNTOLD``, take the label away.

    What was derived from the tagger's label must not contradict theirs: pleasantness takes the label's side, distress that of
    a label which is upset or pleased. Intensity, arousal and churn risk are about how it was said, and stay; what the
    tagger's label rested on goes with it.
    """
    if agreed is None or agreed == UNTOLD:
        return tag.model_copy(
            update={"label": None, "abstained": True, "confidence": 0.0, "evidence": None, "reviewed": True}
        )
    label = EmotionLabel(agreed)
    own = LABEL_VALENCE[label]
    distress = tag.distress
    if label in _UPSET:
        distress = max(distress, _DISTRESSED)
    elif label in _PLEASED or label is EmotionLabel.NEUTRAL:
        distress = min(distress, _DISTRESSED / 2)
    change = {
        "label": label,
        "abstained": False,
        "confidence": 1.0,
        "valence": tag.valence if tag.valence * own > 0 else own,
        "distress": distress,
        "evidence": tag.evidence if label == tag.label else None,
        "reviewed": True,
    }
    return tag.model_copy(update=change)
