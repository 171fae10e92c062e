"""The tagger: a small network in numpy that says of every word how likely it is part of something personal."""

from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub_pii_en.tokens import TABLES, Token, features, tokens, words
from hub_pii_en.vocabulary import Vocabulary, WordSet

Array = NDArray[np.float32]
PLACE, ORGANISATION, NOTHING = "PLACE", "ORGANIZATION", "O"
"""Labels of what is not personal by itself. All others are entity names of the redaction policy."""

Told = tuple[Token, float, str]
"""A word, the probability that it is part of what was asked for, and what of that it most likely is."""

LONGEST = 200
"""So many words of a text are read in the light of each other."""
_KNOWN_WORDS = 50_000
"""So many distinct words are remembered; then the memory starts again."""
_EPS = np.float32(1e-5)


class Tagger:
    """This gives each word of a text the probability that it is part of something personal, or of a place, or a company.

    Args:
        weights: what ``training/train.py`` wrote.
    """

    def __init__(self, weights: dict[str, Any]) -> None:
        tables = range(len(TABLES) + 1)
        self._tables = [weights[f"table{k}"] for k in tables]
        self._scales = [weights[f"scale{k}"] for k in tables]
        self._vocabulary = Vocabulary(weights["keys"], weights["rows"])
        self._plain = WordSet(weights["plain"])
        self._first = (weights["g"], weights["b"])
        self._reach = [int(reach) for reach in weights["reach"]]
        self._layers = [tuple(weights[f"{name}{i}"] for name in "wcgb") for i in range(len(self._reach))]
        self._pooling = tuple(weights[f"{name}t"] for name in "wcgb")
        self._out = (weights["wo"], weights["bo"])
        self._labels = [str(label) for label in weights["labels"]]
        self.personal = tuple(label for label in self._labels if label not in (PLACE, ORGANISATION, NOTHING))
        self._width = len(weights["g"])
        self._forget()

    def tag(
        self, texts: Sequence[str], labels: Sequence[str] = (), least: float | Sequence[float] = 0.0
    ) -> list[list[Told]]:
        """This gives the words of each text and how likely each is one of ``labels``, or anything personal.

        A text's result depends on that text only, however many are tagged at once. A text in which no word reaches ``least``
        comes back empty; ``least`` may be one number for all texts, or one for each.
        """
        if len(self._places) > _KNOWN_WORDS:
            self._forget()
        cut = [words(text) for text in texts]
        self._learn(dict.fromkeys(chain.from_iterable(cut)))
        place_of = self._places.__getitem__
        apart = [0] * max(self._reach)
        rows, starts, lengths = [*apart], [], [len(apart)]
        for own in cut:
            starts.append(len(rows))
            rows += map(place_of, own)
            rows += apart
            lengths += _stretches(len(own))
            lengths[-1] += len(apart)
        stretches = np.repeat(np.arange(len(lengths)), lengths)
        chances, kinds = self._chances(np.array(rows), stretches, labels or self.personal)
        leasts = [least] * len(texts) if isinstance(least, float | int) else least
        return list(self._told(texts, cut, starts, chances, kinds, labels or self.personal, leasts))

    def _told(
        self, texts: Sequence[str], cut: Sequence[Sequence[str]], starts: Sequence[int], chances: Array,
        kinds: NDArray[np.int64], labels: Sequence[str], leasts: Sequence[float],
    ) -> Iterator[list[Told]]:  # fmt: skip
        for text, own, start, least in zip(texts, cut, starts, leasts, strict=True):
            end = start + len(own)
            if start == end or chances[start:end].max() < least:
                yield []
                continue
            names = map(labels.__getitem__, kinds[start:end].tolist())
            yield list(zip(tokens(text), chances[start:end].tolist(), names, strict=True))

    def _forget(self) -> None:
        self._places: dict[str, int] = {}
        self._memory = np.zeros((4096, self._width), np.float32)
        self._open = np.zeros(4096, bool)

    def _learn(self, words: Iterable[str]) -> None:
        """A word's vector is worked out once; row 0 of the memory is the empty place between texts."""
        new = [word for word in words if word not in self._places]
        if not new:
            return
        rows = np.column_stack([np.array([features(word) for word in new]), self._vocabulary.rows(new)])
        vectors = np.zeros((len(new), self._width), np.float32)
        for k, (table, scale) in enumerate(zip(self._tables, self._scales, strict=True)):
            vectors += table[rows[:, k]] * scale[rows[:, k]].astype(np.float32)
        begin = len(self._places) + 1
        end = begin + len(new)
        while end > len(self._memory):
            self._memory = np.concatenate([self._memory, np.zeros_like(self._memory)])
            self._open = np.concatenate([self._open, np.zeros_like(self._open)])
        self._memory[begin:end] = _normal(vectors) * self._first[0] + self._first[1]
        self._open[begin:end] = [word[0].isalnum() for word in new] & ~self._plain.holds(new)
        self._places.update(zip(new, range(begin, end), strict=True))

    def _chances(
        self, rows: NDArray[np.int64], stretches: NDArray[np.int64], labels: Sequence[str]
    ) -> tuple[Array, NDArray[np.int64]]:
        """Only words that may be personal are asked about; of the others, only what an answer depends on is looked at."""
        wanted = [self._labels.index(label) for label in labels]
        asked = self._open[rows] if set(labels) <= set(self.personal) else rows != 0
        needed = [asked]
        for reach in reversed(self._reach[1:]):
            wider = needed[-1].copy()
            wider[:-reach] |= needed[-1][reach:]
            wider[reach:] |= needed[-1][:-reach]
            needed.append(wider & (rows != 0))
        x = self._memory[rows]
        for (weight, bias, gain, shift), reach, here in zip(self._layers, self._reach, reversed(needed), strict=True):
            places = np.flatnonzero(here)
            own = x[places]
            z = np.concatenate([x[places - reach], own, x[places + reach]], axis=1) @ weight
            z += bias
            x[places] = own + _normal(np.maximum(z[:, : self._width], z[:, self._width :])) * gain + shift
        chances, kinds = np.zeros(len(rows), np.float32), np.zeros(len(rows), np.int64)
        read = self._together(x[asked], self._open[rows[asked]], stretches[asked])
        told = _softmax(read @ self._out[0] + self._out[1])[:, wanted]
        # Rounded, so that no cut falls between what a text gives alone and among others; 0 is for what was not asked about.
        chances[asked], kinds[asked] = np.maximum(np.round(told.sum(1), 4), 1e-4), told.argmax(1)
        return chances, kinds

    def _together(self, x: Array, pooled: NDArray[np.bool_], stretches: NDArray[np.int64]) -> Array:
        """Each word beside the largest and the mean of each number among the words of its stretch that may be personal."""
        weight, bias, gain, shift = self._pooling
        all_words = np.zeros((int(stretches.max(initial=0)) + 1, 2 * self._width), np.float32)
        own = stretches[pooled]
        if len(own):
            firsts = np.flatnonzero(np.diff(own, prepend=-1))
            here, counts = own[firsts], np.diff(firsts, append=len(own))[:, None]
            all_words[here, : self._width] = np.maximum.reduceat(x[pooled], firsts, axis=0)
            all_words[here, self._width :] = np.add.reduceat(x[pooled], firsts, axis=0) / counts
        z = x @ weight[: self._width] + (all_words @ weight[self._width :] + bias)[stretches]
        read: Array = x + _normal(np.maximum(z[:, : self._width], z[:, self._width :])) * gain + shift
        return read


def _stretches(length: int) -> list[int]:
    """A text of so many words in parts of about one length, none longer than what training has met."""
    number = max(1, -(-length // LONGEST))
    return [length * (part + 1) // number - length * part // number for part in range(number)]


def _softmax(logits: Array) -> Array:
    logits -= logits.max(1, keepdims=True, initial=-np.inf)
    np.exp(logits, out=logits)
    logits /= logits.sum(1, keepdims=True)
    return logits


def _normal(x: Array) -> Array:
    x = x - x.mean(1, keepdims=True)
    x *= 1 / np.sqrt(np.einsum("ij,ij->i", x, x)[:, None] / np.float32(x.shape[1]) + _EPS)
    return x


def load_tagger() -> Tagger:
    """This loads the weights that come with the distribution."""
    with files("hub_pii_en").joinpath("weights.npz").open("rb") as file, np.load(file, allow_pickle=False) as stored:
        return Tagger({name: stored[name] for name in stored.files})
