"""The linear model: quantised weights, and the two things it computes from hashed features."""

from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hub.emotion.features import Rows
from hub.errors import ConfigError

WEIGHTS = Path(__file__).parent / "weights" / "linear-en-1.npz"
"""The weights that ship with the package; ``weights/MODEL_CARD.md`` tells where they come from."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """A multinomial logistic model over 28 native labels, with a ridge regression for valence beside it.

    Args:
        native: (buckets, 28) int8 roots of weights: a weight is ``q * abs(q) * scale``, which keeps small ones apart.
        native_scale: (28,) float32, see ``native``.
        native_bias: (28,) bias of the logits.
        idf: (buckets,) float16 weight of each bucket.
        valence: (buckets,) int8 roots of weights, as in ``native``.
        valence_scale: (1,) float32, see ``native``.
        valence_bias: (1,) bias of the ridge regression; its answers are about -1..1.
        blend: (4,) weights of lexicon, ridge and label valence in the final valence, and a constant.
        temperature: (1,) divides the logits, so that probabilities are honest.
        threshold: (1,) least probability of the best canonical label; below it the tagger abstains.
        words: common English words, as UTF-8 bytes, one a line.
    """

    native: NDArray[np.int8]
    native_scale: Floats
    native_bias: Floats
    idf: NDArray[np.float16]
    valence: NDArray[np.int8]
    valence_scale: Floats
    valence_bias: Floats
    blend: Floats
    temperature: Floats
    threshold: Floats
    words: NDArray[np.uint8]
    _native: Floats = field(init=False, repr=False)
    _valence: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """This works the weights out once; they take 8 MB."""
        object.__setattr__(self, "_native", _unfold(self.native))
        object.__setattr__(self, "_valence", _unfold(self.valence[:, None]))

    def logits(self, rows: Rows) -> Floats:
        """This gives (texts, 28) logits, not yet divided by the temperature."""
        return self._weigh(rows, self._native) * self.native_scale + self.native_bias

    def valences(self, rows: Rows) -> Floats:
        """This gives (texts,) ridge valences, about -1..1."""
        answer: Floats = self._weigh(rows, self._valence)[:, 0] * self.valence_scale + self.valence_bias
        return answer

    def weighted(self, rows: Rows) -> Rows:
        """This weights rows by ``idf`` and brings each to length 1."""
        value = rows.value * self.idf[rows.index].astype(np.float32)
        lengths = np.sqrt(_sum_rows(value[:, None] ** 2, rows.start)[:, 0])
        spread = np.repeat(np.maximum(lengths, 1e-9), np.diff(rows.start))
        return Rows(rows.start, rows.index, value / spread)

    def _weigh(self, rows: Rows, matrix: Floats) -> Floats:
        entries = matrix[rows.index]
        entries *= rows.value[:, None]
        return _sum_rows(entries, rows.start)


def _unfold(roots: NDArray[np.int8]) -> Floats:
    """Weights of their roots, before the scale."""
    wide = roots.astype(np.float32)
    return wide * np.abs(wide)


def _sum_rows(entries: Floats, start: NDArray[np.int64]) -> Floats:
    """Sums of entries[start[i]:start[i + 1]]; every row has at least one entry (each text ends with its own mark)."""
    return np.add.reduceat(entries, start[:-1], axis=0)


def load_model(path: Path = WEIGHTS) -> LinearModel:
    """This reads weights; raises ConfigError where the file is missing or lacks an array."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return LinearModel(**{one.name: arrays[one.name] for one in fields(LinearModel) if one.init})
    except (OSError, KeyError, ValueError):
        raise ConfigError(f"{path.name}: the emotion model cannot be read.", fix="Reinstall the package.") from None
