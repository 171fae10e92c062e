"""Write a quantised model anew with the operators that onnxruntime computes fastest; every weight and scale stays bit by bit.

What torch exports spends more than half of its time beside the matrices: shapes that are computed over and over, products that
are cast and scaled in steps of their own, masks for padding that there never is, and a slow operator that onnxruntime itself puts
in the place of a sum and a normalisation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LONGEST, HEADS = 128, 12
ORT = "com.microsoft"
HEAD_NAMES = ("canonical", "native", "sentiment")


@dataclass(frozen=True)
class Product:
    """One quantised product: its weights, and the scales and zero of what comes in."""

    weights: np.ndarray
    scales: np.ndarray
    in_scale: np.ndarray
    in_zero: np.ndarray


@dataclass
class Source:
    """The tensors of a quantised model by name, and its products by the name of their layer."""

    tensors: Mapping[str, np.ndarray]
    products: dict[str, Product] = field(default_factory=dict)

    @classmethod
    def of(cls, model: onnx.ModelProto) -> "Source":
        """This reads a model of which ``fix_scales`` has fixed the scales; raises ValueError for one with zeros in weights."""
        found = cls({one.name: numpy_helper.to_array(one) for one in model.graph.initializer})
        made_by = {name: node for node in model.graph.node for name in node.output}
        for node in model.graph.node:
            if node.op_type == "MatMulInteger":
                found.products[_layer(node.output[0])] = found._product(node, made_by[node.input[0]])
        return found

    def _product(self, node: onnx.NodeProto, quantised: onnx.NodeProto) -> Product:
        weights = node.input[1].removesuffix("_quantized")
        if self.tensors[node.input[3]].any():
            raise ValueError(f"{weights}: its weights are not symmetric")
        _, scale, zero = quantised.input
        own = np.atleast_1d(self.tensors[f"{weights}_scale"]).astype(np.float32)
        return Product(self.tensors[node.input[1]], own, self.tensors[scale], self.tensors[zero])

    def table(self, name: str) -> np.ndarray:
        """An embedding table in floating point."""
        name = f"encoder.embeddings.{name}.weight"
        zero = self.tensors[f"{name}_zero_point"].astype(np.int32)
        return np.float32(self.tensors[f"{name}_quantized"].astype(np.int32) - zero) * self.tensors[f"{name}_scale"]


def _layer(output: str) -> str:
    name = output.split("_MatMul")[0] if "/" not in output else output.split("/MatMul")[0]
    return name.strip("/").replace("encoder/", "").replace("/", ".").removesuffix(".MatMul")


class Writer:
    """A graph that is being written; each method adds a node and gives the name of what comes out."""

    def __init__(self, source: Source) -> None:
        self.source, self.nodes, self.tensors = source, [], []

    def tensor(self, name: str, value: np.ndarray) -> str:
        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, operator: str, inputs: Sequence[str], output: str, domain: str = "", **settings: object) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **settings))
        return output

    def own(self, name: str) -> str:
        """A tensor of the source, under its own name."""
        return self.tensor(name, self.source.tensors[name])

    def quantise(self, value: str, layer: str) -> str:
        product = self.source.products[layer]
        scale = self.tensor(f"{layer}.in_scale", product.in_scale)
        zero = self.tensor(f"{layer}.in_zero", product.in_zero)
        return self.node("QuantizeLinear", [value, scale, zero], f"{layer}.in")

    def multiply(self, value: str, layer: str, output: str, *, like: str, bias: str = "") -> str:
        """The product of a layer with what ``quantise`` gave for the layer ``like``, in floating point, and a bias."""
        product = self.source.products[layer]
        weights, scales = (
            self.tensor(f"{layer}.weights", product.weights),
            self.tensor(f"{layer}.scales", product.scales),
        )
        inputs = [
            value,
            weights,
            f"{like}.in_scale",
            scales,
            f"{like}.in_zero",
            "",
            *([self.own(bias)] if bias else []),
        ]
        return self.node("MatMulIntegerToFloat", inputs, output, ORT)

    def add_and_norm(self, one: str, other: str, name: str, output: str) -> str:
        """Apart, although there is one operator for both: that one takes several times as long (onnxruntime 1.31)."""
        return self.norm(self.node("Add", [one, other], f"{output}.sum"), name, output)

    def norm(self, value: str, name: str, output: str) -> str:
        inputs = [value, self.own(f"{name}.weight"), self.own(f"{name}.bias")]
        return self.node("LayerNormalization", inputs, output, axis=-1, epsilon=1e-12)

    def bend(self, value: str, output: str) -> str:
        """The bias is in already: the operator that adds it itself takes a third longer, for the same bits (onnxruntime 1.31)."""
        return self.node("Gelu", [value], output, ORT)

    def embed(self) -> str:
        """Words and places; what stands for "first sentence" is part of the places."""
        name = "encoder.embeddings.word_embeddings.weight"
        self.node("Gather", [self.own(f"{name}_quantized"), "ids"], "words.int8")
        scales = [self.own(f"{name}_scale"), self.own(f"{name}_zero_point")]
        words = self.node("DequantizeLinear", ["words.int8", *scales], "words")
        places = self.source.table("position_embeddings")[:LONGEST] + self.source.table("token_type_embeddings")[0]
        length = self.node("Shape", ["ids"], "length", start=1, end=2)
        begin, axis = self.tensor("begin", np.array([0])), self.tensor("axis", np.array([1]))
        inputs = [self.tensor("all_places", places[None]), begin, length, axis]
        summed = self.node("Add", [words, self.node("Slice", inputs, "places")], "embedded")
        return self.norm(summed, "encoder.embeddings.LayerNorm", "states")

    def layer(self, states: str, number: int) -> str:
        name, own = f"layer.{number}", f"encoder.encoder.layer.{number}"
        parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        seen = self.quantise(states, parts[0])
        looked = [self.multiply(seen, part, part, like=parts[0], bias=f"encoder.encoder.{part}.bias") for part in parts]
        found = self.node("MultiHeadAttention", looked, f"{name}.attended", ORT, num_heads=HEADS)
        merged = self.dense(found, f"{name}.attention.output.dense", f"{own}.attention.output.dense.bias")
        states = self.add_and_norm(states, merged, f"{own}.attention.output.LayerNorm", f"{name}.middle")
        wide = f"{name}.intermediate.dense"
        raised = self.dense(states, wide, f"{own}.intermediate.dense.bias")
        bent = self.bend(raised, f"{wide}.bent")
        narrowed = self.dense(bent, f"{name}.output.dense", f"{own}.output.dense.bias")
        return self.add_and_norm(states, narrowed, f"{own}.output.LayerNorm", f"{name}.states")

    def dense(self, value: str, layer: str, bias: str = "") -> str:
        return self.multiply(self.quantise(value, layer), layer, f"{layer}.out", like=layer, bias=bias)


def compact(path: Path) -> None:
    """This writes the model of a file anew, into the same file; its only input is ``ids``, all texts of one length."""
    source = Source.of(onnx.load(str(path)))
    writer = Writer(source)
    states = writer.embed()
    for number in range(sum(name.endswith(".output.dense") for name in source.products) // 2):
        states = writer.layer(states, number)
    mean = writer.node("ReduceMean", [states, "axis"], "mean", keepdims=0)
    heads = [name for name in HEAD_NAMES if name in source.products]
    for head in heads:
        writer.multiply(writer.quantise(mean, head), head, head, like=head, bias=f"{head}.bias")
    onnx.save(_model(writer, heads), str(path))


def _model(writer: Writer, heads: Sequence[str]) -> onnx.ModelProto:
    sizes = {head: len(writer.source.products[head].scales) for head in heads}
    told = helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "length"])
    given = [helper.make_tensor_value_info(head, TensorProto.FLOAT, ["batch", size]) for head, size in sizes.items()]
    graph = helper.make_graph(writer.nodes, "emotion", [told], given, writer.tensors)
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid(ORT, 1)], ir_version=8
    )
