"""A model of somebody's own: a folder with an ONNX file, its tokenizer and what its labels mean. Nothing is downloaded.

``labels.json`` says what the file cannot, such as ``{"name": "ours/3", "labels": {"joy": "delight", "rage": "anger"}}``: the
labels in the order in which the model gives them, and the hub's emotion of each.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.emotion.taxonomy import CANONICAL
from hub.errors import ConfigError
from hub.schema import EmotionLabel

FILES: Mapping[str, int] = MappingProxyType({"model.onnx": 1 << 30, "tokenizer.json": 1 << 26, "labels.json": 1 << 16})
"""What the folder holds, and how many bytes each may have."""

_KNOWN_INPUTS = {"input_ids", "ids", "attention_mask", "mask", "token_type_ids"}


class LocalLabels(BaseModel):
    """What a model's answers mean.

    Args:
        name: name and version; what is kept with each tag is this and a digest of the folder.
        labels: the hub's emotion of each of the model's labels, in the model's order.
        cut: probability, 0..1, below which the best emotion is not trusted.
        temperature: divides the logits, so that probabilities are honest.
        kind: ``softmax`` or ``sigmoid``; the latter's shares are made to add up to 1.
        longest: pieces of a text that the model reads, from its beginning.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,40}/[0-9]{1,6}$")]
    labels: Annotated[dict[str, EmotionLabel], Field(min_length=2, max_length=1000)]
    cut: Annotated[float, Field(ge=0, le=1)] = 0.5
    temperature: Annotated[float, Field(gt=0, le=100)] = 1.0
    kind: Literal["softmax", "sigmoid"] = "softmax"
    longest: Annotated[int, Field(ge=8, le=2048)] = 256


class LocalScorer:
    """Scores of a local model, one text at a time, one thread: an answer depends on its own text alone.

    Args:
        folder: holds ``FILES``.

    Raises:
        ConfigError: a file is missing, too large or cannot be used, or no library reads it.
    """

    def __init__(self, folder: Path) -> None:
        files = _read_folder(folder)
        self._told, self.name = _read_labels(folder, files), _name(folder, files)
        self.cut = self._told.cut
        self._session, self._tokenizer = _load(folder, files)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self._told.longest)
        self._inputs = [one.name for one in self._session.get_inputs()]
        if unknown := set(self._inputs) - _KNOWN_INPUTS:
            raise _unusable(folder, f"it asks for {', '.join(sorted(unknown))}, which a tokenizer does not give")

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """This gives each text, in order, a probability for each of the hub's emotions; raises ConfigError for odd answers."""
        return [self._emotions(self._logits(text)) for text in texts]

    def _logits(self, text: str) -> NDArray[np.float64]:
        ids = np.asarray([self._tokenizer.encode(text).ids], dtype=np.int64)
        given = {name: np.zeros_like(ids) if name == "token_type_ids" else np.ones_like(ids) for name in self._inputs}
        given |= {name: ids for name in self._inputs if name.endswith("ids") and name != "token_type_ids"}
        logits: NDArray[np.float64] = np.asarray(self._session.run(None, given)[0], dtype=np.float64).reshape(-1)
        if logits.shape != (len(self._told.labels),) or not np.isfinite(logits).all():
            raise ConfigError(
                f"{self.name} gives {logits.size} numbers for a text, and labels.json names {len(self._told.labels)} labels.",
                fix="Name the labels of the model, in its order.",
            )
        return logits / self._told.temperature

    def _emotions(self, logits: NDArray[np.float64]) -> dict[str, float]:
        softmax = self._told.kind == "softmax"
        shares = np.exp(logits - logits.max()) if softmax else 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
        found = dict.fromkeys(CANONICAL, 0.0)
        for label, share in zip(self._told.labels.values(), (shares / shares.sum()).tolist(), strict=True):
            found[label.value] += share
        return {label: min(share, 1.0) for label, share in found.items()}


def _load(folder: Path, files: Mapping[str, bytes]) -> tuple[Any, Any]:
    try:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as state
        from tokenizers import Tokenizer
    except ImportError:
        raise ConfigError(
            f"{folder}: no library here reads ONNX models.", fix="Install onnxruntime and tokenizers."
        ) from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    flaws = (state.Fail, state.InvalidArgument, state.InvalidGraph, state.InvalidProtobuf, state.NotImplemented,
             state.RuntimeException, state.NoSuchFile, ValueError)  # fmt: skip
    try:
        # From bytes, so that a model cannot name further files.
        session = onnxruntime.InferenceSession(files["model.onnx"], options, providers=["CPUExecutionProvider"])
        return session, Tokenizer.from_buffer(files["tokenizer.json"])
    except flaws as error:
        raise _unusable(folder, f"it cannot be loaded, {type(error).__name__}") from None


def load_local(folder: Path) -> LocalScorer:
    """This loads a model of somebody's own; raises ConfigError where it cannot be used."""
    return LocalScorer(folder)


def name_local(folder: Path) -> str:
    """This is what tags will say of a model: its name, and a digest of all its files. Raises ConfigError as loading does."""
    return _name(folder, _read_folder(folder))


def _read_folder(folder: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name, most in FILES.items():
        try:
            if (folder / name).stat().st_size > most:
                raise _unusable(folder, f"{name} has more than {most} bytes")
            found[name] = (folder / name).read_bytes()
        except OSError as error:
            raise _unusable(folder, f"{name}: {type(error).__name__}") from None
    return found


def _read_labels(folder: Path, files: Mapping[str, bytes]) -> LocalLabels:
    try:
        told: Any = json.loads(files["labels.json"])
        return LocalLabels.model_validate(told)
    except ValidationError as error:
        flaw = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, flaw["loc"])) or "labels.json"
        raise _unusable(folder, f"labels.json, {place}: {flaw['msg']}") from None
    except ValueError:
        raise _unusable(folder, "labels.json is not JSON") from None


def _name(folder: Path, files: Mapping[str, bytes]) -> str:
    digest = sha256()
    for name in FILES:
        digest.update(sha256(files[name]).digest())
    return f"{_read_labels(folder, files).name}@{digest.hexdigest()[:12]}"


def _unusable(folder: Path, why: str) -> ConfigError:
    return ConfigError(
        f"{folder}: the emotion model cannot be used ({why}).", fix=f"The folder holds {', '.join(FILES)}."
    )
