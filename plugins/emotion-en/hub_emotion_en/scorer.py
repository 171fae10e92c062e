"""The model: a six-layer sentence encoder, int8, with heads for the hub's twelve emotions, GoEmotions' 28 and sentiment."""

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

from hub.contract import ConfigError, Reading
from hub_emotion_en.spelling import spell_emoji

WEIGHTS = Path(__file__).parent / "weights"
"""What ships with the distribution: model.onnx, tokenizer.json, model.json (name, labels, cut) and the model card."""

_LONGEST = 128
"""Pieces of a text that the model reads; the end of a longer text is what is kept beside its beginning."""
_BATCH = 32
_HEADS = {"canonical": 12, "native": 28, "sentiment": 3}
SENTIMENTS = ("negative", "neutral", "positive")
"""The order of the third head."""
_MASKED = re.compile(r"\bx(?:name|thing)\b")


class MiniLmScorer:
    """What the model reads in English texts, one thread, deterministic.

    Args:
        folder: holds model.onnx, tokenizer.json and model.json.

    Raises:
        ConfigError: a file is missing or cannot be used.
    """

    def __init__(self, folder: Path = WEIGHTS) -> None:
        told = _read_settings(folder)
        self.name, self.cut = str(told["name"]), float(told["cut"])
        self._labels, self._temperature = tuple(told["labels"]), float(told["temperature"])
        self._native, self._calm = tuple(told["native"]), float(told["calm"])
        # What has the digest of the file that was made can be read: neither library says cleanly that it cannot.
        self._tokenizer = load_tokenizer(_read(folder / "tokenizer.json", told["digests"]))
        self._session = onnxruntime.InferenceSession(_read(folder / "model.onnx", told["digests"]), _options())

    def score(self, texts: Sequence[str]) -> list[Mapping[str, float]]:
        """This gives each text, in order, a probability for each emotion; a text's answer does not depend on its neighbours."""
        return [reading.scores for reading in self.read(texts)]

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """This gives each text, in order, the emotions, GoEmotions' labels, each by itself, and how pleasant it is."""
        twelve, native, sentiment = self._logits(texts)
        shares = _share(twelve / self._temperature).tolist()
        own = (1 / (1 + np.exp(-native))).round(4).tolist()
        leans = _share(sentiment + np.asarray([0, self._calm, 0]))
        return [
            Reading(dict(zip(self._labels, row, strict=True)), dict(zip(self._native, other, strict=True)), lean)
            for row, other, lean in zip(shares, own, (leans[:, 2] - leans[:, 0]).tolist(), strict=True)
        ]

    def _logits(self, texts: Sequence[str]) -> list[NDArray[np.float64]]:
        """What each head says of each text."""
        rows = split_texts(self._tokenizer, texts)
        found = [np.zeros((len(rows), size)) for size in _HEADS.values()]
        for places in _of_one_length(rows):
            ids = np.asarray([rows[place] for place in places], dtype=np.int64)
            for head, told in zip(found, self._session.run([*_HEADS], {"ids": ids}), strict=True):
                head[places] = told
        return found


def _share(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
    return shares


def load_tokenizer(file: bytes) -> Tokenizer:
    """This is the tokenizer of a file; texts stay as long as they are."""
    tokenizer = Tokenizer.from_buffer(file)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def split_texts(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Sequence[int]]:
    """These are the pieces of each text that the model reads."""
    return [_shorten(found.ids) for found in tokenizer.encode_batch_fast([_plain(text) for text in texts])]


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
    # The graph is as it should be (training/compact.py): further fusions put a slow operator in the place of two fast ones.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return options


def _plain(text: str) -> str:
    """Masked names, things and emoji are words to the model, as they were in training."""
    return spell_emoji(_MASKED.sub(lambda found: "someone" if found[0] == "xname" else "something", text))


def _shorten(pieces: Sequence[int]) -> Sequence[int]:
    if len(pieces) <= _LONGEST:
        return pieces
    half = _LONGEST // 2
    return [*pieces[:half], *pieces[-half:]]


def load_scorer(folder: Path = WEIGHTS) -> MiniLmScorer:
    """This loads the model that ships with the distribution; raises ConfigError where it cannot be used."""
    return MiniLmScorer(folder)
