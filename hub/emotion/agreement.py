"""Agreement: how far two people say the same of the same messages, beyond what chance alone would give."""

from collections import Counter
from collections.abc import Sequence
from math import sqrt

_Z95 = 1.959964


def observed_agreement(pairs: Sequence[tuple[str, str]]) -> float | None:
    """This is the share of messages of which both say the same, 0..1; None where there are none."""
    return sum(one == other for one, other in pairs) / len(pairs) if pairs else None


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """This is Cohen's kappa: 1 all the same, 0 what chance gives, below 0 less than that.

    None where it says nothing: no messages, or both say one and the same label of all.
    """
    observed = observed_agreement(pairs)
    if observed is None:
        return None
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(count * second[label] for label, count in first.items()) / len(pairs) ** 2
    return None if chance == 1 else (observed - chance) / (1 - chance)


def wilson_interval(right: int, count: int) -> tuple[float, float]:
    """This is the 95 % interval of a share that was seen ``right`` times of ``count`` (Wilson 1927), each end 0..1."""
    if not count:
        return 0.0, 1.0
    share, squared = right / count, _Z95**2
    middle = (share + squared / (2 * count)) / (1 + squared / count)
    half = _Z95 / (1 + squared / count) * sqrt(share * (1 - share) / count + squared / (4 * count**2))
    return max(0.0, middle - half), min(1.0, middle + half)
