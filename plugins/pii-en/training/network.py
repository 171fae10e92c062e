"""The tagger's network with its gradients, in numpy: four hashed tables, residual convolutions, a look at the whole text, a softmax.

The tokens of all texts of a batch lie in one row, as many empty places before and after each text as a convolution reaches, so
that it never reads from one text into the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hub_pii_en.tagger import NOTHING, ORGANISATION, PLACE

WIDTH, REACH = 64, (1, 2, 3)
"""Numbers for a word; how far apart the three words are that each convolution reads."""
Array = NDArray[np.float32]
_EPS = 1e-5
_MISSED = {"PERSON": 1.5, PLACE: 0.0, ORGANISATION: 0.0, NOTHING: 0.0}
_MISSED_ELSE = 0.5
"""So much more a word that is personal counts in the loss: a leak is worse than a needless change."""


@dataclass(frozen=True)
class Batch:
    """Texts in one row of places.

    Args:
        ids: (places, tables + 1) rows of the tables, and of the vectors.
        mask: (places, 1), 0 at the empty places.
        asked: (places, 1), True for words that may be personal at all.
        texts: (places,) the text that a place belongs to, from 0; the empty ones to the text before them.
        starts: (texts,) the first place of each text.
        allowed: (places, labels), True for each label that may be right; all False at the empty places.
    """

    ids: NDArray[np.int64]
    mask: Array
    asked: NDArray[np.bool_]
    texts: NDArray[np.int64]
    starts: NDArray[np.int64]
    allowed: NDArray[np.bool_]


class Network:
    """Parameters, one training step and the optimiser's state.

    Args:
        sizes: rows of each table.
        vectors: (words, any) word vectors, which stay as they are; row 0 is that of unknown words.
        labels: what a word may be.
        seed: of the first weights and of dropout.
    """

    def __init__(self, sizes: tuple[int, ...], vectors: Array, labels: Sequence[str], seed: int) -> None:
        self.vectors = vectors
        self._missed = np.array([_MISSED.get(label, _MISSED_ELSE) for label in labels], np.float32)
        self.rng = np.random.default_rng(seed)
        draw = self.rng.standard_normal
        self.tables = [(draw((size, WIDTH)) * 0.1).astype(np.float32) for size in sizes]
        self.p: dict[str, Array] = {"g": np.ones(WIDTH, np.float32), "b": np.zeros(WIDTH, np.float32)}
        self.p["wv"] = (draw((vectors.shape[1], WIDTH)) * (0.2 / np.sqrt(vectors.shape[1]))).astype(np.float32)
        for i in range(len(REACH)):
            self.p[f"w{i}"] = (draw((3 * WIDTH, 2 * WIDTH)) / np.sqrt(3 * WIDTH)).astype(np.float32)
            self.p[f"c{i}"] = np.zeros(2 * WIDTH, np.float32)
            self.p[f"g{i}"] = np.ones(WIDTH, np.float32)
            self.p[f"b{i}"] = np.zeros(WIDTH, np.float32)
        self.p["wt"] = (draw((3 * WIDTH, 2 * WIDTH)) / np.sqrt(3 * WIDTH)).astype(np.float32)
        self.p["ct"] = np.zeros(2 * WIDTH, np.float32)
        self.p["gt"] = np.ones(WIDTH, np.float32)
        self.p["bt"] = np.zeros(WIDTH, np.float32)
        self.p["wo"] = (draw((WIDTH, len(labels))) / np.sqrt(WIDTH)).astype(np.float32)
        self.p["bo"] = np.zeros(len(labels), np.float32)
        self.state = {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in self.p.items()}
        self.table_state = [(np.zeros_like(table), np.zeros_like(table)) for table in self.tables]
        self.steps = 0

    def step(self, batch: Batch, rate: float, drop: float) -> float:
        """This trains on one batch and returns the mean loss.

        Args:
            batch: the texts.
            rate: learning rate.
            drop: share of values that dropout hides.
        """
        saved: list[tuple[Array, ...]] = []
        ids, mask = batch.ids, batch.mask
        seen = self.vectors[ids[:, -1]]
        x = sum((table[ids[:, k]] for k, table in enumerate(self.tables)), seen @ self.p["wv"])
        x, norm = _norm(x, self.p["g"], self.p["b"])
        keep = self._keep(x.shape, drop) * mask
        x *= keep
        for i in range(len(REACH)):
            x, parts = self._layer(x, i, mask, drop)
            saved.append(parts)
        x, together = self._together(x, batch, drop)
        loss, dlogits = self._loss(x @ self.p["wo"] + self.p["bo"], batch.allowed)
        grads = {"wo": x.T @ dlogits, "bo": dlogits.sum(0)}
        dx = self._together_back(dlogits @ self.p["wo"].T, batch, together, grads)
        for i in reversed(range(len(REACH))):
            dx = self._layer_back(dx, i, saved[i], grads)
        dx, grads["g"], grads["b"] = _norm_back(dx * keep, self.p["g"], norm)
        grads["wv"] = seen.T @ dx
        self._update(grads, ids, dx, rate)
        return loss

    def _loss(self, logits: Array, allowed: NDArray[np.bool_]) -> tuple[float, Array]:
        """The right answer may be a set of labels: what counts is that the sum of their probabilities is near 1."""
        e = np.exp(logits - logits.max(1, keepdims=True))
        p = e / e.sum(1, keepdims=True)
        right = p * allowed
        total = right.sum(1, keepdims=True)
        real = allowed.any(1, keepdims=True)
        count = max(1, int(real.sum()))
        weight = 1 + np.where(allowed, self._missed, np.inf).min(1, keepdims=True, initial=_MISSED["PERSON"])
        loss = float(-np.log(np.where(real, total, 1) + 1e-9).sum()) / count
        q = right / np.where(total > 0, total, 1)
        return loss, ((p - q) * real * weight / count).astype(np.float32)

    def _keep(self, shape: tuple[int, ...], drop: float) -> Array:
        return (self.rng.random(shape, np.float32) >= drop).astype(np.float32) / np.float32(1 - drop)

    def _layer(self, x: Array, i: int, mask: Array, drop: float) -> tuple[Array, tuple[Array, ...]]:
        wide = _wide(x, REACH[i])
        z = wide @ self.p[f"w{i}"] + self.p[f"c{i}"]
        left = z[:, :WIDTH] >= z[:, WIDTH:]
        best = np.where(left, z[:, :WIDTH], z[:, WIDTH:])
        n, norm = _norm(best, self.p[f"g{i}"], self.p[f"b{i}"])
        keep = self._keep(x.shape, drop) * mask
        return (x + n) * keep, (wide, left, keep, *norm)

    def _layer_back(self, dx: Array, i: int, parts: tuple[Array, ...], grads: dict[str, Array]) -> Array:
        wide, left, keep, *norm = parts
        dx = dx * keep
        dbest, grads[f"g{i}"], grads[f"b{i}"] = _norm_back(dx, self.p[f"g{i}"], (norm[0], norm[1]))
        dz = np.concatenate([dbest * left, dbest * ~left], axis=1)
        grads[f"w{i}"] = wide.T @ dz
        grads[f"c{i}"] = dz.sum(0)
        dwide = dz @ self.p[f"w{i}"].T
        dx = dx + dwide[:, WIDTH : 2 * WIDTH]
        reach = REACH[i]
        dx[:-reach] += dwide[reach:, :WIDTH]
        dx[reach:] += dwide[:-reach, 2 * WIDTH :]
        return dx

    def _together(self, x: Array, batch: Batch, drop: float) -> tuple[Array, tuple[Array, ...]]:
        """Each word beside the largest and the mean of each number among the words of its text that may be personal."""
        open_ones = np.where(batch.asked, x, -np.inf)
        most = np.maximum.reduceat(open_ones, batch.starts, axis=0)
        most[np.isinf(most)] = 0
        counts = np.maximum(np.add.reduceat(batch.asked.astype(np.float32), batch.starts, axis=0), 1)
        mean = np.add.reduceat(x * batch.asked, batch.starts, axis=0) / counts
        wide = np.concatenate([x, most[batch.texts], mean[batch.texts]], axis=1)
        z = wide @ self.p["wt"] + self.p["ct"]
        left = z[:, :WIDTH] >= z[:, WIDTH:]
        n, norm = _norm(np.where(left, z[:, :WIDTH], z[:, WIDTH:]), self.p["gt"], self.p["bt"])
        keep = self._keep(x.shape, drop) * batch.mask
        return (x + n) * keep, (wide, left, keep, open_ones == most[batch.texts], counts, *norm)

    def _together_back(self, dx: Array, batch: Batch, parts: tuple[Array, ...], grads: dict[str, Array]) -> Array:
        wide, left, keep, won, counts, *norm = parts
        dx = dx * keep
        dbest, grads["gt"], grads["bt"] = _norm_back(dx, self.p["gt"], (norm[0], norm[1]))
        dz = np.concatenate([dbest * left, dbest * ~left], axis=1)
        grads["wt"], grads["ct"] = wide.T @ dz, dz.sum(0)
        dwide = dz @ self.p["wt"].T
        dmost = np.add.reduceat(dwide[:, WIDTH : 2 * WIDTH], batch.starts, axis=0)
        dmean = np.add.reduceat(dwide[:, 2 * WIDTH :], batch.starts, axis=0) / counts
        return dx + dwide[:, :WIDTH] + won * dmost[batch.texts] + batch.asked * dmean[batch.texts]

    def _update(self, grads: dict[str, Array], ids: NDArray[np.int64], dx: Array, rate: float) -> None:
        self.steps += 1
        size = np.sqrt(sum(float((grad**2).sum()) for grad in grads.values()))
        scale = min(1.0, 1.0 / (size + 1e-6))
        for name, grad in grads.items():
            _adam(self.p[name], grad * scale, *self.state[name], rate, self.steps, slice(None))
        for k, table in enumerate(self.tables):
            rows, inverse = np.unique(ids[:, k], return_inverse=True)
            order = np.argsort(inverse, kind="stable")
            starts = np.searchsorted(inverse[order], np.arange(len(rows)))
            grad = np.add.reduceat(dx[order], starts, axis=0)
            _adam(table, grad, *self.table_state[k], rate, self.steps, rows)


def _wide(x: Array, reach: int) -> Array:
    wide = np.zeros((len(x), 3 * WIDTH), np.float32)
    wide[reach:, :WIDTH] = x[:-reach]
    wide[:, WIDTH : 2 * WIDTH] = x
    wide[:-reach, 2 * WIDTH :] = x[reach:]
    return wide


def _norm(x: Array, g: Array, b: Array) -> tuple[Array, tuple[Array, Array]]:
    centred = x - x.mean(1, keepdims=True)
    inverse = 1 / np.sqrt((centred**2).mean(1, keepdims=True) + _EPS)
    hat = centred * inverse
    return hat * g + b, (hat, inverse)


def _norm_back(dy: Array, g: Array, norm: tuple[Array, Array]) -> tuple[Array, Array, Array]:
    hat, inverse = norm
    dhat = dy * g
    dx = inverse * (dhat - dhat.mean(1, keepdims=True) - hat * (dhat * hat).mean(1, keepdims=True))
    return dx, (dy * hat).sum(0), dy.sum(0)


def _adam(value: Array, grad: Array, m: Array, v: Array, rate: float, t: int, rows: slice | NDArray[np.int64]) -> None:
    m[rows] = 0.9 * m[rows] + 0.1 * grad
    v[rows] = 0.999 * v[rows] + 0.001 * grad**2
    step = rate * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    value[rows] -= step * m[rows] / (np.sqrt(v[rows]) + 1e-8)
