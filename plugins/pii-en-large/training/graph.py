"""Write a trained reader as an ONNX graph in 8 bits, with the operators that onnxruntime computes fastest.

Scales of inputs are fixed, found on texts of the training part: an answer then depends on its own text alone, also in a batch.
Products of eight-bit numbers are whole numbers, so that neither order nor company changes a bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from hub_pii_en_large.pieces import LONGEST

HEADS = 12
ORT = "com.microsoft"

Range = tuple[float, float]


class Writer:
    """A graph that is being written; each method adds nodes and gives the name of what comes out.

    Args:
        weights: of the trained network, by torch's names.
        ranges: lowest and highest input of each product, by its name.
    """

    def __init__(self, weights: Mapping[str, np.ndarray], ranges: Mapping[str, Range]) -> None:
        self.weights, self.ranges = weights, ranges
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []

    def tensor(self, name: str, value: np.ndarray) -> str:
        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, operator: str, inputs: Sequence[str], output: str, domain: str = "", **settings: object) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **settings))
        return output

    def quantise(self, value: str, layer: str) -> str:
        """What comes into a product, in eight bits."""
        low, high = self.ranges[layer]
        scale = np.float32(max(high - low, 1e-8) / 255)
        zero = np.uint8(np.clip(round(-low / float(scale)), 0, 255))
        names = [self.tensor(f"{layer}.in_scale", np.asarray(scale)), self.tensor(f"{layer}.in_zero", np.asarray(zero))]
        return self.node("QuantizeLinear", [value, *names], f"{layer}.in")

    def multiply(self, value: str, layer: str, like: str) -> str:
        """The product of a layer with what ``quantise`` gave for the layer ``like``, and its bias."""
        weights, scales = _eight_bits(self.weights[f"{layer}.weight"])
        inputs = [value, self.tensor(f"{layer}.weights", weights.T), f"{like}.in_scale", self.tensor(f"{layer}.scales", scales[:, 0]),
                  f"{like}.in_zero", "", self.tensor(f"{layer}.bias", self.weights[f"{layer}.bias"])]  # fmt: skip
        return self.node("MatMulIntegerToFloat", inputs, f"{layer}.out", ORT)

    def dense(self, value: str, layer: str) -> str:
        return self.multiply(self.quantise(value, layer), layer, layer)

    def norm(self, value: str, name: str, output: str) -> str:
        parts = [self.tensor(f"{name}.{part}", self.weights[f"{name}.{part}"]) for part in ("weight", "bias")]
        return self.node("LayerNormalization", [value, *parts], output, axis=-1, epsilon=1e-12)

    def embed(self) -> str:
        """Pieces, marks and places; what stands for "first sentence" is part of the places."""
        name = "encoder.embeddings"
        rows, scales = _eight_bits(self.weights[f"{name}.word_embeddings.weight"])
        self.node("Gather", [self.tensor("words.rows", rows), "ids"], "words.small")
        self.node("Cast", ["words.small"], "words.float", to=TensorProto.FLOAT)
        self.node("Gather", [self.tensor("words.scales", scales), "ids"], "words.scale")
        self.node("Mul", ["words.float", "words.scale"], "words")
        self.node("Gather", [self.tensor("marks.rows", self.weights["marks.weight"]), "marks"], "marked")
        places = self.weights[f"{name}.position_embeddings.weight"][:LONGEST]
        places = places + self.weights[f"{name}.token_type_embeddings.weight"][0]
        self.node("Shape", ["ids"], "length", start=1, end=2)
        begin, axis = self.tensor("begin", np.array([0])), self.tensor("axis", np.array([1]))
        self.node("Slice", [self.tensor("all_places", places[None]), begin, "length", axis], "places")
        self.node("Add", [self.node("Add", ["words", "marked"], "said"), "places"], "embedded")
        return self.norm("embedded", f"{name}.LayerNorm", "states")

    def layer(self, states: str, number: int) -> str:
        name = f"encoder.encoder.layer.{number}"
        parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        seen = self.quantise(states, parts[0])
        looked = [self.multiply(seen, part, parts[0]) for part in parts]
        found = self.node("MultiHeadAttention", looked, f"{name}.attended", ORT, num_heads=HEADS)
        merged = self.dense(found, f"{name}.attention.output.dense")
        summed = self.node("Add", [states, merged], f"{name}.looked")
        states = self.norm(summed, f"{name}.attention.output.LayerNorm", f"{name}.middle")
        bent = self.node("Gelu", [self.dense(states, f"{name}.intermediate.dense")], f"{name}.bent", ORT)
        narrowed = self.dense(bent, f"{name}.output.dense")
        summed = self.node("Add", [states, narrowed], f"{name}.thought")
        return self.norm(summed, f"{name}.output.LayerNorm", f"{name}.states")


def products(depth: int) -> list[str]:
    """These are the layers that multiply what comes in with weights, by torch's names."""
    inner = ("attention.self.query", "attention.output.dense", "intermediate.dense", "output.dense")
    return [*(f"encoder.encoder.layer.{number}.{part}" for number in range(depth) for part in inner), "head"]


def write(path: Path, weights: Mapping[str, np.ndarray], ranges: Mapping[str, Range], depth: int) -> None:
    """This writes the graph; its inputs are ``ids`` and ``marks``, all texts of one length, its output ``chances``."""
    writer = Writer(weights, ranges)
    states = writer.embed()
    for number in range(depth):
        states = writer.layer(states, number)
    writer.node("Softmax", [writer.dense(states, "head")], "chances", axis=-1)
    told = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"]) for name in ("ids", "marks")]
    labels = len(weights["head.bias"])
    given = [helper.make_tensor_value_info("chances", TensorProto.FLOAT, ["batch", "length", labels])]
    graph = helper.make_graph(writer.nodes, "reader", told, given, writer.tensors)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid(ORT, 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), str(path))


def _eight_bits(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A table in whole numbers of eight bits, and a scale for each row."""
    scales = np.abs(table).max(axis=1, keepdims=True) / 127 + 1e-9
    return np.round(table / scales).astype(np.int8), scales.astype(np.float32)
