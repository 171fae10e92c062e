"""Selection: which tags people look at. The draw follows from the tag's id, so that a run repeated draws the same."""

import zlib
from dataclasses import dataclass
from typing import Literal

from hub.schema import EmotionTag

Why = Literal["disputed", "unsure", "sampled"]

_RANGE = 1 << 32


@dataclass(frozen=True, slots=True)
class Shares:
    """How many tags people look at.

    Args:
        sampled: share of all tags, 0..1; what is measured on them holds for all.
        unsure: share of those that the tagger was not sure of, 0..1.
        below: confidence below which a tagger is not sure; one that abstained never is.
    """

    sampled: float = 0.01
    unsure: float = 0.02
    below: float = 0.5


def select_for_review(tag: EmotionTag, shares: Shares) -> Why | None:
    """This says why people look at a tag; None: they do not. What they have judged already is not drawn again."""
    if tag.reviewed:
        return None
    drawn = zlib.crc32(f"review|{tag.id}".encode()) / _RANGE
    if drawn < shares.sampled:
        return "sampled"
    is_unsure = tag.abstained or tag.confidence < shares.below
    return "unsure" if is_unsure and drawn < shares.sampled + shares.unsure else None
