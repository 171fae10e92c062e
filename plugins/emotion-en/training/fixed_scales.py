"""Give an int8 model fixed scales: an answer then depends on its own text alone, also in a batch, and costs less.

``quantize_dynamic`` finds the scale of every layer's input anew at each call, over all that is computed at once. This looks once
at what comes in for texts of the training part, and writes the scales into the model; weights stay bit by bit.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

TEXTS = 400
CUT_OFF = 99.99
"""Per cent of the largest inputs that a scale has to hold; a single outlier would cost all others their precision."""


def fix_scales(path: Path, rows: Sequence[Sequence[int]]) -> None:
    """This writes fixed scales, found on ``rows`` of pieces, into the model of a file."""
    model = onnx.load(str(path))
    found = [node for node in model.graph.node if node.op_type == "DynamicQuantizeLinear"]
    bounds = _observe(model, sorted({node.input[0] for node in found}), rows)
    for node in found:
        low, high = bounds[node.input[0]]
        scale = np.float32(max(high - low, 1e-8) / 255)
        zero = np.uint8(np.clip(round(-low / float(scale)), 0, 255))
        _, scale_name, zero_name = node.output
        model.graph.initializer.extend([
            numpy_helper.from_array(np.asarray(scale), scale_name), numpy_helper.from_array(np.asarray(zero), zero_name),
        ])  # fmt: skip
        place = list(model.graph.node).index(node)
        fixed = helper.make_node("QuantizeLinear", [node.input[0], scale_name, zero_name], [node.output[0]], node.name)
        model.graph.node.remove(node)
        model.graph.node.insert(place, fixed)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def _observe(
    model: onnx.ModelProto, names: Sequence[str], rows: Sequence[Sequence[int]]
) -> dict[str, tuple[float, float]]:
    """Lowest and highest input of each layer, without the outliers; zero is always among them."""
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    watched.graph.output.extend([helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names])
    session = onnxruntime.InferenceSession(watched.SerializeToString())
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for row in rows:
        ids = np.asarray([row], dtype=np.int64)
        for name, value in zip(names, session.run(list(names), {"ids": ids, "mask": np.ones_like(ids)}), strict=True):
            seen[name].append((float(value.min()), float(value.max())))
    return {
        name: (
            min(0.0, float(np.percentile([low for low, _ in pairs], 100 - CUT_OFF))),
            max(0.0, float(np.percentile([high for _, high in pairs], CUT_OFF))),
        )
        for name, pairs in seen.items()
    }
