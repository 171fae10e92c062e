"""The model: a six-layer sentence encoder, int8, with one head for the hub's twelve emotions."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from hub.contract import ConfigError

WEIGHTS = Path(__file__).parent / "weights"
"""What ships with the distribution: model.onnx, tokenizer.json, model.json (name, labels, cut) and the model card."""

_LONGEST = 128
"""Pieces of a text that the model reads; the end of a longer text is what is kept beside its beginning."""
_BATCH = 32
_MASKED = re.compile(r"\bx(?:name|thing)\b")


class MiniLmScorer:
    """Scores of the twelve emotions for English texts, one thread, deterministic.

    Args:
        folder: holds model.onnx, tokenizer.json and model.json.

    Raises:
        ConfigError: a file is missing or cannot be used.
    """

    def __init__(self, folder: Path = WEIGHTS) -> None:
        told = _read_settings(folder)
        self.name, self.cut = str(told["name"]), float(told["cut"])
        self._labels, self._temperature = tuple(told["labels"]), float(told["temperature"])
        # What has the digest of the file that was made can be read: neither library says cleanly that it cannot.
        self._tokenizer = Tokenizer.from_buffer(_read(folder / "tokenizer.json", told["digests"]))
        self._session = onnxruntime.InferenceSession(_read(folder / "model.onnx", told["digests"]), _options())
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """This gives each text, in order, a probability for each emotion; a text's answer does not depend on its neighbours."""
        rows = self.pieces(texts)
        found: list[dict[str, float]] = [{}] * len(rows)
        for places in _of_one_length(rows):
            for place, scores in zip(places, self._score([rows[place] for place in places]), strict=True):
                found[place] = scores
        return found

    def pieces(self, texts: Sequence[str]) -> list[Sequence[int]]:
        """These are the pieces of each text that the model reads."""
        return [_shorten(found.ids) for found in self._tokenizer.encode_batch([_plain(text) for text in texts])]

    def _score(self, rows: Sequence[Sequence[int]]) -> Iterator[dict[str, float]]:
        ids = np.asarray(rows, dtype=np.int64)
        logits = np.asarray(self._session.run(["canonical"], {"ids": ids, "mask": np.ones_like(ids)})[0], np.float64)
        raised: NDArray[np.float64] = np.exp((logits - logits.max(axis=1, keepdims=True)) / self._temperature)
        for row in raised / raised.sum(axis=1, keepdims=True):
            yield dict(zip(self._labels, map(float, row), strict=True))


def _of_one_length(rows: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Where rows of the same length stand, a batch at a time: nothing is filled up, so nobody is read with another's blanks."""
    of_length: dict[int, list[int]] = {}
    for place, row in enumerate(rows):
        of_length.setdefault(len(row), []).append(place)
    for places in of_length.values():
        for start in range(0, len(places), _BATCH):
            yield places[start : start + _BATCH]


def _read_settings(folder: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unusable(folder / "model.json", type(error).__name__) from None
    return told


def _read(path: Path, digests: Mapping[str, str]) -> bytes:
    try:
        found = path.read_bytes()
    except OSError as error:
        raise _unusable(path, type(error).__name__) from None
    if sha256(found).hexdigest() != digests[path.name]:
        raise _unusable(path, "it is not the file that was made")
    return found


def _unusable(path: Path, why: str) -> ConfigError:
    return ConfigError(f"{path}: the emotion model cannot be used ({why}).", fix="Install attune-emotion-en again.")


def _options() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return options


def _plain(text: str) -> str:
    """Masked names and things are words to the model, as they were in training."""
    return _MASKED.sub(lambda found: "someone" if found[0] == "xname" else "something", text)


def _shorten(pieces: Sequence[int]) -> Sequence[int]:
    if len(pieces) <= _LONGEST:
        return pieces
    half = _LONGEST // 2
    return [*pieces[:half], *pieces[-half:]]


def load_scorer(folder: Path = WEIGHTS) -> MiniLmScorer:
    """This loads the model that ships with the distribution; raises ConfigError where it cannot be used."""
    return MiniLmScorer(folder)
