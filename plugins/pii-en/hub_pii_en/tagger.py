"""The tagger: a small network in numpy that says of every word how likely it is part of a name."""

from collections.abc import Iterable, Sequence
from importlib.resources import files
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub_pii_en.tokens import TABLES, Token, features, tokens, words
from hub_pii_en.vocabulary import Vocabulary, WordSet

Array = NDArray[np.float32]
PERSON, PLACE, ORGANISATION = 0, 1, 2
"""What a word may name, as the network numbers it."""

_KNOWN_WORDS = 50_000
"""So many distinct words are remembered; then the memory starts again."""
_EPS = np.float32(1e-5)


class Tagger:
    """This gives each word of a text the probability that it names a person, or a place, or an organisation.

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
        depth = range(int(weights["depth"]))
        self._layers = [tuple(weights[f"{name}{i}"] for name in "wcgb") for i in depth]
        self._out = (weights["wo"], weights["bo"])
        self._width = len(weights["g"])
        self._forget()

    def tag(self, texts: Sequence[str], label: int = PERSON, least: float = 0.0) -> list[list[tuple[Token, float]]]:
        """This gives the words of each text with their probabilities of naming what ``label`` says.

        A text's result depends on that text only, however many are tagged at once. A text in which no word reaches ``least``
        comes back empty.
        """
        if len(self._places) > _KNOWN_WORDS:
            self._forget()
        cut = [words(text) for text in texts]
        self._learn(dict.fromkeys(chain.from_iterable(cut)))
        place_of = self._places.__getitem__
        rows, starts = [0], []
        for own in cut:
            starts.append(len(rows))
            rows += map(place_of, own)
            rows.append(0)
        chances = self._chances(np.array(rows), label)
        tagged: list[list[tuple[Token, float]]] = []
        for text, own, start in zip(texts, cut, starts, strict=True):
            told = chances[start : start + len(own)].tolist()
            reached = bool(own) and max(told) >= least
            tagged.append(list(zip(tokens(text), told, strict=True)) if reached else [])
        return tagged

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
        self._open[begin:end] = [word[0].isalpha() for word in new] & ~self._plain.holds(new)
        self._places.update(zip(new, range(begin, end), strict=True))

    def _chances(self, rows: NDArray[np.int64], label: int) -> Array:
        """Only words that may name somebody are asked about; of the others, only what an answer depends on is looked at."""
        asked = self._open[rows] if label == PERSON else rows != 0
        needed = [asked]
        for _ in self._layers[1:]:
            wider = needed[-1].copy()
            wider[:-1] |= needed[-1][1:]
            wider[1:] |= needed[-1][:-1]
            needed.append(wider & (rows != 0))
        x = self._memory[rows]
        for (weight, bias, gain, shift), wanted in zip(self._layers, reversed(needed), strict=True):
            places = np.flatnonzero(wanted)
            here = x[places]
            z = np.concatenate([x[places - 1], here, x[places + 1]], axis=1) @ weight
            z += bias
            x[places] = here + _normal(np.maximum(z[:, : self._width], z[:, self._width :])) * gain + shift
        chances = np.zeros(len(rows), np.float32)
        chances[asked] = _softmax(x[asked] @ self._out[0] + self._out[1])[:, label]
        return chances


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
