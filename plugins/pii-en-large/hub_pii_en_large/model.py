"""The model: a six-layer encoder, int8, that tells of each piece of a text what it may belong to."""

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from hub.contract import ConfigError
from hub_pii_en_large.pieces import Pieces, Window, cut, load_tokenizer, windows

WEIGHTS = Path(__file__).parent / "weights"
"""What ships with the distribution: model.onnx, tokenizer.json and model.json (name, labels, digests)."""

_BATCH = 32
Chances = NDArray[np.float32]


class Model:
    """What the model makes of English texts, one thread, deterministic.

    Args:
        folder: holds model.onnx, tokenizer.json and model.json.

    Raises:
        ConfigError: a file is missing or cannot be used.
    """

    def __init__(self, folder: Path = WEIGHTS) -> None:
        told = _read_settings(folder)
        self.name, self.labels = str(told["name"]), tuple(told["labels"])
        # What has the digest of the file that was made can be read: neither library says cleanly that it cannot.
        self._tokenizer = load_tokenizer(_read(folder / "tokenizer.json", told["digests"]))
        self._session = onnxruntime.InferenceSession(_read(folder / "model.onnx", told["digests"]), _options())

    def read(self, texts: Sequence[str]) -> list[tuple[Pieces, Chances]]:
        """This gives the pieces of each text and, of each piece, a probability for every label; no text sees its neighbours."""
        pieces = cut(self._tokenizer, texts)
        found = [np.zeros((len(one.ids), len(self.labels)), np.float32) for one in pieces]
        open_windows = [(place, window) for place, one in enumerate(pieces) if one.ids for window in windows(one)]
        for batch in _of_one_length(open_windows):
            ids, marks = ([getattr(window, name) for _, window in batch] for name in ("ids", "marks"))
            feeds = {"ids": np.asarray(ids, np.int64), "marks": np.asarray(marks, np.int64)}
            for (place, window), chances in zip(batch, self._session.run(["chances"], feeds)[0], strict=True):
                wanted = slice(window.skip, window.skip + window.stop - window.start)
                found[place][window.start : window.stop] = chances[wanted]
        return list(zip(pieces, found, strict=True))


def _of_one_length(open_windows: Sequence[tuple[int, Window]]) -> Iterator[list[tuple[int, Window]]]:
    """Windows of the same length, a batch at a time: nothing is filled up, so nobody is read with another's blanks."""
    of_length: dict[int, list[tuple[int, Window]]] = {}
    for one in open_windows:
        of_length.setdefault(len(one[1].ids), []).append(one)
    for alike in of_length.values():
        for start in range(0, len(alike), _BATCH):
            yield alike[start : start + _BATCH]


def _read_settings(folder: Path) -> dict[str, Any]:
    path = folder / "model.json"
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unusable(path, type(error).__name__) from None
    if not isinstance(told, dict) or not {"name", "labels", "digests"} <= told.keys():
        raise _unusable(path, "it is not the file that was made")
    return told


def _read(path: Path, digests: Mapping[str, str]) -> bytes:
    try:
        found = path.read_bytes()
    except OSError as error:
        raise _unusable(path, type(error).__name__) from None
    if sha256(found).hexdigest() != digests.get(path.name):
        raise _unusable(path, "it is not the file that was made")
    return found


def _unusable(path: Path, why: str) -> ConfigError:
    return ConfigError(f"{path}: the reader cannot be used ({why}).", fix="Install attune-pii-en-large again.")


def _options() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # The graph is as it should be (training/graph.py): further fusions put a slow operator in the place of two fast ones.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return options
